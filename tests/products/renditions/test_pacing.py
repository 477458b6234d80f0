"""What nobody waits for stands back while requests keep the process busy, and only then."""

from __future__ import annotations

import threading
import time

import pytest

from apps.products.renditions import pacing
from apps.products.renditions.pacing import REQUESTS_SHARE, give_way

COST_SECONDS = 0.01


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch):
    """A thread that works without end, and is busy however little a loaded machine leaves to it."""
    monkeypatch.setattr(pacing, "BUSY_CORES", 0)
    is_over = threading.Event()

    def work() -> None:
        while not is_over.is_set():
            burn(0.001)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    is_over.set()
    thread.join()


def read_requests() -> float:
    return time.process_time() - time.thread_time()


@pytest.mark.usefixtures("requests")
def test_requests_have_many_times_the_processor_first():
    before = read_requests()

    with give_way():
        burn(COST_SECONDS)

    assert read_requests() - before >= REQUESTS_SHARE * COST_SECONDS


def test_nobody_is_waited_for_in_a_calm(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waited"))

    with give_way():
        burn(COST_SECONDS)


def test_requests_that_end_are_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "BUSY_CORES", 0.01)
    before = read_requests()

    with give_way():
        thread = threading.Thread(target=burn, args=(COST_SECONDS,))
        thread.start()
        thread.join()
        burn(COST_SECONDS)

    assert read_requests() - before < REQUESTS_SHARE * COST_SECONDS
