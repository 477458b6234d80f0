from __future__ import annotations

import pytest

from apps.problems import ImageDamaged, ImageTooManyPixels
from tests.products.pictures.image_verdicts import check_in_chunks, get_refusal
from tests.sample_images import make_animated_webp, make_webp

LOSSY = make_webp()
LOSSLESS = make_webp(lossless=True)
ANIMATED = make_animated_webp()


def make_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def make_riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def make_extended(width: int, height: int, flags: int = 0) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return make_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sizes)


def make_frame(left: int, width: int, height: int, *chunks: bytes) -> bytes:
    place = (left // 2).to_bytes(3, "little") + bytes(3)
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return make_chunk(b"ANMF", place + sizes + bytes(4) + b"".join(chunks))


ANIM = make_chunk(b"ANIM", bytes(6))
PICTURE = LOSSY[12:]


def replace(image: bytes, place: int, new: bytes) -> bytes:
    return image[:place] + new + image[place + len(new) :]


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (make_riff(), "no picture in it"),
        (make_riff(make_chunk(b"EXIF", bytes(10))), "does not start with VP8, VP8L or VP8X"),
        (make_riff(make_chunk(b"VP8X", bytes(9))), "does not start with VP8, VP8L or VP8X"),
        (make_riff(make_chunk(b"VP8 ", bytes(9))), "picture (VP8 ) of 9 bytes"),
        (replace(LOSSY, 23, b"\x9d\x01\x2b"), "(VP8) has a malformed frame header"),
        (replace(LOSSY, 20, bytes([LOSSY[20] | 1])), "(VP8) has a malformed frame header"),
        (replace(LOSSY, 20, bytes([LOSSY[20] & 0xEF])), "(VP8) has a malformed frame header"),
        (replace(LOSSY, 20, bytes([LOSSY[20] | 0x08])), "(VP8) has a malformed frame header"),
        (replace(LOSSY, 26, b"\0\0"), "(VP8) has a malformed frame header"),
        (replace(LOSSY, 22, b"\xff"), "a first partition of"),
        (replace(LOSSLESS, 20, b"\x2e"), "(VP8L) has a malformed header"),
        (replace(LOSSLESS, 24, b"\xff"), "(VP8L) has a malformed header"),
        (replace(LOSSY, 16, b"\xff\xff\xff\x7f"), "beyond the"),
        (make_riff(make_extended(64, 48)), "no picture in it"),
        (
            make_riff(make_extended(65, 48), PICTURE),
            "canvas is 65 x 48 pixels, its picture 64 x 48",
        ),
        (make_riff(make_extended(64, 48, 2), make_frame(0, 64, 48, PICTURE)), "(ANIM)"),
        (make_riff(make_extended(64, 48, 2), ANIM), "no picture in it"),
        (make_riff(make_extended(64, 48, 2), ANIM, make_chunk(b"ANMF", bytes(15))), "of 15 bytes"),
        (make_riff(make_extended(64, 48, 2), ANIM, make_frame(2, 64, 48)), "beyond its canvas"),
        (make_riff(make_extended(64, 48, 2), ANIM, make_frame(0, 64, 48)), "lacks a picture"),
        (
            make_riff(make_extended(64, 48, 2), ANIM, make_frame(0, 32, 48, PICTURE)),
            "lacks a picture",
        ),
        (LOSSY[:-1], f"ends before the {len(LOSSY):,} bytes that its header announces"),
    ],
)
def test_broken_chunk_is_refused(image: bytes, told: str):
    assert told in get_refusal(image, ImageDamaged)


@pytest.mark.parametrize(
    "image",
    [
        make_riff(make_extended(64, 48), PICTURE),
        make_riff(make_extended(64, 48), PICTURE, make_chunk(b"EXIF", b"odd")),
        make_riff(make_extended(64, 48), make_chunk(b"what", b"?"), PICTURE, PICTURE),
        make_riff(PICTURE, make_chunk(b"what", bytes(3))),
        make_riff(make_extended(64, 48), LOSSLESS[12:]),
        make_riff(make_extended(64, 48, 2), ANIM, make_frame(0, 64, 48, PICTURE)),
        make_riff(
            make_extended(64, 48, 2),
            ANIM,
            make_frame(0, 64, 48, make_chunk(b"ALPH", b"1"), PICTURE),
        ),
    ],
)
def test_extended_layout_is_accepted(image: bytes):
    for chunk_bytes in (1, 65_536):
        checked = check_in_chunks(image, chunk_bytes)
        assert (checked.width, checked.height, checked.frames) == (64, 48, 1)


def test_last_chunk_without_its_padding_byte_is_accepted():
    body = b"WEBP" + make_extended(64, 48) + PICTURE + make_chunk(b"EXIF", b"odd")[:-1]
    assert check_in_chunks(b"RIFF" + len(body).to_bytes(4, "little") + body).width == 64


def test_canvas_of_too_many_pixels_is_refused_by_the_header():
    get_refusal(make_riff(make_extended(16_000, 16_000), bytes(8)), ImageTooManyPixels)


def test_animation_counts_its_frames():
    assert check_in_chunks(ANIMATED).frames == 3
