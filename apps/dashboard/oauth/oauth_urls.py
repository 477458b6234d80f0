"""The addresses of OAuth, under the names that the toolkit looks for."""

from django.urls import path
from oauth2_provider.views import OAuthServerMetadataView, RevokeTokenView

from apps.dashboard.oauth.consent import ConsentView, TokenView
from apps.dashboard.oauth.discovery import ProtectedResourceView
from apps.dashboard.oauth.token_refusals import limit_refusals

app_name = "oauth2_provider"
urlpatterns = [
    path("oauth/authorize", ConsentView.as_view(), name="authorize"),
    path("oauth/token", limit_refusals(TokenView.as_view()), name="token"),
    path("oauth/revoke_token", limit_refusals(RevokeTokenView.as_view()), name="revoke-token"),
    path(
        ".well-known/oauth-authorization-server",
        OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
    path(
        ".well-known/oauth-protected-resource",
        ProtectedResourceView.as_view(),
        name="oauth-resource-metadata",
    ),
    path(
        ".well-known/oauth-protected-resource/dashboard/api/v1",
        ProtectedResourceView.as_view(),
        name="oauth-resource-metadata-path",
    ),
]
