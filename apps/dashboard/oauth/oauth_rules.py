"""Where OAuth 2.1 is stricter than the toolkit: redirects, and proofs of possession."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from django.utils.crypto import salted_hmac
from oauth2_provider.models import get_access_token_model, get_refresh_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError

LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
LOOPBACK_HOSTS = LOOPBACK_ADDRESSES | {"localhost"}

# Among what the toolkit shows its rules of a request; no client can name a header so.
WHOLE_AT = "REQUEST_WHOLE_AT"

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
        """One that is there, of a user who may sign in; a code that is used again ends its tokens.

        RFC 6749 §4.1.2
        """
        if "\0" in code:
            return False
        if super().validate_code(client_id, code, client, request, *args, **kwargs):
            return bool(request.user.is_active)
        _revoke_family_of(code, client)
        return False

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Strike the code off; where another request did at the same time, both end."""
        try:
            super().invalidate_authorization_code(client_id, code, request, *args, **kwargs)
        except InvalidGrantError:
            _revoke_family_of(code, request.client)
            raise

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """A live one, of a user who may sign in; or one that was renewed while this came in."""
        if (renewed := _find_renewed_meanwhile(refresh_token, client, request)) is None:
            is_live = super().validate_refresh_token(
                refresh_token, client, request, *args, **kwargs
            )
            return is_live and bool(request.user.is_active)
        request.user, request.refresh_token = renewed.user, refresh_token
        request.refresh_token_instance = renewed
        return bool(renewed.user.is_active)

    def _save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """As the toolkit; of two refreshes at once, the second gets a pair of its own.

        The toolkit would tell it the first one's, which are kept as checksums alone. Both belong to
        one family, which a replay ends.
        """
        if (shown := getattr(request, "refresh_token_instance", None)) is None:
            super()._save_bearer_token(token, request, *args, **kwargs)
            return
        current = get_refresh_token_model().objects.select_for_update().get(pk=shown.pk)
        if current.revoked is None:
            super()._save_bearer_token(token, request, *args, **kwargs)
            return
        if not _was_renewed(current):
            raise InvalidGrantError(request=request)
        self._check_and_set_request_resource(request)
        lifetime = timedelta(seconds=oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS)
        access_token = self._create_access_token(timezone.now() + lifetime, request, token)
        self._create_refresh_token(request, token["refresh_token"], access_token, current)

    def _create_refresh_token(
        self, request: Request, refresh_token_code: str, access_token: Any, previous: Any
    ) -> Any:
        created = super()._create_refresh_token(request, refresh_token_code, access_token, previous)
        if request.grant_type == "authorization_code":
            created.token_family = _derive_family(request.code)
            created.save(update_fields=["token_family"])
        return created

    def _load_application(self, client_id: str | None, request: Request) -> Any:
        if client_id and "\0" in client_id:
            return None
        return super()._load_application(client_id, request)


def _derive_family(code: str) -> UUID:
    """The family of the tokens that a code is exchanged for, which is found by the code again."""
    digest = salted_hmac("apps.dashboard.oauth.token_family", code, algorithm="sha256").digest()
    return UUID(bytes=digest[:16])


def _revoke_family_of(code: str, client: Any) -> None:
    family = _derive_family(code)
    tokens = get_refresh_token_model()
    if tokens.objects.filter(token_family=family, application=client).exists():
        tokens.revoke_family(family)


def _find_renewed_meanwhile(refresh_token: str, client: Any, request: Request) -> Any:
    # An honest application may refresh twice at once; whoever begins after that is a replay.
    checksum = hashlib.sha256(refresh_token.encode()).hexdigest()
    tokens = get_refresh_token_model().objects.select_related("user", "access_token")
    since = request.headers[WHOLE_AT]
    found = tokens.filter(token_checksum=checksum, application=client, revoked__gte=since).first()
    return found if found is not None and _was_renewed(found) else None


def _was_renewed(refresh_token: Any) -> bool:
    """Whether another token stands in its place, as none does after a revocation."""
    renewals = get_access_token_model().objects.filter(source_refresh_token=refresh_token)
    return bool(renewals.exists())
