"""A user's own address: changed by password, and by a link where mail is sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import Cast
from tests.mailbox import Mailbox

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORIGIN = "https://dashboard.example.com"
PAGE = "/accounts/email"
PASSWORD = "horse-battery-staple"
FORMER, NEW = "ed@acme.test", "ed@new.test"


@pytest.fixture(autouse=True)
def _public_address(settings) -> None:
    settings.API_SERVER_URL = ORIGIN


@pytest.fixture
def ed(cast: Cast, client: Client) -> User:
    cast.ed.email = FORMER
    cast.ed.set_password(PASSWORD)
    cast.ed.save()
    client.force_login(cast.ed, backend="django.contrib.auth.backends.ModelBackend")
    return cast.ed


def ask(client: Client, email: str = NEW, password: str = PASSWORD) -> str:
    sent = {"email": email, "password": password}
    return client.post(PAGE, sent, follow=True).content.decode()


def find_path(mailbox: Mailbox) -> str:
    """Of the link in the newest mail."""
    found = re.search(rf"^{ORIGIN}({PAGE}/\S+)\r?$", mailbox.mails[-1].get_content(), re.M)
    assert found is not None
    return found[1]


def get_address(user: User) -> str:
    user.refresh_from_db()
    return user.email


def test_without_mail_the_password_is_enough(client: Client, ed: User):
    assert FORMER in client.get(PAGE).content.decode()

    assert f"Your address is {NEW} now." in ask(client)

    assert get_address(ed) == NEW


@pytest.mark.parametrize(
    ("email", "password", "fault"),
    [
        (NEW, "guessed", "not your password"),
        ("ed", PASSWORD, "valid email"),
        ("\u0131@acme.test", PASSWORD, "letters without accents"),
        (NEW, "", "required"),
    ],
)
def test_fault_is_told_and_nothing_changes(
    client: Client, ed: User, mailbox: Mailbox, email: str, password: str, fault: str
):
    assert fault in ask(client, email, password)
    assert get_address(ed) == FORMER
    assert mailbox.mails == []


def test_with_mail_the_new_address_counts_once_its_link_is_followed(
    client: Client, ed: User, mailbox: Mailbox
):
    assert f"We mailed a link to <b>{NEW}</b>" in ask(client)
    assert [mail["To"] for mail in mailbox.mails] == [NEW]
    path, elsewhere = find_path(mailbox), Client()

    assert "Is this address yours?" in elsewhere.get(path).content.decode()
    assert get_address(ed) == FORMER
    kept = elsewhere.post(path)

    assert "Your address is changed" in kept.content.decode()
    assert kept.headers["Referrer-Policy"] == "strict-origin"
    assert get_address(ed) == NEW
    assert mailbox.mails[-1]["To"] == FORMER
    assert f"is {NEW} now" in mailbox.mails[-1].get_content()
    assert (elsewhere.get(path).status_code, elsewhere.post(path).status_code) == (404, 404)


def test_link_ends_after_an_hour_and_with_another_password(
    client: Client, ed: User, mailbox: Mailbox
):
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
        ask(client)
        path = find_path(mailbox)
        clock.shift(timedelta(hours=1))
        assert client.get(path).status_code == 200
        ed.set_password("nine-quiet-otters")
        ed.save()
        assert client.post(path).status_code == 404
        ed.set_password(PASSWORD)
        ed.save()
        clock.shift(timedelta(seconds=1))
        assert client.post(path).status_code == 404

    assert get_address(ed) == FORMER


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00"])
def test_link_that_never_was_is_not_good(client: Client, ed: User, token: str):
    response = client.post(f"{PAGE}/{token}")

    assert response.status_code == 404
    assert "This link is not good any more" in response.content.decode()


def test_mail_that_is_not_taken_is_told(client: Client, ed: User, mailbox: Mailbox):
    mailbox.refused = "550 no such mailbox"

    assert f"No mail could be sent to {NEW}" in ask(client)


def test_passwords_are_guessed_seldom_and_mails_sent_seldom(
    client: Client, ed: User, cast: Cast, mailbox: Mailbox
):
    with time_machine.travel(NOW, tick=False):
        client.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
        for _ in range(6):
            ask(client)
        assert len(mailbox.mails) == 5
        for _ in range(4):
            ask(client, password="guessed")
        locked = client.post(PAGE, {"email": NEW, "password": PASSWORD})

    assert locked.status_code == 429
    assert len(mailbox.mails) == 5


def test_stranger_signs_in_first(client: Client, cast: Cast):
    assert client.get(PAGE).url.startswith("/accounts/login?next=")
