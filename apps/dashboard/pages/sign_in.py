"""What slows the guessing of passwords down, wherever they are asked for: axes calls these."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from axes.backends import AxesStandaloneBackend
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.dashboard.api.rate_limit import (
    MINUTE_SECONDS,
    count_attempt,
    divide_by_networks,
    get_client_network,
)
from apps.dashboard.operations.window_counts import Quota
from apps.dashboard.pages.known_browsers import count_name_attempt

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 (a module's name)
# A password costs a quarter of a second of CPU: as many attempts an address may make, whomever as.
ATTEMPTS = Quota(60, MINUTE_SECONDS)
# The old password may be guessed as seldom as the one for signing in.
CHANGES = Quota(10, 15 * MINUTE_SECONDS)
# What the table of failed attempts has room for; nobody's name is that long.
MAX_USERNAME_LENGTH = 255


class AttemptLimitBackend(AxesStandaloneBackend):  # type: ignore[misc]  # axes has no types
    """Lets no user in; keeps attempts from the backends behind it when there are too many."""

    def authenticate(self, request: Any, *args: Any, **credentials: Any) -> None:
        seconds = count_attempt(*divide_by_networks(request, "sign-in", ATTEMPTS))
        if seconds := seconds or count_name_attempt(request, str(credentials.get("username"))):
            request.axes_locked_out = True  # as axes marks it: not recorded, and told by the page
            request.locked_out_seconds = seconds
            raise PermissionDenied
        super().authenticate(request, *args, **credentials)


class PasswordChangeView(auth_views.PasswordChangeView):
    """Django's, which anybody at an open session could ask for the old password on and on."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if seconds := count_attempt(f"password:{request.user.pk}", [CHANGES]):
            return render_lockout(request, seconds)
        return super().post(request, *args, **kwargs)


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
    pause = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return render_lockout(request, getattr(request, "locked_out_seconds", pause))


def render_lockout(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"minutes": math.ceil(seconds / MINUTE_SECONDS)}
    page = render(request, "registration/locked_out.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    return page
