"""Another file in an image's place, and the files that it had: its versions.

An image keeps id, caption, place and flag. What it had before is kept beside it for a time.
"""

from __future__ import annotations

import copy
import math
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from apps.problems import Conflict, NotFound
from apps.products.image_history import Actor, build_event
from apps.products.image_store import (
    build_image,
    claim,
    get_image,
    give_up,
    hold_product,
    hold_row,
    note_change,
    remove_given_up,
)
from apps.products.incoming_image import IncomingImage
from apps.products.models import ImageEvent, ImageVersion, Product, ProductImage
from apps.products.quotas import count_bytes
from apps.products.stored_objects import store_object
from apps.products.stored_picture import PICTURE_FIELDS, StoredPicture

MAX_VERSIONS = 20
DAYS_KEPT = 365


class _SameBytes(Conflict):
    """The image has these bytes: there is nothing to replace."""


def replace_file(
    product: Product,
    image_id: uuid.UUID,
    incoming: IncomingImage,
    actor: Actor,
    *,
    check: Callable[[ProductImage], None] = lambda image: None,
    before_commit: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Give the image another file, all or nothing; the one that it has becomes a version.

    With the same bytes it stays as it is. ``check``, which sees the image as it stands, and
    ``before_commit`` run within the transaction and may raise. Raises what `store_image` raises,
    and NotFound for an image that is not there or in the bin.
    """
    outdated: list[ImageVersion] = []
    replaced: list[ProductImage] = []
    file = build_image(product, incoming.checked, incoming.sent_name, actor)
    file.measure_due_at = timezone.now()

    def write_row(cursor: CursorWrapper) -> None:
        hold_row(cursor, product)
        image = get_image(product, image_id)
        if _has_bytes(image, file):
            raise _SameBytes("The image has these bytes already.")
        check(image)
        outdated[:] = image.versions.order_by("-replaced_at")[MAX_VERSIONS - 1 :]
        _remove_versions(outdated)
        changed = _set_file(image, file, ImageEvent.Action.REPLACED, actor)
        claim(cursor, changed)
        note_change(product)
        before_commit(changed)
        count_bytes(product, file.byte_size - sum(version.byte_size for version in outdated))
        replaced.append(changed)

    image = get_image(product, image_id)
    if image.blake3 is None:  # of before there was that
        file.sha256 = incoming.compute_sha256()
    if not _has_bytes(image, file):
        with suppress(_SameBytes):
            store_object(file, incoming, write_row)
            remove_given_up(outdated)
            return replaced[0]
    with hold_product(product, lambda: None):
        image = get_image(product, image_id)
        before_commit(image)
    return image


def restore_version(
    product: Product,
    image_id: uuid.UUID,
    version_id: uuid.UUID,
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Give the image the file of a version again; the one that it has becomes a version.

    Where it has that file now it stays as it is. ``admit`` and ``check`` as in `change_image`.
    Raises NotFound.
    """
    with hold_product(product, admit):
        image = get_image(product, image_id)
        if image.file_id == version_id:
            return image
        version = image.versions.filter(pk=version_id).first()
        if version is None:
            raise NotFound("No version of that id was found of this image.")
        check(image)
        image.versions.filter(pk=version_id).delete()
        return _set_file(image, version, ImageEvent.Action.REVERTED, actor)


def sweep_versions(within_seconds: float = math.inf) -> int:
    """Remove the versions that were replaced more than 365 days ago, as many as that time allows.

    Returns how many. Raises a database error; what was removed until then stays removed.
    """
    cutoff = timezone.now() - timedelta(days=DAYS_KEPT)
    removed, end = 0, time.monotonic() + within_seconds
    outdated = ImageVersion.objects.filter(replaced_at__lte=cutoff)
    for found in outdated.select_related("image__product").order_by("replaced_at"):
        if time.monotonic() >= end:
            break
        product = found.image.product
        with suppress(NotFound):
            with hold_product(product, lambda: None):
                # None of them where it was restored or deleted meanwhile.
                versions = list(outdated.filter(pk=found.pk))
                _remove_versions(versions)
                count_bytes(product, -sum(version.byte_size for version in versions))
            remove_given_up(versions)
            removed += len(versions)
    return removed


def _has_bytes(image: ProductImage, file: ProductImage) -> bool:
    if image.blake3:
        return image.blake3 == file.blake3
    return image.sha256 == file.sha256


def _set_file(
    image: ProductImage, file: StoredPicture, action: ImageEvent.Action, actor: Actor
) -> ProductImage:
    """The image as it is from now on; as it was, it becomes a version."""
    now = timezone.now()
    ImageVersion.objects.create(
        id=image.file_id,
        image=image,
        placed_at=image.replaced_at or image.created,
        replaced_at=now,
        **{name: getattr(image, name) for name in PICTURE_FIELDS},
    )
    changed = copy.copy(image)
    for name in PICTURE_FIELDS:
        setattr(changed, name, getattr(file, name))
    changed.replaced_at = now
    changed.save(update_fields=(*PICTURE_FIELDS, "replaced_at"))
    build_event(image, action, actor, old=image.file_name, new=changed.file_name).save()
    return changed


def _remove_versions(versions: list[ImageVersion]) -> None:
    give_up(versions)
    ImageVersion.objects.filter(pk__in=[version.pk for version in versions]).delete()
