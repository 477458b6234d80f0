"""Who has a large IPv6 network has no more budgets than there are sizes of networks."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
import time_machine
from django.test import Client

from apps.dashboard.api.rate_limit import STRANGERS, count_attempt, divide_by_networks
from apps.dashboard.pages.sign_in import ATTEMPTS
from tests.conftest import Api

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

WRONG = {"X-API-Key": "csb_abcdefghijklmnopqrstuvwxyzABCDEF_d1f6ef64"}


@pytest.fixture(autouse=True)
def _still(settings):
    settings.TRUSTED_PROXIES = 1
    with time_machine.travel(NOW, tick=False):
        yield


def knock(api: Api, address: str) -> httpx.Response:
    return api.client.get(api.path, headers={**WRONG, "X-Forwarded-For": address})


def list_addresses(networks: list[str], each: int) -> list[str]:
    return [f"{network}::{n + 1:x}" for network in networks for n in range(each)]


@pytest.mark.parametrize(
    ("networks", "each", "admitted"),
    [
        (["2001:db8:1:2"], 70, 60),
        ([f"2001:db8:1:{n:x}" for n in range(16)], 20, 240),
        ([f"2001:db8:1:{n:x}00" for n in range(20)], 60, 960),
        ([f"2001:db8:{n}:1" for n in range(1, 4)], 65, 180),
    ],
    ids=["a 64", "a 56", "a 48", "strangers to each other"],
)
def test_budgets_grow_with_the_network_but_not_as_fast(rf, networks, each, admitted):
    requests = [
        rf.get("/", headers={"X-Forwarded-For": address})
        for address in list_addresses(networks, each)
    ]

    waits = [count_attempt(*divide_by_networks(request, "test", STRANGERS)) for request in requests]

    assert waits.count(0) == admitted


def test_answer_tells_all_that_is_counted(api: Api):
    first = knock(api, "2001:db8:1:2::3")

    assert first.headers["RateLimit-Policy"] == "60;w=60, 240;w=60, 960;w=60"
    assert first.headers["RateLimit-Remaining"] == "59"


def test_full_56_is_what_the_refusal_tells(api: Api):
    for address in list_addresses([f"2001:db8:1:{n:x}" for n in range(12)], 20):
        assert knock(api, address).status_code == 401

    refused = knock(api, "2001:db8:1:99::1")

    assert refused.status_code == 429
    assert refused.headers["RateLimit-Limit"] == "240"
    assert knock(api, "2001:db8:1:100::1").status_code == 401


@pytest.mark.parametrize(
    ("path", "purpose", "quota"),
    [("/accounts/login", "sign-in", ATTEMPTS), ("/oauth/token", "token", STRANGERS)],
)
def test_sign_in_and_tokens_are_counted_so_too(db, rf, path, purpose, quota):
    for n in range(240):
        request = rf.get("/", headers={"X-Forwarded-For": f"2001:db8:1:{n % 4:x}::1"})
        count_attempt(*divide_by_networks(request, purpose, quota))

    statuses = [
        Client()
        .post(path, {"username": "x", "password": "x"}, headers={"X-Forwarded-For": address})
        .status_code
        for address in ("2001:db8:1:99::1", "2001:db8:1:100::1")
    ]

    assert statuses[0] == 429
    assert statuses[1] != 429
