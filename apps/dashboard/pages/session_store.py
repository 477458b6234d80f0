"""Django's sessions in the database; a cookie that is no key of theirs is not looked up."""

from __future__ import annotations

import re

from django.contrib.sessions.backends import db

# PostgreSQL takes no NUL, which a cookie can hold in quotes.
_KEY = re.compile(r"[a-z0-9]{8,40}", re.ASCII)


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key if _KEY.fullmatch(session_key or "") else None)
