"""Ends connections that have stalled while a thread waits for them: nothing in Python can wake it.

granian reads a body, and sends a file, in calls that have no time limit and that nothing interrupts
but the end of their connection. Which connection is whose it does not tell; but one over which next
to nothing has moved for half a minute is idle, or is one that is waited for.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Final

from django.conf import settings

STALLED_SECONDS: Final = 30
LOOK_SECONDS: Final = 5
# Fewer bytes than a request and its answer have, so that neither began nor ended meanwhile.
LEAST_BYTES: Final = 256

DESCRIPTORS: Final = Path("/proc/self/fd")
# Of Linux' `struct tcp_info`, since 4.1: tcpi_bytes_acked and tcpi_bytes_received.
_MOVED: Final = struct.Struct("=120x2Q")

logger = logging.getLogger(__name__)

# When each wait began; a dict's single steps need no lock.
_waits: dict[object, float] = {}


def begin_wait() -> object:
    """From now on a thread waits for a client; returns what ends that."""
    wait = object()
    _waits[wait] = time.monotonic()
    return wait


def end_wait(wait: object) -> None:
    """The client has done its part."""
    _waits.pop(wait, None)


@contextmanager
def waiting() -> Iterator[None]:
    """While a thread waits for a client."""
    wait = begin_wait()
    try:
        yield
    finally:
        end_wait(wait)


def watch_stalls() -> None:
    """Look from now on, where the system can tell what moves over a connection."""
    if hasattr(socket, "TCP_INFO") and DESCRIPTORS.is_dir():
        Thread(target=_watch, name="stall-watch", daemon=True).start()


def _watch() -> None:
    seen: dict[int, tuple[float, int]] = {}
    while True:
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        oldest = min(list(_waits.values()), default=now)
        # Nothing is looked at before somebody is waited for, and nothing ended before that is long.
        seen = end_stalled(seen, now) if now - oldest >= LOOK_SECONDS else {}


def end_stalled(seen: dict[int, tuple[float, int]], now: float) -> dict[int, tuple[float, int]]:
    """Shut down the clients' connections that have stalled since they were ``seen``.

    Returns when each of the others, by the number of its socket, last moved, and its bytes by then.
    """
    still: dict[int, tuple[float, int]] = {}
    for connection in _list_clients():
        with connection, suppress(OSError):
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _MOVED.size)
            moved = sum(_MOVED.unpack(told))
            number = os.fstat(connection.fileno()).st_ino
            since, before = seen.get(number, (now, moved))
            if moved - before >= LEAST_BYTES:
                since, before = now, moved
            if now - since >= STALLED_SECONDS:
                logger.warning("a connection that has stalled was ended")
                connection.shutdown(socket.SHUT_RDWR)
            else:
                still[number] = since, before
    return still


def _list_clients() -> Iterator[socket.socket]:
    for path in list(DESCRIPTORS.iterdir()):
        with suppress(OSError):
            if not str(path.readlink()).startswith("socket:"):
                continue
            # A copy of the descriptor: the server may close its own at any time.
            connection = socket.socket(fileno=os.dup(int(path.name)))
            if _is_client(connection):
                yield connection
            else:
                connection.close()


def _is_client(connection: socket.socket) -> bool:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    with suppress(OSError):  # who listens has no peer
        return connection.getsockname()[1] == settings.PORT and bool(connection.getpeername())
    return False
