"""Which pictures of an organization have given bytes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from apps.products.models import ProductImage

# Of the products that nobody asked for, beside those that somebody did.
SHOWN_ELSEWHERE = 5


def find_known_images(
    owner_id: uuid.UUID, checksums: Collection[str], gtins: Collection[str]
) -> dict[str, list[ProductImage]]:
    """The images of each SHA-256, at most one of a product: of these products, and of some others.

    Those in the bin are found, too, behind the others. Each has its product; one query.
    """
    order = (F("discarded_at").asc(nulls_first=True), F("created"), F("id"))
    in_product = Window(RowNumber(), partition_by=(F("sha256"), F("product")), order_by=order)
    anywhere = Window(RowNumber(), partition_by=F("sha256"), order_by=order)
    found = (
        ProductImage.objects.filter(sha256__in=checksums, product__owner=owner_id)
        .annotate(rank_in_product=in_product, rank=anywhere)
        .filter(Q(product__gtin__in=gtins) | Q(rank__lte=SHOWN_ELSEWHERE), rank_in_product=1)
        .select_related("product")
        .order_by("rank")
    )
    known = defaultdict(list)
    for image in found:
        known[image.sha256 or ""].append(image)
    return known
