"""The service under several environments, each in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.servers import warm_manage
from tests.servers.service import BARE_ENVIRONMENT, REPOSITORY, try_manage

# As README.md documents it for a public server.
PRODUCTION = {
    "DJANGO_SECRET_KEY": "sT4rt-0f-a-k3y-that-nobody-uses-but-is-as-long-as-it-should-be",
    "DJANGO_ALLOWED_HOSTS": "dashboard.example.com",
    "API_SERVER_URL": "https://dashboard.example.com",
    "TRUSTED_PROXIES": "1",
    "DATABASE_URL": "postgres://closient:password@127.0.0.1:5432/closient",
    "VALKEY_URL": "valkey://127.0.0.1:6379/0",
    "AWS_STORAGE_BUCKET_NAME": "product-images",
    "AWS_S3_CUSTOM_DOMAIN": "images.example.com",
    "METRICS_TOKEN": "a-token-for-prometheus",
    "WORKERS": "2",
}
PRINT_SECURITY = (
    "from django.conf import settings as s;"
    "print(s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
    " getattr(s, 'SECURE_PROXY_SSL_HEADER', None), s.SECURE_SSL_REDIRECT, s.LOG_FORMAT)"
)


def run_code(environment: dict[str, str], code: str) -> str:
    """What these statements print under the settings of that environment."""
    usual = {**BARE_ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "closient.settings"}
    return warm_manage.run_code(code, environment={**usual, **environment}, seconds=60).strip()


def test_deployment_check_has_nothing_to_say():
    checked = try_manage(PRODUCTION, "check", "--deploy", "--fail-level", "INFO")

    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("System check identified no issues")
    assert checked.stderr == ""


@pytest.mark.parametrize("page", [".env.example", "README.md"])
def test_documented_environment_is_taken_line_by_line(page: str):
    text = (REPOSITORY / page).read_text()
    if page == "README.md":
        text = text.partition("# /etc/closient.env")[2].partition("```")[0]
    documented = dict(re.findall(r"^(?:# )?([A-Z0-9_]+)=(.*)$", text, re.MULTILINE))
    secrets = {name: PRODUCTION[name] for name in ("DJANGO_SECRET_KEY", "METRICS_TOKEN")}

    checked = try_manage({**documented, **secrets}, "check", "--deploy", "--fail-level", "INFO")

    assert documented["WORKERS"] == "2"
    assert [value for value in documented.values() if "#" in value or value != value.strip()] == []
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DJANGO_SECRET_KEY": ""}, "set DJANGO_SECRET_KEY."),
        ({"VALKEY_URL": ""}, "Set VALKEY_URL, or WORKERS=1."),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN could be guessed"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'; it can be json or line."),
        (
            {"LOG_LEVEL": "LOUD"},
            "LOG_LEVEL is 'LOUD'; it can be DEBUG, INFO, WARNING, ERROR or CRITICAL.",
        ),
        (
            {"AWS_S3_ADDRESSING_STYLE": "host"},
            "AWS_S3_ADDRESSING_STYLE is 'host'; it can be auto, path or virtual.",
        ),
        (
            {"AWS_S3_SIGNATURE_VERSION": "v4"},
            "AWS_S3_SIGNATURE_VERSION is 'v4'; it can be s3v4 or s3.",
        ),
        (
            {"AWS_LOCATION": "brands//eu"},
            "AWS_LOCATION is 'brands//eu'; it takes folders, such as brands/eu.",
        ),
        ({"AWS_LOCATION": "../eu"}, "AWS_LOCATION is '../eu'; it takes folders"),
        ({"PORT": "abc"}, "PORT is 'abc'; it takes a whole number, 1 to 65535."),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is '-1'; it takes a whole number, 0 or more."),
        ({"SECURE_COOKIES": "True1"}, "SECURE_COOKIES is 'true1'; it takes true or false."),
        ({"API_SERVER_URL": "dashboard.example.com"}, "is no address that begins with https://."),
        ({"AWS_S3_CUSTOM_DOMAIN": "https://i.example"}, "it takes a host name, such as"),
        ({"EMAIL_URL": "smtp+tls://mail.test", "API_SERVER_URL": ""}, "Set API_SERVER_URL"),
    ],
)
def test_unsafe_environment_is_refused_with_a_sentence(changes: dict[str, str], sentence: str):
    refused = try_manage({**PRODUCTION, **changes}, "check")

    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert sentence in line


@pytest.mark.parametrize(
    ("changes", "printed"),
    [
        ({}, "31536000 True True ('HTTP_X_FORWARDED_PROTO', 'https') False json"),
        ({"TRUSTED_PROXIES": "0"}, "31536000 True True None False json"),
        ({"SECURE_HSTS_SECONDS": "60"}, "60 True True ('HTTP_X_FORWARDED_PROTO', 'https') False json"),
        ({"SECURE_COOKIES": "false", "TRUSTED_PROXIES": "0"}, "0 False False None False json"),
        ({"DJANGO_ALLOWED_HOSTS": "localhost", "TRUSTED_PROXIES": "0"}, "0 False False None False json"),
        ({"DJANGO_DEBUG": "true", "TRUSTED_PROXIES": "0"}, "0 False False None False line"),
    ],
)  # fmt: skip
def test_transport_security_follows_the_environment(changes: dict[str, str], printed: str):
    assert run_code({**PRODUCTION, **changes}, PRINT_SECURITY) == printed


def test_running_server_comes_first_in_the_document_where_its_address_is_set():
    exported = try_manage(
        {"API_SERVER_URL": "http://127.0.0.1:8000"},
        *("export_openapi_schema", "--api", "closient.api.api"),
    )

    assert json.loads(exported.stdout)["servers"] == [
        {"url": "http://127.0.0.1:8000"},
        {"url": "https://www.closient.com"},
    ]


def test_only_requests_are_limited_to_statements_of_ten_seconds():
    show = (
        "from django.conf import settings as s; print(s.DATABASES['default']['OPTIONS']['options'])"
    )
    environment = {**BARE_ENVIRONMENT, **PRODUCTION}
    serving = [sys.executable, "-c", f"import closient.wsgi; {show}"]

    command = run_code(PRODUCTION, show)
    served = subprocess.check_output(serving, cwd=REPOSITORY, env=environment, text=True)

    assert command == "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    assert served == f"{command} -c statement_timeout=10s\n"
