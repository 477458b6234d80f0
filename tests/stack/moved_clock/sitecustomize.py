"""Every Python that finds this on PYTHONPATH has a clock that is off by CLOCK_FILE's seconds."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import time_machine

path = Path(os.environ["CLOCK_FILE"])
traveller = time_machine.travel(time.time()).start()


def set_clock(offset: float) -> None:
    """Move the clock of this process; its monotonic clock goes on."""
    traveller.move_to(time_machine.escape_hatch.time.time() + offset)


def follow(offset: float) -> None:
    """Set the clock again whenever the file says so."""
    while True:
        time.sleep(0.02)
        told = float(path.read_text())
        if told != offset:
            set_clock(told)
            offset = told


def start() -> None:
    """Set the clock now; a process that is forked off starts here, since no thread follows it."""
    offset = float(path.read_text())
    set_clock(offset)
    threading.Thread(target=follow, args=[offset], daemon=True).start()


start()
os.register_at_fork(after_in_child=start)
