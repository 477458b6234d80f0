"""Pages of a list: one query that reads, and one that counts where that does not tell."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.dashboard.api.parameters import PageQuery
from apps.dashboard.api.schemas import PaginationOut


def read_page(
    rows: QuerySet[Any], query: PageQuery, total_count: int | None = None
) -> tuple[list[Any], PaginationOut]:
    """The rows of the page, and where it stands; past the end there are none, and no query.

    They are counted here unless somebody has counted them, or the first page has room for more.
    """
    start = (query.page - 1) * query.page_size
    is_read = total_count is None and start == 0
    found = list(rows[: query.page_size]) if is_read else []
    if is_read and len(found) < query.page_size:
        total_count = len(found)
    elif total_count is None:
        total_count = rows.count()
    if not is_read and start < total_count:
        found = list(rows[start : start + query.page_size])
    total_pages = -(-total_count // query.page_size)
    return found, PaginationOut(
        page=query.page,
        page_size=query.page_size,
        total_count=total_count,
        total_pages=total_pages,
        has_next=query.page < total_pages,
        has_previous=query.page > 1,
    )
