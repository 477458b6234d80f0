"""PNG, animated ones included: every chunk and its CRC up to IEND (PNG, third edition)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import ByteReader, Walk, read_u32_be
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.png_headers import MAX_NUMBER, PngState
from apps.products.pictures.containers.png_metadata import (
    MAX_METADATA_BYTES,
    METADATA,
    is_plain_xmp,
    read_metadata,
)
from apps.products.pictures.containers.traits import Traits

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
SAVE_AS_STANDARD_PNG: Final = "Browsers cannot show it; save it as a standard PNG."
_CHUNK_TYPE: Final = re.compile(rb"[A-Za-z]{4}")
# The chunks whose content counts here, with the lengths that they may have.
LENGTHS: Final = {
    b"IHDR": range(13, 14),
    b"PLTE": range(3, 769),
    b"tRNS": range(257),
    b"acTL": range(8, 9),
    b"fcTL": range(26, 27),
    b"IEND": range(1),
}

# Ancillary by name, and yet part of what is seen
PICTURE_CHUNKS: Final = frozenset({b"tRNS", b"acTL", b"fcTL", b"fdAT"})


def walk_png(reader: ByteReader, budget: FrameBudget, traits: Traits) -> Walk[ImageSize]:
    """Walk one PNG to its end chunk; what follows that is not looked at."""
    reader.awaited = "its end chunk (IEND)"
    if (yield from reader.take(len(SIGNATURE))) != SIGNATURE:
        raise ImageDamaged("The PNG's signature is damaged, as by a transfer as text.")
    state = PngState(traits)
    kind = b""
    while kind != b"IEND":
        kind = yield from _walk_chunk(reader, state, budget)
    return state.check_end(budget)


def _walk_chunk(reader: ByteReader, state: PngState, budget: FrameBudget) -> Walk[bytes]:
    """Walk one chunk (5.3) and return its type."""
    start = reader.offset
    head = yield from reader.take(8)
    length, kind = read_u32_be(head, 0), head[4:]
    _check_chunk(state, start, length, kind)
    if kind == b"IDAT":
        crc = yield from _walk_data(reader, state, budget, length)
    elif kind == b"fdAT":
        crc = yield from _walk_frame_data(reader, state, length)
    elif kind in METADATA:
        crc = yield from _walk_metadata(reader, state.traits, kind, length)
    elif kind in LENGTHS:
        content = yield from reader.take(length)
        _read_chunk(state, budget, kind, content)
        crc = zlib.crc32(content, zlib.crc32(kind))
    else:
        crc = yield from _walk_content(reader, length, zlib.crc32(kind))
    if read_u32_be((yield from reader.take(4)), 0) != crc:
        raise ImageDamaged(
            f"The PNG's chunk {kind.decode()} at byte {start:,} has a wrong CRC.",
            remedy=_choose_remedy(kind),
        )
    return kind


def _choose_remedy(kind: bytes) -> str:
    # What is not critical (5.4) is not the picture, and programs write it anew.
    if kind[:1].isupper() or kind in PICTURE_CHUNKS:
        return "The picture is damaged; export or download it again."
    return "The picture is whole, its metadata are damaged; open it and export it again."


def _check_chunk(state: PngState, start: int, length: int, kind: bytes) -> None:
    if kind == b"CgBI":
        raise ImageDamaged("This is a PNG optimised for iOS (CgBI).", remedy=SAVE_AS_STANDARD_PNG)
    if length > MAX_NUMBER or not _CHUNK_TYPE.fullmatch(kind):
        raise ImageDamaged(f"The PNG has no chunk at byte {start:,}, where one must stand.")
    if kind != b"IHDR":
        state.get_header()
    if kind[:1].isupper() and kind not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
        raise ImageDamaged(f"The PNG has an unknown critical chunk {kind.decode()}.")
    if kind in LENGTHS and length not in LENGTHS[kind]:
        raise ImageDamaged(f"The PNG has a chunk {kind.decode()} of {length:,} bytes.")
    state.check_place(kind)
    if kind != b"IDAT":
        state.data_ended = state.data_bytes > 0


def _read_chunk(state: PngState, budget: FrameBudget, kind: bytes, content: bytes) -> None:
    if kind == b"IHDR":
        state.set_header(content, budget)
    elif kind == b"PLTE":
        state.set_palette(content)
    elif kind == b"tRNS":
        state.check_transparency(content)
    elif kind == b"acTL":
        state.set_animation(content)
    elif kind == b"fcTL":
        state.start_frame(content, budget)


def _walk_metadata(reader: ByteReader, traits: Traits, kind: bytes, length: int) -> Walk[int]:
    """What tells something of the picture: its beginning is enough, but for XMP."""
    content = yield from reader.take(min(length, MAX_METADATA_BYTES))
    read_metadata(traits, kind, content)
    look = traits.read_xmp if is_plain_xmp(kind, content) else None
    crc = zlib.crc32(content, zlib.crc32(kind))
    return (yield from _walk_content(reader, length - len(content), crc, look))


def _walk_data(reader: ByteReader, state: PngState, budget: FrameBudget, length: int) -> Walk[int]:
    """IDAT: one zlib stream over consecutive chunks (11.2.3)."""
    if state.data_ended:
        raise ImageDamaged("The PNG's image data (IDAT) are not consecutive.")
    crc = zlib.crc32(b"IDAT")
    if length and not state.data_bytes:
        state.start_data(budget)
        if length > 1:
            zlib_head = yield from reader.take(2)
            _check_zlib_head(zlib_head)
            crc = zlib.crc32(zlib_head, crc)
            state.data_bytes = 2
            length -= 2
    state.data_bytes += length
    state.frame_awaits_data &= not state.data_bytes
    return (yield from _walk_content(reader, length, crc))


def _check_zlib_head(head: bytes) -> None:
    """Deflate with a window of at most 32 KiB, no dictionary, check bits right (RFC 1950, 2.2)."""
    method, flags = head
    if method & 15 != 8 or method >> 4 > 7 or flags & 32 or (method * 256 + flags) % 31:
        raise ImageDamaged("The PNG's image data (IDAT) are no zlib stream.")


def _walk_frame_data(reader: ByteReader, state: PngState, length: int) -> Walk[int]:
    """Frame data, fdAT (11.3.6.3): a sequence number, then as IDAT."""
    if length < 4 or not state.frame_controls:
        raise ImageDamaged("The PNG has frame data (fdAT) without a frame.")
    sequence = yield from reader.take(4)
    state.take_sequence(sequence)
    if length > 4:
        state.frame_awaits_data = False
    crc = zlib.crc32(sequence, zlib.crc32(b"fdAT"))
    return (yield from _walk_content(reader, length - 4, crc))


def _walk_content(
    reader: ByteReader, length: int, crc: int, look: Callable[[bytes], None] | None = None
) -> Walk[int]:
    while length:
        view = memoryview(reader.chunk)[reader.position : reader.position + length]
        crc = zlib.crc32(view, crc)
        if look:
            look(bytes(view))
        length -= len(view)
        reader.position += len(view)
        if length:
            yield
    return crc
