"""Which addresses a node is asked by: its names, and for its health whatever it is reached by."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

# A balancer's probe and a scraper name the node by its address. These tell them no address.
ANY_HOST: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class HostCheckMiddleware(CommonMiddleware):
    """Django's, which refuses foreign hosts, but for health and metrics."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in ANY_HOST else super().process_request(request)
