"""The environment and its file: what cannot be is refused, and no password is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from closient.environment import (
    get_domain,
    get_mail_server,
    get_sender,
    get_text,
    get_url,
    get_valkey_url,
    read_file,
)

READERS: dict[str, Callable[[str], object]] = {
    "DATABASE_URL": lambda name: get_url(name, "postgres", "postgresql", "sqlite"),
    "VALKEY_URL": get_valkey_url,
    "AWS_S3_ENDPOINT_URL": lambda name: get_url(name, "https", "http"),
    "AWS_S3_CUSTOM_DOMAIN": get_domain,
    "EMAIL_URL": get_mail_server,
    "DEFAULT_FROM_EMAIL": get_sender,
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
        ("EMAIL_URL", "u:pa55word@mail.internal", "begins with smtp+tls://"),
        ("EMAIL_URL", "smtps://u:pa55word@mail.internal", "begins with smtp+tls://"),
        ("EMAIL_URL", "smtp+tls://u:pa55word#1@mail.internal", "in a password, write / as %2F"),
        ("EMAIL_URL", "smtp+tls:///pa55word", "names no host"),
        ("DEFAULT_FROM_EMAIL", "Acme", "is no address"),
        ("DEFAULT_FROM_EMAIL", "Acme, Inc <no-reply@acme.test>", 'in "quotes"'),
        ("DEFAULT_FROM_EMAIL", "no-reply@acme.test\nBcc: ann@acme.test", "is no address"),
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
        ("DEFAULT_FROM_EMAIL", '"Acme, Inc" <no-reply@acme.test>'),
        ("DEFAULT_FROM_EMAIL", "Käse & Co. <no-reply@localhost>"),
        ("DEFAULT_FROM_EMAIL", "no-reply@acme.test"),
    ],
)
def test_address_of_every_usual_form_is_taken(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)

    assert READERS[name](name) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=a value", "a value"),
        ("NAME= a value ", "a value"),
        ("NAME=first\nNAME=last", "last"),
        ("NAME=", "default"),
        ("NAME=''", "default"),
        ("NAME='a \\ \"value\"  '", 'a \\ "value"  '),
        ('NAME="it\'s"', "it's"),
        ("NAME=it's #1", "it's #1"),
        ("NAME=$SECRET", "$SECRET"),
        ("# NAME=no", "default"),
        ("; NAME=no", "default"),
        ("   ", "default"),
    ],
)
def test_line_of_a_file_is_read_as_systemd_does(
    line: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NAME", raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    (tmp_path / "closient.env").write_text(f"OTHER=1\n{line}\n")

    read_file(tmp_path / "closient.env")

    assert get_text("NAME", "default") == value


@pytest.mark.parametrize(
    "line",
    [
        *("export NAME=pa55word", "NAME = pa55word", "NAME", "1NAME=pa55word", "NAME: pa55word"),
        *("NAME=pa55\\word", "NAME='pa55word", "NAME='pa55' word", 'NAME="pa55\\nword"'),
    ],
)
def test_line_that_others_read_differently_is_refused_unseen(line: str, tmp_path: Path):
    path = tmp_path / "closient.env"
    path.write_text(f"# the service's\n\n{line}\n")

    with pytest.raises(ImproperlyConfigured) as refused:
        read_file(path)

    assert str(refused.value).startswith(f"Line 3 of {path} is not NAME=value; ")
    assert "pa55" not in str(refused.value)


def test_environment_wins_over_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NAME", "environment")
    (tmp_path / "closient.env").write_text("NAME=file\n")

    read_file(tmp_path / "closient.env")

    assert get_text("NAME") == "environment"


@pytest.mark.parametrize(
    ("value", "host", "port", "user", "password", "secured"),
    [
        ("smtp://127.0.0.1", "127.0.0.1", 25, None, None, None),
        ("smtp+tls://u:p%40w@mail.test", "mail.test", 587, "u", "p@w", "TLS"),
        ("smtp+ssl://u%40mail.test:$w@mail.test", "mail.test", 465, "u@mail.test", "$w", "SSL"),
        ("smtp+tls://mail.test:2525", "mail.test", 2525, None, None, "TLS"),
    ],
)
def test_mail_server_is_reached_as_its_address_says(
    value: str,
    host: str,
    port: int,
    user: str | None,
    password: str | None,
    secured: str | None,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("EMAIL_URL", value)

    found = get_mail_server("EMAIL_URL")

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (user, password)
    assert [kind for kind in ("TLS", "SSL") if found.get(f"EMAIL_USE_{kind}")] == (
        [secured] if secured else []
    )
    assert found["EMAIL_TIMEOUT"] == 10


def test_without_a_mail_server_there_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)

    assert get_mail_server("EMAIL_URL") == {}
