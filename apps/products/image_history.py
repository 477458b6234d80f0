"""Who did what to a product's images; written in the transaction of the change itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from apps.organizations.plain_sql import fetch_rows
from apps.products.models import NO_IMAGE, ImageEvent, Product, ProductImage
from apps.products.primary_rows import NamedImage

_LAST_EVENT = "SELECT id FROM products_imageevent WHERE product_id = %s ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: the user, by which credential, in which request."""

    user_id: int | None
    credential: str
    request_id: str


def build_event(
    image: ProductImage | NamedImage,
    action: ImageEvent.Action,
    actor: Actor,
    *,
    old: object = "",
    new: object = "",
) -> ImageEvent:
    """A line for the history of the image's product, yet to be written."""
    return ImageEvent(
        product_id=image.product_id,
        image_id=image.pk,
        image_name=image.name,
        action=action,
        old=str(old),
        new=str(new),
        user_id=actor.user_id,
        credential=actor.credential,
        request_id=actor.request_id,
        created=timezone.now(),
    )


def build_order_event(product: Product, count: int, actor: Actor) -> ImageEvent:
    """The line that tells how many images were put in order, yet to be written."""
    gallery = NamedImage(NO_IMAGE, product.pk, "")
    return build_event(gallery, ImageEvent.Action.ORDERED, actor, new=count)


def get_last_event_id(product: Product) -> int:
    """The id of the product's last line of history, another after each change; 0 before all."""
    return next((pk for (pk,) in fetch_rows(_LAST_EVENT, [product.pk])), 0)


def build_change_events(
    before: ProductImage, after: ProductImage, actor: Actor
) -> list[ImageEvent]:
    """One line for each of title, priority and primary that differs."""
    action = ImageEvent.Action
    changes = [
        (action.RETITLED, before.title, after.title),
        (action.REPRIORITISED, before.priority, after.priority),
    ]
    events = [
        build_event(before, kind, actor, old=old, new=new)
        for kind, old, new in changes
        if old != new
    ]
    if before.is_primary != after.is_primary:
        kind = action.PROMOTED if after.is_primary else action.DEMOTED
        events.append(build_event(after, kind, actor))
    return events
