from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from apps.organizations.invitations import (
    AlreadyMember,
    InvitationEnded,
    InvitedAsOwner,
    accept_invitation,
    find_invitation,
    issue_invitation,
    withdraw_invitation,
)
from apps.organizations.models import Invitation, Membership
from tests.conftest import Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROLES = ["owner", "manager", "editor", "billing"]


def invite(cast: Cast, by: str | None = "olga", role: str = "editor", email: str = "ann@acme.test"):
    """The token of an invitation to Acme; whoever runs the service made it where ``by`` is None."""
    inviter = by and getattr(cast, by)
    return issue_invitation(cast.acme, email, Membership.Role(role), inviter)[1]


def get_role(cast: Cast, user: User) -> str | None:
    membership = Membership.objects.filter(organization=cast.acme, user=user).first()
    return membership and membership.role


def test_token_is_kept_nowhere_and_long_enough(cast: Cast):
    token = invite(cast)

    assert len(token) == 43
    assert token not in str(Invitation.objects.values())


def test_invitation_makes_a_member_with_its_role(cast: Cast):
    membership = accept_invitation(invite(cast, role="billing"), cast.zoe)

    assert (membership.organization, membership.role) == (cast.acme, "billing")
    assert get_role(cast, cast.zoe) == "billing"


def test_second_use_is_refused(cast: Cast):
    token = invite(cast)
    accept_invitation(token, cast.zoe)

    with pytest.raises(InvitationEnded):
        accept_invitation(token, User(username="second"))

    assert not User.objects.filter(username="second").exists()
    assert find_invitation(token) is None


@pytest.mark.parametrize(
    ("age", "is_good"), [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)]
)
def test_invitation_lives_seven_days(cast: Cast, age: timedelta, is_good: bool):
    with time_machine.travel(NOW, tick=False) as clock:
        token = invite(cast)
        clock.shift(age)
        assert (find_invitation(token) is not None) is is_good


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "\0", "ü" * 5000])
def test_any_other_token_is_nothing(cast: Cast, token: str):
    invite(cast)

    assert find_invitation(token) is None


@pytest.mark.parametrize(
    ("by", "grants"),
    [
        ("olga", ROLES),
        ("mo", ["manager", "editor", "billing"]),
        ("ed", []),
        ("bill", []),
        ("zoe", []),
        (None, ROLES),
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_role_is_granted_by_those_who_may(cast: Cast, by: str | None, grants: list[str], role: str):
    if role in grants:
        assert find_invitation(invite(cast, by, role)) is not None
        return
    with pytest.raises(PermissionDenied):
        invite(cast, by, role)
    assert not Invitation.objects.exists()


def test_address_is_the_same_in_any_case(cast: Cast):
    first = invite(cast, email="Ann@Acme.test")
    second = invite(cast, email="ANN@acme.TEST")

    assert [each.email for each in Invitation.objects.all()] == ["ann@acme.test"]
    assert find_invitation(first) is None
    assert find_invitation(second) is not None


def test_invitation_of_an_owner_is_not_replaced_by_a_manager(cast: Cast):
    token = invite(cast, role="owner")

    with pytest.raises(InvitedAsOwner):
        invite(cast, by="mo", role="editor")

    found = find_invitation(token)
    assert found is not None
    assert found.role == "owner"


def test_same_address_is_invited_into_two_organizations(cast: Cast):
    token = invite(cast, email="ann@globex.test")
    issue_invitation(cast.globex, "ann@globex.test", Membership.Role.EDITOR, cast.zoe)

    assert find_invitation(token) is not None
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("field", ["email", "username"])
def test_address_of_a_member_is_not_invited(cast: Cast, field: str):
    User.objects.filter(pk=cast.ed.pk).update(**{field: "Ed@Acme.test"})

    with pytest.raises(AlreadyMember):
        invite(cast, email="ed@acme.TEST")

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a\0b@acme.test", "a@" + "x" * 250 + ".test"])
def test_what_is_no_address_is_refused(cast: Cast, email: str):
    with pytest.raises(ValidationError):
        invite(cast, email=email)

    assert not Invitation.objects.exists()


def test_member_who_has_a_link_keeps_role_and_link(cast: Cast):
    token = invite(cast, role="owner")

    with pytest.raises(AlreadyMember):
        accept_invitation(token, cast.ed)

    assert get_role(cast, cast.ed) == "editor"
    assert find_invitation(token) is not None


def test_account_whose_name_was_taken_meanwhile_leaves_nothing(cast: Cast):
    token = invite(cast)

    with pytest.raises(IntegrityError):
        accept_invitation(token, User(username="zoe"))

    assert find_invitation(token) is not None
    assert get_role(cast, cast.zoe) is None


def remove(cast: Cast) -> None:
    Membership.objects.get(organization=cast.acme, user=cast.mo).delete()


def demote(cast: Cast) -> None:
    Membership.objects.filter(organization=cast.acme, user=cast.mo).update(role="editor")


def deactivate(cast: Cast) -> None:
    User.objects.filter(pk=cast.mo.pk).update(is_active=False)


def delete_user(cast: Cast) -> None:
    cast.mo.delete()


@pytest.mark.parametrize("end", [remove, demote, deactivate, delete_user])
def test_invitation_ends_when_its_inviter_may_not_invite_any_more(cast: Cast, end):
    token = invite(cast, by="mo")
    end(cast)

    assert find_invitation(token) is None
    with pytest.raises(InvitationEnded):
        accept_invitation(token, cast.zoe)
    assert get_role(cast, cast.zoe) is None


def test_invitation_of_an_owner_ends_when_its_inviter_is_manager(cast: Cast):
    as_owner, as_editor = invite(cast, role="owner"), invite(cast, email="eve@acme.test")
    Membership.objects.filter(organization=cast.acme, user=cast.olga).update(role="manager")

    assert find_invitation(as_owner) is None
    assert find_invitation(as_editor) is not None


def test_removed_inviters_link_stays_dead_when_they_come_back(cast: Cast):
    token = invite(cast, by="mo")
    remove(cast)
    Membership.objects.create(organization=cast.acme, user=cast.mo, role="owner")

    assert find_invitation(token) is None


def test_invitation_of_another_organization_survives_a_removal(cast: Cast):
    Membership.objects.create(organization=cast.globex, user=cast.mo, role="owner")
    role = Membership.Role.EDITOR
    _, token = issue_invitation(cast.globex, "ann@globex.test", role, cast.mo)

    remove(cast)

    assert find_invitation(token) is not None


def get_member(cast: Cast, name: str) -> Membership:
    return Membership.objects.get(user=getattr(cast, name))


@pytest.mark.parametrize(
    ("by", "role", "is_withdrawn"),
    [
        ("olga", "owner", True),
        ("mo", "editor", True),
        ("mo", "owner", False),
        ("ed", "editor", False),
    ],
)
def test_invitation_is_withdrawn_by_who_may_grant_its_role(
    cast: Cast, by: str, role: str, is_withdrawn: bool
):
    token = invite(cast, role=role)
    invitation = Invitation.objects.get()

    if is_withdrawn:
        withdraw_invitation(get_member(cast, by), invitation.pk)
    else:
        with pytest.raises(PermissionDenied):
            withdraw_invitation(get_member(cast, by), invitation.pk)

    assert (find_invitation(token) is None) is is_withdrawn


def test_invitation_of_others_cannot_be_withdrawn(cast: Cast):
    invite(cast)

    with pytest.raises(Invitation.DoesNotExist):
        withdraw_invitation(get_member(cast, "zoe"), Invitation.objects.get().pk)

    assert Invitation.objects.exists()


def test_long_expired_invitations_are_forgotten_with_the_next(cast: Cast):
    with time_machine.travel(NOW, tick=False) as clock:
        invite(cast, email="old@acme.test")
        clock.shift(timedelta(days=36))
        invite(cast, email="newer@acme.test")
        assert Invitation.objects.count() == 2
        clock.shift(timedelta(days=1))
        invite(cast, email="newest@acme.test")

    assert [each.email for each in Invitation.objects.all()] == [
        "newer@acme.test",
        "newest@acme.test",
    ]
