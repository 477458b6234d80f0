"""The service itself, as `manage.py serve` runs it in production."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests import local_http
from tests.servers import warm_manage
from tests.servers.processes import (
    HOST,
    find_free_ports,
    kill_process,
    run_process,
    stop_process,
    wait_until_ready,
)
from tests.servers.warm_manage import WarmProcess

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET_KEY = "only-for-servers-that-tests-start-on-127.0.0.1-and-stop-again"
# What a process has of the caller's environment, and no .env of the developer's
BARE_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "CLOSIENT_ENV_FILE": os.devnull}
# The server promises to end within 35 s of a SIGTERM, beside a stalled upload too.
STOP_SECONDS = 40


@dataclass(frozen=True)
class Service:
    """A running server: its address, its main process (the workers are its children), its log."""

    url: str
    process: psutil.Process
    log_path: Path
    _popen: subprocess.Popen[bytes] | WarmProcess = field(repr=False)

    def stop(self, stop_seconds: float = STOP_SECONDS) -> int:
        """Send SIGTERM, wait, and return the exit code; killed when it takes longer than that."""
        return stop_process(self._popen, stop_seconds=stop_seconds)

    def kill(self) -> None:
        """Send SIGKILL to the server and all its workers at once."""
        kill_process(self._popen)


@contextmanager
def run_service(
    folder: Path,
    env: dict[str, str],
    *,
    migrate: bool = False,
    application: str = "",
    warm: bool = False,
) -> Iterator[Service]:
    """Run the production server with nothing from the caller's environment but PATH and `env`.

    Unless `env` says otherwise it listens on a free port and keeps a SQLite database and its
    media in the folder. To start a killed server again at the same address, give `PORT`. With
    `application` that WSGI application runs in place of the service's own, without the sweep. A
    `warm` one finds the libraries imported, as in `warm_manage`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = build_environment(folder.resolve(), env)
    if migrate:
        run_manage(folder, env, "migrate", "--no-input")
    url = f"http://{HOST}:{environment['PORT']}"
    log_path = folder / "service.log"
    command = [sys.executable, "manage.py", "serve"]
    if application:
        command = [sys.executable, "-m", "granian", application, "--interface", "wsgi"]
        command += ["--host", HOST, "--port", environment["PORT"], "--blocking-threads", "64"]
    if warm:
        running = warm_manage.run_server(command[1:], environment, log_path)
    else:
        running = run_process(command, log_path, folder=REPOSITORY, env=environment)
    with running as process:
        wait_until_ready(process, log_path, lambda: _is_healthy(url))
        yield Service(url, psutil.Process(process.pid), log_path, process)


def try_manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing but PATH and `env`, whatever comes of it."""
    return warm_manage.run(*arguments, environment={**BARE_ENVIRONMENT, **env}, seconds=60)


def run_manage(folder: Path, env: dict[str, str], *arguments: str) -> str:
    """Run manage.py beside the service of this folder and `env`; return what it printed."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = build_environment(folder.resolve(), env)
    finished = warm_manage.run(*arguments, environment=environment, seconds=300)
    if finished.returncode != 0:
        raise RuntimeError(f"manage.py {arguments} failed: {finished.stdout}{finished.stderr}")
    return finished.stdout


def build_environment(folder: Path, env: dict[str, str]) -> dict[str, str]:
    """Return the whole environment of a service with this folder, which is absolute."""
    return {
        **BARE_ENVIRONMENT,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
        "HOST": HOST,
        "PORT": env.get("PORT") or str(find_free_ports(1)[0]),
        **env,
    }


def _is_healthy(url: str) -> bool:
    try:
        answer = local_http.get(f"{url}/healthz", timeout=2)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK
