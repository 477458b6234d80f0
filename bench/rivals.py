"""What the service is compared with, each started as its users would start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.load import Target
from bench.seeding import add_crowd, seed_service
from tests.servers import run_service
from tests.servers.processes import (
    HOST,
    accepts_connections,
    find_free_ports,
    run_process,
    wait_until_ready,
)
from tests.servers.stack import run_stack

QUIET = {"LOG_LEVEL": "WARNING"}
BY_PILLOW = ("image/svg+xml",)


@contextmanager
def run_wsgi_sink(folder: Path) -> Iterator[Target]:
    """The bare sink, on the server and with the settings that the service runs with."""
    options = ["--interface", "wsgi", "--blocking-threads", "64"]
    with _run_sink(folder, "wsgi", options) as target:
        yield target


@contextmanager
def run_asgi_sink(folder: Path) -> Iterator[Target]:
    """The same on the same server's ASGI side."""
    with _run_sink(folder, "asgi", ["--interface", "asgi"]) as target:
        yield target


@contextmanager
def run_drf(folder: Path) -> Iterator[Target]:
    """Django REST framework with `ImageField`, on gunicorn: two workers of four threads."""
    [port] = find_free_ports(1)
    _make_tables("bench.drf_rival", folder)
    command = ["gunicorn", "bench.drf_rival:application", "--bind", f"{HOST}:{port}"]
    command += ["--workers", "2", "--threads", "4"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder)) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target("DRF", url, process, folder, {"X-API-Key": "bench"}, BY_PILLOW)


@contextmanager
def run_fastapi(folder: Path) -> Iterator[Target]:
    """FastAPI with SQLAlchemy and Pillow, on uvicorn: two workers."""
    [port] = find_free_ports(1)
    _make_tables("bench.fastapi_rival", folder)
    command = ["uvicorn", "bench.fastapi_rival:app", "--host", HOST, "--port", str(port)]
    command += ["--workers", "2", "--no-access-log"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder)) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target("FastAPI", url, process, folder, {"X-API-Key": "bench"}, BY_PILLOW)


@contextmanager
def run_ours(
    folder: Path, name: str = "service", *, images: int = 0, products: int = 0
) -> Iterator[Target]:
    """The service on SQLite and local disk, as ``make serve`` starts it: one worker."""
    with run_service(folder, QUIET, migrate=True) as service:
        path, key = seed_service(folder, {})
        add_crowd(folder, images=images, products=products)
        headers = {"X-API-Key": key}
        yield Target(name, service.url + path, service.process, folder / "media", headers)


@contextmanager
def run_ours_on_stack(folder: Path) -> Iterator[Target]:
    """The service on PostgreSQL, Valkey and S3, whose own CPU time is not counted: one worker."""
    [port] = find_free_ports(1)
    os.environ.update(QUIET, WORKERS="1")
    with run_stack(folder, port, 1) as stack:
        path, key = seed_service(folder, stack.env)
        [process] = [p for p in psutil.Process().children() if str(port) in p.cmdline()]
        yield Target("on stack", stack.address + path, process, folder / "none", {"X-API-Key": key})


ALL = {
    "WSGI sink": run_wsgi_sink,
    "ASGI sink": run_asgi_sink,
    "DRF": run_drf,
    "FastAPI": run_fastapi,
    "service": run_ours,
    "on stack": run_ours_on_stack,
}


@contextmanager
def _run_sink(folder: Path, kind: str, options: list[str]) -> Iterator[Target]:
    [port] = find_free_ports(1)
    command = ["granian", f"bench.{kind}_sink:application", "--http", "1", "--no-ws"]
    command += ["--host", HOST, "--port", str(port), "--http1-buffer-size", "131072", *options]
    with _run(folder, command, port, SINK_FOLDER=str(folder)) as process:
        yield Target(f"{kind.upper()} sink", f"http://{HOST}:{port}/", process, folder, {})


@contextmanager
def _run(folder: Path, command: list[str], port: int, **env: str) -> Iterator[psutil.Process]:
    log = folder / "log"
    command = [sys.executable, "-m", *command]
    with run_process(command, log, folder=Path.cwd(), env={**os.environ, **env}) as process:
        wait_until_ready(process, log, lambda: accepts_connections(port))
        yield psutil.Process(process.pid)


def _make_tables(module: str, folder: Path) -> None:
    env = {**os.environ, "RIVAL_FOLDER": str(folder)}
    subprocess.run([sys.executable, "-m", module], env=env, check=True)
