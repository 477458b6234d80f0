from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.invitations import find_invitation, issue_invitation
from apps.organizations.models import Membership
from tests.conftest import Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "horse-battery-staple"
ACCOUNT = {"username": "ann", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def token(cast: Cast) -> str:
    """Of an invitation of Ann's, as an editor of Acme."""
    return issue_invitation(cast.acme, "ann@acme.test", Membership.Role.EDITOR, cast.olga)[1]


def get_products(cast: Cast) -> str:
    return f"/organizations/{encode_id(cast.acme.id)}/products"


def list_members(cast: Cast) -> list[str]:
    return sorted(member.user.username for member in cast.acme.memberships.all())


def test_page_says_who_invites_whom_to_what_and_uses_nothing_up(client, cast, token):
    for method in (client.get, client.head, client.get):
        response = method(f"/invitations/{token}")

    html = response.content.decode()
    assert "Join Acme" in html
    assert "<b>olga</b> invites" in html
    assert "<b>ann@acme.test</b> to look after its product pictures, as editor" in html
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert find_invitation(token) is not None


def test_new_user_chooses_a_password_and_is_in(client, cast, token):
    response = client.post(f"/invitations/{token}", ACCOUNT, follow=True)

    ann = User.objects.get(username="ann")
    assert response.redirect_chain == [(get_products(cast), 302)]
    assert "You are a member of Acme now, as editor" in response.content.decode()
    assert (ann.email, ann.is_staff, ann.is_superuser) == ("ann@acme.test", False, False)
    assert cast.acme.memberships.get(user=ann).role == "editor"
    signed_in = Client().post("/accounts/login", {"username": "ann", "password": PASSWORD})
    assert signed_in.status_code == 302


def test_session_is_a_new_one_with_the_account(client, token):
    session = client.session
    session["basket"] = "kept"
    session.save()
    before = client.cookies["sessionid"].value

    client.post(f"/invitations/{token}", ACCOUNT)

    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_form_needs_its_csrf_token(cast, token):
    client = Client(enforce_csrf_checks=True)

    assert client.post(f"/invitations/{token}", ACCOUNT).status_code == 403
    assert not User.objects.filter(username="ann").exists()


def test_address_is_offered_as_the_name(client, token):
    html = client.get(f"/invitations/{token}").content.decode()
    assert 'value="ann@acme.test"' in html
    client.post(f"/invitations/{token}", {**ACCOUNT, "username": "ann@acme.test"})
    assert User.objects.filter(username="ann@acme.test").exists()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"username": ""}, "This field is required"),
        ({"username": "ZOE"}, "already exists"),
        ({"username": "a b"}, "Enter a valid username"),
        ({"username": "x" * 151}, "at most 150 characters"),
        ({"password2": "other"}, "match"),
        ({"password1": "12345", "password2": "12345"}, "too short"),
        ({"password1": "ann@acme.test", "password2": "ann@acme.test"}, "too similar"),
    ],
)
def test_fault_of_the_account_is_told_and_the_link_stays(client, cast, token, changes, fault):
    html = client.post(f"/invitations/{token}", {**ACCOUNT, **changes}).content.decode()
    assert fault in html
    assert PASSWORD not in html
    assert find_invitation(token) is not None
    assert list_members(cast) == ["bill", "ed", "mo", "olga"]
    assert User.objects.count() == 5


def test_used_link_is_over(client, cast, token):
    first, second = Client(), Client()
    second.get(f"/invitations/{token}")
    first.post(f"/invitations/{token}", ACCOUNT)

    late = second.post(f"/invitations/{token}", {**ACCOUNT, "username": "eve"})

    assert late.status_code == 404
    assert "This link is not good any more" in late.content.decode()
    assert second.get(f"/invitations/{token}").status_code == 404
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "x" * 3000])
@pytest.mark.parametrize("rest", ["", "/join"])
def test_link_that_never_was_is_over_as_well(client, cast, token, rest):
    client.force_login(cast.zoe)

    response = client.post(f"/invitations/{token}{rest}", ACCOUNT)

    assert response.status_code == 404
    assert "This link is not good any more" in response.content.decode()


def test_user_who_is_signed_in_joins_with_one_button(client, cast, token):
    client.force_login(cast.zoe)
    assert "Join as zoe" in client.get(f"/invitations/{token}").content.decode()

    response = client.post(f"/invitations/{token}/join")

    assert response.url == get_products(cast)
    assert cast.acme.memberships.get(user=cast.zoe).role == "editor"
    assert client.post(f"/invitations/{token}/join").status_code == 404


@pytest.mark.parametrize(
    ("email", "is_told"), [("zoe@globex.test", True), ("Ann@Acme.test", False), ("", False)]
)
def test_user_whom_it_is_not_for_is_told_so(client, cast, token, email, is_told):
    User.objects.filter(pk=cast.zoe.pk).update(email=email)
    client.force_login(cast.zoe)
    html = client.get(f"/invitations/{token}").content.decode()
    assert ("the invitation is for another address" in html) is is_told


def test_form_of_a_new_user_makes_none_for_one_who_is_signed_in(client, cast, token):
    client.force_login(cast.zoe)

    response = client.post(f"/invitations/{token}", ACCOUNT)

    assert "Join as zoe" in response.content.decode()
    assert find_invitation(token) is not None
    assert not User.objects.filter(username="ann").exists()


def test_stranger_signs_in_and_comes_back_without_the_token_in_an_address(client, cast, token):
    cast.zoe.set_password(PASSWORD)
    cast.zoe.save()
    page = client.get(f"/invitations/{token}").content.decode()
    assert 'href="/accounts/login?next=/invitations"' in page
    login = {"username": "zoe", "password": PASSWORD, "next": "/invitations"}

    back = client.post("/accounts/login", login, follow=True)

    assert "Join as zoe" in back.content.decode()
    assert client.cookies["invitation"]["httponly"]
    assert client.cookies["invitation"]["samesite"] == "Lax"
    assert client.cookies["invitation"]["path"] == "/invitations"


def test_somebody_else_signs_out_and_comes_back(client, cast, token):
    client.force_login(cast.zoe)
    client.get(f"/invitations/{token}")

    back = client.post("/accounts/logout", {"next": "/invitations"}, follow=True)

    assert "Sign in to join" in back.content.decode()


def test_without_a_link_opened_before_one_is_led_home(client, db):
    assert client.get("/invitations").url == "/"
    for forged in ("x", "../admin/", "//other.test", "ü%0d"):
        client.cookies["invitation"] = forged
        response = client.get("/invitations")
        assert re.fullmatch(r"/invitations/[\w.%-]+", response.url)
        assert client.get(response.url).status_code == 404


def test_joining_takes_a_post_of_one_who_is_signed_in(client, cast, token):
    assert client.get(f"/invitations/{token}/join").status_code == 405
    assert client.post(f"/invitations/{token}/join").url == f"/invitations/{token}"
    assert find_invitation(token) is not None


def test_member_is_told_and_leaves_the_link_to_whom_it_is_for(client, cast, token):
    client.force_login(cast.bill)

    html = client.post(f"/invitations/{token}/join", follow=True).content.decode()

    assert "You are a member already" in html
    assert "You are billing in <b>Acme</b>" in html
    assert cast.acme.memberships.get(user=cast.bill).role == "billing"
    assert find_invitation(token) is not None


def test_names_are_not_tried_on_and_on(client, cast):
    with time_machine.travel(NOW, tick=False):
        _, token = issue_invitation(cast.acme, "ann@acme.test", Membership.Role.EDITOR, cast.olga)
        taken = {**ACCOUNT, "username": "zoe"}
        tries = [client.post(f"/invitations/{token}", taken).status_code for _ in range(10)]
        late = client.post(f"/invitations/{token}", ACCOUNT)

    assert tries == [200] * 10
    assert (late.status_code, late.headers["Retry-After"]) == (429, "900")
    assert not User.objects.filter(username="ann").exists()
