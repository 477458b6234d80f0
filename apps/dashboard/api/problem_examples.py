"""One example of each problem, as the document and the pages of ``/docs/errors/`` show it.

Each is made by what makes the real ones, so that its words are those which the service sends.
"""

from __future__ import annotations

from typing import Final

from apps.dashboard.api.credential_faults import explain_malformed_key
from apps.dashboard.api.etags import CHANGED
from apps.dashboard.api.rate_limit import MINUTE_SECONDS, Standing
from apps.dashboard.api.request_body import build_too_large
from apps.dashboard.api.wrong_addresses import explain_method
from apps.dashboard.operations.window_counts import Quota
from apps.organizations.callers import Caller, CallerKind
from apps.organizations.models import ApiKey, Permission
from apps.problems import (
    BadRequest,
    FieldError,
    Forbidden,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
)
from apps.products.access import describe_missing_product
from apps.products.upload_claims import build_still_running

_READ_ONLY: Final = Caller(
    CallerKind.API_KEY, "api_key:17", 1, granted=ApiKey.PERMISSIONS[ApiKey.Role.READONLY]
)
_MINUTE: Final = Quota(300, MINUTE_SECONDS)
_USED_UP: Final = Standing(
    [_MINUTE], _MINUTE, remaining=0, reset_at=MINUTE_SECONDS, now=18.0, is_refused=True
)
_HEIC: Final = "This is HEIC; save it as JPEG. JPEG, PNG, GIF, WebP, BMP and SVG are allowed."

_EXAMPLES: Final = (
    BadRequest("The form ended before its closing boundary: 81920 bytes came of 204800 declared."),
    Unauthorized(
        explain_malformed_key("csb_4fGhQ2"),
        headers={"WWW-Authenticate": 'ApiKey realm="dashboard", header="X-API-Key"'},
    ),
    Forbidden(_READ_ONLY.explain_lack(Permission.CONTRIBUTE)),
    NotFound(describe_missing_product("00012345678901")),
    MethodNotAllowed(
        explain_method("PUT", ["GET", "HEAD", "OPTIONS", "POST"], None),
        headers={"Allow": "GET, HEAD, OPTIONS, POST"},
    ),
    build_still_running(42),
    PreconditionFailed(CHANGED),
    build_too_large(31_457_280),
    UnsupportedMediaType(
        "The body is application/json; send multipart/form-data, as in: curl -F image=@photo.jpg"
    ),
    InvalidInput(_HEIC, errors=[FieldError("image", _HEIC)]),
    _USED_UP.get_problem(),
    InternalError("Something went wrong on our side; the request id finds it in our log."),
    ServiceUnavailable("The picture could not be stored; try again."),
)

PROBLEM_EXAMPLES: Final = {example.error_code: example for example in _EXAMPLES}
