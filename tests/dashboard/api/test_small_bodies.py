"""What pages are sent is bounded, by whatever method and by whomever it comes."""

from __future__ import annotations

from io import BytesIO

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.dashboard.api.identifiers import encode_id
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.operations import thread_shares
from tests.conftest import Cast, Service

FORM = {"Content-Type": "multipart/form-data; boundary=b"}
BODY = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + bytes(300_000)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", ["/accounts/login", "/admin/login/", "/nothing"])
def test_stranger_may_send_a_page_little_by_any_method(
    client_here: httpx.Client, service_here: Service, path: str, method: str
):
    token = "a" * 32
    headers = {**FORM, "Cookie": f"csrftoken={token}", "X-CSRFToken": token}

    answer = client_here.request(method, path, headers=headers, content=BODY)

    assert answer.status_code == 413
    assert service_here.bytes_read_before_answer == 0


@pytest.mark.parametrize("path", ["/accounts/logout", "/account", "/nothing"])
def test_member_may_send_a_page_little_that_takes_no_file(
    client: Client, cast: Cast, client_here: httpx.Client, service_here: Service, path: str
):
    client.force_login(cast.bill)
    headers = {**FORM, "Cookie": f"sessionid={client.cookies['sessionid'].value}"}

    answer = client_here.post(path, headers=headers, content=BODY)

    assert answer.status_code == 413
    assert service_here.bytes_read_before_answer == 0


@pytest.mark.parametrize(("escapes", "names"), [(256, {"a"}), (257, set())])
def test_cookies_with_many_escapes_are_none(escapes: int, names: set[str]):
    cookie = 'a="' + r"\1" * escapes + '"'
    environ = {"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "HTTP_COOKIE": cookie}

    assert set(ApiRequest(environ).COOKIES) == names


@pytest.mark.parametrize(("length", "kind"), [(1024, "a/b"), (1025, "")])
def test_media_type_of_many_parameters_is_none(length: int, kind: str):
    sent = "a/b".ljust(length, ";")
    environ = {"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "CONTENT_TYPE": sent}

    assert ApiRequest(environ).content_type == kind


@pytest.mark.parametrize("page", ["/accounts/logout", "import"])
def test_member_who_would_take_one_thread_too_many_is_told_to_come_again(
    client: Client, cast: Cast, page: str
):
    client.force_login(cast.olga)
    path = f"/organizations/{encode_id(cast.acme.id)}/products/import" if page == "import" else page
    form = {"file": SimpleUploadedFile("catalogue.csv", bytes(70_000))} if page == "import" else {}
    taken = thread_shares.settings.THREADS // 8
    for _ in range(taken):
        thread_shares.FORMS.acquire()
    busy = client.post(path, form)
    thread_shares.FORMS.release(taken)

    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert client.post(path, form).status_code < 500
