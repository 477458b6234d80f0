"""Finding an organization's products: by name or GTIN, a page at a time, whatever their number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from apps.organizations.models import Organization
from apps.products.gtin import (
    get_check_digit,
    has_valid_check_digit,
    print_gtin,
    read_printed_gtin,
)
from apps.products.models import ImageEvent, Product, ProductImage

PAGE_SIZE = 24
MAX_SEARCH_LENGTH = 255


class State(StrEnum):
    """What is left to do on a product."""

    ALL = "all"
    NO_HERO = "no_hero"
    NO_PICTURES = "no_pictures"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it stands in the list."""

    product: Product
    printed_gtin: str
    image_count: int
    primary: ProductImage | None
    last_change: datetime | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Some products in the order of their names, and the GTINs that lead on and back."""

    rows: list[ProductRow]
    next_after: str
    previous_before: str


def list_products(
    organization: Organization, search: str, *, after: str = "", before: str = ""
) -> ProductPage:
    """The page that follows the product with GTIN ``after``, or precedes ``before``.

    Nothing is counted or skipped: each page is one range of the index (owner, name, gtin).
    """
    found = Product.objects.filter(owner=organization).order_by("name", "gtin")
    if search:
        found = found.filter(_match(search))
    anchor = _get_anchor(organization, after or before)
    if before and anchor:
        nearest = list(_precede(found, anchor).reverse()[: PAGE_SIZE + 1])
        products, has_previous, has_next = nearest[:PAGE_SIZE][::-1], len(nearest) > PAGE_SIZE, True
    else:
        nearest = list((_follow(found, anchor) if anchor else found)[: PAGE_SIZE + 1])
        products, has_previous = nearest[:PAGE_SIZE], anchor is not None
        has_next = len(nearest) > PAGE_SIZE
    return ProductPage(
        build_rows(products),
        next_after=products[-1].gtin if products and has_next else "",
        previous_before=products[0].gtin if products and has_previous else "",
    )


def find_products(organization_id: uuid.UUID, search: str, state: State) -> QuerySet[Product]:
    """The organization's products that match and are in that state, in the order of their names."""
    found = Product.objects.filter(owner=organization_id).order_by("name", "gtin")
    if search:
        found = found.filter(_match(search))
    if state is State.NO_PICTURES:
        found = found.filter(kept_images__lte=0)
    elif state is State.NO_HERO:
        heroes = ProductImage.objects.filter(product=OuterRef("pk"), is_primary=True)
        found = found.exclude(Exists(heroes))
    return found


def suggest_check_digit(search: str) -> str:
    """The last digit that would make the searched number a GTIN; empty where it is one, or none."""
    gtin14 = read_printed_gtin(search)
    return get_check_digit(gtin14) if gtin14 and not has_valid_check_digit(gtin14) else ""


def _match(search: str) -> Q:
    # Eight digits and more are no part of a name, which takes a scan to look for.
    gtin14 = read_printed_gtin(search)
    return Q(gtin=gtin14) if gtin14 else Q(name__icontains=search)


def _get_anchor(organization: Organization, gtin: str) -> Product | None:
    return Product.objects.filter(owner=organization, gtin=gtin).first() if gtin else None


# A row comparison as databases can read it off the index: OR would make them scan.
def _follow(found: QuerySet[Product], anchor: Product) -> QuerySet[Product]:
    return found.filter(name__gte=anchor.name).exclude(name=anchor.name, gtin__lte=anchor.gtin)


def _precede(found: QuerySet[Product], anchor: Product) -> QuerySet[Product]:
    return found.filter(name__lte=anchor.name).exclude(name=anchor.name, gtin__gte=anchor.gtin)


def build_rows(products: list[Product]) -> list[ProductRow]:
    """The products as they stand in lists, in their order; three queries."""
    images = ProductImage.objects.present().filter(product__in=products)
    primaries = {image.product_id: image for image in images.filter(is_primary=True)}
    counts = dict(images.values_list("product").annotate(Count("pk")).order_by())
    events = ImageEvent.objects.filter(product__in=products)
    changes = dict(events.values_list("product").annotate(Max("created")).order_by())
    return [
        ProductRow(
            product,
            print_gtin(product.gtin),
            counts.get(product.pk, 0),
            primaries.get(product.pk),
            changes.get(product.pk),
        )
        for product in products
    ]
