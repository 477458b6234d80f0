"""Pictures of every kind come out upright, in sRGB, whole and not larger than they were."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image, ImageCms

from apps.products.renditions.render_worker import render
from apps.products.renditions.worker_run import WORKER
from apps.products.storage.rendition_names import RENDITION_SIZES
from tests.sample_images import (
    list_encoder_samples,
    make_jpeg,
    make_png,
    make_png_chunk,
    make_png_of_chunks,
)

RED, GREEN, BLUE, WHITE = (230, 20, 20), (20, 200, 20), (20, 20, 230), (255, 255, 255)
CORNERS = [RED, GREEN, BLUE, WHITE]  # clockwise from the top left
# Where the corners of an upright picture lie in one that was stored in that orientation.
STORED = {
    1: [0, 1, 2, 3],
    2: [1, 0, 3, 2],
    3: [2, 3, 0, 1],
    4: [3, 2, 1, 0],
    5: [0, 3, 2, 1],
    6: [1, 2, 3, 0],
    7: [2, 1, 0, 3],
    8: [3, 0, 1, 2],
}
# What the WebP encoder makes of a plain colour.
TOLERANCE = 14
SAMPLES = list_encoder_samples()


def draw_corners(colours: list[tuple[int, ...]], mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, (80, 80))
    for colour, place in zip(colours, [(0, 0), (40, 0), (40, 40), (0, 40)], strict=True):
        picture.paste(colour, (*place, place[0] + 40, place[1] + 40))
    return picture


def encode(picture: Image.Image, image_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


def show(original: bytes, image_format: str, size: int = 320) -> Image.Image:
    """Return the rendition, decoded again."""
    webp, _ = render(original, image_format, [size])
    return Image.open(io.BytesIO(webp), formats=["WEBP"])


def assert_alike(colour, expected, tolerance: int = TOLERANCE) -> None:
    assert len(colour) == len(expected)
    assert max(abs(a - b) for a, b in zip(colour, expected, strict=True)) <= tolerance, colour


def assert_corners(picture: Image.Image, expected: list[tuple[int, ...]] = CORNERS) -> None:
    right, bottom = picture.width - 8, picture.height - 8
    places = [(8, 8), (right, 8), (right, bottom), (8, bottom)]
    for place, colour in zip(places, expected, strict=True):
        assert_alike(picture.getpixel(place), colour)


def make_profile(red_and_blue_swapped: bool) -> bytes:
    """Return sRGB's profile, or one that takes red for blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if red_and_blue_swapped:
        for start in range(132, 132 + 12 * struct.unpack_from(">I", profile, 128)[0], 12):
            name = bytes(profile[start : start + 4])
            profile[start : start + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_picture_is_rendered(name: str):
    image_format = name.split(maxsplit=1)[0].upper().replace("APNG", "PNG").replace("MPO", "JPEG")

    *webps, _ = render(SAMPLES[name], image_format, RENDITION_SIZES)

    assert [webp[8:12] for webp in webps] == [b"WEBP"] * 4


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(orientation: int, image_format: str):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = draw_corners([CORNERS[i] for i in STORED[orientation]])

    picture = show(encode(stored, image_format, exif=exif), image_format)

    assert_corners(picture)
    assert not picture.getexif()


def test_orientation_turns_the_size_too():
    exif = Image.Exif()
    exif[0x0112] = 6

    assert show(make_jpeg(640, 480, exif=exif), "JPEG", 96).size == (72, 96)


@pytest.mark.filterwarnings("ignore")  # Pillow's, about what it skips
def test_broken_exif_is_no_broken_picture():
    broken = make_jpeg(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")

    assert show(broken, "JPEG").size == (64, 48)


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ((400, 300), [(96, 72), (320, 240), (400, 300), (400, 300)]),
        ((3000, 10), [(96, 1), (320, 1), (640, 2), (1280, 4)]),
        ((10, 3000), [(1, 96), (1, 320), (2, 640), (4, 1280)]),
        ((1, 1), [(1, 1)] * 4),
        ((96, 96), [(96, 96)] * 4),
    ],
)
def test_longest_side_fits_and_nothing_is_enlarged(original, expected):
    for picture in (make_jpeg(*original), make_jpeg(*original, progressive=True)):
        *webps, _ = render(picture, "JPEG", RENDITION_SIZES)
        assert [Image.open(io.BytesIO(webp)).size for webp in webps] == expected


def test_cmyk_is_not_inverted():
    # Pillow writes CMYK as Adobe does, inverted and marked so.
    inks = [(0, 255, 255, 0), (255, 0, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0)]
    jpeg = encode(draw_corners(inks, "CMYK"), "JPEG", quality=95, subsampling=0)
    assert b"Adobe" in jpeg

    assert_corners(show(jpeg, "JPEG"), [(255, 0, 0), (0, 255, 0), (0, 0, 255), WHITE])


def test_cmyk_that_is_not_marked_as_adobes_is_inverted_as_in_browsers():
    inks = [(0, 255, 255, 0), (255, 0, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0)]
    jpeg = encode(draw_corners(inks, "CMYK"), "JPEG", quality=95, subsampling=0)
    place = jpeg.index(b"\xff\xee")
    length = int.from_bytes(jpeg[place + 2 : place + 4], "big")
    plain = jpeg[:place] + jpeg[place + 2 + length :]

    assert_corners(show(plain, "JPEG"), [(255, 0, 0), (0, 255, 0), (0, 0, 255), WHITE])


def test_16_bit_grey_is_scaled_and_not_clipped():
    levels = struct.pack("<4H", 0, 0x4000, 0x8000, 0xFFFF)
    grey = Image.frombytes("I;16", (4, 1), levels).resize((80, 20), Image.Resampling.NEAREST)

    picture = show(encode(grey, "PNG"), "PNG")

    for place, level in zip((10, 30, 50, 70), (0, 64, 128, 255), strict=True):
        assert_alike(picture.getpixel((place, 10)), (level,) * 3)


def make_grey_png(depth: int, row: bytes, transparent: int) -> bytes:
    """Return rows of grey samples of that many bits, of which one level is transparent."""
    data = make_png_chunk(b"IDAT", zlib.compress((b"\0" + row) * 16))
    key = make_png_chunk(b"tRNS", transparent.to_bytes(2, "big"))
    return make_png_of_chunks(key, data, width=16, height=16, depth=depth, colour_type=0)


@pytest.mark.parametrize(
    ("depth", "row", "transparent"),
    [
        (1, b"\xff\x00", 1),
        (2, b"\xaa\xaa\x00\x00", 2),
        (4, b"\x77\x77\x77\x77\x00\x00\x00\x00", 7),
        (8, b"\x64" * 8 + b"\x00" * 8, 100),
        (16, b"\x64\x01" * 8 + b"\x64\x02" * 8, 0x6401),
    ],
)
def test_transparent_grey_level_is_kept(depth: int, row: bytes, transparent: int):
    picture = show(make_grey_png(depth, row, transparent), "PNG")

    assert picture.mode == "RGBA"
    assert picture.getpixel((2, 8))[3] == 0
    assert picture.getpixel((13, 8))[3] == 255


def test_transparent_16_bit_colour_is_kept():
    row = b"\x40\x41\x00\x00\x80\x81" * 8 + b"\xff\xff\x00\x00\x00\x00" * 8
    data = make_png_chunk(b"IDAT", zlib.compress((b"\0" + row) * 16))
    key = make_png_chunk(b"tRNS", b"\x40\x41\x00\x00\x80\x81")
    png = make_png_of_chunks(key, data, width=16, height=16, depth=16, colour_type=2)

    picture = show(png, "PNG")

    assert picture.getpixel((2, 8))[3] == 0
    assert_alike(picture.getpixel((13, 8)), (255, 0, 0, 255))


def test_palette_keeps_its_transparency():
    palette = draw_corners(CORNERS).quantize(4)
    alphas = bytes(128 if palette.getpixel((60, 20)) == i else 255 for i in range(4))

    picture = show(encode(palette, "PNG", transparency=alphas), "PNG")

    assert_corners(picture, [(*RED, 255), (*GREEN, 128), (*BLUE, 255), (*WHITE, 255)])


def test_transparent_pixels_lend_no_colour_to_their_neighbours():
    stripes = Image.new("RGBA", (1000, 1000), (255, 255, 255, 255))
    for x in range(0, 1000, 2):
        stripes.paste((0, 0, 0, 0), (x, 0, x + 1, 1000))

    picture = show(encode(stripes, "PNG", compress_level=1), "PNG", 96)

    assert_alike(picture.getpixel((48, 48)), (255, 255, 255, 128))


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
def test_animation_shows_its_first_frame(image_format: str):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, GREEN, BLUE)]
    animation = encode(frames[0], image_format, save_all=True, append_images=frames[1:])
    assert Image.open(io.BytesIO(animation)).n_frames == 3

    picture = show(animation, image_format)

    assert_alike(picture.getpixel((20, 20)), RED)
    assert getattr(picture, "n_frames", 1) == 1


def test_apng_does_not_show_what_is_for_other_viewers():
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, GREEN, BLUE)]
    options = {"save_all": True, "default_image": True, "append_images": frames[1:]}

    assert_alike(show(encode(frames[0], "PNG", **options), "PNG").getpixel((20, 20)), GREEN)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_profile_is_converted_to_srgb(image_format: str):
    swapped = encode(draw_corners(CORNERS), image_format, icc_profile=make_profile(True))
    plain = encode(draw_corners(CORNERS), image_format, icc_profile=make_profile(False))

    assert_corners(show(swapped, image_format), [RED[::-1], GREEN, BLUE[::-1], WHITE])
    assert_corners(show(plain, image_format), CORNERS)
    assert "icc_profile" not in show(swapped, image_format).info


def test_profile_spares_the_alpha():
    picture = draw_corners([(*RED, 255), (*GREEN, 128), (*BLUE, 0), (*WHITE, 255)], "RGBA")
    png = encode(picture, "PNG", icc_profile=make_profile(True))

    shown = show(png, "PNG")

    assert_alike(shown.getpixel((8, 8)), (*RED[::-1], 255))
    assert_alike(shown.getpixel((72, 8)), (*GREEN, 128))
    assert shown.getpixel((72, 72))[3] == 0


@pytest.mark.parametrize("profile", [b"no profile", make_profile(False)])
def test_profile_that_does_not_fit_is_ignored(profile: bytes):
    inks = [(0, 255, 255, 0), (255, 0, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0)]
    jpeg = encode(draw_corners(inks, "CMYK"), "JPEG", quality=95, icc_profile=profile)

    assert_alike(show(jpeg, "JPEG").getpixel((8, 8)), (255, 0, 0))


@pytest.mark.parametrize(("kind", "mebibytes", "count"), [(b"iCCP", 70, 1), (b"zTXt", 15, 5)])
def test_packed_metadata_are_unpacked_to_64_mib_at_most(kind: bytes, mebibytes: int, count: int):
    png = make_png()
    more = make_png_chunk(kind, b"x\0\0" + zlib.compress(bytes(mebibytes << 20))) * count
    command = [sys.executable, "-I", str(WORKER), "5", "PNG", str(300 << 20), "5", "96"]

    done = subprocess.run(
        command, input=png[:33] + more + png[33:], capture_output=True, timeout=60, check=False
    )

    assert done.returncode == os.EX_DATAERR
    assert b"MAX_TEXT" in done.stderr
