"""What sixteen large uploads at once cost in memory, whatever the format."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.sample_images import (
    make_animated_webp,
    make_gif,
    make_jpeg,
    make_svg,
)
from tests.servers import PeakMemory
from tests.stack.worlds import World, run_world

logger = logging.getLogger(__name__)

SIZE = 20 * 1_000_000
MAX_PSS_BYTES = 155 * 1_000_000


def make_large_jpeg() -> bytes:
    """Return a JPEG whose one scan makes it that large."""
    jpeg = make_jpeg(3000, 2000)
    end = len(jpeg) - 2
    return jpeg[:end] + bytes(range(1, 255)) * ((SIZE - len(jpeg)) // 254) + jpeg[end:]


def make_large_gif() -> bytes:
    """Return a GIF with a comment that makes it that large, in blocks of 255 bytes."""
    gif = make_gif(700, 700)
    start = gif.index(b"\x2c\0\0\0\0\xbc\x02\xbc\x02")
    comment = b"\x21\xfe" + (b"\xff" + bytes(255)) * ((SIZE - len(gif)) // 256) + b"\0"
    return gif[:start] + comment + gif[start:]


def make_large_webp() -> bytes:
    """Return an animated WebP whose frames are repeated as often as makes it that large."""
    webp = make_animated_webp(3, 64, 64, lossless=True)
    start = webp.index(b"ANMF")
    frames = webp[start:] * ((SIZE - start) // (len(webp) - start))
    return b"RIFF" + (start - 8 + len(frames)).to_bytes(4, "little") + webp[8:start] + frames


def make_svg_of_one_path() -> bytes:
    """Return an SVG that is one attribute."""
    path = b'<path d="M0 0' + b"l1.5 2" * ((SIZE - 300) // 6) + b'"/>'
    return make_svg().replace(b"</svg>", path + b"</svg>")


def make_svg_of_style() -> bytes:
    """Return an SVG that is one style sheet."""
    style = b"<style>" + b".a { fill: #0a7 }\n" * ((SIZE - 300) // 18) + b"</style>"
    return make_svg().replace(b"</svg>", style + b"</svg>")


LARGE = {
    "JPEG": (make_large_jpeg, 201),
    "GIF": (make_large_gif, 201),
    "WebP": (make_large_webp, 201),
    "SVG of one path": (make_svg_of_one_path, 201),
    "SVG of one style sheet": (make_svg_of_style, 422),
}


@pytest.fixture(scope="module")
def large_world(
    seed: dict[str, Any], seeded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One service for all formats, which may not keep what one of them took."""
    folder = tmp_path_factory.mktemp("large")
    with run_world(folder, {}, seed, database=seeded_database, warm=False) as world:
        yield world
    shutil.rmtree(folder / "media")  # more than a gigabyte


@pytest.mark.parametrize("kind", LARGE)
def test_16_uploads_of_20_mb_at_once_stay_below_155_mb(large_world: World, kind: str):
    make, status = LARGE[kind]
    picture = make()
    assert 19_000_000 < len(picture) <= 20 << 20, len(picture)
    with PeakMemory(large_world.service.process) as peak, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: large_world.upload(picture), range(16)))

    assert [answer.status_code for answer in answers] == [status] * 16
    logger.info("%s: %.0f MB at most", kind, peak.bytes / 1e6)
    assert peak.bytes < MAX_PSS_BYTES
