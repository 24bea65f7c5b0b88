"""A curve as people read it: day by day, as a chart of a few hundred points, and as a table of every change.

Nothing is left out of the table; the chart keeps every step that a person could see. Never asks a source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from consumers.dashboard.evidence.causes import Kind, causes_words, effects, in_words, own_words
from consumers.dashboard.evidence.curve import Effect, Step
from consumers.dashboard.evidence.thinning import Point
from consumers.dashboard.evidence.timeline import Cause
from consumers.dashboard.pages import Chart, Column, Link, Mark, Series, Table
from consumers.dashboard.routes import link
from consumers.dashboard.words import Words
from schemas.instants import Instant

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


Daily = tuple[date, int | None]


def daily_table(days: Sequence[Daily], w: Words) -> Table:
    """The number at the end of each day on which it changed, the newest first: the chart in figures."""
    columns = (Column("day", w.say("ev-column-day"), "day"), Column("number", w.say("ev-column-number"), "number"))
    return Table(w.say("ev-daily-caption"), columns, days[:DAILY_MAX])


def curve_chart(
    points: Sequence[Point], marks: Sequence[Mark], days: Sequence[Daily], until: Instant, w: Words
) -> Chart:
    """The number over time, small numbers at the top, with marks at what happened to the application itself."""
    drawn = list(points)
    # Up to the last whole hour: a curve that did not move is not sent anew to everybody who watches it.
    end = until - until % HOUR_MS
    if drawn and drawn[-1][0] < end:
        drawn.append((end, drawn[-1][1]))
    series = Series(w.say("ev-number"), [value for _, value in drawn], 1)
    return Chart(
        "steps",
        w.say("ev-curve-title"),
        [at / SECOND_MS for at, _ in drawn],
        [series],
        times=True,
        zone_minutes=w.offset_minutes(until),
        marks=marks,
        down=True,
        table=daily_table(days, w),
    )


def own_mark(at: int, own: Sequence[Cause], w: Words, *, full: bool) -> Mark:
    """What happened to the application itself, on the chart."""
    return Mark(at / SECOND_MS, "; ".join(causes_words(own, w, full=full)), 3)
