"""The one way in and out of the API: the caller is found first, every error leaves a problem."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse

from apps.dashboard.api.auth import find_caller
from apps.dashboard.api.problem_responses import (
    CONTENT_TYPE,
    build_problem_response,
    get_problem,
    restate_error,
)
from apps.dashboard.api.request_body import ApiRequest

API_PREFIX = "/dashboard/api/"


class ApiMiddleware:
    """Leaves everything outside of the API alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ApiRequest) -> HttpResponse:
        if not request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        try:
            request.caller = find_caller(request)
        except DatabaseFault as fault:
            return self.process_exception(request, fault) or restate_error(HttpResponse(status=500))
        response = self.get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            return restate_error(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what a view raised; None for a fault of ours, which Django logs and answers."""
        if not request.path_info.startswith(API_PREFIX):
            return None
        problem = get_problem(exception)
        return None if problem is None else build_problem_response(problem)
