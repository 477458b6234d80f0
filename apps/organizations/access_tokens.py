"""OAuth access tokens: whose one is, and what its scopes allow (RFC 6749 §3.3)."""

from __future__ import annotations

import hashlib

from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.organizations.callers import Caller, CallerKind
from apps.organizations.models import Permission
from apps.organizations.scopes import READ, WRITE

SCOPE_PERMISSIONS = {
    READ: Permission.VIEW,
    WRITE: Permission.CONTRIBUTE,
}


def get_access_token_caller(raw_token: str) -> Caller | None:
    """The caller that an unexpired token stands for, or None; one query by its checksum.

    It acts as its user; without one it is a member of nothing.
    """
    checksum = hashlib.sha256(raw_token.encode()).hexdigest()
    token = (
        get_access_token_model()
        .objects.filter(token_checksum=checksum, expires__gt=timezone.now())
        .select_related("user")
        .first()
    )
    if token is None or (token.user is not None and not token.user.is_active):
        return None
    return Caller(
        kind=CallerKind.OAUTH_TOKEN,
        # The application and the user, whose tokens change with each refresh.
        credential=f"{CallerKind.OAUTH_TOKEN}:{token.application_id}:{token.user_id}",
        user_id=token.user_id,
        granted=frozenset(
            permission
            for scope, permission in SCOPE_PERMISSIONS.items()
            if scope in token.scope.split()
        ),
    )
