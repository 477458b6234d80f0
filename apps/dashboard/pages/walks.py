"""From one product of a list to the next, and back to where it was opened from."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.list_addresses import ListAddress, read_address
from apps.organizations.models import Membership
from apps.products.models import Product
from apps.products.product_list import Sort, State, count_products, find_neighbours, find_products

WORDS = {
    State.ALL: "",
    State.NO_HERO: "without primary",
    State.NO_PICTURES: "without pictures",
    State.NOT_READY: "not ready",
    State.READY: "ready",
}


# What a fix changes: in these orders the product is somewhere else afterwards.
_MOVING = {Sort.CHANGED: "changed_at", Sort.PICTURES: "kept_images"}


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a product stands in the list that it was opened from.

    ``query`` is what its own address says of that; ``place`` is 0 where it is no longer in there.
    """

    query: str
    back: str
    words: str
    place: int
    count: int
    previous: str
    next: str
    next_name: str


def build_query(address: ListAddress, place: int, product: Product) -> str:
    """What the address of a product says of the list that it is opened from, and where it stood."""
    told = {"list": address.here, "place": place}
    if field := _MOVING.get(address.filters.sort):
        value = getattr(product, field)
        told["at"] = value.isoformat() if isinstance(value, datetime) else value
    return urlencode(told)


def describe_walk(request: HttpRequest, membership: Membership, product: Product) -> Walk | None:
    """Where the product stands; None where it was opened from no list."""
    if "list" not in request.GET:
        return None
    address = read_address(QueryDict(request.GET["list"]), request.user.pk)
    owner_id = membership.organization_id
    text = request.GET.get("place", "")
    place = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
    is_in_list = find_products(owner_id, address.filters).filter(pk=product.pk).exists()
    stood = _put_back(product, address.filters.sort, request.GET.get("at", ""))
    before, after = find_neighbours(owner_id, address.filters, stood)
    list_url = reverse("products", args=[encode_id(owner_id)])
    return Walk(
        query=build_query(address, place, stood),
        back=f"{list_url}?{address.here}#p{product.gtin}",
        words=WORDS[address.filters.state],
        place=place if is_in_list else 0,
        count=count_products(owner_id, address.filters),
        previous=_build_address(list_url, before, address, place - 1),
        # Who has left the list has made room: the next is where it was.
        next=_build_address(list_url, after, address, place + is_in_list),
        next_name=after.name if after else "",
    )


def _build_address(list_url: str, product: Product | None, address: ListAddress, place: int) -> str:
    if product is None:
        return ""
    return f"{list_url}/{product.gtin}?{build_query(address, max(1, place), product)}"


def _put_back(product: Product, sort: Sort, at: str) -> Product:
    """The product where it stood when it was opened, if the address says so."""
    stood = copy(product)
    if sort is Sort.PICTURES and re.fullmatch("-?[0-9]{1,8}", at):
        stood.kept_images = int(at)
    if sort is Sort.CHANGED and (moment := _read_moment(at)):
        stood.changed_at = moment
    return stood


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
