"""Sessions in a database that does not answer."""

from __future__ import annotations

from typing import NoReturn

from django.contrib.sessions.backends import db
from django.db import OperationalError


class SessionStore(db.SessionStore):
    def load(self) -> NoReturn:
        raise OperationalError("the server closed the connection unexpectedly")
