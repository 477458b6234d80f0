"""Servers that are killed and come back, a network that is cut, and a disk that is full."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psutil
import psycopg

from tests.servers.postgres import PRIVILEGES
from tests.servers.processes import HOST, set_privileges, stop_process, wait_until, wait_until_ready


@contextmanager
def killed_postgres(url: str) -> Iterator[None]:
    """Kill the PostgreSQL of that DATABASE_URL; start it again at the end, where it was."""
    postmaster = _find_postmaster(url)
    command, folder = postmaster.cmdline(), Path(postmaster.cwd())
    backends = postmaster.children(recursive=True)  # each leads a group of its own
    for each in (postmaster, *backends):
        with suppress(psutil.NoSuchProcess):
            each.kill()
    postmaster.wait()
    _wait_until_dead(backends)  # till then they hold the shared memory
    try:
        yield
    finally:
        log_path = folder.parent / "postgres.log"
        prefix = set_privileges(signal.SIGINT, PRIVILEGES if os.geteuid() == 0 else ())
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                [*prefix, *command], cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        atexit.register(stop_process, process, signal.SIGINT)
        wait_until_ready(process, log_path, lambda: _answers(url))


@contextmanager
def hung_postgres(url: str) -> Iterator[None]:
    """Stop the PostgreSQL of that DATABASE_URL where it stands; the kernel takes what is sent."""
    postmaster = _find_postmaster(url)
    stopped = []
    try:
        # Its children after it, so that it starts no more of them.
        for process in (postmaster, *postmaster.children()):
            with suppress(psutil.NoSuchProcess):
                process.suspend()
                stopped.append(process)
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()


@contextmanager
def read_only_postgres(url: str) -> Iterator[None]:
    """Have the PostgreSQL of that DATABASE_URL refuse all writes, as one does after a fail-over."""
    _configure(url, "alter system set default_transaction_read_only = on")
    try:
        wait_until(lambda: _is_read_only(url))
        yield
    finally:
        _configure(url, "alter system reset default_transaction_read_only")


def _configure(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)
        connection.execute("select pg_reload_conf()")


def _is_read_only(url: str) -> bool:
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        return connection.info.parameter_status("default_transaction_read_only") == "on"


def _find_postmaster(url: str) -> psutil.Process:
    port = str(urlsplit(url).port)
    [postmaster] = [
        process for process in psutil.Process().children() if {"-p", port} <= set(process.cmdline())
    ]
    return postmaster


def _wait_until_dead(processes: list[psutil.Process]) -> None:
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            while each.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)


def _answers(url: str) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False


class Relay:
    """Passes connections on to a server, until it is cut; then nobody listens, and all are lost.

    While ``passes`` is clear, it takes what is sent, and passes nothing on. ``edit`` changes what
    the server sends, piece by piece.
    """

    def __init__(self, target_url: str, edit: Callable[[bytes], bytes] = bytes) -> None:
        target = urlsplit(target_url)
        assert target.hostname
        assert target.port
        self._target = (target.hostname, target.port)
        self._edit = edit
        self._pipes: list[socket.socket] = []
        self.passes = threading.Event()
        self.passes.set()
        self._door = socket.create_server((HOST, 0))
        self._port = self._door.getsockname()[1]
        self.url = f"http://{HOST}:{self._port}"
        self._open()

    def cut(self) -> None:
        """Refuse connections, and break those that there are."""
        for each in (self._door, *self._pipes):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._pipes = []

    def mend(self) -> None:
        """Take connections again, at the same address."""
        self._door = socket.create_server((HOST, self._port))
        self._open()

    def _open(self) -> None:
        threading.Thread(target=self._accept, args=[self._door], daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                try:
                    far = socket.create_connection(self._target)
                except OSError:
                    near.close()
                    continue
                self._pipes += [near, far]
                for pump in (
                    (near, far, self.passes, bytes),
                    (far, near, self.passes, self._edit),
                ):
                    threading.Thread(target=_pump, args=pump, daemon=True).start()


def _pump(
    source: socket.socket,
    drain: socket.socket,
    passes: threading.Event,
    edit: Callable[[bytes], bytes],
) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            passes.wait()
            drain.sendall(edit(data))
    with suppress(OSError):
        drain.shutdown(socket.SHUT_RDWR)
    source.close()


@contextmanager
def small_disk(folder: Path, size: str, inodes: int = 1000) -> Iterator[None]:
    """Mount a file system of that size on the folder; RuntimeError where this is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size},nr_inodes={inodes}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        raise RuntimeError(f"no disk of {size}: {mounted.stderr}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def no_bytes_left(disk: Path) -> Iterator[None]:
    """Fill the file system that is mounted there to its last block, for a while."""
    filler = disk / "filler"
    with filler.open("wb") as file, suppress(OSError):  # somebody else may take the last blocks
        room = os.statvfs(disk)
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def no_inodes_left(disk: Path) -> Iterator[None]:
    """Use up the inodes of the file system that is mounted there, for a while."""
    fillers = [disk / f"filler-{number}" for number in range(os.statvfs(disk).f_favail)]
    with suppress(OSError):  # somebody else may take the last one
        for filler in fillers:
            filler.touch()
    try:
        yield
    finally:
        for filler in fillers:
            filler.unlink(missing_ok=True)


def limit_files(process: psutil.Process, size: int) -> None:
    """Let no process of this tree write a file larger than that (EFBIG in place of ENOSPC)."""
    for each in (process, *process.children(recursive=True)):
        each.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))
