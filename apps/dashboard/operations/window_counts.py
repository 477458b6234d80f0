"""Counting requests in fixed windows, atomically: in this process, or in Valkey for many."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Lock

import valkey
from valkey.backoff import NoBackoff
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

from apps.dashboard.api.metrics import VALKEY_FALLBACKS

MAX_LOCAL_COUNTS = 50_000
VALKEY_TIMEOUT_SECONDS = 0.5
VALKEY_PAUSE_SECONDS = 5.0
SPARE_SECONDS = 60

# Counts in all windows, or in none when one of them is full; one round trip.
_COUNT = """
local used, is_full = {}, false
for i, key in ipairs(KEYS) do
  used[i] = tonumber(redis.call('GET', key) or '0')
  is_full = is_full or used[i] >= tonumber(ARGV[2 * i])
end
if is_full or ARGV[1] == '0' then return used end
for i, key in ipairs(KEYS) do
  redis.call('INCR', key)
  redis.call('EXPIRE', key, ARGV[2 * i + 1])
end
return used
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in each window; windows begin at multiples of their length."""

    limit: int
    window_seconds: int

    def get_end(self, now: float) -> int:
        """When the window that ``now`` lies in ends, in Unix time."""
        return (int(now) // self.window_seconds + 1) * self.window_seconds


class LocalCounts:
    """Counts of this process alone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, int], int] = {}

    def count(self, subject: str, quotas: list[Quota], now: float, *, cost: int = 1) -> list[int]:
        """What was used of each quota before this request, which is counted where none is full."""
        keys = [(f"{subject}/{quota.window_seconds}", quota.get_end(now)) for quota in quotas]
        with self._lock:
            used = [self._counts.get(key, 0) for key in keys]
            if all(n < quota.limit for n, quota in zip(used, quotas, strict=True)):
                for key in keys:
                    self._counts[key] = self._counts.get(key, 0) + cost
            if len(self._counts) > MAX_LOCAL_COUNTS:
                self._counts = {key: n for key, n in self._counts.items() if key[1] > now}
        return used

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
        keys = [f"rate:{{{subject}}}:{q.window_seconds}:{q.get_end(now)}" for q in quotas]
        # A count outlives its window, since the clocks of two machines differ a little.
        limits = [n for q in quotas for n in (q.limit, q.window_seconds + SPARE_SECONDS)]
        return [int(n) for n in self._script(keys, [cost, *limits])]
