"""EXIF as phones write it, broken too: it turns a picture, and never fails one."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from PIL import Image

from apps.products.pictures.containers.exif import read_orientation
from apps.products.renditions.render_worker import render
from tests.products.pictures.image_verdicts import check_in_chunks
from tests.sample_images import make_jpeg, make_jpeg_with_orientation, make_png, make_webp

SHORT, ASCII, LONG, RATIONAL = 3, 2, 4, 5
TURN = (0x0112, SHORT, 1, 6)
GPS, EXIF = 0x8825, 0x8769


def build_exif(
    *entries: tuple[int, int, int, int],
    order: str = "<",
    start: int = 8,
    count: int | None = None,
    next_at: int = 0,
) -> bytes:
    """One directory; an entry is tag, type, count and value."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}H", len(entries) if count is None else count)
    for tag, kind, number, value in entries:
        shown = struct.pack(
            f"{order}HH" if kind == SHORT else f"{order}I", value, *[0] * (kind == SHORT)
        )
        directory += struct.pack(f"{order}HHI", tag, kind, number) + shown
    directory += struct.pack(f"{order}I", next_at)
    return b"Exif\0\0" + mark + struct.pack(f"{order}I", start) + bytes(start - 8) + directory


BLOCKS: dict[str, tuple[bytes, int]] = {
    "little-endian": (build_exif(TURN), 6),
    "big-endian": (build_exif(TURN, order=">"), 6),
    "directory behind a gap": (build_exif(TURN, start=40), 6),
    "empty GPSLatitudeRef": (
        build_exif(TURN, (GPS, LONG, 1, 38)) + struct.pack("<HHHII", 1, 1, ASCII, 0, 0),
        6,
    ),
    "GPS rational over zero": (
        build_exif(TURN, (GPS, LONG, 1, 38)) + struct.pack("<HHHIIQ", 1, 2, RATIONAL, 3, 0, 0),
        6,
    ),
    "GPS pointer beyond the end": (build_exif(TURN, (GPS, LONG, 1, 0xFFFFFFFF)), 6),
    "directory that follows itself": (build_exif(TURN, next_at=8), 6),
    "EXIF directory that is the first": (build_exif(TURN, (EXIF, LONG, 1, 8)), 6),
    "cut behind the entry": (build_exif(TURN)[:28], 6),
    "cut in the entry": (build_exif(TURN)[:27], 1),
    "cut in the header": (build_exif(TURN)[:11], 1),
    "nothing but the mark": (b"Exif\0\0", 1),
    "nothing": (b"", 1),
    "more entries than there are": (build_exif(TURN, count=0xFFFF), 6),
    "no entry": (build_exif(), 1),
    "start beyond the end": (b"Exif\0\0II*\0\xff\xff\xff\xff", 1),
    "start within the header": (b"Exif\0\0II*\0\0\0\0\0", 1),
    "no byte order": (b"Exif\0\0XX*\0\x08\0\0\0", 1),
    "orientation 0": (build_exif((0x0112, SHORT, 1, 0)), 1),
    "orientation 9": (build_exif((0x0112, SHORT, 1, 9)), 1),
    "orientation as text": (build_exif((0x0112, ASCII, 2, 0x36)), 1),
    "noise": (bytes(range(256)) * 4, 1),
}


def put_into_jpeg(exif: bytes) -> bytes:
    jpeg = make_jpeg(64, 48)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


@pytest.mark.parametrize("name", BLOCKS)
def test_orientation_is_read_or_the_picture_is_upright(name: str):
    block, orientation = BLOCKS[name]

    assert read_orientation(block) == orientation


@pytest.mark.filterwarnings("ignore")  # Pillow's, about what it skips
@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize(
    ("image_format", "put"),
    [
        ("JPEG", put_into_jpeg),
        ("PNG", lambda exif: make_png(64, 48, exif=exif)),
        ("WEBP", lambda exif: make_webp(64, 48, exif=exif)),
    ],
)
def test_broken_metadata_fail_no_picture(
    name: str, image_format: str, put: Callable[[bytes], bytes]
):
    block, orientation = BLOCKS[name]
    picture = put(block)

    whole, split = (check_in_chunks(picture, chunk_bytes) for chunk_bytes in (65_536, 1))

    assert whole == split
    assert (whole.width, whole.height) == (64, 48)
    assert whole.is_quarter_turned is (orientation == 6)
    webp, _ = render(picture, image_format, [320])
    assert _get_size(webp) == ((48, 64) if orientation == 6 else (64, 48))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_quarter_turns_are_those_that_are_shown(orientation: int):
    checked = check_in_chunks(make_jpeg_with_orientation(orientation))
    shown = _get_size(render(make_jpeg_with_orientation(orientation), "JPEG", [320])[0])

    seen = (
        (checked.height, checked.width)
        if checked.is_quarter_turned
        else (checked.width, checked.height)
    )
    assert seen == shown
    assert checked.is_quarter_turned is (orientation >= 5)


def test_xmp_before_exif_is_passed_over():
    jpeg = put_into_jpeg(build_exif(TURN))
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x/>"
    both = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp + jpeg[2:]

    assert check_in_chunks(both).is_quarter_turned is True


def _get_size(webp: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(webp), formats=["WEBP"]).size
