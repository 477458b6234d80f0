"""INSERT of rows, composed once: that takes Django longer than SQLite the rest."""

from __future__ import annotations

from functools import cache
from types import NoneType
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import AutoField, Field, Model

# Both databases take these as they are, whatever the field.
AS_THEY_ARE = frozenset({str, int, bool, NoneType})


def insert_rows(cursor: CursorWrapper, *rows: Model) -> None:
    """Insert rows of one model as they stand; keys that the database makes are not read back."""
    statement, fields = _compose_insert(type(rows[0]), len(rows))
    values = []
    for row in rows:
        for field, sets_itself in fields:
            value = field.pre_save(row, add=True) if sets_itself else getattr(row, field.attname)
            if type(value) not in AS_THEY_ARE:
                value = field.get_db_prep_save(value, cursor.db)
            values.append(value)
    cursor.execute(statement, values)


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
