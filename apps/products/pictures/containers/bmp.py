"""BMP: its header's many versions, and the pixels that it announces (Windows GDI; OS/2 PM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.bmp_runs import walk_runs
from apps.products.pictures.containers.byte_reader import ByteReader, Walk, read_u16_le, read_u32_le
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.traits import ColorProfile, Traits
from apps.products.pictures.remedies import SAVE_AS_PNG

FILE_HEADER_BYTES: Final = 14
CORE_HEADER_BYTES: Final = 12
INFO_HEADER_BYTES: Final = 40
# BITMAPCOREHEADER, BITMAPINFOHEADER, its V2 and V3, OS22XBITMAPHEADER, BITMAPV4HEADER, V5
HEADER_SIZES: Final = (CORE_HEADER_BYTES, INFO_HEADER_BYTES, 52, 56, 64, 108, 124)
RGB, RLE8, RLE4, BITFIELDS = 0, 1, 2, 3
DEPTHS: Final[dict[int, tuple[int, ...]]] = {
    RGB: (1, 4, 8, 16, 24, 32),
    RLE8: (8,),
    RLE4: (4,),
    BITFIELDS: (16, 24, 32),
}
PIXELS_PER_BYTE: Final = {RLE8: 1, RLE4: 2}
# Red, green, blue and alpha: the layouts that decoders have in common.
MASKS: Final[dict[int, set[tuple[int, ...]]]] = {
    16: {(0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)},
    24: {(0xFF0000, 0xFF00, 0xFF)},
    32: {
        (0xFF0000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0),
        (0xFF000000, 0xFF00, 0xFF, 0),
        (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
        (0, 0, 0, 0),
    },
}
MAX_COLOURS: Final = 256
# Of BITMAPV4HEADER on, in the order of the file: LCS_sRGB, LCS_WINDOWS_COLOR_SPACE, and a profile
# behind the pixels or in a file of its own.
PROFILES: Final[dict[bytes, ColorProfile]] = {
    b"BGRs": "srgb",
    b" niW": "srgb",
    b"DEBM": "other",
    b"KNIL": "other",
}


@dataclass(frozen=True, slots=True)
class BmpHeader:
    """What the headers say, whichever their version."""

    header_bytes: int
    size: ImageSize
    bit_count: int
    compression: int
    palette_bytes: int

    @property
    def row_bytes(self) -> int:
        """Rows are padded to whole 32-bit words."""
        return (self.size.width * self.bit_count + 31) // 32 * 4


def walk_bmp(reader: ByteReader, budget: FrameBudget, traits: Traits) -> Walk[ImageSize]:
    """Walk one BMP to its last pixel; what follows that is not looked at.

    The file size in the header is not compared: decoders ignore it, and some encoders leave it 0.
    """
    reader.awaited = "its last pixel"
    file_header = yield from reader.take(FILE_HEADER_BYTES)
    header_size = read_u32_le((yield from reader.take(4)), 0)
    if header_size not in HEADER_SIZES:
        raise ImageDamaged(
            f"The BMP has a header of {header_size:,} bytes; 12, 40, 52, 56, 64, 108 and 124 are "
            "known.",
            remedy=SAVE_AS_PNG,
        )
    fields = yield from reader.take(header_size - 4)
    header = _read_core(fields) if header_size == CORE_HEADER_BYTES else _read_info(fields)
    budget.add_frame(header.size.width, header.size.height)
    traits.bits_per_sample = 5 if header.bit_count == 16 else 8
    traits.color_model = "rgb" if header.bit_count > 8 else "palette"
    traits.color_profile = PROFILES.get(fields[52:56], "none")
    if header.compression == BITFIELDS:
        # BITMAPINFOHEADER has its masks behind it, the later versions inside.
        masks = fields[36:] if header_size > INFO_HEADER_BYTES else (yield from reader.take(12))
        traits.has_alpha = _check_masks(header.bit_count, masks)
    yield from _skip_to_pixels(reader, header, read_u32_le(file_header, 10))
    if header.compression in PIXELS_PER_BYTE:
        yield from walk_runs(reader, header.size, PIXELS_PER_BYTE[header.compression])
    else:
        yield from reader.skip(header.row_bytes * header.size.height)
    return header.size


def _read_core(fields: bytes) -> BmpHeader:
    """BITMAPCOREHEADER."""
    width, height, _planes, bit_count = (read_u16_le(fields, place) for place in (0, 2, 4, 6))
    _check_pixels(width, height, bit_count, RGB)
    palette = 3 << bit_count if bit_count <= 8 else 0
    return BmpHeader(CORE_HEADER_BYTES, ImageSize(width, height), bit_count, RGB, palette)


def _read_info(fields: bytes) -> BmpHeader:
    """BITMAPINFOHEADER, whose first 36 bytes all later versions share."""
    width = int.from_bytes(fields[:4], "little", signed=True)
    # Negative where the rows run from the top down
    height = abs(int.from_bytes(fields[4:8], "little", signed=True))
    bit_count, compression = read_u16_le(fields, 10), read_u32_le(fields, 12)
    _check_pixels(width, height, bit_count, compression)
    colours = read_u32_le(fields, 28)
    if bit_count > 8:
        colours = 0
    elif colours > MAX_COLOURS:
        raise ImageDamaged(
            f"The BMP has a palette of {colours:,} colours; {MAX_COLOURS} are allowed.",
            remedy=SAVE_AS_PNG,
        )
    elif not colours:
        colours = 1 << bit_count
    return BmpHeader(len(fields) + 4, ImageSize(width, height), bit_count, compression, 4 * colours)


def _check_pixels(width: int, height: int, bit_count: int, compression: int) -> None:
    if width <= 0 or not height:
        raise ImageDamaged(f"The BMP is {width:,} x {height:,} pixels.")
    if bit_count not in DEPTHS.get(compression, ()):
        raise ImageDamaged(
            f"The BMP has {bit_count} bits a pixel in compression {compression}, which decoders do "
            "not know.",
            remedy=SAVE_AS_PNG,
        )


def _check_masks(bit_count: int, masks: bytes) -> bool:
    """Whether there is one for alpha."""
    count = 4 if bit_count == 32 else 3
    # Masks shorter than that have no alpha.
    layout = tuple(read_u32_le(masks, 4 * i) if 4 * i < len(masks) else 0 for i in range(count))
    if layout not in MASKS[bit_count]:
        told = ", ".join(f"{mask:X}" for mask in layout)
        raise ImageDamaged(
            f"The BMP has colour masks {told}, which decoders do not know.", remedy=SAVE_AS_PNG
        )
    return any(layout[3:])


def _skip_to_pixels(reader: ByteReader, header: BmpHeader, offset: int) -> Walk[None]:
    headers_end = FILE_HEADER_BYTES + header.header_bytes
    if 0 < offset < headers_end:
        raise ImageDamaged(f"The BMP's pixels start at byte {offset:,}, inside its headers.")
    if offset == 0 or (offset == headers_end and header.palette_bytes):
        # Some encoders forget the palette, or the field altogether.
        offset = max(reader.offset, headers_end + header.palette_bytes)
    yield from reader.skip(max(0, offset - reader.offset))
