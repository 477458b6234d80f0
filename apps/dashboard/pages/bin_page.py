"""The bin of an organization: what was deleted on its pages, and can come back for 30 days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from apps.dashboard.api.etags import build_etag
from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.image_cards import Thumbnails, build_thumbnails
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.organizations.models import Membership
from apps.products.gtin import read_printed_gtin
from apps.products.image_bin import DAYS_IN_BIN
from apps.products.models import Product, ProductImage

PAGE_SIZE = 48


@dataclass(frozen=True, slots=True)
class DiscardedCard:
    """A picture in the bin, with what its controls need."""

    image: ProductImage
    id: str
    etag: str
    api: str
    thumbnails: Thumbnails
    days_left: int

    @property
    def name(self) -> str:
        """What the picture is called where there is neither caption nor name, too."""
        return self.image.name or "A picture"


@require_safe
@ensure_csrf_cookie
@for_members()
def image_bin(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The pictures in the bin, those of one product where ``gtin`` is given, the newest first."""
    owner = membership.organization
    discarded = ProductImage.objects.discarded().filter(product__owner=owner)
    gtin14 = read_printed_gtin(request.GET.get("gtin", ""))
    product = Product.objects.filter(owner=owner, gtin=gtin14).first() if gtin14 else None
    if product:
        discarded = discarded.filter(product=product)
    text = request.GET.get("page", "1")
    page = int(text) if re.fullmatch("[1-9][0-9]{0,4}", text) else 1
    start = (page - 1) * PAGE_SIZE
    ordered = discarded.select_related("product").order_by("-discarded_at", "id")
    cards = [_build_card(membership, image) for image in ordered[start : start + PAGE_SIZE + 1]]
    context = {
        **describe_membership(membership),
        "section": "products",
        "product": product,
        "cards": cards[:PAGE_SIZE],
        "days_in_bin": DAYS_IN_BIN,
        "previous_page": page - 1,
        "next_page": page + 1 if len(cards) > PAGE_SIZE else 0,
    }
    return render(request, "dashboard/bin.html", context)


def _build_card(membership: Membership, image: ProductImage) -> DiscardedCard:
    address = [encode_id(membership.organization_id), image.product.gtin, encode_id(image.pk)]
    end = (image.discarded_at or timezone.now()) + timedelta(days=DAYS_IN_BIN)
    return DiscardedCard(
        image=image,
        id=encode_id(image.pk),
        etag=build_etag(image),
        api=reverse("dashboard_api:get_image", args=address),
        thumbnails=build_thumbnails(image),
        days_left=max(0, (end - timezone.now()).days),
    )
