"""Runs Python in a process of its own that finds the libraries imported: half of a start's cost.

Such a process is forked from one that imported what needs no settings. Its settings it reads from
the environment that it is given, as any other does. So does a server, which `serve` becomes. What
is read before Python or the C library begin, as PYTHONUNBUFFERED is, has no effect any more.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import runpy
import signal
import site
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, forkserver
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from tests.servers.processes import stop_process

SCRIPT = Path(__file__).resolve().parents[2] / "manage.py"
# Without prometheus_client, which looks at the environment when it is imported.
LIBRARIES = [
    "boto3.session",
    "botocore.handlers",
    "botocore.httpsession",
    "django.core.management",
    "django.db.models",
    "django.test",
    "django.views.generic",
    "environ",
    "granian.cli",
    "granian.server",
    "jwcrypto.jwk",
    "oauthlib.oauth2",
    "PIL.Image",
    "psycopg_pool",
    "pydantic.types",
    "requests",
    "s3transfer.manager",
]
PR_SET_PDEATHSIG = 1
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([*LIBRARIES, __name__])
# Whoever begins a process asks for the ends of all, which only one thread may read.
_lock = threading.Lock()


def run(
    *arguments: str, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py ARGUMENTS` with nothing but this environment, whatever comes of it.

    Raises subprocess.TimeoutExpired when that takes longer than these seconds; it is killed then.
    """
    return _run(_run_manage, arguments, environment, seconds)


def run_code(code: str, *, environment: Mapping[str, str], seconds: float) -> str:
    """Run these statements as `run` runs manage.py; return what they print.

    Raises RuntimeError with what they said when they fail.
    """
    ran = _run(_run_statements, code, environment, seconds)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr)
    return ran.stdout


def _run(
    target: Callable[[Any], object], argument: Any, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    with NamedTemporaryFile("r") as output, NamedTemporaryFile("r") as errors:
        process = WarmProcess(
            argument, _become, target, argument, dict(environment), output.name, errors.name
        )
        try:
            exit_code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            raise
        return subprocess.CompletedProcess(argument, exit_code, output.read(), errors.read())


class WarmProcess:
    """A process that was forked; as much of a `subprocess.Popen` as its keepers use."""

    def __init__(self, command: Any, target: Callable[..., object], *arguments: Any) -> None:
        self.args = command
        self._process = _processes.Process(target=target, args=arguments)
        with _lock:
            self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """What it ended with, negative where that was a signal; None while it runs."""
        with _lock:
            return self._process.exitcode

    def poll(self) -> int | None:
        """As `returncode`, which is never old here."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; subprocess.TimeoutExpired after these seconds."""
        connection.wait([self._process.sentinel], timeout)
        if (exit_code := self.returncode) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return exit_code

    def send_signal(self, number: int) -> None:
        """Send that to its main process, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it is told a moment after that
                os.kill(self.pid, number)


@contextmanager
def run_server(
    command: list[str], environment: Mapping[str, str], log_path: Path
) -> Iterator[WarmProcess]:
    """Run `manage.py serve`, or `-m granian …`, as `processes.run_process` would, and stop it."""
    server = WarmProcess(command, _become_server, command, dict(environment), str(log_path))
    try:
        yield server
    finally:
        stop_process(server)


def _become(
    target: Callable[[Any], object],
    argument: Any,
    environment: dict[str, str],
    output: str,
    errors: str,
) -> None:
    _take_output(output, errors)
    _take_environment(environment)
    target(argument)


def _become_server(command: list[str], environment: dict[str, str], log_path: str) -> None:
    os.setsid()
    # As long as this is open, what it was forked from is kept alive, by which it is kept alive.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # noqa: SLF001 (nobody else closes it)
    if sys.platform == "linux":  # what setpriv would do, were there a program to begin
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _take_output(log_path, log_path)
    _take_environment(environment)
    if command[0] == "manage.py":
        command = _follow_to_exec(command[1:])
    multiprocessing.set_start_method("fork", force=True)  # as it is in a fresh process on Linux
    sys.argv = command[command.index("-m") + 1 :]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _follow_to_exec(arguments: list[str]) -> list[str]:
    """Run manage.py in a child until it would become another program; take its environment.

    That program then finds nothing here of Django and its settings, as after a real exec.
    """
    reading, writing = os.pipe()
    own = os.getpid()
    child = os.fork()
    if child == 0:

        def tell(_program: str, command: list[str]) -> None:
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(writing, json.dumps([command, dict(os.environ)]).encode())
            os._exit(0)

        os.execv, os.getpid = tell, lambda: own
        _run_manage(arguments)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if not told:
        sys.exit(os.waitstatus_to_exitcode(status))
    command, environment = json.loads(told)
    os.environ.update(environment)
    return command


def _take_output(output: str, errors: str) -> None:
    for descriptor, path in ((1, output), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), descriptor)


def _take_environment(environment: dict[str, str]) -> None:
    os.chdir(SCRIPT.parent)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = str(SCRIPT.parent)
    if path := environment.get("PYTHONPATH"):  # as Python does when it starts
        sys.path[:0] = path.split(os.pathsep)
        sys.modules.pop("sitecustomize", None)  # Debian's Python has one
        site.execsitecustomize()


def _run_statements(code: str) -> None:
    exec(code, {})


def _run_manage(arguments: Sequence[str]) -> None:
    sys.argv = [str(SCRIPT), *arguments]
    runpy.run_path(str(SCRIPT), run_name="__main__")
