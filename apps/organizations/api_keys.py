"""Raw API keys: how one looks, how one is issued, and whose one is."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from apps.organizations.models import ApiKey, Organization

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BODY_LENGTH = 32
LAST_USED_RESOLUTION = timedelta(minutes=1)

_ALPHABET = string.ascii_letters + string.digits
# In SQL, since composing it from a queryset costs four times what the database takes to answer.
_SELECT_BY_HASH = """
    SELECT api_key.* FROM organizations_apikey AS api_key
    JOIN auth_user ON auth_user.id = api_key.user_id
    WHERE api_key.hashed_key = %s AND api_key.is_active AND auth_user.is_active
"""
_RAW_KEY = re.compile(r"(?:csb|csu|cpk)_([A-Za-z0-9]{32})_([0-9a-f]{8})", re.ASCII)


def has_valid_checksum(raw_key: str) -> bool:
    """Whether ``raw_key`` is well-formed: prefix, body and the CRC-32 of the body in hex."""
    match = _RAW_KEY.fullmatch(raw_key)
    return match is not None and _checksum(match[1]) == match[2]


def get_api_key(raw_key: str) -> ApiKey | None:
    """The active, unexpired key, or None; a malformed one costs no query.

    ``last_used`` is written at most once a minute.
    """
    if not has_valid_checksum(raw_key):
        return None
    now = timezone.now()
    api_key = next(iter(ApiKey.objects.raw(_SELECT_BY_HASH, [_hash(raw_key)])), None)
    if api_key is None or (api_key.expires_at is not None and api_key.expires_at <= now):
        return None
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

    Raises `django.core.exceptions.ValidationError` when organization or role do not fit the kind.
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
    api_key.save(force_insert=True)
    return api_key, raw_key


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _hash(raw_key: str) -> str:
    return hashlib.sha256(raw_key.encode()).hexdigest()


def _write_last_used(api_key: ApiKey, now: datetime) -> None:
    # Conditional, so that parallel requests of one key write it once.
    is_stale = Q(last_used=None) | Q(last_used__lte=now - LAST_USED_RESOLUTION)
    ApiKey.objects.filter(is_stale, pk=api_key.pk).update(last_used=now)
