"""Which organization's pages somebody may open: its members', and all others get the same 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from apps.dashboard.api.identifiers import decode_id, encode_id
from apps.organizations.models import Membership, Permission

P = ParamSpec("P")
MemberView = Callable[Concatenate[HttpRequest, Membership, P], HttpResponseBase]


def for_members(
    permission: Permission = Permission.VIEW,
) -> Callable[[MemberView[P]], Callable[..., HttpResponseBase]]:
    """Give the view the membership of who is signed in; 403 where it lacks the permission."""

    def decorate(view: MemberView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def open_page(
            request: HttpRequest, organization_id: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            membership = get_membership(request, organization_id)
            if not has_permission(membership, permission):
                raise PermissionDenied
            return view(request, membership, *args, **kwargs)

        return never_cache(login_required(open_page))

    return decorate


def get_membership(request: HttpRequest, organization_id: str) -> Membership:
    """The membership of who is signed in; raises Http404 for strangers and for nonsense alike."""
    try:
        organization = decode_id(organization_id)
    except ValueError:
        raise Http404 from None
    found = Membership.objects.select_related("organization").filter(
        user=request.user.pk, organization=organization
    )
    membership = found.first()
    if membership is None:
        raise Http404
    return membership


def has_permission(membership: Membership, permission: Permission) -> bool:
    """Whether the member's role comes with the permission."""
    return permission in Membership.PERMISSIONS[Membership.Role(membership.role)]


def describe_membership(membership: Membership) -> dict[str, Any]:
    """What the frame of every page of an organization needs to know."""
    others = Membership.objects.filter(user=membership.user_id).exclude(pk=membership.pk)
    return {
        "organization": membership.organization,
        "organization_id": encode_id(membership.organization_id),
        "has_other_organizations": others.exists(),
        "may_contribute": has_permission(membership, Permission.CONTRIBUTE),
        "may_manage_keys": has_permission(membership, Permission.MANAGE_API_KEYS),
        "may_manage_members": has_permission(membership, Permission.MANAGE_MEMBERS),
        "may_manage_products": has_permission(membership, Permission.MANAGE_PRODUCTS),
    }
