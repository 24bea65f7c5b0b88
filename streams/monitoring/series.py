"""The figures of one subject: cells of its local calendar, and the rows of the windows that they make.

Owns which windows there are, when they are final, and what stands in a row. Hours and days are numbers of the local
calendar (hours and days since 1970-01-01 local time), so that a zone's change of offset is no special case: the hour
that it repeats is one hour of the calendar. Pure: no clock, no I/O.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct, field

from schemas.indicators import INDICATORS, IndicatorRow, IndicatorValue, Kind, Level, Window, row_id
from schemas.instants import Instant
from schemas.zones import day_to_date

DAY_HOURS = 24
WEEK_DAYS = 7
# 1970-01-01 was a Thursday: so many days of its week were before it.
EPOCH_WEEKDAY = 3
STARTS_CACHED_MAX = 8_192
# Between an indicator's name and its key. Sorts before every letter of a name, and no name holds it.
SEPARATOR = " "

STOCKS = frozenset(name for name, each in INDICATORS.items() if each.kind is Kind.STOCK)


class Cell(Struct, gc=False):
    """What happened in an hour or a day: name and key -> count; of durations [count, minutes, buckets ...]."""

    counts: dict[str, int] = field(default_factory=dict)
    lengths: dict[str, list[int]] = field(default_factory=dict)

    def add(self, other: "Cell") -> None:
        """Take in what another cell has."""
        counts = self.counts
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) + count
        for name, figures in other.lengths.items():
            known = self.lengths.get(name)
            if known is None:
                self.lengths[name] = figures.copy()
            else:
                for index, figure in enumerate(figures):
                    known[index] += figure


class Series(Struct, eq=False):
    """The figures of one subject as far as they can change or are needed for windows that can."""

    level: Level
    subject: str
    locality: str | None
    # Windows by hours too, not only by days.
    hourly: bool
    # All hours before this one are final.
    closed: int
    hours: dict[int, Cell] = field(default_factory=dict)
    days: dict[int, Cell] = field(default_factory=dict)
    # Name and key of each stock that is not 0 -> how many there are now.
    levels: dict[str, int] = field(default_factory=dict)
    # Of the record that last changed something.
    through: int = 0
    until: int = 0

    def cells_at(self, hour: int) -> tuple[Cell, ...]:
        """Where what happens in this hour is counted."""
        assert hour >= self.closed, "a final figure never changes"
        day = hour // DAY_HOURS
        cell = self.days.get(day)
        if cell is None:
            cell = self.days[day] = Cell()
        if not self.hourly:
            return (cell,)
        own = self.hours.get(hour)
        if own is None:
            own = self.hours[hour] = Cell()
        return (own, cell)

    def close(self, bound: int, partition: int, through: int, until: int) -> Iterator[IndicatorRow]:
        """Make all windows final that end before or with the beginning of this hour; their rows."""
        if bound <= self.closed:
            return
        # Windows that go on have not changed by it, and must not say so.
        changed = self.through, self.until
        self.through, self.until = through, until
        if self.hourly:
            yield from self._close_hours(bound, partition)
        first, last = self.closed // DAY_HOURS, bound // DAY_HOURS
        self.closed = bound
        if last > first:
            yield from self._close_days(first, last, partition)
        self.through, self.until = changed

    def _close_hours(self, bound: int, partition: int) -> Iterator[IndicatorRow]:
        hour = self.closed
        while hour < bound and self.hours:
            # With nothing in the last 24 hours there is nothing to tell: on to the next hour that has something.
            hour = max(hour, min(self.hours))
            if hour >= bound:
                break
            yield from self._hour_rows(hour, partition, final=True)
            self.hours.pop(hour - DAY_HOURS + 1, None)
            hour += 1

    def _close_days(self, first: int, last: int, partition: int) -> Iterator[IndicatorRow]:
        day = first
        while day < last and self.days:
            day = max(day, min(self.days))
            if day >= last:
                break
            yield from self._day_rows(day, partition, final=True)
            if _week_of(day + 1) > _week_of(day):
                yield from self._week_rows(_week_of(day), partition, final=True)
            self.days.pop(day - WEEK_DAYS + 1, None)
            day += 1

    def open_rows(self, partition: int) -> Iterator[IndicatorRow]:
        """The rows of all windows that have begun and are not final, as far as there is something in them."""
        if self.hours:
            for hour in range(max(self.closed, min(self.hours)), max(self.hours) + 1):
                yield from self._hour_rows(hour, partition, final=False)
        if self.days:
            first = self.closed // DAY_HOURS
            for day in range(max(first, min(self.days)), max(self.days) + 1):
                yield from self._day_rows(day, partition, final=False)
            # A week may go on although all days with something in it have ended.
            for week in sorted({_week_of(day) for day in self.days}):
                if week >= _week_of(first):
                    yield from self._week_rows(week, partition, final=False)

    def _hour_rows(self, hour: int, partition: int, *, final: bool) -> Iterator[IndicatorRow]:
        later = [cell for each, cell in self.hours.items() if each > hour]
        own = self.hours.get(hour)
        if own is not None:
            yield self._row(Window.HOUR, hour, own, later, partition, final)
        first = hour - DAY_HOURS + 1
        within = [cell for each, cell in self.hours.items() if first <= each <= hour]
        if within:
            yield self._row(Window.LAST_24_HOURS, first, _sum(within), later, partition, final)

    def _day_rows(self, day: int, partition: int, *, final: bool) -> Iterator[IndicatorRow]:
        later = [cell for each, cell in self.days.items() if each > day]
        own = self.days.get(day)
        if own is not None:
            yield self._row(Window.DAY, day * DAY_HOURS, own, later, partition, final)
        if self.hourly:
            first = day - WEEK_DAYS + 1
            within = [cell for each, cell in self.days.items() if first <= each <= day]
            if within:
                yield self._row(Window.LAST_7_DAYS, first * DAY_HOURS, _sum(within), later, partition, final)

    def _week_rows(self, week: int, partition: int, *, final: bool) -> Iterator[IndicatorRow]:
        within = [cell for each, cell in self.days.items() if _week_of(each) == week]
        if within:
            later = [cell for each, cell in self.days.items() if _week_of(each) > week]
            first = week * WEEK_DAYS - EPOCH_WEEKDAY
            yield self._row(Window.WEEK, first * DAY_HOURS, _sum(within), later, partition, final)

    def _row(
        self, window: Window, first: int, cell: Cell, later: Iterable[Cell], partition: int, final: bool
    ) -> IndicatorRow:
        starts = _starts(first)
        return IndicatorRow(
            id=row_id(self.level, self.subject, self.locality, window, starts, partition),
            level=self.level,
            subject=self.subject,
            window=window,
            starts=starts,
            partition=partition,
            through=self.through,
            until=Instant(self.until),
            final=final,
            values=self._values(cell, later),
            locality=self.locality,
        )

    def _values(self, cell: Cell, later: Iterable[Cell]) -> tuple[IndicatorValue, ...]:
        levels = self.levels
        for each in later:
            moved = {name: count for name, count in each.counts.items() if count and is_stock(name)}
            if moved:
                levels = levels | {name: levels.get(name, 0) - count for name, count in moved.items()}
        found = []
        counts = cell.counts
        for name in sorted({*counts, *cell.lengths, *levels}):
            indicator, _, key = name.partition(SEPARATOR)
            figures = cell.lengths.get(name)
            if figures is not None:
                found.append(IndicatorValue(indicator, key, figures[0], figures[1], tuple(figures[2:])))
            elif indicator in STOCKS:
                count, level = counts.get(name, 0), levels.get(name, 0)
                if count or level:
                    found.append(IndicatorValue(indicator, key, count, level=level))
            else:
                found.append(IndicatorValue(indicator, key, counts[name]))
        return tuple(found)


def is_stock(name: str) -> bool:
    """Whether a name with its key is a stock's."""
    return name.partition(SEPARATOR)[0] in STOCKS


def _week_of(day: int) -> int:
    return (day + EPOCH_WEEKDAY) // WEEK_DAYS


def _sum(cells: Iterable[Cell]) -> Cell:
    total = Cell()
    for cell in cells:
        total.add(cell)
    return total


@lru_cache(STARTS_CACHED_MAX)
def _starts(hour: int) -> str:
    day, rest = divmod(hour, DAY_HOURS)
    return f"{day_to_date(day).isoformat()}T{rest:02}:00"
