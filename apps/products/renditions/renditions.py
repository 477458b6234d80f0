"""Small WebP copies of product images: made at the first request, by a process of its own."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from apps.problems import ImageDamaged, NotFound, Problem, ServiceUnavailable, StorageUnavailable
from apps.products.models import ImageVersion, ProductImage
from apps.products.pictures.image_checks import ImageFormat
from apps.products.renditions.turns import BUSY, Lane, Seats
from apps.products.storage.rendition_names import RENDITION_SIZES, get_rendition_name
from apps.products.stored_objects import release_connection, take_turn

# The decoder of WebP holds two canvases beside ours: 64 MP need 1.1 GB.
MAX_MEMORY_BYTES: Final = 1536 * 1024 * 1024
# What takes more is the picture's fault; a busy machine only makes it take longer.
MAX_CPU_SECONDS: Final = 15
MAX_WALL_SECONDS: Final = 25
# Larger pictures have a lane of their own, so that they neither add up nor hold the others up; so
# has SVG, of which nobody knows beforehand what it costs.
LARGE_PIXELS: Final = 16_000_000
WORKER: Final = Path(__file__).with_name("render_worker.py")
PICTURE_FAULTS: Final = {
    os.EX_DATAERR,
    *(-fault for fault in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)),
    *(-fault for fault in (signal.SIGILL, signal.SIGFPE, signal.SIGXCPU)),
}

RenderedFile = ProductImage | ImageVersion

logger = logging.getLogger(__name__)

_lane, _lane_of_large = Lane(2), Lane(1)
# Uploads keep most of the server's threads, however many galleries are opened for the first time.
_seats = Seats(max(1, settings.THREADS // 4))
_under_way: dict[str, Future[dict[int, bytes]]] = {}
_under_way_lock = Lock()


def get_rendition(image: RenderedFile, size: int) -> bytes:
    """The file as WebP, ``size`` pixels on its longest side or less.

    The first request makes all sizes, once, however many come at the same time. Raises
    ImageDamaged when it cannot be decoded, NotFound when it is gone, ServiceUnavailable.
    """
    if image.is_undecodable:
        raise _build_refusal()
    owner = _get_image(image).product.owner_id
    release_connection()
    stored = _read_rendition(image, size)
    return _make_renditions_once(image, owner)[size] if stored is None else stored


def _make_renditions_once(image: RenderedFile, owner: uuid.UUID | None) -> dict[int, bytes]:
    with _seats.take(owner):
        with _under_way_lock:
            is_first = image.object_name not in _under_way
            render = _under_way.setdefault(image.object_name, Future())
        if is_first:
            _lead(render, image, owner)
        try:
            return render.result(2 * MAX_WALL_SECONDS)
        except (CancelledError, TimeoutError) as fault:
            raise ServiceUnavailable(BUSY) from fault


def _lead(render: Future[dict[int, bytes]], image: RenderedFile, owner: uuid.UUID | None) -> None:
    try:
        render.set_result(_make_renditions(image, owner))
    except Problem as fault:
        render.set_exception(fault)
    finally:
        render.cancel()  # after any other fault; without effect once there is a result
        with _under_way_lock:
            del _under_way[image.object_name]


def _make_renditions(image: RenderedFile, owner: uuid.UUID | None) -> dict[int, bytes]:
    pixels = (image.width or 0) * (image.height or 0)
    is_large = image.image_format == ImageFormat.SVG or pixels > LARGE_PIXELS
    lane = _lane_of_large if is_large else _lane
    with lane.take(owner, MAX_WALL_SECONDS):
        # Whoever was first a moment ago, here or in another server process, has made them.
        stored = {size: _read_rendition(image, size) for size in RENDITION_SIZES}
        made = {size: webp for size, webp in stored.items() if webp is not None}
        if len(made) == len(RENDITION_SIZES):
            return made
        started = time.monotonic()
        made = dict(zip(RENDITION_SIZES, _run_worker(image), strict=True))
    _store_renditions(image, made)
    logger.info("image %s rendered in %.0f ms", image.pk, 1000 * (time.monotonic() - started))
    return made


def _run_worker(image: RenderedFile) -> list[bytes]:
    limits = (str(MAX_MEMORY_BYTES), str(MAX_CPU_SECONDS))
    sizes = map(str, RENDITION_SIZES)
    with _open_object(image.object_name) as original:
        try:
            worker = subprocess.run(  # noqa: S603 (our own arguments)
                [sys.executable, "-I", str(WORKER), image.image_format, *limits, *sizes],
                stdin=original.fileno(),
                capture_output=True,
                env={},
                timeout=MAX_WALL_SECONDS,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError) as fault:
            logger.warning("image %s was not rendered: %s", image.pk, fault)
            raise ServiceUnavailable(BUSY) from fault
    renditions = _split(worker.stdout)
    if worker.returncode == 0 and len(renditions) == len(RENDITION_SIZES):
        return renditions
    reason = f"exit {worker.returncode}, {worker.stderr[-300:]!r}"
    if worker.returncode in PICTURE_FAULTS:
        _mark_undecodable(image, reason)
        raise _build_refusal()
    logger.error("image %s was not rendered: %s", image.pk, reason)
    raise ServiceUnavailable(BUSY)


def _store_renditions(image: RenderedFile, renditions: dict[int, bytes]) -> None:
    with take_turn(), transaction.atomic():
        # Whoever removes the file waits, or has removed it: no rendition outlives its original.
        # What was replaced meanwhile is a version, what was restored an image.
        if not any(_lock(kind, image.object_name) for kind in (ProductImage, ImageVersion)):
            raise NotFound("The image was removed meanwhile.")
        for size, webp in renditions.items():
            name = get_rendition_name(image.object_name, size)
            default_storage.save_rendition(name, webp)  # type: ignore[attr-defined]  # ours have it


def _lock(kind: type[RenderedFile], object_name: str) -> bool:
    locked = kind.objects.select_for_update().only("pk")
    return locked.filter(object_name=object_name).first() is not None


def _get_image(image: RenderedFile) -> ProductImage:
    return image.image if isinstance(image, ImageVersion) else image


def _mark_undecodable(image: RenderedFile, reason: str) -> None:
    logger.warning("image %s cannot be decoded: %s", image.pk, reason)
    with take_turn():
        for kind in (ProductImage, ImageVersion):
            kind.objects.filter(object_name=image.object_name).update(is_undecodable=True)


def _build_refusal() -> ImageDamaged:
    return ImageDamaged(
        "It cannot be shown.", remedy="The picture is damaged inside; delete it and upload another."
    )


def _read_rendition(image: RenderedFile, size: int) -> bytes | None:
    try:
        with _open_object(get_rendition_name(image.object_name, size)) as file:
            webp: bytes = file.read()
    except NotFound:
        return None
    # Power loss can leave a file empty or cut: nobody waited until the disk had it.
    return webp if _split(webp) == [webp] else None


@contextmanager
def _open_object(object_name: str) -> Iterator[File[bytes]]:
    try:
        with default_storage.open(object_name) as file:
            yield file
    except FileNotFoundError as fault:
        raise NotFound("There is no object of that name.") from fault
    except OSError as fault:
        raise StorageUnavailable("The picture could not be read; try again.") from fault


def _split(output: bytes) -> list[bytes]:
    """Several WebP files in a row, one by one; nothing that is cut."""
    files = []
    while output[:4] == b"RIFF":
        end = 8 + int.from_bytes(output[4:8], "little")
        if end > len(output):
            break
        files.append(output[:end])
        output = output[end:]
    return files
