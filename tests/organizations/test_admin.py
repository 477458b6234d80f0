from __future__ import annotations

import re

import pytest
import shortuuid
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.organizations.api_keys import find_api_key
from apps.organizations.invitations import issue_invitation
from apps.organizations.models import ApiKey, Invitation, Membership, Organization
from apps.problems import Unauthorized
from tests.conftest import Cast

KEYS = "/admin/organizations/apikey/"
ORGANIZATIONS = "/admin/organizations/organization/"
RAW_KEY = re.compile(r"c(?:sb|su|pk)_[A-Za-z0-9]{32}_[0-9a-f]{8}")


def fill_key_form(cast: Cast, **fields: object) -> dict[str, object]:
    return {
        "name": "CI",
        "kind": "csb",
        "user": cast.olga.pk,
        "organization": str(cast.acme.pk),
        "role": "editor",
        "rate_limit_per_minute": 0,
        "rate_limit_per_day": 0,
        "_save": "Save",
        **fields,
    }


def get_form_errors(response) -> dict[str, list[str]]:
    return response.context["adminform"].form.errors


def test_organization_is_found_by_either_form_of_its_id(cast: Cast, admin_client: Client) -> None:
    short_id = shortuuid.encode(cast.acme.pk)
    for term in (short_id, str(cast.acme.pk), "acm"):
        page = admin_client.get(ORGANIZATIONS, {"q": term}).content.decode()
        assert short_id in page
        assert "Globex" not in page
    assert "0 organizations" in admin_client.get(ORGANIZATIONS, {"q": "z" * 22}).content.decode()


def test_organization_page_shows_its_members(cast: Cast, admin_client: Client) -> None:
    page = admin_client.get(f"{ORGANIZATIONS}{cast.acme.pk}/change/").content.decode()
    assert shortuuid.encode(cast.acme.pk) in page
    assert "olga" in page


def test_invitations_are_read_without_their_link(cast: Cast, admin_client: Client) -> None:
    path = "/admin/organizations/invitation/"
    invitation, token = issue_invitation(
        cast.acme, "ann@acme.test", Membership.Role.EDITOR, cast.olga
    )
    pages = [
        admin_client.get(address).content.decode()
        for address in (path, f"{path}?q=acm", f"{path}{invitation.pk}/change/")
    ]

    assert all("ann@acme.test" in page and "olga" in page for page in pages)
    assert not any(secret in page for page in pages for secret in (token, invitation.hashed_token))
    for action in ("change", "delete"):
        assert admin_client.post(f"{path}{invitation.pk}/{action}/").status_code == 403
    assert admin_client.get(f"{path}add/").status_code == 403
    assert Invitation.objects.get() == invitation


def test_organization_with_products_cannot_be_deleted(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{ORGANIZATIONS}{cast.acme.pk}/delete/", {"post": "yes"})
    assert "would require deleting the following protected related objects" in (
        response.content.decode()
    )
    assert Organization.objects.filter(pk=cast.acme.pk).exists()


def test_new_key_is_shown_once_and_works(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{KEYS}add/", fill_key_form(cast), follow=True)
    [raw_key] = RAW_KEY.findall(response.content.decode())
    found = find_api_key(raw_key)
    assert isinstance(found, ApiKey)
    assert (found.name, found.user, found.organization) == ("CI", cast.olga, cast.acme)
    assert not RAW_KEY.search(admin_client.get(KEYS).content.decode())
    page = admin_client.get(f"{KEYS}{found.pk}/change/").content.decode()
    assert raw_key[:8] in page
    assert not RAW_KEY.search(page)
    assert found.hashed_key not in page


def test_raw_key_stays_out_of_the_log(
    cast: Cast, admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = admin_client.post(f"{KEYS}add/", fill_key_form(cast))
    [raw_key] = RAW_KEY.findall(response.content.decode())
    [entry] = LogEntry.objects.all()
    assert raw_key not in f"{entry.object_repr} {entry.change_message} {caplog.text}"
    assert entry.object_repr == f"CI ({raw_key[:8]}…)"
    assert entry.object_id == str(ApiKey.objects.get().pk)


@pytest.mark.parametrize("button", ["_save", "_addanother", "_continue"])
def test_raw_key_travels_in_no_cookie_nor_session_and_no_cache_keeps_it(
    cast: Cast, admin_client: Client, button: str
) -> None:
    form = {**fill_key_form(cast), button: "yes"}
    response = admin_client.post(f"{KEYS}add/", form)
    [raw_key] = RAW_KEY.findall(response.content.decode())
    assert raw_key not in f"{response.cookies}{admin_client.cookies}"
    assert raw_key[4:36] not in str(dict(admin_client.session))
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"role": ""}, {"role": ["A csb key needs one."]}),
        ({"organization": ""}, {"organization": ["A csb key needs one."]}),
        ({"kind": "cpk"}, {"role": ["A cpk key takes none."]}),
        ({"kind": "csu", "role": ""}, {"organization": ["A csu key takes none."]}),
    ],
)
def test_key_whose_scope_does_not_fit_is_refused(
    cast: Cast, admin_client: Client, fields: dict[str, str], errors: dict[str, list[str]]
) -> None:
    response = admin_client.post(f"{KEYS}add/", fill_key_form(cast, **fields))
    assert get_form_errors(response) == errors
    assert not ApiKey.objects.exists()


def test_key_of_a_stranger_is_refused(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{KEYS}add/", fill_key_form(cast, user=cast.zoe.pk))
    assert get_form_errors(response) == {
        "user": [
            "zoe is not a member of Acme, and a key may do no more than the member who created it."
        ]
    }


def test_change_of_a_key_leaves_its_scope_and_use_alone(cast: Cast, admin_client: Client) -> None:
    raw_key = cast.issue(cast.olga)
    api_key = ApiKey.objects.get()
    form = fill_key_form(cast, name="Renamed", is_active="on", role="manager", user=cast.ed.pk)
    assert admin_client.post(f"{KEYS}{api_key.pk}/change/", form).status_code == 302
    found = find_api_key(raw_key)
    assert isinstance(found, ApiKey)
    assert (found.name, found.role, found.user) == ("Renamed", "editor", cast.olga)


def test_keys_are_revoked_and_activated(cast: Cast, admin_client: Client) -> None:
    raw_key = cast.issue(cast.olga)
    selected = {"_selected_action": [ApiKey.objects.get().pk]}
    admin_client.post(KEYS, {"action": "revoke", **selected})
    assert isinstance(find_api_key(raw_key), Unauthorized)
    admin_client.post(KEYS, {"action": "activate", **selected})
    assert isinstance(find_api_key(raw_key), ApiKey)
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Revoked.",
        "Activated.",
    ]


def test_key_list_takes_the_same_queries_for_many(
    cast: Cast, admin_client: Client, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        cast.issue(cast.olga)
    with django_assert_max_num_queries(6):
        assert "20 api keys" in admin_client.get(KEYS).content.decode()


def test_admin_carries_the_products_name_and_colours(client, admin_user):
    client.force_login(admin_user)

    html = client.get("/admin/").content.decode()

    assert "Closient administration" in html
    assert 'href="/static/dashboard/admin.css"' in html
    assert "Django administration" not in html


def test_what_was_done_in_the_admin_can_be_read_there_and_not_be_changed(
    cast: Cast, admin_client: Client
) -> None:
    change = f"{ORGANIZATIONS}{cast.acme.pk}/change/"
    page = admin_client.get(change)
    formset = page.context["inline_admin_formsets"][0].formset
    form = {"name": "Acme & Sons", "_save": "Save"}
    for each in (formset.management_form, *formset.forms):
        form |= {
            each.add_prefix(name): field.value() or ""
            for name, field in ((name, each[name]) for name in each.fields)
        }
    assert admin_client.post(change, form).status_code == 302

    told = admin_client.get("/admin/admin/logentry/")

    assert "Acme &amp; Sons" in told.content.decode()
    assert "Changed Name." in told.content.decode()
    entry = LogEntry.objects.get()
    for verb in ("change", "delete"):
        answer = admin_client.post(f"/admin/admin/logentry/{entry.pk}/{verb}/", {"post": "yes"})
        assert answer.status_code == 403
    assert LogEntry.objects.get() == entry


def test_key_too_many_is_refused_in_the_admin(cast: Cast, admin_client: Client, settings) -> None:
    settings.MAX_API_KEYS = 1
    cast.issue(cast.olga)

    refused = admin_client.post(f"{KEYS}add/", fill_key_form(cast))

    assert "has 1 API keys in force, and may have 1" in get_form_errors(refused)["organization"][0]
    assert ApiKey.objects.count() == 1
    page = f"{ORGANIZATIONS}{cast.acme.pk}/change/"
    assert 'name="max_api_keys"' in admin_client.get(page).content.decode()
