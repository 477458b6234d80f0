"""The shell's tool on real servers: nothing is lost or doubled, whatever is killed in the middle."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.sample_images import make_jpeg
from tests.servers.processes import find_free_ports, wait_until
from tests.servers.service import REPOSITORY
from tests.stack.test_crashes import APPLICATION
from tests.stack.worlds import World, make_products, run_world

TOOL = REPOSITORY / "tools" / "deliver_pictures.py"
WAIT_SECONDS = 60
FACES = ("C1N1_s01", "C7N1_s01", "C2N1", "C1N0_s02")
CAPTIONS = [
    "Front, in packaging",
    "Front, out of packaging",
    "Back, in packaging",
    "Left, in packaging",
]
AFTER_TWELVE = {"CRASH_AT": "after the row's commit", "CRASH_AT_CALL": "12"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    folder.mkdir()
    return folder


@pytest.fixture
def run_here(seed: dict[str, Any], seeded_database: Path, tmp_path: Path) -> Callable[..., Any]:
    """A world of its own, always at the same address; the first has the database anew."""
    env = {"PORT": str(find_free_ports(1)[0])}

    @contextmanager
    def run(**options: Any) -> Iterator[World]:
        kept = tmp_path / "world"
        database = None if kept.exists() else seeded_database
        own_env = {**env, **options.pop("env", {})}
        with run_world(kept, own_env, seed, database=database, **options) as world:
            yield world

    return run


def make_delivery(world: World, folder: Path) -> list[str]:
    """48 pictures of 12 products, in folders; returns the GTINs."""
    gtins = make_products(world.folder, world.env, 12, "0950711", "Delivered {gtin}")
    for number, gtin in enumerate(gtins):
        for place, face in enumerate(FACES):
            path = folder / f"shoot {number % 3}" / gtin / f"{gtin}_{face}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make_jpeg() + bytes((number, place)) + bytes(400_000))
    return gtins


def start(world: World, folder: Path, *options: str) -> subprocess.Popen[str]:
    env = {
        "PATH": os.environ["PATH"],
        "API_KEY": world.seed["api_keys"]["editor"],
        "SERVER": world.service.url,
        "PYTHONIOENCODING": "ascii",  # a terminal that has neither arrows nor quotation marks
    }
    report = ("--report", folder.parent / "report.csv")
    command = [sys.executable, TOOL, folder, *report, *options]
    return subprocess.Popen(
        command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def deliver(world: World, folder: Path, *options: str) -> tuple[int, str]:
    tool = start(world, folder, *options)
    printed, _ = tool.communicate(timeout=WAIT_SECONDS)
    return tool.returncode, printed


def count_images(world: World) -> int:
    [(count,)] = world.select("select count(*) from products_productimage")
    return int(count)


def assert_all_there(world: World, gtins: list[str]) -> None:
    rows = world.select(
        "select gtin, title, is_primary from products_productimage"
        " join products_product product on product.id = product_id order by gtin, priority"
    )
    assert [row[0] for row in rows] == [gtin for gtin in gtins for _ in FACES]
    assert [row[1] for row in rows] == CAPTIONS * len(gtins)
    assert [bool(row[2]) for row in rows] == [True, False, False, False] * len(gtins)


def read_results(folder: Path) -> set[str]:
    with (folder.parent / "report.csv").open(encoding="utf-8-sig", newline="") as report:
        return {row["result"] for row in csv.DictReader(report)}


def test_server_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    run_here: Callable[..., Any], folder: Path
):
    with run_here(env=AFTER_TWELVE, application=APPLICATION) as world:
        gtins = make_delivery(world, folder)
        tool = start(world, folder, "--send")
        wait_until(lambda: not world.service.process.is_running(), WAIT_SECONDS)
    with run_here() as world:
        printed, _ = tool.communicate(timeout=3 * WAIT_SECONDS)  # keys may be held for one minute

        assert tool.returncode == 0, printed
        assert "Trying again in" in printed
        assert read_results(folder) == {"sent"}
        assert_all_there(world, gtins)
        assert deliver(world, folder, "--send")[0] == 0
        assert read_results(folder) == {"already_here"}
        assert_all_there(world, gtins)
        assert world.sweep().keys() <= {"removed_objects", "removed_temporary_files"}


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """What a shell runs behind `&` ignores SIGINT, and so would all that is started there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_delivery_that_is_interrupted_goes_on_where_it_was(
    run_here: Callable[..., Any], folder: Path
):
    stop = {**AFTER_TWELVE, "CRASH_BY": "SIGSTOP"}
    with run_here(env=stop, application=APPLICATION) as world:
        service = world.service.process
        gtins = make_delivery(world, folder)
        assert deliver(world, folder)[0] == 0
        assert (count_images(world), read_results(folder)) == (0, {"ready"})

        tool = start(world, folder, "--send")
        wait_until(lambda: service.status() == psutil.STATUS_STOPPED, WAIT_SECONDS)
        tool.send_signal(signal.SIGINT)
        os.killpg(service.pid, signal.SIGCONT)
        printed, _ = tool.communicate(timeout=WAIT_SECONDS)

        assert tool.returncode == 130, printed
        assert "Traceback" not in printed
        assert "only the rest is sent" in printed
        assert read_results(folder) == {"sent", "ready"}
        sent = count_images(world)
        assert len(re.findall("^sent ", printed, re.MULTILINE)) <= sent < 48
    with run_here() as world:
        assert deliver(world, folder, "--send")[0] == 0
        assert read_results(folder) == {"sent", "already_here"}
        assert_all_there(world, gtins)
