"""What pages and OAuth's addresses are sent is read before they are asked, and bounded there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    UnreadablePostError,
)

from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.operations.thread_shares import (
    BODIES,
    FORM_PATIENCE_SECONDS,
    FORMS,
    build_busy,
    take_place,
)
from apps.problems import BadRequest
from apps.products.stored_objects import release_connection

BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FILE_PAGES: Final = ("/products/import",)


class SmallBodiesMiddleware:
    """Keeps strangers from holding more threads than their share, each with a body that never ends.

    The API reads no stranger's body at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A form page takes PUT as POST, and another method's body may be read as well.
        if request.method in BODILESS or request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        is_stranger = not request.user.is_authenticated
        declared = int(request.META.get("CONTENT_LENGTH") or 0)
        if not is_stranger and declared > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            if request.method == "POST" and request.path_info.endswith(FILE_PAGES):
                return self.get_response(request)  # which reads a member's file itself
            return HttpResponse("The form is too large.", status=413, content_type="text/plain")
        release_connection()
        share, patience_seconds = (BODIES, 0) if is_stranger else (FORMS, FORM_PATIENCE_SECONDS)
        with take_place(share, patience_seconds) as is_taken:
            if not is_taken:
                return build_busy()
            try:
                request.body  # noqa: B018 (the request keeps it)
            except (BadRequest, UnreadablePostError) as fault:
                return HttpResponseBadRequest(str(fault), content_type="text/plain")
        return self.get_response(request)
