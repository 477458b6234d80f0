"""What the chunks of a PNG around its picture tell of it (PNG, third edition, clause 11.3)."""

from __future__ import annotations

import re
from typing import Final

from apps.products.pictures.containers.exif import tells_position
from apps.products.pictures.containers.icc import name_profile
from apps.products.pictures.containers.traits import ColorProfile, Traits

MAX_METADATA_BYTES: Final = 65_536
METADATA: Final = frozenset({b"sRGB", b"iCCP", b"cICP", b"eXIf", b"iTXt", b"zTXt", b"tEXt"})
XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
# The colour primaries of ITU-T H.273: BT.709, which are sRGB's, then BT.2020 and Display P3.
PRIMARIES: Final[dict[int, ColorProfile]] = {1: "srgb", 9: "wide", 12: "wide"}
# As ImageMagick writes what it found in another format: a name, a number of bytes, hexadecimal.
_RAW_PROFILE: Final = re.compile(rb"Raw profile type (?:exif|APP1|xmp)\0")
_HEXADECIMAL: Final = re.compile(rb"\n[a-zA-Z0-9]+\n *[0-9]+\n([0-9a-fA-F\n]*)")


def read_metadata(traits: Traits, kind: bytes, content: bytes) -> None:
    """Note what the chunk tells, of which this is the beginning; never a fault."""
    if kind == b"eXIf":
        traits.read_exif(content)
    elif kind == b"iTXt":
        _read_international_text(traits, content)
    elif kind in (b"zTXt", b"tEXt"):
        _read_raw_profile(traits, kind, content)
    elif kind == b"cICP":  # comes before iCCP, that before sRGB (4.3), in whichever order they are
        traits.color_profile = PRIMARIES.get(content[0], "other") if content else "other"
        traits.is_profile_final = True
    elif kind == b"iCCP" and not traits.is_profile_final:
        packed = content.partition(b"\0")[2][1:]
        traits.color_profile = name_profile(traits.unpack(packed, deflated=True))
    elif kind == b"sRGB" and traits.color_profile == "none":
        traits.color_profile = "srgb"


def is_plain_xmp(kind: bytes, content: bytes) -> bool:
    """Whether it is XMP that goes on as it began (11.3.3.4)."""
    return kind == b"iTXt" and content.startswith(XMP_KEYWORD + b"\0")


def _read_international_text(traits: Traits, content: bytes) -> None:
    if not content.startswith(XMP_KEYWORD):
        return
    flags, text = content[len(XMP_KEYWORD) :][:2], content[len(XMP_KEYWORD) + 2 :]
    if flags[:1] == b"\0":
        traits.read_xmp(text)
    else:
        packed = text.partition(b"\0")[2].partition(b"\0")[2]  # behind language and keyword
        traits.read_xmp(traits.unpack(packed, deflated=True))


def _read_raw_profile(traits: Traits, kind: bytes, content: bytes) -> None:
    match = _RAW_PROFILE.match(content)
    if not match:
        return
    is_deflated = kind == b"zTXt"
    text = traits.unpack(content[match.end() + is_deflated :], deflated=is_deflated)
    if written := _HEXADECIMAL.match(text):
        digits = written[1].replace(b"\n", b"")
        profile = bytes.fromhex(digits[: len(digits) & ~1].decode())
        traits.has_position |= tells_position(profile)
        traits.read_xmp(profile)
