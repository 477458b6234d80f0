"""What a response may load, send and be framed by (Content Security Policy Level 3)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


def build_page_policy(*image_sources: str, form_target: str = "") -> str:
    """The policy of an HTML page: our own files, and further sources of images.

    ``form_target`` is where its form may lead beside here: browsers mind that of redirects, too.
    """
    images = " ".join(("'self'", *image_sources))
    targets = f"'self' {form_target}".rstrip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        f" img-src {images}; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


class SecurityHeadersMiddleware:
    """Gives a policy to every response that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's pages for developers are made of inline styles and scripts.
        if settings.DEBUG and response.status_code >= 400:
            return response
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        response.headers.setdefault(HEADER, build_page_policy() if is_page else DATA_POLICY)
        if is_page:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
