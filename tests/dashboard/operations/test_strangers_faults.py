from __future__ import annotations

import logging

import pytest
from django.test import Client


def test_foreign_host_is_refused_in_one_line(client: Client, caplog: pytest.LogCaptureFixture):
    assert client.get("/docs/errors", headers={"Host": "evil.example"}).status_code == 400

    [record] = [each for each in caplog.records if each.name == "django.security.DisallowedHost"]
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert "evil.example" in record.getMessage()


@pytest.mark.parametrize(
    ("name", "address", "body"),
    [
        ("TooManyFieldsSent", "/accounts/login?" + "a&" * 1001, ""),
        ("RequestDataTooBig", "/accounts/login", "a" * 70_000),
        ("DisallowedRedirect", "/admin/" + "(" * 17_000, ""),
    ],
)
def test_request_that_is_too_much_is_refused_in_one_line(
    client: Client, db: None, caplog: pytest.LogCaptureFixture, name: str, address: str, body: str
):
    kind = "application/x-www-form-urlencoded"
    answer = client.generic("POST" if body else "GET", address, body, kind)
    assert answer.status_code in (400, 413)

    [record] = [each for each in caplog.records if each.name == f"django.security.{name}"]
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
