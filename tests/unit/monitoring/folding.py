"""Folds journals into rows without a broker, and reads rows as a store would: for the tests of the monitoring."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from schemas.indicators import IndicatorRow, IndicatorValue, Level, Window
from schemas.journal import Record
from streams.monitoring.partition import Partition
from tests.unit.verification.seasons import Season

Rows = dict[str, IndicatorRow]
STEPS = 400


@cache
def season(seed: int, locality: str = "710000000", start: str = "2021-06-07T09:00:00+06:00") -> Season:
    """A lively locality over some months. Shared between tests: only look at it."""
    found = Season(seed, locality, start)
    found.run(STEPS)
    return found


def keep(rows: Rows, more: Iterable[IndicatorRow]) -> None:
    """Of several rows with one id keep the one that goes furthest, as readers do."""
    for row in more:
        known = rows.get(row.id)
        if known is None or row.through >= known.through:
            rows[row.id] = row


def take(partition: Partition, rows: Rows) -> None:
    """Keep all rows that there are to be taken."""
    keep(rows, partition.take_final())
    keep(rows, partition.take_changed())


def fold(records: Sequence[Record], every: int = 50, partition: int = 0) -> Rows:
    """The rows of a partition that holds these records, taken after every so many."""
    figures, rows = Partition(partition), Rows()
    for offset, record in enumerate(records):
        figures.fold(record, offset)
        if offset % every == 0:
            take(figures, rows)
    take(figures, rows)
    return rows


@cache
def folded(seed: int, locality: str = "710000000", start: str = "2021-06-07T09:00:00+06:00") -> Rows:
    """The rows of a locality that is alone. Shared between tests: only look at them."""
    return fold(season(seed, locality, start).records)


def of(rows: Rows, level: Level, window: Window, subject: str | None = None) -> list[IndicatorRow]:
    """The rows of a level and a window, by their starts."""
    found = [each for each in rows.values() if each.level is level and each.window is window]
    return sorted((each for each in found if subject in (None, each.subject)), key=lambda row: row.starts)


def value(row: IndicatorRow, indicator: str, key: str = "") -> IndicatorValue:
    """An indicator of a row; zeros where it says nothing."""
    for each in row.values:
        if (each.indicator, each.key) == (indicator, key):
            return each
    return IndicatorValue(indicator, key, 0)


def levels(rows: Rows, level: Level, subject: str) -> dict[tuple[str, str], int]:
    """The stocks of a subject as its newest rows have them, added up over its parts."""
    newest: dict[tuple[int, str | None], IndicatorRow] = {}
    for row in of(rows, level, Window.DAY, subject):
        newest[row.partition, row.locality] = row
    total: Counter[tuple[str, str]] = Counter()
    for row in newest.values():
        for each in row.values:
            if each.level:
                total[each.indicator, each.key] += each.level
    return {name: count for name, count in total.items() if count}


def flows(rows: Rows, level: Level, window: Window, *, final: bool) -> dict[tuple[str, str, str, str], tuple[int, ...]]:
    """(subject, starts, indicator, key) -> counts, minutes and buckets, added up over all parts and localities."""
    total: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for row in of(rows, level, window):
        if final and not row.final:
            continue
        for each in row.values:
            figures = [each.count, each.total or 0, *(each.buckets or ())]
            known = total[row.subject, row.starts, each.indicator, each.key]
            known += [0] * (len(figures) - len(known))
            for index, figure in enumerate(figures):
                known[index] += figure
    return {name: tuple(figures) for name, figures in total.items() if any(figures)}
