"""The settings of API keys: make one, see when it was used, revoke it."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.forms import KINDS, NewApiKeyForm
from apps.dashboard.pages.page_access import (
    describe_membership,
    for_members,
    has_permission,
)
from apps.organizations.api_keys import (
    TooManyKeys,
    get_max_keys,
    issue_api_key,
)
from apps.organizations.callers import get_default_limits, get_shared_limits
from apps.organizations.models import ApiKey, Membership, Organization, Permission
from apps.products.models import Product
from apps.products.quotas import get_limits


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(Permission.MANAGE_API_KEYS)
def api_keys(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The keys, and a form for another; a new raw key is in the answer to that form alone."""
    form = NewApiKeyForm(request.POST or None, label_suffix="")
    issued: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            issued = _issue(request, membership, form)
            form = NewApiKeyForm(label_suffix="")
        except TooManyKeys as fault:
            form.add_error("kind", fault)
    per_minute, per_day = get_default_limits(ApiKey.Kind.ORGANIZATION)
    publishable_per_minute, _ = get_default_limits(ApiKey.Kind.PUBLISHABLE)
    keys = [(key, _get_state(key), _print_end(key)) for key in _list_keys(membership)]
    context = {
        **describe_membership(membership),
        "section": "api-keys",
        "form": form,
        "kinds": KINDS,
        "keys_in_force": sum(
            state == "active" and key.kind != ApiKey.Kind.USER for key, state, _ in keys
        ),
        "max_keys": get_max_keys(membership.organization),
        "keys": keys,
        **_describe_quotas(membership.organization),
        "default_per_minute": f"{per_minute:,}",
        "publishable_per_minute": publishable_per_minute,
        "default_per_day": f"{per_day:,}",
        **issued,
    }
    return render(request, "dashboard/api_keys.html", context)


@require_safe
@login_required
def my_api_keys(request: HttpRequest) -> HttpResponse:
    """To the keys of the one organization whose keys one may manage, or to the choice of them."""
    memberships = Membership.objects.filter(user=request.user.pk)
    managed = [m for m in memberships if has_permission(m, Permission.MANAGE_API_KEYS)]
    if len(managed) == 1:
        return redirect("api-keys", encode_id(managed[0].organization_id))
    if managed:
        return redirect("organizations")
    raise PermissionDenied


@require_POST
@for_members(Permission.MANAGE_API_KEYS)
def revoke(request: HttpRequest, membership: Membership, key_id: int) -> HttpResponse:
    """End the key; 404 for one that is not on the page."""
    key = get_object_or_404(_list_keys(membership), pk=key_id)
    key.is_active = False
    key.save(update_fields=["is_active"])
    messages.success(request, f"“{key.name}” is revoked: whatever uses it gets 401 from now on.")
    return redirect("api-keys", encode_id(membership.organization_id))


def _list_keys(membership: Membership) -> QuerySet[ApiKey]:
    """The organization's keys, and those that act as the member."""
    own = Q(kind=ApiKey.Kind.USER, user=membership.user_id)
    keys = ApiKey.objects.filter(own | Q(organization=membership.organization_id))
    return keys.select_related("user").order_by("-is_active", "-created")


def _issue(request: HttpRequest, membership: Membership, form: NewApiKeyForm) -> dict[str, Any]:
    fields = form.get_fields()
    is_personal = fields["kind"] is ApiKey.Kind.USER
    assert isinstance(request.user, User)  # noqa: S101 (the page is for members)
    key, raw_key = issue_api_key(
        user=request.user,
        organization=None if is_personal else membership.organization,
        **fields,
    )
    return {
        "new_key": key,
        "raw_key": raw_key,
        "curl": _build_curl(request, membership, key, raw_key),
    }


def _build_curl(request: HttpRequest, membership: Membership, key: ApiKey, raw_key: str) -> str:
    """A line that shows what the key is for; none for one that may neither write nor list."""
    if key.kind == ApiKey.Kind.PUBLISHABLE:
        return ""
    product = Product.objects.filter(owner=membership.organization_id).order_by("name").first()
    gtin = product.gtin if product else "00012345678905"
    path = reverse("dashboard_api:list_images", args=[encode_id(membership.organization_id), gtin])
    form = ["-F", "image=@front.jpg", "-F", "title=Front of package"]
    words = [
        *("curl", "-i", "-H", f"X-API-Key: {raw_key}"),
        *(form if key.role != ApiKey.Role.READONLY else []),
        f"{settings.API_SERVER_URL}{path}"
        if settings.API_SERVER_URL
        else request.build_absolute_uri(path),
    ]
    return shlex.join(words)


def _describe_quotas(organization: Organization) -> dict[str, Any]:
    limits = get_limits(organization)
    per_minute, per_day = get_shared_limits(organization.rate_limit_multiple)
    return {
        "shared_per_minute": f"{per_minute:,}",
        "shared_per_day": f"{per_day:,}",
        "kept_images": f"{organization.kept_images:,}",
        "max_images": f"{limits.images:,}",
        "max_bytes": limits.bytes,
        "max_product_images": f"{limits.product_images:,}",
    }


def _print_end(key: ApiKey) -> str:
    """The last day of the key, as its maker chose it, and the time where it ends within a day."""
    if key.expires_at is None:
        return ""
    last = key.expires_at - timedelta(microseconds=1)
    is_whole_day = last.date() != key.expires_at.date()
    return date_format(last, "j M Y" if is_whole_day else "j M Y, H:i") + " UTC"


def _get_state(key: ApiKey) -> str:
    if not key.is_active:
        return "revoked"
    has_ended = key.expires_at is not None and key.expires_at <= timezone.now()
    return "expired" if has_ended else "active"
