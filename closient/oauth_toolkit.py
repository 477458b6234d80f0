"""What the OAuth toolkit may do: codes with PKCE and refresh tokens, and nothing else."""

from __future__ import annotations

from typing import Any

from apps.organizations import scopes


def build_oauth_rules(issuer: str) -> dict[str, Any]:
    """The setting OAUTH2_PROVIDER; ``issuer`` is the service's public address, or empty."""
    return {
        "SCOPES": scopes.DESCRIPTIONS,
        "DEFAULT_SCOPES": [scopes.READ],
        "CLIENT_SECRET_HASHER": "client_secret",
        "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",
        "OAUTH2_VALIDATOR_CLASS": "apps.dashboard.oauth.oauth_rules.OAuthRules",
        "APPLICATION_ADMIN_CLASS": "apps.dashboard.oauth.oauth_admin.ApplicationAdmin",
        "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
        "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 60 * 60,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],  # http to this machine only: OAuthRules
        "OIDC_ISS_ENDPOINT": issuer,
        "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
        "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
        "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "OAUTH2_PROTECTED_RESOURCE_NAME": "Closient Brand Dashboard API",
        # RFC 9700, all that the toolkit can enforce
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
        "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    }
