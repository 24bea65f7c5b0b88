"""How a nation, region or locality went: today hour by hour, the last seven days, the last weeks, and its parts.

Owns which windows pages ask of the indicators. Where the indicators are not there at all, `course` gives none, and the
page says so in words: what holds now is in the registers. Never counts anything itself.
"""

import datetime
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consumers.dashboard.officials.measures import ENOUGH, MEASURES, Measure, Scale, count
from consumers.dashboard.sources import AWAY, Connection, SourceAway, Sources
from consumers.indicators.figures import Child, Figures, Point, Scope, Value
from consumers.indicators.questions import ANY_KEY, begin_of, children, now, series
from schemas.indicators import INDICATORS, Kind, Level, Window
from schemas.instants import Instant

log = logging.getLogger(__name__)

WEEKS: Final = 12
SEVEN_DAYS: Final = 7
# What is drawn by hour and by week.
FLOWS: Final = ("released", "referrals", "enrolled")
# What is compared over the last seven whole days, and what stands now.
SEVEN: Final = tuple(
    sorted({name for each in MEASURES.values() if each.window is Window.LAST_7_DAYS for name in each.indicators})
)
STANDING: Final = tuple(
    sorted({name for each in MEASURES.values() if each.window is not Window.LAST_7_DAYS for name in each.indicators})
)


@dataclass(frozen=True, slots=True)
class Part:
    """A subject below: its values now and today, and those of the last seven whole days."""

    scope: Scope
    today: Sequence[Value]
    seven: Sequence[Value]

    def value(self, measure: Measure) -> float | None:
        """One measure of it, to be compared with others: no median of so few that it says nothing."""
        values = self.seven if measure.window is Window.LAST_7_DAYS else self.today
        if measure.scale is Scale.MINUTES and sum(count(values, name) for name in measure.indicators) < ENOUGH:
            return None
        return measure.value(values)


@dataclass(frozen=True, slots=True)
class Course:
    """What pages tell of a subject. `day`: the local day that goes on; `seven`: the values of the seven whole days
    before it; `hours`, `weeks`: indicator -> points; `waiting_before`: how many waited a week ago, none if unknown."""

    figures: Figures
    day: datetime.date
    until: Instant
    seven: Sequence[Value]
    hours: dict[str, list[Point]]
    weeks: dict[str, list[Point]]
    parts: Sequence[Part]
    waiting_before: int | None
    ratio: Sequence[Point] = ()

    @property
    def first_of_seven(self) -> datetime.date:
        """The first of the seven days."""
        return self.day - datetime.timedelta(days=7)

    @property
    def last_of_seven(self) -> datetime.date:
        """The last of them: yesterday."""
        return self.day - datetime.timedelta(days=1)

    def values(self, measure: Measure) -> Sequence[Value]:
        """The values that a measure is made of."""
        if measure.window is Window.LAST_7_DAYS:
            return self.seven
        return (*self.figures.levels, *self.figures.flows)

    def value(self, measure: Measure) -> float | None:
        """One measure of the subject itself."""
        return measure.value(self.values(measure))


def course(sources: Sources, scope: Scope, *, parts: bool = True) -> Course | None:
    """How it went. None where no indicators are there, or none of this subject. `parts`: also those of the level below.

    Raises: nothing for indicators that are away: that is what None says.
    """
    try:
        with sources.indicators() as connection:
            return _course(connection, scope, parts=parts)
    except (SourceAway, *AWAY) as exc:
        log.warning("the indicators are away", extra={"reason": str(exc)})
        return None


def _course(connection: Connection, scope: Scope, *, parts: bool) -> Course | None:
    figures = now(connection, scope)
    if figures.day is None or figures.until is None:
        return None
    day = figures.day
    below = _parts(connection, scope, day) if parts else []
    week = begin_of(Window.WEEK, datetime.datetime.combine(day, datetime.time()))
    first = week - datetime.timedelta(weeks=WEEKS - 1)
    morning = datetime.datetime.combine(day, datetime.time())
    evening = morning + datetime.timedelta(hours=23)
    weeks = {name: series(connection, scope, name, Window.WEEK, first, week, ANY_KEY) for name in (*FLOWS, "waiting")}
    before = day - datetime.timedelta(days=7)
    waited = series(connection, scope, "waiting", Window.DAY, before, before, ANY_KEY)
    return Course(
        figures=figures,
        day=day,
        until=figures.until,
        seven=[value for part in below for value in part.seven] if parts else _seven(connection, scope, day),
        hours={name: series(connection, scope, name, Window.HOUR, morning, evening, ANY_KEY) for name in FLOWS},
        weeks=weeks,
        parts=below,
        waiting_before=waited[0].level if waited else None,
        ratio=series(connection, scope, "served_while_both_waited", Window.WEEK, first, week),
    )


def _parts(connection: Connection, scope: Scope, day: datetime.date) -> list[Part]:
    """The subjects below. Their flows of today are there as far as they have come to this day."""
    today = children(connection, scope, Window.DAY, day, STANDING)
    first = day - datetime.timedelta(days=SEVEN_DAYS)
    seven: dict[Scope, list[Value]] = {
        each.scope: list(_flows(each)) for each in children(connection, scope, Window.LAST_7_DAYS, first, SEVEN)
    }
    late = {each.scope for each in today if not seven.get(each.scope)}
    if late:
        # Whose own time has not come to the window's last day has no such window yet, or nothing happened there: what
        # there is of its days counts, as it does in the lists.
        for offset in range(SEVEN_DAYS):
            for each in children(connection, scope, Window.DAY, first + datetime.timedelta(days=offset), SEVEN):
                if each.scope in late:
                    seven.setdefault(each.scope, []).extend(_flows(each))
    return [Part(each.scope, each.values, seven.get(each.scope, ())) for each in today]


def _flows(child: Child) -> tuple[Value, ...]:
    return tuple(each for each in child.values if INDICATORS[each.indicator].kind is not Kind.STOCK)


def _seven(connection: Connection, scope: Scope, day: datetime.date) -> list[Value]:
    """The values of the seven whole days before `day`, of a subject without parts to add up."""
    first = day - datetime.timedelta(days=SEVEN_DAYS)
    return [
        Value(each.indicator, each.key, each.count, each.level, each.total, each.buckets)
        for name in (*SEVEN, "stage_time")
        for each in series(connection, scope, name, Window.LAST_7_DAYS, first, first)
    ]


def scope_of(area: str) -> Scope:
    """ "" is the nation, two digits a region, nine a locality."""
    if not area:
        return Scope(Level.NATION)
    return Scope(Level.REGION if len(area) == len("71") else Level.LOCALITY, area)
