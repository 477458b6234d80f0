from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.organizations.models import ApiKey, Organization
from tests.conftest import Cast

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIELDS = {"name": "Studio", "kind": "csb", "role": "editor"}


@pytest.fixture
def olga(client: Client, cast: Cast) -> Client:
    client.force_login(cast.olga)
    return client


def get_path(cast: Cast, rest: str = "") -> str:
    return f"/organizations/{encode_id(cast.acme.id)}/settings/api-keys{rest}"


def find_raw_key(response) -> str | None:
    found = re.search(r"<code>(cs[bu]_\w+|cpk_\w+)</code>", response.content.decode())
    return found and found[1]


@pytest.mark.parametrize(
    ("name", "status"), [("olga", 200), ("mo", 200), ("ed", 403), ("bill", 403)]
)
def test_page_is_for_those_who_manage_keys(client, cast, name, status):
    client.force_login(getattr(cast, name))
    assert client.get(get_path(cast)).status_code == status
    assert client.post(get_path(cast), FIELDS).status_code == status
    assert ApiKey.objects.count() == (1 if status == 200 else 0)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("expires_at", "shown"),
    [
        (datetime(2027, 1, 2, tzinfo=UTC), "1 Jan 2027 UTC"),
        (datetime(2027, 1, 2, 9, 30, 1, tzinfo=UTC), "2 Jan 2027, 09:30 UTC"),
    ],
)
def test_last_day_is_shown_as_it_was_chosen(olga, cast, expires_at, shown):
    cast.issue(cast.mo, expires_at=expires_at)

    assert f">{shown}</time>" in olga.get(get_path(cast)).content.decode()


@pytest.mark.parametrize(
    ("name", "status", "location"),
    [("olga", 302, "/settings/api-keys"), ("mo", 302, "/settings/api-keys"), ("ed", 403, None)],
)
def test_menu_leads_to_the_keys_that_one_may_manage(client, cast, name, status, location):
    client.force_login(getattr(cast, name))

    response = client.get("/settings/api-keys")

    assert response.status_code == status
    assert response.headers.get("Location") == (location and get_path(cast))


def test_stranger_signs_in_before_the_keys(client):
    response = client.get("/settings/api-keys")

    assert response.headers["Location"] == "/accounts/login?next=/settings/api-keys"


@pytest.mark.parametrize(
    ("kind", "organization", "role", "status"),
    [("csb", "Acme", "editor", 200), ("csu", None, "", 200), ("cpk", "Acme", "", 403)],
)
def test_new_key_is_what_its_type_says(olga, cast, client_here, kind, organization, role, status):
    raw_key = find_raw_key(olga.post(get_path(cast), {**FIELDS, "kind": kind}))
    key = ApiKey.objects.get()
    assert (key.kind, key.role, key.user) == (kind, role, cast.olga)
    assert (key.organization and key.organization.name) == organization
    path = f"/dashboard/api/v1/trade-items/{encode_id(cast.acme.id)}/{cast.product.gtin}/images"
    assert client_here.get(path, headers={"X-API-Key": raw_key}).status_code == status


def test_raw_key_is_shown_once_and_kept_nowhere(olga, cast):
    response = olga.post(get_path(cast), FIELDS)
    raw_key = find_raw_key(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert f"X-API-Key: {raw_key}" in response.content.decode()
    assert raw_key not in olga.get(get_path(cast)).content.decode()
    assert raw_key not in str(ApiKey.objects.values())


def test_limits_and_last_day_are_kept(olga, cast):
    limits = {"rate_limit_per_minute": "5", "rate_limit_per_day": "100"}
    with time_machine.travel(NOW, tick=False):
        olga.post(get_path(cast), {**FIELDS, **limits, "expires_on": "2026-03-01"})
    key = ApiKey.objects.get()
    assert key.expires_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert (key.rate_limit_per_minute, key.rate_limit_per_day) == (5, 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("kind", "csx"),
        ("role", ""),
        ("role", "owner"),
        ("expires_on", "2020-01-01"),
        ("expires_on", "soon"),
        ("expires_on", "9999-12-31"),
        ("rate_limit_per_minute", "0"),
        ("rate_limit_per_day", "-1"),
        ("rate_limit_per_day", "10001"),
        ("rate_limit_per_minute", "301"),
    ],
)
def test_fault_is_told_and_no_key_is_made(olga, cast, field, value):
    response = olga.post(get_path(cast), {**FIELDS, field: value})
    assert response.status_code == 200
    assert "field-fault" in response.content.decode()
    assert not ApiKey.objects.exists()


def test_publishable_key_may_be_given_less_than_others(olga, cast):
    fields = {**FIELDS, "kind": "cpk", "rate_limit_per_minute": "101"}

    refused = olga.post(get_path(cast), fields)
    olga.post(get_path(cast), {**fields, "rate_limit_per_minute": "100"})

    assert "At most 100 here" in refused.content.decode()
    assert ApiKey.objects.get().rate_limit_per_minute == 100


def test_form_tells_the_limits_of_each_type(olga, cast):
    html = " ".join(olga.get(get_path(cast)).content.decode().split())
    assert "300 a minute (a publishable key: 100) and 10,000 a day" in html


@pytest.mark.parametrize(
    ("limits", "is_open"),
    [({"rate_limit_per_minute": "5"}, True), ({"rate_limit_per_day": "5"}, True), ({}, False)],
)
def test_limits_that_were_given_are_still_in_sight_after_a_fault(olga, cast, limits, is_open):
    html = olga.post(get_path(cast), {**FIELDS, **limits, "name": ""}).content.decode()
    assert ('<details class="limits" open>' in html) is is_open


def test_list_has_the_keys_of_the_organization_and_ones_own(olga, cast):
    cast.issue(cast.ed, kind="csu")
    ApiKey.objects.update(name="Of Ed alone")
    cast.issue(cast.zoe, organization=cast.globex)
    ApiKey.objects.filter(organization=cast.globex).update(name="Of Globex")
    cast.issue(cast.mo, expires_at=NOW - timedelta(days=1))
    cast.issue(cast.olga, kind="csu")
    html = olga.get(get_path(cast)).content.decode()
    assert html.count('<li class="card entry') == 2
    assert ">expired<" in html
    assert "Of " not in html.replace("Of its own", "")


def test_revoked_key_is_refused_and_stays_in_the_list(olga, cast):
    cast.issue(cast.mo)
    key = ApiKey.objects.get()
    response = olga.post(get_path(cast, f"/{key.pk}/revoke"), follow=True)
    assert "“test” is revoked" in response.content.decode()
    assert ">revoked<" in response.content.decode()
    key.refresh_from_db()
    assert not key.is_active


def test_key_of_somebody_else_cannot_be_revoked(olga, cast):
    cast.issue(cast.zoe, organization=cast.globex)
    cast.issue(cast.ed, kind="csu")
    for key in ApiKey.objects.all():
        assert olga.post(get_path(cast, f"/{key.pk}/revoke")).status_code == 404
    assert ApiKey.objects.filter(is_active=True).count() == 2


def test_revoking_takes_a_post(olga, cast):
    cast.issue(cast.mo)
    assert olga.get(get_path(cast, f"/{ApiKey.objects.get().pk}/revoke")).status_code == 405


def test_curl_line_of_a_key_that_reads_only_lists(olga, cast):
    html = olga.post(get_path(cast), {**FIELDS, "role": "readonly"}).content.decode()
    assert "curl -i -H" in html
    assert "image=@front.jpg" not in html


def test_page_takes_few_queries_whatever_the_number_of_keys(
    olga, cast, django_assert_max_num_queries
):
    for _ in range(5):
        cast.issue(cast.mo)
    with django_assert_max_num_queries(6):
        olga.get(get_path(cast))


def test_key_too_many_is_refused_with_limit_and_actual(olga, cast, settings):
    settings.MAX_API_KEYS = 2
    cast.issue(cast.mo)
    cast.issue(cast.mo, kind="cpk", role=None)

    page = olga.post(get_path(cast), FIELDS)

    assert "The organization has 2 API keys in force, and may have 2: revoke one" in (
        page.content.decode()
    )
    assert "2 of at most 2 of the organization are in force." in page.content.decode()
    assert find_raw_key(page) is None
    assert ApiKey.objects.count() == 2


def test_personal_keys_are_counted_for_their_user(olga, cast, settings):
    settings.MAX_API_KEYS = 1
    cast.issue(cast.olga)
    cast.issue(cast.mo, kind="csu")
    mine = {**FIELDS, "kind": "csu"}

    assert find_raw_key(olga.post(get_path(cast), mine))
    assert "You have 1 API keys in force" in olga.post(get_path(cast), mine).content.decode()


def test_key_that_ended_makes_room(olga, cast, settings):
    settings.MAX_API_KEYS = 1
    cast.issue(cast.mo, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    cast.issue(cast.mo)
    revoked = ApiKey.objects.get(expires_at=None)
    olga.post(get_path(cast, f"/{revoked.pk}/revoke"))

    assert find_raw_key(olga.post(get_path(cast), FIELDS))


def test_organization_may_have_a_number_of_its_own(olga, cast, settings):
    settings.MAX_API_KEYS = 1
    Organization.objects.filter(pk=cast.acme.pk).update(max_api_keys=2)

    given = [find_raw_key(olga.post(get_path(cast), FIELDS)) for _ in range(3)]

    assert [key is not None for key in given] == [True, True, False]


def test_page_tells_what_is_kept_and_may_be(olga, cast, settings):
    Organization.objects.filter(pk=cast.acme.pk).update(
        kept_images=1234, kept_bytes=5 * 2**20, max_bytes=2**30
    )

    page = " ".join(olga.get(get_path(cast)).content.decode().split())

    assert (
        "keeps 1,234 of at most 100,000 pictures, 5.0 MB of 1.0 GB;"
        " a product may have 1,000." in page
    )
