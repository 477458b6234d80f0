"""The only code that writes image rows and objects: neither is ever there without the other.

One small table lists *unclaimed objects*: names that may exist in storage and belong to no row. A
name is written there before its object, and struck off by the transaction that writes the row.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PureWindowsPath
from threading import Lock

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.problems import ServiceUnavailable, StorageUnavailable
from apps.products.image_checks import CheckedImage
from apps.products.incoming_image import IncomingImage
from apps.products.models import Product, ProductImage, UnclaimedObject

MAX_SLUG_LENGTH = 50

logger = logging.getLogger(__name__)

# SQLite's busy wait is unfair: with many writers some wait a hundred times longer than others.
_sqlite_turn = Lock()


def store_image(
    product: Product, incoming: IncomingImage, *, title: str, is_primary: bool, uploaded_by_id: int
) -> ProductImage:
    """Keep the picture and its row, all or nothing; a new primary demotes the previous one.

    Raises ImageRefused, and StorageUnavailable or a database error, after which nothing is kept.
    """
    image = _build_image(product, incoming.checked, incoming.sent_name)
    image.title, image.is_primary, image.uploaded_by_id = title, is_primary, uploaded_by_id
    with _take_turn():
        UnclaimedObject.objects.create(object_name=image.object_name)
    incoming.content_type = image.content_type
    _release_connection()
    try:
        default_storage.save(image.object_name, incoming)
        with _take_turn(), transaction.atomic():
            _insert_row(image)
    except (ServiceUnavailable, DatabaseError) as fault:
        logger.exception("upload of %s undone", image.object_name)
        with suppress(ServiceUnavailable, DatabaseError):
            _undo_upload(image.object_name, fault)
        raise
    return image


def remove_image(image: ProductImage) -> None:
    """Remove the row, then the object; a crash in between leaves the object to the sweep.

    Raises a database error, after which nothing is removed.
    """
    with _take_turn(), transaction.atomic():
        UnclaimedObject.objects.create(object_name=image.object_name)
        image.delete()
    with suppress(StorageUnavailable, DatabaseError):
        remove_unclaimed_object(image.object_name)


def remove_unclaimed_object(object_name: str) -> bool:
    """Remove the object, then its name; returns whether the name was still unclaimed.

    The name stays locked meanwhile, so that no upload can claim the object that is being removed.
    """
    with _take_turn(), transaction.atomic():
        names = UnclaimedObject.objects.select_for_update()
        unclaimed = names.filter(object_name=object_name).first()
        if unclaimed is None:
            return False
        default_storage.delete(object_name)
        unclaimed.delete()
    return True


def _undo_upload(object_name: str, fault: Exception) -> None:
    if isinstance(fault, DatabaseError):
        # The commit may have come through all the same: then the name is no longer unclaimed.
        remove_unclaimed_object(object_name)
        return
    # No row was written. The name stays listed, for a put that timed out may still arrive.
    with _take_turn():
        UnclaimedObject.objects.get_or_create(object_name=object_name)
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


def _insert_row(image: ProductImage) -> None:
    if image.is_primary:
        _lock_product(image.product)
        image.product.images.filter(is_primary=True).update(is_primary=False)
    image.created = timezone.now()
    image.save(force_insert=True)
    struck, _ = UnclaimedObject.objects.filter(object_name=image.object_name).delete()
    if struck != 1:
        raise ServiceUnavailable("The upload took too long and was undone; try again.")


def _lock_product(product: Product) -> None:
    # Whoever changes the primary holds the product's row, so that two never wait for each other.
    Product.objects.select_for_update().only("pk").get(pk=product.pk)


def _release_connection() -> None:
    # A pooled connection goes back: a slow storage would keep it from the others for seconds.
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


@contextmanager
def _take_turn() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with _sqlite_turn:
        yield
