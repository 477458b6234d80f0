from __future__ import annotations

import re

import pytest
import shortuuid
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client

from apps.organizations.api_keys import get_api_key
from apps.organizations.models import ApiKey, Organization
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


def test_organization_with_products_cannot_be_deleted(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{ORGANIZATIONS}{cast.acme.pk}/delete/", {"post": "yes"})
    assert "would require deleting the following protected related objects" in (
        response.content.decode()
    )
    assert Organization.objects.filter(pk=cast.acme.pk).exists()


def test_new_key_is_shown_once_and_works(cast: Cast, admin_client: Client) -> None:
    response = admin_client.post(f"{KEYS}add/", fill_key_form(cast), follow=True)
    [raw_key] = RAW_KEY.findall(response.content.decode())
    found = get_api_key(raw_key)
    assert found is not None
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
    [shown] = [
        str(message) for message in get_messages(response.wsgi_request) if "key is" in str(message)
    ]
    [raw_key] = RAW_KEY.findall(shown)
    [entry] = LogEntry.objects.all()
    assert raw_key not in f"{entry.object_repr} {entry.change_message} {caplog.text}"
    assert entry.object_repr == f"CI ({raw_key[:8]}…)"
    assert entry.object_id == str(ApiKey.objects.get().pk)


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
    found = get_api_key(raw_key)
    assert found is not None
    assert (found.name, found.role, found.user) == ("Renamed", "editor", cast.olga)


def test_keys_are_revoked_and_activated(cast: Cast, admin_client: Client) -> None:
    raw_key = cast.issue(cast.olga)
    selected = {"_selected_action": [ApiKey.objects.get().pk]}
    admin_client.post(KEYS, {"action": "revoke", **selected})
    assert get_api_key(raw_key) is None
    admin_client.post(KEYS, {"action": "activate", **selected})
    assert get_api_key(raw_key) is not None
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
