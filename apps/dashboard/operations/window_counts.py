"""Counting requests in fixed windows, atomically, in this process."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

if TYPE_CHECKING:
    from apps.dashboard.operations.shared_counts import SharedCounts


class Quota(NamedTuple):
    """So many requests in each window; windows begin at multiples of their length.

    ``within`` is the part of the subject that is counted by itself; "" for the whole of it.
    ``shared_by`` tells who else spends it, where it is not the caller's alone.
    """

    limit: int
    window_seconds: int
    within: str = ""
    shared_by: str = ""

    def get_end(self, now: float) -> int:
        """When the window that ``now`` lies in ends, in Unix time."""
        return (int(now) // self.window_seconds + 1) * self.window_seconds


def is_any_full(quotas: list[Quota], used: list[int]) -> bool:
    """Whether one of them is spent, of which so much was used."""
    return True in [n >= quota.limit for quota, n in zip(quotas, used, strict=True)]


class LocalCounts:
    """Counts of this process alone."""

    def __init__(self) -> None:
        self._lock = Lock()
        # By the end of their window, so that all that has ended is let go at once.
        self._windows: dict[int, dict[str, int]] = {}

    def count(self, subject: str, quotas: list[Quota], now: float, *, cost: int = 1) -> list[int]:
        """What was used of each quota before this request, which is counted where none is full.

        A negative ``cost`` gives back what was counted before.
        """
        keys = [f"{subject}/{quota.within}/{quota.window_seconds}" for quota in quotas]
        with self._lock:
            windows = [self._open_window(quota.get_end(now), now) for quota in quotas]
            used = [window.get(key, 0) for window, key in zip(windows, keys, strict=True)]
            if cost < 0 or (cost and not is_any_full(quotas, used)):
                for window, key in zip(windows, keys, strict=True):
                    window[key] = window.get(key, 0) + cost
        return used

    def _open_window(self, end: int, now: float) -> dict[str, int]:
        if end not in self._windows:
            self._windows = {
                other: counts for other, counts in self._windows.items() if other > now
            }
            self._windows[end] = {}
        return self._windows[end]

    def is_degraded(self) -> bool:
        """Never: it counts as it was meant to."""
        return False


@cache
def get_counts() -> LocalCounts | SharedCounts:
    """Where the service counts: in Valkey where there is one, else in this process."""
    if not settings.VALKEY_URL:
        return LocalCounts()
    from apps.dashboard.operations.shared_counts import SharedCounts  # noqa: PLC0415 (2.6 MB of memory)

    return SharedCounts(settings.VALKEY_URL)
