"""One application on its way through the code flow, as a browser and as itself."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.test import Client
from oauth2_provider.models import Application

from tests.conftest import Api

BOTH = "images:read images:write"
SECRET = "a-secret-that-only-the-application-has"
CALLBACK = "https://shelf.example/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


@dataclass
class Flow:
    """``browser`` is the user's; ``asked`` is what the application asks for."""

    browser: Client
    asked: dict[str, Any]
    secret: dict[str, str] = field(default_factory=dict)

    def ask(self, **changes: Any) -> HttpResponse:
        """Open the consent page; None leaves a parameter out."""
        asked = {name: value for name, value in {**self.asked, **changes}.items() if value}
        return self.browser.get("/oauth/authorize", asked)

    def answer(self, *, allow: bool = True, **changes: Any) -> dict[str, str]:
        """What the application is told after the user's answer."""
        page = self.ask(**changes)
        assert page.status_code == 200, page.headers
        address = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
        return read_redirect(self.browser.post(address, {"allow": "yes"} if allow else {}))

    def post(self, path: str = "/oauth/token", **fields: str) -> HttpResponse:
        """Send what an application sends to the server by itself."""
        client_id = str(self.asked["client_id"])
        sent = {"client_id": client_id, **self.secret, **fields}
        return Client(enforce_csrf_checks=True).post(path, sent)

    def exchange(self, code: str, **changes: str) -> HttpResponse:
        sent = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        redirect_uri = str(self.asked["redirect_uri"])
        return self.post(**{**sent, "redirect_uri": redirect_uri, **changes})

    def get_tokens(self, **changes: Any) -> dict[str, Any]:
        """Go the whole way."""
        redirect = {"redirect_uri": changes["redirect_uri"]} if "redirect_uri" in changes else {}
        response = self.exchange(self.answer(**changes)["code"], **redirect)
        assert response.status_code == 200, response.content
        tokens: dict[str, Any] = json.loads(response.content)
        return tokens

    def refresh(self, refresh_token: str, **changes: str) -> HttpResponse:
        return self.post(grant_type="refresh_token", refresh_token=refresh_token, **changes)


def read_redirect(response: HttpResponse) -> dict[str, str]:
    assert response.status_code == 302, response.content
    query = urlsplit(response.headers["Location"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def build_application(redirect_uris: str = CALLBACK, **fields: str) -> Application:
    usual = {"client_type": "public", "authorization_grant_type": "authorization-code"}
    return Application.objects.create(
        name="Shelf Planner", redirect_uris=redirect_uris, **{**usual, **fields}
    )


def upload(api: Api, token: str) -> int:
    api.headers.clear()
    api.headers["Authorization"] = f"Bearer {token}"
    return api.upload().status_code


def look(api: Api, token: str) -> int:
    return api.client.get(api.path, headers={"Authorization": f"Bearer {token}"}).status_code
