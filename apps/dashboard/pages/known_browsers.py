"""Browsers that somebody signed in from: guesses from elsewhere never shut them out.

A name may be tried so often in all, from whatever addresses; but a botnet that uses this up must
not keep its owner out. A signed cookie, set at each sign-in, gives their browser a count of its
own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from apps.dashboard.api.rate_limit import DAY_SECONDS, count_attempt
from apps.dashboard.operations.window_counts import Quota

COOKIE = "known_browser"
KEPT_SECONDS = 365 * DAY_SECONDS
MAX_NAMES = 8
# From all addresses together; a right password is given back.
NAME_QUOTAS = [Quota(30, 60 * 60), Quota(100, DAY_SECONDS)]

_SALT = "apps.dashboard.known_browser"


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser's own number, and the marks of the names that signed in there, last one first."""

    number: str
    marks: list[str]


def count_name_attempt(request: HttpRequest, name: str) -> int:
    """Count an attempt to sign in under that name; returns the seconds to wait, 0 for none."""
    mark, browser = _build_mark(name), _read_browser(request)
    is_known = browser is not None and mark in browser.marks
    subject = f"name:{mark}:{browser.number}" if browser and is_known else f"name:{mark}"
    seconds = count_attempt(subject, NAME_QUOTAS)
    if not seconds:
        vars(request)["tried_name"] = (mark, subject)
    return seconds


class KnownBrowserMiddleware:
    """Sets the cookie, and gives the attempt back, when a sign-in came through on any page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        tried = vars(request).pop("tried_name", None)
        # A wrong password shows the form again, to one who is signed in already, too.
        if tried and response.status_code == 302 and request.user.is_authenticated:
            mark, subject = tried
            count_attempt(subject, NAME_QUOTAS, cost=-1)
            _remember(response, _read_browser(request), mark)
        return response


def _build_mark(name: str) -> str:
    # Some type their password there.
    return salted_hmac(_SALT, name, algorithm="sha256").hexdigest()[:32]


def _read_browser(request: HttpRequest) -> KnownBrowser | None:
    try:
        number, *marks = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT_SECONDS
        )
    except signing.BadSignature:
        return None
    return KnownBrowser(number, marks)


def _remember(response: HttpResponse, browser: KnownBrowser | None, mark: str) -> None:
    known = browser or KnownBrowser(secrets.token_urlsafe(12), [])
    marks = [mark, *(other for other in known.marks if other != mark)][:MAX_NAMES]
    response.set_cookie(
        COOKIE,
        signing.dumps([known.number, *marks], salt=_SALT),
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
