"""One line in the log for each request, and its place in the metrics; never a credential."""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress

from django.http import HttpResponseBase
from django.urls import ResolverMatch

from apps.dashboard.api.identifiers import SHORTUUID_PATTERN, decode_id, encode_id
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.upload_handler import ImageUploadHandler
from apps.dashboard.operations.metrics import (
    CHECK_SECONDS,
    RATE_LIMIT_REFUSALS,
    STORAGE_SECONDS,
    UPLOADS,
)
from apps.organizations.callers import Caller
from apps.problems import ImageRefused, Problem, RateLimited
from apps.products.incoming_image import IncomingImage

UPLOAD_ROUTE_ENDS = {
    "POST": "/<organization_id>/<gtin>/images",
    "PUT": "/<organization_id>/<gtin>/images/<image_id>/file",
}
ERROR_CODES = {kind.status: kind.error_code for kind in Problem.__subclasses__()}
NOBODY = "nobody"
# For a terminal; the JSON has every field under its name.
LINE = (
    "%(method)s %(route)s %(status)d %(outcome)s caller=%(credential)s"
    " organization=%(organization)s %(bytes)d bytes %(milliseconds).2f ms"
)

logger = logging.getLogger(__name__)


def log_request(request: ApiRequest, response: HttpResponseBase, started: float) -> None:
    """Write the line and count; ``started`` is of `time.perf_counter`."""
    match = request.resolver_match
    outcome = _get_outcome(response)
    kind, credential = _describe_caller(request)
    is_upload = _is_upload(request, match)
    handler = _get_upload_handler(request) if is_upload else None
    fields = {
        "method": request.method,
        # The pattern that the path matched; none where it was refused before, or matches none.
        "route": match and f"/{match.route}",
        "status": response.status_code,
        "outcome": outcome,
        "caller": kind,
        "credential": credential,
        "organization": match and _get_organization(match),
        # What came of the body before the answer
        "bytes": _count_bytes(request, handler, is_upload=is_upload),
        "milliseconds": round((time.perf_counter() - started) * 1000, 2),
    }
    logger.info(LINE, fields, extra={"fields": fields})
    if is_upload:
        _count_upload(outcome, handler.incoming if handler else None)
    if response.status_code == RateLimited.status:
        RATE_LIMIT_REFUSALS.labels(kind).inc()


def _count_upload(outcome: str, incoming: IncomingImage | None) -> None:
    label = "unknown"
    if incoming is not None:
        with suppress(ImageRefused):  # then it is of no format for certain
            label = incoming.checked.image_format.label
        if incoming.check_seconds:
            CHECK_SECONDS.observe(incoming.check_seconds)
        if incoming.storage_seconds is not None:
            STORAGE_SECONDS.observe(incoming.storage_seconds)
    UPLOADS.labels(outcome, label).inc()


def _describe_caller(request: ApiRequest) -> tuple[str, str | None]:
    # The document and its page are answered without anybody being looked for.
    caller = getattr(request, "caller", None)
    if isinstance(caller, Caller):
        return caller.kind.value, caller.credential
    return NOBODY, None


def _is_upload(request: ApiRequest, match: ResolverMatch | None) -> bool:
    route_end = UPLOAD_ROUTE_ENDS.get(request.method or "")
    return bool(route_end and match and match.route.endswith(route_end))


def _get_upload_handler(request: ApiRequest) -> ImageUploadHandler | None:
    # It is there as soon as the upload is admitted.
    [handler, *_] = request.upload_handlers
    return handler if isinstance(handler, ImageUploadHandler) else None


def _get_outcome(response: HttpResponseBase) -> str:
    if response.status_code >= 400:
        return ERROR_CODES.get(response.status_code, "bad_request")
    return "replayed" if "Idempotent-Replayed" in response.headers else "ok"


def _get_organization(match: ResolverMatch) -> str | None:
    # Only what is an id: a path may hold anything, a key pasted into the wrong place included.
    text = match.kwargs.get("organization_id", "")
    if re.fullmatch(SHORTUUID_PATTERN, text):
        return str(text)
    try:
        return encode_id(decode_id(text))
    except ValueError:
        return None


def _count_bytes(
    request: ApiRequest, handler: ImageUploadHandler | None, *, is_upload: bool
) -> int:
    if is_upload:
        return handler.received_bytes if handler else 0
    # Django's test client makes plain requests, for which the document and its page are enough.
    return getattr(request, "declared_bytes", None) or 0
