"""Names of files as people read them, from names as clients send them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

MAX_LENGTH = 255
# Control characters, and those that turn a line round (Unicode UAX #9).
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def clean_file_name(sent_name: str) -> str:
    """The name without its path and without what is not seen, in NFC, at most 255 characters.

    Of a longer one the end stays, which tells the format; empty where nothing is left.
    """
    name = sent_name.replace("\\", "/").rpartition("/")[2]
    name = UNSEEN.sub("", name)
    if len(name) > 4 * MAX_LENGTH:  # what accents take grows with the square of their number
        name = name[: 3 * MAX_LENGTH] + name[-MAX_LENGTH:]
    name = unicodedata.normalize("NFC", name).strip()
    if len(name) <= MAX_LENGTH:
        return name
    suffix = PurePosixPath(name).suffix[:16]
    return name[: MAX_LENGTH - len(suffix)] + suffix
