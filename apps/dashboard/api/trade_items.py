"""The products of an organization: one function per operation."""

from __future__ import annotations

from functools import partial

from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit_member, admit_member_again, check_json_head
from apps.dashboard.api.auth import AUTHENTICATORS
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.json_bodies import LookupIn
from apps.dashboard.api.pagination import read_page
from apps.dashboard.api.parameters import OrganizationPath, TradeItemQuery
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.schemas import make_absolute
from apps.dashboard.api.trade_item_schemas import (
    FoundItemOut,
    LookupOut,
    LookupStatus,
    TradeItemOut,
    TradeItemPageOut,
)
from apps.organizations.models import Permission
from apps.products.gtin import get_check_digit, has_valid_check_digit, read_printed_gtin
from apps.products.models import Product
from apps.products.product_list import Filters, build_rows, count_products, find_products

TRADE_ITEMS = "/trade-items/{organization_id}"

router = Router(auth=AUTHENTICATORS, tags=["Products"])


@router.get(
    TRADE_ITEMS,
    response=TradeItemPageOut,
    summary="List products",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit_member(Permission.VIEW))
def list_trade_items(
    request: ApiRequest, path: Path[OrganizationPath], query: Query[TradeItemQuery]
) -> TradeItemPageOut:
    """List the products of an organization in the order of their names, a page at a time: all, those without a primary image (``no_hero``), without any (``no_pictures``), whose primary image a channel that counts for the organization would refuse (``not_ready``) or all of these would take (``ready``). A page past the end is empty. Requires membership in the organization."""
    filters = Filters(search=query.q.strip(), state=query.state)
    found = find_products(path.organization_id, filters)
    total_count = count_products(path.organization_id, filters)
    products, pagination = read_page(found, query, total_count)
    data = [
        TradeItemOut(
            gtin=row.product.gtin,
            name=row.product.name,
            image_count=row.image_count,
            primary_image_url=make_absolute(request, row.primary.url) if row.primary else None,
            last_change=row.product.changed_at,
        )
        for row in build_rows(products)
    ]
    return TradeItemPageOut(data=data, pagination=pagination)


@router.post(
    f"{TRADE_ITEMS}/lookup",
    response=LookupOut,
    summary="Look up products by GTIN",
    openapi_extra={"responses": describe_problems("bad_request", "unsupported_media_type")},
)
@decorate_view(admit_member(Permission.VIEW, partial(check_json_head, members=("gtins",))))
def look_up_trade_items(
    request: ApiRequest, path: Path[OrganizationPath], lookup: LookupIn
) -> LookupOut:
    """Look up to 500 GTINs up, of any printed length, and answer them in the order they were sent: ``found`` with the product's name; ``not_found``, whether nobody has it or another organization; ``check_digit`` with the digit that would make it a GTIN; or ``malformed``. Nothing is changed. Requires membership in the organization."""
    admit_member_again(request, Permission.VIEW)
    read = [(sent, read_printed_gtin(sent)) for sent in lookup.gtins]
    wanted = {gtin14 for _, gtin14 in read if gtin14}
    owned = Product.objects.filter(owner=path.organization_id, gtin__in=wanted)
    names = dict(owned.values_list("gtin", "name"))
    return LookupOut(data=[_describe_found(sent, gtin14, names) for sent, gtin14 in read])


def _describe_found(sent: str, gtin14: str | None, names: dict[str, str]) -> FoundItemOut:
    name = check_digit = None
    status = LookupStatus.NOT_FOUND
    if gtin14 is None:
        status = LookupStatus.MALFORMED
    elif gtin14 in names:
        status, name = LookupStatus.FOUND, names[gtin14]
    elif not has_valid_check_digit(gtin14):
        status, check_digit = LookupStatus.CHECK_DIGIT, get_check_digit(gtin14)
    return FoundItemOut(sent=sent, gtin=gtin14, status=status, name=name, check_digit=check_digit)
