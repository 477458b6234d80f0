"""The pictures that wait to be measured, worked by the service itself, one after another.

Between them, products are judged that were judged by other channels or rules.

A row waits while ``measure_due_at`` is set, until then. Whoever takes it moves that on before the
work begins, so that a picture whose worker or whose service was killed is tried again later, and
given up after a few times.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from typing import Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from apps.problems import ImageDamaged, ImageRefused, NotFound, ServiceUnavailable
from apps.products.judging import judge_some
from apps.products.measured_picture import list_traits
from apps.products.models import ProductImage
from apps.products.pictures.image_checks import ImageWalk, check_image
from apps.products.renditions.pacing import give_way
from apps.products.renditions.renditions import end_measuring, measure_image, open_object
from apps.products.renditions.worker_run import WorkerDied
from apps.products.stored_objects import release_connection
from apps.products.write_turns import take_turn

LOOK_SECONDS: Final = 2
OUTAGE_SECONDS: Final = 10
# Of each organization in a row before the next has its turn.
TURNS: Final = 2
# Longer than a try takes; doubled with each.
LEASE: Final = timedelta(minutes=2)
MAX_ATTEMPTS: Final = 5
READ_BYTES: Final = 64 * 1024

logger = logging.getLogger(__name__)


def watch_queue() -> None:
    """Work from now on, in a worker of the server; elsewhere, nothing."""
    if settings.MEASURE_IMAGES and multiprocessing.parent_process() is not None:
        Thread(target=_keep_working, name="measure-queue", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many images wait, and for how long the first could have been taken."""

    images: int
    seconds: float


def measure_waiting() -> Waiting:
    """Of all servers together."""
    waiting = ProductImage.objects.filter(measure_due_at__isnull=False)
    told = waiting.aggregate(images=Count("pk"), first=Min("measure_due_at"))
    first = told["first"]
    seconds = (timezone.now() - first).total_seconds() if first else 0
    return Waiting(told["images"], max(0, seconds))


def work_round() -> int:
    """Measure the next pictures of each organization, in turns; how many were taken.

    Raises DatabaseError, ServiceUnavailable.
    """
    count = 0
    for pk in list_round():
        with give_way():
            count += work_image(pk) is not None
    return count


def list_round() -> list[uuid.UUID]:
    """Whose turn it is: of each organization the next few, which is first alternating."""
    turn = Window(RowNumber(), partition_by="product__owner", order_by="measure_due_at")
    due = ProductImage.objects.filter(measure_due_at__lte=timezone.now()).annotate(turn=turn)
    taken = due.filter(turn__lte=TURNS).order_by("turn", "measure_due_at")
    return list(taken.values_list("pk", flat=True))


def work_image(pk: uuid.UUID) -> bool | None:
    """Measure this one; whether it has measures now, None where another has it, or it has gone.

    Raises DatabaseError, ServiceUnavailable: it waits on, as if it had not been tried.
    """
    image = _take(pk)
    if image is None:
        return None
    try:
        if image.measure_attempts > MAX_ATTEMPTS:
            _give_up(image)
            return False
        if image.has_position is None:
            with suppress(ImageRefused):  # by a rule that it is older than
                _fill_in_traits(image)
        measure_image(image)
    except (ImageDamaged, NotFound, WorkerDied) as fault:
        logger.warning("image %s was not measured: %s", image.pk, fault)
        return False
    except ServiceUnavailable:
        _put_back(image)
        raise
    return True


def _take(pk: uuid.UUID) -> ProductImage | None:
    with take_turn(), transaction.atomic():
        unmeasured = Q(measured_at=None, measure_due_at=None)
        waiting = ProductImage.objects.filter(unmeasured | Q(measure_due_at__lte=timezone.now()))
        image = waiting.select_for_update(skip_locked=True).filter(pk=pk).first()
        if image is not None:
            image.measure_due_at = timezone.now() + LEASE * 2**image.measure_attempts
            image.measure_attempts += 1
            image.save(update_fields=["measure_due_at", "measure_attempts"])
    release_connection()
    return image


def _put_back(image: ProductImage) -> None:
    with take_turn():
        ProductImage.objects.filter(pk=image.pk, measure_due_at=image.measure_due_at).update(
            measure_due_at=timezone.now() + LEASE, measure_attempts=F("measure_attempts") - 1
        )


def _give_up(image: ProductImage) -> None:
    logger.error("image %s was given up after %d tries", image.pk, MAX_ATTEMPTS)
    with take_turn():
        ProductImage.objects.filter(pk=image.pk, measure_due_at=image.measure_due_at).update(
            measured_at=timezone.now()
        )
    end_measuring(image)


def _fill_in_traits(image: ProductImage) -> None:
    """Of a picture that came before there were any, or before it was asked how it is turned."""
    walk = ImageWalk()
    with open_object(image.object_name) as content:
        while chunk := content.read(READ_BYTES):
            walk.feed(chunk)
    checked = check_image(walk)
    width, height = checked.seen_size
    told = {"width": width, "height": height, "frame_count": checked.frames, **list_traits(checked)}
    with take_turn():
        ProductImage.objects.filter(object_name=image.object_name).update(**told)
    for name, value in told.items():
        setattr(image, name, value)


def _keep_working() -> None:
    while True:
        work = Thread(target=_work, name="measure-queue-work", daemon=True)
        work.start()
        work.join()  # a fault that nobody foresaw, and Python has told, must not be the last
        time.sleep(OUTAGE_SECONDS)


def _work() -> None:
    while True:
        pause = 0
        try:
            close_old_connections()
            with give_way():
                judged = judge_some()
            pause = 0 if judged + work_round() else LOOK_SECONDS
        except (DatabaseError, ServiceUnavailable) as fault:
            logger.warning("pictures wait to be measured: %s", fault)
            pause = OUTAGE_SECONDS
        with suppress(DatabaseError):
            release_connection()
        time.sleep(pause)
