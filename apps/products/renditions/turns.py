"""Who makes renditions next: no organization holds the others up, however much it asks for."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock
from typing import Final

from apps.problems import ServiceUnavailable

BUSY: Final = "Too many pictures are being made smaller at the moment; try again."


class Seats:
    """A bounded number of callers; the last half is kept for owners that have no seat yet."""

    def __init__(self, seats: int) -> None:
        self._seats = self._free = seats
        self._taken: Counter[Hashable] = Counter()
        self._lock = Lock()

    @contextmanager
    def take(self, owner: Hashable) -> Iterator[None]:
        """Raises ServiceUnavailable at once where there is no seat for this owner."""
        with self._lock:
            if self._free <= (self._seats // 2 if owner in self._taken else 0):
                raise ServiceUnavailable(BUSY)
            self._free -= 1
            self._taken[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._taken[owner] -= 1
                self._taken += Counter()  # drops who holds none


class Lane:
    """A few workers at a time, at most one for each owner; owners who wait take turns."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._running: set[Hashable] = set()
        self._queues: OrderedDict[Hashable, deque[object]] = OrderedDict()
        self._changed = Condition()

    @contextmanager
    def take(self, owner: Hashable, wait_seconds: float) -> Iterator[None]:
        """Raises ServiceUnavailable where it isn't this caller's turn in time."""
        self._wait(owner, wait_seconds)
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(owner)
                self._changed.notify_all()

    def _wait(self, owner: Hashable, wait_seconds: float) -> None:
        ticket = object()
        with self._changed:
            queue = self._queues.setdefault(owner, deque())
            queue.append(ticket)
            is_turn = self._changed.wait_for(lambda: self._get_next() is ticket, wait_seconds)
            queue.remove(ticket)
            if not queue:
                del self._queues[owner]
            if not is_turn:
                raise ServiceUnavailable(BUSY)
            if queue:
                self._queues.move_to_end(owner)
            self._running.add(owner)
            self._changed.notify_all()

    def _get_next(self) -> object:
        if len(self._running) >= self._workers:
            return None
        waiting = (queue[0] for owner, queue in self._queues.items() if owner not in self._running)
        return next(waiting, None)
