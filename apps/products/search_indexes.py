"""The indexes that words are found by on PostgreSQL, and what is said where they are missing.

Migrations make them where the database has the extension pg_trgm, which whoever runs it may have
left away: search works without, and reads the names of all products of the organization.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

# By its name, what each is of.
INDEXES = {
    "folded_name_trigrams": ("products_product", "folded_name"),
    "gtin_trigrams": ("products_product", "gtin"),
    "file_name_trigrams": ("products_productimage", "folded_file_name"),
}
LAST_MIGRATION = "0024_fill_folded_file_names"


@checks.register(checks.Tags.database)
def check_search_indexes(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[checks.CheckMessage]:
    """Warn of those that a migrated database lacks (``manage.py check --database default``)."""
    missing = [name for alias in databases or () for name in _list_missing(alias)]
    if not missing:
        return []
    return [
        checks.Warning(
            f"Searches read all names, since the database lacks {', '.join(missing)}.",
            hint=" ".join(["CREATE EXTENSION IF NOT EXISTS pg_trgm;", *map(_compose, missing)]),
            id="products.W001",
        )
    ]


def _list_missing(alias: str) -> list[str]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return []
        cursor.execute(
            "SELECT EXISTS (SELECT FROM django_migrations WHERE app = 'products' AND name = %s),"
            " ARRAY (SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid)",
            [LAST_MIGRATION],
        )
        is_migrated, there = cursor.fetchone()
    return [name for name in INDEXES if is_migrated and name not in there]


def _compose(name: str) -> str:
    table, column = INDEXES[name]
    return f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin ({column} gin_trgm_ops);"
