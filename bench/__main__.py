"""One command, one table: CPU milliseconds per upload, beside a bare sink in the same run."""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from PIL import Image

from bench.load import Round, Target, build_form, run_round
from bench.seeding import seed_service
from tests.servers import run_service
from tests.servers.processes import HOST, accepts_connections, find_free_ports, run_process, wait_until_ready

# What is sent, how large the square of noise is that makes it, and how often per round.
JPEGS = {"200 kB": (525, 400), "2 MB": (1660, 120), "8 MB": (3325, 40)}
ROUNDS = 5
CONCURRENCY = 4


def make_jpeg(side: int) -> bytes:
    """A JPEG of noise, which compresses like a detailed photo: 0.72 bytes a pixel."""
    data = io.BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(data, "JPEG", quality=90)
    return data.getvalue()


@contextmanager
def run_sink(folder: Path) -> Iterator[Target]:
    """The bare sink, on the server that the service runs on."""
    folder.mkdir()
    [port] = find_free_ports(1)
    command = [sys.executable, "-m", "granian", "bench.sink:application", "--interface", "wsgi"]
    command += ["--port", str(port), "--blocking-threads", "64", "--http", "1", "--no-ws"]
    log = folder / "log"
    env = {**os.environ, "SINK_FOLDER": str(folder)}
    with run_process(command, log, folder=Path.cwd(), env=env) as process:
        wait_until_ready(process, log, lambda: accepts_connections(port))
        yield Target("bare sink", f"http://{HOST}:{port}/", psutil.Process(process.pid), {})


@contextmanager
def run_our_service(folder: Path) -> Iterator[Target]:
    """The service on SQLite and local disk, as ``make serve`` starts it."""
    with run_service(folder, {}, migrate=True) as service:
        path, key = seed_service(folder)
        yield Target("service", service.url + path, service.process, {"X-API-Key": key})


def compare(targets: list[Target], jpeg: bytes, count: int) -> dict[str, list[Round]]:
    """Rounds of each target in turn, so that a noisy moment hits all of them."""
    body = build_form(jpeg, "front.jpg", title="Front", is_primary="false")
    rounds: dict[str, list[Round]] = {target.name: [] for target in targets}
    for number in range(ROUNDS + 1):
        for target in targets:
            result = run_round(target, body, concurrency=CONCURRENCY, count=count)
            if number:  # the first warms up
                rounds[target.name].append(result)
    return rounds


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=".data") as folder:
        with run_sink(Path(folder, "sink")) as sink, run_our_service(Path(folder, "ours")) as ours:
            for label, (side, count) in JPEGS.items():
                jpeg = make_jpeg(side)
                for name, rounds in compare([sink, ours], jpeg, count).items():
                    cpu = statistics.median(r.cpu_seconds / count * 1000 for r in rounds)
                    latencies = sorted(sum((r.latencies for r in rounds), []))
                    p50, p99 = (latencies[int(len(latencies) * q)] * 1000 for q in (0.5, 0.99))
                    print(f"{label:8} {len(jpeg):>9} {name:10} {cpu:6.2f} ms CPU  p50 {p50:6.1f}  p99 {p99:6.1f} ms")


if __name__ == "__main__":
    main()
