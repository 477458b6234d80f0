"""What nobody waits for leaves the processor to requests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

REQUESTS_SHARE: Final = 19
BUSY_CORES: Final = 0.25
LOOK_SECONDS: Final = 0.1


@contextmanager
def give_way() -> Iterator[None]:
    """Do this; then wait until requests have had 19 times the CPU time that it took.

    It waits only while they keep this process busy. The lowest priority alone does not do that:
    caches, memory and the interpreter are shared, too.
    """
    watch = _Watch()
    yield
    cost = watch.read_cost()
    before = watch
    while watch.read_requests() < REQUESTS_SHARE * cost and before.is_busy():
        before = _Watch()
        time.sleep(LOOK_SECONDS)


class _Watch:
    """Begins now; in CPU seconds of this process, its threads and the children that ended."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cost, self._requests = _read_cost(), _read_requests()

    def read_cost(self) -> float:
        """Of this thread, and of all children."""
        return _read_cost() - self._cost

    def read_requests(self) -> float:
        """Of all other threads."""
        return _read_requests() - self._requests

    def is_busy(self) -> bool:
        return self.read_requests() >= BUSY_CORES * (time.monotonic() - self._started)


def _read_cost() -> float:
    times = os.times()
    return time.thread_time() + times.children_user + times.children_system


def _read_requests() -> float:
    return time.process_time() - time.thread_time()
