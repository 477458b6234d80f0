"""A load generator that is not the bottleneck: raw sockets, one thread each, bodies made once."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.pictures import BOUNDARY, Picture

RECEIVE_BYTES = 65_536
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Target:
    """A server to send to: its address, its process trees, its files, what goes before a body.

    ``refused_types`` are those of pictures that it is known not to take; it answers an upload with
    ``status``. With ``method`` PUT it takes the picture alone, without a form.
    """

    name: str
    url: str
    processes: tuple[psutil.Process, ...]
    media: Path
    headers: dict[str, str]
    refused_types: tuple[str, ...] = ()
    status: int = 201
    method: str = "POST"

    def clear(self) -> None:
        """Remove what it stored, so that nobody pays for the memory that others' files fill."""
        for path in self.media.rglob("*"):
            if path.is_file() and ".sqlite3" not in path.name and path.name != "log":
                path.unlink(missing_ok=True)

    def get_cpu_seconds(self) -> float:
        """User and system time of its whole trees."""
        trees = [each for p in self.processes for each in (p, *p.children(recursive=True))]
        return sum(sum(p.cpu_times()[:2]) for p in trees)

    def build_upload(self, picture: Picture) -> bytes:
        """The bytes of the request that uploads the picture."""
        if self.method == "PUT":
            return self.build_request("PUT", picture.data)
        return self.build_request("POST", picture.build_form(), {"Content-Type": FORM})

    def build_request(
        self, method: str, body: bytes = b"", headers: dict[str, str] | None = None, path: str = ""
    ) -> bytes:
        """The bytes of a request, to the target's own path where no other is given."""
        parts = urlsplit(self.url)
        own_path = f"{parts.path}?{parts.query}".rstrip("?")
        head = {"Host": parts.netloc, "Content-Length": str(len(body)), **self.headers}
        fields = [f"{name}: {value}" for name, value in {**head, **(headers or {})}.items()]
        lines = [f"{method} {path or own_path} HTTP/1.1", *fields, "", ""]
        return "\r\n".join(lines).encode() + body


@dataclass(frozen=True)
class Round:
    """What one round cost: CPU seconds of the trees, wall seconds, each request's in order."""

    count: int
    cpu_seconds: float
    wall_seconds: float
    latencies: list[float]


def run_round(target: Target, requests: Sequence[bytes], concurrency: int, status: int) -> Round:
    """Send the requests over so many kept-alive connections.

    Raises RuntimeError when an answer has another status.
    """
    shares = [requests[n::concurrency] for n in range(concurrency)]
    cpu, wall = target.get_cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        latencies = list(pool.map(lambda share: _send(target, share, status), shares))
    return Round(
        count=len(requests),
        cpu_seconds=target.get_cpu_seconds() - cpu,
        wall_seconds=time.perf_counter() - wall,
        latencies=sorted(chain.from_iterable(latencies)),
    )


def run_refusals(target: Target, body: bytes, *, count: int, waits: bool) -> float:
    """CPU seconds of ``count`` uploads that are answered 404; a client that ``waits`` sends no body.

    Each has a connection of its own; what the server still reads after its answer is counted.
    """
    headers = {"Content-Type": FORM, "Content-Length": str(len(body))}
    if waits:
        headers["Expect"] = "100-continue"
    request = target.build_request("POST", headers=headers) + (b"" if waits else body)
    cpu = target.get_cpu_seconds()
    for _ in range(count):
        _send(target, [request], 404)
    time.sleep(0.3)
    return target.get_cpu_seconds() - cpu


def _send(target: Target, requests: Sequence[bytes], status: int) -> list[float]:
    parts = urlsplit(target.url)
    latencies = []
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
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
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    ]
    left = sum(lengths) - len(rest)  # none where nothing follows a head, as after 204
    while left > 0:
        left -= len(connection.recv(RECEIVE_BYTES))
