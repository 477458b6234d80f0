"""What the address of the product list says, and the addresses that say something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.dashboard.api.parameters import CHANNELS
from apps.products.gtin import read_printed_gtin
from apps.products.product_list import PAGE_SIZES, Filters, Sort, State
from apps.products.product_search import MAX_SEARCH_LENGTH

Choice = TypeVar("Choice", State, Sort)
# What colleagues share; where somebody stands in it is their own.
_SHARED = (
    *("state", "q", "fewer", "since", "mine", "uncaptioned", "refused_by", "places"),
    *("sort", "size"),
)


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The list as its address describes it; what cannot be read is left away."""

    filters: Filters
    size: int
    page: int
    after: str
    before: str
    is_last: bool
    shared: Mapping[str, str]

    def build(self, **changes: object) -> str:
        """The query of the same list with these changes, from its first page on."""
        named = {**self.shared, **changes}
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def here(self) -> str:
        """The query that leads back to this page of it."""
        places = {"page": self.page if self.page > 1 else "", "last": "1" if self.is_last else ""}
        return self.build(**places, after=self.after, before=self.before)


def read_address(query: QueryDict, user_id: int | None) -> ListAddress:
    """What the query says; ``mine`` are the products that this user changed last."""
    text = {name: query.get(name, "").replace("\0", "").strip() for name in query}
    sort = text.get("sort", "")
    filters = Filters(
        search=text.get("q", "")[:MAX_SEARCH_LENGTH],
        state=_choose(State, text.get("state"), State.ALL),
        fewer=_read_number(text.get("fewer", "")),
        since=_read_day(text.get("since", "")),
        changed_by=user_id if text.get("mine") else None,
        is_uncaptioned=bool(text.get("uncaptioned")),
        refused_by=next((id_ for id_ in CHANNELS if id_ == text.get("refused_by")), ""),
        tells_place=bool(text.get("places")),
        sort=_choose(Sort, sort.removeprefix("-"), Sort.NAME),
        is_reversed=sort.startswith("-"),
    )
    size = _read_number(text.get("size", ""))
    return ListAddress(
        filters=filters,
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        page=max(1, _read_number(text.get("page", "")) or 1),
        after=read_printed_gtin(text.get("after", "")) or "",
        before=read_printed_gtin(text.get("before", "")) or "",
        is_last=bool(text.get("last")),
        shared={name: text[name] for name in _SHARED if text.get(name)},
    )


def _choose(choices: type[Choice], value: str | None, default: Choice) -> Choice:
    return choices(value) if value in set(choices) else default


def _read_number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else None


def _read_day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
