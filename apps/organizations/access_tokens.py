"""OAuth access tokens: whose one is, and what its scopes allow (RFC 6749 §3.3)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_refresh_token_model,
)

from apps.organizations.callers import PERMISSION_SCOPES, Caller, CallerKind
from apps.problems import Unauthorized

_REMEDY = (
    "Get a new one from POST /oauth/token with the refresh token, or let the user agree again."
)


def find_access_token_caller(raw_token: str) -> Caller | Unauthorized:
    """The caller that the token stands for, or why there is none; one query by its checksum.

    It acts as its user; without one it is a member of nothing.
    """
    checksum = hashlib.sha256(raw_token.encode()).hexdigest()
    token = (
        get_access_token_model()
        .objects.filter(token_checksum=checksum)
        .select_related("user")
        .first()
    )
    if token is None:
        return Unauthorized(
            "The access token is unknown here: it was revoked, replaced by a refresh, or belongs to"
            f" another server. {_REMEDY}"
        )
    if token.expires <= timezone.now():
        return Unauthorized(
            f"The access token expired on {token.expires:%d %B %Y at %H:%M} UTC. {_REMEDY}"
        )
    if token.user is not None and not token.user.is_active:
        return Unauthorized("The account that this access token acts for is deactivated.")
    return Caller(
        kind=CallerKind.OAUTH_TOKEN,
        # The application and the user, whose tokens change with each refresh.
        credential=f"{CallerKind.OAUTH_TOKEN}:{token.application_id}:{token.user_id}",
        user_id=token.user_id,
        granted=frozenset(
            permission
            for permission, scope in PERMISSION_SCOPES.items()
            if scope in token.scope.split()
        ),
    )


@transaction.atomic
def withdraw_applications(user_id: int | None, client_ids: list[str] | None = None) -> None:
    """Shut these applications out at once, or all that the user has let in."""
    theirs: dict[str, Any] = {"user": user_id}
    if client_ids is not None:
        theirs["application__client_id__in"] = [name.replace("\0", "") for name in client_ids]
    get_grant_model().objects.filter(**theirs).delete()
    for token in get_refresh_token_model().objects.filter(revoked=None, **theirs):
        token.revoke()
    get_access_token_model().objects.filter(**theirs).delete()
