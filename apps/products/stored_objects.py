"""An object comes before its row and goes after it: in between, its name is unclaimed.

One small table lists *unclaimed objects*: names that may exist in storage and belong to no row. A
name is written there before its object, and struck off by the transaction that writes the row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from apps.problems import NotFound, Problem, ServiceUnavailable
from apps.products.incoming_image import IncomingImage
from apps.products.models import ProductImage, UnclaimedObject
from apps.products.primary_rows import list_unclaimed
from apps.products.storage.rendition_names import list_rendition_names
from apps.products.write_turns import take_product_turn, take_turn, write_durably

HAS_POOL = "pool" in settings.DATABASES["default"]["OPTIONS"]
GONE = "The product, or who changes it, has gone from here meanwhile."

logger = logging.getLogger(__name__)


def store_object(
    picture: ProductImage, incoming: IncomingImage, write_row: Callable[[CursorWrapper], None]
) -> None:
    """Put the picture's object, then have its row written, all or nothing.

    ``write_row`` runs alone, in one transaction, in which it strikes the name off; it may raise.
    Raises that, StorageUnavailable, NotFound where the picture's user was deleted meanwhile, or a
    database error, after which nothing is kept.
    """
    write_durably(partial(list_unclaimed, picture.object_name))
    incoming.content_type = picture.content_type
    release_connection()
    try:
        _put_object(picture.object_name, incoming)
        with take_product_turn(picture.product_id):
            write_durably(partial(_write_row, write_row))
    except (Problem, DatabaseError) as fault:
        is_refused = isinstance(fault, Problem) and fault.status < 500
        level = logging.INFO if is_refused else logging.ERROR
        logger.log(level, "upload of %s undone", picture.object_name, exc_info=not is_refused)
        with suppress(ServiceUnavailable, DatabaseError):
            _undo_upload(picture.object_name, fault)
        if isinstance(fault, IntegrityError) and _has_left(picture.uploaded_by_id):
            raise NotFound(GONE) from fault
        raise


def remove_unclaimed_object(object_name: str) -> bool:
    """Remove object and renditions, then the name; returns whether it was still unclaimed.

    The name stays locked meanwhile, so that no upload can claim the object that is being removed.
    """
    with take_turn(), transaction.atomic():
        names = UnclaimedObject.objects.select_for_update()
        unclaimed = names.filter(object_name=object_name).first()
        if unclaimed is None:
            return False
        for name in (object_name, *list_rendition_names(object_name)):
            default_storage.delete(name)
        unclaimed.delete()
    return True


def release_connection() -> None:
    """Give a pooled connection back: what waits for a slow client or storage needs none."""
    if HAS_POOL and not connection.in_atomic_block:
        connection.close()


def _write_row(write_row: Callable[[CursorWrapper], None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        write_row(cursor)


def _put_object(object_name: str, incoming: IncomingImage) -> None:
    started = time.perf_counter()
    try:
        default_storage.save(object_name, incoming)
    finally:
        incoming.storage_seconds = time.perf_counter() - started
        incoming.close()  # now, since a server that is stopped closes no request


def _undo_upload(object_name: str, fault: Exception) -> None:
    if not isinstance(fault, ServiceUnavailable):
        # The commit may have come through all the same: then the name is no longer unclaimed.
        remove_unclaimed_object(object_name)
        return
    # No row was written. The name stays listed, for a put that timed out may still arrive.
    with take_turn():
        UnclaimedObject.objects.get_or_create(object_name=object_name)
    release_connection()
    default_storage.delete(object_name)


def _has_left(user_id: int | None) -> bool:
    return user_id is not None and not User.objects.filter(pk=user_id).exists()
