"""Whether what is counted is what is kept, and the mend where it is not.

A count differs, or what a product tells of its images, only by what a release of before there was
that wrote, or somebody by hand.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.organizations.models import Organization
from apps.products.folding import MAX_FOLDED_LENGTH, fold
from apps.products.image_store import note_change
from apps.products.models import ImageEvent, ImageVersion, Product, ProductImage
from apps.products.write_turns import take_turn

LOCKED_AT_ONCE = 500
# A product's change is told by the database's clock, its history by the service's.
CLOCKS_APART = timedelta(minutes=1)


def list_miscounted() -> list[str]:
    """The products and organizations that count other than what is kept; exact at any time."""
    return [f"product {gtin}" for _, gtin, _ in _find_products()] + [
        f"organization {name}" for _, name, _ in _find_organizations()
    ]


def recount() -> int:
    """Count again where a count differs, beside running uploads; returns how many did.

    And have names of files found that a release of before did not fold.
    """
    _fold_file_names()
    products = [key for key, *_ in _find_products()]
    for start in range(0, len(products), LOCKED_AT_ONCE):
        _recount_products(products[start : start + LOCKED_AT_ONCE])
    organizations = [key for key, *_ in _find_organizations()]
    for key in organizations:
        _recount_organization(key)
    return len(products) + len(organizations)


def _fold_file_names() -> None:
    unfolded = ProductImage.objects.filter(folded_file_name="").exclude(file_name="")
    for image in unfolded.only("file_name").iterator():
        folded = fold(image.file_name)[:MAX_FOLDED_LENGTH]
        ProductImage.objects.filter(pk=image.pk).update(folded_file_name=folded)


# Each finds by one statement, which sees rows and counts as they were at one moment.


def _find_products(**among: list[int]) -> list[tuple[int, str, int]]:
    counted = (
        Product.objects.filter(**among)
        .order_by()
        .annotate(
            there=Count("images", filter=Q(images__discarded_at=None)),
            is_led=Exists(ProductImage.objects.filter(product=OuterRef("pk"), is_primary=True)),
            last=Subquery(
                ImageEvent.objects.filter(product=OuterRef("pk"))
                .order_by("-id")
                .values("created")[:1]
            ),
        )
    )
    differing = counted.filter(
        ~Q(kept_images=F("there"))
        | ~Q(has_primary=F("is_led"))
        | Q(changed_at__lt=F("last") - CLOCKS_APART)
    )
    return list(differing.values_list("pk", "gtin", "there"))


def _find_organizations(**among: uuid.UUID) -> list[tuple[uuid.UUID, str, dict[str, int]]]:
    there = {
        "kept_images": _count_owned(ProductImage.objects.present(), "product__owner"),
        "kept_bytes": _count_owned(ProductImage.objects.all(), "product__owner", Sum("byte_size"))
        + _count_owned(ImageVersion.objects.all(), "image__product__owner", Sum("byte_size")),
        "kept_products": _count_owned(Product.objects.all()),
        "products_without_primary": _count_owned(Product.objects.filter(has_primary=False)),
        "products_without_pictures": _count_owned(Product.objects.filter(kept_images__lte=0)),
    }
    counted = Organization.objects.filter(**among).order_by()
    counted = counted.annotate(**{f"{name}_there": number for name, number in there.items()})
    differing = counted.exclude(**{name: F(f"{name}_there") for name in there})
    rows = differing.values_list("pk", "name", *(f"{name}_there" for name in there))
    return [(key, name, dict(zip(there, numbers, strict=True))) for key, name, *numbers in rows]


def _count_owned(
    found: QuerySet[Any], owner: str = "owner", number: Aggregate | None = None
) -> Coalesce:
    of_owner = found.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(of_owner.annotate(n=number or Count("pk")).values("n")), 0)


# Locked by one statement and counted by the next: that one sees all that was waited for.


def _recount_products(keys: list[int]) -> None:
    with take_turn(), transaction.atomic():
        locked = Product.objects.select_for_update().filter(pk__in=keys).order_by("pk")
        products = {product.pk: product for product in locked}
        for key, _, count in _find_products(pk__in=keys):
            Product.objects.filter(pk=key).update(kept_images=count)
            note_change(products[key])


def _recount_organization(key: uuid.UUID) -> None:
    with take_turn(), transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=key)
        for _, _, counts in _find_organizations(pk=key):
            Organization.objects.filter(pk=key).update(**counts)
