"""Which caller a request's credentials stand for; a credential in a header decides, finally."""

from __future__ import annotations

import copy
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseForbidden, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from ninja.security.base import AuthBase

from apps.dashboard.api.credential_faults import (
    explain_absence,
    explain_authorization,
    explain_csrf_refusal,
    explain_key_in_page,
    explain_malformed_key,
)
from apps.dashboard.api.public_origin import get_origin
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.operations.request_id import get_request_id
from apps.organizations.access_tokens import find_access_token_caller
from apps.organizations.api_keys import find_api_key, has_valid_checksum
from apps.organizations.callers import Caller, CallerKind, get_api_key_caller
from apps.problems import Forbidden, Unauthorized
from apps.products.image_history import Actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REALM = "dashboard"
RESOURCE_METADATA = "oauth2_provider:oauth-resource-metadata-path"  # RFC 9728 §5.1


def find_caller(request: ApiRequest) -> Caller | Unauthorized:
    """The caller, or why there is none; nothing of the body is read."""
    # Not by `request.headers`, which Django makes of all that were sent.
    if (raw_key := request.META.get("HTTP_X_API_KEY")) is not None:
        return _find_api_key_caller(request, raw_key)
    if (authorization := request.META.get("HTTP_AUTHORIZATION")) is not None:
        return _find_token_caller(request, authorization)
    if request.user.is_authenticated:
        return Caller(
            kind=CallerKind.SESSION,
            credential=f"{CallerKind.SESSION}:{request.user.pk}",
            user_id=request.user.pk,
        )
    return _build_unauthorized(request, explain_absence(request))


def require_caller(request: ApiRequest) -> Caller:
    """The caller that `find_caller` found.

    Raises Unauthorized where there is none, and Forbidden for a secret key in a page of another
    origin, and for a session that writes without the CSRF token in the header ``X-CSRFToken``.
    """
    if isinstance(request.caller, Unauthorized):
        raise request.caller
    if request.caller.is_secret_key and _comes_from_foreign_page(request):
        raise Forbidden(explain_key_in_page())
    if request.caller.kind is CallerKind.SESSION and request.method not in SAFE_METHODS:
        _check_csrf_header(request)
    return request.caller


def get_actor(request: ApiRequest) -> Actor:
    """Who stands in the history for what this request changes."""
    return Actor(request.auth.user_id, request.auth.credential, get_request_id())


def find_caller_again(request: ApiRequest) -> Caller | Unauthorized:
    """The caller as `find_caller` finds it now, whatever ended since it did."""
    if request.auth.kind is CallerKind.SESSION:
        # Both keep what they once read.
        request.session = type(request.session)(request.session.session_key)
        request.user = get_user(request)
    return find_caller(request)


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
        return _build_unauthorized(request, explain_malformed_key(raw_key))
    found = find_api_key(raw_key)
    if isinstance(found, Unauthorized):
        return _build_unauthorized(request, found.detail)
    return get_api_key_caller(found)


def _find_token_caller(request: ApiRequest, authorization: str) -> Caller | Unauthorized:
    if fault := explain_authorization(authorization):
        return _build_unauthorized(request, fault)
    found = find_access_token_caller(authorization.partition(" ")[2].strip())
    if isinstance(found, Unauthorized):
        return _build_unauthorized(request, found.detail)
    return found


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
    refusal = _CsrfCheck(_never_called).process_view(shown, _never_called, (), {})
    if refusal is not None:
        raise Forbidden(explain_csrf_refusal(refusal.content.decode()))


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden(reason)  # Django's own would render a page


def _comes_from_foreign_page(request: ApiRequest) -> bool:
    # Those of other origins cannot read the answer, whatever it is.
    return request.META.get("HTTP_ORIGIN") in settings.CORS_ALLOWED_ORIGINS


def _never_called(request: HttpRequest) -> HttpResponseForbidden:
    raise NotImplementedError
