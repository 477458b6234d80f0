"""How the log tells what anybody can do, which Django tells at ERROR."""

from __future__ import annotations

import logging


class StrangersFaultFilter(logging.Filter):
    """Makes one line at WARNING of the traceback of what anybody can do, to wake nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True
