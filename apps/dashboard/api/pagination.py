"""Pages of a list: one query that counts, one that reads."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.dashboard.api.parameters import PageQuery
from apps.dashboard.api.schemas import PaginationOut


def read_page(
    rows: QuerySet[Any], query: PageQuery, total_count: int | None = None
) -> tuple[list[Any], PaginationOut]:
    """The rows of the page, and where it stands; past the end there are none, and no query.

    They are counted here unless somebody has counted them.
    """
    total_count = rows.count() if total_count is None else total_count
    total_pages = -(-total_count // query.page_size)
    start = (query.page - 1) * query.page_size
    found = list(rows[start : start + query.page_size]) if start < total_count else []
    return found, PaginationOut(
        page=query.page,
        page_size=query.page_size,
        total_count=total_count,
        total_pages=total_pages,
        has_next=query.page < total_pages,
        has_previous=query.page > 1,
    )
