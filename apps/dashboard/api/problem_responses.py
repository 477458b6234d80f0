"""The one way out for problems: each becomes ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

import ninja.errors
import pydantic
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone

from apps.dashboard.request_id import get_request_id
from apps.problems import (
    BadRequest,
    DatabaseUnavailable,
    FieldError,
    Forbidden,
    InternalError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Problem,
    Unauthorized,
    UnsupportedMediaType,
)

CONTENT_TYPE = "application/problem+json"
TYPE_BASE = "https://closient.com/docs/errors/"

logger = logging.getLogger(__name__)

# What the framework answered by itself, said again as a problem.
_BY_STATUS: dict[int, Problem] = {
    400: BadRequest("The request is malformed."),
    401: Unauthorized("No valid credential was sent."),
    403: Forbidden("This is not allowed."),
    404: NotFound("There is nothing at this address."),
    405: MethodNotAllowed("This address does not take that method; see Allow."),
    413: PayloadTooLarge("The request's body is too large."),
    415: UnsupportedMediaType("The request's media type is not taken here."),
    500: InternalError("Something went wrong on our side; the request id finds it in our log."),
}


def get_problem(exception: Exception) -> Problem | None:
    """What the exception means to a caller; None for a fault of ours, which stays an exception."""
    problem = None
    match exception:
        case Problem():
            problem = exception
        case ninja.errors.ValidationError():
            problem = _describe_faults(exception.errors)
        case pydantic.ValidationError():
            problem = _describe_faults(exception.errors(include_url=False))
        case ninja.errors.HttpError():
            problem = BadRequest(f"{exception.message}.")
        case RequestDataTooBig():
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            problem = PayloadTooLarge(f"At most {limit} bytes are taken here.", limit=limit)
        case MultiPartParserError() | SuspiciousOperation() | UnreadablePostError():
            problem = BadRequest("The body could not be read: it is malformed or was cut.")
        case OperationalError() | InterfaceError():
            logger.error("database unavailable: %s", exception, exc_info=exception)
            problem = DatabaseUnavailable("The database does not answer; try again in a moment.")
    return problem


def build_body(problem: Problem) -> dict[str, object]:
    """The members of the problem, as the caller of the present request reads them."""
    return {
        "type": f"{TYPE_BASE}{problem.error_code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "error_code": problem.error_code,
        "retryable": problem.retryable,
        "timestamp": timezone.now().isoformat(),
        "request_id": get_request_id(),
        **problem.members,
    }


def build_problem_response(problem: Problem) -> HttpResponse:
    """The response, ``Content-Length`` included: without one, some servers can't end it."""
    body = json.dumps(build_body(problem)).encode()
    headers = {**problem.headers, "Content-Length": str(len(body))}
    return HttpResponse(body, status=problem.status, content_type=CONTENT_TYPE, headers=headers)


def ensure_problem(response: HttpResponse) -> HttpResponse:
    """The response, or where it is a framework's own error, a problem that says the same.

    ``Allow`` is kept (RFC 9110 §15.5.6).
    """
    if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
        return response
    problem = _BY_STATUS.get(response.status_code)
    if problem is None:
        problem = BadRequest(f"{HTTPStatus(response.status_code).phrase}.")
    restated = build_problem_response(problem)
    if "Allow" in response.headers:
        restated.headers["Allow"] = response.headers["Allow"]
    return restated


def respond_to_problem(
    request: HttpRequest, exception: Exception | type[Exception]
) -> HttpResponse:
    """Ninja's exception handler; what is no problem goes on to Django."""
    problem = get_problem(exception) if isinstance(exception, Exception) else None
    if problem is None:
        raise exception
    return build_problem_response(problem)


def _describe_faults(faults: list[Any]) -> InvalidInput:
    errors = [FieldError(_get_field(fault["loc"]), _get_message(fault)) for fault in faults]
    contexts: list[dict[str, Any]] = [fault.get("ctx", {}) for fault in faults]
    limits = next((context for context in contexts if "actual" in context), {})
    detail = (
        errors[0].message
        if len(errors) == 1
        else f"{len(errors)} faults: " + " ".join(error.message for error in errors)
    )
    return InvalidInput(
        detail, errors=errors, limit=limits.get("limit"), actual=limits.get("actual")
    )


def _get_field(loc: tuple[str | int, ...]) -> str:
    return str(loc[-1]) if loc else "body"


def _get_message(fault: dict[str, Any]) -> str:
    if "message" in fault.get("ctx", {}):
        return str(fault["ctx"]["message"])
    return f"{_get_field(fault['loc'])}: {fault['msg']}."
