"""Credentials as people get them wrong: the text alone leads to the mend, and repeats nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from django.contrib.auth.models import User
from oauth2_provider.models import get_access_token_model

from apps.organizations.models import ApiKey
from tests.assertions import assert_nothing_stored, assert_problem
from tests.callers import CSRF_TOKEN, MISTYPED_KEY, UNKNOWN_KEY, build_headers
from tests.conftest import Api, Cast

LOOKS = "An API key has 45 characters: csb, csu or cpk, then 32 letters or digits, then 8 of 0-9 and a-f, joined by _."
WAYS = "Send an API key in the header X-API-Key, or an access token as Authorization: Bearer …."
AS_KEY = "Authorization holds an API key, but is for OAuth access tokens; take the key out of there and send it alone in the header X-API-Key, as in X-API-Key: csb_…."
AROUND = "The header X-API-Key holds a whole API key with something around it, such as quotes, blanks or the word Bearer; send it alone in the header X-API-Key, as in X-API-Key: csb_…."
NEW_KEY = "Make a new one in the dashboard under Settings > API Keys."
NEW_TOKEN = (
    "Get a new one from POST /oauth/token with the refresh token, or let the user agree again."
)
NO_KEY_OF_OURS = f"What X-API-Key holds is no API key of this service. {LOOKS} An OAuth access token goes into Authorization: Bearer … instead."
IN_ADDRESS = f"is not looked at, since addresses are written to logs: make a new key, that one is known. {WAYS}"
CSRF = "A session writes only with its CSRF token in a header: send the value of the cookie csrftoken as X-CSRFToken. Programs use an API key in the header X-API-Key."


def encode_basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# what is sent beside a picture, where KEY! is a good key; and what is told
WRONG_HEADERS = [
    ({}, "No credential was sent. Send an API key in the header X-API-Key; the dashboard makes one under Settings > API Keys."),
    ({"X-API-Key": ""}, f"The header X-API-Key is empty; was the variable set that holds the key? {WAYS}"),
    ({"X-API-Key": "Bearer KEY!"}, AROUND),
    ({"X-API-Key": '"KEY!"'}, AROUND),
    ({"X-API-Key": MISTYPED_KEY}, "The API key has the right length, but its checksum is wrong: a character was changed while it was copied. Copy it again, or make a new one."),
    ({"X-API-Key": MISTYPED_KEY[:36]}, f"The API key in X-API-Key has 36 characters; it was cut, or more was copied than the key. {LOOKS}"),
    ({"X-API-Key": MISTYPED_KEY + "-x"}, f"The API key in X-API-Key has 47 characters; it was cut, or more was copied than the key. {LOOKS}"),
    ({"X-API-Key": "YOUR_API_KEY"}, NO_KEY_OF_OURS),
    ({"X-API-Key": "$API_KEY"}, NO_KEY_OF_OURS),
    ({"X-API-Key": "sk_live_abcdefghijklmnop"}, NO_KEY_OF_OURS),
    ({"X-API-Key": UNKNOWN_KEY}, f"This API key is whole, but unknown here: it was deleted, or belongs to another server. {NEW_KEY}"),
    ({"Authorization": "Bearer KEY!"}, AS_KEY),
    ({"Authorization": f"Bearer {MISTYPED_KEY}"}, AS_KEY),
    ({"Authorization": "bearer  KEY! "}, AS_KEY),
    ({"Authorization": "KEY!"}, AS_KEY),
    ({"Authorization": "ApiKey KEY!"}, AS_KEY),
    ({"Authorization": "Token KEY!"}, AS_KEY),
    ({"Authorization": "Basic KEY!"}, AS_KEY),
    ({"Authorization": f"Basic {encode_basic(UNKNOWN_KEY + ':')}"}, AS_KEY),
    ({"Authorization": f"Basic {encode_basic('ed:password')}"}, f"Authorization has the scheme Basic, and takes Bearer alone. {WAYS}"),
    ({"Authorization": "Token abc"}, f"Authorization has the scheme Token, and takes Bearer alone. {WAYS}"),
    ({"Authorization": "mSv7dVfiTcKfWvAbmNDQbdYRoYyUSY"}, f"Authorization has an unknown scheme, or none, and takes Bearer alone. {WAYS}"),
    ({"Authorization": "Bearer"}, "Authorization says Bearer, and no access token follows; was the variable set that holds it?"),
    ({"Authorization": "Bearer mSv7dVfiTcKfWvAbmNDQbdYRoYyUSY"}, f"The access token is unknown here: it was revoked, replaced by a refresh, or belongs to another server. {NEW_TOKEN}"),
    ({"Api-Key": "KEY!"}, f"No credential was found; the header Api-Key is not looked at. {WAYS}"),
    ({"X-Auth-Token": "KEY!"}, f"No credential was found; the header X-Auth-Token is not looked at. {WAYS}"),
    ({"Cookie": "sessionid=abcdefabcdefabcdefabcdefabcdefab"}, "The session of the cookie sessionid is over; sign in again at /accounts/login, or use an API key in the header X-API-Key."),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "told"), WRONG_HEADERS)
def test_wrong_credential_is_told_how_to_be_right(
    api: Api, editor_key: str, headers: dict[str, str], told: str
):
    sent = {name: value.replace("KEY!", editor_key) for name, value in headers.items()}

    response = api.client.post(api.path, headers=sent, files={"image": b"x"})

    problem = assert_problem(response, "unauthorized")
    assert problem["detail"] == told
    assert_repeats_nothing(response, *sent.values())
    assert_nothing_stored()


def assert_repeats_nothing(response: httpx.Response, *credentials: str) -> None:
    """No eight characters in a row of what was sent, but for words that are everybody's."""
    for sent in credentials:
        for secret in sent.replace('"', " ").removeprefix("sessionid=").split():
            if secret not in {"Bearer", "bearer", "Basic", "Token", "ApiKey"}:
                pieces = {secret[at : at + 8] for at in range(len(secret) - 7)}
                assert not [piece for piece in pieces if piece in response.text + str(response.headers)]  # fmt: skip


@pytest.mark.parametrize("name", ["api_key", "key", "access_token"])
def test_credential_in_the_address_is_no_credential(api: Api, editor_key: str, name: str):
    response = api.client.get(f"{api.path}?{name}={editor_key}")

    problem = assert_problem(response, "unauthorized")
    assert problem["detail"] == f"No credential was found; the {name} in the address {IN_ADDRESS}"
    assert_repeats_nothing(response, editor_key)


def end_key(**fields: object) -> Callable[[Cast], object]:
    return lambda cast: ApiKey.objects.update(**fields)


# what became of a good key, and what its holder is told
ENDED_KEYS = [
    (end_key(is_active=False), f"This API key was revoked, or whoever made it has left the organization. {NEW_KEY}"),
    (end_key(expires_at=datetime(2026, 3, 31, 12, 5, tzinfo=UTC)), f"This API key expired on 31 March 2026 at 12:05 UTC. {NEW_KEY}"),
    (lambda cast: User.objects.filter(pk=cast.ed.pk).update(is_active=False), f"The account behind this API key is deactivated, and its keys with it. {NEW_KEY}"),
    (end_key(hashed_key="0" * 64), f"This API key is whole, but unknown here: it was deleted, or belongs to another server. {NEW_KEY}"),
]  # fmt: skip


@pytest.mark.parametrize(("end", "told"), ENDED_KEYS)
def test_key_that_has_ended_is_told_how(
    api: Api, cast: Cast, end: Callable[[Cast], object], told: str, django_assert_num_queries
):
    end(cast)

    with django_assert_num_queries(1):
        response = api.upload()

    assert assert_problem(response, "unauthorized")["detail"] == told
    assert_nothing_stored()


def test_token_that_has_ended_is_told_how(api: Api, cast: Cast):
    expired = build_headers(cast, "expired token")
    ended = datetime(2026, 3, 31, 12, 5, tzinfo=UTC)
    get_access_token_model().objects.update(expires=ended)
    dead = build_headers(cast, "token of inactive user")

    told = [
        assert_problem(api.client.get(api.path, headers=headers), "unauthorized")["detail"]
        for headers in (expired, dead)
    ]

    assert told == [
        f"The access token expired on 31 March 2026 at 12:05 UTC. {NEW_TOKEN}",
        "The account that this access token acts for is deactivated.",
    ]


# who writes, and what they are told
FORBIDDEN = [
    ("csb readonly", "This takes organization.contribute_organization, and this API key is read-only; use one with the role editor or manager, from the dashboard under Settings > API Keys."),
    ("csb manager by billing", "This takes organization.contribute_organization, and whoever made this API key is billing in this organization, which does not have it; ask an owner or manager of it for the role editor."),
    ("csu of billing", "This takes organization.contribute_organization, and you are billing in this organization, which does not have it; ask an owner or manager of it for the role editor."),
    ("cpk", "This API key is publishable (cpk_…): it may neither read nor write pictures. Use a key of the organization (csb_…), from your server."),
    ("token of owner, read", "This takes the scope images:write, which the access token lacks; ask for it when you send the user to /oauth/authorize."),
    ("token without scope", "This takes the scope images:write, which the access token lacks; ask for it when you send the user to /oauth/authorize."),
    ("session without CSRF header", CSRF),
]  # fmt: skip


@pytest.mark.parametrize(("caller", "told"), FORBIDDEN, ids=lambda value: value[:24])
def test_who_may_not_is_told_why_and_what_would_do(api: Api, cast: Cast, caller: str, told: str):
    headers = build_headers(cast, caller)

    response = api.client.post(api.path, headers=headers, files={"image": b"x"})

    assert assert_problem(response, "forbidden")["detail"] == told
    assert_nothing_stored()


def test_page_from_elsewhere_is_told_that_its_origin_may_not_write(api: Api, cast: Cast):
    headers = build_headers(cast, "session of editor") | {"Origin": "https://evil.example"}

    response = api.client.post(api.path, headers=headers, files={"image": b"x"})

    assert assert_problem(response, "forbidden")["detail"] == (
        "The page that sent this has another origin than this service, and is not one of"
        " CSRF_TRUSTED_ORIGINS; programs use an API key in the header X-API-Key."
    )
    assert CSRF_TOKEN not in response.text
    assert_nothing_stored()
