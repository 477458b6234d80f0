"""The first page, and the icon of all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from apps.dashboard.pages.product_pages import start


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """What this is; for who is signed in, their products or the choice of an organization."""
    if request.user.is_authenticated:
        return start(request)
    return render(request, "dashboard/home.html")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For the admin and for JSON in a browser, which name no icon of their own."""
    return redirect(static("dashboard/favicon.svg"))
