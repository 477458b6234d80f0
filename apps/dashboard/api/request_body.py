"""The request as the API sees it: a chunked body can be read, an unread one is drained."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import LimitedStream, WSGIHandler, WSGIRequest

from apps.dashboard.operations.thread_shares import BODIES
from apps.organizations.callers import Caller
from apps.problems import PayloadTooLarge, Unauthorized
from apps.products.image_store import release_connection
from apps.products.models import Product
from apps.products.pictures.image_checks import MAX_IMAGE_BYTES

MAX_WORDS_BYTES = 64 * 1024  # what a form may have beside its picture
MAX_FORM_BYTES = MAX_IMAGE_BYTES + MAX_WORDS_BYTES
MAX_DRAINED_BYTES = 32 * 1024 * 1024
READ_BYTES = 128 * 1024


class ApiRequest(WSGIRequest):
    """A request whose body may be chunked, and is thrown away at the end where nobody read it."""

    caller: Caller | Unauthorized  # set by the middleware
    auth: Caller  # set by ninja
    organization_id: UUID  # set by the admission
    product: Product  # set by the admission
    idempotency_key: str | None  # set by the upload's
    _read_started: bool  # Django's own

    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            super().__init__(environ)
        except ValueError:  # Django's, for parameters of the type that it cannot read
            environ["CONTENT_TYPE"] = ""
            super().__init__(environ)
        self.is_chunked = not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in environ
        if self.is_chunked and environ.get("wsgi.input_terminated"):
            is_form = self.content_type == "multipart/form-data"
            limit = MAX_FORM_BYTES if is_form else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            environ["CONTENT_LENGTH"] = str(limit)
            # One byte more than is allowed, so that reading it tells that there was too much.
            self._stream: Any = LimitedStream(environ["wsgi.input"], limit + 1)

    @property
    def declared_bytes(self) -> int | None:
        """The body's ``Content-Length``; None when it is chunked (RFC 9112 §6)."""
        return None if self.is_chunked else int(self.META.get("CONTENT_LENGTH") or 0)

    @property
    def body(self) -> bytes:
        """The whole of it; raises RequestDataTooBig beyond what Django's setting allows."""
        data = super().body
        if len(data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        return data

    def close(self) -> None:
        """Close the uploaded files, then read what the client is still sending.

        By now the answer is out. Clients that write everything before they read (Node's fetch,
        http.client, nginx) would otherwise see a reset connection instead of it. One that waits
        for ``100 Continue`` has sent nothing yet, and will not (RFC 9110 §10.1.1).
        """
        super().close()
        # Django would give the connection back after the drain, which may last.
        release_connection()
        awaits_go_ahead = "100-continue" in self.META.get("HTTP_EXPECT", "").lower()
        if (self._read_started or not awaits_go_ahead) and BODIES.acquire(blocking=False):
            try:
                self._drain()
            finally:
                BODIES.release()
        # Django ties a request to its user, its messages and its upload handlers, and those to it:
        # all would wait for the garbage collector, with the last of the body in their midst.
        self.__dict__.clear()

    def _drain(self) -> None:
        left = MAX_DRAINED_BYTES
        with suppress(OSError):  # the client went away, which is its good right
            while left > 0 and (data := self._stream.read(READ_BYTES)):
                left -= len(data)


def build_too_large(actual: int) -> PayloadTooLarge:
    """The 413 for a form of ``actual`` bytes, or of as many as had come when it was refused."""
    return PayloadTooLarge(
        f"The form has {actual:,} bytes; at most {MAX_FORM_BYTES:,} are allowed: a picture of"
        f" {MAX_IMAGE_BYTES // 2**20} MiB, and the words beside it.",
        limit=MAX_FORM_BYTES,
        actual=actual,
    )


class ApiHandler(WSGIHandler):
    """Django's WSGI application, with our request."""

    request_class = ApiRequest
