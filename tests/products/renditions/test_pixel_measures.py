"""Pictures made here, and what is measured of their pixels."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.products.renditions.pixel_measures import measure_pixels
from apps.products.renditions.render_worker import render
from tests.products.renditions.measured_pictures import BLACK, MEASURED, WHITE, draw, draw_sheet
from tests.sample_images import make_svg
from tests.servers.service import REPOSITORY

SHEET = REPOSITORY / "docs/screenshots/measured-pictures.png"


@pytest.mark.parametrize("name", MEASURED)
def test_measures_are_those_of_the_picture(name: str):
    picture, measures = MEASURED[name]

    assert tuple(measure_pixels(picture).values()) == measures


def test_documentation_shows_these_pictures_and_measures():
    with Image.open(SHEET) as shown:
        assert shown.convert("RGB").tobytes() == draw_sheet().tobytes()
    rows = re.findall(
        r"^\| \d+ \| ([^|]+) \| (.+) \|$",
        (REPOSITORY / "docs/readiness.md").read_text(),
        re.MULTILINE,
    )
    told = {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}
    assert told.keys() == MEASURED.keys()
    for name, (picture, _) in MEASURED.items():
        white, near, clear, side, area, blank = measure_pixels(picture).values()
        shares = [f"{share:.3f}".rstrip("0").rstrip(".") for share in (white, near, side, area)]
        assert told[name] == [*shares, "yes" if clear else "no", "yes" if blank else "no"]


def read_measures(original: bytes, image_format: str) -> dict[str, float | bool]:
    told: dict[str, float | bool] = json.loads(render(original, image_format, [])[-1])
    return told


def encode(picture: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


def draw_packshot(mode: str = "RGB") -> Image.Image:
    return draw((2400, 2400), WHITE, ((480, 168, 1920, 2232), (30, 60, 90))).convert(mode)


def draw_16_bits() -> Image.Image:
    return draw_packshot("L").convert("I").point(lambda value: value * 257).convert("I;16")


PACKSHOTS = {
    "PNG": lambda: encode(draw_packshot(), "PNG"),
    "JPEG": lambda: encode(draw_packshot(), "JPEG", quality=85),
    "JPEG in CMYK": lambda: encode(draw_packshot("CMYK"), "JPEG"),
    "WEBP": lambda: encode(draw_packshot(), "WEBP", quality=80),
    "BMP": lambda: encode(draw_packshot(), "BMP"),
    "GIF": lambda: encode(draw_packshot(), "GIF"),
    "PNG in grey": lambda: encode(draw_packshot("L"), "PNG"),
    "PNG of 16 bits": lambda: encode(draw_16_bits(), "PNG"),
    "SVG": lambda: (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        b'<rect width="100" height="100" fill="#fff"/>'
        b'<rect x="20" y="7" width="60" height="86" fill="#036"/></svg>'
    ),
}


@pytest.mark.parametrize("name", PACKSHOTS)
def test_packshot_is_measured_alike_in_every_format(name: str):
    measures = read_measures(PACKSHOTS[name](), name.partition(" ")[0])

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
