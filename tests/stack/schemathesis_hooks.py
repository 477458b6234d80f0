"""What schemathesis is told beside the document: some real pictures, and what is meant to be so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import RejectedPositiveData

from tests.sample_images import make_gif, make_jpeg, make_png, make_svg

ADDRESSES = count(int(IPv4Address("10.0.0.1")))
PICTURES = [make_jpeg(), make_png(), make_gif(), make_svg()]
CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
BOOLEAN_WORD = re.compile(rb'name="is_primary"\r\n\r\n(0|1|on|off|t|f|y|n|yes|no)\r\n', re.I)

schemathesis.openapi.format(
    "binary", strategies.sampled_from(PICTURES) | strategies.binary(max_size=64)
)


@schemathesis.hook
def before_call(_context: Any, case: Any, _arguments: dict[str, Any]) -> None:
    """Send each from an address of its own, for strangers are limited by theirs."""
    case.headers["X-Forwarded-For"] = str(IPv4Address(next(ADDRESSES)))


@schemathesis.hook
def filter_failure(_context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Keep every failure but the exempted ones."""
    return not any(is_meant for is_meant in list_exemptions(failure, case, response))


def list_exemptions(failure: Failure, case: Any, response: Any) -> Iterator[bool]:
    """One line for each: whether it is this failure, and why it is none."""
    if isinstance(failure, RejectedPositiveData):
        faults = {fault["field"]: fault["message"] for fault in response.json().get("errors", [])}
        # Random bytes are no picture.
        yield faults.keys() == {"image"}
        # Nor are random ids those of the gallery's images.
        yield faults.keys() == {"image_ids"} and "gallery" in faults["image_ids"]
        # The published document does not tell that a caption has no control characters.
        yield faults.keys() <= {"image", "title"} and "control" in faults.get("title", "")
        # The key of the document's example is good once.
        yield "came with another request" in faults.get("Idempotency-Key", "")
        # An ``If-Match`` without a tag in quotes is none, which its schema does not tell.
        yield "If-Match holds no tag" in response.json().get("detail", "")
        # Nor is one of weak tags alone, which never match.
        yield "If-Match holds only weak tags" in response.json().get("detail", "")
        # An ``If-Match`` that names another state is the reason why there is 412.
        yield response.status_code == 412 and "If-Match" in case.headers
    if isinstance(failure, AcceptedNegativeData):
        # The prose takes the canonical UUID too, the pattern beside it does not.
        yield bool(CANONICAL_UUID.fullmatch(str(case.path_parameters["organization_id"])))
        # Only uploads look at it, whose path has it in common with the list.
        is_key = re.search("parameter `Idempotency-Key`|/Idempotency-Key", failure.message)
        yield bool(is_key) and case.method != "POST"
        # A form has text only: is_primary takes the framework's boolean words, a title any text.
        sent = response.request.body or b""
        yield "is_primary" in failure.message and bool(BOOLEAN_WORD.search(sent))
        yield "/properties/title (was string, became" in failure.message and case.method == "POST"
