"""Finding an organization's products: by words of the name, by GTIN, by names of files."""

from __future__ import annotations

import re
import uuid

from django.db.models import Q, QuerySet

from apps.products.folding import fold
from apps.products.gtin import get_check_digit, has_valid_check_digit, read_printed_gtin
from apps.products.models import Product, ProductImage
from apps.products.write_turns import IS_SQLITE

MAX_SEARCH_LENGTH = 255
# Of a GTIN; fewer digits are looked for in names alone.
MIN_DIGITS = 4
MAX_WORDS = 10
# So many that the next of them is near, wherever a page begins.
MANY = 2000


def match_search(found: QuerySet[Product], owner_id: uuid.UUID, search: str) -> QuerySet[Product]:
    """Those of an organization's products that the search finds.

    That has every word of it in the name or GTIN, or every word in the name of one of its pictures;
    case and accents do not matter. A whole GTIN finds that product alone.
    """
    gtin14 = read_printed_gtin(search)
    if gtin14 and has_valid_check_digit(gtin14):
        return found.filter(gtin=gtin14)
    words = ["".join(re.findall("[0-9]", search))] if gtin14 else search.split()[:MAX_WORDS]
    is_named = Q(*map(_match_product, words))
    named = Product.objects.filter(is_named, owner=owner_id).order_by().values("pk")
    in_file_name = (Q(folded_file_name__contains=fold(word)) for word in words)
    images = ProductImage.objects.present().filter(*in_file_name, product__owner=owner_id)
    pictured = images.values("product")
    if IS_SQLITE or named[:MANY].count() == MANY:
        # Looked at in the order of the list, until a page is full: without an index, or of many.
        return found.filter(is_named | Q(pk__in=pictured))
    # Each part from its own index; one condition with OR would have all products looked at.
    return found.filter(pk__in=named.union(pictured))


def suggest_check_digit(search: str) -> str:
    """The last digit that would make the searched number a GTIN; empty where it is one, or none."""
    gtin14 = read_printed_gtin(search)
    return get_check_digit(gtin14) if gtin14 and not has_valid_check_digit(gtin14) else ""


def _match_product(word: str) -> Q:
    in_name = Q(folded_name__contains=fold(word))
    is_number = len(word) >= MIN_DIGITS and re.fullmatch("[0-9]+", word)
    return in_name | Q(gtin__contains=word) if is_number else in_name
