"""Counts among very many products: they take long, and each process keeps them for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

COUNTED_AT_ONCE = 50_000
COUNTS_KEPT_SECONDS = 45
MAX_KEPT = 1000

Counts = TypeVar("Counts")

# With the time of this process.
_kept: dict[Hashable, tuple[float, Any]] = {}


def keep_counts(
    key: Hashable, count: Callable[[], Counts], get_total: Callable[[Counts], int]
) -> Counts:
    """What ``count`` tells; where that are very many, at most 45 seconds old."""
    counted_at, kept = _kept.get(key, (0.0, None))
    if kept is not None and time.monotonic() - counted_at < COUNTS_KEPT_SECONDS:
        return kept  # type: ignore[no-any-return]  # what another `count` of the key told
    counts = count()
    if get_total(counts) > COUNTED_AT_ONCE:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = time.monotonic(), counts
    return counts


def forget_counts(key: Hashable) -> None:
    """Have them counted anew."""
    _kept.pop(key, None)
