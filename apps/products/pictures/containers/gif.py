"""GIF: every block and sub-block up to the trailer (GIF89a specification)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import ByteReader, Walk, read_u16_le
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.traits import Traits
from apps.products.pictures.remedies import SAVE_ANEW_OR_EXPORT

EXTENSION, IMAGE, TRAILER, PADDING = 0x21, 0x2C, 0x3B, 0x00
HAS_COLOUR_TABLE: Final = 0x80
GRAPHIC_CONTROL, APPLICATION = 0xF9, 0xFF
IS_TRANSPARENT: Final = 0x01
XMP: Final = b"XMP DataXMP"  # XMP Part 3, §1.1.2
# Appendix F knows 2 to 8; decoders read all that fit into codes of 12 bits.
MIN_CODE_SIZES: Final = range(1, 12)
_ZEROS: Final = re.compile(rb"\x00*")


def walk_gif(reader: ByteReader, budget: FrameBudget, traits: Traits) -> Walk[ImageSize]:
    """Walk one GIF to its trailer; what follows that is not looked at.

    The size is the logical screen's, grown where the first frame exceeds it, as decoders do.
    """
    reader.awaited = "its trailer (3B)"
    head = yield from reader.take(13)
    if head[:6] not in (b"GIF87a", b"GIF89a"):
        raise ImageDamaged("The GIF's version is neither 87a nor 89a.")
    traits.bits_per_sample, traits.color_model = 8, "palette"
    size = ImageSize(width=read_u16_le(head, 6), height=read_u16_le(head, 8))
    budget.check_canvas(size.width, size.height)
    yield from _skip_colour_table(reader, flags=head[10])
    while True:
        label = (yield from reader.take(1))[0]
        budget.whole = None
        if label == TRAILER:
            break
        if label == IMAGE:
            size = yield from _walk_image(reader, budget, size)
            budget.whole = size  # some encoders forget the trailer, and no decoder misses it
        elif label == EXTENSION:
            yield from _walk_extension(reader, traits, is_first=not budget.frames)
        elif label == PADDING and budget.frames:
            # Some encoders end a block twice.
            yield from reader.skip_run(_ZEROS)
        else:
            raise ImageDamaged(
                f"The GIF has no block at byte {reader.offset - 1:,}, where one must stand;"
                " browsers show nothing behind it.",
                remedy=SAVE_ANEW_OR_EXPORT,
            )
    if not budget.frames:
        raise ImageDamaged("The GIF has no image in it.")
    return size


def _walk_image(reader: ByteReader, budget: FrameBudget, size: ImageSize) -> Walk[ImageSize]:
    """Walk one frame (20 to 22) and return the size that the picture has now."""
    head = yield from reader.take(9)
    left, top, width, height = (read_u16_le(head, place) for place in (0, 2, 4, 6))
    if not width or not height:
        raise ImageDamaged(f"The GIF has a frame of {width} x {height} pixels.")
    if budget.frames == 0:
        size = ImageSize(max(size.width, left + width), max(size.height, top + height))
    budget.check_canvas(max(size.width, left + width), max(size.height, top + height))
    budget.add_frame(width, height)
    yield from _skip_colour_table(reader, flags=head[8])
    code_size = (yield from reader.take(1))[0]
    if code_size not in MIN_CODE_SIZES:
        raise ImageDamaged(
            f"The GIF has LZW codes of {code_size} bits in frame {budget.frames}; at most 11 are "
            "allowed."
        )
    start = reader.offset
    yield from _skip_sub_blocks(reader)
    if reader.offset - start == 1:
        raise ImageDamaged(f"The GIF has no data in frame {budget.frames}.")
    return size


def _walk_extension(reader: ByteReader, traits: Traits, *, is_first: bool) -> Walk[None]:
    """Walk what stands between frames (23 to 26); what is said of the first counts here."""
    label, length = yield from reader.take(2)
    if not length:
        return
    look = None
    if label == APPLICATION or (label == GRAPHIC_CONTROL and is_first):
        content = yield from reader.take(length)
        if label == GRAPHIC_CONTROL:
            traits.has_alpha = bool(content[0] & IS_TRANSPARENT)
        look = traits.read_xmp if content == XMP else None
    else:
        yield from reader.skip(length)
    yield from _skip_sub_blocks(reader, look)


def _skip_colour_table(reader: ByteReader, flags: int) -> Walk[None]:
    """19 and 21: three bytes for each of 2 to 256 colours."""
    if flags & HAS_COLOUR_TABLE:
        yield from reader.skip(3 << (flags & 7) + 1)


def _skip_sub_blocks(reader: ByteReader, look: Callable[[bytes], None] | None = None) -> Walk[None]:
    """Skip data sub-blocks and their terminator (15, 16): a length byte, then so many bytes.

    ``look`` gets them in pieces with their length bytes, as XMP is written.
    """
    shown = reader.position
    while True:
        chunk, position = reader.chunk, reader.position
        end = len(chunk)
        if look:
            look(chunk[shown:])
            shown = 0
        while position < end:
            block_size = chunk[position]
            position += block_size + 1
            if not block_size:
                reader.position = position
                return
        reader.position = position
        yield
