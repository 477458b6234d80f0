"""Where words are looked for without an index, it is said; SQLite has none to miss."""

from __future__ import annotations

from django.core.management import call_command

from apps.products.search_indexes import check_search_indexes
from tests.conftest import Cast


def test_database_without_such_indexes_lacks_none(cast: Cast):
    assert check_search_indexes(databases=["default"]) == []
    call_command("check", databases=["default"], fail_level="WARNING")
