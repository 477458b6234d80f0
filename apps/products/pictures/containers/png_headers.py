"""The chunks of a PNG that say what it holds (PNG, third edition, clause 11), in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from apps.problems import ImageDamaged
from apps.products.pictures.containers.byte_reader import read_u32_be
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.traits import ColorModel, Traits

GREYSCALE, TRUECOLOUR, INDEXED, GREYSCALE_ALPHA, TRUECOLOUR_ALPHA = 0, 2, 3, 4, 6
# Table 9: the depths that each colour type allows, and its samples per pixel
DEPTHS: Final = {
    GREYSCALE: (1, 2, 4, 8, 16),
    TRUECOLOUR: (8, 16),
    INDEXED: (1, 2, 4, 8),
    GREYSCALE_ALPHA: (8, 16),
    TRUECOLOUR_ALPHA: (8, 16),
}
SAMPLES: Final = {
    GREYSCALE: 1,
    TRUECOLOUR: 3,
    INDEXED: 1,
    GREYSCALE_ALPHA: 2,
    TRUECOLOUR_ALPHA: 4,
}
COLOR_MODELS: Final[dict[int, ColorModel]] = {
    GREYSCALE: "grey",
    TRUECOLOUR: "rgb",
    INDEXED: "palette",
    GREYSCALE_ALPHA: "grey",
    TRUECOLOUR_ALPHA: "rgb",
}
TRANSPARENCY_BYTES: Final = {GREYSCALE: 2, TRUECOLOUR: 6}
# 5.6: at most one of each, and before the image data. Real files have eXIf and pHYs behind them,
# sRGB behind the palette.
BEFORE_DATA: Final = frozenset(
    {b"cHRM", b"cICP", b"gAMA", b"iCCP", b"mDCV", b"cLLI", b"sBIT", b"sRGB", b"bKGD", b"hIST"}
    | {b"tRNS"}
)
AT_MOST_ONE: Final = BEFORE_DATA | {b"eXIf", b"pHYs", b"tIME"}
MAX_NUMBER: Final = 2**31 - 1
# Deflate writes at most 258 bytes for 2 bits (RFC 1951, 3.2.5).
MAX_DEFLATE_RATIO: Final = 1032


@dataclass(frozen=True, slots=True)
class PngHeader:
    """IHDR (11.2.1)."""

    size: ImageSize
    bit_depth: int
    colour_type: int

    @property
    def min_data_bytes(self) -> int:
        """The bytes that the image data take at least, however well they are packed."""
        bits = self.size.width * self.size.height * self.bit_depth * SAMPLES[self.colour_type]
        return 2 + bits // 8 // MAX_DEFLATE_RATIO


def read_header(data: bytes) -> PngHeader:
    """Read IHDR or raise ``ImageDamaged``."""
    size = ImageSize(width=read_u32_be(data, 0), height=read_u32_be(data, 4))
    depth, colour_type, compression, filtering, interlace = data[8:13]
    if not (1 <= size.width <= MAX_NUMBER and 1 <= size.height <= MAX_NUMBER):
        raise ImageDamaged(f"The PNG is {size.width:,} x {size.height:,} pixels.")
    if depth not in DEPTHS.get(colour_type, ()):
        raise ImageDamaged(f"The PNG has colour type {colour_type} with {depth} bits a sample.")
    if compression or filtering or interlace > 1:
        raise ImageDamaged(
            f"The PNG's methods of compression {compression}, filtering {filtering} and "
            f"interlacing {interlace} are not all known."
        )
    return PngHeader(size, depth, colour_type)


@dataclass(slots=True)
class PngState:
    """What the chunks so far have said."""

    traits: Traits
    header: PngHeader | None = None
    has_palette: bool = False
    seen: set[bytes] = field(default_factory=set)  # of those that come at most once
    data_bytes: int = 0
    data_ended: bool = False
    # APNG (11.3.6); None while the file is a still picture
    announced_frames: int | None = None
    is_data_a_frame: bool = False
    next_sequence: int = 0
    frame_controls: int = 0
    frame_awaits_data: bool = False

    def get_header(self) -> PngHeader:
        if self.header is None:
            raise ImageDamaged("The PNG does not start with its header (IHDR).")
        return self.header

    def set_header(self, data: bytes, budget: FrameBudget) -> None:
        if self.header:
            raise ImageDamaged("The PNG has a second header (IHDR).")
        header = self.header = read_header(data)
        budget.check_canvas(header.size.width, header.size.height)
        # The colours of a palette have 8 bits each (11.2.2), however few its numbers have.
        self.traits.bits_per_sample = 8 if header.colour_type == INDEXED else header.bit_depth
        self.traits.color_model = COLOR_MODELS[header.colour_type]
        self.traits.has_alpha = header.colour_type in (GREYSCALE_ALPHA, TRUECOLOUR_ALPHA)

    def check_place(self, kind: bytes) -> None:
        """Chunk ordering (5.6)."""
        if kind in self.seen:
            raise _build_place_fault(f"more than one chunk {kind.decode()}")
        if kind in BEFORE_DATA and self.data_bytes:
            raise _build_place_fault(f"a chunk {kind.decode()} behind its image data (IDAT)")
        if kind in AT_MOST_ONE:
            self.seen.add(kind)

    def set_palette(self, data: bytes) -> None:
        """PLTE (11.2.2)."""
        if self.has_palette or self.data_bytes:
            raise ImageDamaged("The PNG has a misplaced palette (PLTE).")
        if not data or len(data) % 3:
            raise ImageDamaged(f"The PNG has a palette (PLTE) of {len(data)} bytes.")
        self.has_palette = True

    def check_transparency(self, data: bytes) -> None:
        """Transparency, tRNS (11.3.1.1)."""
        if len(data) < TRANSPARENCY_BYTES.get(self.get_header().colour_type, 0):
            raise ImageDamaged(f"The PNG has transparency (tRNS) of {len(data)} bytes.")
        self.traits.has_alpha = True

    def start_data(self, budget: FrameBudget) -> None:
        """The first IDAT (11.2.3)."""
        header = self.get_header()
        if header.colour_type == INDEXED and not self.has_palette:
            raise ImageDamaged("The PNG has indexed colour and no palette (PLTE).")
        self.is_data_a_frame = self.frame_controls > 0
        if not self.is_data_a_frame:
            budget.add_frame(header.size.width, header.size.height)

    def set_animation(self, data: bytes) -> None:
        """Animation control, acTL (11.3.6.1): decoders ignore a late one and all doubled ones."""
        frames = read_u32_be(data, 0)
        if self.data_bytes:
            return
        is_valid = 0 < frames <= MAX_NUMBER and self.announced_frames is None
        self.announced_frames = frames if is_valid else None

    def start_frame(self, data: bytes, budget: FrameBudget) -> None:
        """Frame control, fcTL (11.3.6.2)."""
        self.take_sequence(data)
        width, height, left, top = (read_u32_be(data, place) for place in (4, 8, 12, 16))
        canvas = self.get_header().size
        if not width or not height or left + width > canvas.width or top + height > canvas.height:
            raise ImageDamaged(
                f"The PNG has a frame of {width:,} x {height:,} pixels at {left:,}, {top:,}, "
                f"outside its {canvas.width:,} x {canvas.height:,}."
            )
        if self.frame_awaits_data:
            raise ImageDamaged(f"The PNG has no data for its frame {self.frame_controls}.")
        self.frame_controls += 1
        self.frame_awaits_data = True
        budget.add_frame(width, height)

    def take_sequence(self, data: bytes) -> None:
        """Sequence numbers, which fcTL and fdAT count together, without a gap (11.3.6.2)."""
        number = read_u32_be(data, 0)
        if number != self.next_sequence:
            raise ImageDamaged(
                f"The PNG has frame sequence number {number:,} where {self.next_sequence:,} must "
                "stand."
            )
        self.next_sequence += 1

    def check_end(self, budget: FrameBudget) -> ImageSize:
        """IEND (11.2.4): everything announced has come."""
        header = self.get_header()
        if self.data_bytes < header.min_data_bytes:
            raise ImageDamaged(
                f"The PNG has {self.data_bytes:,} bytes of image data (IDAT) where its size takes "
                f"at least {header.min_data_bytes:,}."
            )
        announced = self.announced_frames
        if announced is None:
            budget.frames = 1
            return header.size
        whole_frames = self.frame_controls - self.frame_awaits_data
        if whole_frames < announced:
            raise ImageDamaged(f"The PNG announces {announced:,} frames and has {whole_frames:,}.")
        # Decoders show no more than were announced; image data that are no frame count as one.
        budget.frames = announced + (not self.is_data_a_frame)
        return header.size


def _build_place_fault(what: str) -> ImageDamaged:
    remedy = "The metadata of the file are out of order; open it and export it again."
    return ImageDamaged(f"The PNG has {what}.", remedy=remedy)
