"""Counting in a real Valkey: exact between threads and processes, and without it in the process."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

import pytest

from apps.dashboard.operations.shared_counts import SharedCounts
from apps.dashboard.operations.window_counts import Quota
from tests.servers.processes import find_free_ports

NOW = 1_700_049_600.0
THREADS = 16
CALLS_PER_THREAD = 40


class SlowForwarder(socketserver.BaseRequestHandler):
    """Passes bytes on to Valkey, each answer up to 8 ms late."""

    def handle(self) -> None:
        with socket.create_connection(self.server.upstream) as upstream:
            threading.Thread(target=self.answer, args=[upstream], daemon=True).start()
            while request := self.request.recv(65_536):
                upstream.sendall(request)

    def answer(self, upstream: socket.socket) -> None:
        with suppress(OSError):
            while answer := upstream.recv(65_536):
                time.sleep(random.uniform(0, 0.008))
                self.request.sendall(answer)


class Forwarding(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


@pytest.fixture
def slow_valkey_url(valkey_url: str):
    host, port = valkey_url.removeprefix("valkey://").split("/")[0].rsplit(":", 1)
    with Forwarding(("127.0.0.1", 0), SlowForwarder) as server:
        server.upstream = (host, int(port))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"valkey://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def count_admitted(url: str, subject: str, limits: tuple[int, int]) -> int:
    """How many of the calls of all threads of one process were within both quotas."""
    counts = SharedCounts(url)
    quotas = [Quota(limits[0], 60), Quota(limits[1], 86_400)]

    def call(_number: int) -> bool:
        used = counts.count(subject, quotas, NOW)
        return all(n < quota.limit for n, quota in zip(used, quotas, strict=True))

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(call, range(THREADS * CALLS_PER_THREAD)))


@pytest.mark.parametrize("limits", [(500, 9000), (9000, 500)], ids=["minute", "day"])
def test_two_processes_of_16_threads_never_pass_nor_miss_the_quota(
    slow_valkey_url: str, limits: tuple[int, int]
):
    subject = f"storm-{limits[0]}"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        admitted = pool.map(count_admitted, [slow_valkey_url] * 2, [subject] * 2, [limits] * 2)

        assert sum(admitted) == 500


def test_full_window_leaves_the_other_uncounted(valkey_url: str):
    counts = SharedCounts(valkey_url)
    quotas = [Quota(2, 60), Quota(9, 86_400)]

    used = [counts.count("one-full", quotas, NOW) for _ in range(5)]

    assert used == [[0, 0], [1, 1], [2, 2], [2, 2], [2, 2]]
    assert counts.count("one-full", quotas, NOW + 60) == [0, 2]


def test_look_costs_nothing(valkey_url: str):
    counts = SharedCounts(valkey_url)
    quotas = [Quota(2, 60)]

    used = [counts.count("look", quotas, NOW, cost=cost) for cost in (0, 1, 0, 0)]

    assert used == [[0], [0], [1], [1]]


def test_without_valkey_the_process_counts_by_itself_and_says_so(caplog):
    [port] = find_free_ports(1)
    counts = SharedCounts(f"valkey://127.0.0.1:{port}")

    used = [counts.count("alone", [Quota(2, 60)], NOW) for _ in range(4)]

    assert used == [[0], [1], [2], [2]]
    told = [
        r.message for r in caplog.records if r.name == "apps.dashboard.operations.shared_counts"
    ]
    assert told == ["rate limits are counted per process: Valkey is out of reach"]


def test_what_is_given_back_may_be_taken_again(valkey_url: str):
    counts = SharedCounts(valkey_url)
    quotas = [Quota(2, 60)]

    used = [counts.count("back", quotas, NOW, cost=cost) for cost in (1, 1, -1, 1, 1)]

    assert used == [[0], [1], [2], [1], [2]]


def test_parts_of_a_subject_are_counted_by_themselves(valkey_url: str):
    counts = SharedCounts(valkey_url)
    parts = [[Quota(1, 60, within=part), Quota(3, 60)] for part in "abcde"]

    used = [counts.count("network", quotas, NOW) for quotas in parts]

    assert used == [[0, 0], [0, 1], [0, 2], [0, 3], [0, 3]]
