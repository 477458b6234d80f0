"""Pictures made by hand, what is measured of them, and the sheet that shows it."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from apps.products.renditions import pixel_measures

WHITE, BLACK, CLEAR = (255, 255, 255), (0, 0, 0), (255, 255, 255, 0)


def draw(
    size: tuple[int, int],
    ground: int | tuple[int, ...],
    *boxes: tuple[tuple[int, int, int, int], int | tuple[int, ...]],
    mode: str = "RGB",
) -> Image.Image:
    """Return a ground with boxes (left, top, right and bottom, the last two beyond the box)."""
    picture = Image.new(mode, size, ground)
    for box, colour in boxes:
        picture.paste(colour, box)
    return picture


def draw_shadow() -> Image.Image:
    """Return a packshot with a shadow that ends softly."""
    picture = draw((1000, 1000), WHITE)
    for step in range(60):
        level = 195 + step
        ImageDraw.Draw(picture).rectangle((300 + step, 500, 759 - step, 699 - step), (level,) * 3)
    picture.paste((30, 60, 90), (300, 100, 760, 600))
    return picture


# White and near white share of the border, transparent border, content's side and area, blank.
MEASURED = {
    "white": (draw((100, 100), WHITE), (1, 1, False, 0, 0, True)),
    "one pixel": (draw((1, 1), WHITE), (1, 1, False, 0, 0, True)),
    "black": (draw((100, 50), BLACK), (0, 0, False, 0, 0, True)),
    "nothing at all": (draw((100, 100), CLEAR, mode="RGBA"), (0, 0, True, 0, 0, True)),
    "packshot": (
        draw((1000, 1000), WHITE, ((200, 70, 800, 930), (30, 60, 90))),
        (1, 1, False, 0.86, 0.516, False),
    ),
    "packshot on 248": (
        draw((1000, 1000), (248,) * 3, ((200, 190, 800, 810), (30, 60, 90))),
        (0, 0, False, 0.62, 0.372, False),
    ),
    "packshot on 252": (
        draw((1000, 1000), (252,) * 3, ((200, 190, 800, 810), (30, 60, 90))),
        (0, 1, False, 0.62, 0.372, False),
    ),
    "yellowish ground": (draw((100, 100), (255, 255, 249)), (0, 0, False, 0, 0, True)),
    "wide product in a square": (
        draw((1000, 1000), WHITE, ((50, 400, 950, 600), BLACK)),
        (1, 1, False, 0.9, 0.18, False),
    ),
    "high product in a wide frame": (
        draw((2000, 1000), WHITE, ((900, 100, 1100, 900), BLACK)),
        (1, 1, False, 0.8, 0.08, False),
    ),
    "product at the edge": (
        # The strip of 20 has 1000² - 960² pixels, and the product 20 x 500 of them.
        draw((1000, 1000), WHITE, ((0, 250, 500, 750), BLACK)),
        (
            pytest.approx(1 - 10_000 / 78_400),
            pytest.approx(1 - 10_000 / 78_400),
            False,
            0.5,
            0.25,
            False,
        ),
    ),
    "white product on white": (
        draw((1000, 1000), WHITE, ((300, 300, 700, 700), (242, 242, 242))),
        (1, 1, False, 0.4, 0.16, False),
    ),
    "too like the ground": (
        draw((1000, 1000), WHITE, ((300, 300, 700, 700), (243, 243, 243))),
        (1, 1, False, 0, 0, False),
    ),
    "black on black": (
        draw((1000, 1000), (5, 5, 5), ((300, 300, 700, 700), (10, 12, 14))),
        (0, 0, False, 0, 0, False),
    ),
    "cut out": (
        draw((1000, 1000), CLEAR, ((300, 200, 700, 900), WHITE), mode="RGBA"),
        (0, 0, True, 0.7, 0.28, False),
    ),
    "hole in the middle": (
        draw((1000, 1000), (*WHITE, 255), ((300, 200, 700, 900), CLEAR), mode="RGBA"),
        (1, 1, False, 0.7, 0.28, False),
    ),
    "one corner cut": (
        draw((1000, 1000), (*WHITE, 255), ((0, 0, 10, 10), CLEAR), mode="RGBA"),
        (
            pytest.approx(1 - 100 / 78_400),
            pytest.approx(1 - 100 / 78_400),
            True,
            0.01,
            0.0001,
            False,
        ),
    ),
    "soft shadow": (draw_shadow(), (1, 1, False, 0.6, 0.276, False)),
    "picture to its edges": (
        # From black above to 249 below: the last rows of 256 differ from their median as the first do.
        Image.linear_gradient("L").point(lambda level: min(level, 249)).convert("RGB"),
        (0, 0, False, 1, 1, False),
    ),
}

TILE, GAP, COLUMNS = 160, 12, 6
CHESS = ((205, 205, 205), (235, 235, 235))


def draw_sheet() -> Image.Image:
    """The pictures in the order of the table, from the left above, on a chessboard where clear.

    The inner edge of the border is blue, the box around the content red.
    """
    rows = -(-len(MEASURED) // COLUMNS)
    sheet = Image.new(
        "RGB", (COLUMNS * (TILE + GAP) + GAP, rows * (TILE + GAP) + GAP), (120, 130, 140)
    )
    for number, (picture, _) in enumerate(MEASURED.values()):
        row, column = divmod(number, COLUMNS)
        sheet.paste(_draw_tile(picture), (GAP + column * (TILE + GAP), GAP + row * (TILE + GAP)))
    return sheet


def _draw_tile(picture: Image.Image) -> Image.Image:
    scale = TILE / max(picture.size)
    size = tuple(max(1, round(scale * side)) for side in picture.size)
    tile = Image.new("RGB", size)
    for x in range(0, size[0], 8):
        for y in range(0, size[1], 8):
            tile.paste(CHESS[(x + y) // 8 % 2], (x, y, x + 8, y + 8))
    shown = picture.resize(size, Image.Resampling.NEAREST).convert("RGBA")
    tile.paste(shown, (0, 0), shown)
    _outline(tile, _get_inner(picture.size), scale, (0, 90, 255))
    seen = picture.convert("RGBA").convert("RGBa").split()
    border = pixel_measures._draw_border(picture.size)  # noqa: SLF001 (what is shown here)
    ground = [pixel_measures._find_median(band.histogram(border)) for band in seen]  # noqa: SLF001 (shown in the docs)
    if box := pixel_measures._find_content(seen, ground):  # noqa: SLF001 (the same)
        _outline(tile, box, scale, (230, 0, 0))
    return tile


def _outline(
    tile: Image.Image, box: tuple[int, ...], scale: float, colour: tuple[int, int, int]
) -> None:
    left, top, right, bottom = (round(scale * side) for side in box)
    if left < right - 1 and top < bottom - 1:
        ImageDraw.Draw(tile).rectangle((left, top, right - 1, bottom - 1), outline=colour)


def _get_inner(size: tuple[int, int]) -> tuple[int, ...]:
    x, y = (max(1, round(0.02 * side)) for side in size)
    return x, y, size[0] - x, size[1] - y
