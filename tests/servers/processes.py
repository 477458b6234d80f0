"""Starts one server as a child process and takes it down with everything that it started."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import psutil

HOST = "127.0.0.1"
LOG_TAIL_LINES = 30
# The kernel gives none of these to a connection.
PORTS = range(10_000, 32_768)


def _share_ports() -> Iterator[int]:
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = PORTS[number :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    start = secrets.randbelow(len(share))
    return cycle([*share[start:], *share[:start]])


_ports = _share_ports()


def find_free_ports(count: int) -> list[int]:
    """Return `count` ports on 127.0.0.1 that nobody listens on just now, none of them twice.

    A test's process takes none that another of its run may have taken: a server that was stopped
    there finds its port free when it comes back.
    """
    found: list[int] = []
    while len(found) < count:
        port = next(_ports)
        with suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            found.append(port)
    return found


def accepts_connections(port: int) -> bool:
    """Tell whether somebody listens on this port of 127.0.0.1."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def set_privileges(stop_signal: signal.Signals, privileges: Sequence[str] = ()) -> list[str]:
    """Return the words before a command that make it end with its parent, with these privileges.

    The kernel sends the signal when the thread that started the process ends, so a server that is to
    outlive that thread is started from another. Where there is no setpriv, only a killed parent
    leaves one behind.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        return [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), *privileges, "--"]
    if privileges:
        raise RuntimeError("setpriv is missing; it comes with the package util-linux")
    return []


@contextmanager
def run_process(
    command: Sequence[str],
    log_path: Path,
    *,
    folder: Path,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    privileges: Sequence[str] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command in `folder`, its output appended to the log, and stop it at the end."""
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [*set_privileges(stop_signal, privileges), *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop_process(process, stop_signal)


def stop_process(
    process: subprocess.Popen[Any],
    stop_signal: signal.Signals = signal.SIGTERM,
    stop_seconds: float = 10,
) -> int:
    """Ask the process to end, wait, then kill what is left of its group; return its exit code."""
    try:
        if process.poll() is None:
            process.send_signal(stop_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(stop_seconds)
    finally:
        kill_process(process)
    return process.returncode


def kill_process(process: subprocess.Popen[Any]) -> None:
    """Kill the process and its whole group, and wait until nothing of it runs any more."""
    deadline = time.monotonic() + 60
    while _has_running_member(process.pid):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} outlives SIGKILL")
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.01)
    process.wait()


def _has_running_member(group: int) -> bool:
    for member in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(member.pid) == group and not _is_dead(member):
                return True
    return False


def _is_dead(process: psutil.Process) -> bool:
    # The dead stay in their group until init reaps them, which may be never. And a main thread
    # that is dead says little: the others may still hold the process's port open.
    return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it is so; AssertionError where that takes longer."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.02)


def wait_until_ready(
    process: subprocess.Popen[bytes],
    log_path: Path,
    is_ready: Callable[[], bool],
    wait_seconds: float = 120,  # of a busy machine; a server that ends is told at once
) -> None:
    """Wait until the server answers; RuntimeError with the log's end when it does not."""
    deadline = time.monotonic() + wait_seconds
    while not is_ready():
        exit_code = process.poll()
        if exit_code is not None or time.monotonic() > deadline:
            state = f"not ready after {wait_seconds} s" if exit_code is None else "ended early"
            tail = "\n".join(log_path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
            raise RuntimeError(
                f"{process.args!r}: {state} (exit code {exit_code}). End of {log_path}:\n{tail}"
            )
        time.sleep(0.05)
