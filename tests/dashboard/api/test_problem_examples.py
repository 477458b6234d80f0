"""The examples in the document and on the pages of problems are what the service really answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from apps.products.models import ProductImage, UploadClaim
from tests.assertions import assert_problem
from tests.callers import build_headers
from tests.conftest import GTIN, Api, Cast
from tests.dashboard.api.test_upload_form import IMAGE, build_form

UPLOAD = "/dashboard/api/v1/trade-items/{organization_id}/{gtin}/images"
CHANGE = UPLOAD + "/{image_id}"


@pytest.fixture
def examples(api: Api) -> dict[str, dict[str, Any]]:
    """By status, of the upload and the change."""
    paths = api.client.get("/dashboard/api/v1/openapi.json").json()["paths"]
    responses = paths[UPLOAD]["post"]["responses"] | paths[CHANGE]["patch"]["responses"]
    return {
        status: response["content"]["application/problem+json"]["example"]
        for status, response in responses.items()
        if int(status) >= 400
    }


def provoke_unauthorized(api: Api, cast: Cast) -> httpx.Response:
    api.headers["X-API-Key"] = "csb_4fGhQ2"
    return api.upload()


def provoke_forbidden(api: Api, cast: Cast) -> httpx.Response:
    api.headers.update(build_headers(cast, "csb readonly"))
    return api.upload()


def provoke_conflict(api: Api, cast: Cast) -> httpx.Response:
    api.headers["Idempotency-Key"] = "k"
    api.upload()
    ProductImage.objects.all().delete()
    UploadClaim.objects.update(answer=None)  # as a crash leaves it
    return api.upload()


def provoke_precondition_failed(api: Api, cast: Cast) -> httpx.Response:
    image = f"{api.path}/{api.upload().json()['id']}"
    sent = {**api.headers, "If-Match": '"another"'}
    return api.client.patch(image, headers=sent, json={"title": "Front"})


def provoke_rate_limited(api: Api, cast: Cast) -> httpx.Response:
    for _ in range(601):  # more than fit in the two minutes that they may lie in
        answer = api.client.get("/dashboard/api/v1/none", headers=api.headers)
        if answer.status_code != httpx.codes.NOT_FOUND:
            break
    return answer


# by status
PROVOKED: dict[str, Callable[[Api, Cast], httpx.Response]] = {
    "400": lambda api, cast: api.post(build_form(IMAGE, closing=b"")),
    "401": provoke_unauthorized,
    "403": provoke_forbidden,
    "404": lambda api, cast: api.upload(path=api.path.replace(GTIN, "00012345678901")),
    "409": provoke_conflict,
    "412": provoke_precondition_failed,
    "413": lambda api, cast: api.post(b"", **{"Content-Length": "31457280"}),
    "415": lambda api, cast: api.post(b"{}", "application/json"),
    "422": lambda api, cast: api.upload(b"\0\0\0\x18ftypheic".ljust(64, b"\0")),
    "429": provoke_rate_limited,
}


@pytest.mark.parametrize("status", PROVOKED)
def test_example_is_what_is_answered(
    api: Api, cast: Cast, examples: dict[str, dict[str, Any]], status: str
):
    example = examples[status]

    response = PROVOKED[status](api, cast)

    answered = assert_problem(response, example["error_code"])
    assert blank_numbers(answered) == blank_numbers(example)


def test_methods_example_is_what_is_answered(api: Api):
    page = api.client.get("/docs/errors/method_not_allowed").text

    answered = assert_problem(api.client.put(api.path, headers=api.headers), "method_not_allowed")

    start = "This address takes GET, HEAD, OPTIONS and POST, not PUT."
    assert start in page
    assert answered["detail"].startswith(start)


def blank_numbers(problem: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from request to request: when, which, and seconds or bytes."""
    told = {key: value for key, value in problem.items() if key not in ("timestamp", "request_id")}
    blanked = {key: 0 for key in ("retry_after_seconds", "actual") if key in told}
    return {
        **told,
        **blanked,
        "detail": re.sub(r"\d{1,2} seconds?\b|\d+ bytes|of \d+ declared", "N", told["detail"]),
    }
