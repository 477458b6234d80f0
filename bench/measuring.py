"""What uploads lose of their rate while the service measures pictures, at the lowest priority."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from bench.load import Target, run_round
from bench.pictures import Picture

CONCURRENCY = 4
# A service that stood still takes itself for idle at first.
TIMES = 8


def print_measuring(off: Target, on: Target, picture: Picture, rounds: int) -> None:
    """One line: the uploads a second of either, and the median of their ratios, pair by pair.

    One of them stands still while the other works; ``on`` has measured all the while, since more
    comes than it can measure.
    """
    pairs = []
    for number in range(rounds + 1):
        order = random.sample((off, on), 2)
        rates = {}
        for target, other in (order, order[::-1]):
            with _stand_still(other):
                requests = [target.build_upload(picture)] * picture.count * TIMES
                found = run_round(target, requests, CONCURRENCY, 201)
            rates[target.name] = found.count / found.wall_seconds
        if number:
            pairs.append((rates["off"], rates["on"]))
    without, beside = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratios = sorted(on_rate / off_rate for off_rate, on_rate in pairs)
    print(
        f"{picture.label:12} off {without:7.1f}/s  on {beside:7.1f}/s"
        f"  ratio {statistics.median(ratios):.3f} ({ratios[0]:.2f}-{ratios[-1]:.2f})",
        flush=True,
    )


@contextmanager
def _stand_still(target: Target) -> Iterator[None]:
    trees = [each for p in target.processes for each in (p, *p.children(recursive=True))]
    for process in trees:
        process.suspend()
    try:
        yield
    finally:
        for process in trees:
            process.resume()
