"""The audit fetches one picture as a stranger would, and says why it cannot."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command

from apps.products.models import ProductImage
from tests.conftest import Api
from tests.sample_images import make_jpeg, make_png


class Bucket(BaseHTTPRequestHandler):
    """Answers as the server's `answer` says."""

    def do_GET(self) -> None:
        status, body, *policies = self.server.answer
        self.send_response(status)
        for policy in policies:
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def bucket(settings) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.API_SERVER_URL = f"http://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def audit(
    capsys: pytest.CaptureFixture[str], told: str = "unreadable_address"
) -> tuple[int, str | None]:
    """The exit code, and the address that was told."""
    code = 0
    try:
        call_command("sweep_unclaimed_objects", audit=True, json=True)
    except SystemExit as end:
        code = int(str(end.code))
    report = json.loads(capsys.readouterr().out)
    return code, report[told]


def test_picture_that_strangers_can_read_is_in_order(api: Api, bucket, capsys):
    api.upload()
    bucket.answer = (200, make_jpeg())

    assert audit(capsys) == (0, None)


def test_picture_from_before_the_upgrade_is_known_by_its_sha256(api: Api, bucket, capsys):
    api.upload()
    sha256 = hashlib.sha256(make_jpeg()).hexdigest()
    ProductImage.objects.update(blake3=None, sha256=sha256)
    bucket.answer = (200, make_jpeg())
    assert audit(capsys) == (0, None)

    bucket.answer = (200, make_png())
    code, told = audit(capsys)
    assert code == 1
    assert told.endswith("(not the bytes that were stored)")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((403, b"AccessDenied"), "(HTTP Error 403: Forbidden)"),
        ((404, b""), "(HTTP Error 404: Not Found)"),
        ((200, make_png()), "(not the bytes that were stored)"),
    ],
)
def test_picture_that_strangers_cannot_read_fails_the_audit(
    api: Api, bucket, capsys, answer, reason
):
    image_url = api.upload().json()["image_url"]
    bucket.answer = answer

    assert audit(capsys) == (1, f"{image_url} {reason}")


def test_address_where_nobody_answers_fails_the_audit(api: Api, settings, capsys):
    settings.API_SERVER_URL = "http://127.0.0.1:1"
    api.upload()

    code, told = audit(capsys)

    assert code == 1
    assert told is not None
    assert told.endswith("(<urlopen error [Errno 111] Connection refused>)")


def test_nothing_is_fetched_where_there_is_no_picture_or_no_host(api: Api, settings, capsys):
    settings.API_SERVER_URL = "http://127.0.0.1:1"
    assert audit(capsys) == (0, None)

    settings.API_SERVER_URL = ""
    api.upload()
    assert audit(capsys) == (0, None)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="3" height="4"/>'
LACKING = "(its Content-Security-Policy lacks: default-src 'none'; sandbox)"


@pytest.mark.parametrize(
    "policies",
    [
        ["default-src 'none'; style-src 'unsafe-inline'; sandbox"],
        ["Sandbox ;DEFAULT-SRC 'none'"],
        ["upgrade-insecure-requests", "sandbox; default-src 'none'"],
        ["upgrade-insecure-requests, sandbox; default-src 'none'"],
    ],
)
def test_svg_with_the_policy_is_in_order(api: Api, bucket, capsys, policies):
    api.upload(SVG)
    bucket.answer = (200, SVG, *policies)

    assert audit(capsys, "unguarded_svg") == (0, None)


@pytest.mark.parametrize(
    "policies",
    [
        [],
        ["default-src 'none'"],
        ["sandbox allow-scripts; default-src 'none'"],
        ["sandbox", "default-src 'none' https:"],
    ],
)
def test_svg_without_the_policy_fails_the_audit(api: Api, bucket, capsys, policies):
    image_url = api.upload(SVG).json()["image_url"]
    bucket.answer = (200, SVG, *policies)

    assert audit(capsys, "unguarded_svg") == (1, f"{image_url} {LACKING}")


def test_other_pictures_need_no_policy(api: Api, bucket, capsys):
    api.upload()
    bucket.answer = (200, make_jpeg())

    assert audit(capsys, "unguarded_svg") == (0, None)
