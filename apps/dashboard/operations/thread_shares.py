"""How many threads of a worker may wait for strangers, who end a body or an answer as they like.

A quarter of the threads is in none of their shares: it is left to members, whoever else comes, of
whose forms half of that may be waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

from apps.dashboard.operations.stall_watch import begin_wait, end_wait

RETRY_AFTER_SECONDS: Final = 5


def build_share(eighths: int) -> BoundedSemaphore:
    """So many eighths of a worker's threads, and at least one."""
    return BoundedSemaphore(max(1, settings.THREADS * eighths // 8))


BODIES: Final = build_share(3)  # of strangers: those that are read, and those thrown away
FORMS: Final = build_share(1)  # of members
# A form that comes with its head is read before that: several members may send one at once.
FORM_PATIENCE_SECONDS: Final = 0.5
MEDIA: Final = build_share(2)
FILES: Final = build_share(1)  # that pages are made of, the large ones
# A page is made of dozens of files, which a browser asks for at once; up to so much goes out in one
# piece, as pages do, and holds no thread.
MAX_WHOLE_BYTES: Final = 64 * 1024


@contextmanager
def take_place(share: BoundedSemaphore, patience_seconds: float = 0) -> Iterator[bool]:
    """Yield whether there was a place in the share, which is held meanwhile."""
    is_taken = share.acquire(timeout=patience_seconds)
    try:
        yield is_taken
    finally:
        if is_taken:
            share.release()


def build_busy() -> HttpResponse:
    """The 503 for whoever would take one thread too many."""
    response = HttpResponse(
        "Too many others are being served just now; try again in a few seconds.\n",
        status=503,
        content_type="text/plain",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
    # Django logs what is 500 or more at ERROR: no stranger is to wake anybody.
    vars(response)["_has_been_logged"] = True
    return response


class StreamedAnswersMiddleware:
    """A file is sent by a thread, which waits while its reader does not read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.streaming:
            return response
        share = MEDIA if request.path_info.startswith(settings.MEDIA_URL) else FILES
        if share is FILES and isinstance(response, FileResponse) and _is_small(response):
            return _read_whole(response)
        if not share.acquire(blocking=False):
            response.close()
            return build_busy()
        _release_at_end(response, share, begin_wait())
        return response


def _is_small(response: FileResponse) -> bool:
    if response.file_to_stream is None:  # as of HEAD
        return True
    return int(response.headers.get("Content-Length", MAX_WHOLE_BYTES)) < MAX_WHOLE_BYTES


def _read_whole(response: FileResponse) -> HttpResponse:
    whole = HttpResponse(response.getvalue(), status=response.status_code)
    whole.headers = response.headers
    # Not by `response.close`, which tells everybody that the request has ended.
    if response.file_to_stream is not None:
        response.file_to_stream.close()
    return whole


def _release_at_end(response: HttpResponseBase, share: BoundedSemaphore, wait: object) -> None:
    close = response.close

    def close_and_release() -> None:
        response.close = close  # type: ignore[method-assign]  # a second one has nothing to release
        try:
            close()
        finally:
            end_wait(wait)
            share.release()

    response.close = close_and_release  # type: ignore[method-assign]  # of this one alone
