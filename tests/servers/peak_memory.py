"""The most memory that a server and all its processes took."""

from __future__ import annotations

import threading
from contextlib import suppress

import psutil


class PeakMemory:
    """The most that process trees took of the memory (PSS), looked at every 50 ms."""

    def __init__(self, *processes: psutil.Process) -> None:
        self.bytes = 0
        self._processes = processes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            with suppress(psutil.NoSuchProcess):
                trees = [each for p in self._processes for each in (p, *p.children(recursive=True))]
                self.bytes = max(self.bytes, sum(each.memory_full_info().pss for each in trees))
