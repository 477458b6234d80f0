"""Links that let somebody in, kept out of the log: Django writes down the path that it refuses."""

from __future__ import annotations

import logging
import re
from typing import Any

# Of an invitation, and of a new password after whose it is
_SECRET = re.compile(r"(/invitations/|/accounts/email/|/accounts/reset/[^/\s]+/)[^/\s]+")


class SecretPathsFilter(logging.Filter):
    """Leaves the secret out wherever such a path stands in what is to be said."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hide(value) for value in record.args)
        return True


def _hide(value: Any) -> Any:
    return _SECRET.sub(r"\1…", value) if isinstance(value, str) else value
