"""How a picture is turned before it is shown, by its EXIF (EXIF 2.3 §4.6.4 A), and nothing else."""

from __future__ import annotations

from typing import Final, Literal

UPRIGHT: Final = 1
EXIF_MARK: Final = b"Exif\0\0"
_ORDERS: Final[dict[bytes, Literal["little", "big"]]] = {b"II*\0": "little", b"MM\0*": "big"}
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12
# What fits into a JPEG's segment; elsewhere the directory that counts stands at the beginning, too.
MAX_EXIF_BYTES: Final = 65_536
# From 5 on, width and height change places.
_QUARTER_TURNS: Final = range(5, 9)


def read_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8; 1, upright, where the block tells none or is broken, never a fault.

    The first directory (TIFF 6.0 §2) alone is read, as browsers do, so that no chain of them can
    lead in a circle.
    """
    block = exif.removeprefix(EXIF_MARK)
    order = _ORDERS.get(block[:4])
    if order is None:
        return UPRIGHT
    start = int.from_bytes(block[4:8], order)
    count = int.from_bytes(block[start : start + 2], order)
    first = start + 2
    for place in range(first, first + _ENTRY_BYTES * count, _ENTRY_BYTES):
        entry = block[place : place + _ENTRY_BYTES]
        if len(entry) < _ENTRY_BYTES:
            break
        tag, kind, value = (int.from_bytes(entry[at : at + 2], order) for at in (0, 2, 8))
        if tag == _ORIENTATION:
            return value if kind == _SHORT and 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def is_quarter_turn(orientation: int) -> bool:
    """Whether the picture is seen as high as it is stored wide."""
    return orientation in _QUARTER_TURNS
