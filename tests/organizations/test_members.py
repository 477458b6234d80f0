from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from apps.organizations.api_keys import find_api_key
from apps.organizations.invitations import issue_invitation
from apps.organizations.members import LastOwner, change_role, remove_member
from apps.organizations.models import Invitation, Membership
from apps.problems import Unauthorized
from tests.conftest import Cast

ROLES = ["owner", "manager", "editor", "billing"]
NAMES = {"owner": "olga", "manager": "mo", "editor": "ed", "billing": "bill"}


def get_member(cast: Cast, name: str) -> Membership:
    return Membership.objects.get(user=getattr(cast, name))


def add_owner(cast: Cast) -> Membership:
    """Zoe, who is at home in Globex."""
    return Membership.objects.create(organization=cast.acme, user=cast.zoe, role="owner")


def may(by: str, role: str) -> bool:
    return by == "owner" or (by == "manager" and role != "owner")


@pytest.mark.parametrize(("by", "of"), list(product(ROLES, repeat=2)))
def test_role_is_changed_by_who_may_grant_both(cast: Cast, by: str, of: str):
    add_owner(cast)
    member = get_member(cast, NAMES[of])
    given = []
    for to in ROLES:
        Membership.objects.filter(pk=member.pk).update(role=of)
        with suppress(PermissionDenied):
            change_role(get_member(cast, NAMES[by]), member.pk, Membership.Role(to))
            given.append(to)
        member.refresh_from_db()
        assert member.role == (to if to in given else of)

    assert given == [to for to in ROLES if may(by, of) and may(by, to)]


@pytest.mark.parametrize(("by", "of"), list(product(ROLES, repeat=2)))
def test_member_is_removed_by_who_may_grant_their_role(cast: Cast, by: str, of: str):
    add_owner(cast)
    member = get_member(cast, NAMES[of])

    if may(by, of):
        remove_member(get_member(cast, NAMES[by]), member.pk)
    else:
        with pytest.raises(PermissionDenied):
            remove_member(get_member(cast, NAMES[by]), member.pk)

    assert Membership.objects.filter(pk=member.pk).exists() is not may(by, of)


@pytest.mark.parametrize("role", ["manager", "editor", "billing"])
def test_last_owner_is_neither_removed_nor_made_less(cast: Cast, role: str):
    olga = get_member(cast, "olga")

    with pytest.raises(LastOwner):
        remove_member(olga, olga.pk)
    with pytest.raises(LastOwner):
        change_role(olga, olga.pk, Membership.Role(role))

    assert change_role(olga, olga.pk, Membership.Role.OWNER).role == "owner"
    assert get_member(cast, "olga").role == "owner"


def test_owner_whose_account_is_deactivated_is_none(cast: Cast):
    other = add_owner(cast)
    cast.zoe.is_active = False
    cast.zoe.save()
    olga = get_member(cast, "olga")

    with pytest.raises(LastOwner):
        remove_member(olga, olga.pk)

    assert remove_member(olga, other.pk).user == cast.zoe


def test_of_two_owners_who_remove_each_other_the_first_stays(cast: Cast):
    olga, zoe = get_member(cast, "olga"), add_owner(cast)

    remove_member(zoe, olga.pk)
    with pytest.raises(PermissionDenied):
        remove_member(olga, zoe.pk)

    assert Membership.objects.filter(organization=cast.acme, role="owner").get() == zoe


def test_owner_who_was_demoted_meanwhile_changes_nobody(cast: Cast):
    olga, zoe = get_member(cast, "olga"), add_owner(cast)

    change_role(zoe, olga.pk, Membership.Role.MANAGER)
    with pytest.raises(PermissionDenied):
        change_role(olga, zoe.pk, Membership.Role.EDITOR)

    assert Membership.objects.get(pk=zoe.pk).role == "owner"


def test_member_of_another_organization_is_not_found(cast: Cast):
    zoe = get_member(cast, "zoe")
    for rule in (remove_member, lambda by, key: change_role(by, key, Membership.Role.OWNER)):
        with pytest.raises(Membership.DoesNotExist):
            rule(get_member(cast, "olga"), zoe.pk)

    assert get_member(cast, "zoe").role == "owner"


def test_removed_member_takes_their_keys_and_invitations_along(cast: Cast):
    raw_key, other_key = cast.issue(cast.mo), cast.issue(cast.ed)
    issue_invitation(cast.acme, "ann@acme.test", Membership.Role.EDITOR, cast.mo)

    remove_member(get_member(cast, "olga"), get_member(cast, "mo").pk)

    assert isinstance(find_api_key(raw_key), Unauthorized)
    assert not isinstance(find_api_key(other_key), Unauthorized)
    assert not Invitation.objects.exists()
