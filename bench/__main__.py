"""One command, one table: what an upload costs, beside what people would use instead.

Rounds of all servers take turns, so that a noisy moment hits all of them; figures are medians.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
from PIL import Image

from bench.load import Round, Target, build_form, run_round
from bench.rivals import ALL

# What is sent: the side of the square of noise that makes it, and how often per round.
JPEGS = {"200 kB": (525, 400), "2 MB": (1660, 120), "8 MB": (3325, 40)}


def make_jpeg(side: int) -> bytes:
    """A JPEG of noise, which compresses like a detailed photo: 0.72 bytes a pixel."""
    data = io.BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(data, "JPEG", quality=90)
    return data.getvalue()


def run_rounds(
    targets: list[Target], jpeg: bytes, *, concurrency: int, count: int, rounds: int
) -> dict[str, list[Round]]:
    """The rounds of each target, without the first, which warms up."""
    body = build_form(jpeg, "front.jpg", title="Front", is_primary="false")
    results: dict[str, list[Round]] = {target.name: [] for target in targets}
    for _ in range(rounds + 1):
        for target in targets:
            result = run_round(target, body, concurrency=concurrency, count=count)
            results[target.name].append(result)
    return {name: found[1:] for name, found in results.items()}


def get_peak_memory(process: psutil.Process) -> float:
    """Proportional set size of the tree, in MB."""
    tree = [process, *process.children(recursive=True)]
    return sum(member.memory_full_info().pss for member in tree) / 1e6


def print_row(label: str, name: str, rounds: list[Round], count: int, memory: float) -> None:
    """One line of the table."""
    cpu = statistics.median(result.cpu_seconds for result in rounds) / count * 1000
    wall = statistics.median(result.wall_seconds for result in rounds)
    latencies = sorted(second * 1000 for result in rounds for second in result.latencies)
    p50, p95, p99 = (latencies[int(len(latencies) * q)] for q in (0.5, 0.95, 0.99))
    print(
        f"{label:7} {name:10} {cpu:8.2f} {count / wall:9.1f}"
        f" {p50:8.1f} {p95:8.1f} {p99:8.1f} {memory:7.0f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=ALL, default=list(ALL))
    parser.add_argument("--concurrency", type=int, nargs="*", default=[4])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    Path(".data").mkdir(exist_ok=True)
    print(
        f"{'JPEG':7} {'server':10} {'CPU ms':>8} {'uploads/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'PSS MB':>7}"
    )
    with tempfile.TemporaryDirectory(dir=".data") as folder, ExitStack() as stack:
        targets = []
        for name in options.only:
            place = Path(folder, name.replace(" ", "-")).resolve()
            place.mkdir()
            targets.append(stack.enter_context(ALL[name](place)))
        for concurrency in options.concurrency:
            print(f"-- {concurrency} at once")
            for label, (side, count) in JPEGS.items():
                jpeg = make_jpeg(side)
                found = run_rounds(
                    targets, jpeg, concurrency=concurrency, count=count, rounds=options.rounds
                )
                for target in targets:
                    print_row(
                        label,
                        target.name,
                        found[target.name],
                        count,
                        get_peak_memory(target.process),
                    )


if __name__ == "__main__":
    main()
