"""The request as the API sees it: a chunked body can be read, an unread one is drained."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream, WSGIHandler, WSGIRequest

from apps.dashboard.operations.stall_watch import waiting
from apps.dashboard.operations.thread_shares import BODIES, take_place
from apps.organizations.callers import Caller
from apps.problems import BadRequest, PayloadTooLarge, Unauthorized
from apps.products.models import Product
from apps.products.pictures.image_checks import MAX_IMAGE_BYTES
from apps.products.stored_objects import release_connection

MAX_WORDS_BYTES = 64 * 1024  # what a form may have beside its picture
MAX_FORM_BYTES = MAX_IMAGE_BYTES + MAX_WORDS_BYTES
# Of all bodies but the upload's
BODY_SECONDS = 30
# A read returns when it has as many, so that one who sends a byte now and then is found out.
SMALL_READ_BYTES = 256
MAX_DRAINED_BYTES = 32 * 1024 * 1024
READ_BYTES = 128 * 1024
# Ours have none, messages two for each quotation mark. Python before 3.11.10 and 3.12.6 takes
# seconds for thousands (CVE-2024-7592).
MAX_COOKIE_ESCAPES = 256
# Django takes seconds for tens of thousands of parameters; a boundary has 70 characters at most.
MAX_TYPE_LENGTH = 1024


class ApiRequest(WSGIRequest):
    """A request whose body may be chunked, and is thrown away at the end where nobody read it."""

    caller: Caller | Unauthorized  # set by the middleware
    auth: Caller  # set by ninja
    organization_id: UUID  # set by the admission
    product: Product  # set by the admission
    # Where more is taken than of other small bodies.
    max_body_bytes: int | None = None
    idempotency_key: str | None  # set by the upload's
    # Reads a form by itself, in place of Django's parser; set by the upload's admission
    read_form: Callable[[], tuple[Any, Any]] | None = None
    _read_started: bool  # Django's own

    def __init__(self, environ: dict[str, Any]) -> None:
        if environ.get("HTTP_COOKIE", "").count("\\") > MAX_COOKIE_ESCAPES:
            del environ["HTTP_COOKIE"]
        if len(environ.get("CONTENT_TYPE", "")) > MAX_TYPE_LENGTH:
            environ["CONTENT_TYPE"] = ""
        try:
            super().__init__(environ)
        except ValueError:  # Django's, for parameters of the type that it cannot read
            environ["CONTENT_TYPE"] = ""
            super().__init__(environ)
        self._rest: Any = self._stream  # what nobody has read of the body
        self.is_chunked = not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in environ
        if self.is_chunked and environ.get("wsgi.input_terminated"):
            is_form = self.content_type == "multipart/form-data"
            self._bound_chunks(MAX_FORM_BYTES if is_form else self.body_limit)

    @property
    def body_limit(self) -> int:
        """How many bytes are taken, but for the upload's."""
        return self.max_body_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def take_bytes(self, limit: int) -> None:
        """Take a body of so many, of which nothing was read yet."""
        self.max_body_bytes = limit
        if self.is_chunked and self.META.get("wsgi.input_terminated"):
            self._bound_chunks(limit)

    @property
    def declared_bytes(self) -> int | None:
        """The body's ``Content-Length``; None when it is chunked (RFC 9112 §6)."""
        return None if self.is_chunked else int(self.META.get("CONTENT_LENGTH") or 0)

    @property
    def body(self) -> bytes:
        """The whole of it, which has half a minute to come.

        Raises PayloadTooLarge, RequestDataTooBig, BadRequest or UnreadablePostError.
        """
        if not self._read_started:
            self._stream = _SmallBody(self._stream)
            if self.max_body_bytes:  # Django would refuse it for its length
                self._body = self.read()
                self._stream = BytesIO(self._body)
        try:
            data = super().body
        except BadRequest:
            self._rest = BytesIO()  # who took too long for it has no more time for the rest
            raise
        if len(data) > self.body_limit:
            raise PayloadTooLarge(
                f"At most {self.body_limit:,} bytes are taken here.", limit=self.body_limit
            )
        return data

    def _load_post_and_files(self) -> None:
        # Django's, which reads the form of a POST alone; the log tells what was sent.
        method, self.method = self.method, "POST" if self.method == "PUT" else self.method
        try:
            super()._load_post_and_files()
        finally:
            self.method = method

    def parse_file_upload(self, META: Any, post_data: Any) -> tuple[Any, Any]:  # noqa: N803 (Django's name)
        """The fields and the files of a form."""
        if self.read_form is not None:
            return self.read_form()
        return super().parse_file_upload(META, post_data)

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
        if self._read_started or not awaits_go_ahead:
            with take_place(BODIES) as is_taken:
                if is_taken:
                    with waiting():
                        self._drain()
        # Django ties a request to its user, its messages and its upload handlers, and those to it:
        # all would wait for the garbage collector, with the last of the body in their midst.
        self.__dict__.clear()

    def _bound_chunks(self, limit: int) -> None:
        self.META["CONTENT_LENGTH"] = str(limit)
        self._rest = self.META["wsgi.input"]
        # One byte more than is allowed, so that reading it tells that there was too much.
        self._stream: Any = LimitedStream(self._rest, limit + 1)

    def _drain(self) -> None:
        left = MAX_DRAINED_BYTES
        with suppress(OSError):  # the client went away, which is its good right
            while left > 0 and (data := self._rest.read(READ_BYTES)):
                left -= len(data)


class _SmallBody:
    """A body that comes within BODY_SECONDS, or is given up."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """All of it, whatever the size; raises BadRequest."""
        end, parts = time.monotonic() + BODY_SECONDS, []
        with waiting():
            while part := self._stream.read(SMALL_READ_BYTES):
                parts.append(part)
                if time.monotonic() > end:
                    raise BadRequest(f"The body took longer than {BODY_SECONDS} seconds to come.")
        return b"".join(parts)

    def close(self) -> None:
        """Django does so when it has read all."""
        self._stream.close()


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
