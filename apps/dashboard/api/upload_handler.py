"""What becomes of a file in a form: the upload's is checked as it arrives, others are refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.core.exceptions import SuspiciousMultipartForm
from django.core.files.uploadhandler import FileUploadHandler
from django.urls import ResolverMatch
from django.utils.datastructures import MultiValueDict
from multipart import MultipartError, PushMultipartParser

from apps.dashboard.api.admission import check_encoding
from apps.dashboard.api.auth import require_caller
from apps.dashboard.api.idempotency import read_idempotency_key
from apps.dashboard.api.parameters import ImagePath
from apps.dashboard.api.request_body import (
    MAX_FORM_BYTES,
    MAX_WORDS_BYTES,
    READ_BYTES,
    ApiRequest,
    build_too_large,
)
from apps.dashboard.api.request_head import check_query, describe_type
from apps.dashboard.api.upload_form import FIELDS, FILE_FIELDS, UploadForm
from apps.problems import BadRequest, FormCutShort, QuotaExceeded, UnsupportedMediaType
from apps.products.image_store import get_image
from apps.products.incoming_image import IncomingImage
from apps.products.models import Product
from apps.products.quotas import check_room, check_room_for_bytes
from apps.products.stored_objects import release_connection
from apps.products.upload_claims import is_claimed

MAX_PARTS = 100
_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")  # RFC 2046 §5.1.1, as Django takes it
_FIRST_BYTES = 256  # more than any boundary has (RFC 2046 §5.1.1)
# For what people get wrong who write a form by hand, by the parser's words.
_REMEDIES = {
    "line break": " Its lines end in CR LF, not in LF alone.",
    "Content-Disposition": ' Each part begins with Content-Disposition: form-data; name="...".',
    "boundary": " The boundary in it must be the one that Content-Type declares.",
}


def check_form_head(request: ApiRequest) -> None:
    """Refuse what declares itself as no such form, and have this read by `ImageUploadHandler`.

    Raises UnsupportedMediaType, PayloadTooLarge, FormCutShort, InvalidInput, BadRequest or
    QuotaExceeded, in this order.
    """
    _check_head(request, FIELDS)
    _check_room(request, check_room)
    release_connection()


def check_file_head(request: ApiRequest) -> None:
    """As `check_form_head`, for another file of an image that is there, of which it has no words.

    Raises NotFound where the image is not.
    """
    match = cast("ResolverMatch", request.resolver_match)
    get_image(request.product, ImagePath.model_validate(match.kwargs).image_id)
    _check_head(request, FILE_FIELDS)
    _check_room(request, check_room_for_bytes)
    release_connection()


def _check_head(request: ApiRequest, fields: tuple[str, ...]) -> None:
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType(
            f"The body is {describe_type(request)};"
            " send multipart/form-data, as in: curl -F image=@photo.jpg"
        )
    check_encoding(request)
    declared = request.declared_bytes
    if declared is not None and declared > MAX_FORM_BYTES:
        raise build_too_large(declared)
    if declared == 0:
        raise FormCutShort("The form is empty: no bytes were sent.")
    check_query(request, fields)
    request.idempotency_key = read_idempotency_key(request)
    boundary = (request.content_params or {}).get("boundary", "")
    if not boundary.strip():
        raise BadRequest(
            "Content-Type is multipart/form-data without a boundary; do not set this header by"
            " hand: curl -F, FormData and files= set it, with the boundary that they use."
        )
    if not _BOUNDARY.fullmatch(boundary):
        raise BadRequest("The boundary in Content-Type has other characters than one may have.")
    handler = ImageUploadHandler(request, fields)
    request.upload_handlers = [handler]
    request.read_form = partial(handler.read_form, request, boundary.encode())


def _check_room(request: ApiRequest, check: Callable[[Product, int], None]) -> None:
    # Who asks for the answer of a first try gets it, however full all is by now.
    try:
        check(request.product, max(1, (request.declared_bytes or 0) - MAX_WORDS_BYTES))
    except QuotaExceeded:
        key = request.idempotency_key
        if key is None or not is_claimed(require_caller(request).credential, key):
            raise


class RefusingUploadHandler(FileUploadHandler):
    """For every form but an upload's: refuses a file at its first byte."""

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        # Django's own, since pages have no other way to answer 400.
        raise SuspiciousMultipartForm(f"file in {field_name!r}")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class ImageUploadHandler(RefusingUploadHandler):
    """Reads the whole form itself: Django's parser does not tell a cut form from a whole one.

    ``received_bytes`` and ``incoming`` tell the log how far it came.
    """

    received_bytes = 0
    _first_bytes = b""
    incoming: IncomingImage | None = None

    def __init__(self, request: ApiRequest, fields: tuple[str, ...]) -> None:
        super().__init__(request)
        self._fields = fields

    def read_form(
        self, request: ApiRequest, boundary: bytes
    ) -> tuple[MultiValueDict[str, Any], MultiValueDict[str, Any]]:
        """The fields and the files.

        Raises BadRequest, FormCutShort, PayloadTooLarge, ImageTooLarge or StorageUnavailable.
        """
        form = UploadForm(self._fields)
        try:
            self._read_form(request, boundary, form)
        except BaseException:  # raised again: nobody else knows of its temporary file yet
            form.close()
            raise
        files = form.get_files()
        [self.incoming] = files.getlist("image")
        self.incoming.refuses_positions = request.product.refuses_positions
        return form.get_fields(), files

    def _read_form(self, request: ApiRequest, boundary: bytes, form: UploadForm) -> None:
        # A name of any bytes will do: latin-1 takes them all, and `UploadForm` makes text of them.
        parser = PushMultipartParser(
            boundary, max_segment_count=MAX_PARTS, header_charset="latin-1"
        )
        try:
            while self._read_chunk(request, parser, form):
                pass
        except MultipartError as fault:
            absent = self._explain_no_boundary(boundary)
            raise BadRequest(absent or _word_malformed(str(fault.args[0]))) from fault
        try:
            parser.close()
        except MultipartError as fault:
            if absent := self._explain_no_boundary(boundary):
                raise BadRequest(absent) from fault
            raise FormCutShort(
                f"The form ended before its closing boundary: {self.received_bytes} bytes came"
                f"{_describe_declared(request)}."
            ) from fault

    def _explain_no_boundary(self, boundary: bytes) -> str | None:
        delimiter = b"--" + boundary
        first_bytes = self._first_bytes[: len(delimiter)]
        if first_bytes == delimiter[: len(first_bytes)] or delimiter in self._first_bytes:
            return None
        if self._first_bytes.startswith(b"--"):
            return (
                "The form's parts are divided by another boundary than the one in Content-Type; do"
                " not set this header by hand: curl -F, FormData and files= set it right."
            )
        return (
            "The body does not begin with the boundary that Content-Type names: it is no multipart"
            " form, perhaps the picture alone. Send it as in: curl -F image=@photo.jpg"
        )

    def _read_chunk(
        self, request: ApiRequest, parser: PushMultipartParser, form: UploadForm
    ) -> bool:
        # By itself, so that none of the bytes are held while a client is waited for.
        chunk = request.read(READ_BYTES)
        self._first_bytes = self._first_bytes or chunk[:_FIRST_BYTES]
        self.received_bytes += len(chunk)
        if self.received_bytes > MAX_FORM_BYTES:
            raise build_too_large(self.received_bytes)
        for event in parser.parse(chunk) if chunk else ():
            form.take(event)
        return bool(chunk)


def _word_malformed(reason: str) -> str:
    remedy = next((remedy for named, remedy in _REMEDIES.items() if named in reason), "")
    return f"The multipart form is malformed: {reason}.{remedy}"


def _describe_declared(request: ApiRequest) -> str:
    return "" if request.is_chunked else f" of {request.declared_bytes} declared"
