"""Puts what happened where it is counted: the cells of all subjects that it is about. Owns no meaning. Pure."""

from collections.abc import Sequence

from schemas.indicators import INDICATORS
from streams.monitoring.series import SEPARATOR, Cell, Series

MINUTE_MS = 60_000


class Target:
    """One subject's cells at one hour."""

    __slots__ = ("cells", "levels")

    def __init__(self, series: Series, hour: int) -> None:
        """The cells are made if they are not there."""
        self.cells: Sequence[Cell] = series.cells_at(hour)
        self.levels = series.levels


def named(indicator: str, key: str) -> str:
    """The name that cells have for an indicator with its key."""
    return f"{indicator}{SEPARATOR}{key}"


def count(targets: Sequence[Target], name: str, by: int = 1) -> None:
    """It happened, so often."""
    for target in targets:
        for cell in target.cells:
            counts = cell.counts
            counts[name] = counts.get(name, 0) + by


def shift(targets: Sequence[Target], name: str, by: int) -> None:
    """A stock has grown by so much."""
    for target in targets:
        for cell in target.cells:
            counts = cell.counts
            counts[name] = counts.get(name, 0) + by
        levels = target.levels
        level = levels.get(name, 0) + by
        if level:
            levels[name] = level
        else:
            del levels[name]


def last(targets: Sequence[Target], indicator: str, key: str, span_ms: int) -> None:
    """Something has ended that lasted so long: whole minutes, rounded down."""
    minutes = span_ms // MINUTE_MS
    known = INDICATORS[indicator]
    index = 2 + known.bucket(minutes)
    name = named(indicator, key)
    for target in targets:
        for cell in target.cells:
            figures = cell.lengths.get(name)
            if figures is None:
                figures = cell.lengths[name] = [0] * (3 + len(known.bounds))
            figures[0] += 1
            figures[1] += minutes
            figures[index] += 1
