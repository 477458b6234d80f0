"""The only code that writes image rows and objects: neither is ever there without the other.

One small table lists *unclaimed objects*: names that may exist in storage and belong to no row. A
name is written there before its object, and struck off by the transaction that writes the row.
"""

from __future__ import annotations

import copy
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import PureWindowsPath
from threading import Lock
from typing import Any

from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.problems import NotFound, ServiceUnavailable, StorageUnavailable
from apps.products.image_checks import CheckedImage
from apps.products.image_history import Actor, build_change_events, build_event
from apps.products.incoming_image import IncomingImage
from apps.products.models import ImageEvent, Product, ProductImage, UnclaimedObject
from apps.products.rendition_names import list_rendition_names
from apps.products.row_writes import insert_row

MAX_SLUG_LENGTH = 50
GONE = "The product, or who changes it, has gone from here meanwhile."

# The name, and only while the product is still whose it was when the upload began.
_STRIKE_OFF = """
    DELETE FROM products_unclaimedobject WHERE object_name = %s
    AND EXISTS (SELECT 1 FROM products_product WHERE id = %s AND owner_id = %s)
"""

logger = logging.getLogger(__name__)

# SQLite's busy wait is unfair: with many writers some wait a hundred times longer than others.
_sqlite_turn = Lock()


def store_image(
    product: Product,
    incoming: IncomingImage,
    *,
    title: str,
    is_primary: bool,
    actor: Actor,
    before_commit: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Keep the picture and its row, all or nothing; a new primary demotes the previous one.

    ``before_commit`` runs within the row's transaction. Raises ImageRefused, StorageUnavailable,
    NotFound where the product was deleted or moved meanwhile or the user deleted, or a database
    error, after which nothing is kept.
    """
    image = _build_image(product, incoming.checked, incoming.sent_name)
    image.title, image.is_primary, image.uploaded_by_id = title, is_primary, actor.user_id
    with take_turn():
        insert_row(UnclaimedObject(object_name=image.object_name))
    incoming.content_type = image.content_type
    release_connection()
    try:
        _put_object(image.object_name, incoming)
        with take_turn(), transaction.atomic():
            _insert_row(image, actor)
            before_commit(image)
    except (ServiceUnavailable, NotFound, DatabaseError) as fault:
        logger.exception("upload of %s undone", image.object_name)
        with suppress(ServiceUnavailable, DatabaseError):
            _undo_upload(image.object_name, fault)
        if isinstance(fault, IntegrityError) and _has_gone(product, actor):
            raise NotFound(GONE) from fault
        raise
    return image


def change_image(
    product: Product,
    image_id: uuid.UUID,
    changes: dict[str, Any],
    actor: Actor,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Set ``title``, ``priority``, ``is_primary``, those that are given, all or nothing.

    Promoting demotes the previous primary. ``check`` sees the image as it stands and may raise.
    Raises NotFound.
    """
    with take_turn(), transaction.atomic():
        _lock_product(product)
        before = get_image(product, image_id)
        check(before)
        image = copy.copy(before)
        for name, value in changes.items():
            setattr(image, name, value)
        events = build_change_events(before, image, actor)
        if image.is_primary and not before.is_primary:
            events += _demote_primary(product, actor)
        if events:
            image.save(update_fields=changes)
            ImageEvent.objects.bulk_create(events)
    return image


def remove_image(
    product: Product,
    image_id: uuid.UUID,
    actor: Actor,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> None:
    """Remove the row, then the object; a crash in between leaves the object to the sweep.

    Raises NotFound, or a database error, after which nothing is removed.
    """
    with take_turn(), transaction.atomic():
        _lock_product(product)
        image = get_image(product, image_id)
        check(image)
        UnclaimedObject.objects.create(object_name=image.object_name)
        build_event(image, ImageEvent.Action.DELETED, actor, old=image.title).save()
        ProductImage.objects.filter(pk=image_id).delete()
    with suppress(StorageUnavailable, DatabaseError):
        remove_unclaimed_object(image.object_name)


def get_image(product: Product, image_id: uuid.UUID) -> ProductImage:
    """The product's image of that id; raises NotFound."""
    image = product.images.filter(pk=image_id).first()
    if image is None:
        raise NotFound("No image of that id was found on this product.")
    return image


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
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


@contextmanager
def take_turn() -> Iterator[None]:
    """Be the only writer of this process, where the database is SQLite."""
    if connection.vendor != "sqlite":
        yield
        return
    with _sqlite_turn:
        yield


def _put_object(object_name: str, incoming: IncomingImage) -> None:
    started = time.perf_counter()
    try:
        default_storage.save(object_name, incoming)
    finally:
        incoming.storage_seconds = time.perf_counter() - started
        incoming.close()  # now, since a server that is stopped closes no request


def _undo_upload(object_name: str, fault: Exception) -> None:
    if isinstance(fault, (DatabaseError, NotFound)):
        # The commit may have come through all the same: then the name is no longer unclaimed.
        remove_unclaimed_object(object_name)
        return
    # No row was written. The name stays listed, for a put that timed out may still arrive.
    with take_turn():
        UnclaimedObject.objects.get_or_create(object_name=object_name)
    release_connection()
    default_storage.delete(object_name)


def _build_image(product: Product, checked: CheckedImage, sent_name: str) -> ProductImage:
    image_id = uuid.uuid4()
    slug = slugify(PureWindowsPath(sent_name).stem)[:MAX_SLUG_LENGTH].strip("-_")
    extension = checked.image_format.extension
    return ProductImage(
        id=image_id,
        product=product,
        object_name=f"products/{product.gtin}/{slug or 'image'}-{image_id}.{extension}",
        image_format=checked.image_format,
        width=checked.width,
        height=checked.height,
        byte_size=checked.byte_size,
        sha256=checked.sha256,
    )


def _insert_row(image: ProductImage, actor: Actor) -> None:
    events = [build_event(image, ImageEvent.Action.UPLOADED, actor, new=image.title)]
    if image.is_primary:
        _lock_product(image.product)
        events += _demote_primary(image.product, actor)
    image.created = timezone.now()
    for row in (image, *events):
        insert_row(row)
    if not _strike_off(image):
        if _has_gone(image.product, actor):
            raise NotFound(GONE)
        raise ServiceUnavailable("The upload took too long and was undone; try again.")


def _strike_off(image: ProductImage) -> bool:
    owner_id = Product._meta.get_field("owner").get_db_prep_value(
        image.product.owner_id, connection
    )
    with connection.cursor() as cursor:
        cursor.execute(_STRIKE_OFF, [image.object_name, image.product_id, owner_id])
        return bool(cursor.rowcount)


def _has_gone(product: Product, actor: Actor) -> bool:
    if not Product.objects.filter(pk=product.pk, owner=product.owner_id).exists():
        return True
    return actor.user_id is not None and not User.objects.filter(pk=actor.user_id).exists()


def _lock_product(product: Product) -> None:
    # Whoever changes the primary holds the product's row, so that two never wait for each other.
    same = Product.objects.select_for_update().filter(pk=product.pk, owner=product.owner_id)
    if not same.values("pk"):
        raise NotFound(GONE)


def _demote_primary(product: Product, actor: Actor) -> list[ImageEvent]:
    primary = product.images.filter(is_primary=True).first()
    if primary is None:
        return []
    product.images.filter(pk=primary.pk).update(is_primary=False)
    return [build_event(primary, ImageEvent.Action.DEMOTED, actor)]
