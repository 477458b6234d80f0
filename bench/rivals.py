"""What the service is compared with, each started as its users would start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

from bench.load import Target
from bench.pocketbase import run_pocketbase
from bench.services import (
    run_counted_postgresql,
    run_on_postgresql,
    run_on_sqlite,
    run_on_stack,
)
from tests.servers.nginx import run_nginx_site
from tests.servers.processes import (
    HOST,
    accepts_connections,
    find_free_ports,
    run_process,
    wait_until_ready,
)

# A name for each picture, as any upload has to find one; nothing is synced.
NGINX_SITE = """
    server {{
        listen {host}:{port};
        client_max_body_size 32m;
        root {folder};
        location / {{
            rewrite ^ /$request_id break;
            dav_methods PUT;
        }}
    }}
"""
BY_PILLOW = ("image/svg+xml",)
KEY = {"X-API-Key": "bench"}


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
def run_nginx_put(folder: Path) -> Iterator[Target]:
    """The least that keeping the bytes can cost: nginx writes them to a file as they come."""
    [port] = find_free_ports(1)
    media = folder.resolve() / "media"
    media.mkdir()
    site = NGINX_SITE.format(host=HOST, port=port, folder=media)
    with run_nginx_site(folder, site, port) as url:
        [process] = [p for p in psutil.Process().children() if "nginx" in p.name()]
        yield Target("nginx PUT", url + "/x", (process,), media, {}, method="PUT")


@contextmanager
def run_drf(folder: Path) -> Iterator[Target]:
    """Django REST framework with `ImageField`, on gunicorn: two workers of four threads."""
    with _run_drf("DRF", folder) as target:
        yield target


@contextmanager
def run_drf_on_postgresql(folder: Path) -> Iterator[Target]:
    """The same on PostgreSQL, whose own CPU time is counted."""
    with (
        run_counted_postgresql(folder) as (url, process),
        _run_drf("DRF, PG", folder, RIVAL_DATABASE_URL=url) as target,
    ):
        yield replace(target, processes=(*target.processes, process))


@contextmanager
def run_fastapi(folder: Path) -> Iterator[Target]:
    """FastAPI with SQLAlchemy and Pillow, on uvicorn: two workers."""
    [port] = find_free_ports(1)
    _make_tables("bench.fastapi_rival", folder)
    command = ["uvicorn", "bench.fastapi_rival:app", "--host", HOST, "--port", str(port)]
    command += ["--workers", "2", "--no-access-log"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder)) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target("FastAPI", url, (process,), folder, KEY, BY_PILLOW)


ALL = {
    "nginx PUT": run_nginx_put,
    "WSGI sink": run_wsgi_sink,
    "ASGI sink": run_asgi_sink,
    "PocketBase": run_pocketbase,
    "DRF": run_drf,
    "FastAPI": run_fastapi,
    "service": run_on_sqlite,
    "DRF, PG": run_drf_on_postgresql,
    "service, PG": run_on_postgresql,
    "on stack": run_on_stack,
}


@contextmanager
def _run_drf(name: str, folder: Path, **env: str) -> Iterator[Target]:
    [port] = find_free_ports(1)
    _make_tables("bench.drf_rival", folder, **env)
    command = ["gunicorn", "bench.drf_rival:application", "--bind", f"{HOST}:{port}"]
    command += ["--workers", "2", "--threads", "4"]
    with _run(folder, command, port, RIVAL_FOLDER=str(folder), **env) as process:
        url = f"http://{HOST}:{port}/images/12345678905"
        yield Target(name, url, (process,), folder / "media", KEY, BY_PILLOW)


@contextmanager
def _run_sink(folder: Path, kind: str, options: list[str]) -> Iterator[Target]:
    [port] = find_free_ports(1)
    command = ["granian", f"bench.{kind}_sink:application", "--http", "1", "--no-ws"]
    command += ["--host", HOST, "--port", str(port), "--http1-buffer-size", "131072", *options]
    with _run(folder, command, port, SINK_FOLDER=str(folder)) as process:
        yield Target(f"{kind.upper()} sink", f"http://{HOST}:{port}/", (process,), folder, {})


@contextmanager
def _run(folder: Path, command: list[str], port: int, **env: str) -> Iterator[psutil.Process]:
    log = folder / "log"
    command = [sys.executable, "-m", *command]
    with run_process(command, log, folder=Path.cwd(), env={**os.environ, **env}) as process:
        wait_until_ready(process, log, lambda: accepts_connections(port))
        yield psutil.Process(process.pid)


def _make_tables(module: str, folder: Path, **more: str) -> None:
    env = {**os.environ, "RIVAL_FOLDER": str(folder), **more}
    subprocess.run([sys.executable, "-m", module], env=env, check=True)
