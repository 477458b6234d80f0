"""What each channel would say to a picture, and why: measures and rules in, verdicts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil
from typing import Final, NamedTuple

from apps.products.readiness.channel_rules import RULES, Channel, Level, Rule, RuleBook
from apps.products.readiness.measures import Measures

# Of the border strip of a picture on white: the product may touch the frame, and a table top or a
# shadow along one side of it is no background.
BACKGROUND_SHARE: Final = 0.8
# What lies on a plain ground leaves some of it on at least one side.
PLAIN_SHARE: Final = 0.98
_SVG: Final = "SVG"
_LABELS: Final = {"WEBP": "WebP"}
_COLOR_MODELS: Final = {"grey": "grey", "rgb": "RGB", "cmyk": "CMYK", "palette": "a palette"}
_PROFILES: Final = {
    "none": "no profile",
    "srgb": "sRGB",
    "wide": "a wide gamut, such as Adobe RGB or Display P3",
    "cmyk": "print (CMYK)",
    "other": "another profile",
}


class Verdict(StrEnum):
    """What a channel would say."""

    PASSES = "passes"
    ADVICE = "advice"
    REFUSED = "refused"
    NOT_MEASURED = "not_measured"


# The worst first.
SEVERITY: Final = (Verdict.REFUSED, Verdict.NOT_MEASURED, Verdict.ADVICE, Verdict.PASSES)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that a picture breaks, with what was measured and what is asked."""

    level: Level
    sentence: str
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class ChannelVerdict:
    """What one channel would say; the reasons why it would be refused come first."""

    channel: Channel
    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def refusals(self) -> int:
        """For how many reasons it would be refused."""
        return sum(reason.level is Level.MUST for reason in self.reasons)


class _Quantity(NamedTuple):
    """What a rule may be about: its value, None where there is none yet, and how it is printed.

    ``of_pixels``: told by the decoded picture alone.
    ``of_rasters``: a drawing has no such thing.
    """

    read: Callable[[Measures], object]
    show: Callable[[Measures], str]
    of_pixels: bool = False
    of_rasters: bool = False


def judge(
    measures: Measures, today: date, book: RuleBook = RULES, channels: Iterable[str] | None = None
) -> tuple[ChannelVerdict, ...]:
    """The verdict of each channel, or of those named, in the order of the book."""
    wanted = None if channels is None else set(channels)
    return tuple(
        _judge_for(channel, measures, today, book)
        for channel in book.channels
        if wanted is None or channel.id in wanted
    )


def get_worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; of none, that it passes."""
    told = set(verdicts)
    return next((verdict for verdict in SEVERITY if verdict in told), Verdict.PASSES)


def _judge_for(channel: Channel, measures: Measures, today: date, book: RuleBook) -> ChannelVerdict:
    reasons: list[Reason] = []
    awaited: set[Level] = set()
    for rule in book.get_rules(channel):
        level = rule.get_level(today)
        quantity = MEASURES[rule.measure]
        if level is None or not _applies(quantity, measures):
            continue
        value = quantity.read(measures)
        if value is None:
            awaited.add(level)
        elif not rule.allows(value):
            reasons.append(_build_reason(rule, level, quantity.show(measures), today))
    reasons.sort(key=lambda reason: reason.level is Level.SHOULD)
    return ChannelVerdict(
        channel, _conclude({each.level for each in reasons}, awaited), tuple(reasons)
    )


def _conclude(broken: set[Level], awaited: set[Level]) -> Verdict:
    # What is still to be measured cannot mend what breaks a must already.
    if Level.MUST in broken:
        return Verdict.REFUSED
    if Level.MUST in awaited:
        return Verdict.NOT_MEASURED
    if Level.SHOULD in broken:
        return Verdict.ADVICE
    return Verdict.NOT_MEASURED if awaited else Verdict.PASSES


def _applies(quantity: _Quantity, measures: Measures) -> bool:
    if quantity.of_rasters:
        return measures.image_format != _SVG
    # Once the pixels were looked at, what is not told by them never will be.
    is_looked_at = measures.is_unmeasurable or measures.is_blank is not None
    return not (quantity.of_pixels and is_looked_at and quantity.read(measures) is None)


def _build_reason(rule: Rule, level: Level, actual: str, today: date) -> Reason:
    sentence = rule.sentence.format(actual=actual, bound=rule.bound)
    if rule.first_day and today < rule.first_day:
        day = f"{rule.first_day.day} {rule.first_day:%B %Y}"
        sentence = f"{sentence.removesuffix('.')} from {day} on."
    return Reason(level, sentence, rule.source, rule.read)


def _get_sides(measures: Measures) -> tuple[int, int] | None:
    """The shorter and the longer side in pixels."""
    if not measures.width or not measures.height:
        return None
    return min(measures.width, measures.height), max(measures.width, measures.height)


def _compute_from_sides(compute: Callable[[int, int], float]) -> Callable[[Measures], object]:
    def read(measures: Measures) -> float | None:
        sides = _get_sides(measures)
        return None if sides is None else compute(*sides)

    return read


def _get_fill(measures: Measures) -> float | None:
    """In whole hundredths, as it is told."""
    share = 0.0 if measures.is_blank else measures.content_side_share
    return None if share is None else round(share, 2)


def _get_background(measures: Measures) -> str | None:
    if measures.has_transparent_border:
        return "transparent"
    if measures.white_border_share is None or measures.near_white_border_share is None:
        return None
    if measures.white_border_share >= BACKGROUND_SHARE:
        return "white"
    if measures.near_white_border_share >= BACKGROUND_SHARE:
        return "nearly white"
    area = measures.content_area_share
    return "busy" if area is None or area >= PLAIN_SHARE else "plain"


def _print_size(measures: Measures) -> str:
    return f"{measures.width:,} × {measures.height:,} px"  # noqa: RUF001 (the sign)


def _print_share(share: float | None) -> str:
    return f"{100 * (share or 0):.0f} %"


def _print_file_size(measures: Measures) -> str:
    # Rounded up, so that what is too much never reads as the most that is taken.
    return f"{ceil(measures.byte_size / 2**20 * 10) / 10:,} MB"


def _print_background(measures: Measures) -> str:
    if measures.has_transparent_border:
        return "Its edge is transparent"
    white = measures.white_border_share or 0
    near = measures.near_white_border_share or 0
    if near >= BACKGROUND_SHARE:
        return f"{_print_share(white)} of its edge is pure white, the rest nearly"
    return f"{_print_share(white)} of its edge is pure white"


def _print_count(count: int | None, noun: str) -> str:
    return f"{count or 0:,} {noun}{'' if count == 1 else 's'}"


# What rules may be about.
MEASURES: Final = {
    "format": _Quantity(
        lambda m: _LABELS.get(m.image_format, m.image_format),
        lambda m: _LABELS.get(m.image_format, m.image_format),
    ),
    "file_size": _Quantity(lambda m: m.byte_size, _print_file_size),
    "frames": _Quantity(lambda m: m.frame_count, lambda m: _print_count(m.frame_count, "frame")),
    "shorter_side": _Quantity(
        _compute_from_sides(lambda shorter, _: shorter), _print_size, of_rasters=True
    ),
    "longer_side": _Quantity(
        _compute_from_sides(lambda _, longer: longer), _print_size, of_rasters=True
    ),
    "pixels": _Quantity(
        _compute_from_sides(lambda shorter, longer: shorter * longer), _print_size, of_rasters=True
    ),
    "aspect": _Quantity(
        _compute_from_sides(lambda shorter, longer: longer / shorter), _print_size, of_rasters=True
    ),
    "sample_bits": _Quantity(
        lambda m: m.bits_per_sample,
        lambda m: _print_count(m.bits_per_sample, "bit"),
        of_rasters=True,
    ),
    "color_model": _Quantity(
        lambda m: m.color_model,
        lambda m: _COLOR_MODELS.get(m.color_model or "", "unknown"),
        of_rasters=True,
    ),
    "color_profile": _Quantity(
        lambda m: m.color_profile,
        lambda m: _PROFILES.get(m.color_profile or "", "another profile"),
        of_rasters=True,
    ),
    "decodable": _Quantity(lambda m: not m.is_unmeasurable, lambda m: ""),
    "fill": _Quantity(_get_fill, lambda m: _print_share(_get_fill(m)), of_pixels=True),
    "background": _Quantity(_get_background, _print_background, of_pixels=True),
}
