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
from bench.seeding import seed_service
from tests.servers import run_service
from tests.servers.processes import (
    HOST,
    accepts_connections,
    find_free_ports,
    run_process,
    wait_until_ready,
)

THREADS = 64


@contextmanager
def run_sink(folder: Path) -> Iterator[Target]:
    """The bare sink, on the server and with the settings that the service runs with."""
    [port] = find_free_ports(1)
    command = ["granian", "bench.sink:application", "--interface", "wsgi", "--http", "1", "--no-ws"]
    command += ["--host", HOST, "--port", str(port), "--blocking-threads", str(THREADS)]
    with _run(folder, command, port, SINK_FOLDER=str(folder)) as process:
        yield Target("bare sink", f"http://{HOST}:{port}/", process, {})


@contextmanager
def run_drf(folder: Path) -> Iterator[Target]:
    """Django REST framework with `ImageField`, on gunicorn: two workers of four threads."""
    [port] = find_free_ports(1)
    _make_tables("bench.drf_rival", folder)
    command = ["gunicorn", "bench.drf_rival:application", "--bind", f"{HOST}:{port}"]
    command += ["--workers", "2", "--threads", "4"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder)) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target("DRF", url, process, {"X-API-Key": "bench"})


@contextmanager
def run_fastapi(folder: Path) -> Iterator[Target]:
    """FastAPI with SQLAlchemy and Pillow, on uvicorn: two workers."""
    [port] = find_free_ports(1)
    _make_tables("bench.fastapi_rival", folder)
    command = ["uvicorn", "bench.fastapi_rival:app", "--host", HOST, "--port", str(port)]
    command += ["--workers", "2", "--no-access-log"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder)) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target("FastAPI", url, process, {"X-API-Key": "bench"})


@contextmanager
def run_ours(folder: Path) -> Iterator[Target]:
    """The service on SQLite and local disk, as ``make serve`` starts it: one worker."""
    with run_service(folder, {"LOG_LEVEL": "WARNING"}, migrate=True) as service:
        path, key = seed_service(folder)
        yield Target("service", service.url + path, service.process, {"X-API-Key": key})


ALL = {"bare sink": run_sink, "DRF": run_drf, "FastAPI": run_fastapi, "service": run_ours}


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
