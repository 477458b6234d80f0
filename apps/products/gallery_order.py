"""The order of a product's images, put as a whole: one transaction, one line of history."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from apps.problems import FieldError, InvalidInput
from apps.products.image_history import Actor, build_order_event, get_last_event_id
from apps.products.image_store import hold_product
from apps.products.models import MAX_PRIORITY, Product, ProductImage

# Between two neighbours, so that one image can be moved there without the others.
STEP = 16


def order_images(
    product: Product,
    image_ids: Sequence[uuid.UUID],
    actor: Actor,
    *,
    admit: Callable[[], None] = lambda: None,
    check: Callable[[], None] = lambda: None,
) -> int:
    """Put the images of these ids first, in this order, and the others behind them as they were.

    The primary image has a place, too, which shows once it is demoted. Returns the id of the last
    line of history. Within the transaction, ``admit`` and then ``check`` may raise. Raises
    NotFound, and InvalidInput for ids that are not in the product's gallery or come twice.
    """
    with hold_product(product, admit):
        check()
        images = {
            image.pk: image
            for image in product.images.present()
            .order_by("priority", "-created", "id")
            .only("priority", "product_id")
        }
        _check_ids(image_ids, images)
        named = dict.fromkeys(image_ids)
        ordered = [*named, *(pk for pk in images if pk not in named)]
        if ordered != list(images):
            _write_places([images[pk] for pk in ordered])
            build_order_event(product, len(named), actor).save()
        return get_last_event_id(product)


def _write_places(images: list[ProductImage]) -> None:
    step = max(1, min(STEP, MAX_PRIORITY // len(images)))
    changed = []
    for place, image in enumerate(images, 1):
        priority = min(place * step, MAX_PRIORITY)
        if image.priority != priority:
            image.priority = priority
            changed.append(image)
    ProductImage.objects.bulk_update(changed, ["priority"], batch_size=500)


def _check_ids(image_ids: Sequence[uuid.UUID], images: dict[uuid.UUID, ProductImage]) -> None:
    unknown = [place for place, pk in enumerate(image_ids, 1) if pk not in images]
    if unknown:
        message = (
            f"image_ids has {_count(len(unknown))} that this product's gallery does not have, the"
            f" first at place {unknown[0]}; list the images again."
        )
        raise InvalidInput(message, errors=[FieldError("image_ids", message)])
    if len(set(image_ids)) < len(image_ids):
        message = "image_ids has an id more than once; each image has one place."
        raise InvalidInput(message, errors=[FieldError("image_ids", message)])


def _count(number: int) -> str:
    return "an id" if number == 1 else f"{number} ids"
