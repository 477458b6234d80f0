"""What slows the guessing of passwords down, wherever they are asked for: axes calls these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.dashboard.api.rate_limit import get_client_network

# What the table of failed attempts has room for; nobody's name is that long.
MAX_USERNAME_LENGTH = 255


def get_client_address(request: Any) -> str | None:
    """The address that attempts are counted for, of an IPv6 one its /64; None outside of HTTP."""
    if "REMOTE_ADDR" not in request.META:
        return None
    return get_client_network(request).partition("/")[0]


def get_attempted_username(
    request: HttpRequest, credentials: Mapping[str, str] | None
) -> str | None:
    """Whom somebody tries to sign in as."""
    username = (credentials or request.POST).get("username")
    return username and username[:MAX_USERNAME_LENGTH]


def tell_lockout(
    request: HttpRequest, response: HttpResponse | None, credentials: Mapping[str, str] | None
) -> HttpResponse:
    """The page for one who has failed too often, on ours and on the admin's sign-in alike."""
    pause = settings.AXES_COOLOFF_TIME
    context = {"minutes": int(pause.total_seconds() // 60)}
    page = render(request, "registration/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(int(pause.total_seconds()))
    return page
