"""The products of an organization: the list, and the same as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.dashboard.api.schemas import make_absolute
from apps.dashboard.pages.image_cards import build_thumbnails
from apps.dashboard.pages.list_addresses import ListAddress, read_address
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.dashboard.pages.walks import build_query
from apps.organizations.models import Membership
from apps.products.catalogue.catalogue_files import disarm_cell
from apps.products.hero_verdicts import list_channels, tell_verdicts
from apps.products.judging import count_misjudged
from apps.products.product_list import (
    PAGE_SIZES,
    ProductPage,
    ProductRow,
    Sort,
    State,
    build_rows,
    count_products,
    count_states,
    find_products,
    read_products,
    without_filters,
)
from apps.products.product_search import suggest_check_digit
from apps.products.readiness.channel_rules import RULES, Channel
from apps.products.readiness.verdicts import Verdict, get_worst
from apps.products.readiness_counts import count_readiness

TABS = {
    State.ALL: "All",
    State.NO_HERO: "Without primary",
    State.NO_PICTURES: "Without pictures",
    State.NOT_READY: "Not ready",
    State.READY: "Ready",
}
SORTS = {
    Sort.NAME: "Name",
    Sort.GTIN: "GTIN",
    Sort.CHANGED: "Last change",
    Sort.PICTURES: "Pictures",
}
VIEWS = ("tiles", "table")
A_YEAR_SECONDS = 365 * 24 * 60 * 60
EXPORTED_AT_ONCE = 500
COLUMNS = (
    *("gtin", "name", "pictures", "hero address", "hero width", "hero height"),
    *("last change", "by whom"),
    *(channel.name for channel in RULES.channels),
)


@require_safe
@for_members()
def products(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The products of an organization, as the address chooses and sorts them."""
    owner_id = membership.organization_id
    address = read_address(request.GET, request.user.pk)
    counts = count_states(owner_id)
    channels = list_channels(membership.organization)
    readiness = count_readiness(owner_id)
    filters = address.filters
    is_counted = not filters.is_narrowed
    count = counts[filters.state] if is_counted else count_products(owner_id, filters)
    page_count = max(1, -(-count // address.size))
    page = _read_page(membership, address, count)
    rows = build_rows(page.products)
    view = _choose_view(request)
    context = {
        **describe_membership(membership),
        "section": "products",
        "address": address,
        "search": address.filters.search,
        "tabs": [
            (TABS[state], address.build(state=state), state, counts[state]) for state in State
        ],
        "channels": [
            (channel, readiness.get_percent(channel.id), address.build(refused_by=channel.id))
            for channel in channels
        ],
        "sorts": SORTS,
        "sizes": PAGE_SIZES,
        "rows": [
            (
                *(row, row.primary and build_thumbnails(row.primary), place),
                *(build_query(address, place, row.product), _find_worst(row, channels)),
            )
            for place, row in enumerate(rows, _find_start(address, page, count))
        ],
        "count": count,
        "counts_all": counts[State.ALL],
        "readiness_may_be_old": readiness.are_kept,
        "misjudged": count_misjudged(membership.organization),
        "view": view,
        "other_view": next(each for each in VIEWS if each != view),
        "pages": _list_pages(address, page, page_count),
    }
    if not rows:
        context["check_digit"] = suggest_check_digit(address.filters.search)
        if address.filters.is_narrowed or address.filters.state is not State.ALL:
            context["unfiltered_count"] = count_products(owner_id, without_filters(address.filters))
    response = render(request, "dashboard/products.html", context)
    if request.GET.get("view") in VIEWS:
        response.set_cookie(
            _name_cookie(request), view, max_age=A_YEAR_SECONDS, httponly=True, samesite="Lax"
        )
    return response


@require_safe
@for_members()
def export(request: HttpRequest, membership: Membership) -> StreamingHttpResponse:
    """All products of the list, as CSV in UTF-8 with the mark that spreadsheets need."""
    address = read_address(request.GET, request.user.pk)
    found = find_products(membership.organization_id, address.filters)
    response = StreamingHttpResponse(
        _write_lines(request, found.select_related("changed_by")),
        content_type="text/csv; charset=utf-8",
    )
    name = f"products-{address.filters.state}-{timezone.now():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read_page(membership: Membership, address: ListAddress, count: int) -> ProductPage:
    return read_products(
        membership.organization_id,
        address.filters,
        address.size,
        after=address.after,
        before=address.before,
        from_end=((count - 1) % address.size + 1 if count else 0) if address.is_last else 0,
    )


def _find_start(address: ListAddress, page: ProductPage, count: int) -> int:
    if not page.has_previous:
        return 1
    if address.is_last:
        return count - len(page.products) + 1
    return (address.page - 1) * address.size + 1


def _list_pages(address: ListAddress, page: ProductPage, page_count: int) -> dict[str, str]:
    """The queries of the pages around this one; those there are."""
    number = page_count if address.is_last else address.page
    pages = {}
    if page.has_previous:
        first = page.products[0].gtin if page.products else ""
        pages["first"] = address.build()
        pages["previous"] = address.build(before=first, page=max(1, number - 1))
    if page.has_next:
        pages["next"] = address.build(after=page.products[-1].gtin, page=number + 1)
        pages["last"] = address.build(last=1)
    return pages


def _find_worst(row: ProductRow, channels: list[Channel]) -> Verdict | None:
    """What the strictest of the channels says; None without primary picture or channel."""
    if row.primary is None or not channels:
        return None
    told = tell_verdicts(row.product, row.primary)
    return get_worst(told[channel.id] for channel in channels)


def _choose_view(request: HttpRequest) -> str:
    wanted = request.GET.get("view") or request.COOKIES.get(_name_cookie(request))
    return wanted if wanted in VIEWS else VIEWS[0]


def _name_cookie(request: HttpRequest) -> str:
    return f"product_view_{request.user.pk}"


class _Line:
    """What `csv` writes to: gives the line back."""

    def write(self, text: str) -> str:
        return text


def _write_lines(request: HttpRequest, found: Any) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    products = found.iterator(chunk_size=EXPORTED_AT_ONCE)
    while chunk := [product for _, product in zip(range(EXPORTED_AT_ONCE), products, strict=False)]:
        yield "".join(writer.writerow(_describe(request, row)) for row in build_rows(chunk))


def _describe(request: HttpRequest, row: ProductRow) -> list[object]:
    product, primary = row.product, row.primary
    return [
        product.gtin,
        disarm_cell(product.name),
        row.image_count,
        make_absolute(request, primary.url) if primary else "",
        primary.width if primary else "",
        primary.height if primary else "",
        product.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
        disarm_cell(product.changed_by.get_username()) if product.changed_by else "",
        *(tell_verdicts(product, primary).values() if primary else [""] * len(RULES.channels)),
    ]
