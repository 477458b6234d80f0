"""What the name of a picture's file tells: of which product it is, and what it shows.

GS1's Product Image Specification 4.4 has ``GTIN14_TFAS[_sNN][_more].ext``: kind, facing, angle and
state of what is seen. People also write ``GTIN.jpg``, ``GTIN-2.jpg``, ``GTIN_front.jpg`` or
``GTIN (1).jpg``, or let the folder have the GTIN.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from apps.products.gtin import get_check_digit, has_valid_check_digit

# In the order of a product's pictures.
FACINGS: Final = ("front", "back", "left", "right", "top", "bottom")

_FACING_CODES: Final = dict(zip("172839", FACINGS, strict=True))
_ANGLES: Final = {"L": " from the left", "R": " from the right"}
_KINDS: Final = {"D": "with supporting elements", "E": "frame of a turn"}
_STATES: Final = {
    "0": "out of packaging",
    "1": "in packaging",
    "A": "case",
    "B": "inner pack",
    "C": "raw",
    "D": "prepared",
    "M": "open case",
    "P": "pallet or display",
}
_MAX_FOLDERS: Final = 32  # of a path are looked at one by one
_LENGTHS: Final = (8, 12, 13, 14)
_DATES: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_FLAGS: Final = re.ASCII | re.IGNORECASE
_NUMBER: Final = re.compile(r"\s*([0-9]+)([A-Z]?)", _FLAGS)
_SUFFIX: Final = re.compile(r"\.[^.\s]{1,8}\Z")
_CODES: Final = re.compile(r"_?[A-E][0-37-9][CLRN][01A-DMP](?![A-Z0-9])", _FLAGS)
_CODED_NUMBER: Final = re.compile(r"_s([0-9]{1,4})(?![A-Z0-9])", _FLAGS)
_LAST_NUMBER: Final = re.compile(r"(?:\A|[\s_.(-])([0-9]{1,4})\)?\s*\Z")
_WORD: Final = re.compile(rf"(?<![^\W\d_])({'|'.join(FACINGS)})(?![^\W\d_])", re.IGNORECASE)


class Fault(StrEnum):
    """Why a name tells no GTIN."""

    NO_GTIN = "no_gtin"
    DATE = "date"
    CHECK_DIGIT = "check_digit"


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name tells.

    ``gtin`` has 14 digits; with the fault ``check_digit`` the last of them is wrong. ``caption``
    may be empty. ``place`` is what pictures of a product are sorted by. ``is_hero``: it is a front
    in packaging, seen straight, and of a kind that stands for the product.
    """

    gtin: str | None
    fault: Fault | None
    caption: str
    place: tuple[int, int]
    is_hero: bool

    @property
    def corrected_gtin(self) -> str | None:
        """The GTIN with the digit that the others demand, where the last is wrong."""
        return self.gtin and self.fault and self.gtin[:-1] + get_check_digit(self.gtin)


class _View(NamedTuple):
    facing: str | None
    caption: str
    is_hero: bool = False


def read_file_name(path: str) -> NameReading:
    """What a path tells of a picture, with slashes of either kind; any text has a reading.

    The GTIN is the leading run of digits in the file's name, or else in the nearest folder's.
    """
    *folders, name = path.replace("\\", "/").rsplit("/", _MAX_FOLDERS)
    stem = _SUFFIX.sub("", name)
    gtin, fault = _read_gtin([stem, *reversed(folders)])
    number = _NUMBER.match(stem)
    is_named = bool(gtin and number and number[1].zfill(14) == gtin)
    rest = stem[number.end(1) :] if number and is_named else stem
    view = _read_codes(rest, is_after_gtin=is_named) or _read_word(rest)
    rank = FACINGS.index(view.facing) if view.facing else len(FACINGS)
    return NameReading(gtin, fault, view.caption, (rank, _read_sequence(rest)), view.is_hero)


def _read_gtin(parts: list[str]) -> tuple[str | None, Fault | None]:
    told: tuple[str | None, Fault | None] = (None, Fault.NO_GTIN)
    for part in parts:
        gtin, fault = _read_number(part)
        # Eight digits are a number of any kind more often than a GTIN that was mistyped.
        is_sure = gtin is not None and not gtin.startswith("000000")
        if fault is None or (fault is Fault.CHECK_DIGIT and is_sure):
            return gtin, fault
        if told[1] is Fault.NO_GTIN:
            told = gtin, fault
    return told


def _read_number(part: str) -> tuple[str | None, Fault | None]:
    number = _NUMBER.match(part)
    if number is None or len(number[1]) not in _LENGTHS:
        return None, Fault.NO_GTIN
    digits, letter = number.groups()
    if _is_time(digits):
        return None, Fault.DATE
    if letter and len(digits) == 8:  # hexadecimal, as a checksum
        return None, Fault.NO_GTIN
    gtin = digits.zfill(14)
    return gtin, None if has_valid_check_digit(gtin) else Fault.CHECK_DIGIT


def _is_time(digits: str) -> bool:
    """Whether a camera or a telephone has written it, though its check digit be right.

    GS1 has given nobody the GTIN-8 of 19… and 20…, the GTIN-12 of 20…, nor the GTIN-13 of 14… to
    19…, in which milliseconds of Unix time are. A case's GTIN-14 may begin with 20 and look like a
    second of this century: of that one, somebody has to choose the product.
    """
    if len(digits) == 13:
        return "14" <= digits[:2] <= "19"
    if not digits.startswith(("19", "20") if len(digits) == 8 else "20"):
        return False
    try:
        time.strptime(digits, _DATES[len(digits)])
    except ValueError:
        return False
    return True


def _read_codes(rest: str, *, is_after_gtin: bool) -> _View | None:
    codes = _CODES.match(rest)
    if codes is None or (is_after_gtin and not rest.startswith("_")):
        return None
    kind, digit, angle, state = list(codes[0].lstrip("_").upper())
    facing = _FACING_CODES.get(digit)
    seen = facing and facing + _ANGLES.get(angle, "")
    caption = ", ".join(filter(None, (seen, _KINDS.get(kind), _STATES[state])))
    is_hero = facing == "front" and state == "1" and kind in "AC" and angle not in _ANGLES
    return _View(facing, caption[0].upper() + caption[1:], is_hero)


def _read_word(rest: str) -> _View:
    word = _WORD.search(rest)
    return _View(word[1].lower(), word[1].capitalize()) if word else _View(None, "")


def _read_sequence(rest: str) -> int:
    number = _CODED_NUMBER.search(rest) or _LAST_NUMBER.search(rest)
    return int(number[1]) if number else 0
