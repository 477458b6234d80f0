"""Members: who may change whose role and remove whom; an owner always stays."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from apps.organizations.models import Membership, Organization


class LastOwner(ValidationError):
    """Without them, nobody could make another owner."""


def lock_members(organization_id: uuid.UUID) -> None:
    """Let nobody else change who the members are until the transaction ends.

    FOR NO KEY UPDATE, which holds no upload up.
    """
    Organization.objects.select_for_update(no_key=True).filter(pk=organization_id).first()


@transaction.atomic
def change_role(by: Membership, member_id: int, role: Membership.Role) -> Membership:
    """Give a member another role, which counts for their keys and tokens at once.

    Raises `Membership.DoesNotExist` where the organization has no such member, `PermissionDenied`
    where ``by`` may not grant both the old role and the new one (any more), and LastOwner.
    """
    granter, member = _get_both(by, member_id)
    if not granter.may_grant(role):
        raise PermissionDenied
    if role != Membership.Role.OWNER:
        _check_other_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic
def remove_member(by: Membership, member_id: int) -> Membership:
    """End a membership, with the keys and invitations that the member made for the organization.

    Raises as `change_role` does.
    """
    _, member = _get_both(by, member_id)
    _check_other_owner(member)
    member.delete()
    return member


@transaction.atomic
def leave(own: Membership) -> None:
    """End one's own membership, whatever the role; as `remove_member` otherwise.

    Raises LastOwner, and `Membership.DoesNotExist` where it has ended meanwhile.
    """
    lock_members(own.organization_id)
    member = Membership.objects.select_related("user").get(pk=own.pk)
    _check_other_owner(member)
    member.delete()


def _get_both(by: Membership, member_id: int) -> tuple[Membership, Membership]:
    """Who acts, as they are now, and the member; whoever acted first may have ended that."""
    lock_members(by.organization_id)
    members = Membership.objects.filter(organization=by.organization_id).select_related("user")
    granter = members.filter(pk=by.pk).first()
    if granter is None:
        raise PermissionDenied
    member = members.get(pk=member_id)
    if not granter.may_grant(member.role):
        raise PermissionDenied
    return granter, member


def _check_other_owner(member: Membership) -> None:
    if member.role != Membership.Role.OWNER:
        return
    owners = Membership.objects.filter(
        organization=member.organization_id, role=Membership.Role.OWNER, user__is_active=True
    )
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner(
            f"{member.user.get_username()} is the only owner; make somebody else an owner first."
        )
