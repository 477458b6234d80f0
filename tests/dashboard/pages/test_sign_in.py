"""Signing in and out, and what slows the guessing of passwords down."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client, RequestFactory

from apps.dashboard.pages.sign_in import get_attempted_username, get_client_address
from tests.conftest import Api, Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "horse-battery-staple"
LOGIN = "/accounts/login"
ADMIN_LOGIN = "/admin/login/"


@pytest.fixture
def ed(cast: Cast) -> Cast:
    cast.ed.is_staff = True
    cast.ed.set_password(PASSWORD)
    cast.ed.save()
    return cast


def sign_in(client: Client, password: str = PASSWORD, path: str = LOGIN, **headers: str):
    return client.post(path, {"username": "ed", "password": password}, headers=headers)


def fail(client: Client, times: int, path: str = LOGIN, **headers: str) -> list[int]:
    return [sign_in(client, "wrong", path, **headers).status_code for _ in range(times)]


def test_page_has_a_form_and_no_queries(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(LOGIN)

    assert response.status_code == 200
    assert "<h1>Sign in</h1>" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_right_password_leads_home_and_shows_who_is_signed_in(client, ed):
    response = sign_in(client)

    assert (response.status_code, response.url) == (302, "/")
    home = client.get("/", follow=True).content.decode()
    assert ">ed</bdi>" in home
    assert "Sign out" in home


@pytest.mark.parametrize(
    ("wanted", "target"),
    [("/docs/errors", "/docs/errors"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_next_stays_on_this_host(client, ed, wanted, target):
    data = {"username": "ed", "password": PASSWORD, "next": wanted}
    assert client.post(LOGIN, data).url == target


def test_session_is_a_new_one_at_sign_in(client, ed):
    session = client.session
    session["basket"] = "kept"
    session.save()
    before = client.cookies["sessionid"].value

    sign_in(client)

    assert client.cookies["sessionid"].value != before
    assert client.session["basket"] == "kept"
    assert not client.session.exists(before)


def test_signing_out_is_by_post_alone_and_ends_the_session(client, ed):
    sign_in(client)
    key = client.cookies["sessionid"].value

    assert client.get("/accounts/logout").status_code == 405
    assert client.session.exists(key)
    assert client.post("/accounts/logout").url == "/"
    assert not client.session.exists(key)


def test_form_needs_its_csrf_token(ed):
    response = sign_in(Client(enforce_csrf_checks=True))

    assert response.status_code == 403
    assert "The form is out of date" in response.content.decode()


def test_session_of_a_signed_in_user_uploads(api: Api, ed, client):
    sign_in(client)
    client.get(LOGIN)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    api.headers.clear()
    api.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    api.headers["X-CSRFToken"] = cookies["csrftoken"]

    assert api.upload().status_code == 201


def test_changed_password_counts_and_ends_other_sessions(client, ed):
    other = Client()
    sign_in(other)
    sign_in(client)
    new = "another-horse-another-staple"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    response = client.post("/accounts/password_change", data, follow=True)

    assert "Your password is changed" in response.content.decode()
    assert client.get("/accounts/password_change").status_code == 200
    assert other.get("/accounts/password_change").url.startswith(LOGIN)
    assert sign_in(Client(), new).status_code == 302


def test_old_password_is_not_guessed_on_and_on(client, ed):
    new = "another-horse-another-staple"
    data = {"old_password": "wrong", "new_password1": new, "new_password2": new}

    with time_machine.travel(NOW, tick=False):
        sign_in(client)
        guesses = [client.post("/accounts/password_change", data) for _ in range(10)]
        eleventh = client.post("/accounts/password_change", {**data, "old_password": PASSWORD})

    assert [guess.status_code for guess in guesses] == [200] * 10
    assert eleventh.status_code == 429
    assert eleventh.headers["Retry-After"] == "900"
    assert "Too many attempts" in eleventh.content.decode()
    assert sign_in(Client()).status_code == 302


def test_page_of_the_admin_for_a_new_password_is_ours(client):
    assert client.get("/admin/password_change/").url == "/accounts/password_change"


def test_faults_of_a_new_password_are_told(client, ed):
    sign_in(client)
    data = {"old_password": "wrong", "new_password1": "12345", "new_password2": "12345"}

    html = client.post("/accounts/password_change", data).content.decode()

    assert "Your old password was entered incorrectly" in html
    assert "This password is too short" in html


@pytest.mark.parametrize("path", [LOGIN, ADMIN_LOGIN])
def test_fifth_failure_locks_the_name_for_this_address(client, ed, path):
    assert fail(client, 5, path) == [200, 200, 200, 200, 429]

    response = sign_in(client, path=path)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert "15 minutes" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_lockout_of_one_page_counts_on_the_other(client, ed):
    fail(client, 5, ADMIN_LOGIN)

    assert sign_in(client).status_code == 429


def test_lockout_ends_by_itself_whatever_is_tried_meanwhile(client, ed):
    with time_machine.travel(NOW, tick=False) as clock:
        fail(client, 5)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert sign_in(client).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert sign_in(client).status_code == 302


def test_right_password_in_between_starts_the_count_anew(client, ed):
    fail(client, 4)
    sign_in(client)

    assert fail(client, 4) == [200] * 4


def test_others_are_not_locked_out(client, ed, settings):
    settings.TRUSTED_PROXIES = 1
    fail(client, 5, X_Forwarded_For="203.0.113.7")

    assert sign_in(client, X_Forwarded_For="203.0.113.7").status_code == 429
    assert sign_in(client, X_Forwarded_For="203.0.113.8").status_code == 302


def test_forged_hop_is_no_way_around(client, ed, settings):
    settings.TRUSTED_PROXIES = 1
    sent = [f"198.51.100.{n}, 203.0.113.7" for n in range(6)]

    statuses = [sign_in(client, "wrong", X_Forwarded_For=hops).status_code for hops in sent]

    assert statuses == [200, 200, 200, 200, 429, 429]


def test_one_address_may_not_try_many_names(client, ed):
    with time_machine.travel(NOW, tick=False) as clock:
        for n in range(60):
            data = {"username": f"name-{n}", "password": "wrong"}
            assert client.post(LOGIN, data).status_code == 200

        refused = sign_in(client)

        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "60"
        assert "1 minute. Waiting" in refused.content.decode()
        assert AccessAttempt.objects.count() == 60
        clock.shift(timedelta(seconds=60))
        assert sign_in(client).status_code == 302


def test_neighbours_in_one_ipv6_network_are_one_address(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:3:4:5:6")

    assert get_client_address(request) == "2001:db8:1:2::"


def test_attempt_with_an_endless_name_is_counted_by_its_beginning(client, db):
    assert client.post(LOGIN, {"username": "x" * 5000, "password": "wrong"}).status_code == 200
    assert AccessAttempt.objects.get().username == "x" * 255
    assert get_attempted_username(RequestFactory().post("/"), None) is None


def test_password_is_nowhere_in_the_record_of_attempts(client, ed):
    sign_in(client, "nearly-the-right-one")

    attempt = AccessAttempt.objects.get()
    assert "nearly-the-right-one" not in attempt.post_data + attempt.get_data


def test_requests_of_the_api_pay_nothing_for_it(api: Api, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = api.client.get(api.path)
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("environment", "is_secure"),
    [
        ({}, False),
        ({"DJANGO_ALLOWED_HOSTS": "localhost,127.0.0.1"}, False),
        ({"DJANGO_ALLOWED_HOSTS": "dashboard.example.com"}, True),
        ({"DJANGO_ALLOWED_HOSTS": "localhost,dashboard.example.com"}, True),
        ({"DJANGO_ALLOWED_HOSTS": "*"}, True),
        ({"DJANGO_ALLOWED_HOSTS": "dashboard.example.com", "DJANGO_DEBUG": "1"}, False),
        ({"DJANGO_ALLOWED_HOSTS": "dashboard.example.com", "SECURE_COOKIES": "0"}, False),
        ({"SECURE_COOKIES": "1"}, True),
    ],
)
def test_cookies_are_for_tls_unless_this_machine_is_all_there_is(
    monkeypatch, environment, is_secure
):
    for name in ("DJANGO_ALLOWED_HOSTS", "DJANGO_DEBUG", "SECURE_COOKIES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    found = runpy.run_path("closient/settings.py")

    assert found["SESSION_COOKIE_SECURE"] is is_secure
    assert found["CSRF_COOKIE_SECURE"] is is_secure
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"


@pytest.mark.parametrize(("hops", "is_trusted"), [("0", False), ("1", True)])
def test_tls_is_believed_of_trusted_proxies_alone(monkeypatch, hops, is_trusted):
    monkeypatch.setenv("TRUSTED_PROXIES", hops)

    found = runpy.run_path("closient/settings.py")

    assert ("SECURE_PROXY_SSL_HEADER" in found) is is_trusted


def test_cookie_of_a_session_has_its_flags(client, ed, settings):
    settings.SESSION_COOKIE_SECURE = True
    sign_in(client)

    cookie = client.cookies["sessionid"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", [LOGIN, "/oauth/token", "/oauth/revoke_token"])
def test_file_in_a_form_is_refused(client_here: httpx.Client, db, path):
    files = {"image": ("a.jpg", b"not looked at")}
    cookie = {"Cookie": f"csrftoken={'a' * 32}"}

    assert client_here.post(path, files=files, headers=cookie).status_code == 400
