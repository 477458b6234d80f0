"""Small WebP copies of product images, and their measures: made once, by a process of its own."""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from threading import Lock
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from apps.problems import ImageDamaged, NotFound, Problem, ServiceUnavailable, StorageUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.judging import note_measured
from apps.products.models import ImageVersion, Product, ProductImage
from apps.products.pictures.image_checks import ImageFormat
from apps.products.readiness.measures import Measures
from apps.products.renditions.turns import BUSY, Lane, Seats
from apps.products.renditions.worker_run import (
    Shown,
    WorkerDied,
    build_refusal,
    run_worker,
    split_renditions,
)
from apps.products.storage.rendition_names import RENDITION_SIZES, get_rendition_name
from apps.products.stored_objects import release_connection
from apps.products.write_turns import take_turn

MAX_WALL_SECONDS: Final = 25
# At the lowest priority a picture takes long on a busy machine, and nobody waits for it.
MAX_UNATTENDED_SECONDS: Final = 90
MAX_TRIAL_SECONDS: Final = 10
# Uploads come first, then people, then what nobody waits for.
ATTENDED, UNATTENDED = 5, 19
# Larger pictures have a lane of their own, so that they neither add up nor hold the others up; so
# has SVG, of which nobody knows beforehand what it costs.
LARGE_PIXELS: Final = 16_000_000
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
        raise build_refusal()
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


def measure_image(image: ProductImage) -> None:
    """Fill in what is measured of the image, and make its renditions where they are missing.

    Raises ImageDamaged when it cannot be decoded, NotFound when it is gone, WorkerDied,
    ServiceUnavailable.
    """
    made = {size: _read_rendition(image, size) for size in RENDITION_SIZES}
    sizes = () if all(made.values()) else RENDITION_SIZES
    is_large = _is_large(image.image_format, image.width, image.height)
    lane = _lane_of_large.take(None, MAX_UNATTENDED_SECONDS) if is_large else nullcontext()
    with lane:
        shown = _show(image, sizes, niceness=UNATTENDED, wall_seconds=MAX_UNATTENDED_SECONDS)
    _store(image, dict(zip(sizes, shown.renditions, strict=True)), shown)


def measure_incoming(incoming: IncomingImage, owner: uuid.UUID | None) -> Measures:
    """What would be measured of a picture that is on its way in, within ten seconds; keeps nothing.

    Raises ImageRefused as ``checked`` does, ServiceUnavailable when there was no time.
    """
    checked = incoming.checked
    measures = incoming.measures
    lane = _choose_lane(checked.image_format, checked.width, checked.height)
    started = time.monotonic()
    with lane.take(owner, MAX_TRIAL_SECONDS):
        left = MAX_TRIAL_SECONDS - (time.monotonic() - started)
        incoming.seek(0)
        os.lseek(incoming.fileno(), 0, os.SEEK_SET)
        try:
            shown = run_worker(
                incoming.fileno(), checked.image_format, (), niceness=ATTENDED, wall_seconds=left
            )
        except ImageDamaged:
            return replace(measures, is_unmeasurable=True)
        except WorkerDied as fault:
            raise ServiceUnavailable(BUSY) from fault
    return replace(measures, **shown.measures)


def _make_renditions(image: RenderedFile, owner: uuid.UUID | None) -> dict[int, bytes]:
    lane = _choose_lane(image.image_format, image.width, image.height)
    with lane.take(owner, MAX_WALL_SECONDS):
        # Whoever was first a moment ago, here or in another server process, has made them.
        stored = {size: _read_rendition(image, size) for size in RENDITION_SIZES}
        made = {size: webp for size, webp in stored.items() if webp is not None}
        if len(made) == len(RENDITION_SIZES):
            return made
        try:
            shown = _show(image, RENDITION_SIZES, niceness=ATTENDED, wall_seconds=MAX_WALL_SECONDS)
        except WorkerDied as fault:
            logger.exception("image %s was not rendered", image.pk)
            raise ServiceUnavailable(BUSY) from fault
    made = dict(zip(RENDITION_SIZES, shown.renditions, strict=True))
    _store(image, made, shown)
    return made


def _choose_lane(image_format: str, width: int | None, height: int | None) -> Lane:
    return _lane_of_large if _is_large(image_format, width, height) else _lane


def _is_large(image_format: str, width: int | None, height: int | None) -> bool:
    return image_format == ImageFormat.SVG or (width or 0) * (height or 0) > LARGE_PIXELS


def _show(
    image: RenderedFile, sizes: Sequence[int], *, niceness: int, wall_seconds: float
) -> Shown:
    started = time.monotonic()
    with open_object(image.object_name) as original:
        try:
            shown = run_worker(
                original.fileno(),
                image.image_format,
                sizes,
                niceness=niceness,
                wall_seconds=wall_seconds,
            )
        except ImageDamaged as fault:
            _mark_undecodable(image, str(fault.__cause__))
            raise
    logger.info("image %s rendered in %.0f ms", image.pk, 1000 * (time.monotonic() - started))
    return shown


def _store(image: RenderedFile, renditions: dict[int, bytes], shown: Shown) -> None:
    checksums = {"sha256": shown.sha256} if shown.blake3 == image.blake3 else {}
    with take_turn(), transaction.atomic():
        # Whoever removes the file waits, or has removed it: no rendition outlives its original.
        # What was replaced meanwhile is a version, what was restored an image.
        if not any(_lock(kind, image.object_name) for kind in (ProductImage, ImageVersion)):
            raise NotFound("The image was removed meanwhile.")
        for size, webp in renditions.items():
            name = get_rendition_name(image.object_name, size)
            default_storage.save_rendition(name, webp)  # type: ignore[attr-defined]  # ours have it
        _update(image, **shown.measures, **checksums, measured_at=timezone.now())
    end_measuring(image)


def end_measuring(image: RenderedFile) -> None:
    """Have its product tell what was found, and let it wait no longer; not before that."""
    if isinstance(image, ProductImage):
        with suppress(Product.DoesNotExist):  # and the image with it
            note_measured(image)
    with take_turn():
        _update(image, measure_due_at=None)


def _update(image: RenderedFile, **columns: object) -> None:
    for kind in (ProductImage, ImageVersion):
        kind.objects.filter(object_name=image.object_name).update(**columns)


def _lock(kind: type[RenderedFile], object_name: str) -> bool:
    locked = kind.objects.select_for_update().only("pk")
    return locked.filter(object_name=object_name).first() is not None


def _get_image(image: RenderedFile) -> ProductImage:
    return image.image if isinstance(image, ImageVersion) else image


def _mark_undecodable(image: RenderedFile, reason: str) -> None:
    logger.warning("image %s cannot be decoded: %s", image.pk, reason)
    with take_turn():
        _update(image, is_undecodable=True, measured_at=timezone.now())
    end_measuring(image)


def _read_rendition(image: RenderedFile, size: int) -> bytes | None:
    try:
        with open_object(get_rendition_name(image.object_name, size)) as file:
            webp: bytes = file.read()
    except NotFound:
        return None
    # Power loss can leave a file empty or cut: nobody waited until the disk had it.
    return webp if split_renditions(webp) == ([webp], b"") else None


@contextmanager
def open_object(object_name: str) -> Iterator[File[bytes]]:
    """The object, to be read; raises NotFound, StorageUnavailable."""
    try:
        with default_storage.open(object_name) as file:
            yield file
    except FileNotFoundError as fault:
        raise NotFound("There is no object of that name.") from fault
    except OSError as fault:
        raise StorageUnavailable("The picture could not be read; try again.") from fault
