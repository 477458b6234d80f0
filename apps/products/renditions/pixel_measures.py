"""What the pixels of a picture tell a sales channel; docs/readiness.md shows it."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from PIL import Image, ImageChops

BORDER_SHARE: Final = 0.02
NEAR_WHITE: Final = 250
# In a channel of 256 levels: noise and what JPEG leaves differ by less.
DIFFERS: Final = 12


def measure_pixels(picture: Image.Image) -> dict[str, float | bool]:
    """The measures of an upright picture in sRGB, by their names in ``Measures``.

    Its colours count by their alpha, so that what is transparent has none, and is not white.
    """
    seen = picture.convert("RGBA").convert("RGBa")
    border = _draw_border(seen.size)
    channels = seen.split()
    levels = [channel.histogram(border) for channel in channels]
    red, green, blue, _alpha = channels
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue).histogram(border)
    pixels = sum(darkest)
    background = [_find_median(counts) for counts in levels]
    left, top, right, bottom = _find_content(channels, background) or (0, 0, 0, 0)
    wide, high = right - left, bottom - top
    return {
        "white_border_share": darkest[255] / pixels,
        "near_white_border_share": sum(darkest[NEAR_WHITE:]) / pixels,
        "has_transparent_border": sum(levels[3][:255]) > 0,
        "content_side_share": max(wide / seen.width, high / seen.height),
        "content_area_share": wide * high / (seen.width * seen.height),
        "is_blank": all(len(set(channel.getextrema())) == 1 for channel in channels),
    }


def _draw_border(size: tuple[int, int]) -> Image.Image:
    """A mask of the outer strip: 2 % of each side, one pixel at least."""
    mask = Image.new("L", size, 255)
    strip_x, strip_y = (max(1, round(BORDER_SHARE * side)) for side in size)
    right, bottom = size[0] - strip_x, size[1] - strip_y
    if strip_x < right and strip_y < bottom:
        mask.paste(0, (strip_x, strip_y, right, bottom))
    return mask


def _find_median(counts: list[int]) -> int:
    half = sum(counts) / 2
    return next(level for level, sum_ in enumerate(accumulate(counts)) if sum_ >= half)


def _find_content(
    channels: tuple[Image.Image, ...], background: list[int]
) -> tuple[int, int, int, int] | None:
    """The box around what differs from the background, the median of the border."""
    differing = Image.new("L", channels[0].size, 0)
    for channel, usual in zip(channels, background, strict=True):
        table = [255 * (abs(level - usual) > DIFFERS) for level in range(256)]
        differing = ImageChops.lighter(differing, channel.point(table))
    return differing.getbbox()
