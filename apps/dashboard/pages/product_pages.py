"""The pages of a brand manager: organizations, their products, and the gallery of one."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.public_origin import get_origin
from apps.dashboard.operations.security_headers import HEADER as POLICY_HEADER
from apps.dashboard.operations.security_headers import build_page_policy
from apps.dashboard.pages.image_cards import ImageCard, build_cards, find_images
from apps.dashboard.pages.list_pages import products
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.dashboard.pages.printed_limits import FILE_LIMIT, FORMATS
from apps.dashboard.pages.walks import describe_walk
from apps.organizations.models import Membership
from apps.products.gtin import print_gtin, read_printed_gtin
from apps.products.models import Product
from apps.products.pictures.image_checks import MAX_IMAGE_BYTES, ImageFormat
from apps.products.product_search import MAX_SEARCH_LENGTH

GALLERY_SIZE = 100


@require_safe
@never_cache
@login_required
def organizations(request: HttpRequest) -> HttpResponse:
    """Where to go; who is in one organization only goes straight there."""
    memberships = _list_memberships(request)
    if len(memberships) == 1:
        return redirect("products", encode_id(memberships[0].organization_id))
    return _render_choice(request, memberships)


def start(request: HttpRequest) -> HttpResponseBase:
    """What somebody who is signed in sees first: their products, or the choice of whose."""
    memberships = _list_memberships(request)
    if len(memberships) == 1:
        return products(request, encode_id(memberships[0].organization_id))
    return _render_choice(request, memberships)


@require_safe
@ensure_csrf_cookie
@for_members()
def product(request: HttpRequest, membership: Membership, gtin: str) -> HttpResponse:
    """One product and its pictures, which its scripts change by way of the API."""
    shown = _get_product(membership, gtin)
    context = {
        **describe_membership(membership),
        "section": "products",
        "product": shown,
        "walk": describe_walk(request, membership, shown),
        "printed_gtin": print_gtin(shown.gtin),
        "image_limit": FILE_LIMIT,
        "max_image_bytes": MAX_IMAGE_BYTES,
        "formats": FORMATS,
        "accepted": ",".join(image_format.content_type for image_format in ImageFormat),
        "hero_url": get_origin(request)
        + reverse("hero-address", args=_list_address(membership, shown)),
        **_describe_api(membership, shown),
        **_describe_gallery(request, shown, membership.organization.channels.split()),
    }
    response = render(request, "dashboard/product.html", context)
    # The previews of files that are on their way, and animations, which are played as they are.
    sources = _list_origins(context["cards"])
    response.headers[POLICY_HEADER] = build_page_policy("blob:", *sources)
    return response


def _read_search(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH]


def _list_memberships(request: HttpRequest) -> list[Membership]:
    found = Membership.objects.filter(user=request.user.pk).select_related("organization")
    return list(found.order_by("organization__name", "organization"))


def _render_choice(request: HttpRequest, memberships: list[Membership]) -> HttpResponse:
    choices = [(encode_id(member.organization_id), member) for member in memberships]
    return render(request, "dashboard/organizations.html", {"choices": choices})


def _list_origins(cards: list[ImageCard]) -> list[str]:
    """Where a bucket's animations come from; none on local disk, whose addresses are paths."""
    urls = (urlsplit(card.image.url) for card in cards if card.image.is_animated)
    return sorted({f"{url.scheme}://{url.netloc}" for url in urls if url.netloc})


def _get_product(membership: Membership, gtin: str) -> Product:
    found = Product.objects.filter(
        owner=membership.organization_id, gtin=read_printed_gtin(gtin) or ""
    )
    product = found.first()
    if product is None:
        raise Http404
    return product


def _list_address(membership: Membership, product: Product) -> list[str]:
    return [encode_id(membership.organization_id), product.gtin]


def _describe_api(membership: Membership, product: Product) -> dict[str, str]:
    address = _list_address(membership, product)
    return {
        "order_url": reverse("dashboard_api:order_images", args=address),
        "images_url": reverse("dashboard_api:list_images", args=address),
        "history_url": reverse("dashboard_api:list_image_history", args=address),
    }


def _list_order(product: Product) -> list[str]:
    ordered = product.images.in_gallery().filter(is_primary=False)
    return [encode_id(pk) for pk in ordered.values_list("pk", flat=True)]


def _describe_gallery(
    request: HttpRequest, product: Product, channels: list[str]
) -> dict[str, Any]:
    """The cards of one page, the one more that was asked for left away."""
    text = request.GET.get("page", "1")
    page = int(text) if re.fullmatch("[1-9][0-9]{0,4}", text) else 1
    start = (page - 1) * GALLERY_SIZE
    search = _read_search(request)
    found = find_images(product, search)
    cards = build_cards(request, found, start, GALLERY_SIZE + 1, channels)
    is_whole = page == 1 and len(cards) <= GALLERY_SIZE and not search
    return {
        "search": search,
        "found_count": found.count() if search else 0,
        "cards": cards[:GALLERY_SIZE],
        "order": [] if is_whole else _list_order(product),
        **product.images.aggregate(
            has_primary=Count("pk", filter=Q(is_primary=True)),
            image_count=Count("pk", filter=Q(discarded_at=None)),
            discarded_count=Count("discarded_at"),
        ),
        "previous_page": page - 1,
        "next_page": page + 1 if len(cards) > GALLERY_SIZE else 0,
    }
