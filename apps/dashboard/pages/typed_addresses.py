"""Addresses that people type: each leads on to the page that is meant, for GET and HEAD alone."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

# What is typed, with or without a slash at the end, and the name of what is meant.
_MEANT: Final = {
    "accounts": "login",
    "accounts/login": "login",
    "accounts/password_change": "password_change",
    "admin": "admin:index",
    "api": "api-docs",
    "api/docs": "api-docs",
    "changelog": "changelog",
    "dashboard": "home",
    "docs": "api-docs",
    "docs/api": "api-docs",
    "docs/changelog": "changelog",
    "docs/errors": "problem-index",
    "docs/versions": "versions",
    "login": "login",
    "openapi.json": "dashboard_api:openapi-json",
    "organizations": "organizations",
    "sign-in": "login",
    "signin": "login",
    "swagger": "api-docs",
}


def build_patterns() -> list[URLPattern]:
    """A route for each; those of pages themselves are looked at before them."""
    return [
        path(f"{typed}{slash}", _lead_on, {"name": name})
        for typed, name in _MEANT.items()
        for slash in ("", "/")
        if f"{typed}{slash}" != "admin/"
    ]


@require_safe
def _lead_on(request: HttpRequest, name: str) -> HttpResponse:
    address = redirect(name)
    # Where to go on from the sign-in, and the like, is kept.
    if query := request.META.get("QUERY_STRING"):
        address.headers["Location"] += f"?{query}"
    return address
