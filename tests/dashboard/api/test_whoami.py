"""GET /whoami: how a client that has nothing but a credential begins."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import Membership
from tests.assertions import assert_problem
from tests.callers import build_headers
from tests.conftest import Cast

MINUTE, DAY = {"limit": 300, "window_seconds": 60}, {"limit": 10_000, "window_seconds": 86_400}


def tell(client: httpx.Client, headers: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = client.get("/dashboard/api/v1/whoami", headers=headers).json()
    return told


def test_token_learns_its_user_organizations_and_scopes(cast: Cast, client_here: httpx.Client):
    cast.ed.email = "ed@example.com"
    cast.ed.save()
    Membership.objects.create(user=cast.ed, organization=cast.globex, role="billing")

    told = tell(client_here, build_headers(cast, "token of editor"))

    assert told == {
        "user": {"username": "ed", "email": "ed@example.com"},
        "organizations": [
            {"id": encode_id(cast.acme.pk), "name": "Acme", "role": "editor"},
            {"id": encode_id(cast.globex.pk), "name": "Globex", "role": "billing"},
        ],
        "credential": {
            "kind": "oauth_token",
            "role": None,
            "scopes": ["images:read", "images:write"],
            "limits": [MINUTE, DAY],
        },
    }


def test_key_of_an_organization_reaches_that_one(cast: Cast, client_here: httpx.Client):
    Membership.objects.create(user=cast.olga, organization=cast.globex, role="owner")
    key = cast.issue(cast.olga, role="readonly", rate_limit_per_minute=7)

    told = tell(client_here, {"X-API-Key": key})

    assert [(each["name"], each["role"]) for each in told["organizations"]] == [("Acme", "owner")]
    assert told["credential"]["role"] == "readonly"
    assert told["credential"]["scopes"] == ["images:read"]
    assert told["credential"]["limits"][:2] == [{**MINUTE, "limit": 7}, DAY]


def test_publishable_key_tells_nothing_of_anybody(cast: Cast, client_here: httpx.Client):
    told = tell(client_here, build_headers(cast, "cpk"))

    assert (told["user"], told["organizations"]) == (None, [])
    assert told["credential"]["scopes"] == []


@pytest.mark.parametrize(
    ("caller", "names"),
    [
        ("csb manager by one who left", []),
        ("token of no user", []),
        ("csu of stranger", ["Globex"]),
    ],
)
def test_organizations_are_those_of_now(
    cast: Cast, client_here: httpx.Client, caller: str, names: list[str]
):
    told = tell(client_here, build_headers(cast, caller))

    assert [each["name"] for each in told["organizations"]] == names


def test_nobody_is_told_nothing(client_here: httpx.Client):
    response = client_here.get("/dashboard/api/v1/whoami")

    assert_problem(response, "unauthorized")
    assert "WWW-Authenticate" in response.headers
