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
from django.db import Error as DatabaseFault
from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone

from apps.dashboard.api.fault_messages import explain_broken_json, list_field_errors
from apps.dashboard.api.wrong_addresses import explain_method, explain_missing_address
from apps.dashboard.operations.metrics import QUOTA_REFUSALS
from apps.dashboard.operations.request_id import get_request_id
from apps.problems import (
    BadRequest,
    DatabaseUnavailable,
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

# PostgreSQL's code, which Django counts among its internal errors.
READ_ONLY_TRANSACTION = "25006"

# A body of 4 MiB may have 300,000 faults: each takes a sentence, twice.
MAX_FAULTS_TOLD = 20

logger = logging.getLogger(__name__)

# What the framework answered by itself, said again as a problem.
_BY_STATUS: dict[int, Problem] = {
    400: BadRequest("The request is malformed."),
    401: Unauthorized("No valid credential was sent."),
    403: Forbidden("This is not allowed."),
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
            problem = BadRequest(explain_broken_json(exception))
        case RequestDataTooBig():
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            problem = PayloadTooLarge(f"At most {limit:,} bytes are taken here.", limit=limit)
        case MultiPartParserError() | SuspiciousOperation() | UnreadablePostError():
            problem = BadRequest("The body could not be read: it is malformed or was cut.")
        case DatabaseFault() if is_outage(exception):
            logger.error("database unavailable: %s", exception, exc_info=exception)
            problem = DatabaseUnavailable("The database does not answer; try again in a moment.")
    return problem


def is_outage(fault: DatabaseFault) -> bool:
    """Whether the database is away, or only reads, rather than asked what it can't answer."""
    is_read_only = getattr(fault.__cause__, "sqlstate", None) == READ_ONLY_TRANSACTION
    return is_read_only or isinstance(fault, (OperationalError, InterfaceError))


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
    if quota := problem.members.get("quota"):
        QUOTA_REFUSALS.labels(quota).inc()
    body = json.dumps(build_body(problem)).encode()
    headers = {**problem.headers, "Content-Length": str(len(body))}
    return HttpResponse(body, status=problem.status, content_type=CONTENT_TYPE, headers=headers)


def ensure_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response, or where it is a framework's own error, a problem that says the same."""
    if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
        return response
    if isinstance(response, HttpResponseNotAllowed):
        return _restate_method(request, response.headers["Allow"])
    if response.status_code == 404:
        return build_problem_response(NotFound(explain_missing_address(request.path_info)))
    problem = _BY_STATUS.get(response.status_code)
    if problem is None:
        problem = BadRequest(f"{HTTPStatus(response.status_code).phrase}.")
    return build_problem_response(problem)


def _restate_method(request: HttpRequest, allow: str) -> HttpResponse:
    methods = set(allow.split(", ")) | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    allowed = sorted(methods)
    headers = {"Allow": ", ".join(allowed)}  # RFC 9110 §15.5.6
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=headers)
    detail = explain_method(request.method or "", allowed, request.resolver_match)
    return build_problem_response(MethodNotAllowed(detail, headers=headers))


def respond_to_problem(
    request: HttpRequest, exception: Exception | type[Exception]
) -> HttpResponse:
    """Ninja's exception handler; what is no problem goes on to Django."""
    problem = get_problem(exception) if isinstance(exception, Exception) else None
    if problem is None:
        raise exception
    return build_problem_response(problem)


def _describe_faults(faults: list[Any]) -> InvalidInput:
    told = faults[:MAX_FAULTS_TOLD]
    errors = [error for fault in told for error in list_field_errors(fault)]
    contexts: list[dict[str, Any]] = [fault.get("ctx", {}) for fault in told]
    limits = next((context for context in contexts if "actual" in context), {})
    rest = len(faults) - len(told)
    count = f"{len(faults):,} faults, the first {len(errors)}" if rest else f"{len(errors)} faults"
    messages = " ".join(error.message for error in errors)
    detail = messages if len(errors) == 1 else f"{count}: {messages}"
    return InvalidInput(
        detail, errors=errors, limit=limits.get("limit"), actual=limits.get("actual")
    )
