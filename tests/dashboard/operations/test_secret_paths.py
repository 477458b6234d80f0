from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from apps.organizations.invitations import issue_invitation
from apps.organizations.models import Membership
from tests.conftest import Cast


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What goes to stderr."""
    [console] = [each for each in logging.getLogger().handlers if each.name == "console"]
    assert isinstance(console, logging.StreamHandler)
    former = console.setStream(io.StringIO())
    yield console.stream
    console.setStream(former)


@pytest.fixture
def token(cast: Cast) -> str:
    return issue_invitation(cast.acme, "ann@acme.test", Membership.Role.EDITOR, cast.olga)[1]


@pytest.mark.parametrize(
    ("method", "path", "headers", "said"),
    [
        ("post", "/invitations/{}", {}, "Forbidden (CSRF cookie not set.): /invitations/…"),
        ("get", "/invitations/{}/join", {}, "Method Not Allowed (GET): /invitations/…/join"),
        ("get", "/invitations/{}/none", {}, "Not Found: /invitations/…/none"),
        ("get", "/Invitations/{}", {}, "Not Found: /Invitations/…"),
        (
            "post",
            "/accounts/login",
            {"Referer": "https://other.test/invitations/{}"},
            "https://other.test/invitations/… does not match",
        ),
        ("post", "/accounts/reset/MQ/{}", {}, "/accounts/reset/MQ/…"),
        ("post", "/accounts/email/{}", {}, "/accounts/email/…"),
    ],
)
def test_path_that_lets_somebody_in_is_not_written_down(token, log, method, path, headers, said):
    client = Client(enforce_csrf_checks=True)
    sent = {name: value.format(token) for name, value in headers.items()}

    getattr(client, method)(path.format(token), headers=sent, secure=bool(sent))

    assert said in log.getvalue()
    assert token not in log.getvalue()


@pytest.mark.parametrize("path", ["/organizations/{}/products", "/i/{}", "/{}", "/static/{}.css"])
def test_key_in_the_place_of_an_id_is_not_written_down(cast, log, path):
    key = cast.issue(cast.ed, "csu")

    Client(enforce_csrf_checks=True).post(path.format(key))

    assert path.format("csu_…") in log.getvalue()
    assert key not in log.getvalue()


def test_other_paths_are_said_as_they_are(client, db, log):
    client.get("/organizations/none")
    client.get("/invitation/none")

    assert "Not Found: /invitation/none" in log.getvalue()
