"""INSERT of one row, composed once: that takes Django longer than SQLite the rest."""

from __future__ import annotations

from functools import cache
from types import NoneType
from typing import Any

from django.db import connection
from django.db.models import AutoField, Field, Model

# Both databases take these as they are, whatever the field.
AS_THEY_ARE = (str, int, bool, NoneType)


def insert_row(row: Model) -> None:
    """Insert the row as it stands; a key that the database makes is not read back."""
    statement, fields = _compose_insert(type(row))
    values = [field.pre_save(row, add=True) for field in fields]
    values = [
        value if type(value) in AS_THEY_ARE else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@cache
def _compose_insert(model: type[Model]) -> tuple[str, list[Field[Any, Any]]]:
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", fields  # noqa: S608 (our names)
