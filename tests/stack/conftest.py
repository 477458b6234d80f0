"""PostgreSQL, Valkey and an S3 server for the whole session, and a service in each of two worlds."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.made_once import make_once
from tests.servers import (
    S3Server,
    Service,
    run_manage,
    run_postgres,
    run_s3,
    run_valkey,
)
from tests.stack.slow_ends import (
    Hang,
    Stalls,
    Stop,
    get_told,
    stop_beside_a_stalled_upload,
    tell,
    upload_while_the_storage_hangs,
    wait_for_stalls_to_end,
    wait_for_the_header_timeout,
)
from tests.stack.worlds import World, run_world, select

RunWorld = Callable[..., AbstractContextManager[World]]
SLOW_ENDS = ("stop", "header_timeout", "hang", "stalls")


@pytest.fixture(autouse=True)
def _empty_media() -> None:
    """Nothing here uses the media root of the tests' own process."""


@pytest.fixture(scope="session")
def postgres_cluster(shared_folder: Path) -> Path:
    """What a PostgreSQL keeps that has stopped, to be copied.

    Its usual database has the sample data, which `seed.json` tells; `migrated` is empty.
    """

    def make_cluster(folder: Path) -> None:
        with run_postgres(folder) as url:
            env = {"DATABASE_URL": url}
            run_manage(folder, env, "migrate", "--no-input", "--verbosity", "0")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("create database migrated template postgres")
            (folder / "seed.json").write_text(run_manage(folder, env, "seed_demo", "--json"))

    return make_once(shared_folder / "postgres", make_cluster)


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("postgres")
    subprocess.run(["cp", "-a", postgres_cluster / "postgres", folder], check=True)
    with run_postgres(folder) as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with run_s3(tmp_path_factory.mktemp("s3"), "images") as server:
        yield server


@pytest.fixture(scope="session")
def stack_env(postgres_url: str, valkey_url: str, s3_server: S3Server) -> dict[str, str]:
    """The environment of a service on all three, whose database has the sample data."""
    return {"DATABASE_URL": postgres_url, "VALKEY_URL": valkey_url, **s3_server.env}


@pytest.fixture(scope="session")
def stack_seed(postgres_cluster: Path) -> dict[str, Any]:
    seed: dict[str, Any] = json.loads((postgres_cluster / "seed.json").read_text())
    return seed


@pytest.fixture(scope="session")
def disk_world(service: Service, seed: dict[str, Any]) -> World:
    return World(service.log_path.parent, {}, seed, service)


@pytest.fixture(scope="session")
def stack_world(
    stack_env: dict[str, str],
    stack_seed: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    with run_world(tmp_path_factory.mktemp("stack"), stack_env, stack_seed) as world:
        yield world


@pytest.fixture
def measuring_stack_world(
    stack_env: dict[str, str], stack_seed: dict[str, Any], tmp_path: Path
) -> Iterator[World]:
    """The stack, on which a service measures what is uploaded from now on."""
    forget = "update products_productimage set measure_due_at = null returning id"
    select(tmp_path, stack_env, forget)
    with run_world(tmp_path, {**stack_env, "MEASURE_IMAGES": "true"}, stack_seed) as world:
        yield world


@pytest.fixture(scope="session", params=["disk", "stack"])
def world(request: pytest.FixtureRequest) -> World:
    """Both worlds: SQLite and the local disk; PostgreSQL, S3 and Valkey."""
    chosen: World = request.getfixturevalue(f"{request.param}_world")
    return chosen


@pytest.fixture
def run_disk_world(seed: dict[str, Any], seeded_database: Path, tmp_path: Path) -> RunWorld:
    """Run a service of the test's own on SQLite and disk, in the test's folder."""
    return partial(run_world, tmp_path, {}, seed, database=seeded_database)


@pytest.fixture(scope="session")
def ends(shared_folder: Path) -> Path:
    """Where the processes of this run tell one another how the slow ends were."""
    return shared_folder / "slow-ends"


@pytest.fixture(scope="session", autouse=True)
def _slow_ends(
    request: pytest.FixtureRequest, ends: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """What the chosen tests wait for longest, begun now and going on beside the other tests."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", [])}
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(SLOW_ENDS)))

        def begin(name: str, wait: Callable[[World], Any], env: dict[str, str]) -> None:
            if name in wanted:
                folder, seed = tmp_path_factory.mktemp(name), request.getfixturevalue("seed")
                database = request.getfixturevalue("seeded_database")
                world = stack.enter_context(run_world(folder, env, seed, database=database))
                pool.submit(tell, ends, name, partial(wait, world))

        with suppress(FileExistsError):
            ends.mkdir()  # the first process to come here begins them, for all
            begin("hang", upload_while_the_storage_hangs, stack.enter_context(_hanging_s3()))
            begin("stop", stop_beside_a_stalled_upload, {})
            begin("header_timeout", wait_for_the_header_timeout, {})
            begin("stalls", wait_for_stalls_to_end, {"THREADS": "8"})
        yield


@contextmanager
def _hanging_s3() -> Iterator[dict[str, str]]:
    # The kernel completes the connections, and nobody ever takes them.
    with socket.create_server(("127.0.0.1", 0), backlog=128) as hole:
        yield {
            "AWS_STORAGE_BUCKET_NAME": "images",
            "AWS_S3_ENDPOINT_URL": f"http://127.0.0.1:{hole.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_S3_REGION_NAME": "us-east-1",
        }


@pytest.fixture
def stop(ends: Path) -> Stop:
    """A server was stopped while one upload moved on and another had stalled."""
    report: Stop = get_told(ends, "stop")
    return report


@pytest.fixture
def header_timeout(ends: Path) -> float:
    """The seconds after which a connection with half a header was closed."""
    seconds: float = get_told(ends, "header_timeout")
    return seconds


@pytest.fixture
def hang(ends: Path) -> Hang:
    """What callers saw while the S3 server took connections and answered nothing."""
    report: Hang = get_told(ends, "hang")
    return report


@pytest.fixture
def stalls(ends: Path) -> Stalls:
    """Clients began bodies and answers and went no further, one sent a few bytes now and then."""
    report: Stalls = get_told(ends, "stalls")
    return report
