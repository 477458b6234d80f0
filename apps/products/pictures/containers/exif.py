"""How a picture is turned, and whether it is told where it was taken (EXIF 2.3 §4.6.4, §4.6.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

UPRIGHT: Final = 1
EXIF_MARK: Final = b"Exif\0\0"
_Order: TypeAlias = Literal["little", "big"]
_ORDERS: Final[dict[bytes, _Order]] = {b"II*\0": "little", b"MM\0*": "big"}
_ORIENTATION, _GPS_DIRECTORY = 0x0112, 0x8825
_LATITUDE, _LONGITUDE = 2, 4
_SHORT, _RATIONAL = 3, 5
_ENTRY_BYTES: Final = 12
# What fits into a JPEG's segment; elsewhere the directory that counts stands at the beginning, too.
MAX_EXIF_BYTES: Final = 65_536
# From 5 on, width and height change places.
_QUARTER_TURNS: Final = range(5, 9)


class _Entry(NamedTuple):
    """One of a directory (TIFF 6.0 §2); what is longer than four bytes lies at ``value``."""

    tag: int
    kind: int
    short: int
    value: int


def read_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8; 1, upright, where the block tells none or is broken, never a fault.

    The first directory (TIFF 6.0 §2) alone is read, as browsers do, so that no chain of them can
    lead in a circle.
    """
    for entry in _list_first_directory(exif):
        if entry.tag == _ORIENTATION:
            is_known = entry.kind == _SHORT and 1 <= entry.short <= 8
            return entry.short if is_known else UPRIGHT
    return UPRIGHT


def tells_position(exif: bytes) -> bool:
    """Whether it has latitude and longitude.

    A directory without them, as of a camera that found no satellite, tells nothing.
    """
    block = exif.removeprefix(EXIF_MARK)
    for entry in _list_first_directory(exif):
        if entry.tag == _GPS_DIRECTORY:
            order = _ORDERS[block[:4]]
            told = {
                place.tag
                for place in _list_entries(block, order, entry.value)
                if place.kind == _RATIONAL and any(block[place.value + 4 : place.value + 8])
            }
            return {_LATITUDE, _LONGITUDE} <= told
    return False


def _list_first_directory(exif: bytes) -> Iterator[_Entry]:
    block = exif.removeprefix(EXIF_MARK)
    order = _ORDERS.get(block[:4])
    if order is not None:
        yield from _list_entries(block, order, int.from_bytes(block[4:8], order))


def _list_entries(block: bytes, order: _Order, start: int) -> Iterator[_Entry]:
    count = int.from_bytes(block[start : start + 2], order)
    first = start + 2
    for place in range(first, first + _ENTRY_BYTES * count, _ENTRY_BYTES):
        entry = block[place : place + _ENTRY_BYTES]
        if len(entry) < _ENTRY_BYTES:
            break
        tag, kind, short = (int.from_bytes(entry[at : at + 2], order) for at in (0, 2, 8))
        yield _Entry(tag, kind, short, int.from_bytes(entry[8:], order))


def is_quarter_turn(orientation: int) -> bool:
    """Whether the picture is seen as high as it is stored wide."""
    return orientation in _QUARTER_TURNS
