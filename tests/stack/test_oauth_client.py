"""A client library that knows nothing of ours signs a user in, uploads, refreshes and revokes."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from apps.dashboard.samples.sample_data import CLIENT_ID
from tests import local_http
from tests.sample_images import make_jpeg
from tests.stack.worlds import World

# Any port of the user's machine: the browser below stops before it goes there.
CALLBACK = "http://127.0.0.1:49152/callback"


def discover(world: World) -> dict[str, Any]:
    """What the service's own documents say, from the API's refusal on (RFC 9728 §5)."""
    challenge = local_http.get(world.images_url).headers["WWW-Authenticate"]
    [well_known] = re.findall(r'resource_metadata="([^"]+)"', challenge)
    resource = local_http.get(well_known).json()
    assert world.images_url.startswith(resource["resource"])
    [issuer] = resource["authorization_servers"]
    metadata: dict[str, Any] = local_http.get(
        f"{issuer}/.well-known/oauth-authorization-server"
    ).json()
    assert metadata["issuer"] == issuer == world.service.url
    return metadata


def find_csrf_token(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text
    return found[1]


def sign_in_and_allow(world: World, url: str) -> str:
    """Do what a person does in a browser; returns where it is sent in the end."""
    with local_http.Client(follow_redirects=True) as browser:
        login = browser.get(url)
        assert "<h1>Sign in</h1>" in login.text
        editor = world.seed["users"]["editor"]
        data = {**editor, "csrfmiddlewaretoken": find_csrf_token(login)}
        consent = browser.post(login.url, data=data | {"next": url.removeprefix(world.service.url)})
        assert "Sample application" in consent.text
        data = {"csrfmiddlewaretoken": find_csrf_token(consent), "allow": "yes"}
        answer = browser.post(consent.url, data=data, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def upload(world: World, session: OAuth2Session) -> int:
    answer = session.post(world.images_url, files={"image": ("front.jpg", make_jpeg())})
    return int(answer.status_code)


@pytest.fixture
def session(world: World, monkeypatch: pytest.MonkeyPatch) -> OAuth2Session:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # there is no TLS on 127.0.0.1
    with OAuth2Session(
        CLIENT_ID,
        redirect_uri=CALLBACK,
        scope="images:read images:write",
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
    ) as session:
        yield session


def test_client_library_goes_the_whole_way(world: World, session: OAuth2Session):
    metadata = discover(world)
    verifier = generate_token(48)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier
    )
    told = sign_in_and_allow(world, url)
    assert told.startswith(f"{CALLBACK}?code=")

    first = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=told,
        state=state,
        code_verifier=verifier,
    )
    assert first["scope"] == "images:read images:write"
    assert upload(world, session) == 201

    second = session.refresh_token(metadata["token_endpoint"])
    assert second["access_token"] != first["access_token"]
    assert upload(world, session) == 201
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert local_http.get(world.images_url, headers=bearer).status_code == 401

    session.revoke_token(
        metadata["revocation_endpoint"],
        token=second["refresh_token"],
        token_type_hint="refresh_token",
        body=f"client_id={CLIENT_ID}",
    )
    assert upload(world, session) == 401


@pytest.mark.parametrize(
    ("token", "listed", "uploaded"), [("editor", 200, 201), ("billing", 200, 403), ("read_only", 200, 403)]
)  # fmt: skip
def test_sample_tokens_may_what_their_names_say(
    world: World, token: str, listed: int, uploaded: int
):
    headers = {"Authorization": f"Bearer {world.seed['oauth_tokens'][token]}"}
    files = {"image": ("front.jpg", make_jpeg())}

    assert local_http.get(world.images_url, headers=headers).status_code == listed
    assert local_http.post(world.images_url, headers=headers, files=files).status_code == uploaded


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/oauth/authorize?client_id=%00&response_type=code", 400),
        ("POST", "/oauth/token?grant_type=authorization_code&client_id=sample-application&code=%00&code_verifier=x", 400),
        ("POST", "/oauth/token?grant_type=refresh_token&client_id=sample-application&refresh_token=%00", 400),
        ("POST", "/oauth/revoke_token?client_id=sample-application&token=%00", 200),
        ("POST", "/accounts/login?username=%00&password=%00", 200),
    ],
)  # fmt: skip
def test_what_postgresql_cannot_hold_is_no_fault_of_ours(
    world: World, method: str, path: str, status: int
):
    path, _, query = path.partition("?")
    with local_http.Client(base_url=world.service.url) as client:
        form = query
        if path == "/accounts/login":
            form += f"&csrfmiddlewaretoken={find_csrf_token(client.get(path))}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = {"params": query} if method == "GET" else {"content": form, "headers": headers}

        assert client.request(method, path, **sent).status_code == status
