"""One run of the rendition worker, on one open picture."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from apps.problems import ImageDamaged, ServiceUnavailable
from apps.products.measured_picture import PIXEL_MEASURES
from apps.products.renditions.turns import BUSY

# The decoder of WebP holds two canvases beside ours: 64 MP need 1.1 GB.
MAX_MEMORY_BYTES: Final = 1536 * 1024 * 1024
# What takes more is the picture's fault; a busy machine only makes it take longer.
MAX_CPU_SECONDS: Final = 15
WORKER: Final = Path(__file__).with_name("render_worker.py")
PICTURE_FAULTS: Final = {
    os.EX_DATAERR,
    *(-fault for fault in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)),
    *(-fault for fault in (signal.SIGILL, signal.SIGFPE, signal.SIGXCPU)),
}
_CHECKSUMS: Final = re.compile(rb"([0-9a-f]{64}) ([0-9a-f]{64})")


class WorkerDied(Exception):
    """It was killed, or failed by itself: the picture may have nothing to do with that."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The checksums of the bytes that were read, the renditions as asked, and the measures.

    These are by their names in ``Measures``, those of pixels alone.
    """

    sha256: str
    blake3: str
    renditions: list[bytes]
    measures: dict[str, Any]


def run_worker(
    original: int, image_format: str, sizes: Sequence[int], *, niceness: int, wall_seconds: float
) -> Shown:
    """Show what the file of this descriptor holds, from where it stands on.

    Raises ImageDamaged when it cannot be decoded, ServiceUnavailable when that takes too long or
    no process can be had, WorkerDied.
    """
    limits = (str(niceness), image_format, str(MAX_MEMORY_BYTES), str(MAX_CPU_SECONDS))
    try:
        worker = subprocess.run(  # noqa: S603 (our own arguments)
            [sys.executable, "-I", str(WORKER), *limits, *map(str, sizes)],
            stdin=original,
            capture_output=True,
            env={},
            timeout=wall_seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as fault:
        raise ServiceUnavailable(BUSY) from fault
    reason = f"exit {worker.returncode}, {worker.stderr[-300:]!r}"
    if worker.returncode in PICTURE_FAULTS:
        raise build_refusal() from WorkerDied(reason)
    if worker.returncode:
        raise WorkerDied(reason)
    return _read_output(worker.stdout, len(sizes))


def build_refusal() -> ImageDamaged:
    """Of a picture that cannot be decoded."""
    remedy = "The picture is damaged inside; delete it and upload another."
    return ImageDamaged("It cannot be shown.", remedy=remedy)


def split_renditions(output: bytes) -> tuple[list[bytes], bytes]:
    """Several WebP files in a row, one by one, nothing that is cut; and what follows them."""
    files = []
    while output[:4] == b"RIFF":
        end = 8 + int.from_bytes(output[4:8], "little")
        if end > len(output):
            break
        files.append(output[:end])
        output = output[end:]
    return files, output


def _read_output(output: bytes, count: int) -> Shown:
    # A decoder that was taken over writes what it likes.
    line, _, rest = output.partition(b"\n")
    checksums = _CHECKSUMS.fullmatch(line)
    renditions, text = split_renditions(rest)
    try:
        measures = json.loads(text)
    except ValueError:
        measures = None
    if not checksums or len(renditions) != count or not _are_measures(measures):
        raise WorkerDied(f"{len(output):,} bytes of something else")
    return Shown(checksums[1].decode(), checksums[2].decode(), renditions, measures)


def _are_measures(told: object) -> bool:
    return (
        isinstance(told, dict)
        and told.keys() == set(PIXEL_MEASURES)
        and all(
            type(value) is float and 0 <= value <= 1
            if name.endswith("_share")
            else type(value) is bool
            for name, value in told.items()
        )
    )
