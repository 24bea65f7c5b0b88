"""What an answer about indicators is made of: subjects, values, points, and the medians that buckets give.

Pure. `quantile` here and the SQL function of that name (docs/indicators-tables.md) say the same.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from schemas.errors import OrynError
from schemas.indicators import INDICATORS, Indicator, Kind, Level
from schemas.instants import Instant

MEDIAN, HIGH = 0.5, 0.9


class NoIndicator(OrynError):
    """There is no indicator of that name, or a question does not fit it."""


class Scope(Struct, frozen=True):
    """What figures are about. `subject`: nothing, region, locality, organisation or queue; `locality`: of the last
    two."""

    level: Level
    subject: str = ""
    locality: str | None = None

    @property
    def stored_locality(self) -> str:
        """The locality as rows have it."""
        if self.level is Level.LOCALITY:
            return self.subject
        return self.locality or ""


NATION = Scope(Level.NATION)


class Value(Struct, frozen=True, omit_defaults=True):
    """One indicator of one subject, its parts added up. `level` of a STOCK, `total` and `buckets` of a DURATION."""

    indicator: str
    key: str
    count: int
    level: int | None = None
    total: int | None = None
    buckets: tuple[int, ...] = ()


class Figures(Struct, frozen=True):
    """How a subject is now. `until`: up to where its figures go, none where nothing is known; `all_until`: up to where
    the part goes that is furthest behind; `day`: the local day that goes on; `levels`: of all stocks that are not 0;
    `flows`: what happened on that day, durations too."""

    scope: Scope
    until: Instant | None
    all_until: Instant | None
    day: datetime.date | None
    levels: tuple[Value, ...] = ()
    flows: tuple[Value, ...] = ()

    def level(self, indicator: str, key: str | None = None) -> int:
        """How many there are: of one key, or of all together."""
        return sum(each.level or 0 for each in self.levels if each.indicator == indicator and key in (None, each.key))

    def count(self, indicator: str, key: str | None = None) -> int:
        """How often it happened on the day: of one key, or of all together."""
        return sum(each.count for each in self.flows if each.indicator == indicator and key in (None, each.key))


class Point(Struct, frozen=True, omit_defaults=True):
    """One indicator in one window. `starts`: local time, without a zone; `final`: nothing can change it any more."""

    indicator: str
    starts: datetime.datetime
    key: str
    count: int
    final: bool
    level: int | None = None
    total: int | None = None
    buckets: tuple[int, ...] = ()


class Child(Struct, frozen=True):
    """A subject of the level below in one window. `values`: what was asked for and is there."""

    scope: Scope
    values: tuple[Value, ...]
    final: bool
    until: Instant

    def value(self, indicator: str, key: str | None = None) -> Value:
        """One of its values: of one key, or of all together; with count 0 where nothing is there."""
        return summed(
            indicator, (each for each in self.values if each.indicator == indicator and key in (None, each.key))
        )


class Duration(Struct, frozen=True):
    """How long something took, in minutes: of `count` that ended. `beyond`: a quantile lies above the last bound, so
    it is at least that much."""

    count: int
    mean: float
    median: float
    high: float
    beyond: bool = False


class Lengths(Protocol):
    """A value or a point of a DURATION."""

    @property
    def indicator(self) -> str:
        """Its name."""

    @property
    def count(self) -> int:
        """How many ended."""

    @property
    def total(self) -> int | None:
        """Their sum in minutes."""

    @property
    def buckets(self) -> tuple[int, ...]:
        """How many of each length."""


def duration(of: Lengths) -> Duration | None:
    """Mean, median and 90th percentile; none where nothing ended. Raises: NoIndicator for what is no duration."""
    bounds = known(of.indicator, Kind.DURATION).bounds
    if not of.count or not of.buckets:
        return None
    median, high = (quantile(of.buckets, bounds, part) for part in (MEDIAN, HIGH))
    return Duration(of.count, (of.total or 0) / of.count, median, high, beyond=high >= bounds[-1])


def quantile(buckets: Sequence[int], bounds: Sequence[int], part: float) -> float:
    """The length below which `part` of what was counted lies, taken as evenly spread within each bucket.

    In the last bucket, which has no end, it is that one's beginning: at least so much. `buckets`: not all 0.
    """
    wanted, before = part * sum(buckets), 0
    for place, here in enumerate(buckets):
        if here and before + here >= wanted:
            if place == len(bounds):
                return float(bounds[-1])
            low = bounds[place - 1] if place else 0
            return low + (bounds[place] - low) * (wanted - before) / here
        before += here
    raise ValueError("nothing was counted")


def known(indicator: str, *kinds: Kind) -> Indicator:
    """What the contract says of an indicator. Raises: NoIndicator when there is none, or it is of another kind."""
    found = INDICATORS.get(indicator)
    if found is None:
        raise NoIndicator(f"{indicator!r} is no indicator; there are {', '.join(INDICATORS)}")
    if kinds and found.kind not in kinds:
        raise NoIndicator(f"{indicator} is a {found.kind}, not a {' or '.join(kinds)}")
    return found


def summed(indicator: str, values: Iterable[Value]) -> Value:
    """Values of one indicator as one, whatever their keys; its key is empty."""
    count, level, total, buckets = 0, None, None, list[int]()
    for each in values:
        count += each.count
        level = added(level, each.level)
        total = added(total, each.total)
        add_buckets(buckets, each.buckets)
    return Value(indicator, "", count, level, total, tuple(buckets))


def added(one: int | None, other: int | None) -> int | None:
    """The sum of what is there."""
    return one if other is None else other + (one or 0)


def add_buckets(to: list[int], more: Sequence[int]) -> None:
    """Add counts to counts, bucket by bucket."""
    to.extend([0] * (len(more) - len(to)))
    for place, each in enumerate(more):
        to[place] += each
