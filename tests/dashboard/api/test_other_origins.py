"""Pages of other origins: none is let in unless its origin is allowed, and then without secrets."""

from __future__ import annotations

import pytest

from tests.assertions import assert_nothing_stored, assert_problem
from tests.callers import build_headers
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg

SHELF = "https://shelf.example"
PREFLIGHT = {
    "Origin": SHELF,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, idempotency-key",
}


@pytest.fixture
def _allows_shelf(settings):
    settings.CORS_ALLOWED_ORIGINS = [SHELF]


def list_cors_fields(response) -> dict[str, str]:
    return {name: text for name, text in response.headers.items() if "access-control" in name}


def test_nobody_is_let_in_by_default(api: Api, cast: Cast):
    headers = build_headers(cast, "token of editor") | {"Origin": SHELF}

    assert list_cors_fields(api.client.options(api.path, headers=PREFLIGHT)) == {}
    assert list_cors_fields(api.client.get(api.path, headers=headers)) == {}


@pytest.mark.usefixtures("_allows_shelf")
def test_preflight_is_answered_and_costs_nobody_anything(api: Api):
    for _ in range(70):  # more than strangers have in a minute
        response = api.client.options(api.path, headers=PREFLIGHT)

    fields = list_cors_fields(response)
    assert response.status_code == 200
    assert fields["access-control-allow-origin"] == SHELF
    assert {"authorization", "idempotency-key", "x-api-key"} <= set(
        fields["access-control-allow-headers"].split(", ")
    )
    assert {"POST", "PATCH", "DELETE"} <= set(fields["access-control-allow-methods"].split(", "))
    assert "access-control-allow-credentials" not in fields
    assert api.client.get(api.path).status_code == 401


@pytest.mark.usefixtures("_allows_shelf")
def test_page_with_an_access_token_uploads_and_reads_the_fields(api: Api, cast: Cast):
    headers = build_headers(cast, "token of editor") | {"Origin": SHELF}

    response = api.client.post(api.path, headers=headers, files={"image": ("a.jpg", make_jpeg())})

    assert response.status_code == 201
    assert response.headers["Access-Control-Allow-Origin"] == SHELF
    exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"RateLimit-Remaining", "RateLimit-Policy", "Retry-After", "Location"} <= exposed


@pytest.mark.usefixtures("_allows_shelf")
def test_refusal_can_be_read_by_the_page(api: Api):
    response = api.client.get(api.path, headers={"Origin": SHELF, "Authorization": "Bearer x"})

    assert_problem(response, "unauthorized")
    assert response.headers["Access-Control-Allow-Origin"] == SHELF


@pytest.mark.usefixtures("_allows_shelf")
@pytest.mark.parametrize("caller", ["csb editor", "csu of editor"])
def test_secret_key_in_a_page_opens_nothing(api: Api, cast: Cast, caller: str):
    headers = build_headers(cast, caller) | {"Origin": SHELF}

    response = api.client.post(api.path, headers=headers, files={"image": ("a.jpg", make_jpeg())})

    assert assert_problem(response, "forbidden")["detail"] == (
        "This API key is secret, and came from a web page, where everybody reads it: revoke it. A"
        " page of another origin takes an OAuth access token, and your server the key."
    )
    assert_nothing_stored()


@pytest.mark.usefixtures("_allows_shelf")
def test_session_is_of_no_use_to_a_page_of_another_origin(api: Api, cast: Cast):
    headers = build_headers(cast, "session of editor") | {"Origin": SHELF}

    response = api.client.post(api.path, headers=headers, files={"image": ("a.jpg", make_jpeg())})

    assert_problem(response, "forbidden")
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert_nothing_stored()


@pytest.mark.usefixtures("_allows_shelf")
def test_another_origin_stays_outside(api: Api, cast: Cast):
    headers = build_headers(cast, "token of editor") | {"Origin": "https://evil.example"}

    assert "Access-Control-Allow-Origin" not in api.client.get(api.path, headers=headers).headers


@pytest.mark.usefixtures("_allows_shelf")
def test_pages_are_for_nobody_elsewhere(api: Api):
    for address in ("/", "/accounts/login", "/oauth/authorize", "/metrics"):
        response = api.client.get(address, headers={"Origin": SHELF})
        assert "Access-Control-Allow-Origin" not in response.headers
