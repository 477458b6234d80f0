"""Counting requests in fixed windows, atomically: in this process, or in Valkey for many."""

from __future__ import annotations

import logging
import time
from functools import cache
from threading import Lock
from typing import NamedTuple

import valkey
from django.conf import settings
from valkey.backoff import NoBackoff
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

from apps.dashboard.operations.metrics import VALKEY_FALLBACKS

VALKEY_TIMEOUT_SECONDS = 0.5
VALKEY_PAUSE_SECONDS = 5.0
SPARE_SECONDS = 60

# Counts in all windows, or in none when one of them is full; one round trip. What costs less than
# nothing is given back, whether they are full or not.
_COUNT = """
local used, is_full = {}, false
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('GET', key) or '0')
  is_full = is_full or used[i] >= tonumber(ARGV[2 * i])
end
local cost = tonumber(ARGV[1])
if cost == 0 or is_full and cost > 0 then return used end
for i, key in ipairs(KEYS) do
  redis.call('INCRBY', key, cost)
  redis.call('EXPIRE', key, ARGV[2 * i + 1])
end
return used
"""

logger = logging.getLogger(__name__)


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


class SharedCounts:
    """Counts of all processes, in Valkey; while that is out of reach, of this process alone."""

    def __init__(self, url: str) -> None:
        self._client = valkey.Valkey.from_url(
            url,
            socket_timeout=VALKEY_TIMEOUT_SECONDS,
            socket_connect_timeout=VALKEY_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),  # a request that timed out may have been counted
        )
        self._script = self._client.register_script(_COUNT)
        self._local = LocalCounts()
        self._paused_until = 0.0

    def count(self, subject: str, quotas: list[Quota], now: float, *, cost: int = 1) -> list[int]:
        """As `LocalCounts.count`."""
        if time.monotonic() >= self._paused_until:
            try:
                return self._count_shared(subject, quotas, now, cost)
            except ValkeyError:
                self._paused_until = time.monotonic() + VALKEY_PAUSE_SECONDS
                logger.exception("rate limits are counted per process: Valkey is out of reach")
        VALKEY_FALLBACKS.inc()
        return self._local.count(subject, quotas, now, cost=cost)

    def is_degraded(self) -> bool:
        """Whether Valkey does not answer, so that each process counts by itself."""
        try:
            self._client.ping()
        except ValkeyError:
            return True
        return False

    def _count_shared(self, subject: str, quotas: list[Quota], now: float, cost: int) -> list[int]:
        # The braces keep a subject's windows on one node of a cluster.
        keys = [
            f"rate:{{{subject}}}:{q.within}:{q.window_seconds}:{q.get_end(now)}" for q in quotas
        ]
        # A count outlives its window, since the clocks of two machines differ a little.
        limits = [n for q in quotas for n in (q.limit, q.window_seconds + SPARE_SECONDS)]
        return [int(n) for n in self._script(keys, [cost, *limits])]


@cache
def get_counts() -> LocalCounts | SharedCounts:
    """Where the service counts: in Valkey where there is one, else in this process."""
    return SharedCounts(settings.VALKEY_URL) if settings.VALKEY_URL else LocalCounts()
