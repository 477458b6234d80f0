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
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import PureWindowsPath
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify

from apps.problems import NotFound, Problem, ServiceUnavailable, StorageUnavailable
from apps.products.file_names import clean_file_name
from apps.products.hero_verdicts import describe_hero
from apps.products.image_history import Actor, build_change_events, build_event
from apps.products.incoming_image import IncomingImage
from apps.products.measured_picture import UNMEASURED
from apps.products.models import (
    ImageEvent,
    ImageSet,
    Product,
    ProductImage,
    UnclaimedObject,
)
from apps.products.pictures.image_checks import CheckedImage
from apps.products.primary_rows import demote_primary, lock_product, strike_off
from apps.products.quotas import count_in_organization, count_in_product, count_out
from apps.products.row_writes import insert_rows
from apps.products.storage.rendition_names import list_rendition_names

MAX_SLUG_LENGTH = 50
HAS_POOL = "pool" in settings.DATABASES["default"]["OPTIONS"]
GONE = "The product, or who changes it, has gone from here meanwhile."

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

    ``before_commit`` runs within the row's transaction and may raise. Raises StorageUnavailable,
    NotFound where the product was deleted or moved meanwhile or the user deleted, QuotaExceeded, or
    a database error, after which nothing is kept.
    """
    image = _build_image(product, incoming.checked, incoming.sent_name)
    image.title, image.is_primary, image.uploaded_by_id = title, is_primary, actor.user_id
    with take_turn(), connection.cursor() as cursor:
        insert_rows(cursor, UnclaimedObject(object_name=image.object_name))
    incoming.content_type = image.content_type
    release_connection()
    try:
        _put_object(image.object_name, incoming)
        with take_turn(), transaction.atomic(), connection.cursor() as cursor:
            _insert_row(cursor, image, actor)
            before_commit(image)
            count_in_organization(cursor, product, image.byte_size)
    except (Problem, DatabaseError) as fault:
        logger.exception("upload of %s undone", image.object_name)
        with suppress(ServiceUnavailable, DatabaseError):
            _undo_upload(image.object_name, fault)
        if isinstance(fault, IntegrityError) and _has_left(actor):
            raise NotFound(GONE) from fault
        raise
    return image


def change_image(
    product: Product,
    image_id: uuid.UUID,
    changes: dict[str, Any],
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Set ``title``, ``priority``, ``is_primary``, those that are given, all or nothing.

    Promoting demotes the previous primary. Within the transaction, ``admit`` and then ``check``,
    which sees the image as it stands, may raise. Raises NotFound.
    """
    with hold_product(product, admit):
        before = get_image(product, image_id)
        check(before)
        image = copy.copy(before)
        for name, value in changes.items():
            setattr(image, name, value)
        events = build_change_events(before, image, actor)
        if image.is_primary and not before.is_primary:
            with connection.cursor() as cursor:
                events += _demote_primary(cursor, product, actor)
        if events:
            image.save(update_fields=changes)
            ImageEvent.objects.bulk_create(events)
    return image


def remove_image(
    product: Product,
    image_id: uuid.UUID,
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> None:
    """Remove the row, then the object; a crash in between leaves the object to the sweep.

    In the bin or not. Raises NotFound, or a database error, after which nothing is removed.
    """
    with hold_product(product, admit):
        image = get_image(product, image_id, product.images.all())
        check(image)
        UnclaimedObject.objects.create(object_name=image.object_name)
        action = ImageEvent.Action.DELETED
        build_event(image, action, actor, old=image.title).save()
        ProductImage.objects.filter(pk=image_id).delete()
        count_out(image)
    with suppress(StorageUnavailable, DatabaseError):
        remove_unclaimed_object(image.object_name)


@contextmanager
def hold_product(product: Product, admit: Callable[[], None]) -> Iterator[None]:
    """One transaction, alone with the product's images; ``admit`` may raise, as first of all.

    Raises NotFound where the product was deleted or moved meanwhile.
    """
    with take_turn(), transaction.atomic():
        with connection.cursor() as cursor:
            _lock_product(cursor, product)
        admit()
        yield
        note_change(product)


def note_change(product: Product) -> None:
    """Have the product tell what its images and its history are now, for lists of products."""
    last = ImageEvent.objects.filter(product=product.pk).order_by("-id")[:1]
    primaries = ProductImage.objects.filter(product=product.pk, is_primary=True)
    Product.objects.filter(pk=product.pk).update(
        has_primary=Exists(primaries),
        changed_at=Coalesce(Subquery(last.values("created")), "changed_at"),
        changed_by=Subquery(last.values("user")),
        tells_place=Exists(product.images.present().filter(has_position=True)),
        **describe_hero(product),
    )


def get_image(
    product: Product, image_id: uuid.UUID, images: ImageSet | None = None
) -> ProductImage:
    """The product's image of that id, among ``images`` or those not in the bin; raises NotFound."""
    found = product.images.present() if images is None else images
    image = found.filter(pk=image_id).first()
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
    if HAS_POOL and not connection.in_atomic_block:
        connection.close()


def take_turn() -> AbstractContextManager[object]:
    """Be the only writer of this process, where the database is SQLite."""
    return _sqlite_turn if connection.vendor == "sqlite" else nullcontext()


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


def _build_image(product: Product, checked: CheckedImage, sent_name: str) -> ProductImage:
    image_id = uuid.uuid4()
    slug = slugify(PureWindowsPath(sent_name).stem)[:MAX_SLUG_LENGTH].strip("-_")
    extension = checked.image_format.extension
    seen = (checked.width, checked.height)
    width, height = reversed(seen) if checked.is_quarter_turned else seen
    return ProductImage(
        id=image_id,
        product=product,
        object_name=f"products/{product.gtin}/{slug or 'image'}-{image_id}.{extension}",
        file_name=clean_file_name(sent_name),
        image_format=checked.image_format,
        width=width,
        height=height,
        frame_count=checked.frames,
        byte_size=checked.byte_size,
        blake3=checked.blake3,
        bits_per_sample=checked.traits.bits_per_sample,
        color_model=checked.traits.color_model,
        has_alpha=checked.traits.has_alpha,
        color_profile=checked.traits.color_profile,
        has_position=checked.traits.has_position,
        **UNMEASURED,
    )


def _insert_row(cursor: CursorWrapper, image: ProductImage, actor: Actor) -> None:
    action = ImageEvent.Action.UPLOADED
    events = [build_event(image, action, actor, new=image.title)]
    if not count_in_product(
        cursor,
        image.product,
        actor.user_id,
        is_primary=image.is_primary,
        tells_place=bool(image.has_position),
    ):
        raise NotFound(GONE)
    if image.is_primary:
        events += _demote_primary(cursor, image.product, actor)
    image.created = image.measure_due_at = timezone.now()
    insert_rows(cursor, image)
    insert_rows(cursor, *events)
    if not strike_off(cursor, image):
        raise ServiceUnavailable("The upload took too long and was undone; try again.")


def _has_left(actor: Actor) -> bool:
    return actor.user_id is not None and not User.objects.filter(pk=actor.user_id).exists()


def _lock_product(cursor: CursorWrapper, product: Product) -> None:
    # Whoever changes the primary holds the product's row, so that two never wait for each other.
    if not lock_product(cursor, product):
        raise NotFound(GONE)


def _demote_primary(cursor: CursorWrapper, product: Product, actor: Actor) -> list[ImageEvent]:
    action = ImageEvent.Action.DEMOTED
    return [build_event(image, action, actor) for image in demote_primary(cursor, product)]
