"""A curve as people read it: day by day, as a chart of a few hundred points, and as a table of every change.

Nothing is left out of the table; the chart keeps every step that a person could see. Never asks a source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from consumers.dashboard.evidence.causes import Kind, effects, in_words, own_words
from consumers.dashboard.evidence.curve import Effect, Step
from consumers.dashboard.pages import Chart, Column, Link, Mark, Series, Table
from consumers.dashboard.routes import link
from consumers.dashboard.words import Words
from schemas.instants import Instant

# A chart is drawn some 600 to 1,200 pixels wide. Of each slice the first, lowest, highest and last value are kept.
SLICES: Final = 200
POINTS_MAX: Final = 4 * SLICES
# Records named for a day at most.
RECORDS_SHOWN: Final = 3
# Days of the table beside a chart at most.
DAILY_MAX: Final = 120
SECOND_MS: Final = 1_000
HOUR_MS: Final = 3_600 * SECOND_MS


@dataclass(slots=True)
class Line:
    """One line of a day: what happened, and by how much the number changed (none: an event of its own)."""

    text: str
    delta: int | None = None


@dataclass(slots=True)
class Day:
    """One day of an application: from which number to which, and why."""

    day: date
    before: int | None
    after: int | None
    own: list[Line] = field(default_factory=list)
    others: dict[Kind, Effect] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    count: int = 0


def days_of(steps: Sequence[Step], w: Words, *, full: bool, reasons: bool) -> list[Day]:
    """The steps by local day, the newest day first. `full`: its own reasons are told; `reasons`: others', too."""
    found: list[Day] = []
    for step in steps:
        day = w.local_day(step.at)
        if not found or found[-1].day != day:
            found.append(Day(day, step.before, step.after))
        last = found[-1]
        last.after = step.after
        last.count += 1
        last.own += [Line(text) for text in own_words(step, w, full=full)]
        for kind, effect in effects(step.causes.items(), full=reasons).items():
            sum_ = last.others.setdefault(kind, Effect())
            sum_.count += effect.count
            sum_.delta += effect.delta
        if len(last.records) < RECORDS_SHOWN:
            last.records.append(step.record)
    for each in found:
        each.lines = each.own + [Line(text, delta) for text, delta in in_words(each.others, w)]
    found.reverse()
    return found


def curve_table(steps: Sequence[Step], w: Words, locality: str, *, full: bool, reasons: bool, records: bool) -> Table:
    """Every change, the newest first. `records`: with the journal records."""
    columns = [
        Column("at", w.say("ev-column-at"), "moment"),
        Column("before", w.say("ev-column-before"), "number"),
        Column("after", w.say("ev-column-after"), "number"),
        Column("change", w.say("ev-column-change"), "number"),
        Column("cause", w.say("ev-column-cause")),
    ]
    if records:
        columns.append(Column("record", w.say("ev-column-record"), "number"))
    rows = [_row(step, w, locality, full=full, reasons=reasons, records=records) for step in reversed(steps)]
    return Table(w.say("ev-curve-caption"), columns, rows, w.say("ev-curve-empty"))


def _row(step: Step, w: Words, locality: str, *, full: bool, reasons: bool, records: bool) -> list[object]:
    texts = own_words(step, w, full=full)
    texts += [text for text, _ in in_words(effects(step.causes.items(), full=reasons), w)]
    change = None if step.before is None or step.after is None else step.after - step.before
    row: list[object] = [step.at, step.before, step.after, change, "; ".join(texts)]
    if records:
        row.append(record_link(step.record, w, locality))
    return row


def record_link(record: int, w: Words, locality: str) -> Link:
    """A link to what a record did."""
    return Link(str(record), link(w.language, "record", locality=locality, sequence=record))


def daily_table(days: Sequence[Day], w: Words) -> Table:
    """The number at the end of each day on which it changed, the newest first: the chart in figures."""
    columns = (Column("day", w.say("ev-column-day"), "day"), Column("number", w.say("ev-column-number"), "number"))
    rows = [(each.day, each.after) for each in days[:DAILY_MAX]]
    return Table(w.say("ev-daily-caption"), columns, rows)


def curve_chart(steps: Sequence[Step], days: Sequence[Day], until: Instant, w: Words, *, full: bool) -> Chart:
    """The number over time, small numbers at the top, with marks at what happened to the application itself."""
    points = thinned([(step.at, step.after) for step in steps], [bool(step.own) for step in steps])
    # Up to the last whole hour: a curve that did not move is not sent anew to everybody who watches it.
    end = until - until % HOUR_MS
    if points and points[-1][0] < end:
        points.append((end, points[-1][1]))
    marks = [Mark(step.at / SECOND_MS, "; ".join(own_words(step, w, full=full)), 3) for step in steps if step.own]
    series = Series(w.say("ev-number"), [value for _, value in points], 1)
    return Chart(
        "steps",
        w.say("ev-curve-title"),
        [at / SECOND_MS for at, _ in points],
        [series],
        times=True,
        zone_minutes=w.offset_minutes(until),
        marks=marks,
        down=True,
        table=daily_table(days, w),
    )


Point = tuple[int, int | None]


def thinned(points: Sequence[Point], kept: Sequence[bool]) -> list[Point]:
    """At most POINTS_MAX points and those that are kept in any case, in their order.

    Time is cut into slices; of each the first, the lowest, the highest and the last point stay, so that every peak and
    every step between two slices is there. Points at which the number begins or ends stay, too.
    """
    if len(points) <= POINTS_MAX:
        return list(points)
    begin, end = points[0][0], points[-1][0]
    width = max(1, -(-(end - begin + 1) // SLICES))
    stay: set[int] = {index for index, each in enumerate(kept) if each}
    slices: dict[int, list[int]] = {}
    for index, (at, value) in enumerate(points):
        slices.setdefault((at - begin) // width, []).append(index)
        if index and (value is None) != (points[index - 1][1] is None):
            stay.add(index)
    for indexes in slices.values():
        stay.update((indexes[0], indexes[-1]))
        valued = [(value, index) for index in indexes if (value := points[index][1]) is not None]
        if valued:
            stay.update((min(valued)[1], max(valued)[1]))
    return [points[index] for index in sorted(stay)]
