"""Which colours an embedded profile is for (ICC.1:2022, clauses 7, 9 and 10)."""

from __future__ import annotations

from typing import Final, TypeAlias

from apps.products.pictures.containers.byte_reader import read_u32_be
from apps.products.pictures.containers.traits import ColorProfile

# What is read of a profile: the matrix of one that has one stands near its beginning.
MAX_PROFILE_BYTES: Final = 65_536
HEADER_BYTES: Final = 128
MAX_TAGS: Final = 100
PRIMARIES: Final = (b"rXYZ", b"gXYZ", b"bXYZ")

_Colour: TypeAlias = tuple[float, float, float]
# IEC 61966-2-1, as seen in D50.
SRGB: Final[tuple[_Colour, ...]] = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
SAME: Final = 0.005
WIDER: Final = 1.1


def name_profile(profile: bytes) -> ColorProfile:
    """What a profile is for, told by its primaries; never a fault, however broken it is.

    Wide is what has a triangle of colours that is a tenth larger than sRGB's, or more.
    """
    space = profile[16:20] if profile[36:40] == b"acsp" else b""
    if space == b"CMYK":
        return "cmyk"
    if space != b"RGB ":
        return "other"
    tags = _read_tags(profile)
    primaries = [_read_colour(tags.get(name, b"")) for name in PRIMARIES]
    known = [colour for colour in primaries if colour and sum(colour)]
    if len(known) < len(PRIMARIES):
        text = tags.get(b"desc", b"").replace(b"\0", b"")
        return "srgb" if b"sRGB" in text else "other"
    differences = (
        abs(value - wanted)
        for colour, srgb in zip(known, SRGB, strict=True)
        for value, wanted in zip(colour, srgb, strict=True)
    )
    if max(differences) < SAME:
        return "srgb"
    return "wide" if _compute_area(known) > WIDER * _compute_area(SRGB) else "other"


def _read_tags(profile: bytes) -> dict[bytes, bytes]:
    count = min(MAX_TAGS, read_u32_be(profile, HEADER_BYTES))
    tags = {}
    for place in range(HEADER_BYTES + 4, HEADER_BYTES + 4 + 12 * count, 12):
        start, length = read_u32_be(profile, place + 4), read_u32_be(profile, place + 8)
        tags[profile[place : place + 4]] = profile[start : start + length]
    return tags


def _read_colour(tag: bytes) -> _Colour | None:
    """XYZType (10.31): three numbers of 16 bits before the point and 16 behind."""
    if len(tag) < 20 or tag[:4] != b"XYZ ":
        return None
    x, y, z = (int.from_bytes(tag[i : i + 4], "big", signed=True) / 65536 for i in (8, 12, 16))
    return x, y, z


def _compute_area(colours: list[_Colour] | tuple[_Colour, ...]) -> float:
    """Twice the area of the triangle that the primaries have in x and y (CIE 1931)."""
    (x0, y0), (x1, y1), (x2, y2) = ((x / (x + y + z), y / (x + y + z)) for x, y, z in colours)
    return abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))
