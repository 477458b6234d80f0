"""GTINs (GS1 General Specifications §7.9): 8 to 14 digits, kept as 14."""

from __future__ import annotations

import re

from stdnum import ean

_DIGITS = re.compile(r"[0-9]{8,14}")


def normalize_gtin(text: str) -> str:
    """The 14 digits, zero-padded from 8 to 14 ASCII digits; raises ValueError otherwise.

    The check digit is not looked at: a number that is nobody's is simply not found.
    """
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"A GTIN has 8 to 14 digits 0-9; got {text[:64]!r}.")
    return text.zfill(14)


def get_check_digit(gtin14: str) -> str:
    """What the last of the 14 digits has to be (GS1 General Specifications §7.9.1)."""
    return ean.calc_check_digit(gtin14[:-1])


def has_valid_check_digit(gtin14: str) -> bool:
    """Whether the last of the 14 digits is the one that the others demand."""
    return get_check_digit(gtin14) == gtin14[-1]
