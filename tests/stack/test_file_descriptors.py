"""A worker without file descriptors refuses as it always does, and forgets about it afterwards."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from tests import local_http
from tests.assertions import assert_problem
from tests.sample_images import make_jpeg
from tests.servers.processes import wait_until
from tests.stack.conftest import RunWorld
from tests.stack.worlds import World

MAX_DESCRIPTORS = 128


@contextmanager
def no_descriptors_left(world: World) -> Iterator[None]:
    """Connections that send nothing hold all that the worker may have."""
    [worker] = world.service.process.children()
    address = ("127.0.0.1", urlsplit(world.service.url).port)
    with ExitStack() as stack:
        for _ in range(MAX_DESCRIPTORS):
            stack.enter_context(socket.create_connection(address))
        wait_until(lambda: worker.num_fds() == MAX_DESCRIPTORS)
        yield
    wait_until(lambda: worker.num_fds() < MAX_DESCRIPTORS / 2)


def test_shortage_of_descriptors_is_outlived(run_disk_world: RunWorld, tmp_path: Path):
    # One that has just begun: what it looks for only then, it cannot find.
    with run_disk_world(warm=False) as world:
        [worker] = world.service.process.children()
        psutil.Process(worker.pid).rlimit(resource.RLIMIT_NOFILE, (MAX_DESCRIPTORS,) * 2)
        with ExitStack() as stack:
            # Each has its connection before the shortage.
            early = [stack.enter_context(closing(connect(world))) for _ in range(7)]
            with no_descriptors_left(world):
                beside = [ask(world, client, n) for n, client in enumerate(early)]
            late = stack.enter_context(closing(connect(world)))
            after = [ask(world, late, n) for n in range(7)]

    statuses = [answer.status_code for answer in beside]
    assert statuses == [404, 400, 404, 401, 405, 503, 503]
    statuses = [answer.status_code for answer in after]
    assert statuses == [404, 400, 404, 401, 405, 415, 201]
    for answers in (beside, after):
        assert "There is nothing at this address" in answers[0].text
        assert "We could not read that" in answers[1].text
        codes = ("not_found", "unauthorized", "method_not_allowed")
        for answer, code in zip(answers[2:5], codes, strict=True):
            assert_problem(answer, code)
    for answer in beside[5:]:
        assert_problem(answer, "service_unavailable")


def connect(world: World) -> httpx.Client:
    """A client that has its connection."""
    client = local_http.Client(base_url=world.service.url, timeout=30)
    assert client.get("/healthz").status_code == 200
    return client


def ask(world: World, client: httpx.Client, number: int) -> httpx.Response:
    """The answer to one of the requests."""
    files = {"image": ("front.jpg", make_jpeg())}
    requests = (
        ("GET", "/nothing", {}),
        ("GET", "/", {"headers": {"Host": "evil.example"}}),
        ("GET", "/dashboard/api/v1/nothing", {}),
        ("POST", world.path, {}),
        ("PUT", world.path, {}),
        ("POST", world.path, {"headers": world.headers}),
        ("POST", world.path, {"headers": world.headers, "files": files}),
    )
    method, path, more = requests[number]
    return client.request(method, path, **more)
