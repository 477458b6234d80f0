"""Pictures made here, and what is measured of their pixels."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from apps.products.renditions.pixel_measures import measure_pixels
from apps.products.renditions.render_worker import render
from tests.sample_images import make_svg

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


@pytest.mark.parametrize("name", MEASURED)
def test_measures_are_those_of_the_picture(name: str):
    picture, measures = MEASURED[name]

    assert tuple(measure_pixels(picture).values()) == measures


def read_measures(original: bytes, image_format: str) -> dict[str, float | bool]:
    told: dict[str, float | bool] = json.loads(render(original, image_format, [])[-1])
    return told


def encode(picture: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


PACKSHOT = draw((2400, 2400), WHITE, ((480, 168, 1920, 2232), (30, 60, 90)))


@pytest.mark.parametrize(
    ("original", "image_format"),
    [
        (encode(PACKSHOT, "PNG"), "PNG"),
        (encode(PACKSHOT, "JPEG", quality=85), "JPEG"),
        (encode(PACKSHOT.convert("CMYK"), "JPEG"), "JPEG"),
        (encode(PACKSHOT, "WEBP", quality=80), "WEBP"),
        (encode(PACKSHOT, "BMP"), "BMP"),
        (encode(PACKSHOT, "GIF"), "GIF"),
        (encode(PACKSHOT.convert("L"), "PNG"), "PNG"),
        (encode(PACKSHOT.convert("L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"), "PNG"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
            b'<rect width="100" height="100" fill="#fff"/>'
            b'<rect x="20" y="7" width="60" height="86" fill="#036"/></svg>',
            "SVG",
        ),
    ],
)  # fmt: skip
def test_packshot_is_measured_alike_in_every_format(original: bytes, image_format: str):
    measures = read_measures(original, image_format)

    assert measures["white_border_share"] == 1
    assert measures["content_side_share"] == pytest.approx(0.86, abs=0.005)
    assert measures["content_area_share"] == pytest.approx(0.516, abs=0.008)
    assert (measures["has_transparent_border"], measures["is_blank"]) == (False, False)


def test_drawing_without_a_ground_has_a_transparent_border():
    svg = make_svg(100, 100).replace(b'width="100" height="100" fill', b'x="30" y="30" width="40" height="40" fill')  # fmt: skip

    measures = read_measures(svg, "SVG")

    assert (measures["has_transparent_border"], measures["white_border_share"]) == (True, 0)
    assert measures["content_side_share"] == pytest.approx(0.4, abs=0.005)


def test_picture_is_measured_as_it_is_turned():
    high = draw((1000, 500), WHITE, ((0, 200, 1000, 300), BLACK))
    exif = Image.Exif()
    exif[0x0112] = 6

    for original in (encode(high, "PNG"), encode(high, "PNG", exif=exif)):
        assert read_measures(original, "PNG")["content_side_share"] == 1


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["L", "RGB", "RGBA"]), st.data())
def test_any_picture_has_measures_within_their_bounds(
    width: int, height: int, mode: str, data: st.DataObject
):
    bands = len(Image.new(mode, (1, 1)).getbands())
    noise = data.draw(st.binary(min_size=width * height * bands, max_size=width * height * bands))
    measures = measure_pixels(Image.frombytes(mode, (width, height), noise))

    shares = [value for name, value in measures.items() if name.endswith("_share")]
    assert len(shares) == 4
    assert all(0 <= share <= 1 for share in shares)
    assert measures["white_border_share"] <= measures["near_white_border_share"]
    assert measures["content_area_share"] <= measures["content_side_share"]
