"""Links and keys that let somebody in, kept out of the log: Django writes down refused paths."""

from __future__ import annotations

import logging
import re
from typing import Any

# Of an invitation, and of a new password after whose it is
_SECRET = re.compile(
    r"(/invitations/|/accounts/email/|/accounts/reset/[^/\s]+/)[^/\s]+", re.IGNORECASE
)
# An API key that came where an id or a name belongs
_KEY = re.compile(r"(cs[bu]_)[A-Za-z0-9]{32}_[0-9a-f]{8}")


class SecretPathsFilter(logging.Filter):
    """Leaves the secret out wherever such a path or key stands in what is to be said."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hide(value) for value in record.args)
        return True


def _hide(value: Any) -> Any:
    return _KEY.sub(r"\1…", _SECRET.sub(r"\1…", value)) if isinstance(value, str) else value
