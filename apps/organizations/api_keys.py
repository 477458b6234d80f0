"""Raw API keys: how one looks, how one is issued, and whose one is."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.organizations.models import ApiKey, Organization
from apps.organizations.row_reads import find_row, list_columns
from apps.problems import Unauthorized

BODY_LENGTH = 32
LAST_USED_RESOLUTION = timedelta(minutes=1)
# What would do instead of a key that has ended.
_NEW_KEY = "Make a new one in the dashboard under Settings > API Keys."

_ALPHABET = string.ascii_letters + string.digits
# In SQL, since composing it from a queryset costs four times what the database takes to answer.
_SELECT_BY_HASH = f"""
    SELECT {list_columns(ApiKey, "api_key")}, auth_user.is_active, organization.rate_limit_multiple
    FROM organizations_apikey AS api_key
    LEFT JOIN organizations_organization AS organization
      ON organization.id = api_key.organization_id
    JOIN auth_user ON auth_user.id = api_key.user_id
    WHERE api_key.hashed_key = %s
"""  # noqa: S608 (our own names)
_RAW_KEY = re.compile(r"(?:csb|csu|cpk)_([A-Za-z0-9]{32})_([0-9a-f]{8})", re.ASCII)


class TooManyKeys(ValidationError):
    """As many keys are in force already as may be at once; tells both numbers."""


def has_valid_checksum(raw_key: str) -> bool:
    """Whether ``raw_key`` is well-formed: prefix, body and the CRC-32 of the body in hex."""
    match = _RAW_KEY.fullmatch(raw_key)
    return match is not None and _checksum(match[1]) == match[2]


def find_api_key(raw_key: str) -> ApiKey | Unauthorized:
    """The key, or why it opens nothing: who holds it may know. A malformed one costs no query.

    ``last_used`` is written at most once a minute.
    """
    if not has_valid_checksum(raw_key):
        return Unauthorized("The API key is malformed, or its checksum is wrong.")
    found = find_row(ApiKey, _SELECT_BY_HASH, [_hash(raw_key)])
    if found is None:
        return Unauthorized(
            "This API key is whole, but unknown here: it was deleted, or belongs to another"
            f" server. {_NEW_KEY}"
        )
    now = timezone.now()
    api_key, (is_user_active, multiple) = found
    api_key.rate_limit_multiple = multiple
    if fault := _explain_end(api_key, now, is_user_active=bool(is_user_active)):
        return Unauthorized(f"{fault} {_NEW_KEY}")
    if api_key.last_used is None or api_key.last_used <= now - LAST_USED_RESOLUTION:
        _write_last_used(api_key, now)
    return api_key


def issue_api_key(  # noqa: PLR0913 (the fields of a key, each by its name)
    *,
    name: str,
    kind: ApiKey.Kind,
    user: User,
    organization: Organization | None = None,
    role: ApiKey.Role | None = None,
    expires_at: datetime | None = None,
    rate_limit_per_minute: int = 0,
    rate_limit_per_day: int = 0,
) -> tuple[ApiKey, str]:
    """Create a key; returns it with the raw key, which nobody can read again.

    Raises `django.core.exceptions.ValidationError` when organization or role do not fit the kind,
    and its TooManyKeys.
    """
    body = "".join(secrets.choice(_ALPHABET) for _ in range(BODY_LENGTH))
    raw_key = f"{kind}_{body}_{_checksum(body)}"
    api_key = ApiKey(
        name=name,
        kind=kind,
        hashed_key=_hash(raw_key),
        hint=raw_key[:8],
        user=user,
        organization=organization,
        role=role or "",
        expires_at=expires_at,
        rate_limit_per_minute=rate_limit_per_minute,
        rate_limit_per_day=rate_limit_per_day,
    )
    api_key.full_clean()
    with transaction.atomic():
        check_room_for_key(user, organization)
        api_key.save(force_insert=True)
    return api_key, raw_key


def revoke_personal_keys(user: User) -> None:
    """End all keys that act as the user."""
    ApiKey.objects.filter(user=user, kind=ApiKey.Kind.USER).update(is_active=False)


def get_max_keys(organization: Organization | None) -> int:
    """How many keys of the organization, or of a user, may be in force at once."""
    own = organization.max_api_keys if organization else None
    return settings.MAX_API_KEYS if own is None else own


def check_room_for_key(user: User, organization: Organization | None) -> None:
    """Refuse one key too many, with TooManyKeys; within the transaction that writes the key.

    Whoever asks holds the row of whose key it is to be, so that two never take the last place.
    """
    if organization:
        rows = Organization.objects.select_for_update(no_key=True)
        organization = rows.get(pk=organization.pk)
    else:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
    actual, limit = _count_keys_in_force(user, organization), get_max_keys(organization)
    if actual >= limit:
        whose = "The organization has" if organization else "You have"
        raise TooManyKeys(
            f"{whose} {actual:,} API keys in force, and may have {limit:,}: revoke one that nothing"
            " uses any more, or ask whoever runs the service for more."
        )


def _count_keys_in_force(user: User, organization: Organization | None) -> int:
    whose = Q(organization=organization) if organization else Q(user=user, organization=None)
    has_not_expired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ApiKey.objects.filter(whose, has_not_expired, is_active=True).count()


def _explain_end(api_key: ApiKey, now: datetime, *, is_user_active: bool) -> str | None:
    if not is_user_active:
        return "The account behind this API key is deactivated, and its keys with it."
    if not api_key.is_active:
        return "This API key was revoked, or whoever made it has left the organization."
    if api_key.expires_at is not None and api_key.expires_at <= now:
        return f"This API key expired on {api_key.expires_at:%d %B %Y at %H:%M} UTC."
    return None


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _hash(raw_key: str) -> str:
    return hashlib.sha256(raw_key.encode()).hexdigest()


def _write_last_used(api_key: ApiKey, now: datetime) -> None:
    # Conditional, so that parallel requests of one key write it once.
    is_stale = Q(last_used=None) | Q(last_used__lte=now - LAST_USED_RESOLUTION)
    ApiKey.objects.filter(is_stale, pk=api_key.pk).update(last_used=now)
