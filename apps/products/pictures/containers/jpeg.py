"""JPEG, a camera's MPO included: every segment and scan up to the end marker (ITU-T T.81)."""

from __future__ import annotations

import re
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import ByteReader, Walk, read_u16_be
from apps.products.pictures.containers.exif import EXIF_MARK
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.icc import name_profile
from apps.products.pictures.containers.jpeg_tables import JpegTables, Scan
from apps.products.pictures.containers.traits import ColorModel, Traits
from apps.products.pictures.remedies import SAVE_AS_JPEG

# Table B.1
SOF0, SOF1, SOF2, DHT, EOI, SOS, DQT, DRI = 0xC0, 0xC1, 0xC2, 0xC4, 0xD9, 0xDA, 0xDB, 0xDD
DAC, DNL, COM, APP1, APP2 = 0xCC, 0xDC, 0xFE, 0xE1, 0xE2
APPLICATION: Final = range(0xE0, 0xF0)
RESTART: Final = range(0xD0, 0xD8)
SKIPPED: Final = {DAC, DNL, COM, *APPLICATION}
REFUSED_PROCESSES: Final = {
    0xC3: "lossless JPEG",
    0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG",
    0xC7: "hierarchical lossless JPEG",
    0xC9: "JPEG with arithmetic coding",
    0xCA: "progressive JPEG with arithmetic coding",
    0xCB: "lossless JPEG with arithmetic coding",
    0xCD: "hierarchical JPEG with arithmetic coding",
    0xCE: "hierarchical JPEG with arithmetic coding",
    0xCF: "hierarchical lossless JPEG with arithmetic coding",
    0xDE: "hierarchical JPEG",
    0xF7: "JPEG-LS",
}

COLOR_MODELS: Final[dict[int, ColorModel]] = {1: "grey", 3: "rgb", 4: "cmyk"}
# XMP Part 3, §1.1.3; what stands before a piece of a long one has a number of bytes of its own.
XMP_MARK: Final = b"http://ns.adobe.com/xap/1.0/\0"
LONG_XMP_MARK: Final = b"http://ns.adobe.com/xmp/extension/\0"
LONG_XMP_HEAD_BYTES: Final = len(LONG_XMP_MARK) + 40
# ICC.1:2022, B.4: the mark, then which part of how many this is, from 1.
ICC_MARK: Final = b"ICC_PROFILE\0\x01"
ICC_HEAD_BYTES: Final = len(ICC_MARK) + 1

# B.1.1.2: FF FF is fill before a marker; B.1.1.5: FF 00 is a data byte.
_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_FILL: Final = re.compile(rb"\xff*")


def walk_jpeg(reader: ByteReader, budget: FrameBudget, traits: Traits) -> Walk[ImageSize]:
    """Walk one JPEG to its end marker; what follows that is not looked at."""
    reader.awaited = "its end marker (EOI)"
    tables = JpegTables()
    yield from reader.skip(2)
    marker = yield from _find_marker(reader)
    while marker != SOS:
        yield from _walk_segment(reader, marker, tables, budget, traits)
        marker = yield from _find_marker(reader)
    while marker != EOI:
        tables.count_segment(marker == SOS)
        if marker == SOS:
            scan = tables.add_scan((yield from _take_segment(reader)))
            marker = yield from _walk_entropy(reader, scan)
        else:
            yield from _walk_segment(reader, marker, tables, budget, traits)
            marker = yield from _take_marker(reader)
    return tables.check_complete()


def _walk_segment(
    reader: ByteReader, marker: int, tables: JpegTables, budget: FrameBudget, traits: Traits
) -> Walk[None]:
    if marker in REFUSED_PROCESSES:
        raise ImageDamaged(f"This is {REFUSED_PROCESSES[marker]}.", remedy=SAVE_AS_JPEG)
    if marker in SKIPPED:
        yield from _skip_segment(reader, marker, traits)
        return
    if marker not in (SOF0, SOF1, SOF2, DHT, DQT, DRI):
        raise ImageDamaged(
            f"The JPEG has a misplaced marker FF {marker:02X} at byte {reader.offset:,}."
        )
    segment = yield from _take_segment(reader)
    if marker == DHT:
        tables.add_huffman(segment)
    elif marker == DQT:
        tables.add_quantization(segment)
    elif marker == DRI:
        tables.set_restart_interval(segment)
    else:
        frame = tables.set_frame(segment, progressive=marker == SOF2)
        budget.add_frame(frame.size.width, frame.size.height)
        traits.bits_per_sample = segment[0]
        traits.color_model = COLOR_MODELS[len(frame.components)]


def _take_length(reader: ByteReader) -> Walk[int]:
    """The length of a segment after the two bytes that tell it (B.1.1.4)."""
    length = read_u16_be((yield from reader.take(2)), 0)
    if length < 2:
        raise ImageDamaged(
            f"The JPEG has a segment of length {length} at byte {reader.offset - 2:,}."
        )
    return length - 2


def _take_segment(reader: ByteReader) -> Walk[bytes]:
    return (yield from reader.take((yield from _take_length(reader))))


def _skip_segment(reader: ByteReader, marker: int, traits: Traits) -> Walk[None]:
    """Skip what is not the picture, but for what it tells of that."""
    if marker not in (APP1, APP2):
        yield from reader.skip((yield from _take_length(reader)))
        return
    segment = yield from _take_segment(reader)
    if segment.startswith(EXIF_MARK):
        traits.read_exif(segment)
    elif segment.startswith(XMP_MARK):
        traits.read_xmp(segment)
    elif segment.startswith(LONG_XMP_MARK):
        traits.read_xmp(segment[LONG_XMP_HEAD_BYTES:])
    elif segment.startswith(ICC_MARK):
        traits.color_profile = name_profile(segment[ICC_HEAD_BYTES:])


def _find_marker(reader: ByteReader) -> Walk[int]:
    """The next marker of the header, where cameras leave stray bytes and decoders skip them."""
    while True:
        chunk = reader.chunk
        if match := _MARKER.search(chunk, reader.position):
            reader.position = match.end()
            return chunk[match.end() - 1]
        _keep_last_ff(reader)
        yield


def _take_marker(reader: ByteReader) -> Walk[int]:
    """The marker that must come here: after the first scan, stray bytes are a fault."""
    start = reader.offset
    yield from reader.skip_run(_FILL)
    filled = reader.offset - start
    marker: int = (yield from reader.take(1))[0]
    if not filled or not marker:
        raise ImageDamaged(f"The JPEG has no marker at byte {start:,}, where one must stand.")
    return marker


def _walk_entropy(reader: ByteReader, scan: Scan) -> Walk[int]:
    """Walk entropy-coded data and return the marker that ends them (B.1.1.5, E.1.4)."""
    start = reader.offset
    restarts = 0
    while True:
        chunk = reader.chunk
        for match in _MARKER.finditer(chunk, reader.position):
            marker = chunk[match.end() - 1]
            if marker not in RESTART:
                reader.position = match.end()
                _check_scan_is_full(scan, reader.offset - 2 - start - 2 * restarts, restarts)
                return marker
            if not scan.restart_interval or marker & 7 != restarts & 7:
                raise ImageDamaged(
                    f"The JPEG has restart marker {marker & 7} out of turn in a scan."
                )
            restarts += 1
        _check_restarts(scan, restarts)
        _keep_last_ff(reader)
        yield


def _keep_last_ff(reader: ByteReader) -> None:
    """Consume the chunk, but for a last FF: the rest of its marker comes with the next chunk."""
    reader.position = max(reader.position, len(reader.chunk) - reader.chunk.endswith(b"\xff"))


def _check_scan_is_full(scan: Scan, byte_count: int, restarts: int) -> None:
    if byte_count < scan.min_bytes:
        raise ImageDamaged(
            f"The JPEG has a scan of {byte_count:,} bytes where its size takes at least "
            f"{scan.min_bytes:,}."
        )
    if restarts < scan.restarts:
        raise ImageDamaged(
            f"The JPEG has a scan with {restarts:,} restart markers where its size takes "
            f"{scan.restarts:,}."
        )
    _check_restarts(scan, restarts)


def _check_restarts(scan: Scan, restarts: int) -> None:
    # Some encoders write one after the last interval too.
    if restarts > scan.restarts + 1:
        raise ImageDamaged(
            f"The JPEG has a scan with more than the {scan.restarts:,} restart markers that its "
            "size takes."
        )
