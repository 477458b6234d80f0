"""INSERT of rows, composed once: that takes Django longer than SQLite the rest."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, Model

from apps.organizations.plain_sql import fetch_rows

# Both databases take these as they are, whatever the field.
AS_THEY_ARE = frozenset({str, int, bool, NoneType})


def insert_rows(cursor: CursorWrapper, *rows: Model) -> None:
    """Insert rows of one model as they stand; keys that the database makes are not read back."""
    statement, fields = _compose_insert(type(rows[0]), len(rows))
    database, values = cursor.db, []
    for row in rows:
        for field, sets_itself in fields:
            value = field.pre_save(row, add=True) if sets_itself else getattr(row, field.attname)
            values.append(value if type(value) in AS_THEY_ARE else _adapt(value, field, database))
    fetch_rows(statement, values, cursor)


def _adapt(value: Any, field: Field[Any, Any], database: BaseDatabaseWrapper) -> Any:
    # For these two Django asks the field what they might be first.
    if type(value) is datetime:
        return database.ops.adapt_datetimefield_value(value)
    if type(value) is UUID:
        return value if database.features.has_native_uuid_field else value.hex
    return field.get_db_prep_save(value, database)


@cache
def _compose_insert(
    model: type[Model], count: int
) -> tuple[str, list[tuple[Field[Any, Any], bool]]]:
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
    columns = ", ".join(str(field.column) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    places = ", ".join([row] * count)
    statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places}"  # noqa: S608 (our names)
    return statement, [(field, getattr(field, "auto_now_add", False)) for field in fields]
