"""Statements of ours, told to the driver itself: what Django wraps around SQLite's costs as much.

Whoever listens to what Django executes, as tests of plans and counts do, still hears of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


def fetch_rows(
    statement: str, parameters: Sequence[Any], cursor: CursorWrapper | None = None
) -> list[tuple[Any, ...]]:
    """Run a statement, whose parameters are ``%s`` and ready for the database; all of its rows.

    In the transaction of the ``cursor``, or that the thread is in. Raises what Django's would.
    """
    if cursor is None:
        database = connections[DEFAULT_DB_ALIAS]
        database.close_if_health_check_failed()
        database.ensure_connection()
    else:
        database = cursor.db
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as opened:
            opened.execute(statement, parameters)
            return opened.fetchall() if opened.description else []
    database.validate_no_broken_transaction()
    is_sqlite = database.vendor == "sqlite"
    with database.wrap_database_errors:
        told = _translate(statement) if is_sqlite else statement
        found = database.connection.execute(told, parameters)
        # Its `description` would make an object of each column.
        return found.fetchall() if is_sqlite or found.rownumber is not None else []


@cache
def _translate(statement: str) -> str:
    return statement.replace("%s", "?")
