"""A PostgreSQL that only reads, as after a fail-over: 503 until it writes, without a restart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import InternalError

from apps.dashboard.api.problem_responses import get_problem
from apps.problems import DatabaseUnavailable
from tests import local_http
from tests.assertions import assert_problem
from tests.stack.outages import read_only_postgres
from tests.stack.worlds import World


def test_upload_is_refused_while_postgresql_only_reads_and_taken_after(
    stack_world: World, postgres_url: str
):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: stack_world.upload(), range(8)))  # so that it has connections
        with read_only_postgres(postgres_url):
            asking = pool.submit(local_http.get, f"{stack_world.service.url}/readyz", timeout=30)
            refused = list(pool.map(lambda _: stack_world.upload(wait=30), range(3)))
            ready = asking.result()
        answers = list(pool.map(lambda _: stack_world.upload(wait=30), range(16)))

    assert (ready.status_code, ready.json()) == (503, {"database": False, "storage": True})
    for each in refused:
        assert_problem(each, "service_unavailable")
    assert [answer.status_code for answer in answers] == [201] * 16


def test_write_that_is_refused_midway_is_an_outage(postgres_url: str):
    with psycopg.connect(postgres_url, connect_timeout=10) as connection:
        connection.read_only = True
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction) as refused:
            connection.execute("create table nothing ()")
    fault = InternalError()  # Django's for it
    fault.__cause__ = refused.value

    assert isinstance(get_problem(fault), DatabaseUnavailable)
    assert get_problem(InternalError()) is None
