"""POST …/images: what head and path tell is answered before a byte of the body is read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.organizations.models import ApiKey, Membership
from tests.assertions import assert_nothing_stored, assert_problem
from tests.conftest import Api, Cast, Service

BODY = b"--x\r\n" + bytes(300_000)
COOKIES = {"Cookie": "csrftoken=abcdefghijklmnopqrstuvwxyzabcdef; sessionid=abcdef"}


def build_key(cast: Cast, caller: str) -> str:
    """The raw key of one kind of caller."""
    past = timezone.now() - timedelta(seconds=1)
    keys = {
        "csb editor": lambda: cast.issue(cast.olga, role="editor"),
        "csb manager": lambda: cast.issue(cast.olga, role="manager"),
        "csb readonly": lambda: cast.issue(cast.olga, role="readonly"),
        "csb manager made by billing": lambda: cast.issue(cast.bill, role="manager"),
        "csb of a creator who left": lambda: cast.issue(cast.zoe, role="manager"),
        "csb of another organization": lambda: cast.issue(cast.zoe, organization=cast.globex),
        "csb expired": lambda: cast.issue(cast.olga, expires_at=past),
        "csu of the owner": lambda: cast.issue(cast.olga, kind="csu"),
        "csu of an editor": lambda: cast.issue(cast.ed, kind="csu"),
        "csu of billing": lambda: cast.issue(cast.bill, kind="csu"),
        "csu of a stranger": lambda: cast.issue(cast.zoe, kind="csu"),
        "cpk": lambda: cast.issue(cast.olga, kind="cpk"),
    }
    return keys[caller]()


CALLERS = [
    ("csb editor", 201),
    ("csb manager", 201),
    ("csb readonly", 403),
    ("csb manager made by billing", 403),
    ("csb of a creator who left", 404),
    ("csb of another organization", 404),
    ("csb expired", 401),
    ("csu of the owner", 201),
    ("csu of an editor", 201),
    ("csu of billing", 403),
    ("csu of a stranger", 404),
    ("cpk", 403),
]


@pytest.mark.parametrize(("caller", "status"), CALLERS)
def test_caller_gets_what_its_role_allows(api: Api, cast: Cast, caller: str, status: int):
    api.headers["X-API-Key"] = build_key(cast, caller)

    assert api.upload().status_code == status


@pytest.mark.parametrize(("caller", "status"), [row for row in CALLERS if row[1] != 201])
@pytest.mark.parametrize("cookies", [{}, COOKIES], ids=["no cookies", "cookies"])
def test_refusal_of_a_caller_reads_nothing(
    api: Api, cast: Cast, service_here: Service, caller: str, status: int, cookies: dict[str, str]
):
    api.headers["X-API-Key"] = build_key(cast, caller)

    response = api.post(BODY, **cookies)

    assert response.status_code == status
    assert service_here.bytes_read_before_answer == 0
    assert_nothing_stored()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "csb_short_00000000"},
        {"X-API-Key": "csb_abcdefghijklmnopqrstuvwxyzABCDEF_00000000"},
        {"X-API-Key": "csb_abcdefghijklmnopqrstuvwxyzABCDEF_d1f6ef64"},
        {"X-API-Key": "xyz_abcdefghijklmnopqrstuvwxyzABCDEF_d1f6ef64"},
        {"Authorization": "Bearer unknown"},
        {"Authorization": "Basic b2xnYTpwYXNzd29yZA=="},
    ],
)
@pytest.mark.parametrize("cookies", [{}, COOKIES], ids=["no cookies", "cookies"])
def test_bad_credential_is_unauthorized_and_reads_nothing(
    api: Api, service_here: Service, headers: dict[str, str], cookies: dict[str, str]
):
    del api.headers["X-API-Key"]

    response = api.post(BODY, **headers, **cookies)

    assert_problem(response, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert service_here.bytes_read_before_answer == 0
    assert_nothing_stored()


def test_bad_checksum_costs_no_query(api: Api, django_assert_num_queries):
    api.headers["X-API-Key"] = "csb_abcdefghijklmnopqrstuvwxyzABCDEF_00000000"

    with django_assert_num_queries(0):
        api.upload()


def test_header_credential_decides_over_a_good_session(api: Api, cast: Cast, client):
    client.force_login(cast.ed)
    api.headers["X-API-Key"] = "csb_wrong"

    response = api.post(BODY, Cookie=f"sessionid={client.cookies['sessionid'].value}")

    assert_problem(response, "unauthorized")


@pytest.mark.parametrize(
    ("path", "content_type", "length", "error_code"),
    [
        ("/{org}/12/images", "text/plain", "99999999", "validation_error"),
        ("/{org}/04006381333931/images", "text/plain", "99999999", "not_found"),
        ("/{org}/00012345678905/images", "text/plain", "99999999", "unsupported_media_type"),
        ("/{org}/00012345678905/images", "multipart/form-data; boundary=x", "99999999", "payload_too_large"),
    ],
)  # fmt: skip
def test_earlier_reason_is_told_first(
    api: Api, service_here: Service, path: str, content_type: str, length: str, error_code: str
):
    organization_id = api.path.split("/")[5]
    url = "/dashboard/api/v1/trade-items" + path.format(org=organization_id)
    headers = {**api.headers, "Content-Type": content_type, "Content-Length": length}

    response = api.client.post(url, headers=headers, content=BODY)

    assert_problem(response, error_code)
    assert service_here.bytes_read_before_answer == 0
    assert_nothing_stored()


def test_revoked_key_is_unauthorized(api: Api):
    ApiKey.objects.update(is_active=False)

    assert_problem(api.upload(), "unauthorized")


def test_key_dies_with_its_creators_membership(api: Api, cast: Cast):
    Membership.objects.filter(user=cast.ed).delete()

    assert_problem(api.upload(), "not_found")


def test_key_dies_with_its_creators_account(api: Api, cast: Cast):
    User.objects.filter(pk=cast.ed.pk).update(is_active=False)

    assert_problem(api.upload(), "unauthorized")


def test_last_used_is_written_at_most_once_a_minute(api: Api):
    api.upload()
    first = ApiKey.objects.get().last_used
    api.upload()
    assert ApiKey.objects.get().last_used == first

    ApiKey.objects.update(last_used=first - timedelta(seconds=61))
    api.upload()

    assert ApiKey.objects.get().last_used > first


def test_session_with_csrf_header_uploads(api: Api, cast: Cast, client):
    del api.headers["X-API-Key"]
    client.force_login(cast.ed)
    token = "a" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    api.headers.update({"Cookie": cookies, "X-CSRFToken": token})

    assert api.upload().status_code == 201


def test_session_without_csrf_header_is_forbidden_and_reads_nothing(
    api: Api, cast: Cast, client, service_here: Service
):
    del api.headers["X-API-Key"]
    client.force_login(cast.ed)
    token = "a" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"

    response = api.post(BODY, Cookie=cookies)

    assert_problem(response, "forbidden")
    assert service_here.bytes_read_before_answer == 0


def test_unread_body_is_drained_after_the_answer(api: Api, service_here: Service):
    del api.headers["X-API-Key"]

    api.post(BODY)

    assert service_here.body.tell() == len(BODY)


def test_client_that_waits_for_100_continue_is_not_drained(api: Api, service_here: Service):
    del api.headers["X-API-Key"]

    api.post(BODY, Expect="100-continue")

    assert service_here.body.tell() == 0


def test_unknown_path_and_wrong_method_are_problems(api: Api):
    assert_problem(api.client.get("/dashboard/api/v1/none"), "not_found")
    assert_problem(api.client.get("/dashboard/api/"), "not_found")
    response = api.client.put(api.path, headers=api.headers)
    assert_problem(response, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_unknown_host_is_a_problem(api: Api):
    assert_problem(api.client.get(api.path, headers={"Host": "evil.example"}), "bad_request")
