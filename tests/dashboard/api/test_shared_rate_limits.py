"""More keys are no more requests: those of one organization share a limit, and a user's own do."""

from __future__ import annotations

import re

import httpx
import pytest
import time_machine

from apps.organizations.models import ApiKey, Organization
from tests.assertions import assert_problem
from tests.callers import build_headers
from tests.conftest import Api, Cast

NOON = 1_700_049_600  # the middle of a day's window, the start of a minute's


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _small_limits(settings) -> None:
    settings.RATE_LIMIT_PER_MINUTE, settings.RATE_LIMIT_PER_DAY = 3, 100
    settings.RATE_LIMIT_MULTIPLE = 2


def ask(api: Api, key: str) -> httpx.Response:
    return api.client.get(api.path + "/none", headers={"X-API-Key": key})


def test_keys_of_an_organization_share_so_many_times_one_keys_limit(api: Api, cast: Cast, noon):
    keys = [cast.issue(cast.olga) for _ in range(4)]

    answers = [ask(api, key) for key in keys * 2]

    assert [answer.status_code for answer in answers] == [404] * 6 + [429] * 2
    problem = assert_problem(answers[-1], "rate_limited")
    assert problem["detail"] == (
        "All 6 requests per 60 seconds that the API keys of the organization share are used up;"
        " the next may come in 60 seconds."
    )
    assert (problem["quota"], problem["limit"]) == ("shared_requests", 6)
    assert ask(api, cast.issue(cast.zoe, organization=cast.globex)).status_code == 404
    assert ask(api, cast.issue(cast.olga, kind="csu")).status_code == 404
    noon.shift(60)
    assert ask(api, keys[0]).status_code == 404


def test_shared_day_is_used_up_as_well(api: Api, cast: Cast, settings, noon):
    settings.RATE_LIMIT_PER_DAY = 3
    keys = [cast.issue(cast.olga) for _ in range(3)]
    statuses = []
    for _ in range(3):
        statuses += [ask(api, key).status_code for key in keys]
        noon.shift(60)

    assert statuses == [404] * 6 + [429] * 3
    assert ask(api, keys[0]).headers["Retry-After"] == str(43_200 - 180)


def test_publishable_keys_share_with_the_others(api: Api, cast: Cast, noon):
    keys = [cast.issue(cast.olga, kind="cpk", role=None) for _ in range(6)]

    assert [ask(api, key).status_code for key in keys] == [403] * 6
    assert ask(api, cast.issue(cast.olga)).status_code == 429


def test_personal_keys_of_a_user_share(api: Api, cast: Cast, noon):
    keys = [cast.issue(cast.ed, kind="csu") for _ in range(4)]

    answers = [ask(api, key) for key in keys * 2]

    assert [answer.status_code for answer in answers] == [404] * 6 + [429] * 2
    assert "that your API keys share" in answers[-1].json()["detail"]
    assert ask(api, cast.issue(cast.olga, kind="csu")).status_code == 404


@pytest.mark.parametrize("caller", ["session of editor", "token of editor"])
def test_members_are_not_held_up_by_keys(api: Api, cast: Cast, noon, caller: str):
    for key in [cast.issue(cast.ed) for _ in range(4)] * 2:
        ask(api, key)

    answer = api.client.get(api.path, headers=build_headers(cast, caller))

    assert answer.status_code == 200
    assert answer.headers["RateLimit-Policy"] == "3;w=60, 100;w=86400"


def test_organization_may_have_a_multiple_of_its_own(api: Api, cast: Cast, noon):
    Organization.objects.filter(pk=cast.acme.pk).update(rate_limit_multiple=1)
    keys = [cast.issue(cast.olga) for _ in range(2)]

    assert [ask(api, key).status_code for key in keys * 2] == [404] * 3 + [429]


def test_key_with_more_of_its_own_gets_that_all_the_same(api: Api, cast: Cast, noon):
    key = cast.issue(cast.olga, rate_limit_per_minute=8)

    assert [ask(api, key).status_code for _ in range(9)] == [404] * 8 + [429]


def test_what_is_shared_is_told_when_it_runs_out_first(api: Api, cast: Cast, noon):
    keys = [cast.issue(cast.olga) for _ in range(3)]

    told = [
        tuple(answer.headers[f"RateLimit-{name}"] for name in ("Policy", "Limit", "Remaining"))
        for answer in (ask(api, key) for key in keys * 2)
    ]

    own, all_windows = "3;w=60, 100;w=86400", "3;w=60, 100;w=86400, 6;w=60, 200;w=86400"
    assert told == [
        *[(own, "3", "2")] * 3,
        *[(own, "3", "1")] * 2,
        (all_windows, "6", "0"),
    ]


def test_refusal_by_what_is_shared_costs_neither(api: Api, cast: Cast, noon):
    first, *others = [cast.issue(cast.olga) for _ in range(3)]
    for key in others * 3:
        ask(api, key)

    assert [ask(api, first).status_code for _ in range(5)] == [429] * 5
    ApiKey.objects.filter(hint__in=[first[:8]]).update(rate_limit_per_minute=9)
    assert ask(api, first).headers["RateLimit-Remaining"] == "2"


def test_page_of_the_keys_tells_what_they_share(cast: Cast, client):
    client.force_login(cast.olga)
    Organization.objects.filter(pk=cast.acme.pk).update(rate_limit_multiple=500)

    page = client.get("/settings/api-keys", follow=True).content.decode()

    told = "Together they may send 1,500 requests a minute and 50,000 a day."
    assert told in re.sub(r"\s+", " ", page)
