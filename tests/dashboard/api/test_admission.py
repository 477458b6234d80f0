"""POST …/images: what head and path tell is answered before a byte of the body is read."""

from __future__ import annotations

import gc
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import User

from apps.dashboard.api import request_body
from apps.dashboard.api.request_body import READ_BYTES, ApiRequest
from apps.organizations.models import ApiKey, Membership
from tests.assertions import assert_nothing_stored, assert_problem
from tests.conftest import FOREIGN_GTIN, GTIN, OTHER_GTIN, Api, Cast, Service

BODY = b"--x\r\n" + bytes(300_000)
COOKIES = {"Cookie": "csrftoken=abcdefghijklmnopqrstuvwxyzabcdef; sessionid=abcdef"}


def test_bad_checksum_costs_no_query(api: Api, django_assert_num_queries):
    api.headers["X-API-Key"] = "csb_abcdefghijklmnopqrstuvwxyzABCDEF_00000000"

    with django_assert_num_queries(0):
        api.upload()


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


def test_key_does_not_come_back_with_its_creator(api: Api, cast: Cast):
    own = cast.issue(cast.ed, kind="csu")
    Membership.objects.get(user=cast.ed).delete()
    Membership.objects.create(user=cast.ed, organization=cast.acme, role="editor")

    assert_problem(api.upload(), "unauthorized")
    api.headers["X-API-Key"] = own
    assert api.upload().status_code == 201


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


def test_unread_body_is_drained_after_the_answer(api: Api, service_here: Service):
    del api.headers["X-API-Key"]

    api.post(BODY)

    assert service_here.body.tell() == len(BODY)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_rest_of_a_body_that_is_too_large_is_drained(
    api: Api, service_here: Service, is_chunked: bool
):
    body = bytes(300_000)
    headers = {**api.headers, "Content-Type": "application/json"}
    content = iter([body]) if is_chunked else body

    response = api.client.put(f"{api.path}/order", headers=headers, content=content)

    assert_problem(response, "payload_too_large")
    assert service_here.body.tell() == len(body)


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("path", ["/oauth/token", "/accounts/login"])
def test_no_more_than_so_much_of_a_body_is_drained(
    client_here: httpx.Client,
    service_here: Service,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    is_chunked: bool,
):
    monkeypatch.setattr(request_body, "MAX_DRAINED_BYTES", 2 * READ_BYTES)
    body = bytes(10 * READ_BYTES)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    response = client_here.post(path, headers=headers, content=iter([body]) if is_chunked else body)

    assert response.status_code == 413
    assert 2 * READ_BYTES <= service_here.body.tell() <= 3 * READ_BYTES


def test_client_that_waits_for_100_continue_is_not_drained(api: Api, service_here: Service):
    del api.headers["X-API-Key"]

    api.post(BODY, Expect="100-continue")

    assert service_here.body.tell() == 0


def test_unknown_path_and_wrong_method_are_problems(api: Api):
    assert_problem(api.client.get("/dashboard/api/v1/none"), "not_found")
    assert_problem(api.client.get("/dashboard/api/"), "not_found")
    response = api.client.put(api.path, headers=api.headers)
    assert_problem(response, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_media_type_that_django_cannot_read_is_none(api: Api):
    odd = "multipart/form-data; boundary*=q''x"

    assert_problem(api.post(BODY, odd), "unsupported_media_type")
    assert_problem(api.client.get("/dashboard/api/", headers={"Content-Type": odd}), "not_found")


def test_publishable_key_tells_nothing_of_what_there_is(api: Api, cast: Cast):
    api.headers["X-API-Key"] = cast.issue(cast.ed, kind="cpk")

    answers = [
        api.client.get(api.path.replace(GTIN, gtin), headers=api.headers)
        for gtin in (GTIN, OTHER_GTIN, FOREIGN_GTIN, "00614141123452")
    ]

    assert {assert_problem(answer, "forbidden")["detail"] for answer in answers} == {
        "This API key is publishable (cpk_…): it may neither read nor write pictures. Use a key of"
        " the organization (csb_…), from your server."
    }


def test_answer_is_for_no_shared_cache(api: Api):
    assert api.get().headers["Cache-Control"] == "private, no-cache"
    assert api.client.get("/dashboard/api/").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("page", ["docs", "openapi.json"])
def test_faults_of_what_is_open_to_all_are_problems_too(client_here: httpx.Client, page: str):
    address = f"/dashboard/api/v1/{page}"

    assert_problem(client_here.get(address, headers={"Host": "evil.example"}), "bad_request")
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = client_here.request(method, address, content=b"x")
        assert_problem(response, "method_not_allowed")
        assert response.headers["Allow"] == "GET, HEAD"
    assert client_here.head(address).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_body_that_is_too_long_is_refused_wherever_it_is_sent(
    api: Api, service_here: Service, method: str
):
    image = api.upload().json()
    headers = {**api.headers, "Content-Type": "application/json"}

    response = api.client.request(
        method, f"{api.path}/{image['id']}", headers=headers, content=bytes(65_537)
    )

    problem = assert_problem(response, "payload_too_large")
    assert (problem["limit"], problem["actual"]) == (65_536, 65_537)
    assert service_here.bytes_read_before_answer == 0


def test_unknown_host_is_a_problem(api: Api):
    assert_problem(api.client.get(api.path, headers={"Host": "evil.example"}), "bad_request")


@pytest.mark.parametrize("title", ["Front", "x" * 300])
def test_upload_leaves_nothing_to_the_garbage_collector(api: Api, title: str):
    api.upload(title=title)
    gc.collect()
    gc.disable()
    try:
        api.upload(title=title)
        left = [found for found in gc.get_objects() if isinstance(found, ApiRequest)]
    finally:
        gc.enable()

    assert [request.__dict__ for request in left if request.__dict__] == []
