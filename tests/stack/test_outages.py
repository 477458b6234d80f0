"""Storage or database down: 503 that says so, nothing half kept, recovery without a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg, make_long_jpeg
from tests.servers import S3Server
from tests.servers.processes import wait_until
from tests.stack.conftest import RunWorld
from tests.stack.outages import Relay, killed_postgres, limit_files, small_disk
from tests.stack.worlds import World, run_world

MEASURED = (
    "select count(*) from products_productimage where title = 'After' and measured_at is not null"
)
COUNTS = (
    "select (select count(*) from products_productimage),"
    " (select count(*) from products_unclaimedobject)"
)


@pytest.fixture
def relay(s3_server: S3Server) -> Iterator[Relay]:
    relay = Relay(s3_server.endpoint_url)
    yield relay
    relay.cut()


@pytest.fixture
def distant_world(
    relay: Relay, stack_env: dict[str, str], stack_seed: dict[str, Any], tmp_path: Path
) -> Iterator[World]:
    """The stack, with its bucket behind a network that can be cut."""
    env = {**stack_env, "AWS_S3_ENDPOINT_URL": relay.url}
    with run_world(tmp_path, env, stack_seed) as world:
        yield world


def test_upload_is_refused_while_the_storage_is_gone_and_taken_after(
    distant_world: World, relay: Relay
):
    distant_world.sweep()
    [(images, _)] = distant_world.select(COUNTS)
    relay.cut()
    started = time.monotonic()

    refused = distant_world.upload()

    assert_problem(refused, "service_unavailable")
    assert time.monotonic() - started < 10
    ready = local_http.get(f"{distant_world.service.url}/readyz", timeout=10)
    assert (ready.status_code, ready.json()) == (503, {"database": True, "storage": False})
    assert local_http.get(f"{distant_world.service.url}/healthz").status_code == 200
    assert distant_world.select(COUNTS) == [(images, 1)]

    relay.mend()
    assert distant_world.upload().status_code == 201
    assert local_http.get(f"{distant_world.service.url}/readyz").status_code == 200
    assert distant_world.sweep() == {"removed_objects": 1}


def test_thumbnails_wait_for_a_hanging_storage_without_a_connection(
    distant_world: World, relay: Relay
):
    thumbnail = f"/renditions/{distant_world.upload().json()['id']}/96"
    with distant_world.sign_in("editor") as member, ThreadPoolExecutor(16) as pool:
        assert member.get(thumbnail).status_code == 200
        relay.passes.clear()
        thumbnails = [pool.submit(member.get, thumbnail) for _ in range(16)]
        time.sleep(1)
        started = time.monotonic()
        listed = local_http.get(distant_world.images_url, headers=distant_world.headers, timeout=30)
        seconds = time.monotonic() - started
        assert {each.result().status_code for each in thumbnails} == {503}
        relay.passes.set()

    assert (listed.status_code, seconds < 2) == (200, True)


def test_storage_that_breaks_off_in_the_middle_leaves_nothing(distant_world: World, relay: Relay):
    [(images, _)] = distant_world.select(COUNTS)
    done = threading.Event()

    def cut_again_and_again() -> None:
        while not done.wait(0.02):
            relay.cut()
            time.sleep(0.02)
            relay.mend()

    thread = threading.Thread(target=cut_again_and_again)
    thread.start()
    try:
        picture = make_jpeg() + bytes(1 << 20)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: distant_world.upload(picture), range(16)))
    finally:
        done.set()
        thread.join()

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {201, 503}
    assert distant_world.sweep().keys() <= {"removed_objects"}
    assert distant_world.select(COUNTS) == [(images + statuses.count(201), 0)]


def test_upload_is_refused_while_postgresql_is_gone_and_taken_after(
    measuring_stack_world: World, postgres_url: str
):
    world = measuring_stack_world
    world.upload()
    world.sweep()
    with killed_postgres(postgres_url):
        with ThreadPoolExecutor(4) as pool:
            asking = pool.submit(local_http.get, f"{world.service.url}/readyz", timeout=10)
            for refused in pool.map(lambda _: world.upload(wait=10), range(3)):
                assert_problem(refused, "service_unavailable")
        ready = asking.result()
        assert (ready.status_code, ready.json()) == (503, {"database": False, "storage": True})
        assert local_http.get(f"{world.service.url}/healthz").status_code == 200
        session = {"Cookie": "sessionid=0123456789abcdefghijklmnopqrstuv"}
        page = local_http.get(f"{world.service.url}/", headers=session, timeout=10)
        assert (page.status_code, "<h1>We will be back" in page.text) == (503, True)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.upload(title="After"), range(16)))
    assert [answer.status_code for answer in answers] == [201] * 16
    wait_until(lambda: world.select(MEASURED) == [(16,)], seconds=60)
    assert world.sweep() == {}


def test_upload_is_taken_at_once_after_postgresql_was_replaced(
    stack_world: World, postgres_url: str
):
    """The pool's connections all broke, while nobody asked for one."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: stack_world.upload(), range(32)))
    with killed_postgres(postgres_url):
        pass

    assert [stack_world.upload(wait=10).status_code for _ in range(4)] == [201] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: stack_world.upload(), range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8


def test_upload_onto_a_full_disk_leaves_nothing(run_disk_world: RunWorld, tmp_path: Path):
    with small_disk(tmp_path / "media", "4m"), run_disk_world() as world:
        assert world.upload(make_jpeg() + bytes(1 << 20)).status_code == 201
        for size in (4 << 20, 20_000_000):
            assert_problem(world.upload(make_long_jpeg(size)), "service_unavailable")
        assert world.upload(make_jpeg() + bytes(1 << 20)).status_code == 201
        with ThreadPoolExecutor(4) as pool:
            picture = make_long_jpeg(3 << 20)
            answers = list(pool.map(lambda _: world.upload(picture), range(4)))

        assert [answer.status_code for answer in answers] == [503] * 4
        assert local_http.get(f"{world.service.url}/healthz").status_code == 200
        assert world.sweep() == {}
        assert len(list((tmp_path / "media").rglob("*.jpg"))) == 2


def test_upload_past_the_limit_of_a_file_leaves_nothing(run_disk_world: RunWorld):
    with run_disk_world() as world:
        limit_files(world.service.process, 2 << 20)

        assert_problem(world.upload(make_long_jpeg(3 << 20)), "service_unavailable")

        assert world.upload().status_code == 201
        assert world.sweep() == {}
