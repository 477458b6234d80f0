"""Finding an organization's products: by name or GTIN, a page at a time, whatever their number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Q, QuerySet

from apps.organizations.models import Organization
from apps.products.gtin import get_check_digit, has_valid_check_digit, normalize_gtin
from apps.products.models import Product, ProductImage

PAGE_SIZE = 24

_GROUP_SIZES = {8: (4, 4), 12: (1, 5, 5, 1), 13: (1, 6, 6), 14: (1, 2, 5, 5, 1)}
_PRINTED_PREFIX = re.compile(r"^\s*(?:GTIN(?:-(?:8|12|13|14)\b)?:?)?\s*(?:\(01\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it stands in the list."""

    product: Product
    printed_gtin: str
    image_count: int
    primary: ProductImage | None


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
        _build_rows(products),
        next_after=products[-1].gtin if products and has_next else "",
        previous_before=products[0].gtin if products and has_previous else "",
    )


def read_gtin(text: str) -> str | None:
    """The GTIN-14 in the text, spaces and dashes allowed; None where it is none."""
    try:
        return normalize_gtin(re.sub(r"[\s\-\u2010-\u2015]", "", text))
    except ValueError:
        return None


def suggest_check_digit(search: str) -> str:
    """The last digit that would make the searched number a GTIN; empty where it is one, or none."""
    gtin14 = _read_printed_gtin(search)
    return get_check_digit(gtin14) if gtin14 and not has_valid_check_digit(gtin14) else ""


def print_gtin(gtin14: str) -> str:
    """The GTIN in groups as it is printed under its bar code (GS1 General Specifications §5)."""
    zeros = next(n for n in (6, 2, 1, 0) if gtin14.startswith("0" * n))
    digits = iter(gtin14[zeros:])
    return " ".join("".join(islice(digits, size)) for size in _GROUP_SIZES[len(gtin14) - zeros])


def _read_printed_gtin(search: str) -> str | None:
    """The GTIN-14, also where it is copied with its name or its GS1 application identifier."""
    return read_gtin(_PRINTED_PREFIX.sub("", search))


def _match(search: str) -> Q:
    # Eight digits and more are no part of a name, which takes a scan to look for.
    gtin14 = _read_printed_gtin(search)
    return Q(gtin=gtin14) if gtin14 else Q(name__icontains=search)


def _get_anchor(organization: Organization, gtin: str) -> Product | None:
    return Product.objects.filter(owner=organization, gtin=gtin).first() if gtin else None


# A row comparison as databases can read it off the index: OR would make them scan.
def _follow(found: QuerySet[Product], anchor: Product) -> QuerySet[Product]:
    return found.filter(name__gte=anchor.name).exclude(name=anchor.name, gtin__lte=anchor.gtin)


def _precede(found: QuerySet[Product], anchor: Product) -> QuerySet[Product]:
    return found.filter(name__lte=anchor.name).exclude(name=anchor.name, gtin__gte=anchor.gtin)


def _build_rows(products: list[Product]) -> list[ProductRow]:
    images = ProductImage.objects.present().filter(product__in=products)
    primaries = {image.product_id: image for image in images.filter(is_primary=True)}
    counts = dict(images.values_list("product").annotate(Count("pk")).order_by())
    return [
        ProductRow(p, print_gtin(p.gtin), counts.get(p.pk, 0), primaries.get(p.pk))
        for p in products
    ]
