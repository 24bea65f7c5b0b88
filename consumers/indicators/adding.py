"""How figures stand in their column, and how parts are added up: of the nation, of a region there is one part for each
partition of the journal. Pure.

The column holds indicator -> key -> what is known: of a FLOW the count, of a STOCK [count, level], of a DURATION
[count, total, buckets], without the empty buckets at the end. A part without a row in a window had nothing happen in
it, and its stocks stand as in its newest row before. A locality whose records came late to windows that were final
already is a part of its own (`late`); levels of single parts may be below 0, their sum is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from consumers.indicators.figures import Point, Value, add_buckets, added
from schemas.indicators import IndicatorValue, Kind

Keys = Mapping[str, Any]
_STOCK_LENGTH: Final = 2
_encode: Final = msgspec.json.Encoder().encode


def figures_json(values: Iterable[IndicatorValue]) -> str:
    """The values of a row as the column has them."""
    figures: dict[str, dict[str, object]] = {}
    for each in values:
        known: object = each.count
        if each.level is not None:
            known = (each.count, each.level)
        elif each.total is not None:
            known = (each.count, each.total, _without_end(each.buckets or ()))
        figures.setdefault(each.indicator, {})[each.key] = known
    return _encode(figures).decode()


def _without_end(buckets: tuple[int, ...]) -> tuple[int, ...]:
    end = len(buckets)
    while end and not buckets[end - 1]:
        end -= 1
    return buckets[:end]


class Sums:
    """Values added up by indicator and key."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._found: dict[tuple[str, str], tuple[int, int | None, int | None, list[int]]] = {}

    def add(self, indicator: str, keys: Keys, *, as_one: bool = False, standing: bool = False) -> None:
        """Add what a part has of an indicator. `as_one`: its keys together, under the empty key; `standing`: its levels
        alone, for nothing happened to them in this window."""
        for name, figure in keys.items():
            place = (indicator, "" if as_one else name)
            count, level, total, buckets = self._found.get(place) or (0, None, None, list[int]())
            more = figure if isinstance(figure, int) else figure[0]
            if isinstance(figure, list) and len(figure) == _STOCK_LENGTH:
                level = added(level, figure[1])
            elif isinstance(figure, list):
                total = added(total, figure[1])
                add_buckets(buckets, figure[2])
            self._found[place] = (count if standing else count + more, level, total, buckets)

    def values(self) -> Iterator[Value]:
        """The sums, in order of indicators and keys."""
        for (indicator, key), (count, level, total, buckets) in sorted(self._found.items(), key=lambda each: each[0]):
            yield Value(indicator, key, count, level, total, tuple(buckets))


@dataclass(frozen=True, slots=True)
class PartRow:
    """What one part says of an indicator in one window. `part`: partition and, of late figures, their locality."""

    part: tuple[int, str]
    final: bool
    keys: Keys


def points(  # each is a part of what is known
    indicator: str,
    kind: Kind,
    before: Iterable[PartRow],
    rows: Mapping[datetime, list[PartRow]],
    windows: Iterable[tuple[datetime, datetime]],
    closed: Mapping[tuple[int, str], datetime],
    key: str | None,
    any_key: str,
) -> Iterator[Point]:
    """The points of a series. `before`: the newest rows before the first window; `windows`: where each begins and ends;
    `closed`: up to where no part has anything to add, whether it has rows or not; `key`: as for `questions.series`."""
    standing = {row.part: row.keys for row in before} if kind is Kind.STOCK else {}
    for starts, ends in windows:
        here, sums = rows.get(starts, []), Sums()
        told = {row.part for row in here}
        for part, keys in standing.items():
            if part not in told:
                sums.add(indicator, keys, as_one=key == any_key, standing=True)
        for row in here:
            sums.add(indicator, row.keys, as_one=key == any_key)
            if kind is Kind.STOCK:
                standing[row.part] = row.keys
        final = all(row.final for row in here) and all(
            # What is told late of a locality is a part only where there is something.
            part[1] or moment >= ends
            for part, moment in closed.items()
            if part not in told
        )
        found = list(sums.values())
        if not found and key is not None:
            found = [Value(indicator, "", 0)]
        for each in found:
            level = (each.level or 0) if kind is Kind.STOCK else None
            name = each.key if key is None else ("" if key == any_key else key)
            yield Point(indicator, starts, name, each.count, final, level, each.total, each.buckets)
