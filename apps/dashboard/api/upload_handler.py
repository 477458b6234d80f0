"""What becomes of a file in a form: the upload's is checked as it arrives, others are refused."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import SuspiciousMultipartForm
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.datastructures import MultiValueDict
from multipart import MultipartError, PushMultipartParser

from apps.dashboard.api.idempotency import read_idempotency_key
from apps.dashboard.api.request_body import (
    MAX_FORM_BYTES,
    READ_BYTES,
    ApiRequest,
    build_too_large,
)
from apps.dashboard.api.upload_form import UploadForm
from apps.problems import BadRequest, FormCutShort, UnsupportedMediaType
from apps.products.image_store import release_connection
from apps.products.incoming_image import IncomingImage

MAX_PARTS = 100


def check_form_head(request: ApiRequest) -> None:
    """Refuse what declares itself as no such form, and have this read by `ImageUploadHandler`.

    Raises UnsupportedMediaType, PayloadTooLarge, FormCutShort or InvalidInput, in this order.
    """
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType(
            f"The body is {request.content_type or 'of no declared type'};"
            " send multipart/form-data, as in: curl -F image=@photo.jpg"
        )
    declared = request.declared_bytes
    if declared is not None and declared > MAX_FORM_BYTES:
        raise build_too_large(declared)
    if declared == 0:
        raise FormCutShort("The form is empty: no bytes were sent.")
    request.idempotency_key = read_idempotency_key(request)
    # Django's parser knows the type in small letters alone (RFC 9110 §8.3.1).
    _, *parameters = request.META["CONTENT_TYPE"].partition(";")
    request.META["CONTENT_TYPE"] = "".join((request.content_type, *parameters))
    request.upload_handlers = [ImageUploadHandler(request)]
    release_connection()


class RefusingUploadHandler(FileUploadHandler):
    """For every form but the upload's: refuses a file at its first byte."""

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
    incoming: IncomingImage | None = None

    def handle_raw_input(  # type: ignore[override]  # Django passes the request, and bytes
        self,
        input_data: ApiRequest,
        META: dict[str, Any],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> tuple[MultiValueDict[str, Any], MultiValueDict[str, Any]]:
        """Raises BadRequest, FormCutShort, PayloadTooLarge, ImageTooLarge or StorageUnavailable."""
        form = UploadForm()
        try:
            self._read_form(input_data, boundary, form)
        except BaseException:  # raised again: nobody else knows of its temporary file yet
            form.close()
            raise
        files = form.get_files()
        self.incoming = files.get("image")
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
            raise BadRequest(f"The multipart form is malformed: {fault.args[0]}.") from fault
        try:
            parser.close()
        except MultipartError as fault:
            raise FormCutShort(
                f"The form ended before its closing boundary: {self.received_bytes} bytes came"
                f"{_describe_declared(request)}."
            ) from fault

    def _read_chunk(
        self, request: ApiRequest, parser: PushMultipartParser, form: UploadForm
    ) -> bool:
        # By itself, so that none of the bytes are held while a client is waited for.
        chunk = request.read(READ_BYTES)
        self.received_bytes += len(chunk)
        if self.received_bytes > MAX_FORM_BYTES:
            raise build_too_large(self.received_bytes)
        for event in parser.parse(chunk) if chunk else ():
            form.take(event)
        return bool(chunk)


def _describe_declared(request: ApiRequest) -> str:
    return "" if request.is_chunked else f" of {request.declared_bytes} declared"
