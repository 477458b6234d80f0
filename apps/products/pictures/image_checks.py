"""Whether uploaded bytes are a whole picture, and which: budget, format and verdict."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from blake3 import blake3

from apps.problems import ImageDamaged, ImageRefused, ImageTooLarge, NotAnImage, Problem
from apps.products.pictures.containers.bmp import walk_bmp
from apps.products.pictures.containers.byte_reader import ByteReader, Walk
from apps.products.pictures.containers.exif import UPRIGHT, is_quarter_turn
from apps.products.pictures.containers.frame_budget import FrameBudget, ImageSize
from apps.products.pictures.containers.gif import walk_gif
from apps.products.pictures.containers.jpeg import walk_jpeg
from apps.products.pictures.containers.other_formats import name_other_format
from apps.products.pictures.containers.other_texts import name_html, name_plain_text, name_text
from apps.products.pictures.containers.png import walk_png
from apps.products.pictures.containers.traits import Traits
from apps.products.pictures.containers.webp import walk_webp
from apps.products.pictures.remedies import CUT_OFF
from apps.products.pictures.svg.svg_checks import SvgCheck
from apps.products.pictures.svg.svg_lengths import SvgSize

MAX_IMAGE_BYTES: Final = 20 * 1024 * 1024
MAX_FRAME_PIXELS: Final = 64_000_000
MAX_TOTAL_PIXELS: Final = 256_000_000
# Behind a picture's end: phones append a preview or a depth map, and nobody a store of files.
MIN_APPENDIX_BYTES: Final = 1024 * 1024


class ImageFormat(StrEnum):
    """The formats that are accepted."""

    JPEG = "JPEG", "jpg", "image/jpeg"
    PNG = "PNG", "png", "image/png"
    GIF = "GIF", "gif", "image/gif"
    WEBP = "WebP", "webp", "image/webp"
    BMP = "BMP", "bmp", "image/bmp"
    SVG = "SVG", "svg", "image/svg+xml"

    label: str
    extension: str
    content_type: str

    def __new__(cls, label: str, extension: str, content_type: str) -> ImageFormat:
        member = str.__new__(cls, label.upper())
        member._value_ = label.upper()
        member.label = label
        member.extension = extension
        member.content_type = content_type
        return member


@dataclass(frozen=True, slots=True)
class CheckedImage:
    """What an intact picture is; only an SVG may have no size of its own."""

    image_format: ImageFormat
    width: int | None
    height: int | None
    frames: int
    byte_size: int
    blake3: str
    traits: Traits

    @property
    def is_quarter_turned(self) -> bool:
        """Whether its EXIF turns it so."""
        return is_quarter_turn(self.traits.orientation or UPRIGHT)

    @property
    def seen_size(self) -> tuple[int | None, int | None]:
        """Width and height once it is turned."""
        stored = (self.width, self.height)
        return stored[::-1] if self.is_quarter_turned else stored


# The bytes of a file that tell its format; a WebP takes 12, the names of other formats up to 16.
_HEAD_BYTES: Final = 16
# What tells which text came in the place of a picture.
_TEXT_BYTES: Final = 64
# White space before an SVG beyond this is taken for no picture.
_MAX_BLANK_BYTES: Final = 1024
_WALKS: Final[tuple[tuple[re.Pattern[bytes], ImageFormat, Callable[..., Walk[ImageSize]]], ...]] = (
    (re.compile(rb"\xff\xd8\xff"), ImageFormat.JPEG, walk_jpeg),
    (re.compile(rb"\x89PNG"), ImageFormat.PNG, walk_png),
    (re.compile(rb"GIF8"), ImageFormat.GIF, walk_gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), ImageFormat.WEBP, walk_webp),
    (re.compile(rb"BM"), ImageFormat.BMP, walk_bmp),
)
# UTF-8, then UTF-16 in both byte orders, each with or without its mark
_SVG_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<"
    rb"|(?:\xff\xfe)?(?:[ \t\r\n]\x00)*<\x00"
    rb"|(?:\xfe\xff)?(?:\x00[ \t\r\n])*\x00<"
)
_BLANK: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[ \t\r\n\x00]*")


class _ContainerCheck:
    """Drives the walk of one raster format over the chunks."""

    def __init__(self, image_format: ImageFormat, walk: Callable[..., Walk[ImageSize]]) -> None:
        self.image_format = image_format
        self.budget = FrameBudget(MAX_FRAME_PIXELS, MAX_TOTAL_PIXELS)
        self.traits = Traits()
        self._reader = ByteReader()
        self._walk = walk(self._reader, self.budget, self.traits)
        self._size: ImageSize | None = None
        self._bytes_fed = 0

    def feed(self, chunk: bytes) -> None:
        self._bytes_fed += len(chunk)
        if self._size is None:
            self._reader.add_chunk(chunk)
            try:
                next(self._walk)
            except StopIteration as end:
                self._size = end.value
        if self._size is not None and self._bytes_fed > MIN_APPENDIX_BYTES:
            self._check_appendix(self._reader.offset)

    def finish(self, byte_size: int) -> ImageSize:
        size = self._size or self.budget.whole
        if not size:
            raise ImageDamaged(
                f"The {self.image_format.label} ends before {self._reader.awaited}: "
                f"{byte_size:,} bytes arrived.",
                remedy=CUT_OFF,
            )
        return size

    def _check_appendix(self, picture_bytes: int) -> None:
        limit = max(picture_bytes, MIN_APPENDIX_BYTES)
        actual = self._bytes_fed - picture_bytes
        if actual > limit:
            raise ImageRefused(
                "Save the picture alone, without the video or the files behind it. The"
                f" {self.image_format.label} ends after {picture_bytes:,} bytes, and {actual:,} or"
                f" more of something else follow; at most {limit:,} may.",
                limit=limit,
                actual=actual,
            )


class ImageWalk:
    """One uploaded file, checked, counted and hashed while its bytes arrive."""

    def __init__(self) -> None:
        self._head = b""
        self._byte_size = 0
        self._digest = blake3()
        self._check: _ContainerCheck | SvgCheck | None = None
        self._refusal: Problem | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes, as many as there are.

        Raises ``ImageTooLarge`` or a subclass of ``ImageRefused`` as soon as the fault is known,
        and again at every later call: nothing more is looked at or hashed.
        """
        if self._refusal:
            raise self._refusal
        try:
            self._walk_chunk(chunk)
        except Problem as refusal:
            self._refusal = refusal
            raise
        self._digest.update(chunk)

    def finish(self) -> CheckedImage:
        """Return the verdict, for ``check_image``."""
        if self._refusal:
            raise self._refusal
        if not self._byte_size:
            raise NotAnImage(
                "The file is empty; export or download it again. 0 bytes arrived, and an image has"
                " at least 1."
            )
        check = self._check
        if check is None:
            check = self._check = _start_check(self._head)
            check.feed(self._head)
        size: ImageSize | SvgSize
        if isinstance(check, SvgCheck):
            image_format, frames, size = ImageFormat.SVG, 1, check.finish()
        else:
            size = check.finish(self._byte_size)
            image_format, frames = check.image_format, check.budget.frames
        return CheckedImage(
            image_format,
            size.width,
            size.height,
            frames,
            self._byte_size,
            self._digest.hexdigest(),
            check.traits,
        )

    def _walk_chunk(self, chunk: bytes) -> None:
        self._byte_size += len(chunk)
        if self._byte_size > MAX_IMAGE_BYTES:
            raise ImageTooLarge(
                "The file is too large; save the picture smaller, or with a lower quality."
                f" {self._byte_size:,} bytes arrived so far, {MAX_IMAGE_BYTES:,} are allowed.",
                limit=MAX_IMAGE_BYTES,
                actual=self._byte_size,
            )
        if self._check:
            self._check.feed(chunk)
            return
        head = self._head + chunk if self._head else chunk
        if len(head) < _HEAD_BYTES or (len(head) < _MAX_BLANK_BYTES and _BLANK.fullmatch(head)):
            self._head = head
            return
        self._check = _start_check(head)
        self._head = b""
        self._check.feed(head)


def check_image(walk: ImageWalk) -> CheckedImage:
    """Return what the picture is, once its last byte has been fed.

    Raises ``NotAnImage`` for an empty or unknown file, ``ImageDamaged`` for a cut one, and what
    ``walk`` has raised before.
    """
    return walk.finish()


def _start_check(head: bytes) -> _ContainerCheck | SvgCheck:
    for start, image_format, walk in _WALKS:
        if start.match(head):
            return _ContainerCheck(image_format, walk)
    if _SVG_START.match(head) and not name_html(head[:_TEXT_BYTES]):
        return SvgCheck()
    if other := name_other_format(head[:_HEAD_BYTES]):
        raise NotAnImage(f"This is {other}. JPEG, PNG, GIF, WebP, BMP and SVG are allowed.")
    beginning = head[:_TEXT_BYTES]
    if told := name_text(beginning) or name_plain_text(beginning):
        raise NotAnImage(f"{told[0].upper()}{told[1:]}.")
    raise NotAnImage(
        "The file is no picture that a browser shows; export it as JPEG or PNG. It is none of JPEG,"
        f" PNG, GIF, WebP, BMP and SVG: it starts with {head[:8].hex(' ').upper()}."
    )
