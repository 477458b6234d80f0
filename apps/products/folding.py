"""Names as people look for them, and in the order in which they look for them."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 255
MAX_FOLDED_LENGTH = 1024
_DIGITS = re.compile(r"[0-9]+")
# Letters that Unicode does not take apart into another and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """The text without case and accents: "GRÜNER" and "grüner" are both "gruner".

    Of a long one its first 1,024 characters: what it takes grows with the square of its accents.
    """
    text = text[:MAX_FOLDED_LENGTH]
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)


def build_sort_key(text: str) -> str:
    """What a name is sorted by, in any database: accents beside their letters, 2 before 10."""
    return _DIGITS.sub(lambda number: number[0].zfill(10), fold(text).strip())[:MAX_LENGTH]
