"""The verdicts of all channels in one number, three bits for each, for a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from apps.products.readiness.channel_rules import RULES
from apps.products.readiness.verdicts import ChannelVerdict, Verdict

_WIDTH: Final = 3
# None is set while it is not measured. Channels keep their places: a new one comes last.
_BITS: Final = {Verdict.REFUSED: 1, Verdict.ADVICE: 2, Verdict.PASSES: 4}
_PLACES: Final = {channel.id: place for place, channel in enumerate(RULES.channels)}


def get_bit(channel: str, verdict: Verdict) -> int:
    """The one that is set where the channel, by its id, says so; 0 for what is not measured."""
    return _BITS.get(verdict, 0) << _WIDTH * _PLACES[channel]


def encode_verdicts(verdicts: Iterable[ChannelVerdict]) -> int:
    """The number of these verdicts."""
    return sum(get_bit(each.channel.id, each.verdict) for each in verdicts)


def decode_verdicts(encoded: int) -> dict[str, Verdict]:
    """What each channel says, by its id."""
    return {
        channel: next(
            (verdict for verdict in _BITS if encoded & get_bit(channel, verdict)),
            Verdict.NOT_MEASURED,
        )
        for channel in _PLACES
    }
