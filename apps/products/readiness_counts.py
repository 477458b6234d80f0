"""How many of an organization's primary pictures the channels would take; read off one index."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Count

from apps.products import kept_counts
from apps.products.kept_counts import keep_counts
from apps.products.models import HeroState, Product
from apps.products.readiness.verdict_bits import decode_verdicts
from apps.products.readiness.verdicts import Verdict

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
        return self.total > kept_counts.COUNTED_AT_ONCE

    def get_percent(self, channel: str) -> int:
        """Of all products, in whole per cents; 100 are all of them."""
        return 100 * self.by_channel[channel] // self.total if self.total else 0


def count_readiness(owner_id: uuid.UUID) -> ReadinessCounts:
    """What there is of each; of very many products, at most 45 seconds old."""
    return keep_counts(owner_id, partial(_count, owner_id), lambda counts: counts.total)


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
