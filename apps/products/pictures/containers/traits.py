"""What a picture's headers tell of its colours, of how it is turned, and of where it was taken."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from apps.products.pictures.containers.exif import read_orientation, tells_position

ColorModel: TypeAlias = Literal["grey", "rgb", "cmyk", "palette"]
ColorProfile: TypeAlias = Literal["none", "srgb", "wide", "cmyk", "other"]

# An attribute or an element of XMP (Part 2, §3.5) that isn't empty.
_LATITUDE: Final = re.compile(rb"""GPSLatitude\s*(?:=\s*["']|>)\s*[^\s"'<]""")
_OVERLAP_BYTES: Final = 64
# What unpacking the texts of one picture may cost, whatever they claim to be.
MAX_UNPACKED_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Traits:
    """What the headers so far have told; ``orientation`` is None until there was any EXIF."""

    bits_per_sample: int | None = None
    color_model: ColorModel | None = None
    has_alpha: bool = False
    color_profile: ColorProfile = "none"
    is_profile_final: bool = False
    orientation: int | None = None
    has_position: bool = False
    _xmp_end: bytes = field(default=b"", compare=False)
    _bytes_left: int = field(default=MAX_UNPACKED_BYTES, compare=False)

    def read_exif(self, exif: bytes) -> None:
        """The first block of a picture counts."""
        if self.orientation is None:
            self.orientation = read_orientation(exif)
            self.has_position |= tells_position(exif)

    def read_xmp(self, piece: bytes) -> None:
        """The next bytes of it, of any number: the pieces of a picture are one text."""
        if not self.has_position:
            text = self._xmp_end + piece
            self.has_position = _LATITUDE.search(text) is not None
            self._xmp_end = text[-_OVERLAP_BYTES:]

    def unpack(self, packed: bytes, *, deflated: bool) -> bytes:
        """The text, or its beginning; empty where it is broken, or there were too many."""
        text = packed[: self._bytes_left]
        if deflated and self._bytes_left:
            try:
                text = zlib.decompressobj().decompress(packed, self._bytes_left)
            except zlib.error:
                text = b""
        self._bytes_left -= len(text)
        return text
