"""Everything that can go wrong for a caller, one class per problem (RFC 9457).

Problem
├── BadRequest                  400 bad_request
│   └── FormCutShort
├── Unauthorized                401 unauthorized
├── Forbidden                   403 forbidden
├── NotFound                    404 not_found
├── MethodNotAllowed            405 method_not_allowed
├── Conflict                    409 conflict
│   └── QuotaExceeded
├── PreconditionFailed          412 precondition_failed
├── PayloadTooLarge             413 payload_too_large
│   └── ImageTooLarge
├── UnsupportedMediaType        415 unsupported_media_type
├── InvalidInput                422 validation_error
│   └── ImageRefused
│       ├── NotAnImage
│       ├── ImageDamaged
│       ├── ImageTellsPlace
│       ├── ImageTooManyPixels
│       └── SvgUnsafe
├── RateLimited                 429 rate_limited
├── InternalError               500 internal_error
└── ServiceUnavailable          503 service_unavailable
    ├── DatabaseUnavailable
    └── StorageUnavailable
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of one field, as it stands in the ``errors`` of a 422."""

    field: str
    message: str


class Problem(Exception):
    """A fault that a caller sees: raise it, `problem_responses` writes it.

    ``detail`` is one sentence with the actual and the allowed value; ``headers`` go out with the
    response; every further keyword becomes an extension member (RFC 9457 §3.2) unless it is None.
    """

    status: ClassVar[int] = 500
    error_code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal Server Error"

    def __init__(
        self,
        detail: str,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        **members: int | str | None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.members: dict[str, object] = {k: v for k, v in members.items() if v is not None}
        if errors is not None:
            self.members["errors"] = [asdict(error) for error in errors]

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        is_running = self.status == 409 and "Retry-After" in self.headers
        return is_running or self.status == 429 or self.status >= 500


class BadRequest(Problem):
    status = 400
    error_code = "bad_request"
    title = "Bad Request"


class FormCutShort(BadRequest):
    """The multipart form ended before its closing boundary (RFC 2046 §5.1.1)."""


class Unauthorized(Problem):
    status = 401
    error_code = "unauthorized"
    title = "Unauthorized"


class Forbidden(Problem):
    status = 403
    error_code = "forbidden"
    title = "Forbidden"


class NotFound(Problem):
    status = 404
    error_code = "not_found"
    title = "Not Found"


class MethodNotAllowed(Problem):
    status = 405
    error_code = "method_not_allowed"
    title = "Method Not Allowed"


class Conflict(Problem):
    status = 409
    error_code = "conflict"
    title = "Conflict"


class QuotaExceeded(Conflict):
    """More than an organization may keep, or than is kept of one product; tells which quota."""


class PreconditionFailed(Problem):
    status = 412
    error_code = "precondition_failed"
    title = "Precondition Failed"


class PayloadTooLarge(Problem):
    status = 413
    error_code = "payload_too_large"
    title = "Payload Too Large"


class ImageTooLarge(PayloadTooLarge):
    """The image has more bytes than an image may have."""


class UnsupportedMediaType(Problem):
    status = 415
    error_code = "unsupported_media_type"
    title = "Unsupported Media Type"


class InvalidInput(Problem):
    status = 422
    error_code = "validation_error"
    title = "Validation Error"


class ImageRefused(InvalidInput):
    """The bytes in ``image`` are no picture that is kept; with the limit that they exceed."""

    def __init__(self, detail: str, *, limit: int | None = None, actual: int | None = None) -> None:
        super().__init__(detail, errors=[FieldError("image", detail)], limit=limit, actual=actual)


class NotAnImage(ImageRefused):
    """The first bytes are those of no format that is accepted."""


class ImageDamaged(ImageRefused):
    """The format is known, but the file is cut, corrupted or breaks its standard.

    What it means and what to do is said first, ``remedy``, then the fault; both are sentences.
    """

    def __init__(
        self,
        fault: str,
        *,
        remedy: str = "The picture is damaged; export or download it again.",
        limit: int | None = None,
        actual: int | None = None,
    ) -> None:
        super().__init__(f"{remedy} {fault}", limit=limit, actual=actual)


class ImageTellsPlace(ImageRefused):
    """The picture tells where it was taken, and the organization takes none that do."""


class ImageTooManyPixels(ImageRefused):
    """The header announces more pixels than may ever be decoded."""


class SvgUnsafe(ImageRefused):
    """The SVG holds script, or reaches outside itself."""


class RateLimited(Problem):
    status = 429
    error_code = "rate_limited"
    title = "Too Many Requests"


class InternalError(Problem):
    """A fault of ours; its cause is in the log under the request id."""


class ServiceUnavailable(Problem):
    status = 503
    error_code = "service_unavailable"
    title = "Service Unavailable"


class DatabaseUnavailable(ServiceUnavailable):
    """The database did not answer, or lost the connection."""


class StorageUnavailable(ServiceUnavailable):
    """The object storage did not take, or did not give up, an object."""
