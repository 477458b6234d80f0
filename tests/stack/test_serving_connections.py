"""What a server asks PostgreSQL for less often: a plan for a statement, and whether it is there."""

from __future__ import annotations

import re
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
from psycopg_pool import ConnectionPool

from closient.postgresql import PREPARE_THRESHOLD, ServingConnection
from tests.stack.outages import Relay

PREPARED = "select statement from pg_prepared_statements where statement like 'select $1%'"
# BackendKeyData: the process, which a proxy makes up, and the secret to cancel it by.
BACKEND_KEY = re.compile(rb"(K\0\0\0\x0c)....", re.DOTALL)


def list_prepared(url: str) -> list[tuple[str]]:
    """What is prepared after a statement was told often, in a session that this shows."""
    with closing(ServingConnection.connect(url, autocommit=True)) as connection:
        for number in range(PREPARE_THRESHOLD + 1):
            told = connection.execute("select %s + 1", [number]).fetchall()
            assert told == [(number + 1,)]
        return connection.execute(PREPARED).fetchall()


def test_statement_that_is_told_often_is_prepared(postgres_url: str):
    assert list_prepared(postgres_url) == [("select $1 + 1",)]


def test_nothing_is_prepared_behind_a_proxy_that_shares_sessions(postgres_url: str):
    relay = Relay(
        postgres_url, lambda data: BACKEND_KEY.sub(lambda found: found[1] + bytes(4), data)
    )
    port = urlsplit(relay.url).port

    assert list_prepared(f"postgres://postgres@127.0.0.1:{port}/postgres") == []


def test_connection_that_the_server_closed_a_moment_ago_is_not_given(postgres_url: str):
    with (
        ConnectionPool(
            postgres_url,
            connection_class=ServingConnection,
            kwargs={"autocommit": True},
            check=ConnectionPool.check_connection,
            min_size=1,
            reconnect_timeout=1,
        ) as pool,
        psycopg.connect(postgres_url, autocommit=True, connect_timeout=10) as other,
    ):
        with pool.connection(10) as connection:
            pid = connection.info.backend_pid
        ended = other.execute("select pg_terminate_backend(%s, 5000)", [pid])
        assert ended.fetchall() == [(True,)]

        with pool.connection(10) as connection:
            assert connection.info.backend_pid != pid
            assert connection.execute("select 1").fetchall() == [(1,)]
