"""Who is calling, by whatever credential, and what that lets them do in an organization."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from apps.organizations.models import ApiKey, Membership, Permission
from apps.organizations.scopes import READ, WRITE

# What an access token needs to have for it.
PERMISSION_SCOPES = {Permission.VIEW: READ, Permission.CONTRIBUTE: WRITE}
PUBLISHABLE_LIMIT_PER_MINUTE = 100
ALL_PERMISSIONS = frozenset(Permission)


class CallerKind(StrEnum):
    API_KEY = "api_key"
    OAUTH_TOKEN = "oauth_token"  # noqa: S105 (a kind, not a secret)
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever is signed in.

    ``credential`` names the key, token or session user, as in ``api_key:17``; ``granted`` caps what
    the user's role would allow; ``organization_id`` is the only organization that the credential
    reaches, None where it follows the user's memberships; the limits are those of the credential,
    0 where it has the default. ``shares_as`` names whose keys share ``shared_multiple`` times the
    default (None: as often as usual), empty where the credential is no key; so are ``api_key_id``
    and its own ``api_key_role``.
    """

    kind: CallerKind
    credential: str
    user_id: int | None
    granted: frozenset[Permission] = ALL_PERMISSIONS
    organization_id: uuid.UUID | None = None
    limit_per_minute: int = 0
    limit_per_day: int = 0
    api_key_id: int | None = None
    api_key_role: str = ""
    shares_as: str = ""
    shared_multiple: int | None = None

    @property
    def is_secret_key(self) -> bool:
        """Whether the credential is an API key that nobody else may see."""
        return self.kind is CallerKind.API_KEY and bool(self.granted)

    def reaches(self, organization_id: uuid.UUID) -> bool:
        """Whether the credential may speak of that organization at all."""
        return self.organization_id in (None, organization_id)

    def may(self, permission: Permission, role: str) -> bool:
        """Whether the caller, whose membership has ``role``, has ``permission``."""
        return permission in self.granted & Membership.PERMISSIONS[Membership.Role(role)]

    def explain_lack(self, permission: Permission, role: str = "") -> str:
        """Why `may` says no, and what would do instead."""
        if permission in self.granted:
            who = "whoever made this API key is" if self.organization_id else "you are"
            return (
                f"This takes {permission.value}, and {who} {role} in this organization, which does"
                " not have it; ask an owner or manager of it for the role editor."
            )
        if self.kind is CallerKind.OAUTH_TOKEN:
            return (
                f"This takes the scope {PERMISSION_SCOPES[permission]}, which the access token"
                " lacks; ask for it when you send the user to /oauth/authorize."
            )
        if not self.granted:
            return (
                "This API key is publishable (cpk_…): it may neither read nor write pictures. Use a"
                " key of the organization (csb_…), from your server."
            )
        return (
            f"This takes {permission.value}, and this API key is read-only; use one with the role"
            " editor or manager, from the dashboard under Settings > API Keys."
        )


def get_api_key_caller(api_key: ApiKey) -> Caller:
    """The caller that an API key stands for: the lesser of its role and its user's membership."""
    granted = ALL_PERMISSIONS
    if api_key.kind == ApiKey.Kind.PUBLISHABLE:
        granted = frozenset()
    elif api_key.kind == ApiKey.Kind.ORGANIZATION:
        granted = ApiKey.PERMISSIONS[ApiKey.Role(api_key.role)]
    per_minute, per_day = get_default_limits(api_key.kind)
    owner = api_key.organization_id
    return Caller(
        kind=CallerKind.API_KEY,
        credential=f"{CallerKind.API_KEY}:{api_key.pk}",
        user_id=api_key.user_id,
        granted=granted,
        organization_id=api_key.organization_id,
        limit_per_minute=api_key.rate_limit_per_minute or per_minute,
        limit_per_day=api_key.rate_limit_per_day or per_day,
        api_key_id=api_key.pk,
        api_key_role=api_key.role,
        shares_as=f"organization:{owner}" if owner else f"user:{api_key.user_id}",
        shared_multiple=api_key.rate_limit_multiple,
    )


def get_default_limits(kind: str | None) -> tuple[int, int]:
    """Requests a minute and a day of a key of that kind that has no limits of its own."""
    is_publishable = kind == ApiKey.Kind.PUBLISHABLE
    per_minute = PUBLISHABLE_LIMIT_PER_MINUTE if is_publishable else settings.RATE_LIMIT_PER_MINUTE
    return per_minute, settings.RATE_LIMIT_PER_DAY


def get_shared_limits(multiple: int | None) -> tuple[int, int]:
    """Requests a minute and a day of an organization's keys together, or a user's personal ones."""
    multiple = multiple or settings.RATE_LIMIT_MULTIPLE
    return multiple * settings.RATE_LIMIT_PER_MINUTE, multiple * settings.RATE_LIMIT_PER_DAY
