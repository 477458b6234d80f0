"""Reads how large an SVG wants to be drawn, in CSS px."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

MAX_SIDE = 2**31 - 1

_LENGTH = re.compile(r"\s*\+?((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(px|pt|pc|cm|mm|q|in|)\s*")
# CSS 2.1 §4.3.2: 96 px to the inch.
_PX_PER_INCH = 96
_UNITS_PER_INCH = {"": 96, "px": 96, "pt": 72, "pc": 6, "in": 1, "cm": 2.54, "mm": 25.4, "q": 101.6}


@dataclass(frozen=True, slots=True)
class SvgSize:
    """Width and height in CSS px, None where the file leaves them open."""

    width: int | None
    height: int | None


def read_sides(width: str, height: str, view_box: str) -> SvgSize:
    """The size from the root's attributes ("" where absent).

    A side left open follows from the other by the ratio of the viewBox (CSS Images §5.3).
    """
    across, down = _read_length(width), _read_length(height)
    box = _read_box(view_box)
    if box is not None:
        scale = across / box[0] if across else down / box[1] if down else 1.0
        across, down = across or box[0] * scale, down or box[1] * scale
    return SvgSize(_round_side(across), _round_side(down))


def read_longer_side(size: SvgSize, view_box: str) -> float:
    """In the units that the file draws in."""
    box = _read_box(view_box)
    # CSS 2.1 §10.3.2: 300 px where nothing is said.
    return max(box) if box else float(max(size.width or 0, size.height or 0) or 300)


def _read_length(text: str) -> float | None:
    match = _LENGTH.fullmatch(text[:64].lower())
    if match is None:
        return None
    return float(match[1]) * _PX_PER_INCH / _UNITS_PER_INCH[match[2]] or None


def _read_box(text: str) -> tuple[float, float] | None:
    try:
        _, _, width, height = map(float, text[:256].replace(",", " ").split())
    except ValueError:
        return None
    return (width, height) if 0 < width < math.inf and 0 < height < math.inf else None


def _round_side(side: float | None) -> int | None:
    return max(1, round(side)) if side is not None and 0 < side <= MAX_SIDE else None
