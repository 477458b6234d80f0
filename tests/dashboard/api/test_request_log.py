"""Each request has one line in the log, and uploads are counted."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import time_machine

from apps.dashboard.operations.json_log import JsonFormatter
from apps.dashboard.operations.metrics_page import render_metrics
from tests.conftest import Api, Cast
from tests.sample_images import make_jpeg, make_png

ROUTE = "/dashboard/api/v1/trade-items/<organization_id>/<gtin>/images"


@pytest.fixture(autouse=True)
def _at_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def get_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [dict(record.fields) for record in caplog.records if hasattr(record, "fields")]


def read_metric(name: str) -> float:
    lines = render_metrics().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_upload_has_one_line_that_tells_it_all(api: Api, cast: Cast, caplog):
    answer = api.upload()

    [line] = get_lines(caplog)
    assert line.pop("milliseconds") > 0
    assert len(make_jpeg()) < line.pop("bytes") < len(make_jpeg()) + 500
    assert line.pop("credential").startswith("api_key:")
    assert line == {
        "method": "POST",
        "route": ROUTE,
        "status": 201,
        "outcome": "ok",
        "caller": "api_key",
        "organization": api.path.split("/")[5],
    }
    [record] = [record for record in caplog.records if hasattr(record, "fields")]
    assert record.getMessage().startswith(f"POST {ROUTE} 201 ok caller=api_key:")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("send", "outcome", "caller"),
    [
        (lambda api: api.upload(b"no picture"), "validation_error", "api_key"),
        (lambda api: api.client.post(api.path), "unauthorized", "nobody"),
        (lambda api: api.upload(path=api.path.replace("00012345678905", "00000096385074")), "not_found", "api_key"),
        (lambda api: api.client.get("/dashboard/api/v1/none", headers=api.headers), "not_found", "api_key"),
        (lambda api: api.client.put(api.path, headers=api.headers), "method_not_allowed", "api_key"),
        (lambda api: api.client.get("/dashboard/api/v1/openapi.json"), "ok", "nobody"),
    ],
)  # fmt: skip
def test_outcome_is_the_error_code(api: Api, caplog, send, outcome, caller):
    send(api)

    [line] = get_lines(caplog)
    assert (line["outcome"], line["caller"]) == (outcome, caller)


def test_upload_that_is_sent_again_is_replayed(api: Api, caplog):
    api.headers["Idempotency-Key"] = "once"
    api.upload()
    api.upload()

    assert [line["outcome"] for line in get_lines(caplog)] == ["ok", "replayed"]


def test_body_that_was_not_read_has_no_bytes(api: Api, caplog):
    api.post(bytes(100_000), "image/jpeg")

    [line] = get_lines(caplog)
    assert (line["outcome"], line["bytes"]) == ("unsupported_media_type", 0)


def test_organization_is_told_as_22_characters_or_not_at_all(api: Api, cast: Cast, caplog):
    for text in (str(cast.acme.id), "csb_abcdefghijklmnopqrstuvwxyzABCDEF_d1f6ef64"):
        api.client.get(api.path.replace(api.path.split("/")[5], text), headers=api.headers)

    told = [line["organization"] for line in get_lines(caplog)]
    assert told == [api.path.split("/")[5], None]


def test_uploads_are_counted_by_outcome_and_format(api: Api):
    names = [
        'closient_uploads_total{format="PNG",outcome="ok"}',
        'closient_uploads_total{format="unknown",outcome="validation_error"}',
        "closient_image_check_seconds_count",
        "closient_image_storage_seconds_count",
    ]
    before = [read_metric(name) for name in names]
    api.upload(make_png())
    api.upload(make_png()[:-20])
    api.get()

    after = [read_metric(name) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 2, 1]


def test_refusals_are_counted_by_kind_of_caller(api: Api, settings):
    settings.RATE_LIMIT_PER_MINUTE = 1
    before = read_metric('closient_rate_limit_refusals_total{caller="api_key"}')
    with time_machine.travel(1_700_049_600, tick=False):  # all in one minute
        for _ in range(3):
            api.get()

    assert read_metric('closient_rate_limit_refusals_total{caller="api_key"}') == before + 2


def test_json_has_nothing_of_what_libraries_hang_on_a_record():
    record = logging.LogRecord("django", logging.ERROR, "x.py", 1, "Not Found: %s", ("/x",), None)
    record.request = "<WSGIRequest: GET '/x?token=secret'>"

    assert JsonFormatter().format(record) == (
        f'{{"time": "{JsonFormatter().format(record)[10:39]}", "level": "ERROR",'
        ' "logger": "django", "request_id": "-", "message": "Not Found: /x"}'
    )
