"""Counting requests in Valkey, for many processes."""

from __future__ import annotations

import logging
import time

import valkey
from valkey.backoff import NoBackoff
from valkey.exceptions import ValkeyError
from valkey.retry import Retry

from apps.dashboard.operations.metrics import VALKEY_FALLBACKS
from apps.dashboard.operations.window_counts import LocalCounts, Quota

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
