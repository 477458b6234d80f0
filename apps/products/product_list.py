"""An organization's products a page at a time, in some order, whatever their number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.lookups import BuiltinLookup

from apps.organizations.models import Organization
from apps.products.gtin import print_gtin
from apps.products.hero_verdicts import match_verdict
from apps.products.kept_counts import keep_counts
from apps.products.models import JUDGED, HeroState, Product, ProductImage
from apps.products.product_search import match_search
from apps.products.readiness.verdicts import Verdict
from apps.products.readiness_counts import count_readiness
from apps.products.write_turns import IS_SQLITE

PAGE_SIZES = (24, 48, 96)


class State(StrEnum):
    """What is left to do on a product."""

    ALL = "all"
    NO_HERO = "no_hero"
    NO_PICTURES = "no_pictures"
    NOT_READY = "not_ready"
    READY = "ready"


# What SQLite finds their indexes by. PostgreSQL needs no hint, and would expect fewer rows by it.
_JUDGED = JUDGED if IS_SQLITE else Q()
_HERO_STATES = {State.NOT_READY: HeroState.NOT_READY, State.READY: HeroState.READY}
STATES = {
    State.ALL: Q(),
    State.NO_HERO: Q(has_primary=False),
    State.NO_PICTURES: Q(kept_images__lte=0),
    **{state: _JUDGED & Q(hero_state=hero_state) for state, hero_state in _HERO_STATES.items()},
}


class Sort(StrEnum):
    """What the products are sorted by; where that is the same, by GTIN."""

    NAME = "name"
    GTIN = "gtin"
    CHANGED = "changed"
    PICTURES = "pictures"


# The columns of the organization that count them.
_COUNTS = {
    State.ALL: "kept_products",
    State.NO_HERO: "products_without_primary",
    State.NO_PICTURES: "products_without_pictures",
}
# Field, and whether the largest comes first.
_ORDERS = {
    Sort.NAME: ("sort_key", False),
    Sort.GTIN: ("gtin", False),
    Sort.CHANGED: ("changed_at", True),
    Sort.PICTURES: ("kept_images", False),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which products, and in which order.

    ``fewer``: with fewer pictures than that; ``changed_by``: the user who changed it last;
    ``is_uncaptioned``: with a picture that has no caption; ``refused_by``: the channel that would
    refuse its primary picture; ``tells_place``: with a picture that tells where it was taken.
    """

    search: str = ""
    state: State = State.ALL
    fewer: int | None = None
    since: datetime | None = None
    changed_by: int | None = None
    is_uncaptioned: bool = False
    refused_by: str = ""
    tells_place: bool = False
    sort: Sort = Sort.NAME
    is_reversed: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state leaves products away."""
        return self != Filters(state=self.state, sort=self.sort, is_reversed=self.is_reversed)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it stands in the list."""

    product: Product
    printed_gtin: str
    image_count: int
    primary: ProductImage | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Some products in their order, and whether there are others on either side."""

    products: list[Product]
    has_previous: bool
    has_next: bool


def find_products(owner_id: uuid.UUID, filters: Filters) -> QuerySet[Product]:
    """The organization's products that pass the filters, in their order."""
    found: QuerySet[Product] = Product.objects.filter(STATES[filters.state], owner=owner_id)
    if filters.search:
        found = match_search(found, owner_id, filters.search)
    if filters.fewer is not None:
        found = found.filter(kept_images__lt=filters.fewer)
    if filters.since is not None:
        found = found.filter(changed_at__gte=filters.since)
    if filters.changed_by is not None:
        found = found.filter(changed_by=filters.changed_by)
    if filters.is_uncaptioned:
        images = ProductImage.objects.present().filter(product=OuterRef("pk"), title="")
        found = found.filter(Exists(images), kept_images__gt=0)
    if filters.refused_by:
        found = found.filter(match_verdict(filters.refused_by, Verdict.REFUSED))
    if filters.tells_place:
        found = found.filter(tells_place=True)
    return _sort(found, filters)


def read_products(
    owner_id: uuid.UUID,
    filters: Filters,
    size: int,
    *,
    after: str = "",
    before: str = "",
    from_end: int = 0,
) -> ProductPage:
    """The page that follows the product with GTIN ``after``, or precedes ``before``.

    Or the last ``from_end`` products. Nothing is skipped: each page is one range of an index.
    """
    if from_end:
        turned = _sort(find_products(owner_id, filters), filters, is_turned=True)
        nearest = list(turned[: from_end + 1])
        return ProductPage(nearest[:from_end][::-1], len(nearest) > from_end, has_next=False)
    anchor = _get_anchor(owner_id, after or before)
    if before and anchor:
        nearest = list(_follow(owner_id, anchor, filters, is_turned=True)[: size + 1])
        return ProductPage(nearest[:size][::-1], len(nearest) > size, has_next=True)
    found = _follow(owner_id, anchor, filters) if anchor else find_products(owner_id, filters)
    nearest = list(found[: size + 1])
    return ProductPage(nearest[:size], anchor is not None, len(nearest) > size)


def find_neighbours(
    owner_id: uuid.UUID, filters: Filters, product: Product
) -> tuple[Product | None, Product | None]:
    """The products before and after this one in the list, whether or not it is still in there."""
    before, after = (
        _follow(owner_id, product, filters, is_turned=is_turned).first()
        for is_turned in (True, False)
    )
    return before, after


def count_states(owner_id: uuid.UUID) -> dict[State, int]:
    """How many products there are in each state.

    Those of its row are exact; of very many products, those of readiness at most 45 seconds old.
    """
    by_readiness = count_readiness(owner_id).by_state
    counts = {state: by_readiness[hero_state] for state, hero_state in _HERO_STATES.items()}
    return _read_counts(owner_id) | counts


def count_products(owner_id: uuid.UUID, filters: Filters) -> int:
    """How many pass the filters; where that are very many, at most 45 seconds old."""
    if not filters.is_narrowed:
        is_kept = filters.state in _COUNTS
        return (_read_counts if is_kept else count_states)(owner_id)[filters.state]
    found = find_products(owner_id, filters).order_by()
    return keep_counts((owner_id, filters), found.count, int)


def build_rows(products: list[Product]) -> list[ProductRow]:
    """The products as they stand in lists, in their order; one query."""
    heroes = ProductImage.objects.present().filter(product__in=products, is_primary=True)
    primaries = {image.product_id: image for image in heroes}
    return [
        ProductRow(
            product,
            print_gtin(product.gtin),
            max(0, product.kept_images),
            primaries.get(product.pk),
        )
        for product in products
    ]


def without_filters(filters: Filters) -> Filters:
    """The same search among all products."""
    return replace(Filters(), search=filters.search)


def _read_counts(owner_id: uuid.UUID) -> dict[State, int]:
    found = Organization.objects.filter(pk=owner_id).values(*_COUNTS.values()).first() or {}
    return {state: max(0, found.get(column, 0)) for state, column in _COUNTS.items()}


class _RowGreaterThan(TupleGreaterThan):
    as_sql = BuiltinLookup.as_sql  # on SQLite Django would write an OR, for which no index serves


class _RowLessThan(TupleLessThan):
    as_sql = BuiltinLookup.as_sql


def _is_descending(filters: Filters, *, is_turned: bool) -> bool:
    return _ORDERS[filters.sort][1] ^ filters.is_reversed ^ is_turned


def _sort(
    found: QuerySet[Product], filters: Filters, *, is_turned: bool = False
) -> QuerySet[Product]:
    sign = "-" if _is_descending(filters, is_turned=is_turned) else ""
    return found.order_by(*(sign + field for field in _list_fields(filters)))


def _list_fields(filters: Filters) -> tuple[str, ...]:
    field, _ = _ORDERS[filters.sort]
    is_same = field == "kept_images" and filters.state is State.NO_PICTURES
    return ("gtin",) if is_same or field == "gtin" else (field, "gtin")


def _follow(
    owner_id: uuid.UUID, anchor: Product, filters: Filters, *, is_turned: bool = False
) -> QuerySet[Product]:
    """Those behind the anchor; or before it and backwards, where the list is turned."""
    fields = _list_fields(filters)
    is_beyond: type[TupleGreaterThan | TupleLessThan] = _RowGreaterThan
    if _is_descending(filters, is_turned=is_turned):
        is_beyond = _RowLessThan
        if fields[0] == "kept_images" and anchor.kept_images < (filters.fewer or 0):
            filters = replace(filters, fewer=None)  # else PostgreSQL would begin there
    found = _sort(find_products(owner_id, filters), filters, is_turned=is_turned)
    # Compared as a row, so that the index leads to the anchor among many of the same value.
    return found.filter(is_beyond(tuple(map(F, fields)), [getattr(anchor, f) for f in fields]))


def _get_anchor(owner_id: uuid.UUID, gtin: str) -> Product | None:
    return Product.objects.filter(owner=owner_id, gtin=gtin).first() if gtin else None
