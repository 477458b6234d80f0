"""A user's own organizations, and how to leave one."""

from __future__ import annotations

import httpx
import pytest
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Membership
from tests.conftest import GTIN, Cast

PAGE = "/accounts/organizations"


def leave(client: Client, cast: Cast) -> str:
    path = f"/organizations/{encode_id(cast.acme.id)}/leave"
    return client.post(path, follow=True).content.decode()


def list_members(cast: Cast) -> list[str]:
    members = Membership.objects.filter(organization=cast.acme)
    return sorted(members.values_list("user__username", flat=True))


@pytest.mark.parametrize("name", ["mo", "ed", "bill"])
def test_member_of_any_role_leaves(client: Client, cast: Cast, name: str):
    client.force_login(getattr(cast, name))
    assert f"Leave {cast.acme.name}" in client.get(PAGE).content.decode()

    assert f"You are no member of {cast.acme.name} any more." in leave(client, cast)

    assert list_members(cast) == sorted({"bill", "ed", "mo", "olga"} - {name})
    assert "You are in none" in client.get(PAGE).content.decode()
    assert client.post(f"/organizations/{encode_id(cast.acme.id)}/leave").status_code == 404


def test_last_owner_stays_until_there_is_another(client: Client, cast: Cast):
    client.force_login(cast.olga)

    assert "olga is the only owner; make somebody else an owner first" in leave(client, cast)
    assert list_members(cast) == ["bill", "ed", "mo", "olga"]

    Membership.objects.filter(user=cast.mo).update(role="owner")
    assert "You are no member" in leave(client, cast)


def test_keys_of_who_leaves_die_at_once(client: Client, cast: Cast, client_here: httpx.Client):
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.id)}/{GTIN}/images"
    headers = {"X-API-Key": cast.issue(cast.ed)}
    client.force_login(cast.ed)
    assert client_here.get(path, headers=headers).status_code == 200

    leave(client, cast)

    assert client_here.get(path, headers=headers).status_code == 401


def test_nobody_leaves_by_opening_a_link_or_from_elsewhere(client: Client, cast: Cast):
    path = f"/organizations/{encode_id(cast.acme.id)}/leave"
    client.force_login(cast.ed)
    assert client.get(path).status_code == 405
    client.force_login(cast.zoe)
    assert client.post(path).status_code == 404
    client.logout()
    assert client.post(path).url.startswith("/accounts/login")
    assert client.get(PAGE).url.startswith("/accounts/login")
    assert len(list_members(cast)) == 4
