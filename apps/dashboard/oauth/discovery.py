"""Documents by which OAuth clients find their way (RFC 8414, RFC 9728)."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from oauth2_provider.views import OAuthProtectedResourceMetadataView

from apps.dashboard.api.public_origin import get_origin

WELL_KNOWN_RESOURCE = "/.well-known/oauth-protected-resource"


class ProtectedResourceView(OAuthProtectedResourceMetadataView):  # type: ignore[misc]  # untyped
    """Whose tokens the resource takes: the origin's, or the API's below its path (RFC 9728 §3)."""

    request: HttpRequest

    def get_resource(self, request: HttpRequest) -> str:
        return get_origin(request) + request.path.removeprefix(WELL_KNOWN_RESOURCE)

    def get_authorization_servers(self, request: HttpRequest) -> list[str]:
        return [get_origin(request)]

    def get_resource_documentation(self) -> str:
        return get_origin(self.request) + reverse("api-docs")
