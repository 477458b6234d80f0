"""What the environment says, read strictly: a value that makes no sense is refused by its name."""

from __future__ import annotations

import math
import os
import posixpath
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
# By STARTTLS, by TLS from the first byte, and in the clear
MAIL_PORTS = {"smtp+tls": 587, "smtp+ssl": 465, "smtp": 25}
MAIL_TIMEOUT_SECONDS = 10

# As systemd reads an EnvironmentFile, less what it and a shell read differently.
_LINE = re.compile(
    r"""(?P<name>[A-Za-z_][A-Za-z0-9_]*)=\s*(?P<value>'[^']*'|"[^"\\]*"|[^'"\\\s][^\\]*|)\s*"""
)


def get_text(name: str, default: str = "") -> str:
    """The value as it stands; django-environ takes what begins with ``$`` for another's name."""
    return os.environ.get(name) or default


def read_file(path: Path) -> None:
    """Take over what the file says, a variable a line, but for what the environment has already.

    Raises ImproperlyConfigured where it cannot be read, with the number of a line that cannot be.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise ImproperlyConfigured(f"{path} with the environment cannot be read: {fault}") from None
    values = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ImproperlyConfigured(
                f"Line {number} of {path} is not NAME=value; a value with a quote or a backslash"
                " stands in 'single quotes'."
            )
        is_quoted = found["value"][:1] in ("'", '"')
        values[found["name"]] = found["value"][1:-1] if is_quoted else found["value"]
    for name, value in values.items():
        os.environ.setdefault(name, value)


def get_number(name: str, default: int, lowest: int = 0, highest: float = math.inf) -> int:
    """A whole number within the range."""
    value = get_text(name).strip() or str(default)
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        limits = f"{lowest} or more" if highest == math.inf else f"{lowest} to {highest}"
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number, {limits}.")
    return int(value)


def get_flag(name: str, *, default: bool) -> bool:
    """Yes or no, in the usual words."""
    value = get_text(name).strip().lower()
    if value and value not in WORDS:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes true or false.")
    return WORDS.get(value, default)


def get_list(name: str, default: list[str]) -> list[str]:
    """What stands between the commas."""
    words = [word.strip() for word in get_text(name).split(",")]
    return [word for word in words if word] or default


def get_url(name: str, *schemes: str) -> str:
    """An address with one of the schemes, or nothing; no refusal shows it, nor its password."""
    value = get_text(name).strip()
    if not value:
        return ""
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{name} is no address that begins with {schemes[0]}://.")
    try:
        parts = urlsplit(value)
        has_host = bool(parts.hostname or "http" not in parts.scheme)
        is_complete = has_host and parts.port != 0 and not re.search(r"\s", parts.netloc)
    except ValueError:
        is_complete = False
    if not is_complete:
        raise ImproperlyConfigured(
            f"{name} has a host or a port that cannot be; in a password, write / as %2F, # as %23,"
            " ? as %3F and @ as %40."
        )
    return value


def get_valkey_url(name: str) -> str:
    """An address of Valkey with the number of a database, or nothing."""
    value = get_url(name, "valkey", "valkeys", "redis", "rediss", "unix")
    parts = urlsplit(value)
    if parts.scheme != "unix" and not re.fullmatch(r"/?|/[0-9]+", parts.path):
        raise ImproperlyConfigured(f"{name} ends with the number of a database, such as /0.")
    return value


def get_mail_server(name: str) -> dict[str, Any]:
    """Django's settings for an address such as ``smtp+tls://user:password@host:587``, or none."""
    value = get_url(name, *MAIL_PORTS, "filemail", "consolemail")
    if not value:
        return {}
    parts = urlsplit(value)
    if parts.scheme in MAIL_PORTS and not parts.hostname:
        raise ImproperlyConfigured(f"{name} names no host.")
    found = environ.Env.email_url_config(value)
    port = found["EMAIL_PORT"] or MAIL_PORTS.get(parts.scheme)
    return {**found, "EMAIL_PORT": port, "EMAIL_TIMEOUT": MAIL_TIMEOUT_SECONDS}


def get_sender(name: str) -> str:
    """Whom mails are from, such as ``Acme <no-reply@acme.example>``, or nothing."""
    value = get_text(name).strip()
    is_one = value.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1])
    if value and not is_one:
        raise ImproperlyConfigured(
            f"{name} is no address, such as no-reply@example.com or Acme <no-reply@example.com>;"
            ' a name with a comma stands in "quotes".'
        )
    return value


def get_domain(name: str) -> str | None:
    """A host name, with folders or without, or nothing."""
    value = get_text(name).strip()
    if not re.fullmatch(r"([A-Za-z0-9.-]+(:[0-9]+)?(/\S*)?)?", value):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes a host name, such as images.example.com."
        )
    return value or None


def get_choice(name: str, default: str, *choices: str) -> str:
    """One of the choices, or else the default."""
    value = get_text(name).strip() or default
    if value not in (default, *choices):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it can be {', '.join(choices[:-1])} or {choices[-1]}."
        )
    return value


def get_prefix(name: str) -> str:
    """Folders as names of objects begin with them, such as ``brands/eu``, or nothing."""
    value = get_text(name).strip().strip("/")
    if value and (posixpath.normpath(value) != value or value.startswith("..")):
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes folders, such as brands/eu.")
    return value
