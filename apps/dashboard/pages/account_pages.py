"""What a user sees of their own account: the organizations that they are in, and how to leave."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.pages.page_access import for_members
from apps.organizations.members import LastOwner, leave
from apps.organizations.models import Membership


@require_safe
@never_cache
@login_required
def memberships(request: HttpRequest) -> HttpResponse:
    """Each organization with the role there; who is the last owner is told when trying to leave."""
    found = Membership.objects.filter(user=request.user.pk).select_related("organization")
    own = [
        (each, encode_id(each.organization_id))
        for each in found.order_by("organization__name", "organization")
    ]
    context = {"section": "memberships", "memberships": own}
    return render(request, "dashboard/memberships.html", context)


@require_POST
@for_members()
def leave_organization(request: HttpRequest, membership: Membership) -> HttpResponse:
    """End one's own membership, with the keys that one made for the organization."""
    try:
        leave(membership)
    except Membership.DoesNotExist:
        raise Http404 from None
    except LastOwner as fault:
        messages.error(request, fault.message)
    else:
        messages.success(request, f"You are no member of {membership.organization.name} any more.")
    return redirect("memberships")
