from __future__ import annotations

import random
import zlib

import pytest

from apps.problems import ImageDamaged, ImageTooManyPixels
from tests.products.pictures.image_verdicts import check_in_chunks, get_refusal
from tests.sample_images import (
    make_animated_png,
    make_png,
    make_png_chunk,
    make_png_data,
    make_png_header,
    make_png_of_chunks,
)

DATA = make_png_data()
END = make_png_chunk(b"IEND")
PALETTE = make_png_chunk(b"PLTE", b"\1\2\3")


def make_control(sequence: int, width: int = 1, height: int = 1, left: int = 0) -> bytes:
    """Return an fcTL chunk."""
    numbers = b"".join(n.to_bytes(4, "big") for n in (sequence, width, height, left, 0))
    return make_png_chunk(b"fcTL", numbers + b"\0\1\0\x0a\0\0")


def make_frame_data(sequence: int, data: bytes = zlib.compress(b"\0\0")) -> bytes:
    return make_png_chunk(b"fdAT", sequence.to_bytes(4, "big") + data)


def make_animation(frames: int) -> bytes:
    """Return an acTL chunk."""
    return make_png_chunk(b"acTL", frames.to_bytes(4, "big") + bytes(4))


def test_damage_anywhere_is_refused():
    png = make_png(mode="RGBA")
    dice = random.Random(7)
    for _ in range(200):
        place = dice.randrange(len(png))
        damaged = png[:place] + bytes([png[place] ^ dice.randrange(1, 256)]) + png[place + 1 :]
        with (
            pytest.raises((ImageDamaged, ImageTooManyPixels))
            if place > 3
            else pytest.raises(Exception, match="none of JPEG")
        ):
            check_in_chunks(damaged)


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (b"\x89PNG\n\x1a\n" + make_png()[8:], "signature is damaged"),
        (make_png()[:8] + DATA + END, "not start with its header"),
        (make_png_header() + make_png_header()[8:] + DATA + END, "second header (IHDR)"),
        (make_png_header(0, 1) + DATA + END, "0 x 1 pixels"),
        (make_png_header(1, 2**31) + DATA + END, "1 x 2,147,483,648 pixels"),
        (make_png_header(depth=3) + DATA + END, "colour type 0 with 3 bits"),
        (make_png_header(depth=16, colour_type=3) + DATA + END, "colour type 3 with 16 bits"),
        (make_png_header(colour_type=1) + DATA + END, "colour type 1 with 8 bits"),
        (make_png_header(interlace=2) + DATA + END, "interlacing 2"),
        (make_png_of_chunks(), "0 bytes of image data"),
        (make_png_of_chunks(make_png_chunk(b"IDAT")), "0 bytes of image data"),
        (make_png_of_chunks(DATA, width=4000, height=4000), "takes at least 15,505"),
        (make_png_of_chunks(make_png_chunk(b"IDAT", b"\x79\x9c" + bytes(9))), "no zlib stream"),
        (make_png_of_chunks(make_png_chunk(b"IDAT", b"\0" * 9)), "no zlib stream"),
        (make_png_of_chunks(DATA, make_png_chunk(b"teXt"), DATA), "not consecutive"),
        (make_png_of_chunks(DATA, colour_type=3), "no palette (PLTE)"),
        (make_png_of_chunks(PALETTE, PALETTE, DATA), "misplaced palette"),
        (make_png_of_chunks(DATA, PALETTE), "misplaced palette"),
        (make_png_of_chunks(make_png_chunk(b"PLTE", b"1234"), DATA), "palette (PLTE) of 4 bytes"),
        (make_png_of_chunks(make_png_chunk(b"PLTE", bytes(771)), DATA), "chunk PLTE of 771 bytes"),
        (make_png_of_chunks(make_png_chunk(b"tRNS", b"1"), DATA), "transparency (tRNS) of 1 bytes"),
        (make_png_of_chunks(make_png_chunk(b"NEWC"), DATA), "unknown critical chunk NEWC"),
        (make_png_of_chunks(make_png_chunk(b"te t"), DATA), "no chunk at byte 33"),
        (make_png()[:8] + make_png_chunk(b"CgBI", bytes(4)), "optimised for iOS"),
        (make_png_header() + b"\xff\xff\xff\xffteXt", "no chunk at byte 33"),
        (make_png_header() + DATA + b"\0\0\0\0IEND\0\0\0\0", "IEND at byte 55 has a wrong CRC"),
    ],
)
def test_broken_chunk_is_refused(image: bytes, told: str):
    assert told in get_refusal(image, ImageDamaged)


@pytest.mark.parametrize(
    "image",
    [
        make_png_of_chunks(PALETTE, DATA),
        make_png_of_chunks(make_png_chunk(b"IDAT"), DATA),
        make_png_of_chunks(DATA, make_png_chunk(b"IDAT")),
        make_png_of_chunks(*(make_png_chunk(b"IDAT", DATA[i : i + 1]) for i in range(8, 18))),
        make_png_of_chunks(PALETTE, DATA, colour_type=3, depth=1),
        make_png_of_chunks(make_png_chunk(b"abCd", bytes(9)), DATA, make_png_chunk(b"abCd")),
    ],
)
def test_unusual_chunks_are_accepted(image: bytes):
    assert (check_in_chunks(image).width, check_in_chunks(image, 1).frames) == (1, 1)


def test_too_many_pixels_are_refused_by_the_header():
    with pytest.raises(ImageTooManyPixels) as refusal:
        check_in_chunks(make_png_header(8001, 8000))
    assert refusal.value.members["limit"] == 64_000_000
    assert refusal.value.members["actual"] == 64_008_000


@pytest.mark.parametrize(
    ("chunks", "frames"),
    [
        ([make_animation(1), make_control(0), DATA], 1),
        ([make_animation(2), make_control(0), DATA, make_control(1), make_frame_data(2)], 2),
        ([make_animation(1), DATA, make_control(0), make_frame_data(1)], 2),
        ([make_control(0), make_animation(1), DATA], 1),
        ([make_animation(0), DATA], 1),
        ([make_animation(1), make_animation(1), DATA], 1),
        ([DATA, make_animation(5)], 1),
        ([make_animation(1), make_control(0), DATA, make_control(1), make_frame_data(2)], 1),
    ],
)
def test_animation_counts_its_frames(chunks: list[bytes], frames: int):
    assert check_in_chunks(make_png_of_chunks(*chunks)).frames == frames


@pytest.mark.parametrize(
    ("chunks", "told"),
    [
        ([make_animation(2), make_control(0), DATA], "announces 2 frames and has 1"),
        (
            [make_animation(2), make_control(0), DATA, make_control(1)],
            "announces 2 frames and has 1",
        ),
        ([make_animation(1), make_control(1), DATA], "sequence number 1 where 0"),
        ([make_animation(1), make_control(0), DATA, make_frame_data(2)], "number 2 where 1"),
        ([make_animation(1), make_control(0, 2), DATA], "outside its 1 x 1"),
        ([make_animation(1), make_control(0, left=1), DATA], "outside its 1 x 1"),
        ([make_animation(1), make_control(0, 0), DATA], "frame of 0 x 1"),
        ([make_animation(1), make_control(0), make_control(1), DATA], "no data for its frame 1"),
        ([make_animation(1), DATA, make_frame_data(0)], "without a frame"),
        ([make_control(0), DATA, make_png_chunk(b"fdAT", b"123")], "without a frame"),
        ([make_png_chunk(b"acTL", bytes(7))], "chunk acTL of 7 bytes"),
        ([make_png_chunk(b"fcTL", bytes(25))], "chunk fcTL of 25 bytes"),
    ],
)
def test_broken_animation_is_refused(chunks: list[bytes], told: str):
    assert told in get_refusal(make_png_of_chunks(*chunks), ImageDamaged)


def test_lost_frame_of_an_animation_is_refused():
    png = make_animated_png()
    start = png.rindex(b"fcTL") - 4
    assert "announces 3 frames and has 2" in get_refusal(png[:start] + END)


ONCE = ["cHRM", "cICP", "gAMA", "iCCP", "mDCV", "cLLI", "sBIT", "sRGB", "bKGD", "hIST", "tRNS"]
ANYWHERE_ONCE = ["eXIf", "pHYs", "tIME"]
OUT_OF_ORDER = "The metadata of the file are out of order; open it and export it again."


@pytest.mark.parametrize("kind", [*ONCE, *ANYWHERE_ONCE])
def test_second_chunk_of_a_kind_that_comes_once_is_refused(kind: str):
    chunk = make_png_chunk(kind.encode(), bytes(6))

    check_in_chunks(make_png_header() + chunk + DATA + END)
    told = get_refusal(make_png_header() + chunk * 2 + DATA + END, ImageDamaged)
    assert told == f"{OUT_OF_ORDER} The PNG has more than one chunk {kind}."


@pytest.mark.parametrize("kind", ONCE)
def test_chunk_that_colours_the_picture_behind_it_is_refused(kind: str):
    chunk = make_png_chunk(kind.encode(), bytes(6))

    told = get_refusal(make_png_header() + DATA + chunk + END, ImageDamaged)
    assert told == f"{OUT_OF_ORDER} The PNG has a chunk {kind} behind its image data (IDAT)."


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "sPLT", "vpAg"])
def test_chunks_that_may_come_often_do(kind: str):
    chunk = make_png_chunk(kind.encode(), b"a\0b")

    check_in_chunks(make_png_header() + chunk * 3 + DATA + chunk * 3 + END)


@pytest.mark.parametrize("kind", ANYWHERE_ONCE)
def test_chunk_that_programs_append_may_stand_behind_the_picture(kind: str):
    check_in_chunks(make_png_header() + DATA + make_png_chunk(kind.encode(), bytes(6)) + END)


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        ("zTXt", "The picture is whole, its metadata are damaged; open it and export it again."),
        ("iCCP", "The picture is whole, its metadata are damaged; open it and export it again."),
        ("tRNS", "The picture is damaged; export or download it again."),
    ],
)
def test_wrong_crc_is_told_by_what_it_means(kind: str, meaning: str):
    chunk = make_png_chunk(kind.encode(), bytes(6))[:-4] + b"\1\2\3\4"

    told = get_refusal(make_png_header() + chunk + DATA + END, ImageDamaged)
    assert told == f"{meaning} The PNG's chunk {kind} at byte 33 has a wrong CRC."
