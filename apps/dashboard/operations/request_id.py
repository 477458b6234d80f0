"""One id per request: in the response, in every log line, in every problem."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9._:-]{8,128}")
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def get_request_id() -> str:
    """The id of the request that this thread works on, ``-`` outside of one."""
    return _request_id.get()


class RequestIdFilter(logging.Filter):
    """Puts the id on every record, for the formatter."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = get_request_id()
        return True


class NoAnswersFilter(logging.Filter):
    """Drops Django's line about an answer of the API's, which has one of its own; faults stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", "")
        return bool(record.exc_info) or not path.startswith("/dashboard/api/")


class RequestIdMiddleware:
    """Takes the caller's id over when it is a sane one, makes one otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if _SANE.fullmatch(sent) else uuid.uuid4().hex
        # Never reset: Django logs a refusal after the last middleware, and the thread's next
        # request sets its own.
        _request_id.set(request_id)
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response
