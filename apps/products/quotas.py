"""What an organization keeps, counted in its row and its products', and how much it may keep.

What is in the bin, and an image's versions, count with their bytes alone. The counts change in the
transaction that writes, replaces, discards, restores or deletes an image. The product's row is
the first that it locks, the organization's the last: all uploads of the organization wait there.
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from apps.organizations.models import Organization
from apps.organizations.plain_sql import fetch_rows
from apps.problems import QuotaExceeded
from apps.products.models import ImageVersion, Product, ProductImage
from apps.products.state_counts import add_to_organization

# Of an organization: how much it keeps, and its own limits or null.
ROOM_COLUMNS = ("kept_images", "kept_bytes", "max_product_images", "max_images", "max_bytes")
NEARLY_FULL = 0.9
_COUNT_IN_PRODUCT = """
    UPDATE products_product SET kept_images = kept_images + 1, changed_at = CURRENT_TIMESTAMP,
        changed_by_id = %s, has_primary = (has_primary = TRUE OR %s = TRUE),
        tells_place = (tells_place = TRUE OR %s = TRUE),
        hero_verdicts = hero_verdicts * %s, hero_state = hero_state * %s
    WHERE id = %s AND owner_id = %s RETURNING kept_images
"""
_COUNT_IN_ORGANIZATION = f"""
    UPDATE organizations_organization
    SET kept_images = kept_images + 1, kept_bytes = kept_bytes + %s,
        products_without_primary = products_without_primary - %s,
        products_without_pictures = products_without_pictures - %s
    WHERE id = %s RETURNING {", ".join(ROOM_COLUMNS)}
"""  # noqa: S608 (our own names)
_OWNER = Product._meta.get_field("owner")


class Limits(NamedTuple):
    """The most that is kept: images of a product, images and bytes of an organization."""

    product_images: int
    images: int
    bytes: int


class Kept(NamedTuple):
    """Images and bytes of all organizations, and how many of these are nearly full."""

    images: int
    bytes: int
    nearly_full: int


def get_limits(organization: Organization) -> Limits:
    """What is kept for the organization at most."""
    return _choose_limits(
        organization.max_product_images, organization.max_images, organization.max_bytes
    )


def check_room(product: Product, byte_count: int) -> None:
    """Refuse what could not be kept of so many bytes, as things stood at `get_product`.

    Raises QuotaExceeded.
    """
    images, kept_bytes, *own = product.room
    _check_limits(
        product.kept_images + 1, images + 1, kept_bytes + byte_count, _choose_limits(*own)
    )


def check_room_for_bytes(product: Product, byte_count: int) -> None:
    """As `check_room`, for a file of an image that is there."""
    _, kept_bytes, *own = product.room
    _check_limits(0, 0, kept_bytes + byte_count, _choose_limits(*own))


def count_in_product(
    cursor: CursorWrapper,
    product: Product,
    user_id: int | None = None,
    *,
    is_primary: bool = False,
    tells_place: bool = False,
) -> bool:
    """Count one image more and lock the product; whether it is still there, and whose it was.

    The product tells from then on that this user changed it, and has a primary if that is one,
    which is not measured yet.
    """
    owner_id = _OWNER.get_db_prep_value(product.owner_id, cursor.db)
    kept = 0 if is_primary else 1
    told = [user_id, is_primary, tells_place, kept, kept]
    found = fetch_rows(_COUNT_IN_PRODUCT, [*told, product.pk, owner_id], cursor)
    if found:
        [[product.kept_images]] = found
    return bool(found)


def count_in_organization(
    cursor: CursorWrapper,
    product: Product,
    byte_count: int,
    *,
    is_first_primary: bool = False,
    is_first: bool = False,
) -> None:
    """Count an image, which its product has counted; the last of its transaction.

    It has no bytes more where it comes from the bin. The product had no primary or no image before
    where it is the first. Raises QuotaExceeded where it is too much.
    """
    owner_id = _OWNER.get_db_prep_value(product.owner_id, cursor.db)
    told = [byte_count, int(is_first_primary), int(is_first), owner_id]
    [[images, kept_bytes, *own]] = fetch_rows(_COUNT_IN_ORGANIZATION, told, cursor)
    more_bytes = kept_bytes if byte_count else 0
    _check_limits(product.kept_images, images, more_bytes, _choose_limits(*own))


def count_bytes(product: Product, byte_count: int) -> None:
    """Count so many bytes more, or fewer, of an image that is there; the last of its transaction.

    Raises QuotaExceeded where more are too much.
    """
    if product.owner_id is None:
        return
    add_to_organization(product.owner_id, kept_bytes=byte_count)
    if byte_count > 0:
        owner = Organization.objects.get(pk=product.owner_id)
        _check_limits(0, 0, owner.kept_bytes, get_limits(owner))


def count_out(image: ProductImage, byte_count: int) -> None:
    """Take a deleted image off both counts, with the bytes of its files.

    Within its transaction, which holds the product.
    """
    _take_off(image.product, 0 if image.discarded_at else 1, byte_count)


def count_discarded(image: ProductImage) -> None:
    """Take an image that goes to the bin off both counts of images; its bytes are kept."""
    _take_off(image.product, 1, 0)


def measure_kept() -> Kept:
    """What all organizations keep, and how many of them are nearly full; one query."""
    nearly_full = Q(
        kept_images__gte=NEARLY_FULL * Coalesce(F("max_images"), settings.MAX_ORGANIZATION_IMAGES)
    ) | Q(kept_bytes__gte=NEARLY_FULL * Coalesce(F("max_bytes"), settings.MAX_ORGANIZATION_BYTES))
    found = Organization.objects.aggregate(
        images=Coalesce(Sum("kept_images"), 0),
        bytes=Coalesce(Sum("kept_bytes"), 0),
        nearly_full=Count("pk", filter=nearly_full),
    )
    return Kept(**found)


def move_counts(product: Product, owner_id: uuid.UUID | None) -> None:
    """Count the product's images for another owner, within the transaction that makes it theirs.

    Who gets it may have more than it may keep by that: whoever runs the service has decided so.
    """
    before = Product.objects.select_for_update().get(pk=product.pk)
    if before.owner_id == owner_id:
        return
    moved = before.images.aggregate(
        images=Count("pk", filter=Q(discarded_at=None)), bytes=Coalesce(Sum("byte_size"), 0)
    )
    versions = ImageVersion.objects.filter(image__product=product)
    moved["bytes"] += versions.aggregate(bytes=Coalesce(Sum("byte_size"), 0))["bytes"]
    counts = {"kept_images": moved["images"], "kept_bytes": moved["bytes"]}
    counts |= before.states
    for each in sorted(filter(None, (before.owner_id, owner_id))):  # so that no two moves lock up
        sign = 1 if each == owner_id else -1
        add_to_organization(each, **{name: sign * number for name, number in counts.items()})


def _take_off(product: Product, images: int, byte_count: int) -> None:
    Product.objects.filter(pk=product.pk).update(kept_images=F("kept_images") - images)
    add_to_organization(product.owner_id, kept_images=-images, kept_bytes=-byte_count)


def _choose_limits(
    product_images: int | None, images: int | None, byte_count: int | None
) -> Limits:
    return Limits(
        settings.MAX_PRODUCT_IMAGES if product_images is None else product_images,
        settings.MAX_ORGANIZATION_IMAGES if images is None else images,
        settings.MAX_ORGANIZATION_BYTES if byte_count is None else byte_count,
    )


def _check_limits(product_images: int, images: int, byte_count: int, limits: Limits) -> None:
    for quota, whose, what, actual, limit in (
        ("product_images", "this product", "pictures", product_images, limits.product_images),
        ("organization_images", "the organization", "pictures", images, limits.images),
        ("organization_bytes", "the organization", "bytes of pictures", byte_count, limits.bytes),
    ):
        if actual > limit:
            delete = "delete some that nobody needs"
            if quota == "organization_bytes":  # those of the bin and of versions are counted
                delete = "delete for good what nobody needs"
            raise QuotaExceeded(
                f"With this picture {whose} would have {actual:,} {what}, and may have {limit:,}:"
                f" {delete}, or ask whoever runs the service for more.",
                quota=quota,
                limit=limit,
                actual=actual,
            )
