"""Rounds of several servers that take turns, and the lines that tell what they cost."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence

from bench.load import Round, Target, run_round
from bench.pictures import Picture
from tests.servers import PeakMemory

HEAD = (
    f"{'':12} {'':11} {'CPU ms':>8} {'(range)':>13} {'times':>6} {'per s':>7}"
    f" {'p50 ms':>7} {'p99 ms':>8} {'p99/p50':>7} {'PSS MB':>6}"
)
Requests = Callable[[Target], Sequence[bytes]]


def print_uploads(
    targets: Sequence[Target], picture: Picture, concurrency: int, rounds: int
) -> None:
    """The lines of one picture."""
    takers = [target for target in targets if picture.content_type not in target.refused_types]

    def build(target: Target) -> Sequence[bytes]:
        return [target.build_upload(picture)] * picture.count

    found = run_rounds(takers, build, concurrency, rounds)
    for target in targets:
        if target not in takers:
            print(f"{picture.label:12} {target.name:11} refuses it")
            continue
        memory = measure_memory(target, build(target), concurrency)
        print_row(picture.label, target.name, found, memory)


def run_rounds(
    targets: Sequence[Target],
    build: Requests,
    concurrency: int,
    rounds: int,
    status: int | None = None,
) -> dict[str, list[Round]]:
    """The rounds of each target without the first, which warms up; each time in another order.

    What a round stored is removed where an upload's own ``status`` was expected.
    """
    results: dict[str, list[Round]] = {target.name: [] for target in targets}
    for _ in range(rounds + 1):
        for target in random.sample(targets, len(targets)):
            results[target.name].append(
                run_round(target, build(target), concurrency, status or target.status)
            )
            if status is None:
                target.clear()
    return {name: found[1:] for name, found in results.items()}


def measure_memory(target: Target, requests: Sequence[bytes], concurrency: int) -> float:
    """Peak PSS of the trees in MB, in a round of its own, since looking costs time."""
    with PeakMemory(*target.processes) as peak:
        run_round(target, requests, concurrency, target.status)
    target.clear()
    return peak.bytes / 1e6


def list_costs(rounds: Sequence[Round]) -> list[float]:
    """CPU milliseconds of a request, round by round."""
    return [each.cpu_seconds / each.count * 1000 for each in rounds]


def print_row(
    label: str, name: str, found: dict[str, list[Round]], memory: float | None = None
) -> None:
    """One line: medians of the rounds, the range of the costs, latencies of all requests.

    ``times`` says how many requests the service answers for the CPU time of one of these.
    """
    rounds, costs = found[name], list_costs(found[name])
    own = list_costs(found.get("service, PG" if name.endswith("PG") else "service", rounds))
    times = statistics.median(cost / base for cost, base in zip(costs, own, strict=True) if base)
    rate = statistics.median(each.count / each.wall_seconds for each in rounds)
    latencies = sorted(second * 1000 for each in rounds for second in each.latencies)
    p50, p99 = (latencies[int(len(latencies) * q)] for q in (0.5, 0.99))
    span = f"({min(costs):.2f}-{max(costs):.2f})"
    print(
        f"{label:12} {name:11} {statistics.median(costs):8.2f} {span:>13} {times:6.2f} {rate:7.1f}"
        f" {p50:7.1f} {p99:8.1f} {p99 / p50:7.1f} {'' if memory is None else f'{memory:6.0f}'}",
        flush=True,
    )
