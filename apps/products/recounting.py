"""Whether what is counted is what is kept, and the mend where it is not.

A count differs only by what a release of before there were counts wrote, or somebody by hand.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.organizations.models import Organization
from apps.products.models import ImageVersion, Product
from apps.products.stored_objects import take_turn

LOCKED_AT_ONCE = 500


def list_miscounted() -> list[str]:
    """The products and organizations that count other than what is kept; exact at any time."""
    return [f"product {gtin}" for _, gtin, _ in _find_products()] + [
        f"organization {name}" for _, name, _, _ in _find_organizations()
    ]


def recount() -> int:
    """Count again where a count differs, beside running uploads; returns how many did."""
    products = [key for key, *_ in _find_products()]
    for start in range(0, len(products), LOCKED_AT_ONCE):
        _recount_products(products[start : start + LOCKED_AT_ONCE])
    organizations = [key for key, *_ in _find_organizations()]
    for key in organizations:
        _recount_organization(key)
    return len(products) + len(organizations)


# Each finds by one statement, which sees rows and counts as they were at one moment.


def _find_products(**among: list[int]) -> list[tuple[int, str, int]]:
    counted = (
        Product.objects.filter(**among)
        .order_by()
        .annotate(there=Count("images", filter=Q(images__discarded_at=None)))
    )
    differing = counted.exclude(kept_images=F("there"))
    return list(differing.values_list("pk", "gtin", "there"))


def _find_organizations(**among: uuid.UUID) -> list[tuple[uuid.UUID, str, int, int]]:
    # By itself: joined, each version would count its image once more.
    versions = ImageVersion.objects.filter(image__product__owner=OuterRef("pk")).order_by()
    in_versions = versions.values("image__product__owner").annotate(bytes=Sum("byte_size"))
    counted = (
        Organization.objects.filter(**among)
        .order_by()
        .annotate(
            there=Count("products__images", filter=Q(products__images__discarded_at=None)),
            bytes_there=Coalesce(Sum("products__images__byte_size"), 0)
            + Coalesce(Subquery(in_versions.values("bytes")), 0),
        )
    )
    differing = counted.exclude(kept_images=F("there"), kept_bytes=F("bytes_there"))
    return list(differing.values_list("pk", "name", "there", "bytes_there"))


# Locked by one statement and counted by the next: that one sees all that was waited for.


def _recount_products(keys: list[int]) -> None:
    with take_turn(), transaction.atomic():
        list(Product.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        for key, _, count in _find_products(pk__in=keys):
            Product.objects.filter(pk=key).update(kept_images=count)


def _recount_organization(key: uuid.UUID) -> None:
    with take_turn(), transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=key)
        for _, _, count, byte_count in _find_organizations(pk=key):
            Organization.objects.filter(pk=key).update(kept_images=count, kept_bytes=byte_count)
