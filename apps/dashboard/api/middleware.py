"""The one way in and out of the API: callers are found and counted, errors leave as problems."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse

from apps.dashboard.api.auth import find_caller
from apps.dashboard.api.problem_responses import (
    build_problem_response,
    ensure_problem,
    get_problem,
)
from apps.dashboard.api.rate_limit import count_request
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.request_log import log_request
from apps.problems import MethodNotAllowed, Unauthorized

logger = logging.getLogger(__name__)

API_PREFIX = "/dashboard/api/"
UNLIMITED_PATHS = frozenset({f"{API_PREFIX}v1/docs", f"{API_PREFIX}v1/openapi.json"})
NOBODY = Unauthorized("The credential could not be looked up.")


class ApiMiddleware:
    """Leaves everything outside of the API alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ApiRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(API_PREFIX):
            return self.get_response(request)
        started = time.perf_counter()
        response = self._show(request) if path in UNLIMITED_PATHS else self._count(request)
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        log_request(request, response, started)
        return response

    def _show(self, request: ApiRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return ensure_problem(request, self.get_response(request))
        detail = f"This address is only read, not sent {request.method}."
        return build_problem_response(MethodNotAllowed(detail, headers={"Allow": "GET, HEAD"}))

    def _count(self, request: ApiRequest) -> HttpResponse:
        try:
            request.caller = find_caller(request)
        except DatabaseFault as fault:
            # Nobody is known, so nobody pays; an address may still see where it stands.
            request.caller = NOBODY
            standing = count_request(request, cost=0)
            response = self.process_exception(request, fault)
            if response is None:
                logger.exception("caller not found")
                response = HttpResponse(status=500)
        else:
            standing = count_request(request)
            response = (
                build_problem_response(standing.get_problem())
                if standing.is_refused
                else self._answer(request)
            )
        response = ensure_problem(request, response)
        standing.write_headers(response)
        # Of themselves, shared caches respect Authorization alone (RFC 9111 §3.5), not X-API-Key.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def _answer(self, request: ApiRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        # Whatever answers GET answers HEAD, with the same fields (RFC 9110 §9.3.2).
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what a view raised; None for a fault of ours, which Django logs and answers."""
        if not request.path_info.startswith(API_PREFIX):
            return None
        problem = get_problem(exception)
        return None if problem is None else build_problem_response(problem)
