"""The bin: what is discarded is in no list and can come back, until its time is over.

Row and object stay as they are, so that its address still answers.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from apps.problems import NotFound
from apps.products.image_history import Actor, build_event
from apps.products.image_store import get_image, hold_product, remove_image
from apps.products.models import ImageEvent, Product, ProductImage
from apps.products.quotas import count_discarded, count_in_organization, count_in_product

DAYS_IN_BIN = 30
EMPTIED_BY = Actor(user_id=None, credential="bin", request_id="")

_CHANGED = ("discarded_at", "is_primary", "was_primary")


def discard_image(
    product: Product,
    image_id: uuid.UUID,
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Move the image to the bin; what is there already stays as it is.

    No other becomes the primary. ``admit`` and ``check`` as in `change_image`. Raises NotFound.
    """
    with hold_product(product, admit):
        image = get_image(product, image_id, product.images.all())
        if image.discarded_at:
            return image
        check(image)
        image.discarded_at = timezone.now()
        image.is_primary, image.was_primary = False, image.is_primary
        image.save(update_fields=_CHANGED)
        build_event(image, ImageEvent.Action.DISCARDED, actor).save()
        count_discarded(image)
    return image


def restore_image(
    product: Product,
    image_id: uuid.UUID,
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[ProductImage], None] = lambda image: None,
) -> ProductImage:
    """Bring the image back with caption and place; what is not in the bin stays as it is.

    What was the primary is so again only if there is none now. Raises NotFound, or QuotaExceeded
    where others have taken its room.
    """
    with hold_product(product, admit):
        image = get_image(product, image_id, product.images.all())
        if not image.discarded_at:
            return image
        check(image)
        is_free = not product.images.filter(is_primary=True).exists()
        image.discarded_at = None
        image.is_primary, image.was_primary = image.was_primary and is_free, False
        image.save(update_fields=_CHANGED)
        actions = [ImageEvent.Action.RESTORED]
        if image.is_primary:
            actions.append(ImageEvent.Action.PROMOTED)
        ImageEvent.objects.bulk_create(build_event(image, kind, actor) for kind in actions)
        with connection.cursor() as cursor:
            count_in_product(cursor, product)
            count_in_organization(cursor, product, 0)
    return image


def empty_bin(within_seconds: float = math.inf) -> int:
    """Remove for good what was discarded more than 30 days ago, as much as that time allows.

    Returns how many. Raises a database error; what was removed until then stays removed.
    """
    cutoff = timezone.now() - timedelta(days=DAYS_IN_BIN)

    def check(image: ProductImage) -> None:
        if image.discarded_at is None or image.discarded_at > cutoff:
            raise NotFound("It was restored meanwhile.")

    removed, end = 0, time.monotonic() + within_seconds
    outdated = ProductImage.objects.filter(discarded_at__lte=cutoff).select_related("product")
    for image in outdated.order_by("discarded_at"):
        if time.monotonic() >= end:
            break
        with suppress(NotFound):
            remove_image(image.product, image.pk, EMPTIED_BY, check=check)
            removed += 1
    return removed
