"""PostgreSQL that takes what is sent and answers nothing: every request ends, and it says why."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import psycopg

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg
from tests.stack.outages import hung_postgres
from tests.stack.slow_uploads import SlowUpload
from tests.stack.worlds import World

COUNT = "select count(*) from products_productimage"


def test_requests_are_refused_while_postgresql_hangs_and_taken_after(
    stack_world: World, postgres_url: str
):
    url = stack_world.service.url
    with ThreadPoolExecutor(8) as pool, SlowUpload(stack_world) as begun:
        list(pool.map(lambda _: stack_world.upload(), range(16)))  # a pool of many connections
        [(before,)] = stack_world.select(COUNT)
        begun.send(1000)
        with hung_postgres(postgres_url):
            started = time.monotonic()
            ready = pool.submit(local_http.get, f"{url}/readyz", timeout=40)
            rest = pool.submit(begun.finish)
            refused = list(pool.map(lambda _: stack_world.upload(wait=40), range(8)))
            for answer in refused:
                assert_problem(answer, "service_unavailable")
            assert ready.result().json() == {"database": False, "storage": True}
            assert rest.result()[0] == 503
            assert time.monotonic() - started < 30
            assert local_http.get(f"{url}/healthz").status_code == 200
        taken = list(pool.map(lambda _: stack_world.upload(), range(16)))

    assert [answer.status_code for answer in taken] == [201] * 16
    # A name may have been written down whose answer did not come.
    assert stack_world.sweep().keys() <= {"removed_temporary_files", "removed_objects"}
    assert stack_world.select(COUNT) == [(before + 16,)]


def test_postgresql_that_hangs_in_a_storm_leaves_rows_and_objects_that_match(
    stack_world: World, postgres_url: str
):
    [(before,)] = stack_world.select(COUNT)
    begun = Event()

    def upload(number: int) -> httpx.Response:
        if number == 20:
            begun.set()
        return stack_world.upload(make_jpeg(), wait=60, is_primary="true")

    with ThreadPoolExecutor(16) as pool:
        uploads = [pool.submit(upload, number) for number in range(64)]
        assert begun.wait(60)
        with hung_postgres(postgres_url):
            time.sleep(15)
        answers = [each.result() for each in uploads]

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {201, 503}
    assert max(answer.elapsed.total_seconds() for answer in answers) < 40
    assert stack_world.sweep().keys() <= {"removed_objects"}
    # A commit may have come through whose answer did not.
    [(after,)] = stack_world.select(COUNT)
    assert statuses.count(201) <= after - before <= 64


def test_upload_behind_a_lock_is_refused_in_time_and_taken_after(stack_world: World):
    product = "select from products_product where gtin = '00012345678905' for update"
    with psycopg.connect(stack_world.env["DATABASE_URL"]) as connection:
        connection.execute(product)
        started = time.monotonic()
        refused = stack_world.upload(is_primary="true")
        seconds = time.monotonic() - started

    assert_problem(refused, "service_unavailable")
    assert 5 < seconds < 10
    assert stack_world.upload(is_primary="true").status_code == 201
    assert stack_world.sweep() == {}
