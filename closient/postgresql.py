"""How long a request waits for PostgreSQL, and PostgreSQL for whoever holds a lock."""

from __future__ import annotations

import select
from time import monotonic
from typing import Any, Self

from psycopg import Connection, Cursor, OperationalError
from psycopg.abc import RV, PQGen, Query
from psycopg_pool import ConnectionPool

# The server cancels a statement; where it hangs and cannot, the request waits no longer than that.
STATEMENT_SECONDS = 10
ANSWER_SECONDS = STATEMENT_SECONDS + 2
# Who removes an object holds its name meanwhile, in four calls of S3 at 5 s each.
IDLE_IN_TRANSACTION_SECONDS = 60
LOCK_SECONDS = 5

# How often a connection has a statement parsed and planned anew, before it is kept.
PREPARE_THRESHOLD = 5
# So long after an answer a connection is only looked at: a server that ended has closed it.
TRUST_SECONDS = 1

POOL = {
    "min_size": 1,
    "max_size": 16,
    "timeout": 5,
    # After an outage the pool tries again at once; it would back off for as long as that lasted.
    "reconnect_timeout": 1,
}
OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    # A network that lost the other end is noticed within 25 s.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    # After a fail-over the old primary may still answer, and write nothing.
    "target_session_attrs": "read-write",
}
# What PostgreSQL tells of itself with any answer, from 14 on, and what makes it useless to us.
READ_ONLY_SIGNS = ("in_hot_standby", "default_transaction_read_only")
SESSION_OPTIONS = (
    f"-c lock_timeout={LOCK_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s"
)


class ServingConnection(Connection[Any]):
    """Prepares what is told to the driver itself, where the server's session is its own.

    Raises OperationalError when no answer comes; the pool throws it away then.
    """

    _asked_at: float

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        """As the library does, with an answer of the server's."""
        connection = super().connect(*args, **kwargs)
        [pid] = connection.execute("SELECT pg_backend_pid()").fetchone() or [None]
        # A proxy that shares sessions, such as PgBouncer, tells a number that it made up.
        has_own_session = pid == connection.info.backend_pid
        connection.prepare_threshold = PREPARE_THRESHOLD if has_own_session else None
        connection._asked_at = monotonic()  # noqa: SLF001 (of its own class)
        return connection

    def wait(
        self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = ANSWER_SECONDS
    ) -> RV:
        """As the library does, but not for ever."""
        return super().wait(gen, interval, timeout)

    def execute(self, query: Query, *args: Any, **kwargs: Any) -> Cursor[Any]:
        """As the library does, but the server binds the parameters, which Django's cursor would.

        An empty query is the pool's, which asks whether the connection is alive.
        """
        cursor = Cursor(self)
        if query:
            return cursor.execute(query, *args, **kwargs)
        try:
            if (
                monotonic() - self._asked_at > TRUST_SECONDS
                or self._has_news()
                or self._only_reads()
            ):
                self._ask(cursor)
        except OperationalError:
            # Or the pool would try the others one by one, and wait twice as long each time.
            if isinstance(self._pool, ConnectionPool):
                self._pool.drain()
            raise
        return cursor

    def _ask(self, cursor: Cursor[Any]) -> None:
        """Raise OperationalError where no answer comes, or from a server that only reads."""
        cursor.execute("")
        self._asked_at = monotonic()
        if self._only_reads():
            self.close()  # or the pool would keep it
            raise OperationalError("the server only reads")

    def _has_news(self) -> bool:
        """Whether the server has sent something unasked, or has closed the connection."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def _only_reads(self) -> bool:
        """Whether the last answer told so."""
        return "on" in map(self.info.parameter_status, READ_ONLY_SIGNS)


def get_options(*, is_serving: bool) -> dict[str, Any]:
    """Django's OPTIONS; a migration or an audit may take as long as it needs, a request may not."""
    if not is_serving:
        return {**OPTIONS, "options": SESSION_OPTIONS, "pool": POOL}
    return {
        **OPTIONS,
        "options": f"{SESSION_OPTIONS} -c statement_timeout={STATEMENT_SECONDS}s",
        "pool": {**POOL, "connection_class": ServingConnection},
    }
