"""Which caller a request's credentials stand for; a credential in a header decides, finally."""

from __future__ import annotations

import copy
from contextlib import suppress

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseForbidden, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from ninja.security.base import AuthBase

from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.discovery import get_origin
from apps.dashboard.request_id import get_request_id
from apps.organizations.access_tokens import get_access_token_caller
from apps.organizations.api_keys import get_api_key, has_valid_checksum
from apps.organizations.callers import Caller, CallerKind, get_api_key_caller
from apps.problems import Forbidden, Unauthorized
from apps.products.image_history import Actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REALM = "dashboard"
RESOURCE_METADATA = "oauth2_provider:oauth-resource-metadata-path"  # RFC 9728 §5.1


def find_caller(request: ApiRequest) -> Caller | Unauthorized:
    """The caller, or why there is none; nothing of the body is read."""
    if "X-API-Key" in request.headers:
        return _find_api_key_caller(request, request.headers["X-API-Key"])
    if "Authorization" in request.headers:
        return _find_token_caller(request, request.headers["Authorization"])
    if request.user.is_authenticated:
        return Caller(
            kind=CallerKind.SESSION,
            credential=f"{CallerKind.SESSION}:{request.user.pk}",
            user_id=request.user.pk,
        )
    return _build_unauthorized(
        request, "No credential was sent; send an API key in the header X-API-Key."
    )


def require_caller(request: ApiRequest) -> Caller:
    """The caller that `find_caller` found.

    Raises Unauthorized where there is none, and Forbidden for a session that writes without the
    CSRF token in the header ``X-CSRFToken``.
    """
    if isinstance(request.caller, Unauthorized):
        raise request.caller
    if request.caller.kind is CallerKind.SESSION and request.method not in SAFE_METHODS:
        _check_csrf_header(request)
    return request.caller


def get_actor(request: ApiRequest) -> Actor:
    """Who stands in the history for what this request changes."""
    return Actor(request.auth.user_id, request.auth.credential, get_request_id())


class FoundCallerAuth(AuthBase):
    """Ninja's authenticator for a caller who was found before routing."""

    openapi_type = "apiKey"

    def __call__(self, request: ApiRequest) -> Caller:  # type: ignore[override]  # it is our request
        return require_caller(request)


class APIKeyHeaderAuth(FoundCallerAuth):
    openapi_in = "header"
    openapi_name = "X-API-Key"


class OAuthTokenAuth(FoundCallerAuth):
    openapi_type = "http"
    openapi_scheme = "bearer"


class SessionAuth(FoundCallerAuth):
    openapi_in = "cookie"
    openapi_name = "sessionid"


AUTHENTICATORS = [APIKeyHeaderAuth(), OAuthTokenAuth(), SessionAuth()]


def _find_api_key_caller(request: ApiRequest, raw_key: str) -> Caller | Unauthorized:
    if not has_valid_checksum(raw_key):
        return _build_unauthorized(
            request, "The API key is malformed or its checksum is wrong; was it cut?"
        )
    api_key = get_api_key(raw_key)
    if api_key is None:
        return _build_unauthorized(request, "The API key is unknown, revoked or expired.")
    return get_api_key_caller(api_key)


def _find_token_caller(request: ApiRequest, authorization: str) -> Caller | Unauthorized:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return _build_unauthorized(
            request, f"Authorization takes a Bearer token, not {scheme[:32]!r}."
        )
    return get_access_token_caller(token.strip()) or _build_unauthorized(
        request, "The access token is unknown, revoked or expired."
    )


def _build_unauthorized(request: ApiRequest, detail: str) -> Unauthorized:
    bearer = f'Bearer realm="{REALM}"'
    with suppress(DisallowedHost):  # refused later, and no address to be told
        bearer += f', resource_metadata="{get_origin(request)}{reverse(RESOURCE_METADATA)}"'
    api_key = f'ApiKey realm="{REALM}", header="X-API-Key"'
    return Unauthorized(detail, headers={"WWW-Authenticate": f"{bearer}, {api_key}"})


def _check_csrf_header(request: ApiRequest) -> None:
    # Django looks for the token in the form first, which would read the whole body: it is shown
    # the same request with an empty form.
    shown = copy.copy(request)
    shown.POST = QueryDict()
    if _CsrfCheck(_never_called).process_view(shown, _never_called, (), {}) is not None:
        raise Forbidden("A session writes with its CSRF token in the header X-CSRFToken only.")


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden(reason)  # Django's own would render a page


def _never_called(request: HttpRequest) -> HttpResponseForbidden:
    raise NotImplementedError
