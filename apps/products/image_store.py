"""The only code that adds, changes and removes images: no row without its object, nor the reverse.

How the two stay together is in `stored_objects`.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.text import slugify

from apps.problems import NotFound, ServiceUnavailable, StorageUnavailable
from apps.products.file_names import clean_file_name
from apps.products.folding import MAX_FOLDED_LENGTH, fold
from apps.products.hero_verdicts import describe_hero
from apps.products.image_history import Actor, build_change_events, build_event
from apps.products.incoming_image import IncomingImage
from apps.products.measured_picture import UNMEASURED, list_traits
from apps.products.models import (
    ImageEvent,
    ImageSet,
    Product,
    ProductImage,
)
from apps.products.pictures.image_checks import CheckedImage
from apps.products.primary_rows import (
    demote_primary,
    list_unclaimed,
    lock_product,
    strike_off,
    tell_change,
)
from apps.products.quotas import count_in_organization, count_in_product, count_out
from apps.products.row_writes import insert_rows
from apps.products.state_counts import StateCounts, count_states
from apps.products.stored_objects import GONE, remove_unclaimed_object, store_object
from apps.products.stored_picture import StoredPicture
from apps.products.write_turns import take_turn

MAX_SLUG_LENGTH = 50


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
    image = build_image(product, incoming.checked, incoming.sent_name, actor)
    image.title, image.is_primary = title, is_primary

    def write_row(cursor: CursorWrapper) -> None:
        is_first_primary = _insert_row(cursor, image, actor)
        before_commit(image)
        count_in_organization(
            cursor,
            product,
            image.byte_size,
            is_first_primary=is_first_primary,
            is_first=product.kept_images == 1,
        )

    store_object(image, incoming, write_row)
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
    with hold_product(product, admit) as held:
        before = get_image(product, image_id)
        check(before)
        image = copy.copy(before)
        for name, value in changes.items():
            setattr(image, name, value)
        held.has_same_hero = image.is_primary == before.is_primary
        events = build_change_events(before, image, actor)
        if image.is_primary and not before.is_primary:
            with connection.cursor() as cursor:
                events += _demote_primary(cursor, product, actor)
        if events:
            image.save(update_fields=changes)
            with connection.cursor() as cursor:
                insert_rows(cursor, *events)
    return image


def remove_image(
    product: Product,
    image_id: uuid.UUID,
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> None:
    """Remove row and versions, then their objects; a crash in between leaves these to the sweep.

    In the bin or not. Raises NotFound, or a database error, after which nothing is removed.
    """
    with hold_product(product, admit) as held:
        image = get_image(product, image_id, product.images.all())
        check(image)
        held.has_same_hero = not image.is_primary
        files = [image, *image.versions.all()]
        give_up(files)
        event = build_event(image, ImageEvent.Action.DELETED, actor, old=image.title)
        with connection.cursor() as cursor:
            insert_rows(cursor, event)
        ProductImage.objects.filter(pk=image_id).delete()
        count_out(image, sum(file.byte_size for file in files))
    remove_given_up(files)


@dataclass
class HeldProduct:
    """What is done to its images: whether the primary stays, and its file."""

    has_same_hero: bool = False


@contextmanager
def hold_product(product: Product, admit: Callable[[], None]) -> Iterator[HeldProduct]:
    """One transaction, alone with the product's images; ``admit`` may raise, as first of all.

    Raises NotFound where the product was deleted or moved meanwhile.
    """
    held = HeldProduct()
    with take_turn(), transaction.atomic():
        with connection.cursor() as cursor:
            before = hold_row(cursor, product)
        admit()
        yield held
        after = note_change(product, has_same_hero=held.has_same_hero)
        count_states(product.owner_id, before=before, after=after)


def hold_row(cursor: CursorWrapper, product: Product) -> StateCounts:
    """Be alone with the product's images until the transaction's end; raises NotFound.

    Returns what its owner counts of it as it stands. Whoever changes the primary holds the
    product's row, so that two never wait for each other.
    """
    states = lock_product(cursor, product)
    if states is None:
        raise NotFound(GONE)
    return states


def note_change(product: Product, *, has_same_hero: bool = False) -> StateCounts:
    """Have the product tell what its images and its history are now, for lists of products.

    Returns what its owner counts of it.
    """
    verdicts = {} if has_same_hero else describe_hero(product)
    with connection.cursor() as cursor:
        return tell_change(cursor, product, verdicts)


def get_image(
    product: Product, image_id: uuid.UUID, images: ImageSet | None = None
) -> ProductImage:
    """The product's image of that id, among ``images`` or those not in the bin; raises NotFound."""
    found = product.images.present() if images is None else images
    image = found.filter(pk=image_id).first()
    if image is None:
        raise NotFound("No image of that id was found on this product.")
    return image


def give_up(files: Sequence[StoredPicture]) -> None:
    """Write the names of objects down whose rows go, within the transaction that they go in."""
    for file in files:
        list_unclaimed(file.object_name)


def remove_given_up(files: Sequence[StoredPicture]) -> None:
    """Remove these objects, after the commit; what fails is left to the sweep."""
    for file in files:
        with suppress(StorageUnavailable, DatabaseError):
            remove_unclaimed_object(file.object_name)


def claim(cursor: CursorWrapper, image: ProductImage) -> None:
    """Strike the name of the image's object off; raises ServiceUnavailable where it has gone."""
    if not strike_off(cursor, image):
        raise ServiceUnavailable("The upload took too long and was undone; try again.")


def build_image(
    product: Product, checked: CheckedImage, sent_name: str, actor: Actor
) -> ProductImage:
    """An image of what came in, yet to be stored."""
    image_id = uuid.uuid4()
    file_name = clean_file_name(sent_name)
    stem = file_name.rpartition(".")[0] or file_name
    slug = slugify(stem)[:MAX_SLUG_LENGTH].strip("-_")
    extension = checked.image_format.extension
    width, height = checked.seen_size
    return ProductImage(
        id=image_id,
        product=product,
        object_name=f"products/{product.gtin}/{slug or 'image'}-{image_id}.{extension}",
        file_name=file_name,
        folded_file_name=fold(file_name)[:MAX_FOLDED_LENGTH],
        image_format=checked.image_format,
        width=width,
        height=height,
        frame_count=checked.frames,
        byte_size=checked.byte_size,
        blake3=checked.blake3,
        uploaded_by_id=actor.user_id,
        **list_traits(checked),
        **UNMEASURED,
    )


def _insert_row(cursor: CursorWrapper, image: ProductImage, actor: Actor) -> bool:
    """Whether it is the product's primary, which had none."""
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
    demotions = _demote_primary(cursor, image.product, actor) if image.is_primary else []
    events += demotions
    image.created = image.measure_due_at = timezone.now()
    insert_rows(cursor, image)
    insert_rows(cursor, *events)
    claim(cursor, image)
    return image.is_primary and not demotions


def _demote_primary(cursor: CursorWrapper, product: Product, actor: Actor) -> list[ImageEvent]:
    action = ImageEvent.Action.DEMOTED
    return [build_event(image, action, actor) for image in demote_primary(cursor, product)]
