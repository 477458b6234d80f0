"""PostgreSQL, Valkey and an S3 server for the whole session, and a service in each of two worlds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.servers import (
    S3Server,
    Service,
    run_manage,
    run_postgres,
    run_s3,
    run_valkey,
)
from tests.stack.worlds import World, run_world

RunWorld = Callable[..., AbstractContextManager[World]]


@pytest.fixture(autouse=True)
def _empty_media() -> None:
    """Nothing here uses the media root of the tests' own process."""


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_postgres(tmp_path_factory.mktemp("postgres")) as url:
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
    """The environment of a service on all three, with an empty database."""
    return {
        "DATABASE_URL": postgres_url,
        "VALKEY_URL": valkey_url,
        "AWS_STORAGE_BUCKET_NAME": s3_server.bucket,
        "AWS_S3_ENDPOINT_URL": s3_server.endpoint_url,
        "AWS_ACCESS_KEY_ID": s3_server.access_key,
        "AWS_SECRET_ACCESS_KEY": s3_server.secret_key,
        "AWS_S3_REGION_NAME": "us-east-1",
    }


@pytest.fixture(scope="session")
def stack_seed(
    stack_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("stack-seed")
    run_manage(folder, stack_env, "migrate", "--no-input", "--verbosity", "0")
    seed: dict[str, Any] = json.loads(run_manage(folder, stack_env, "seed_demo", "--json"))
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


@pytest.fixture(scope="session", params=["disk", "stack"])
def world(request: pytest.FixtureRequest) -> World:
    """Both worlds: SQLite and the local disk; PostgreSQL, S3 and Valkey."""
    chosen: World = request.getfixturevalue(f"{request.param}_world")
    return chosen


@pytest.fixture(scope="session")
def seeded_database(seed: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the sample data and no image, to be copied."""
    return tmp_path_factory.getbasetemp() / "seed" / "db.sqlite3"


@pytest.fixture
def run_disk_world(seed: dict[str, Any], seeded_database: Path, tmp_path: Path) -> RunWorld:
    """Run a service of the test's own on SQLite and disk, in the test's folder."""
    return partial(run_world, tmp_path, {}, seed, database=seeded_database)
