"""What each problem means, beside an example of it: the pages of ``/docs/errors/``.

Status, title and the rest come from the example's class in `apps.problems`. The prose is ours and
holds HTML; what leads to each problem is in `problem_causes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.dashboard.api.problem_examples import PROBLEM_EXAMPLES
from apps.dashboard.pages.printed_limits import IMAGE_LIMIT
from apps.dashboard.pages.problem_causes import CAUSES, Cause
from apps.problems import Problem


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """The page of one ``error_code``."""

    example: Problem
    meaning: str
    causes: tuple[Cause, ...]
    """The ways to get here, and out."""


# By error code.
_MEANINGS: Final = {
    "bad_request": "The request could not be read to its end, or not at all.",
    "unauthorized": "We don't know who is asking. None of the file was read.",
    "forbidden": "We know who you are, and your role doesn't cover this.",
    "not_found": "There is nothing here that you may see. What exists elsewhere is not told.",
    "method_not_allowed": "The address is right, the method isn't.",
    "conflict": (
        "The request runs into another one that is not over yet, or there is no room for what it"
        " brings: then <code>quota</code> names the limit, and <code>limit</code> and"
        " <code>actual</code> say how much."
    ),
    "precondition_failed": "What you meant to change is no longer what you saw.",
    "payload_too_large": (
        f"An image may have {IMAGE_LIMIT}. The members <code>limit</code> and <code>actual</code>"
        " are in bytes."
    ),
    "unsupported_media_type": "The body is of a type that this address doesn't take.",
    "validation_error": (
        "Something you sent can't be accepted. <code>errors</code> names every fault at once,"
        " field by field."
    ),
    "rate_limited": "Too many requests in too short a time. This one was not counted.",
    "internal_error": "A fault of ours. Nothing that you sent was half kept.",
    "service_unavailable": "A part that we depend on doesn't answer just now. Nothing was kept.",
}

PROBLEM_PAGES: Final = {
    code: ProblemPage(example, _MEANINGS[code], CAUSES[code])
    for code, example in PROBLEM_EXAMPLES.items()
}
