"""What each problem means, beside an example of it: the pages of ``/docs/errors/``.

Status, title and the rest come from the example's class in `apps.problems`. The prose is ours and
holds HTML; what leads to each problem is in `problem_causes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.dashboard.api.request_body import build_too_large
from apps.dashboard.printed_limits import IMAGE_LIMIT
from apps.dashboard.problem_causes import CAUSES, Cause
from apps.problems import (
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    Problem,
    RateLimited,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
)


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """The page of one ``error_code``."""

    example: Problem
    meaning: str

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The ways to get here, and out."""
        return CAUSES[self.example.error_code]


_PAGES: Final = (
    ProblemPage(
        BadRequest(
            "The form ended before its closing boundary: 81920 bytes came of 204800 declared."
        ),
        "The request could not be read to its end, or not at all.",
    ),
    ProblemPage(
        Unauthorized(
            "The API key is malformed or its checksum is wrong; was it cut?",
            headers={"WWW-Authenticate": 'ApiKey realm="dashboard", header="X-API-Key"'},
        ),
        "We don't know who is asking. None of the file was read.",
    ),
    ProblemPage(
        Forbidden("This takes organization.contribute_organization; your role does not have it."),
        "We know who you are, and your role doesn't cover this.",
    ),
    ProblemPage(
        NotFound("There is no such product in this organization."),
        "There is nothing here that you may see. What exists elsewhere is not told.",
    ),
    ProblemPage(
        MethodNotAllowed(
            "This address does not take that method; see Allow.", headers={"Allow": "GET, POST"}
        ),
        "The address is right, the method isn't.",
    ),
    ProblemPage(
        Conflict("The first request with this Idempotency-Key is still running."),
        "The request runs into another one that is not over yet.",
    ),
    ProblemPage(
        PreconditionFailed("The image has changed since you read it."),
        "What you meant to change is no longer what you saw.",
    ),
    ProblemPage(
        build_too_large(31_457_280),
        f"An image may have {IMAGE_LIMIT}. The members <code>limit</code> and <code>actual</code>"
        " are in bytes.",
    ),
    ProblemPage(
        UnsupportedMediaType(
            "The body is application/json; send multipart/form-data,"
            " as in: curl -F image=@photo.jpg"
        ),
        "The body is of a type that this address doesn't take.",
    ),
    ProblemPage(
        InvalidInput(
            "This is HEIC; save it as JPEG. JPEG, PNG, GIF, WebP, BMP and SVG are allowed.",
            errors=[
                FieldError(
                    "image",
                    "This is HEIC; save it as JPEG. JPEG, PNG, GIF, WebP, BMP and SVG are allowed.",
                )
            ],
        ),
        "Something you sent can't be accepted. <code>errors</code> names every fault at once,"
        " field by field.",
    ),
    ProblemPage(
        RateLimited(
            "300 requests a minute are allowed; the next one is possible in 42 seconds.",
            headers={"Retry-After": "42"},
            retry_after_seconds=42,
        ),
        "Too many requests in too short a time. This one was not counted.",
    ),
    ProblemPage(
        InternalError("Something went wrong on our side; the request id finds it in our log."),
        "A fault of ours. Nothing that you sent was half kept.",
    ),
    ProblemPage(
        ServiceUnavailable("The picture could not be stored; try again."),
        "A part that we depend on doesn't answer just now. Nothing was kept.",
    ),
)

PROBLEM_PAGES: Final = {page.example.error_code: page for page in _PAGES}
