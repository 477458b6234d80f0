"""What the environment says, read strictly: a value that makes no sense is refused by its name."""

from __future__ import annotations

import math

import environ
from django.core.exceptions import ImproperlyConfigured

WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}

env = environ.Env()


def get_number(name: str, default: int, lowest: int = 0, highest: float = math.inf) -> int:
    """A whole number within the range."""
    value = env.str(name, "").strip() or str(default)
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        limits = f"{lowest} or more" if highest == math.inf else f"{lowest} to {highest}"
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number, {limits}.")
    return int(value)


def get_flag(name: str, *, default: bool) -> bool:
    """Yes or no, in the usual words."""
    value = env.str(name, "").strip().lower()
    if value and value not in WORDS:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes true or false.")
    return WORDS.get(value, default)


def get_list(name: str, default: list[str]) -> list[str]:
    """What stands between the commas."""
    words = [word.strip() for word in env.str(name, "").split(",")]
    return [word for word in words if word] or default


def get_url(name: str, *schemes: str) -> str:
    """An address with one of the schemes, or nothing."""
    value = str(env.str(name, "").strip())
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{name} is {value!r}; it begins with {schemes[0]}://.")
    return value


def get_choice(name: str, default: str, *choices: str) -> str:
    """One of the choices."""
    value = str(env.str(name, "").strip() or default)
    if value not in choices:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it can be {', '.join(choices[:-1])} or {choices[-1]}."
        )
    return value
