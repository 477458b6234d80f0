"""Identifiers as callers write them: 22 characters of shortuuid, or the canonical UUID."""

from __future__ import annotations

import re
import uuid

import shortuuid

SHORTUUID_PATTERN = r"^[23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz]{22}$"

# The nil UUID is nobody's (RFC 9562 §5.9).
NO_ID = uuid.UUID(int=0)

_SHORT = re.compile(SHORTUUID_PATTERN[:-1] + r"\Z")
_CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def encode_id(value: uuid.UUID) -> str:
    """The 22 characters."""
    return shortuuid.encode(value)


def decode_id(text: str) -> uuid.UUID:
    """The UUID; raises ValueError when the text is neither form of one.

    22 valid characters can exceed 128 bits; those name nothing, and become the nil UUID.
    """
    if _CANONICAL.fullmatch(text):
        return uuid.UUID(text)
    if not _SHORT.match(text):
        raise ValueError(f"{text[:64]!r} is neither 22 characters of shortuuid nor a UUID.")
    try:
        return shortuuid.decode(text)
    except ValueError:
        return NO_ID
