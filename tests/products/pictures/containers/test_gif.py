from __future__ import annotations

import pytest

from apps.problems import ImageDamaged, ImageTooManyPixels, Problem
from tests.products.pictures.image_verdicts import (
    check_in_chunks,
    describe,
    get_refusal,
    get_verdict,
    read_with_pillow,
)
from tests.sample_images import make_animated_gif, make_gif

SCREEN = b"GIF89a\x05\0\x04\0\0\0\0"
# A frame of 5 x 4 pixels and 17 bytes
FRAME = b",\0\0\0\0\x05\0\x04\0\0\x02\x03\x84\x8f\x05\0"


def make_frame(left: int, top: int, width: int, height: int) -> bytes:
    sizes = b"".join(number.to_bytes(2, "little") for number in (left, top, width, height))
    return b"," + sizes + FRAME[9:]


@pytest.mark.parametrize(
    ("image", "size"),
    [
        (SCREEN + FRAME + b";", (5, 4)),
        (SCREEN + make_frame(3, 1, 5, 4) + b";", (8, 5)),
        (SCREEN + FRAME + make_frame(3, 1, 5, 4) + b";", (5, 4)),
        (b"GIF87a\0\0\0\0\0\0\0" + FRAME + b";", (5, 4)),
    ],
)
def test_size_is_the_screen_grown_by_the_first_frame(image: bytes, size: tuple[int, int]):
    checked = check_in_chunks(image)
    assert (checked.width, checked.height) == size


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (b"GIF88a" + SCREEN[6:] + FRAME + b";", "neither 87a nor 89a"),
        (SCREEN + b";padding", "no image in it"),
        (SCREEN + FRAME + b"x;", "no block at byte 29"),
        (SCREEN + make_frame(0, 0, 0, 4) + b";", "frame of 0 x 4 pixels"),
        (SCREEN + FRAME[:10] + b"\x0c\1\1\0;", "LZW codes of 12 bits in frame 1"),
        (SCREEN + FRAME[:10] + b"\0\1\1\0;", "LZW codes of 0 bits in frame 1"),
        (SCREEN + FRAME[:11] + b"\0;", "no data in frame 1"),
        (SCREEN + b"\0" + FRAME + b";", "no block at byte 13"),
        (SCREEN + FRAME + b"x" + FRAME + b";", "no block at byte 29"),
        (SCREEN + FRAME + b"!\xfe\x01a\0", "ends before its trailer (3B): 34 bytes arrived"),
        (SCREEN + FRAME + b"\0", "ends before its trailer (3B): 30 bytes arrived"),
        (SCREEN + FRAME[:-1] + b";", "ends before its trailer"),
        (SCREEN + b"!\xfe\x05hello", "ends before its trailer"),
    ],
)
def test_broken_block_is_refused(image: bytes, told: str):
    assert told in get_refusal(image, ImageDamaged)


@pytest.mark.parametrize(
    "blocks",
    [
        b"!\xfe\x05hello\0" + FRAME,
        b"!\xf9\x04\0\0\0\0\0" + FRAME,
        b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + FRAME,
        FRAME + b"\0\0",
        FRAME[:9] + b"\x80" + bytes(6) + FRAME[10:],
    ],
)
def test_extensions_and_local_tables_are_passed_over(blocks: bytes):
    assert check_in_chunks(SCREEN + blocks + b";").frames == 1
    assert check_in_chunks(SCREEN + blocks + b";", 1).frames == 1


def test_damaged_length_of_a_sub_block_is_refused():
    gif = make_gif(comment=b"a" * 300)
    place = gif.index(b"\xffaaa")
    with pytest.raises(ImageDamaged):
        check_in_chunks(gif[:place] + b"\x09" + gif[place + 1 :])


@pytest.mark.parametrize(
    "image",
    [
        b"GIF89a\xff\xff\xff\xff" + bytes(6),
        SCREEN + make_frame(0, 0, 9000, 9000),
        SCREEN + FRAME + make_frame(65_000, 65_000, 1, 1),
    ],
)
def test_too_many_pixels_are_refused(image: bytes):
    get_refusal(image, ImageTooManyPixels)


def test_file_of_nothing_but_tiny_parts_is_refused():
    with pytest.raises(ImageDamaged, match="more than 500,000 parts"):
        check_in_chunks(SCREEN + b"!\xfe\0" * 500_000)


@pytest.mark.parametrize("gif", [make_gif()[:-1], make_animated_gif(3)[:-1]])
def test_gif_without_its_trailer_is_whole(gif: bytes):
    assert describe(check_in_chunks(gif)) == read_with_pillow(gif)
    assert check_in_chunks(gif, 1) == check_in_chunks(gif)
    assert "ends before its trailer" in get_refusal(gif[:-1], ImageDamaged)


def list_length_places(gif: bytes) -> list[int]:
    """Where the sub-blocks of a still GIF of Pillow's have their lengths."""
    place = gif.index(b",", 13 + (3 << (gif[10] & 7) + 1)) + 11
    places = []
    while gif[place]:
        places.append(place)
        place += gif[place] + 1
    return places


def test_no_damaged_length_is_taken_for_want_of_a_trailer():
    whole = make_gif()
    with_trailer, without = [], []
    for place in list_length_places(whole):
        for wrong in set(range(256)) - {whole[place]}:
            damaged = whole[:place] + bytes([wrong]) + whole[place + 1 :]
            for refusals, gif in ((with_trailer, damaged), (without, damaged[:-1])):
                refusals.append(isinstance(get_verdict(gif, 65_536), Problem))
    assert without == with_trailer
    assert len(without) == 1020
    assert without.count(False) < 20
