"""Texts that come where a picture should: what they are, and what to send instead."""

from __future__ import annotations

import re
from typing import Final

# Base64 of how each format begins.
_BASE64: Final = {
    "/9j/": "JPEG",
    "iVBORw0KGgo": "PNG",
    "R0lGOD": "GIF",
    "UklGR": "WebP",
    "Qk": "BMP",
    "PHN2Zy": "SVG",
    "PD94bWwg": "SVG",
}
_DATA_URI: Final = re.compile(r"data:image/([a-z+]{1,16})", re.IGNORECASE)
_HTML: Final = re.compile(
    r"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE
)
_PLAIN: Final = re.compile(rb"[\x20-\x7e\s]{4,}\Z")
_WORDS: Final = (
    (
        re.compile(r"(?:https?|ftp|s3)://", re.IGNORECASE),
        "this is an address, not a picture: download it, and send the file",
    ),
    (
        re.compile(
            r"@?(?:file:|[A-Za-z]:\\|~?/|\.{1,2}/|[\w .-]+\.(?:jpe?g|png|gif|webp|bmp|svg)\b)"
        ),
        "this is the name of a file, not the file: send what is in it, as in -F image=@photo.jpg",
    ),
    (
        re.compile(r"[{\[]"),
        "this is JSON, not a picture: an answer or a setting was saved in its place, download it"
        " again",
    ),
)


def name_html(head: bytes) -> str | None:
    """As `name_text`, for a page alone: a picture in SVG begins with the same sign."""
    if _HTML.match(head.decode("latin-1")):
        return (
            "this is HTML, not a picture: a page, perhaps of an error, was saved in its place,"
            " download it again"
        )
    return None


def name_text(head: bytes) -> str | None:
    """Return "this is a thing: what to do" for the first bytes of a file, or None for no text."""
    if told := name_html(head):
        return told
    try:
        text = head.decode("ascii").lstrip()
    except UnicodeDecodeError:
        return None
    if named := _DATA_URI.match(text):
        kind = named[1].removesuffix("+xml").upper()
        return f"this is a data URI of a {kind}: decode what follows its comma, and send the bytes"
    for start, name in _BASE64.items():
        if text.startswith(start) and re.fullmatch(r"[A-Za-z0-9+/=\s]{16,}", text):
            return f"this is {name} as Base64 text: decode it, and send the bytes"
    return next((told for pattern, told in _WORDS if pattern.match(text)), None)


def name_plain_text(head: bytes) -> str | None:
    """As `name_text`, for text of any other kind."""
    return (
        "this is plain text, not a picture: download or export it again"
        if _PLAIN.match(head)
        else None
    )
