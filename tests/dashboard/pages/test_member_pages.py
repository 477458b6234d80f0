from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import httpx
import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.rate_limit import count_attempt
from apps.dashboard.pages.member_pages import INVITATIONS
from apps.organizations.models import Invitation, Membership
from tests.conftest import GTIN, Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INVITED = {"email": "ann@acme.test", "role": "editor"}


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def get_path(cast: Cast, rest: str = "members") -> str:
    return f"/organizations/{encode_id(cast.acme.id)}/settings/{rest}"


def find_link(response) -> str | None:
    found = re.search(r"http://testserver/invitations/[\w-]{43}", response.content.decode())
    return found and found[0]


def get_member(cast: Cast, name: str) -> Membership:
    return Membership.objects.get(user=getattr(cast, name))


@pytest.mark.parametrize(
    ("name", "status"), [("olga", 200), ("mo", 200), ("ed", 403), ("bill", 403), ("zoe", 404)]
)
def test_page_is_for_those_who_manage_members(client, cast, name, status):
    client.force_login(getattr(cast, name))
    assert client.get(get_path(cast)).status_code == status
    assert client.post(get_path(cast), INVITED).status_code == status
    assert Invitation.objects.count() == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    "rest", ["members/{}/role", "members/{}/remove", "invitations/{}/withdraw"]
)
@pytest.mark.parametrize(("name", "status"), [("ed", 403), ("bill", 403), ("zoe", 404)])
def test_others_change_nothing(client, cast, name, status, rest):
    client.force_login(cast.olga)
    client.post(get_path(cast), INVITED)
    client.force_login(getattr(cast, name))
    target = Invitation.objects.get() if "invitations" in rest else get_member(cast, "ed")
    path = get_path(cast, rest.format(target.pk))

    assert client.post(path, {"role": "owner"}).status_code == status
    assert client.get(path).status_code == 405
    assert get_member(cast, "ed").role == "editor"
    assert Invitation.objects.exists()


def test_stranger_signs_in_first(client, cast):
    assert client.get(get_path(cast)).url.startswith("/accounts/login?next=")


def test_link_is_shown_once_and_kept_nowhere(olga, cast):
    response = olga.post(get_path(cast), INVITED)
    link = find_link(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert "This service sends no mail" in response.content.decode()
    assert Client().get(link).status_code == 200
    assert find_link(olga.get(get_path(cast))) is None
    assert link.rpartition("/")[2] not in str(Invitation.objects.values())


def test_new_link_ends_the_one_before(olga, cast):
    first, second = (find_link(olga.post(get_path(cast), INVITED)) for _ in range(2))

    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_withdrawn_link_is_dead(olga, cast):
    link = find_link(olga.post(get_path(cast), INVITED))
    path = get_path(cast, f"invitations/{Invitation.objects.get().pk}/withdraw")

    assert "ann@acme.test is good for nothing" in olga.post(path, follow=True).content.decode()
    assert Client().get(link).status_code == 404
    assert olga.post(path).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("email", "", "This field is required"),
        ("email", "ann", "valid email address"),
        ("email", "ed", "valid email address"),
        ("email", "Ed@Acme.test", "is a member already"),
        ("email", "İ@acme.test", "letters without accents"),
        ("email", "ann.\u017f@acme.test", "letters without accents"),
        ("email", '"\x0b"@acme.test', "letters without accents"),
        ("email", f"{'x' * 64}@{'İ' * 50}.{'x' * 63}.{'x' * 63}.test", "at most 254 characters"),
        ("role", "", "This field is required"),
        ("role", "king", "Select a valid choice"),
    ],
)
def test_fault_is_told_and_nobody_is_invited(olga, cast, field, value, fault):
    User.objects.filter(pk=cast.ed.pk).update(email="ed@acme.test")
    html = olga.post(get_path(cast), {**INVITED, field: value}).content.decode()
    assert fault in html
    assert "field-fault" in html
    assert not Invitation.objects.exists()


def test_manager_neither_invites_nor_withdraws_nor_makes_nor_removes_an_owner(client, cast):
    client.force_login(cast.olga)
    client.post(get_path(cast), {**INVITED, "role": "owner"})
    client.force_login(cast.mo)
    html = client.get(get_path(cast)).content.decode()
    assert ">Owner:" not in html
    assert 'Change or remove<span class="visually-hidden"> olga' not in html
    assert "Withdraw" not in html
    invitation, olga = Invitation.objects.get(), get_member(cast, "olga")

    wanted = client.post(get_path(cast), {"email": "eve@acme.test", "role": "owner"})
    statuses = [
        client.post(get_path(cast, f"invitations/{invitation.pk}/withdraw")).status_code,
        client.post(get_path(cast, f"members/{olga.pk}/remove")).status_code,
        client.post(get_path(cast, f"members/{olga.pk}/role"), {"role": "editor"}).status_code,
        client.post(
            get_path(cast, f"members/{get_member(cast, 'ed').pk}/role"), {"role": "owner"}
        ).status_code,
    ]

    assert "Select a valid choice" in wanted.content.decode()
    assert "is invited as owner" in client.post(get_path(cast), INVITED).content.decode()
    assert statuses == [403] * 4
    assert Invitation.objects.get().role == "owner"
    assert [get_member(cast, name).role for name in ("olga", "ed")] == ["owner", "editor"]


def test_invitations_tell_how_they_stand(olga, cast):
    with time_machine.travel(NOW, tick=False) as clock:
        olga.post(get_path(cast), {**INVITED, "email": "old@acme.test"})
        clock.shift(timedelta(days=7))
        olga.force_login(cast.olga)
        olga.post(get_path(cast), {**INVITED, "email": "open@acme.test"})
        olga.force_login(cast.mo)
        olga.post(get_path(cast), {**INVITED, "email": "mos@acme.test"})
        Membership.objects.filter(user=cast.mo).update(role="billing")
        olga.force_login(cast.olga)
        html = olga.get(get_path(cast)).content.decode()

    assert re.findall(r"<h3>(\S+@acme.test)</h3>.*?</li>", html, re.DOTALL) == [
        *("mos@acme.test", "old@acme.test", "open@acme.test")
    ]
    assert html.count(">ended<") == html.count(">expired<") == 1
    assert "8 Mar 2026, 12:00 UTC" in html


def test_role_is_changed(olga, cast):
    path = get_path(cast, f"members/{get_member(cast, 'bill').pk}/role")

    assert (
        "bill is manager now" in olga.post(path, {"role": "manager"}, follow=True).content.decode()
    )
    assert olga.post(path, {"role": "king"}).status_code == 400
    assert get_member(cast, "bill").role == "manager"


@pytest.mark.parametrize("rest", ["remove", "role"])
def test_last_owner_stays_and_is_told(olga, cast, rest):
    path = get_path(cast, f"members/{get_member(cast, 'olga').pk}/{rest}")
    html = olga.post(path, {"role": "editor"}, follow=True).content.decode()
    assert "olga is the only owner; make somebody else an owner first" in html
    assert 'Change or remove<span class="visually-hidden"> olga' not in html
    assert get_member(cast, "olga").role == "owner"


@pytest.mark.parametrize(("kind", "status"), [("csb", 401), ("csu", 404), ("cpk", 401)])
def test_keys_of_who_is_removed_die_at_once(olga, cast, client_here: httpx.Client, kind, status):
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.id)}/{GTIN}/images"
    headers = {"X-API-Key": cast.issue(cast.ed, kind=kind)}
    before = client_here.get(path, headers=headers).status_code

    html = olga.post(
        get_path(cast, f"members/{get_member(cast, 'ed').pk}/remove"), follow=True
    ).content.decode()

    assert before == (403 if kind == "cpk" else 200)
    assert client_here.get(path, headers=headers).status_code == status
    assert "ed is no member any more" in html


def test_application_that_acts_as_who_is_removed_reaches_nothing(
    olga, cast, client_here: httpx.Client
):
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.id)}/{GTIN}/images"
    headers = {"Authorization": "Bearer secret"}
    end = timezone.now() + timedelta(hours=1)
    AccessToken.objects.create(user=cast.ed, token="secret", scope="images:read", expires=end)
    assert client_here.get(path, headers=headers).status_code == 200

    olga.post(get_path(cast, f"members/{get_member(cast, 'ed').pk}/remove"))

    assert client_here.get(path, headers=headers).status_code == 404


def test_session_of_who_is_removed_sees_nothing_any_more(olga, cast):
    mo = Client()
    mo.force_login(cast.mo)
    assert mo.get(get_path(cast)).status_code == 200

    olga.post(get_path(cast, f"members/{get_member(cast, 'mo').pk}/remove"))

    assert mo.get(get_path(cast)).status_code == 404


def test_member_who_leaves_is_led_to_where_they_may_be(client, cast):
    client.force_login(cast.mo)

    left = client.post(get_path(cast, f"members/{get_member(cast, 'mo').pk}/remove"), follow=True)

    assert left.redirect_chain == [("/organizations", 302)]
    assert "mo is no member any more" in left.content.decode()


def test_member_of_another_organization_is_not_found(olga, cast):
    zoe = get_member(cast, "zoe")
    for number, rest in product((zoe.pk, 10**30), ("remove", "role")):
        path = get_path(cast, f"members/{number}/{rest}")
        assert olga.post(path, {"role": "billing"}).status_code == 404
    assert get_member(cast, "zoe").role == "owner"


def test_hundred_invitations_a_day_are_enough(olga, cast):
    with time_machine.travel(NOW, tick=False) as clock:
        olga.post(get_path(cast), INVITED)
        count_attempt(f"invitations:{cast.acme.pk}", [INVITATIONS], cost=98)
        assert find_link(olga.post(get_path(cast), INVITED))
        html = olga.post(get_path(cast), {**INVITED, "email": "eve@acme.test"}).content.decode()
        clock.shift(timedelta(days=1))
        olga.force_login(cast.olga)
        olga.post(get_path(cast), {**INVITED, "email": "tomorrow@acme.test"})

    assert "100 invitations a day are enough" in html
    assert [each.email for each in Invitation.objects.all()] == [
        "ann@acme.test",
        "tomorrow@acme.test",
    ]


def test_page_takes_few_queries_whatever_the_number_of_members(
    olga, cast, django_assert_max_num_queries
):
    for n in range(20):
        user = User.objects.create(username=f"user{n}")
        Membership.objects.create(organization=cast.acme, user=user, role="editor")
        Invitation.objects.create(
            organization=cast.acme,
            email=f"{n}@acme.test",
            role="editor",
            hashed_token=str(n),
            invited_by=cast.mo,
            expires_at=NOW + timedelta(days=36500),
        )
    with django_assert_max_num_queries(10):
        olga.get(get_path(cast))


def test_link_is_mailed_as_well(olga, cast, mailbox):
    cast.acme.name = "Böse\nBcc: eve@evil.test & Söhne"
    cast.acme.save()
    response = olga.post(get_path(cast), INVITED)
    [mail] = mailbox.mails
    assert "The link below was mailed" in response.content.decode()
    assert mail["To"] == "ann@acme.test"
    assert mail["From"] == "Closient <no-reply@acme.test>"
    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("Böse Bcc: eve@evil.test & Söhne")
    body = mail.get_content()
    assert find_link(response) in body.splitlines()
    assert "olga invites you" in body
    assert "as editor" in body


def test_invitation_is_good_though_mail_is_down(olga, cast, mail_port, caplog):
    response = olga.post(get_path(cast), INVITED)

    assert "The mail could not be sent" in response.content.decode()
    assert "mails/invitation.txt was not sent: [Errno 111]" in caplog.text
    assert find_link(response).rpartition("/")[2] not in caplog.text
    assert Client().get(find_link(response)).status_code == 200


def test_invitation_is_good_though_the_address_is_refused(olga, cast, mailbox):
    mailbox.refused = "550 no such mailbox"

    response = olga.post(get_path(cast), INVITED)

    assert "The mail could not be sent" in response.content.decode()
    assert Client().get(find_link(response)).status_code == 200
