"""Every kind of caller, as the headers that it sends."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model, set_token_value

from apps.organizations.models import ApiKey
from tests.conftest import Cast

Headers = dict[str, str]
CSRF_TOKEN = "abcdefghijklmnopqrstuvwxyzabcdef"
UNKNOWN_KEY = "csb_abcdefghijklmnopqrstuvwxyzABCDEF_6154d22a"
MISTYPED_KEY = "csb_abcdefghijklmnopqrstuvwxyzABCDEF_00000000"
BOTH_SCOPES = "images:read images:write"


def build_headers(cast: Cast, caller: str) -> Headers:
    """The headers of the caller of that name in the table."""
    return _BUILDERS[caller](cast)


def _key(name: str, **fields: object) -> Callable[[Cast], Headers]:
    return lambda cast: {"X-API-Key": cast.issue(getattr(cast, name), **fields)}


def _issue_token(user: User | None, scope: str, *, lives: timedelta = timedelta(hours=1)) -> str:
    application, _ = get_application_model().objects.get_or_create(
        client_id="test",
        client_type="public",
        authorization_grant_type="authorization-code",
        redirect_uris="http://127.0.0.1/callback",
    )
    token = get_access_token_model()(
        user=user, application=application, scope=scope, expires=timezone.now() + lives
    )
    raw_token = secrets.token_urlsafe(24)
    set_token_value(token, raw_token)
    token.save(force_insert=True)
    return raw_token


def _token(
    name: str | None, scope: str = BOTH_SCOPES, **options: timedelta
) -> Callable[[Cast], Headers]:
    def build(cast: Cast) -> Headers:
        user = getattr(cast, name) if name else None
        return {"Authorization": f"Bearer {_issue_token(user, scope, **options)}"}

    return build


def _session(name: str, *, csrf: bool = True) -> Callable[[Cast], Headers]:
    def build(cast: Cast) -> Headers:
        client = Client()
        client.force_login(getattr(cast, name), backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies["sessionid"].value
        cookie = {"Cookie": f"sessionid={session}; csrftoken={CSRF_TOKEN}"}
        return cookie | ({"X-CSRFToken": CSRF_TOKEN} if csrf else {})

    return build


def _revoked_key(cast: Cast) -> Headers:
    headers = _key("olga")(cast)
    ApiKey.objects.update(is_active=False)
    return headers


def _token_of_inactive_user(cast: Cast) -> Headers:
    headers = _token("ed")(cast)
    User.objects.filter(pk=cast.ed.pk).update(is_active=False)
    return headers


def _foreign_key(cast: Cast) -> Headers:
    return {"X-API-Key": cast.issue(cast.zoe, organization=cast.globex)}


def _expired_key(cast: Cast) -> Headers:
    past = timezone.now() - timedelta(seconds=1)
    return {"X-API-Key": cast.issue(cast.olga, expires_at=past)}


_BUILDERS: dict[str, Callable[[Cast], Headers]] = {
    "nobody": lambda cast: {},
    "empty key": lambda cast: {"X-API-Key": ""},
    "malformed key": lambda cast: {"X-API-Key": "csb_short_00000000"},
    "mistyped key": lambda cast: {"X-API-Key": MISTYPED_KEY},
    "key of unknown type": lambda cast: {"X-API-Key": UNKNOWN_KEY.replace("csb", "xyz")},
    "unknown key": lambda cast: {"X-API-Key": UNKNOWN_KEY},
    "revoked key": _revoked_key,
    "expired key": _expired_key,
    "csb manager": _key("olga", role="manager"),
    "csb editor": _key("olga", role="editor"),
    "csb readonly": _key("olga", role="readonly"),
    "csb manager by manager": _key("mo", role="manager"),
    "csb manager by editor": _key("ed", role="manager"),
    "csb manager by billing": _key("bill", role="manager"),
    "csb manager by one who left": _key("zoe", role="manager"),
    "csb of another organization": _foreign_key,
    "csu of owner": _key("olga", kind="csu"),
    "csu of editor": _key("ed", kind="csu"),
    "csu of billing": _key("bill", kind="csu"),
    "csu of stranger": _key("zoe", kind="csu"),
    "cpk": _key("olga", kind="cpk"),
    "token of editor": _token("ed"),
    "token of owner, read": _token("olga", "images:read"),
    "token of owner, write": _token("olga", "images:write"),
    "token without scope": _token("olga", ""),
    "token of billing": _token("bill"),
    "token of stranger": _token("zoe"),
    "token of no user": _token(None),
    "token of inactive user": _token_of_inactive_user,
    "expired token": _token("ed", lives=timedelta(seconds=-1)),
    "unknown token": lambda cast: {"Authorization": "Bearer unknown"},
    "basic authorization": lambda cast: {"Authorization": "Basic ZWQ6cGFzc3dvcmQ="},
    "session of owner": _session("olga"),
    "session of manager": _session("mo"),
    "session of editor": _session("ed"),
    "session of billing": _session("bill"),
    "session of stranger": _session("zoe"),
    "session without CSRF header": _session("ed", csrf=False),
    "bad key beside good session": lambda cast: {**_session("ed")(cast), "X-API-Key": UNKNOWN_KEY},
    "bad token beside good session": lambda cast: {**_session("ed")(cast), "Authorization": "Bearer x"},
    "bad key beside good token": lambda cast: {**_token("ed")(cast), "X-API-Key": UNKNOWN_KEY},
    "good key beside bad token": lambda cast: {**_key("ed")(cast), "Authorization": "Bearer x"},
    "weak key beside strong session": lambda cast: {**_session("olga")(cast), **_key("olga", role="readonly")(cast)},
}  # fmt: skip
