"""Which database a command works on: without the service's environment it would be another."""

from __future__ import annotations

import sys
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def tell_database(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receives Django's signal of a new connection: one line on stderr, at the first of them."""
    connection_created.disconnect(tell_database)
    sys.stderr.write(f"Database: {describe_database(connection.settings_dict)}\n")


def describe_database(settings: dict[str, Any]) -> str:
    """As an address without its password."""
    if "sqlite" in settings["ENGINE"]:
        return f"sqlite:///{settings['NAME']}"
    user = f"{settings['USER']}@" if settings["USER"] else ""
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{user}{settings['HOST']}{port}/{settings['NAME']}"
