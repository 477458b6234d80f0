"""What every refusal has in common, and what storage must look like."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from apps.products.models import ProductImage, UnclaimedObject

PROBLEM_TITLES = {
    "bad_request": (400, "Bad Request"),
    "unauthorized": (401, "Unauthorized"),
    "forbidden": (403, "Forbidden"),
    "not_found": (404, "Not Found"),
    "method_not_allowed": (405, "Method Not Allowed"),
    "conflict": (409, "Conflict"),
    "precondition_failed": (412, "Precondition Failed"),
    "payload_too_large": (413, "Payload Too Large"),
    "unsupported_media_type": (415, "Unsupported Media Type"),
    "validation_error": (422, "Validation Error"),
    "rate_limited": (429, "Too Many Requests"),
    "internal_error": (500, "Internal Server Error"),
    "service_unavailable": (503, "Service Unavailable"),
}


def assert_problem(response: httpx.Response, error_code: str) -> dict[str, Any]:
    """It is that problem, with all members that every problem has; returns them."""
    status, title = PROBLEM_TITLES[error_code]
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Length"] == str(len(response.content))
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"https://closient.com/docs/errors/{error_code}"
    assert problem["title"] == title
    assert problem["status"] == status
    assert problem["error_code"] == error_code
    is_running = status == 409 and "Retry-After" in response.headers
    assert problem["retryable"] is (status >= 500 or status == 429 or is_running)
    assert problem["detail"]
    assert problem["timestamp"].endswith("+00:00")
    datetime.fromisoformat(problem["timestamp"])
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert ("errors" in problem) is (status == 422)
    return problem


def assert_faults(response: httpx.Response, **messages: str) -> None:
    """A 422 whose ``errors`` are these fields, each with a message that contains that text."""
    problem = assert_problem(response, "validation_error")
    assert {error["field"] for error in problem["errors"]} == messages.keys()
    for error in problem["errors"]:
        assert messages[error["field"]] in error["message"]


def list_media() -> list[Path]:
    """Every file below the media root, temporary ones included."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def assert_nothing_stored() -> None:
    """Neither row nor object, nor anything half done."""
    assert not ProductImage.objects.exists()
    assert not UnclaimedObject.objects.exists()
    assert list_media() == []
