"""A load generator that is not the bottleneck: raw sockets, one thread each, bodies made once."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.pictures import BOUNDARY

RECEIVE_BYTES = 65_536


@dataclass(frozen=True)
class Target:
    """A server to send to: its address, its process tree, its files, what goes before a body.

    ``refused_types`` are those of pictures that it is known not to take.
    """

    name: str
    url: str
    process: psutil.Process
    media: Path
    headers: dict[str, str]
    refused_types: tuple[str, ...] = ()

    def clear(self) -> None:
        """Remove what it stored, so that nobody pays for the memory that others' files fill."""
        for path in self.media.rglob("*"):
            if path.is_file() and ".sqlite3" not in path.name and path.name != "log":
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Round:
    """What one round cost: CPU seconds of the tree, wall seconds, and each request's seconds."""

    cpu_seconds: float
    wall_seconds: float
    latencies: list[float]


def run_round(
    target: Target, body: bytes, *, concurrency: int, count: int, status: int = 201
) -> Round:
    """Send the body ``count`` times over ``concurrency`` kept-alive connections.

    Raises RuntimeError when an answer has another status.
    """
    request = _build_head(target, len(body)) + body
    share = [count // concurrency] * concurrency
    cpu, wall = get_cpu_seconds(target.process), time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        latencies = list(pool.map(lambda n: _send(target, request, n, status), share))
    return Round(
        cpu_seconds=get_cpu_seconds(target.process) - cpu,
        wall_seconds=time.perf_counter() - wall,
        latencies=sorted(chain.from_iterable(latencies)),
    )


def run_refusals(target: Target, body: bytes, *, count: int, waits: bool) -> float:
    """CPU seconds of ``count`` uploads that are answered 404; a client that ``waits`` sends no body.

    Each has a connection of its own; what the server still reads after its answer is counted.
    """
    expect = {"Expect": "100-continue"} if waits else {}
    request = _build_head(target, len(body), **expect) + (b"" if waits else body)
    cpu = get_cpu_seconds(target.process)
    for _ in range(count):
        _send(target, request, 1, 404)
    time.sleep(0.3)
    return get_cpu_seconds(target.process) - cpu


def get_cpu_seconds(process: psutil.Process) -> float:
    """User and system time of the whole tree."""
    return sum(sum(p.cpu_times()[:2]) for p in [process, *process.children(recursive=True)])


def _build_head(target: Target, length: int, **more: str) -> bytes:
    parts = urlsplit(target.url)
    headers = {
        "Host": parts.netloc,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(length),
        **target.headers,
        **more,
    }
    lines = [f"POST {parts.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def _send(target: Target, request: bytes, count: int, status: int) -> list[float]:
    parts = urlsplit(target.url)
    latencies = []
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            start = time.perf_counter()
            connection.sendall(request)
            _receive(connection, status)
            latencies.append(time.perf_counter() - start)
    return latencies


def _receive(connection: socket.socket, status: int) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(RECEIVE_BYTES)
    head, _, rest = answer.partition(b"\r\n\r\n")
    if int(head.split(b" ", 2)[1]) != status:
        raise RuntimeError(answer.decode(errors="replace"))
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    left = length - len(rest)
    while left > 0:
        left -= len(connection.recv(RECEIVE_BYTES))
