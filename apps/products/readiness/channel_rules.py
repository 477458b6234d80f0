"""What sales channels ask of a picture, as `channel_rules.toml` says it."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

RULES_FILE: Final = Path(__file__).with_name("channel_rules.toml")
_TEXTS: Final = ("channel", "measure", "sentence", "source", "read")
_BOUNDS: Final = ("at_least", "at_most", "one_of")
_READ: Final = re.compile(r"2[0-9]{3}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?")


class Level(StrEnum):
    """Whether a channel refuses a picture for it, or shows it worse."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True)
class Channel:
    """Where products are sold; ``look`` is what a program cannot see, for people."""

    id: str
    name: str
    full_name: str
    look: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a channel asks; ``read`` is the month or day when its source was read.

    Holds from the first day to the last, both included; before, a ``must`` is advice.
    """

    channel: str
    level: Level
    measure: str
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[object, ...] | None = None
    sentence: str
    source: str
    read: str
    first_day: date | None = None
    last_day: date | None = None

    def allows(self, value: Any) -> bool:
        """Whether what was measured is within the bound."""
        if self.one_of is not None:
            return value in self.one_of
        if self.at_least is not None:
            return bool(value >= self.at_least)
        return bool(value <= self.at_most)

    def get_level(self, today: date) -> Level | None:
        """What it is worth on that day; None where it is over."""
        if self.last_day and today > self.last_day:
            return None
        return Level.SHOULD if self.first_day and today < self.first_day else self.level

    @property
    def asked(self) -> str:
        """What is asked of every picture, whatever was measured of one."""
        return self.sentence.removeprefix("{actual}; ").format(actual="…", bound=self.bound)

    @property
    def bound(self) -> str:
        """The bound as sentences print it."""
        limit = self.at_most if self.at_least is None else self.at_least
        return "" if limit is None else f"{limit:,}"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The channels in their order, the rules of each in theirs, and what tells both from others."""

    channels: tuple[Channel, ...]
    rules: tuple[Rule, ...]
    checksum: int

    def get_rules(self, channel: Channel) -> list[Rule]:
        """The channel's rules, the musts first."""
        own = (rule for rule in self.rules if rule.channel == channel.id)
        return sorted(own, key=lambda rule: rule.level is Level.SHOULD)

    def get_version(self, today: date) -> int:
        """Another number where the same measures may get another verdict; fits 31 bits."""
        turns = sorted(
            day.toordinal() + is_last
            for rule in self.rules
            for is_last, day in enumerate((rule.first_day, rule.last_day))
            if day is not None
        )
        passed = [turn for turn in turns if turn <= today.toordinal()]
        return zlib.crc32(repr(passed).encode(), self.checksum) >> 1


def read_rules(text: str) -> RuleBook:
    """The channels and rules of a file like ours; raises ValueError naming what is amiss."""
    tables = tomllib.loads(text)
    channels = tuple(
        Channel(table["id"], table["name"], table["full_name"], tuple(table["look"]))
        for table in tables["channel"]
    )
    ids = {channel.id for channel in channels}
    rules = tuple(_build_rule(table, ids) for table in tables["rule"])
    return RuleBook(channels, rules, zlib.crc32(text.encode()))


def _build_rule(table: Mapping[str, Any], channels: set[str]) -> Rule:
    missing = [name for name in _TEXTS if not str(table.get(name, "")).strip()]
    if missing:
        raise ValueError(f"A rule has no {missing[0]}: {dict(table)}")
    if table["channel"] not in channels:
        raise ValueError(f"There is no channel of that name: {dict(table)}")
    if not _READ.fullmatch(str(table["read"])):
        raise ValueError(f"Not a month or a day on which it was read: {dict(table)}")
    if sum(name in table for name in _BOUNDS) != 1:
        raise ValueError(f"A rule has one bound: {dict(table)}")
    return Rule(
        channel=table["channel"],
        level=Level(table["level"]),
        measure=table["measure"],
        at_least=table.get("at_least"),
        at_most=table.get("at_most"),
        one_of=tuple(table["one_of"]) if "one_of" in table else None,
        sentence=table["sentence"],
        source=table["source"],
        read=str(table["read"]),
        first_day=table.get("from"),
        last_day=table.get("until"),
    )


RULES: Final = read_rules(RULES_FILE.read_text(encoding="utf-8"))
