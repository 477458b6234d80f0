"""Addresses in the environment: those that cannot be are refused, and no password is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from closient.environment import get_domain, get_url, get_valkey_url

READERS: dict[str, Callable[[str], str | None]] = {
    "DATABASE_URL": lambda name: get_url(name, "postgres", "postgresql", "sqlite"),
    "VALKEY_URL": get_valkey_url,
    "AWS_S3_ENDPOINT_URL": lambda name: get_url(name, "https", "http"),
    "AWS_S3_CUSTOM_DOMAIN": get_domain,
}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "closient:pa55word@db/closient", "begins with postgres://"),
        ("DATABASE_URL", "mysql://u:pa55word@db/closient", "begins with postgres://"),
        ("DATABASE_URL", "postgres://u:pa55word#1@db/closient", "in a password, write / as %2F"),
        ("DATABASE_URL", "postgres://u:pa55word@db:port/closient", "a port that cannot be"),
        ("DATABASE_URL", "postgres://u:pa55word@[db/closient", "a host or a port"),
        ("VALKEY_URL", "http://:pa55word@valkey:6379", "begins with valkey://"),
        ("VALKEY_URL", "valkey://:pa55word/1@valkey:6379/0", "a port that cannot be"),
        ("VALKEY_URL", "valkey://:pa55word@valkey:6379/first", "ends with the number"),
        ("AWS_S3_ENDPOINT_URL", "s3.pa55word.internal:9000", "begins with https://"),
        ("AWS_S3_ENDPOINT_URL", "https://:9000/pa55word", "a host or a port that cannot be"),
        ("AWS_S3_ENDPOINT_URL", "https://s3 pa55word.internal", "a host or a port that cannot be"),
    ],
)
def test_address_that_cannot_be_is_refused_without_its_password(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        READERS[name](name)

    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{name} ")
    assert sentence in line
    assert "pa55word" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres:///closient"),
        ("DATABASE_URL", "postgres://u:p%2Fw@[::1]:5432/closient?sslmode=require"),
        ("DATABASE_URL", "sqlite:////srv/a folder/db.sqlite3"),
        ("VALKEY_URL", "valkeys://:p%40w@valkey.internal:6379/1"),
        ("VALKEY_URL", "unix:///run/valkey.sock?db=1"),
        ("AWS_S3_ENDPOINT_URL", "http://10.0.0.5:9000"),
        ("AWS_S3_CUSTOM_DOMAIN", "images.example.com/eu"),
    ],
)
def test_address_of_every_usual_form_is_taken(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)

    assert READERS[name](name) == value
