"""Invitations: links by which somebody becomes a member, good once and for seven days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.organizations.members import lock_members
from apps.organizations.models import Invitation, Membership, Organization

LIFE = timedelta(days=7)
# So long after its end an invitation is still listed, to be made again.
LISTED = timedelta(days=30)


class AlreadyMember(ValidationError):
    """Who is a member has a role already, which an invitation does not change."""


class InvitedAsOwner(ValidationError):
    """Only who could invite an owner may put another invitation in the place of theirs."""


class InvitationEnded(ValidationError):
    """The link was used, withdrawn, replaced or is too old, or who made it may not any more."""


def check_mailbox(email: str) -> None:
    """Refuse what a mail would not reach as it is written; raises `ValidationError`.

    Django's own check ignores case, by which some letters of other alphabets pass, and lets control
    characters stand in quotes.
    """
    mailbox = email.rpartition("@")[0]
    if not (mailbox.isascii() and mailbox.isprintable()):
        raise ValidationError(
            "Before its @, an address has letters without accents, and no others."
        )


def issue_invitation(
    organization: Organization, email: str, role: Membership.Role, invited_by: User | None
) -> tuple[Invitation, str]:
    """Invite an address, of any case; returns the token, which nobody can read again.

    It replaces a former one of that address. Without ``invited_by``, whoever runs the service
    invites. Raises `PermissionDenied` where the inviter may not grant the role (any more),
    InvitedAsOwner, AlreadyMember, and `ValidationError` for what is no address.
    """
    check_mailbox(email)
    token = secrets.token_urlsafe(32)
    fields = {
        "role": role,
        "hashed_token": _hash(token),
        "invited_by": invited_by,
        "expires_at": timezone.now() + LIFE,
    }
    with transaction.atomic():
        lock_members(organization.pk)
        _check_grant(organization, role, invited_by)
        _check_no_member(organization, email)
        organization.invitations.filter(expires_at__lte=timezone.now() - LISTED).delete()
        former = organization.invitations.filter(email=email.lower()).first()
        if former and invited_by and not _may_grant(organization, former.role, invited_by):
            raise InvitedAsOwner(f"{email} is invited as {former.role}, which you cannot change.")
        invitation = former or Invitation(organization=organization, email=email.lower())
        for name, value in fields.items():
            setattr(invitation, name, value)
        invitation.full_clean()
        invitation.save()
    return invitation, token


def find_invitation(token: str) -> Invitation | None:
    """What the link invites to; None where it is not good, or no longer."""
    found = (
        Invitation.objects.filter(hashed_token=_hash(token), expires_at__gt=timezone.now())
        .select_related("organization", "invited_by")
        .first()
    )
    if found is None or found.invited_by is None:
        return found
    # Who invited may have been removed or demoted since.
    is_granted = _may_grant(found.organization, found.role, found.invited_by)
    return found if is_granted else None


@transaction.atomic
def accept_invitation(token: str, user: User) -> Membership:
    """Make the user a member; a new one, with a password, is saved here, so that both are or none.

    Raises InvitationEnded, AlreadyMember (the link stays good then), and `IntegrityError` where
    a new user's name was taken meanwhile.
    """
    if found := find_invitation(token):
        lock_members(found.organization_id)
        found = find_invitation(token)  # another tab may have been first
    if found is None:
        raise InvitationEnded("This invitation has just ended.")
    if user.pk is None:
        user.save(force_insert=True)
    if Membership.objects.filter(organization=found.organization_id, user=user).exists():
        raise AlreadyMember(f"{user.get_username()} is a member already.")
    membership = Membership(organization=found.organization, user=user, role=found.role)
    membership.save(force_insert=True)
    found.delete()
    return membership


@transaction.atomic
def withdraw_invitation(by: Membership, invitation_id: int) -> Invitation:
    """End an invitation; its link is good for nothing from then on.

    Raises `Invitation.DoesNotExist` where the organization has none, and `PermissionDenied` where
    ``by`` may not grant its role.
    """
    lock_members(by.organization_id)
    invitation = Invitation.objects.get(organization=by.organization_id, pk=invitation_id)
    _check_grant(by.organization, invitation.role, by.user)
    invitation.delete()
    return invitation


def _may_grant(organization: Organization, role: str, user: User) -> bool:
    granter = Membership.objects.filter(
        organization=organization, user=user, user__is_active=True
    ).first()
    return granter is not None and granter.may_grant(role)


def _check_grant(organization: Organization, role: str, user: User | None) -> None:
    if user is not None and not _may_grant(organization, role, user):
        raise PermissionDenied


def _check_no_member(organization: Organization, email: str) -> None:
    has_address = Q(user__email__iexact=email) | Q(user__username__iexact=email)
    if organization.memberships.filter(has_address).exists():
        raise AlreadyMember(f"{email} is a member already.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
