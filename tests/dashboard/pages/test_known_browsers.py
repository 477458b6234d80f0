"""Guesses of one name from everywhere are slowed down, and its owner's browser is let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory

from apps.dashboard.pages.known_browsers import count_name_attempt
from tests.conftest import Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "horse-battery-staple"
LOGIN = "/accounts/login"


@pytest.fixture
def ed(cast: Cast) -> Cast:
    cast.ed.is_staff = True
    cast.ed.set_password(PASSWORD)
    cast.ed.save()
    return cast


@pytest.fixture(autouse=True)
def _quick_and_still(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with time_machine.travel(NOW, tick=False):
        yield


def sign_in(client: Client, address: str, password: str = PASSWORD, path: str = LOGIN):
    return client.post(path, {"username": "ed", "password": password}, REMOTE_ADDR=address)


def guess(times: int) -> list[int]:
    """Each guess from an address of its own."""
    addresses = [f"203.0.113.{n}" for n in range(times)]
    return [sign_in(Client(), address, "wrong").status_code for address in addresses]


def use_up(rf: RequestFactory) -> None:
    """Count as many attempts as there may be of the name from unknown browsers in an hour."""
    waits = [count_name_attempt(rf.post(LOGIN), "ed") for _ in range(30)]
    assert waits == [0] * 30


def test_thirty_guesses_of_a_name_from_everywhere_close_it_for_unknown_browsers(ed):
    assert guess(32) == [200] * 30 + [429] * 2

    refused = sign_in(Client(), "198.51.100.1")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    assert "60 minutes" in refused.content.decode()


@pytest.mark.parametrize("path", [LOGIN, "/admin/login/"])
def test_owner_signs_in_where_they_did_before_whoever_guesses(ed, rf, path):
    owner = Client()
    sign_in(owner, "198.51.100.1", path=path)
    owner.post("/accounts/logout")
    use_up(rf)
    assert guess(2) == [429] * 2

    response = sign_in(owner, "198.51.100.2", path=path)

    assert response.status_code == 302
    assert "_auth_user_id" in owner.session


def test_name_is_open_again_after_the_hour_and_closed_for_the_day_at_a_hundred(rf):
    with time_machine.travel(NOW, tick=False) as clock:
        counts = []
        for _ in range(4):
            waits = [count_name_attempt(rf.get("/"), "ed") for _ in range(35)]
            counts.append(waits.count(0))
            clock.shift(timedelta(hours=1))

    assert counts == [30, 30, 30, 10]
    assert waits[-1] == 9 * 3600


def test_right_passwords_use_nothing_up(ed, rf):
    statuses = [sign_in(Client(), f"203.0.113.{n}").status_code for n in range(35)]

    assert statuses == [302] * 35
    use_up(rf)
    assert guess(1) == [429]


def test_guesses_in_a_session_of_the_same_user_are_not_given_back(ed):
    thief = Client()
    thief.force_login(ed.ed, backend="django.contrib.auth.backends.ModelBackend")

    statuses = [sign_in(thief, f"203.0.113.{n}", "wrong").status_code for n in range(32)]

    assert statuses == [200] * 30 + [429] * 2
    assert "known_browser" not in thief.cookies


def test_known_browser_may_not_guess_on_and_on_either(ed):
    owner = Client()
    sign_in(owner, "198.51.100.1")

    statuses = [sign_in(owner, f"203.0.113.{n}", "wrong").status_code for n in range(32)]

    assert statuses == [200] * 30 + [429] * 2


@pytest.mark.parametrize(
    "forge", [lambda value: value[:-1] + "x", lambda value: "", lambda value: "é"]
)
def test_forged_cookie_makes_no_browser_known(ed, rf, forge):
    owner = Client()
    sign_in(owner, "198.51.100.1")
    stranger = Client()
    stranger.cookies["known_browser"] = forge(owner.cookies["known_browser"].value)
    use_up(rf)

    assert sign_in(stranger, "198.51.100.2").status_code == 429


def test_cookie_of_one_name_helps_no_other(ed, rf):
    ed.mo.set_password(PASSWORD)
    ed.mo.save()
    browser = Client()
    browser.post(LOGIN, {"username": "mo", "password": PASSWORD}, REMOTE_ADDR="198.51.100.1")
    use_up(rf)

    assert sign_in(browser, "198.51.100.1").status_code == 429


def test_cookie_has_its_flags_and_no_name_in_it(ed, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    sign_in(client, "198.51.100.1")

    cookie = client.cookies["known_browser"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == 31_536_000
    assert "ed" not in cookie.value.split(":")[0].split(",")
