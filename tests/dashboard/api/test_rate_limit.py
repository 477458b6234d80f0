"""Every response tells where the caller stands, and the limits are exact."""

from __future__ import annotations

import dataclasses

import pytest
import time_machine

from apps.dashboard.api.rate_limit import get_client_network
from apps.organizations.models import ApiKey
from tests.assertions import assert_problem
from tests.conftest import Api, Cast

NOON = 1_700_049_600  # the middle of a day's window, the start of a minute's
NOWHERE = "/dashboard/api/v1/none"
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def get_standing(response) -> tuple[int, int, int]:
    return tuple(int(response.headers[name]) for name in HEADERS)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def test_response_tells_the_window_with_the_fewest_requests_left(api: Api, noon):
    response = api.upload()

    assert response.status_code == 201
    assert response.headers["RateLimit-Policy"] == "300;w=60, 10000;w=86400"
    assert get_standing(response) == (300, 299, 60)
    assert response.headers["X-RateLimit-Limit"] == "300"
    assert response.headers["X-RateLimit-Remaining"] == "299"
    assert response.headers["X-RateLimit-Reset"] == str(NOON + 60)


def test_day_is_told_when_it_has_fewer_left(api: Api, noon):
    ApiKey.objects.update(rate_limit_per_day=5)

    response = api.upload()

    assert response.headers["RateLimit-Policy"] == "300;w=60, 5;w=86400"
    assert get_standing(response) == (5, 4, 43_200)


def test_window_that_resets_later_is_told_in_a_tie(api: Api, noon):
    ApiKey.objects.update(rate_limit_per_minute=5, rate_limit_per_day=5)

    assert get_standing(api.upload()) == (5, 4, 43_200)


def test_headers_of_320_calls_agree_with_the_model(api: Api, noon):
    for number in range(320):
        response = api.client.get(NOWHERE, headers=api.headers)
        elapsed = number // 4
        window_left = 60 - elapsed % 60
        used = number % 240 + 1
        assert response.status_code == 404
        assert get_standing(response) == (300, 300 - used, window_left)
        if number % 4 == 3:
            noon.shift(1)


def test_call_301_of_a_minute_is_refused_and_the_next_minute_is_new(api: Api, noon):
    noon.shift(14.5)
    for number in range(300):
        response = api.client.get(NOWHERE, headers=api.headers)
        assert get_standing(response) == (300, 299 - number, 46)

    refused = api.post(b"--x\r\n" + bytes(99_999))

    problem = assert_problem(refused, "rate_limited")
    assert problem["retry_after_seconds"] == 46
    assert refused.headers["Retry-After"] == "46"
    assert get_standing(refused) == (300, 0, 46)
    noon.shift(45.5)
    assert get_standing(api.upload()) == (300, 299, 60)


def test_refused_request_consumes_nothing(api: Api, noon):
    ApiKey.objects.update(rate_limit_per_minute=2, rate_limit_per_day=5)
    statuses = []
    for _ in range(3):
        statuses += [api.client.get(NOWHERE, headers=api.headers).status_code for _ in range(9)]
        noon.shift(60)

    assert statuses == [404] * 2 + [429] * 7 + [404] * 2 + [429] * 7 + [404] + [429] * 8


def test_refusal_for_the_day_says_when_the_day_ends(api: Api, noon):
    ApiKey.objects.update(rate_limit_per_day=1)
    api.upload()

    problem = assert_problem(api.upload(), "rate_limited")

    assert problem["retry_after_seconds"] == 43_200
    assert problem["limit"] == 1


def test_publishable_key_has_100_a_minute(api: Api, cast: Cast, noon):
    api.headers["X-API-Key"] = cast.issue(cast.olga, kind="cpk")

    response = api.upload()

    assert response.status_code == 403
    assert response.headers["RateLimit-Policy"] == "100;w=60, 10000;w=86400"


def test_environment_sets_the_default(api: Api, settings, noon):
    settings.RATE_LIMIT_PER_MINUTE, settings.RATE_LIMIT_PER_DAY = 7, 9

    assert api.upload().headers["RateLimit-Policy"] == "7;w=60, 9;w=86400"


def test_keys_do_not_share_a_quota(api: Api, cast: Cast, noon):
    ApiKey.objects.update(rate_limit_per_minute=1)
    api.upload()
    other = dataclasses.replace(api, headers={"X-API-Key": cast.issue(cast.ed)})

    assert other.upload().status_code == 201
    assert api.upload().status_code == 429


def test_session_is_counted_by_user(api: Api, cast: Cast, client, noon):
    remaining = []
    for _ in range(2):
        client.force_login(cast.ed)
        cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
        response = api.client.get(api.path + "/none", headers=cookie)
        remaining.append(response.headers["RateLimit-Remaining"])

    assert remaining == ["299", "298"]


def test_strangers_are_counted_by_address(api: Api, noon):
    wrong = {"X-API-Key": "csb_abcdefghijklmnopqrstuvwxyzABCDEF_d1f6ef64"}
    for number in range(60):
        response = api.client.get(api.path, headers=[{}, wrong][number % 2])
        assert response.status_code in (401, 405)
        assert response.headers["RateLimit-Policy"] == "60;w=60"
        assert get_standing(response) == (60, 59 - number, 60)

    assert_problem(api.client.post(api.path, headers=wrong), "rate_limited")
    assert api.upload().status_code == 201


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "no address", "127.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_client_address_is_told_by_trusted_proxies_alone(rf, settings, hops, forwarded, address):
    settings.TRUSTED_PROXIES = hops
    request = rf.get("/", headers={"X-Forwarded-For": forwarded})

    assert get_client_network(request) == address


@pytest.mark.parametrize(
    ("send", "status"),
    [
        (lambda api: api.upload(), 201),
        (lambda api: api.client.get("/dashboard/api/v1/none", headers=api.headers), 404),
        (lambda api: api.client.put(api.path, headers=api.headers), 405),
        (lambda api: api.post(b"no form"), 400),
        (lambda api: api.post(b"{}", "application/json"), 415),
        (lambda api: api.upload(b"no picture"), 422),
        (lambda api: api.client.get("/dashboard/api/v1/none", headers={**api.headers, "Host": "evil.example"}), 400),
    ],
)  # fmt: skip
def test_every_response_has_the_headers(api: Api, noon, send, status):
    response = send(api)

    assert response.status_code == status
    assert get_standing(response) == (300, 299, 60)


def test_document_and_its_page_are_not_limited(api: Api):
    response = api.client.get("/dashboard/api/v1/openapi.json")

    assert response.status_code == 200
    assert "RateLimit-Limit" not in response.headers
