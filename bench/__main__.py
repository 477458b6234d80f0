"""What an upload costs: beside its rivals, in a crowd, on S3, and where it is refused.

Rounds of all servers take turns, so that a noisy moment hits all of them; figures are medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.load import Round, Target, run_refusals, run_round
from bench.pictures import Picture, make_jpeg, make_pictures
from bench.rivals import ALL, run_ours
from tests.servers import PeakMemory
from tests.servers.processes import find_free_ports
from tests.servers.stack import run_stack

HEAD = f"{'':12} {'':10} {'CPU ms':>8} {'uploads/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'PSS MB':>7}"


def print_uploads(folder: Path, options: argparse.Namespace) -> None:
    """Each picture to each server, so many at once."""
    with ExitStack() as stack:
        targets = []
        for name in options.only:
            place = folder / name.replace(" ", "-")
            place.mkdir()
            targets.append(stack.enter_context(ALL[name](place)))
        for concurrency in options.concurrency:
            print(f"\n{concurrency} at once\n{HEAD}")
            for picture in make_pictures():
                print_rows(targets, picture, concurrency, options.rounds)


def print_growth(folder: Path, options: argparse.Namespace) -> None:
    """The same upload into an empty database and into full ones."""
    crowds = {"empty": (0, 0), "10k images": (10_000, 0), "100k, 1M": (100_000, 1_000_000)}
    with ExitStack() as stack:
        targets = []
        for name, (images, products) in crowds.items():
            place = folder / name.replace(" ", "-")
            world = run_ours(place, name, images=images, products=products)
            targets.append(stack.enter_context(world))
        picture = make_jpeg("JPEG 200 kB", 525, 240)
        print(f"\nInto a crowd of images of the product, and of products\n{HEAD}")
        print_rows(targets, picture, 4, 3 * options.rounds)


def print_s3_share(folder: Path, _options: argparse.Namespace) -> None:
    """A save beside a bare ``put_object``."""
    [port] = find_free_ports(1)
    with run_stack(folder / "s3-share", port, 1) as stack:
        print(f"\nOn S3\n{'':8} {'put':>8} {'save':>8} {'ratio':>6}", flush=True)
        env = {**os.environ, **stack.env}
        subprocess.run([sys.executable, "-m", "bench.s3_share"], env=env, check=True)


def print_refusals(folder: Path, options: argparse.Namespace) -> None:
    """A refused upload of 19 MB beside an accepted one of 8 MB."""
    accepted, refused = make_jpeg("8 MB", 3325, 24), make_jpeg("19 MB", 5120, 16)
    rows: dict[str, list[float]] = {"accepted, 8 MB": [], "refused, 19 MB": [], "it waits": []}
    with run_ours(folder / "refusals") as target:
        elsewhere = replace(target, url=target.url.replace("12345678905", "00000000000017"))
        bodies = accepted.build_form(), refused.build_form()
        for _ in range(options.rounds + 1):
            cost = run_round(target, bodies[0], concurrency=1, count=accepted.count).cpu_seconds
            target.clear()
            rows["accepted, 8 MB"].append(cost / accepted.count * 1000)
            for name, waits in (("refused, 19 MB", False), ("it waits", True)):
                cost = run_refusals(elsewhere, bodies[1], count=refused.count, waits=waits)
                rows[name].append(cost / refused.count * 1000)
    base = statistics.median(rows["accepted, 8 MB"][1:])
    print(f"\nRefused before the body is read\n{'':16} {'CPU ms':>8} {'ratio':>6}")
    for name, costs in rows.items():
        cost = statistics.median(costs[1:])
        print(f"{name:16} {cost:8.2f} {cost / base:6.2f}")


def print_rows(targets: list[Target], picture: Picture, concurrency: int, rounds: int) -> None:
    """The lines of one picture."""
    takers = [target for target in targets if picture.content_type not in target.refused_types]
    found = run_rounds(takers, picture, concurrency, rounds)
    for target in targets:
        if target in takers:
            memory = get_peak_memory(target, picture, concurrency)
            print_row(picture, target, found[target.name], memory)
        else:
            print(f"{picture.label:12} {target.name:10} refuses it")


def run_rounds(
    targets: list[Target], picture: Picture, concurrency: int, rounds: int
) -> dict[str, list[Round]]:
    """The rounds of each target without the first, which warms up."""
    body = picture.build_form()
    results: dict[str, list[Round]] = {target.name: [] for target in targets}
    for _ in range(rounds + 1):
        for target in targets:
            result = run_round(target, body, concurrency=concurrency, count=picture.count)
            target.clear()
            results[target.name].append(result)
    return {name: found[1:] for name, found in results.items()}


def get_peak_memory(target: Target, picture: Picture, concurrency: int) -> float:
    """Proportional set size of the tree in MB, in a round of its own, since looking costs time."""
    body = picture.build_form()
    with PeakMemory(target.process) as peak:
        run_round(target, body, concurrency=concurrency, count=picture.count)
    target.clear()
    return peak.bytes / 1e6


def print_row(picture: Picture, target: Target, rounds: list[Round], memory: float) -> None:
    """One line of the table."""
    cpu = statistics.median(result.cpu_seconds for result in rounds) / picture.count * 1000
    wall = statistics.median(result.wall_seconds for result in rounds)
    latencies = sorted(second * 1000 for result in rounds for second in result.latencies)
    p50, p95, p99 = (latencies[int(len(latencies) * q)] for q in (0.5, 0.95, 0.99))
    print(
        f"{picture.label:12} {target.name:10} {cpu:8.2f} {picture.count / wall:9.1f}"
        f" {p50:8.1f} {p95:8.1f} {p99:8.1f} {memory:7.0f}",
        flush=True,
    )


TABLES: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "uploads": print_uploads,
    "growth": print_growth,
    "s3": print_s3_share,
    "refusals": print_refusals,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", nargs="*", choices=TABLES, default=list(TABLES))
    parser.add_argument("--only", nargs="*", choices=ALL, default=list(ALL))
    parser.add_argument("--concurrency", type=int, nargs="*", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    Path(".data").mkdir(exist_ok=True)
    for name in options.tables:
        with tempfile.TemporaryDirectory(dir=".data") as folder:
            TABLES[name](Path(folder).resolve(), options)


if __name__ == "__main__":
    main()
