"""A disk without room, with and without a bucket: 503 and why, and all is well once there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from apps.dashboard.operations.metrics_folder import FOLDER_VARIABLE, prepare_metrics_folder
from tests import local_http
from tests.assertions import assert_problem
from tests.servers.service import REPOSITORY, build_environment
from tests.stack.outages import no_bytes_left, no_inodes_left, small_disk
from tests.stack.worlds import World, run_world

# Each is a route that nobody asked for before: its counts find no room in what was written to.
ROUTES = ("/docs/errors", "/docs/versions", "/docs/changelog", "/accounts/login", "/api", "/admin/")

COUNT = """
import os, signal
from apps.dashboard.operations.metrics_folder import take_metrics_files
take_metrics_files()
from prometheus_client import REGISTRY, CollectorRegistry, Counter
from prometheus_client.multiprocess import MultiProcessCollector
counter = Counter("things", "Long. " * 100, ["name"])
for number in range(100):
    counter.labels(str(number)).inc()
registry = REGISTRY
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
samples = [sample for metric in registry.collect() for sample in metric.samples]
print(sum(sample.value for sample in samples if sample.name == "things_total"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=["disk", "bucket"])
def small_world(
    request: pytest.FixtureRequest, seed: dict[str, Any], seeded_database: Path, tmp_path: Path
) -> Iterator[World]:
    """A service whose pictures, on their way at least, and counts lie on a disk of 64 MiB."""
    disk = tmp_path / "media"
    env = {"METRICS_ROOT": str(disk / "metrics")}
    database = None
    if request.param == "bucket":
        env |= request.getfixturevalue("stack_env")
        seed = request.getfixturevalue("stack_seed")
    else:
        database = seeded_database
    with small_disk(disk, "64m"), run_world(tmp_path, env, seed, database=database) as world:
        yield world


def test_full_disk_is_told_and_outlived(small_world: World):
    disk = small_world.folder / "media"
    assert small_world.upload().status_code == 201
    for fill, lack in ((no_bytes_left, "bytes"), (no_inodes_left, "inodes")):
        with fill(disk):
            refused = small_world.upload()
            ready = read_ready(small_world)
            statuses = {get_status(small_world, f"{route}?{lack}") for route in ROUTES}

        assert_problem(refused, "service_unavailable")
        assert (ready.status_code, ready.json()["full"]) == (503, {"MEDIA_ROOT": lack})
        assert statuses <= {200, 302, 404}
        assert small_world.upload().status_code == 201
        assert read_ready(small_world).status_code == 200
    # The name of what was refused stays listed, as after any fault of the storage.
    assert small_world.sweep().keys() <= {"removed_objects"}


def test_service_starts_on_a_full_disk(seed: dict[str, Any], seeded_database: Path, tmp_path: Path):
    disk = tmp_path / "media"
    env = {"METRICS_ROOT": str(disk / "metrics")}
    with (
        small_disk(disk, "1m"),
        no_bytes_left(disk),
        run_world(tmp_path, env, seed, database=seeded_database) as world,
    ):
        assert read_ready(world).json()["full"] == {"MEDIA_ROOT": "bytes"}
        assert {get_status(world, route) for route in ROUTES} <= {200, 302, 404}
        assert "METRICS_ROOT is full" in world.service.log_path.read_text()


def test_worker_on_a_full_disk_goes_on_with_the_counts_of_a_dead_one(tmp_path: Path):
    with small_disk(tmp_path / "disk", "8m"):
        folder = prepare_metrics_folder(tmp_path / "disk", workers=1)
        with no_bytes_left(tmp_path / "disk"), no_inodes_left(tmp_path / "disk"):
            told = [count_in_a_worker(folder) for _ in range(2)]
            files = sorted(path.name for path in folder.iterdir())

    assert told == [b"100.0\n", b"200.0\n"]
    assert len(files) == 2  # a counter's and a histogram's


def test_worker_without_room_for_its_counts_counts_by_itself(tmp_path: Path):
    with small_disk(tmp_path / "disk", "1m"), no_bytes_left(tmp_path / "disk"):
        told = [count_in_a_worker(tmp_path / "disk") for _ in range(2)]

    assert told == [b"100.0\n", b"100.0\n"]


def test_worker_without_room_for_its_counts_says_so(tmp_path: Path):
    with small_disk(tmp_path / "disk", "1m"), no_bytes_left(tmp_path / "disk"):
        env = build_environment(tmp_path, {FOLDER_VARIABLE: str(tmp_path / "disk")})
        command = [sys.executable, "-c", "import closient.wsgi"]
        worker = subprocess.run(
            command, cwd=REPOSITORY, env=env, stderr=subprocess.PIPE, text=True, check=True
        )

    line = json.loads(worker.stderr)
    assert line["level"] == "ERROR"
    assert line["message"].startswith("METRICS_ROOT is full, this worker tells its own counts: ")


def count_in_a_worker(folder: Path) -> bytes:
    """What a worker tells of its folder, which counts a hundred names and is killed."""
    env = {"PATH": os.environ["PATH"], FOLDER_VARIABLE: str(folder)}
    return subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=REPOSITORY,
        env=env,
        timeout=60,
        check=False,
        stdout=subprocess.PIPE,
    ).stdout


def read_ready(world: World) -> httpx.Response:
    return local_http.get(f"{world.service.url}/readyz", timeout=10)


def get_status(world: World, path: str) -> int:
    return local_http.get(f"{world.service.url}{path}", timeout=30).status_code
