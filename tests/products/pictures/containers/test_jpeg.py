from __future__ import annotations

import pytest

from apps.problems import ImageDamaged
from tests.products.pictures.image_verdicts import check_in_chunks, get_refusal
from tests.sample_images import (
    make_jpeg,
    make_jpeg_of_precision,
    make_jpeg_of_process,
    make_mpo,
)

JPEG = make_jpeg()
SOF, DHT, DQT, SOS, DRI = b"\xff\xc0", b"\xff\xc4", b"\xff\xdb", b"\xff\xda", b"\xff\xdd"


def replace_in_segment(marker: bytes, place: int, value: int, jpeg: bytes = JPEG) -> bytes:
    """Return the JPEG with one byte after the length of a segment replaced."""
    start = jpeg.index(marker) + 4 + place
    return jpeg[:start] + bytes([value]) + jpeg[start + 1 :]


def insert_before(marker: bytes, inserted: bytes, jpeg: bytes = JPEG) -> bytes:
    start = jpeg.index(marker)
    return jpeg[:start] + inserted + jpeg[start:]


def remove_segments(marker: bytes, jpeg: bytes = JPEG) -> bytes:
    while (start := jpeg.find(marker)) >= 0:
        length = int.from_bytes(jpeg[start + 2 : start + 4], "big")
        jpeg = jpeg[:start] + jpeg[start + 2 + length :]
    return jpeg


@pytest.mark.parametrize(
    ("process", "name"),
    [
        ("SOF3", "lossless JPEG"),
        ("SOF5", "hierarchical JPEG"),
        ("SOF9", "JPEG with arithmetic coding"),
        ("SOF10", "progressive JPEG with arithmetic coding"),
    ],
)
def test_process_that_browsers_cannot_show_is_refused_by_name(process: str, name: str):
    assert f"This is {name}." in get_refusal(make_jpeg_of_process(process), ImageDamaged)


def test_jpeg_ls_is_refused_by_name():
    assert "JPEG-LS" in get_refusal(b"\xff\xd8\xff\xf7" + bytes(20))


def test_12_bit_samples_are_refused_by_name():
    assert "12 bits a sample" in get_refusal(make_jpeg_of_precision(12))


def test_extended_process_with_8_bits_is_accepted():
    assert check_in_chunks(make_jpeg_of_process("SOF1")).width == 64


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (replace_in_segment(SOF, 5, 2), "frame header (SOF) is malformed"),
        (replace_in_segment(SOF, 7, 0x51), "sampling factors 5 x 1"),
        (replace_in_segment(SOF, 7, 0x20), "sampling factors 2 x 0"),
        (replace_in_segment(SOF, 8, 3), "quantization table 3, never defined"),
        (replace_in_segment(DQT, 0, 0x04), "quantization tables (DQT)"),
        (replace_in_segment(DQT, 0, 0x20), "quantization tables (DQT)"),
        (replace_in_segment(DQT, 0, 0x10), "quantization tables (DQT)"),
        (replace_in_segment(DHT, 0, 0x04), "Huffman tables (DHT)"),
        (replace_in_segment(DHT, 1, 3), "Huffman tables (DHT)"),
        (replace_in_segment(DHT, 17, 16), "category above 15"),
        (replace_in_segment(SOS, 0, 5), "scan header (SOS) is malformed"),
        (replace_in_segment(SOS, 1, 9), "names component 9"),
        (replace_in_segment(SOS, 2, 0x20), "Huffman table DC 2, never defined"),
        (replace_in_segment(SOS, 2, 0x03), "Huffman table AC 3, never defined"),
        (remove_segments(DQT), "quantization table 0, never defined"),
        (remove_segments(SOF), "before its frame header"),
        (insert_before(SOS, JPEG[JPEG.index(SOF) : JPEG.index(SOF) + 19]), "second frame header"),
        (insert_before(SOS, DRI + b"\0\3\1"), "restart interval (DRI) is malformed"),
        (insert_before(SOS, b"\xff\xd8"), "misplaced marker FF D8"),
        (insert_before(SOS, b"\xff\xd9"), "misplaced marker FF D9"),
        (insert_before(SOS, b"\xff\x02"), "misplaced marker FF 02"),
        (insert_before(SOS, b"\xff\xe5\0\1"), "segment of length 1"),
        (insert_before(SOS, b"\xff\xde\0\x02"), "hierarchical JPEG"),
    ],
)
def test_broken_header_is_refused(image: bytes, told: str):
    assert told in get_refusal(image, ImageDamaged)


def test_two_components_are_refused():
    frame = b"\xff\xc0\0\x0e\x08\0\x10\0\x10\x02\x01\x11\0\x02\x11\0"
    assert "2 colour components" in get_refusal(b"\xff\xd8" + frame)


def test_scan_of_too_many_blocks_is_refused():
    image = replace_in_segment(SOF, 7, 0x44)
    assert "blocks in an MCU" in get_refusal(image)


def test_scan_without_data_is_refused():
    start = JPEG.index(SOS) + 14
    assert "scan of 0 bytes" in get_refusal(JPEG[:start] + b"\xff\xd9")


def test_cut_scan_that_was_given_an_end_marker_is_refused():
    start = JPEG.index(SOS) + 14
    assert "where its size takes at least 18" in get_refusal(JPEG[: start + 10] + b"\xff\xd9")


@pytest.mark.parametrize("stray", [b"\x00", b"stray bytes", b"\xff\x00\xff\x00", b"\xff" * 9])
def test_stray_bytes_before_the_first_scan_are_passed_over(stray: bytes):
    assert check_in_chunks(insert_before(SOS, stray)).width == 64


def test_fill_bytes_before_the_end_marker_are_accepted():
    assert check_in_chunks(JPEG[:-2] + b"\xff\xff\xff\xd9").height == 48


def test_marker_that_no_scan_may_hold_is_refused():
    start = JPEG.index(SOS) + 40
    assert "misplaced marker FF 02" in get_refusal(JPEG[:start] + b"\xff\x02" + JPEG[start:])


def test_restart_marker_without_an_interval_is_refused():
    start = JPEG.index(SOS) + 40
    assert "restart marker 0 out of turn" in get_refusal(JPEG[:start] + b"\xff\xd0" + JPEG[start:])


def test_lost_restart_interval_is_refused():
    jpeg = make_jpeg(restart_marker_blocks=1)
    lost = jpeg[: jpeg.index(b"\xff\xd1")] + jpeg[jpeg.index(b"\xff\xd2") :]
    assert "restart marker 2 out of turn" in get_refusal(lost)


def test_end_marker_before_the_last_restart_interval_is_refused():
    jpeg = make_jpeg(restart_marker_rows=1, quality=100)
    cut = jpeg[: jpeg.index(b"\xff\xd1")] + b"\xff\xd9"
    assert "restart markers where its size takes" in get_refusal(cut)


def test_restart_markers_beyond_the_size_are_refused():
    jpeg = make_jpeg(restart_marker_rows=1)[:-2]
    more = b"".join(b"\x55\xff" + bytes([0xD0 + i % 8]) for i in range(2, 20))
    assert "more than the 2 restart markers" in get_refusal(jpeg + more + b"\xff\xd9")


def test_missing_scan_of_a_component_is_refused():
    jpeg = make_jpeg(progressive=True)
    start = jpeg.index(SOS)
    data = jpeg[start + 14 : jpeg.index(DHT, start)]
    scan_of_first = SOS + b"\0\x08\x01\x01\x00" + jpeg[start + 11 : start + 14]
    image = jpeg[:start] + scan_of_first + data + b"\xff\xd9"
    assert "lacks the scans of 2 of its 3 components" in get_refusal(image)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (-3, 64, "malformed progression"),
        (-1, 0x31, "malformed progression"),
        (-1, 0x0E, "malformed progression"),
        (2, 0x30, "Huffman table DC 3, never defined"),
    ],
)
def test_broken_progression_is_refused(place: int, value: int, told: str):
    jpeg = make_jpeg(mode="L", progressive=True)
    place = place if place > 0 else 6 + place
    assert told in get_refusal(replace_in_segment(SOS, place, value, jpeg))


@pytest.mark.parametrize(
    ("repeated", "times", "named"),
    [("scan", 200, "more than 200 scans"), ("table", 2001, "more than 2,000 segments")],
)
def test_flood_that_keeps_decoders_busy_is_refused(repeated: str, times: int, named: str):
    jpeg = make_jpeg(mode="L", progressive=True)
    last = jpeg.rindex(SOS)
    flood = jpeg[last:-2] if repeated == "scan" else DHT + b"\x00\x02"

    assert check_in_chunks(jpeg[:last] + 100 * flood + jpeg[last:]).width
    assert named in get_refusal(jpeg[:last] + times * flood + jpeg[last:], ImageDamaged)


def test_progressive_scan_without_its_tables_is_refused():
    jpeg = remove_segments(DHT, make_jpeg(mode="L", progressive=True))
    assert "Huffman table DC 0, never defined" in get_refusal(jpeg)


def test_ac_scan_of_several_components_is_refused():
    jpeg = replace_in_segment(SOS, 7, 1, make_jpeg(progressive=True))
    jpeg = replace_in_segment(SOS, 8, 5, jpeg)
    assert "AC scan of several components" in get_refusal(jpeg)


def test_ac_scan_without_its_table_is_refused():
    jpeg = replace_in_segment(SOS, 3, 1, make_jpeg(mode="L", progressive=True))
    jpeg = replace_in_segment(SOS, 4, 5, jpeg)
    assert "Huffman table AC 0, never defined" in get_refusal(jpeg)


def test_stray_bytes_between_scans_are_refused():
    jpeg = make_jpeg(progressive=True)
    second = jpeg.index(DHT, jpeg.index(SOS))
    length = int.from_bytes(jpeg[second + 2 : second + 4], "big")
    after = second + 2 + length
    assert "no marker at byte" in get_refusal(jpeg[:after] + b"\0" + jpeg[after:])


def test_only_the_first_picture_of_an_mpo_has_to_be_whole():
    mpo = make_mpo()
    assert check_in_chunks(mpo[:-100]).frames == 1


def test_height_that_follows_later_is_refused():
    image = replace_in_segment(SOF, 2, 0)
    assert "(DNL) is not supported" in get_refusal(image)
