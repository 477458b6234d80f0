"""Whether an application may act as the user: the page that asks, and the tokens that follow."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.scopes import get_scopes_backend
from oauth2_provider.views import TokenView as ToolkitTokenView
from oauth2_provider.views.base import BaseAuthorizationView
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error

from apps.dashboard.api.middleware import API_PREFIX
from apps.dashboard.api.public_origin import get_origin
from apps.dashboard.oauth.oauth_rules import WHOLE_AT
from apps.dashboard.operations.security_headers import HEADER as POLICY_HEADER
from apps.dashboard.operations.security_headers import build_page_policy
from apps.organizations.models import Organization

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?", re.ASCII)


@method_decorator(never_cache, name="dispatch")
class ConsentView(BaseAuthorizationView):  # type: ignore[misc]  # the toolkit has no types
    """Asks each time, of what the address says alone: the form has nothing but the answer.

    A faulty request goes back before anybody signs in, since browsers do not follow a redirect
    from the sign-in form to another origin (``form-action``).
    """

    http_method_names = ("get", "post")
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.scopes, self.credentials = self.validate_authorization_request(request)
            self._take_resources()
        except OAuthToolkitError as error:
            return self.error_response(error)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        descriptions = get_scopes_backend().get_all_scopes()
        context = {
            "application": self.credentials["request"].client,
            "granted": [descriptions[scope] for scope in self.scopes],
            "organizations": Organization.objects.filter(memberships__user=request.user.pk),
            "target": urlsplit(self.credentials["redirect_uri"]).netloc,
        }
        response = render(request, "dashboard/consent.html", context)
        source = _build_source(self.credentials["redirect_uri"])
        response.headers[POLICY_HEADER] = build_page_policy(form_target=source)
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            uri, *_ = self.create_authorization_response(
                request,
                scopes=" ".join(self.scopes),
                # What OpenID Connect would add is not stored.
                credentials={**self.credentials, "nonce": None, "claims": None},
                allow="allow" in request.POST,
            )
        except OAuthToolkitError as error:
            return self.error_response(error)
        return self._go_to(uri)

    def error_response(self, error: OAuthToolkitError, *_: Any, **kwargs: Any) -> HttpResponse:
        """Back to the application (RFC 6749 §4.1.2.1), or a page where that is not known."""
        may_redirect, told = super(BaseAuthorizationView, self).error_response(error)
        if may_redirect:
            # RFC 9207 §2: errors name their issuer, too.
            return self._go_to(f"{told['url']}&{urlencode({'iss': get_origin(self.request)})}")
        context = {"error": told["error"]}
        return render(self.request, "dashboard/consent_error.html", context, status=400)

    def _go_to(self, uri: str) -> HttpResponse:
        response: HttpResponse = self.redirect(uri, None)
        return response

    def _take_resources(self) -> None:
        # RFC 8707: there is but one resource here.
        resources = self.request.GET.getlist("resource")
        api = get_origin(self.request)
        for resource in resources:
            is_ours = resource.rstrip("/") == api or resource.startswith(f"{api}{API_PREFIX}")
            if not is_ours or "\0" in resource:
                raise OAuthToolkitError(
                    error=CustomOAuth2Error(
                        error="invalid_target",
                        description="The resource is none of this server's.",
                        state=self.credentials["state"],
                    ),
                    redirect_uri=self.credentials["redirect_uri"],
                )
        self.credentials["resource"] = resources


class TokenView(ToolkitTokenView):  # type: ignore[misc]  # the toolkit has no types
    """Without the device flow, which the toolkit would look for in each request."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Read first: a body that dawdles must not make a replay look like a refresh at once.
        _ = request.POST
        request.META[WHOLE_AT] = timezone.now()
        response: HttpResponse = self.authorization_flow_token_response(request)
        return response


def _build_source(uri: str) -> str:
    # A policy can name no IPv6 address: then the scheme has to do.
    parts = urlsplit(uri)
    return f"{parts.scheme}:" + (f"//{parts.netloc}" if _PLAIN_HOST.fullmatch(parts.netloc) else "")
