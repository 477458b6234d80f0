"""GTINs (GS1 General Specifications §7.9): 8 to 14 digits, kept as 14."""

from __future__ import annotations

import re
from itertools import islice

from stdnum import ean

_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015]")
_DIGITS = re.compile(r"[0-9]{8,14}")
# As spreadsheets show long numbers that they were not told to be text.
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+[.,][0-9]+")
_GROUP_SIZES = {8: (4, 4), 12: (1, 5, 5, 1), 13: (1, 6, 6), 14: (1, 2, 5, 5, 1)}
_PRINTED_PREFIX = re.compile(r"^\s*(?:GTIN(?:-(?:8|12|13|14)\b)?:?)?\s*(?:\(01\))?", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[0-9 .,\-+eE]{1,32}")


def normalize_gtin(text: str) -> str:
    """The 14 digits, zero-padded from 8 to 14 ASCII digits; raises ValueError otherwise.

    The check digit is not looked at: a number that is nobody's is simply not found.
    """
    if not _DIGITS.fullmatch(text):
        raise ValueError(_explain_fault(text))
    return text.zfill(14)


def join_digits(text: str) -> str:
    """The text without the spaces and dashes that group printed digits."""
    return _BETWEEN_DIGITS.sub("", text)


def read_printed_gtin(text: str) -> str | None:
    """The GTIN-14 in the text, as it is printed or copied; None where it is none.

    Spaces and dashes are allowed, its name and its GS1 application identifier before it, too.
    """
    digits = join_digits(_PRINTED_PREFIX.sub("", text))
    return digits.zfill(14) if _DIGITS.fullmatch(digits) else None


def print_gtin(gtin14: str) -> str:
    """The GTIN in groups as it is printed under its bar code (GS1 General Specifications §5)."""
    zeros = next(n for n in (6, 2, 1, 0) if gtin14.startswith("0" * n))
    digits = iter(gtin14[zeros:])
    return " ".join("".join(islice(digits, size)) for size in _GROUP_SIZES[len(gtin14) - zeros])


def get_check_digit(gtin14: str) -> str:
    """What the last of the 14 digits has to be (GS1 General Specifications §7.9.1)."""
    return ean.calc_check_digit(gtin14[:-1])


def has_valid_check_digit(gtin14: str) -> bool:
    """Whether the last of the 14 digits is the one that the others demand."""
    return get_check_digit(gtin14) == gtin14[-1]


def _explain_fault(text: str) -> str:
    # Only what looks like a number is repeated: the rest may be anything.
    count = "1 character is" if len(text) == 1 else f"{len(text)} characters are"
    sent = f"{text!r} is" if _NUMBER_LIKE.fullmatch(text) else count
    detail = f"A GTIN has 8 to 14 digits 0-9; {sent} none."
    if _SHORTENED.fullmatch(text):
        return (
            f"{detail} A spreadsheet has shortened the number: format its column as text, and enter"
            " the digits again."
        )
    if _DIGITS.fullmatch("".join(filter(str.isalnum, text))):
        return f"{detail} Leave out what stands between the digits."
    if text.isdecimal():
        digits = f"It has {len(text)} digits" if text.isascii() else "Its digits are not 0-9"
        return f"{detail} {digits}."
    return detail
