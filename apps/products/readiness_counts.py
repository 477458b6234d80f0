"""How many of an organization's primary pictures the channels would take; read off one index."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count

from apps.products.models import HeroState, Product
from apps.products.readiness.verdict_bits import decode_verdicts
from apps.products.readiness.verdicts import Verdict

COUNTED_AT_ONCE = 50_000
COUNTS_KEPT_SECONDS = 45
READY = (Verdict.PASSES, Verdict.ADVICE)


@dataclass(frozen=True, slots=True)
class ReadinessCounts:
    """Products in all, in each state, and by each channel that would take their primary picture."""

    total: int = 0
    by_state: Counter[HeroState] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_verdicts: Counter[tuple[HeroState, int]] = field(default_factory=Counter)

    @property
    def are_kept(self) -> bool:
        """Whether they may be of a moment ago."""
        return self.total > COUNTED_AT_ONCE

    def get_percent(self, channel: str) -> int:
        """Of all products, in whole per cents; 100 are all of them."""
        return 100 * self.by_channel[channel] // self.total if self.total else 0


# Of organizations with very many, by the time of this process.
_large_counts: dict[uuid.UUID, tuple[float, ReadinessCounts]] = {}


def count_readiness(owner_id: uuid.UUID) -> ReadinessCounts:
    """What there is of each; of very many products, at most 45 seconds old."""
    counted_at, counts = _large_counts.get(owner_id, (0.0, None))
    if counts is not None and time.monotonic() - counted_at < COUNTS_KEPT_SECONDS:
        return counts
    counts = _count(owner_id)
    if counts.are_kept:
        _large_counts[owner_id] = time.monotonic(), counts
    return counts


def forget_counts(owner_id: uuid.UUID) -> None:
    """Have them counted anew, after another choice of channels."""
    _large_counts.pop(owner_id, None)


def _count(owner_id: uuid.UUID) -> ReadinessCounts:
    found = Product.objects.filter(owner=owner_id).order_by()
    groups = found.values_list("hero_state", "hero_verdicts").annotate(count=Count("*"))
    by_state: Counter[HeroState] = Counter()
    by_channel: Counter[str] = Counter()
    by_verdicts: Counter[tuple[HeroState, int]] = Counter()
    for state, encoded, count in groups:
        by_state[HeroState(state)] += count
        by_verdicts[HeroState(state), encoded] += count
        for channel, verdict in decode_verdicts(encoded).items():
            if verdict in READY:
                by_channel[channel] += count
    return ReadinessCounts(by_state.total(), by_state, by_channel, by_verdicts)
