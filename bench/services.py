"""The service in its worlds: SQLite or PostgreSQL and the local disk, or the whole stack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.load import Target
from bench.seeding import add_crowd, seed_service
from tests.servers import run_postgres, run_service
from tests.servers.processes import find_free_ports
from tests.servers.stack import run_stack

# What becomes of a picture after its upload is no cost of that: `measuring` tells it.
QUIET = {"LOG_LEVEL": "WARNING", "MEASURE_IMAGES": "false"}


@contextmanager
def run_on_sqlite(
    folder: Path, name: str = "service", *, images: int = 0, products: int = 0, **env: str
) -> Iterator[Target]:
    """The service on SQLite and local disk, as ``make serve`` starts it: one worker."""
    with run_service(folder, {**QUIET, **env}, migrate=True) as service:
        path, key = seed_service(folder, {})
        add_crowd(folder, images=images, products=products)
        headers = {"X-API-Key": key}
        yield Target(name, service.url + path, (service.process,), folder / "media", headers)


@contextmanager
def run_on_postgresql(folder: Path) -> Iterator[Target]:
    """The service on PostgreSQL, whose own CPU time is counted, and local disk: one worker."""
    with run_counted_postgresql(folder) as (url, process):
        env = {**QUIET, "DATABASE_URL": url}
        with run_service(folder, env, migrate=True) as service:
            path, key = seed_service(folder, env)
            processes = service.process, process
            headers = {"X-API-Key": key}
            name = "service, PG"
            yield Target(name, service.url + path, processes, folder / "media", headers)


@contextmanager
def run_on_stack(folder: Path) -> Iterator[Target]:
    """The service on PostgreSQL, Valkey and S3, whose own CPU time is not counted: one worker."""
    [port] = find_free_ports(1)
    os.environ.update(QUIET, WORKERS="1")
    with run_stack(folder, port, 1) as stack:
        path, key = seed_service(folder, stack.env)
        process = find_child(port)
        headers = {"X-API-Key": key}
        yield Target("on stack", stack.address + path, (process,), folder / "none", headers)


@contextmanager
def run_counted_postgresql(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """PostgreSQL for one rival alone: its address, and its processes."""
    with run_postgres(folder) as url:
        yield url, find_child(int(url.rpartition(":")[2].partition("/")[0]))


def find_child(port: int) -> psutil.Process:
    """The server that this process has started on that port."""
    [process] = [p for p in psutil.Process().children() if str(port) in p.cmdline()]
    return process
