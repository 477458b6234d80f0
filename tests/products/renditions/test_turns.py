"""No organization holds the others up, however many renditions it asks for."""

from __future__ import annotations

from contextlib import ExitStack
from queue import Queue
from threading import Event, Thread

import pytest

from apps.problems import ServiceUnavailable
from apps.products.renditions.turns import Lane, Seats


def take_all(seats: Seats, owner: str, stack: ExitStack) -> int:
    for count in range(99):
        try:
            stack.enter_context(seats.take(owner))
        except ServiceUnavailable:
            return count
    return 99


def test_one_owner_gets_half_of_the_seats_and_the_others_one_each():
    seats = Seats(8)
    with ExitStack() as stack:
        assert [take_all(seats, owner, stack) for owner in "abcdef"] == [4, 1, 1, 1, 1, 0]
    with ExitStack() as stack:
        assert take_all(seats, "f", stack) == 4


def test_only_seat_is_for_whoever_comes():
    seats = Seats(1)
    with ExitStack() as stack:
        assert [take_all(seats, owner, stack) for owner in "ab"] == [1, 0]
    with seats.take("b"):
        pass


def test_owner_has_one_worker_and_others_work_beside_it():
    lane = Lane(2)
    with lane.take("a", 0):
        with pytest.raises(ServiceUnavailable), lane.take("a", 0.01):
            pass
        with lane.take("b", 0), pytest.raises(ServiceUnavailable), lane.take("c", 0.01):
            pass
        with lane.take("c", 0):
            pass
    with lane.take("a", 0):
        pass


def test_owners_who_wait_take_turns():
    lane, done, waiting = Lane(1), Queue(), []

    def work(owner: str) -> None:
        with lane.take(owner, 20):
            done.put(owner)

    with lane.take("first", 0):
        for number, owner in enumerate("aaabbc", start=1):
            waiting.append(Thread(target=work, args=(owner,), daemon=True))
            waiting[-1].start()
            wait_for_queue(lane, number)
    for thread in waiting:
        thread.join(20)

    assert [done.get(timeout=1) for _ in waiting] == list("abcaba")


def wait_for_queue(lane: Lane, length: int) -> None:
    for _ in range(2000):
        if sum(map(len, lane._queues.values())) == length:  # noqa: SLF001 (who waits)
            return
        Event().wait(0.01)
    raise AssertionError(f"{length} do not wait after 20 s")
