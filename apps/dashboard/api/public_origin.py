"""The address at which the world reaches this service."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def get_origin(request: HttpRequest) -> str:
    """The service's public address, which is also the issuer of its tokens."""
    return str(settings.API_SERVER_URL) or f"{request.scheme}://{request.get_host()}"
