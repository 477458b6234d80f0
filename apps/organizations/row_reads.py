"""SELECT of one row in our own SQL: composing it takes Django longer than the database the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from apps.organizations.plain_sql import fetch_rows

Row = TypeVar("Row", bound=Model)
Converter = Callable[..., Any]


def list_columns(model: type[Model], table: str) -> str:
    """The columns that `find_row` wants first, of a table that the statement calls so."""
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def find_row(
    model: type[Row], statement: str, parameters: Sequence[Any]
) -> tuple[Row, tuple[Any, ...]] | None:
    """The first row as an instance of the model, and what else was selected; None for no row."""
    names, converters = _compose_row(model)
    rows = fetch_rows(statement, parameters)
    if not rows:
        return None
    found = rows[0]
    values = list(found[: len(names)])
    for place, convert, column in converters:
        values[place] = convert(values[place], column, connection)
    return model.from_db(connection.alias, names, values), tuple(found[len(names) :])


@cache
def _compose_row(model: type[Model]) -> tuple[list[str], list[tuple[int, Converter, Any]]]:
    fields = model._meta.concrete_fields
    columns = [field.get_col(model._meta.db_table) for field in fields]
    converters = [
        (place, convert, column)
        for place, column in enumerate(columns)
        for convert in (
            *connection.ops.get_db_converters(column),
            *column.get_db_converters(connection),
        )
    ]
    return [field.attname for field in fields], converters
