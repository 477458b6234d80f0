"""What is wrong with a credential, told so that it can be mended; nothing of it is repeated."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from apps.organizations.api_keys import has_valid_checksum

KEY_LENGTH: Final = 45

# An API key, or what is left of one.
_KEY: Final = re.compile(r"(?:csb|csu|cpk)_[A-Za-z0-9]{4,}(?:_[0-9A-Za-z]*)?", re.ASCII)
_KEY_HEADER: Final = "send it alone in the header X-API-Key, as in X-API-Key: csb_…"
_KEY_LOOKS: Final = (
    f"An API key has {KEY_LENGTH} characters: csb, csu or cpk, then 32 letters or digits, then 8 of"
    " 0-9 and a-f, joined by _."
)
_WAYS: Final = (
    "Send an API key in the header X-API-Key, or an access token as Authorization: Bearer …"
)
_SCHEMES: Final = ("ApiKey", "Api-Key", "AWS4-HMAC-SHA256", "Basic", "Digest", "Key", "Token")
# Where other services look for keys, and this one does not.
_OTHER_HEADERS: Final = (
    *("Api-Key", "ApiKey", "X-ApiKey", "X-Api-Token", "X-Auth-Token", "X-Access-Token"),
    *("X-Authorization", "Proxy-Authorization", "Private-Token", "Token"),
)
_OTHER_PARAMETERS: Final = (
    *("api_key", "apikey", "apiKey", "api-key", "key", "token", "access_token", "x-api-key"),
    *("X-API-Key", "auth", "authorization"),
)


def explain_malformed_key(sent: str) -> str:
    """Why what came in ``X-API-Key`` is no API key."""
    if not sent.strip():
        return f"The header X-API-Key is empty; was the variable set that holds the key? {_WAYS}."
    if _holds_key(sent):
        return (
            "The header X-API-Key holds a whole API key with something around it, such as quotes,"
            f" blanks or the word Bearer; {_KEY_HEADER}."
        )
    if len(sent) == KEY_LENGTH and _KEY.fullmatch(sent):
        return (
            "The API key has the right length, but its checksum is wrong: a character was changed"
            " while it was copied. Copy it again, or make a new one."
        )
    if _KEY.match(sent):
        return (
            f"The API key in X-API-Key has {len(sent)} characters; it was cut, or more was copied"
            f" than the key. {_KEY_LOOKS}"
        )
    return (
        f"What X-API-Key holds is no API key of this service. {_KEY_LOOKS} An OAuth access token"
        " goes into Authorization: Bearer … instead."
    )


def explain_authorization(sent: str) -> str | None:
    """Why ``Authorization`` holds no access token; None where it may be one."""
    scheme, _, token = sent.strip().partition(" ")
    token = token.strip()
    if _looks_like_key(sent) or (scheme.lower() == "basic" and _looks_like_key(_decode(token))):
        return (
            "Authorization holds an API key, but is for OAuth access tokens; take the key out of"
            f" there and {_KEY_HEADER}."
        )
    if scheme.lower() != "bearer":
        name = next((each for each in _SCHEMES if each.lower() == scheme.lower()), None)
        told = f"the scheme {name}" if name else "an unknown scheme, or none"
        return f"Authorization has {told}, and takes Bearer alone. {_WAYS}."
    if not token:
        return (
            "Authorization says Bearer, and no access token follows; was the variable set that"
            " holds it?"
        )
    return None


def explain_absence(request: HttpRequest) -> str:
    """Why nobody is known, where neither header of ours came, and no session that is open."""
    for name in _OTHER_HEADERS:
        if name in request.headers:
            return f"No credential was found; the header {name} is not looked at. {_WAYS}."
    for name in _OTHER_PARAMETERS:
        if name in request.GET:
            return (
                f"No credential was found; the {name} in the address is not looked at, since"
                f" addresses are written to logs: make a new key, that one is known. {_WAYS}."
            )
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return (
            "The session of the cookie sessionid is over; sign in again at /accounts/login, or use"
            " an API key in the header X-API-Key."
        )
    return (
        "No credential was sent. Send an API key in the header X-API-Key; the dashboard makes one"
        " under Settings > API Keys."
    )


def explain_key_in_page() -> str:
    """Why a secret key opens nothing from a page of another origin."""
    return (
        "This API key is secret, and came from a web page, where everybody reads it: revoke it. A"
        " page of another origin takes an OAuth access token, and your server the key."
    )


def explain_csrf_refusal(reason: str) -> str:
    """Why a session may not write from there; ``reason`` is Django's."""
    if reason.startswith("Origin"):
        return (
            "The page that sent this has another origin than this service, and is not one of"
            " CSRF_TRUSTED_ORIGINS; programs use an API key in the header X-API-Key."
        )
    if reason.startswith("Referer"):
        return (
            "A session that writes over HTTPS sends Origin or Referer, of this service; programs"
            " use an API key in the header X-API-Key."
        )
    return (
        "A session writes only with its CSRF token in a header: send the value of the cookie"
        " csrftoken as X-CSRFToken. Programs use an API key in the header X-API-Key."
    )


def _looks_like_key(text: str) -> bool:
    return _KEY.search(text) is not None


def _holds_key(text: str) -> bool:
    return any(has_valid_checksum(found) for found in _KEY.findall(text))


def _decode(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
