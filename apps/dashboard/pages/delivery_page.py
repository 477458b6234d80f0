"""The page that takes a folder of pictures, and has each find its product by its name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.page_access import describe_membership, for_members
from apps.dashboard.pages.printed_limits import FILE_LIMIT, FORMATS
from apps.organizations.models import Membership, Permission
from apps.products.pictures.image_checks import MAX_IMAGE_BYTES


@require_safe
@ensure_csrf_cookie
@for_members(Permission.CONTRIBUTE)
def deliver(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Review which picture goes where, then send them: its scripts do both by way of the API."""
    organization_id = encode_id(membership.organization_id)
    context = {
        **describe_membership(membership),
        "section": "products",
        "items_url": reverse("dashboard_api:list_trade_items", args=[organization_id]),
        "image_limit": FILE_LIMIT,
        "max_image_bytes": MAX_IMAGE_BYTES,
        "formats": FORMATS,
    }
    return render(request, "dashboard/deliver.html", context)
