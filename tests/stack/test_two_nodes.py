"""Two nodes on one database, bucket and Valkey: one primary image, and one quota."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import local_http
from tests.sample_images import make_jpeg
from tests.servers import run_nginx
from tests.stack.worlds import World, run_world

REQUESTS = 80
LIMIT = 40


@pytest.fixture(scope="module")
def running() -> Iterator[ExitStack]:
    """Stops at the end what was started meanwhile."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def nodes(
    running: ExitStack,
    stack_env: dict[str, str],
    stack_seed: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[World]:
    env = {**stack_env, "WORKERS": "2"}
    folders = [tmp_path_factory.mktemp(f"node-{number}") for number in (1, 2)]
    return [running.enter_context(run_world(folder, env, stack_seed)) for folder in folders]


def test_32_primaries_over_both_nodes_end_with_one(nodes: list[World]):
    with ThreadPoolExecutor(32) as pool:
        answers = list(
            pool.map(lambda number: nodes[number % 2].upload(is_primary="true"), range(32))
        )

    assert [answer.status_code for answer in answers] == [201] * 32
    assert nodes[0].count_primaries() == 1
    assert nodes[0].sweep() == {}


def test_quota_of_a_key_is_exact_over_both_nodes(nodes: list[World]):
    [(key_id,)] = nodes[0].select(
        "update organizations_apikey"
        f" set rate_limit_per_minute = {LIMIT} where name = 'Sample: manager' returning id"
    )
    assert key_id
    headers = {"X-API-Key": nodes[0].seed["api_keys"]["manager"]}
    if time.time() % 60 > 50:  # all within one window
        time.sleep(60 - time.time() % 60)

    def ask(number: int) -> int:
        url = f"{nodes[number % 2].images_url}?page_size=1"
        return local_http.get(url, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(ask, range(REQUESTS)))

    assert statuses == {200: 40, 429: 40}


def test_uploads_go_on_while_one_node_after_the_other_is_restarted(
    running: ExitStack, nodes: list[World], tmp_path: Path
):
    done = threading.Event()

    def upload_on_and_on(_number: int) -> list[int]:
        statuses = []
        with local_http.Client(timeout=60) as client:
            while not done.is_set():
                files = {"image": ("photo.jpg", make_jpeg())}
                answer = client.post(url, headers=nodes[0].headers, files=files)
                statuses.append(answer.status_code)
        return statuses

    with ExitStack() as stack:
        address = stack.enter_context(
            run_nginx(tmp_path, *(node.service.url for node in nodes), request_buffering=True)
        )
        url = address + nodes[0].path
        pool = stack.enter_context(ThreadPoolExecutor(4))
        uploads = [pool.submit(upload_on_and_on, number) for number in range(4)]
        try:
            for node in list(nodes):
                time.sleep(0.5)
                assert node.service.stop() == 0
                port = node.service.url.rpartition(":")[2]
                env = {**node.env, "PORT": port}
                again = running.enter_context(run_world(node.folder, env, node.seed))
                nodes[nodes.index(node)] = again
        finally:
            done.set()
        statuses = Counter(status for each in uploads for status in each.result())

    assert statuses.keys() == {201}
    assert statuses[201] > 20
    # A worker may end between an answer and the removal of its temporary file.
    assert nodes[0].sweep().keys() <= {"removed_temporary_files"}
