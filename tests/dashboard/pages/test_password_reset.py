from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.test.signals import template_rendered
from django.utils import timezone
from oauth2_provider.models import AccessToken

from apps.organizations.models import ApiKey
from tests.conftest import Api, Cast
from tests.dashboard.pages.test_sign_in import fail
from tests.mailbox import Mailbox

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORIGIN = "https://dashboard.example.com"
PAGE = "/accounts/password_reset"
OLD, NEW = "horse-battery-staple", "nine-quiet-otters"
PASSWORDS = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture(autouse=True)
def _public_address(settings) -> None:
    settings.API_SERVER_URL = ORIGIN


@pytest.fixture
def ed(cast: Cast) -> User:
    cast.ed.email = "Ed@Acme.test"
    cast.ed.set_password(OLD)
    cast.ed.save()
    return cast.ed


def ask(client: Client, email: str = "ed@acme.test", **headers: str):
    response = client.post(PAGE, {"email": email}, headers=headers)
    wait_for_mails()
    return response


def wait_for_mails() -> None:
    for thread in threading.enumerate():
        if thread.name == "password-reset":
            thread.join()


def find_path(mailbox: Mailbox) -> str:
    """Of the link in the newest mail."""
    found = re.search(rf"^{ORIGIN}(/accounts/reset/\S+)\r?$", mailbox.mails[-1].get_content(), re.M)
    assert found is not None
    return found[1]


def follow(client: Client, path: str, **changes: str):
    """Open the link and choose a password."""
    opened = client.get(path, follow=True)
    return client.post(opened.request["PATH_INFO"], {**PASSWORDS, **changes}, follow=True)


def sign_in(password: str) -> int:
    return Client().post("/accounts/login", {"username": "ed", "password": password}).status_code


def test_link_is_mailed_and_lets_a_new_password_be_chosen(client, ed, mailbox):
    assert ask(client).url == "/accounts/password_reset/done"
    [mail] = mailbox.mails
    assert (mail["To"], mail["From"]) == ("Ed@Acme.test", "Closient <no-reply@acme.test>")
    assert "password for ed in" in mail.get_content()

    done = follow(client, find_path(mailbox))

    assert "Your new password counts" in done.content.decode()
    assert client.get("/accounts/password_change").status_code == 200
    assert (sign_in(OLD), sign_in(NEW)) == (200, 302)


def test_address_without_an_account_is_answered_the_same_and_gets_nothing(client, ed, mailbox):
    User.objects.create_user("gone", "gone@acme.test", OLD, is_active=False)
    User.objects.create_user("keyless", "keyless@acme.test")

    known = ask(client)
    strangers = [ask(client, f"{name}@acme.test") for name in ("nobody", "gone", "keyless")]

    assert {(each.status_code, each.url) for each in [known, *strangers]} == {
        (302, "/accounts/password_reset/done")
    }
    assert {each.content for each in [known, *strangers]} == {b""}
    assert len(mailbox.mails) == 1


def test_answer_does_not_wait_for_the_mail_server(client, ed, mailbox):
    mailbox.may_answer.clear()
    response = client.post(PAGE, {"email": "ed@acme.test"})
    assert response.status_code == 302
    assert mailbox.mails == []
    mailbox.may_answer.set()
    ask(client, "nobody@acme.test")
    assert len(mailbox.mails) == 1


def test_answer_comes_before_the_mail_is_written_and_starts_a_thread_for_everybody(
    client, ed, mailbox
):
    written = []

    def note(template, **_):
        written.append(template.name)

    template_rendered.connect(note)
    for email in ("ed@acme.test", "nobody@acme.test"):
        client.post(PAGE, {"email": email})
        assert written == []
        [thread] = [each for each in threading.enumerate() if each.name == "password-reset"]
        thread.join()
        written.clear()
    template_rendered.disconnect(note)

    assert len(mailbox.mails) == 1


def test_mail_server_that_is_down_is_not_told(client, ed, mail_port, caplog):
    assert ask(client).url == "/accounts/password_reset/done"
    assert "Failed to send password reset email" in caplog.text


@pytest.mark.parametrize("host", ["evil.example", "testserver:8443"])
def test_link_leads_to_the_public_address_whatever_host_is_named(
    client, ed, mailbox, settings, host
):
    settings.ALLOWED_HOSTS = ["*"]

    ask(client, Host=host, X_Forwarded_Host=host)

    assert host not in mailbox.mails[0].as_string()
    assert find_path(mailbox).startswith("/accounts/reset/")


def test_link_is_good_once(client, ed, mailbox):
    ask(client)
    path = find_path(mailbox)
    follow(client, path)

    again = Client().get(path)

    assert "This link is not good any more" in again.content.decode()
    assert sign_in(NEW) == 302


def test_link_lives_an_hour(client, ed, mailbox):
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        path = find_path(mailbox)
        clock.shift(timedelta(hours=1))
        assert client.get(path).status_code == 302
        clock.shift(timedelta(seconds=1))
        assert client.get(path).status_code == 200


def test_token_is_not_in_the_address_where_the_password_is_chosen(client, ed, mailbox):
    ask(client)
    path = find_path(mailbox)

    moved = client.get(path)

    assert moved.url == path.rpartition("/")[0] + "/set-password"
    assert path.rpartition("/")[2] not in client.get(moved.url).content.decode()
    assert "This link is not good" in Client().get(moved.url).content.decode()


@pytest.mark.parametrize(
    "path",
    ["/accounts/reset/MQ/x-y", "/accounts/reset/%00/x", "/accounts/reset/" + "9" * 40 + "/x"],
)
def test_link_that_never_was_is_not_good(client, cast, path):
    html = client.get(path).content.decode()
    assert "This link is not good any more" in html
    assert 'href="/accounts/password_reset"' in html


def test_fault_of_the_password_is_told_until_somebody_signs_in(client, ed, mailbox):
    ask(client)

    short = {"new_password1": "1", "new_password2": "1"}
    assert "too short" in follow(client, find_path(mailbox), **short).content.decode()
    assert sign_in(OLD) == 302
    # Signing in ends it, as Django has it.
    assert "not good any more" in Client().get(find_path(mailbox)).content.decode()


def test_new_password_ends_what_acts_as_the_user_and_nothing_else(
    client, ed, cast, api: Api, mailbox
):
    personal, of_acme, of_mo = cast.issue(ed, "csu"), cast.issue(ed), cast.issue(cast.mo, "csu")
    session = Client()
    session.force_login(ed, backend="django.contrib.auth.backends.ModelBackend")
    before = client.session
    before.save()
    client.cookies["sessionid"] = before.session_key
    ask(client)

    follow(client, find_path(mailbox))

    statuses = []
    for raw_key in (personal, of_acme, of_mo):
        api.headers["X-API-Key"] = raw_key
        statuses.append(api.get().status_code)
    assert statuses == [401, 200, 200]
    assert session.get("/accounts/password_change").status_code == 302
    assert client.cookies["sessionid"].value != before.session_key
    assert ApiKey.objects.filter(is_active=True).count() == 3


def test_new_password_shuts_applications_out(client, ed, mailbox, api: Api):
    AccessToken.objects.create(
        user=ed, token="secret", scope="images:read", expires=timezone.now() + timedelta(hours=1)
    )
    api.headers.clear()
    api.headers["Authorization"] = "Bearer secret"
    assert api.get().status_code == 200
    ask(client)

    follow(client, find_path(mailbox))

    assert api.get().status_code == 401


def test_new_password_lets_in_who_was_locked_out(client, ed, mailbox):
    fail(client, 5)
    ask(client)
    follow(client, find_path(mailbox))

    assert client.get("/accounts/password_change").status_code == 200
    assert sign_in(NEW) == 302


def test_mailbox_is_not_filled_by_strangers(client, ed, mailbox, settings):
    settings.TRUSTED_PROXIES = 1
    with time_machine.travel(NOW, tick=False) as clock:
        answers = [
            client.post(
                PAGE, {"email": "ED@acme.test"}, headers={"X-Forwarded-For": f"203.0.113.{n}"}
            )
            for n in range(7)
        ]
        wait_for_mails()
        assert len(mailbox.mails) == 5
        clock.shift(timedelta(hours=1))
        ask(client)

    assert {answer.url for answer in answers} == {"/accounts/password_reset/done"}
    assert len(mailbox.mails) == 6


def test_one_address_asks_seldom(client, ed, mailbox):
    with time_machine.travel(NOW, tick=False):
        statuses = [client.post(PAGE, {"email": f"{n}@acme.test"}).status_code for n in range(11)]
        wait_for_mails()

    assert statuses == [302] * 10 + [429]


def test_without_mail_the_page_says_who_helps(client, ed):
    html = client.get(PAGE).content.decode()
    assert "This service sends no mail" in html
    assert "<form" not in html.partition("<main")[2]
    assert ask(client).status_code == 200


@pytest.mark.parametrize("path", ["/accounts/login", "/admin/login/"])
def test_sign_in_leads_there(client, db, path):
    html = client.get(path).content.decode()
    [link] = re.findall(r'href="(/\w+/password_reset/?)"', html)
    assert client.get(link, follow=True).status_code == 200
