"""Who is in an organization and who is invited, for those who may change that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.public_origin import get_origin
from apps.dashboard.api.rate_limit import DAY_SECONDS, count_attempt
from apps.dashboard.operations.window_counts import Quota
from apps.dashboard.pages.forms import MEMBER_ROLES, InvitationForm
from apps.dashboard.pages.mails import mail_invitation
from apps.dashboard.pages.page_access import describe_membership, for_members, has_permission
from apps.organizations.invitations import issue_invitation, withdraw_invitation
from apps.organizations.members import LastOwner, change_role, remove_member
from apps.organizations.models import Invitation, Membership, Permission
from apps.products.stored_objects import release_connection

# Of an organization: each sends a mail to whatever address was typed.
INVITATIONS: Final = Quota(100, DAY_SECONDS)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(Permission.MANAGE_MEMBERS)
def members(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The members, and a form to invite another; the link is in the answer to that form alone."""
    roles = [(value, label) for value, label in MEMBER_ROLES if membership.may_grant(value)]
    form = InvitationForm(request.POST or None, roles=roles, label_suffix="")
    issued: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            issued = _invite(request, membership, form)
            form = InvitationForm(roles=roles, label_suffix="")
        except ValidationError as fault:
            form.add_error("email", ValidationError(fault.messages))
    everybody = list(membership.organization.memberships.select_related("user"))
    context = {
        **describe_membership(membership),
        "section": "members",
        "form": form,
        "roles": roles,
        "own": membership,
        "members": _describe_members(membership, everybody),
        "invitations": _describe_invitations(membership, everybody),
        **issued,
    }
    return render(request, "dashboard/members.html", context)


@require_POST
@for_members(Permission.MANAGE_MEMBERS)
def withdraw(request: HttpRequest, membership: Membership, invitation_id: int) -> HttpResponse:
    """End the invitation; 404 for one that is not on the page, or was used meanwhile."""
    try:
        invitation = withdraw_invitation(membership, invitation_id)
    except Invitation.DoesNotExist:
        raise Http404 from None
    messages.success(request, f"The link for {invitation.email} is good for nothing any more.")
    return redirect("members", encode_id(membership.organization_id))


@require_POST
@for_members(Permission.MANAGE_MEMBERS)
def change(request: HttpRequest, membership: Membership, member_id: int) -> HttpResponse:
    """Give a member another role."""
    role = request.POST.get("role", "")
    if role not in Membership.Role.values:
        return HttpResponseBadRequest("There is no such role.", content_type="text/plain")
    act = partial(change_role, membership, member_id, Membership.Role(role))
    return _act(request, membership, act, f"is {role} now")


@require_POST
@for_members(Permission.MANAGE_MEMBERS)
def remove(request: HttpRequest, membership: Membership, member_id: int) -> HttpResponse:
    """End a membership, one's own as well."""
    act = partial(remove_member, membership, member_id)
    return _act(request, membership, act, "is no member any more")


def _invite(request: HttpRequest, membership: Membership, form: InvitationForm) -> dict[str, Any]:
    if count_attempt(f"invitations:{membership.organization_id}", [INVITATIONS]):
        raise ValidationError(f"{INVITATIONS.limit} invitations a day are enough; go on tomorrow.")
    assert isinstance(request.user, User)  # noqa: S101 (the page is for members)
    invitation, token = issue_invitation(
        membership.organization,
        form.cleaned_data["email"],
        Membership.Role(form.cleaned_data["role"]),
        request.user,
    )
    link = f"{get_origin(request)}{reverse('invitation', args=[token])}"
    release_connection()
    return {
        "new_invitation": invitation,
        "link": link,
        "mail": mail_invitation(invitation, link),
    }


def _act(
    request: HttpRequest, membership: Membership, act: Callable[[], Membership], told: str
) -> HttpResponse:
    """Change a member, and say so; 404 for one that is not on the page."""
    try:
        member = act()
    except Membership.DoesNotExist:
        raise Http404 from None
    except LastOwner as fault:
        messages.error(request, fault.message)
    else:
        messages.success(request, f"{member.user.get_username()} {told}.")
    return _go_back(membership)


def _go_back(membership: Membership) -> HttpResponse:
    """To the members, as long as they may be seen: one may have ended that oneself."""
    now = Membership.objects.filter(pk=membership.pk).first()
    if now is None or not has_permission(now, Permission.MANAGE_MEMBERS):
        return redirect("organizations")
    return redirect("members", encode_id(membership.organization_id))


def _describe_members(
    own: Membership, everybody: list[Membership]
) -> list[tuple[Membership, bool, bool]]:
    """Owners first, then by name; whether each may be changed, and is the last owner."""
    ranks = Membership.Role.values
    members = sorted(everybody, key=lambda m: (ranks.index(m.role), m.user.get_username()))
    owners = [m for m in members if m.role == Membership.Role.OWNER and m.user.is_active]
    return [(m, own.may_grant(m.role), owners == [m]) for m in members]


def _describe_invitations(
    own: Membership, everybody: list[Membership]
) -> list[tuple[Invitation, str, bool]]:
    """By address; how each stands, and whether it may be changed."""
    inviters = {member.user_id: member for member in everybody if member.user.is_active}
    now = timezone.now()

    def get_state(invitation: Invitation) -> str:
        if invitation.expires_at <= now:
            return "expired"
        inviter = inviters.get(invitation.invited_by_id or 0)
        is_granted = inviter is not None and inviter.may_grant(invitation.role)
        return "open" if is_granted or invitation.invited_by_id is None else "ended"

    invitations = own.organization.invitations.select_related("invited_by")
    return [(each, get_state(each), own.may_grant(each.role)) for each in invitations]
