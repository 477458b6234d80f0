from __future__ import annotations

import pytest

from apps.problems import ImageDamaged, ImageTooManyPixels
from tests.products.pictures.image_verdicts import check_in_chunks, get_refusal
from tests.sample_images import make_bmp_by_hand, make_rle_bmp


def replace(image: bytes, place: int, number: int, size: int = 4) -> bytes:
    return image[:place] + number.to_bytes(size, "little") + image[place + size :]


BMP = make_bmp_by_hand()
PALETTE_BMP = make_bmp_by_hand(bits=8)


def make_runs(runs: bytes, bits: int = 8, height: int = 2) -> bytes:
    return make_bmp_by_hand(4, height, bits=bits, compression=1 if bits == 8 else 2, pixels=runs)


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (replace(BMP, 14, 16), "header of 16 bytes"),
        (replace(BMP, 14, 66), "header of 66 bytes"),
        (replace(BMP, 18, 0), "0 x 3 pixels"),
        (replace(BMP, 18, 2**32 - 5), "-5 x 3 pixels"),
        (replace(BMP, 22, 0), "5 x 0 pixels"),
        (replace(BMP, 28, 2, 2), "2 bits a pixel in compression 0"),
        (replace(BMP, 28, 0, 2), "0 bits a pixel in compression 0"),
        (replace(BMP, 28, 30_000, 2), "30000 bits a pixel"),
        (replace(BMP, 30, 4), "24 bits a pixel in compression 4"),
        (replace(BMP, 30, 5), "24 bits a pixel in compression 5"),
        (replace(BMP, 30, 6), "24 bits a pixel in compression 6"),
        (replace(BMP, 30, 1), "24 bits a pixel in compression 1"),
        (replace(PALETTE_BMP, 46, 305_402_420), "palette of 305,402,420 colours"),
        (replace(PALETTE_BMP, 46, 300), "palette of 300 colours; 256 are allowed"),
        (replace(BMP, 10, 20), "pixels start at byte 20, inside its headers"),
        (replace(BMP, 10, 200), "ends before its last pixel: 102 bytes arrived"),
        (BMP[:-1], "ends before its last pixel: 101 bytes arrived"),
    ],
)
def test_broken_header_is_refused(image: bytes, told: str):
    assert told in get_refusal(image, ImageDamaged)


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0xF000, 0xF00, 0xF0)),
        (32, (0xFFC00000, 0x3FF000, 0xFFC)),
        (32, (0xFF0000, 0xFF0000, 0xFF)),
        (24, (0xFF, 0xFF00, 0xFF0000)),
    ],
)
def test_masks_that_decoders_do_not_know_are_refused(bits: int, masks: tuple[int, ...]):
    image = make_bmp_by_hand(bits=bits, compression=3, header_bytes=56, masks=masks)
    assert f"colour masks {masks[0]:X}" in get_refusal(image)


def test_masks_behind_the_oldest_info_header_are_read():
    bmp = make_bmp_by_hand(bits=16, compression=3)
    masks = b"\x00\xf8\0\0\xe0\x07\0\0\x1f\0\0\0"
    assert check_in_chunks(replace(bmp[:54] + masks + bmp[54:], 10, 66)).width == 5


def test_huge_claim_in_a_tiny_file_is_refused_at_once():
    get_refusal(make_bmp_by_hand(9000, 9000, pixels=b""), ImageTooManyPixels)


@pytest.mark.parametrize("offset", [0, 54])
def test_forgotten_palette_is_added_to_the_pixel_offset(offset: int):
    image = replace(PALETTE_BMP, 10, offset)
    assert check_in_chunks(image).height == 3
    assert "last pixel" in get_refusal(image[:-1])


@pytest.mark.parametrize("file_size", [0, 2_111_692_253])
def test_file_size_in_the_header_is_not_compared(file_size: int):
    assert check_in_chunks(replace(BMP, 2, file_size)).width == 5


@pytest.mark.parametrize("bits", [8, 4])
def test_run_length_data_are_walked_to_their_end(bits: int):
    image = make_rle_bmp(bits)
    assert check_in_chunks(image) == check_in_chunks(image, 1)
    assert "the end of its bitmap (00 01)" in get_refusal(image[:-2] + b"\x06\x02")


@pytest.mark.parametrize(
    "runs",
    [
        b"\x04\1\0\0\x04\2\0\1",
        b"\x04\1\0\0\x04\2\0\0\0\1",
        b"\x09\1\0\0\x04\2\0\1",
        b"\0\x04\1\2\3\4\0\0\0\x03\1\2\3\0\x01\7\0\1",
        b"\0\2\0\1\x04\2\0\1",
        b"\0\2\4\1\0\1",
    ],
)
def test_complete_run_length_data_are_accepted(runs: bytes):
    assert check_in_chunks(make_runs(runs)).height == 2


@pytest.mark.parametrize(
    "runs", [b"\0\1", b"\x04\1\0\0\0\1", b"\x04\1\0\0\x03\1\0\1", b"\0\x04\1\2\3\4\0\1"]
)
def test_run_length_data_that_lack_rows_are_refused(runs: bytes):
    assert "bitmap ends in row" in get_refusal(make_runs(runs))
