"""A worker ends with its server: left alone after a `kill -9`, it would go on holding the port."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from threading import Thread
from typing import Final

LOOK_SECONDS: Final = 1.0
# A stop waits this long for uploads that still move; one that has stalled is cut off then.
KILL_TIMEOUT_SECONDS: Final = 30

logger = logging.getLogger(__name__)


def watch_parent() -> None:
    """Stop this worker as its server would, once that is gone; elsewhere than in a worker, nothing.

    Who the parent is can be asked on any system, while to be sent a signal then (prctl) is Linux's.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_stop_after, args=(parent.pid,), name="parent-watch", daemon=True).start()


def _stop_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    logger.error("the server's main process is gone: this worker stops, too")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(KILL_TIMEOUT_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
