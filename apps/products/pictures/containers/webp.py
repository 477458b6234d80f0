"""WebP: the RIFF container, its chunks and the headers of their bitstreams (RFC 9649, RFC 6386)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import (
    ByteReader,
    Walk,
    read_u16_le,
    read_u24_le,
    read_u32_le,
)
from apps.products.pictures.containers.exif import MAX_EXIF_BYTES
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.icc import MAX_PROFILE_BYTES, name_profile
from apps.products.pictures.containers.traits import Traits

LOSSY, LOSSLESS, EXTENDED = b"VP8 ", b"VP8L", b"VP8X"
ANIMATION, FRAME, EXIF, XMP, PROFILE = b"ANIM", b"ANMF", b"EXIF", b"XMP ", b"ICCP"
FRAME_HEADER_BYTES: Final = 16
EXTENDED_HEADER_BYTES: Final = 10
BITSTREAM_HEADER_BYTES: Final = 10
ANIMATION_FLAG, ALPHA_FLAG = 0x02, 0x10
LOSSLESS_ALPHA_FLAG: Final = 0x10  # of the bits behind the size (RFC 9649, 3.4)
VP8_START_CODE: Final = b"\x9d\x01\x2a"
VP8L_SIGNATURE: Final = 0x2F


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk's header (RFC 9649, 2.3); ``end`` is the place of the next chunk."""

    kind: bytes
    length: int
    end: int


@dataclass(slots=True)
class _State:
    """What the chunks so far have said."""

    traits: Traits
    has_still: bool = False
    is_animated: bool = False
    has_animation_header: bool = False


def walk_webp(reader: ByteReader, budget: FrameBudget, traits: Traits) -> Walk[ImageSize]:
    """Walk one WebP to the end that its RIFF header tells; what follows that is not looked at."""
    head = yield from reader.take(12)
    end = 8 + read_u32_le(head, 4)
    reader.awaited = f"the {end:,} bytes that its header announces"
    traits.bits_per_sample, traits.color_model = 8, "rgb"
    state = _State(traits)
    canvas = None
    while reader.offset + 8 <= end:
        chunk = yield from _take_chunk(reader, end)
        if canvas is None:
            canvas = yield from _walk_first_chunk(reader, chunk, state, budget)
        else:
            yield from _walk_next_chunk(reader, chunk, canvas, state, budget)
        yield from reader.skip(chunk.end - reader.offset)
    yield from reader.skip(end - reader.offset)
    if canvas is None or not budget.frames:
        raise ImageDamaged("The WebP has no picture in it.")
    if state.is_animated and not state.has_animation_header:
        raise ImageDamaged("The WebP is animated and has no animation header (ANIM).")
    return canvas


def _take_chunk(reader: ByteReader, limit: int) -> Walk[_Chunk]:
    start = reader.offset
    head = yield from reader.take(8)
    length = read_u32_le(head, 4)
    end = start + 8 + length
    if end > limit:
        raise ImageDamaged(
            f"The WebP has a chunk at byte {start:,} that ends at byte {end:,}, beyond the "
            f"{limit:,} of its container."
        )
    # A last chunk of odd length lacks its padding byte in some files.
    return _Chunk(head[:4], length, min(end + (length & 1), limit))


def _walk_first_chunk(
    reader: ByteReader, chunk: _Chunk, state: _State, budget: FrameBudget
) -> Walk[ImageSize]:
    """The first chunk tells which of three layouts the file has (RFC 9649, 2.5 to 2.7)."""
    if chunk.kind in (LOSSY, LOSSLESS):
        size = yield from _take_bitstream_size(reader, chunk, state.traits)
        budget.add_frame(size.width, size.height)
        state.has_still = True
        return size
    if chunk.kind != EXTENDED or chunk.length < EXTENDED_HEADER_BYTES:
        raise ImageDamaged("The WebP does not start with VP8, VP8L or VP8X.")
    header = yield from reader.take(EXTENDED_HEADER_BYTES)
    state.is_animated = bool(header[0] & ANIMATION_FLAG)
    state.traits.has_alpha = bool(header[0] & ALPHA_FLAG)
    size = ImageSize(read_u24_le(header, 4) + 1, read_u24_le(header, 7) + 1)
    budget.check_canvas(size.width, size.height)
    return size


def _walk_next_chunk(
    reader: ByteReader, chunk: _Chunk, canvas: ImageSize, state: _State, budget: FrameBudget
) -> Walk[None]:
    """A chunk after VP8X; metadata and unknown types are skipped (RFC 9649, 2.7.1)."""
    if chunk.kind == ANIMATION:
        state.has_animation_header = True
    elif chunk.kind in (EXIF, XMP, PROFILE):
        yield from _walk_metadata(reader, chunk, state.traits)
    elif chunk.kind == FRAME and state.is_animated:
        yield from _walk_frame(reader, chunk, canvas, budget)
    elif chunk.kind in (LOSSY, LOSSLESS) and not (state.is_animated or state.has_still):
        state.has_still = True
        size = yield from _take_bitstream_size(reader, chunk, state.traits)
        if size != canvas:
            raise ImageDamaged(
                f"The WebP's canvas is {canvas.width:,} x {canvas.height:,} pixels, "
                f"its picture {size.width:,} x {size.height:,}."
            )
        budget.add_frame(size.width, size.height)


def _walk_metadata(reader: ByteReader, chunk: _Chunk, traits: Traits) -> Walk[None]:
    """What tells something of the picture (RFC 9649, 2.7.1.4 and 2.7.1.5)."""
    if chunk.kind == XMP:
        yield from reader.show(chunk.length, traits.read_xmp)
    elif chunk.kind == PROFILE:
        profile = yield from reader.take(min(chunk.length, MAX_PROFILE_BYTES))
        traits.color_profile = name_profile(profile)
    else:
        traits.read_exif((yield from reader.take(min(chunk.length, MAX_EXIF_BYTES))))


def _walk_frame(
    reader: ByteReader, frame: _Chunk, canvas: ImageSize, budget: FrameBudget
) -> Walk[None]:
    """ANMF (RFC 9649, 2.7.1.1): a header, then chunks of its own."""
    if frame.length < FRAME_HEADER_BYTES:
        raise ImageDamaged(f"The WebP has a frame (ANMF) of {frame.length} bytes.")
    header = yield from reader.take(FRAME_HEADER_BYTES)
    left, top = 2 * read_u24_le(header, 0), 2 * read_u24_le(header, 3)
    size = ImageSize(read_u24_le(header, 6) + 1, read_u24_le(header, 9) + 1)
    if left + size.width > canvas.width or top + size.height > canvas.height:
        raise ImageDamaged(f"The WebP's frame {budget.frames + 1} reaches beyond its canvas.")
    budget.add_frame(size.width, size.height)
    found = None
    while reader.offset + 8 <= frame.end and found is None:
        chunk = yield from _take_chunk(reader, frame.end)
        if chunk.kind in (LOSSY, LOSSLESS):
            found = yield from _take_bitstream_size(reader, chunk, Traits())
        yield from reader.skip(chunk.end - reader.offset)
    if found != size:
        raise ImageDamaged(f"The WebP's frame {budget.frames} lacks a picture of its size.")


def _take_bitstream_size(reader: ByteReader, chunk: _Chunk, traits: Traits) -> Walk[ImageSize]:
    if chunk.length < BITSTREAM_HEADER_BYTES:
        raise ImageDamaged(
            f"The WebP has a picture ({chunk.kind.decode()}) of {chunk.length} bytes."
        )
    head = yield from reader.take(BITSTREAM_HEADER_BYTES)
    if chunk.kind == LOSSY:
        return _read_lossy(head, chunk)
    traits.has_alpha |= bool(head[4] & LOSSLESS_ALPHA_FLAG)
    return _read_lossless(head)


def _read_lossy(head: bytes, chunk: _Chunk) -> ImageSize:
    """A VP8 key frame (RFC 6386, 9.1)."""
    tag = read_u24_le(head, 0)
    is_inter_frame, profile, is_shown, first_partition = (
        tag & 1,
        tag >> 1 & 7,
        tag >> 4 & 1,
        tag >> 5,
    )
    size = ImageSize(read_u16_le(head, 6) & 0x3FFF, read_u16_le(head, 8) & 0x3FFF)
    if (
        is_inter_frame
        or profile > 3
        or not is_shown
        or head[3:6] != VP8_START_CODE
        or not (size.width and size.height)
    ):
        raise ImageDamaged("The WebP's picture (VP8) has a malformed frame header.")
    if BITSTREAM_HEADER_BYTES + first_partition > chunk.length:
        raise ImageDamaged(
            f"The WebP's picture (VP8) has {chunk.length:,} bytes and a first partition of "
            f"{first_partition:,}."
        )
    return size


def _read_lossless(head: bytes) -> ImageSize:
    """A VP8L image (RFC 9649, 3.4)."""
    bits = read_u32_le(head, 1)
    version = bits >> 29
    if head[0] != VP8L_SIGNATURE or version:
        raise ImageDamaged("The WebP's picture (VP8L) has a malformed header.")
    return ImageSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
