"""Every request in the metrics: pages, files and the API alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from apps.dashboard.operations.metrics import REQUEST_SECONDS, REQUESTS

# Whatever else is sent has one name, so that nobody can make up names without end.
METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class RequestMetricsMiddleware:
    """Counts what the others answer, those that answer early included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        # None for what was refused before it was routed, files and unknown addresses included.
        route = f"/{match.route}" if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(route).observe(time.perf_counter() - started)
        return response
