"""Where OAuth 2.1 is stricter than the toolkit: redirects, and proofs of possession."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
LOOPBACK_HOSTS = LOOPBACK_ADDRESSES | {"localhost"}

# The base64url of a SHA-256 (RFC 7636 §4.2)
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def is_redirect_target(uri: str) -> bool:
    """Whether codes may be sent there: over TLS, or within the user's own machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.fragment or "@" in parts.netloc or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)


class ClientSecretHasher(PBKDF2PasswordHasher):
    """One round: a secret of 128 random characters needs no slowing, and strangers may try one."""

    algorithm = "client_secret"
    iterations = 1


class OAuthRules(OAuth2Validator):  # type: ignore[misc]  # the toolkit has no types
    """The toolkit's rules and ours. No text that PostgreSQL cannot hold reaches the database."""

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """One that is registered, character by character; only a loopback's port is free."""
        if not is_redirect_target(redirect_uri):
            return False
        if redirect_uri in request.client.redirect_uris.split():
            return True
        # RFC 8252 §7.3
        is_loopback = urlsplit(redirect_uri).hostname in LOOPBACK_ADDRESSES
        return is_loopback and bool(request.client.redirect_uri_allowed(redirect_uri))

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Always, by S256, which the toolkit would look at only after the user's consent."""
        if request.code_challenge is not None and (
            request.code_challenge_method != "S256"
            or not _S256_CHALLENGE.fullmatch(request.code_challenge)
        ):
            raise InvalidRequestError(
                description="The code_challenge must be of the code_challenge_method S256.",
                request=request,
            )
        return True

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        return "\0" not in code and super().validate_code(
            client_id, code, client, request, *args, **kwargs
        )

    def _load_application(self, client_id: str | None, request: Request) -> Any:
        if client_id and "\0" in client_id:
            return None
        return super()._load_application(client_id, request)
