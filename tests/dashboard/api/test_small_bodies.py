"""What pages are sent is bounded, by whatever method and by whomever it comes."""

from __future__ import annotations

from io import BytesIO

import httpx
import pytest
from django.test import Client

from apps.dashboard.api.request_body import ApiRequest
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
