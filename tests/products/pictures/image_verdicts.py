"""How the tests ask for a verdict: ours, and Pillow's to compare it with."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageSequence

from apps.problems import ImageRefused, Problem
from apps.products.pictures.image_checks import CheckedImage, ImageWalk, check_image


def check_in_chunks(image: bytes, chunk_bytes: int = 65_536) -> CheckedImage:
    """Return our verdict on bytes that arrive in chunks of this size."""
    walk = ImageWalk()
    for start in range(0, len(image), chunk_bytes):
        walk.feed(image[start : start + chunk_bytes])
    return check_image(walk)


def get_verdict(image: bytes, chunk_bytes: int) -> CheckedImage | Problem:
    """Return our verdict, whichever it is."""
    try:
        return check_in_chunks(image, chunk_bytes)
    except Problem as problem:
        return problem


def get_refusal(image: bytes, problem: type[ImageRefused] = ImageRefused) -> str:
    """Return why the bytes are refused, the same whole and byte by byte."""
    with pytest.raises(problem) as whole:
        check_in_chunks(image)
    with pytest.raises(problem) as split:
        check_in_chunks(image, 1)
    assert type(whole.value) is type(split.value)
    assert_said_for_people(whole.value.detail)
    return whole.value.detail


# What only those know who have read a standard.
_JARGON = re.compile(
    r"\b(?:byte|chunk|block|segment|marker|scan|table|header|trailer|component|sample|container"
    r"|CRC|IDAT|IHDR|IEND|DHT|DQT|SOF|SOS|EOI|LZW|VP8\w?|ANMF|XML|DOCTYPE|entit)|[<>]",
)
_DONE = re.compile(
    r"\b(?:[Ee]xport|[Dd]ownload|[Ss]ave|[Mm]ake|[Oo]pen|[Uu]npack|[Ss]implify|[Ss]end|[Ww]rite)\b"
)


def assert_said_for_people(detail: str) -> None:
    """A refusal of bytes says first, in words for everybody, what to do, and then the fault."""
    first = detail.partition(". ")[0]
    assert _DONE.search(first), detail
    assert not _JARGON.search(first), detail
    assert detail.endswith("."), detail


def read_with_pillow(image: bytes) -> tuple[str, int, int, int]:
    """Return format, size and frames by Pillow, which must decode every frame."""
    formats = ["JPEG", "PNG", "GIF", "WEBP", "BMP"]
    with Image.open(io.BytesIO(image), formats=formats) as picture:
        width, height = picture.size
        if picture.format in ("JPEG", "MPO"):
            picture.load()
            return "JPEG", width, height, 1
        frames = 0
        for frame in ImageSequence.Iterator(picture):
            frame.load()
            frames += 1
        return str(picture.format), width, height, frames


def describe(checked: CheckedImage) -> tuple[str, int | None, int | None, int]:
    """Return our verdict in the shape of Pillow's."""
    return str(checked.image_format), checked.width, checked.height, checked.frames
