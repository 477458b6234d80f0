"""Identifiers as callers write them: 22 characters of shortuuid, or the canonical UUID."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache

import shortuuid

SHORTUUID_PATTERN = r"^[23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz]{22}$"

# The nil UUID is nobody's (RFC 9562 §5.9).
NO_ID = uuid.UUID(int=0)

EXAMPLE = "keATfB8VP2gSjcnTbsMNQL"

_FORMS = f"an id is 22 characters, as {EXAMPLE}, or a UUID with its dashes"
_SHORT = re.compile(SHORTUUID_PATTERN[:-1] + r"\Z")
_CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def encode_id(value: uuid.UUID) -> str:
    """The 22 characters."""
    return shortuuid.encode(value)


@lru_cache(maxsize=1024)  # an organization's is in each of its requests, twice
def decode_id(text: str) -> uuid.UUID:
    """The UUID; raises ValueError when the text is neither form of one.

    22 valid characters can exceed 128 bits; those name nothing, and become the nil UUID.
    """
    if _CANONICAL.fullmatch(text):
        return uuid.UUID(text)
    if not _SHORT.match(text):
        raise ValueError(_explain_fault(text))
    try:
        return shortuuid.decode(text)
    except ValueError:
        return NO_ID


def _explain_fault(text: str) -> str:
    # What was sent is not repeated: it may be anything, a key in the wrong place included.
    if re.fullmatch(r"[0-9a-f]{32}", text, re.IGNORECASE | re.ASCII):
        return f"This is a UUID without its dashes; {_FORMS}."
    if re.fullmatch(r"[0-9A-Za-z]{22}", text, re.ASCII):
        return f"This has one of 0, 1, I, O and l, which no id has; was it typed? {_FORMS}."
    if re.search(r"[{}<>$:]|_ID\Z", text):
        return f"This is a placeholder; put an id there: {_FORMS}."
    return f"This has {len(text)} characters and is no id, perhaps a name; {_FORMS}."
