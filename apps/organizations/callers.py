"""Who is calling, by whatever credential, and what that lets them do in an organization."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from apps.organizations.models import ApiKey, Membership, Permission


class CallerKind(StrEnum):
    API_KEY = "api_key"
    OAUTH_TOKEN = "oauth_token"  # noqa: S105 (a kind, not a secret)
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is signed in.

    ``granted`` caps what the user's role would allow; ``organization_id`` is the only organization
    that the credential reaches, None where it follows the user's memberships.
    """

    kind: CallerKind
    user_id: int
    granted: frozenset[Permission] = frozenset(Permission)
    organization_id: uuid.UUID | None = None
    api_key_id: int | None = None

    def reaches(self, organization_id: uuid.UUID) -> bool:
        """Whether the credential may speak of that organization at all."""
        return self.organization_id in (None, organization_id)

    def may(self, permission: Permission, role: str) -> bool:
        """Whether the caller, whose membership has ``role``, has ``permission``."""
        return permission in self.granted & Membership.PERMISSIONS[Membership.Role(role)]


def get_api_key_caller(api_key: ApiKey) -> Caller:
    """The caller that an API key stands for: the lesser of its role and its user's membership."""
    granted = frozenset(Permission)
    if api_key.kind == ApiKey.Kind.PUBLISHABLE:
        granted = frozenset()
    elif api_key.kind == ApiKey.Kind.ORGANIZATION:
        granted = ApiKey.PERMISSIONS[ApiKey.Role(api_key.role)]
    return Caller(
        kind=CallerKind.API_KEY,
        user_id=api_key.user_id,
        granted=granted,
        organization_id=api_key.organization_id,
        api_key_id=api_key.pk,
    )
