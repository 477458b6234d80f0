"""The lock on a product, what it tells of its images, and the claim of an object's name, in SQL.

As querysets these take Django 1,800 calls of Python, so 100: each is a statement that the database
answers from an index, and all of a transaction go through one cursor.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from apps.organizations.plain_sql import fetch_rows
from apps.products.models import Product, ProductImage
from apps.products.state_counts import StateCounts, list_states

_FIND = "SELECT owner_id, has_primary, kept_images FROM products_product WHERE id = %s"
_LOCK = f"{_FIND} FOR UPDATE"
# Said so, SQLite looks the flag up in the gallery's index, PostgreSQL in that of primaries; without
# "= TRUE" SQLite would read every image of the product there.
_DEMOTE = """
    UPDATE products_productimage SET is_primary = FALSE
    WHERE product_id = %s AND is_primary = TRUE RETURNING id, title, file_name
"""
_TELL_CHANGE = """
    UPDATE products_product SET
        has_primary = EXISTS (
            SELECT 1 FROM products_productimage AS image
            WHERE image.product_id = products_product.id AND image.is_primary = TRUE
        ),
        tells_place = EXISTS (
            SELECT 1 FROM products_productimage AS image
            WHERE image.product_id = products_product.id AND image.has_position = TRUE
                AND image.discarded_at IS NULL
        ),
        changed_at = COALESCE((
            SELECT created FROM products_imageevent AS event
            WHERE event.product_id = products_product.id ORDER BY event.id DESC LIMIT 1
        ), changed_at),
        changed_by_id = (
            SELECT user_id FROM products_imageevent AS event
            WHERE event.product_id = products_product.id ORDER BY event.id DESC LIMIT 1
        ),
        hero_verdicts = COALESCE(%s, hero_verdicts),
        hero_state = COALESCE(%s, hero_state),
        rules_version = COALESCE(%s, rules_version)
    WHERE id = %s RETURNING has_primary, kept_images
"""
_LIST_UNCLAIMED = "INSERT INTO products_unclaimedobject (object_name, created) VALUES (%s, %s)"
_STRIKE_OFF = "DELETE FROM products_unclaimedobject WHERE object_name = %s RETURNING object_name"

_OWNER = Product._meta.get_field("owner")
_IMAGE_ID = ProductImage._meta.pk


class NamedImage(NamedTuple):
    """As much of an image as its history needs; a row of its model costs more than its look-up."""

    pk: uuid.UUID
    product_id: int
    name: str


def lock_product(cursor: CursorWrapper, product: Product) -> StateCounts | None:
    """Keep others from changing the product's primary; None where it is gone from its owner.

    Else what its owner counts of it, which is as it stands, again and again.
    On SQLite the transaction itself does that: it is the only one that writes.
    """
    can_lock = cursor.db.features.has_select_for_update
    found = fetch_rows(_LOCK if can_lock else _FIND, [product.pk], cursor)
    if not found or _OWNER.to_python(found[0][0]) != product.owner_id:
        return None
    [(_, has_primary, kept_images)] = found
    return list_states(has_primary=has_primary, kept_images=kept_images)


def tell_change(
    cursor: CursorWrapper, product: Product, verdicts: Mapping[str, int]
) -> StateCounts:
    """Have the product tell what its images and its last line of history are.

    Of its primary it tells these ``verdicts``, as `describe_hero` has them, or without any those
    of before. Returns what its owner counts of it then.
    """
    told = [verdicts.get(name) for name in ("hero_verdicts", "hero_state", "rules_version")]
    [(has_primary, kept_images)] = fetch_rows(_TELL_CHANGE, [*told, product.pk], cursor)
    return list_states(has_primary=has_primary, kept_images=kept_images)


def demote_primary(cursor: CursorWrapper, product: Product) -> list[NamedImage]:
    """Take the flag from the product's primary image; returns what it is called, or nothing."""
    return [
        NamedImage(_IMAGE_ID.to_python(image_id), product.pk, title or file_name)
        for image_id, title, file_name in fetch_rows(_DEMOTE, [product.pk], cursor)
    ]


def list_unclaimed(object_name: str) -> None:
    """Write the object's name down before there is one, for a sweep to find."""
    # By the clock that the sweep goes by, which need not be the database's.
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    fetch_rows(_LIST_UNCLAIMED, [object_name, now])


def strike_off(cursor: CursorWrapper, image: ProductImage) -> bool:
    """Claim the object for the image's row; whether its name was still there to be struck off."""
    return bool(fetch_rows(_STRIKE_OFF, [image.object_name], cursor))
