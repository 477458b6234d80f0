"""Writers take turns on SQLite, and those that wait together share one transaction.

Each commit there waits for the disk. Whoever comes first next has the work of all who wait done,
each in a savepoint of its own, and one commit keeps it all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith(".sqlite3")

# SQLite's busy wait is unfair: with many writers some wait a hundred times longer than others.
_turn = Lock()
waiting: deque[_Work] = deque()
# Elsewhere those who write to one product wait here, without a connection each, and cost less so
# than in the database, whose lock decides among processes. A product shares its lock with others.
_product_turns = [Lock() for _ in range(256)]
PRODUCT_TURN_SECONDS = 2


class _Work:
    """What somebody wants written, and what came of it once ``is_done``."""

    def __init__(self, write: Callable[[], object]) -> None:
        self.write = write
        self.is_done = False
        self.fault: Exception | None = None


def take_turn() -> AbstractContextManager[object]:
    """Be the only writer of this process, where the database is SQLite."""
    return _turn if IS_SQLITE else nullcontext()


@contextmanager
def take_product_turn(product_id: int) -> Iterator[None]:
    """Wait for this process's others who write to the product; not for long, nor on SQLite."""
    turn = _product_turns[product_id % len(_product_turns)]
    has_turn = not IS_SQLITE and turn.acquire(timeout=PRODUCT_TURN_SECONDS)
    try:
        yield
    finally:
        if has_turn:
            turn.release()


def write_durably(write: Callable[[], object]) -> None:
    """Run it alone, or in one transaction with others; what it wrote is kept once this returns.

    It is all or nothing by itself. It may run in another thread, by the connection of that one, and
    twice, undone the first time: so it changes nothing but rows. Raises what it raises, or a
    database error.
    """
    if not IS_SQLITE:
        write()
        return
    work = _Work(write)
    waiting.append(work)
    with _turn:
        if not work.is_done:
            write_waiting()
    if work.fault is not None:
        raise work.fault


def write_waiting() -> None:
    """Do the work of all who wait; by whoever has the turn."""
    group = [waiting.popleft() for _ in range(len(waiting))]
    try:
        if len(group) == 1 or not _write_together(group):
            for work in group:
                work.fault = _write(work)
    except BaseException as fault:  # raised again: the others wait for a word
        for work in group:
            work.fault = DatabaseError(f"not written: {fault!r}")
        raise
    finally:
        for work in group:
            work.is_done = True


def _write_together(group: list[_Work]) -> bool:
    """Whether that came to an end; where it did not, none was written, by the fault of one."""
    try:
        with transaction.atomic():
            for work in group:
                work.fault = _write(work)
            # Where SQLite has undone all, the end of the block would say nothing.
            if transaction.get_rollback():
                return False
    except IntegrityError:  # of a reference that one of them broke, found at the commit
        return False
    except DatabaseError as fault:
        for work in group:
            work.fault = work.fault or fault
    return True


def _write(work: _Work) -> Exception | None:
    try:
        work.write()
    except Exception as fault:  # noqa: BLE001 (raised where it belongs)
        return fault
    return None
