"""From a course to what a page shows: headlines with their hints and lists, charts, comparisons, what needs attention.

Owns how a figure is told: its unit, since when, provisional or final, and the address of the records behind it. Pure.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from consumers.dashboard.officials.course import FLOWS, Course, Part
from consumers.dashboard.officials.measures import (
    HEADLINE,
    MEASURES,
    WATCHED,
    Measure,
    Scale,
    by_key,
    step,
    steps,
    worst,
)
from consumers.dashboard.pages import Chart, Column, Crumb, Link, Series, Table
from consumers.dashboard.routes import link
from consumers.dashboard.words import Words
from consumers.indicators.figures import Point, Value
from schemas.indicators import IN_TIME, LATE, Window

# The same thing in the same colour on every page: released, referred, enrolled, waiting.
COLOURS: Final[Mapping[str, int]] = {"released": 1, "referrals": 2, "enrolled": 3, "waiting": 4}
FLOW_WORDS: Final[Mapping[str, str]] = {
    "released": "flow-released",
    "referrals": "flow-referred",
    "enrolled": "flow-enrolled",
    "waiting": "flow-waiting",
}
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure in words. `since`: its unit and time; `href`: the records behind it; `more`: where its definition is."""

    name: str
    label: str
    text: str
    hint: str
    since: str
    note: str
    href: str
    more: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that may need attention: the subjects with the highest figure, each with an address and its figure."""

    name: str
    text: str
    subjects: Sequence[tuple[str, str, str]]
    whole: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the map."""

    name: str
    text: str
    level: int
    href: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: its name in `routes` and the parts of its address."""

    page: str
    parts: Mapping[str, str]

    def href(self, w: Words, **more: str | int | None) -> str:
        """The address of the page, or of one of its lists."""
        return link(w.language, self.page, **{**self.parts, **more})


def written(measure: Measure, value: float | None, w: Words) -> str:
    """A figure in words; nothing yet, where nothing can be said."""
    if value is None:
        return w.say("figure-nothing")
    return w.minutes(value) if measure.scale is Scale.MINUTES else w.count(int(value))


def list_href(measure: Measure, found: Course, place: Place, w: Words) -> str:
    """The address of the records behind a figure."""
    window: dict[str, str] = {}
    if measure.window is Window.DAY:
        window = {"day": found.day.isoformat()}
    elif measure.window is not None:
        window = {"day": found.first_of_seven.isoformat(), "until": found.last_of_seven.isoformat()}
    return place.href(w, table=measure.list_name, **window)


def headlines(found: Course, place: Place, w: Words, names: Sequence[str] = HEADLINE) -> list[Headline]:
    """The figures at the top of a page."""
    return [_headline(MEASURES[name], found, place, w) for name in names]


def _headline(measure: Measure, found: Course, place: Place, w: Words) -> Headline:
    value, unit = found.value(measure), w.say(f"unit-{measure.name}")
    note = ""
    if measure.window is None:
        since = w.say("since-now", unit=unit)
        if measure.name == "waiting":
            note = _trend(int(value or 0), found.waiting_before, w)
    elif measure.window is Window.DAY:
        since, note = w.say("since-day", unit=unit, day=w.day_short(found.day)), w.say("provisional")
    else:
        first, last = w.day_short(found.first_of_seven), w.day_short(found.last_of_seven)
        since, note = w.say("since-days", unit=unit, first=first, last=last), w.say("final")
        if measure.name == "late":
            note = _late(found.seven, w) or note
    return Headline(
        measure.name,
        w.say(f"figure-{measure.name}"),
        written(measure, value, w),
        w.say(f"hint-{measure.name}"),
        since,
        note,
        list_href(measure, found, place, w),
        link(w.language, "definitions") + f"#{measure.name}",
    )


def _trend(value: int, before: int | None, w: Words) -> str:
    if before is None:
        return ""
    if value == before:
        return w.say("trend-same")
    return w.say("trend-down" if value < before else "trend-up", value=w.count(abs(value - before)))


def _late(values: Sequence[Value], w: Words) -> str:
    checked = [(key.rpartition("/")[2], each.count) for key, each in _merged(values, "documents_checked").items()]
    late = sum(count for word, count in checked if word == LATE)
    every = late + sum(count for word, count in checked if word == IN_TIME)
    return w.say("of-which-late", late=w.count(late), all=w.count(every), share=w.share(late / every)) if every else ""


def _merged(values: Sequence[Value], indicator: str) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for each in values:
        if each.indicator == indicator:
            known = merged.get(each.key)
            merged[each.key] = (
                each if known is None else Value(indicator, each.key, known.count + each.count, None, None, ())
            )
    return merged


# ---------------------------------------------------------------------------------------------------------- charts


def hours_chart(found: Course, w: Words) -> Chart | None:
    """Today hour by hour; none if nothing happened."""
    counts = {name: _by_hour(points) for name, points in found.hours.items()}
    last = max((hour for each in counts.values() for hour, count in each.items() if count), default=None)
    if last is None:
        return None
    labels = [f"{hour:02}:00" for hour in range(HOURS)]
    flows = [
        Series(w.say(FLOW_WORDS[name]), [counts[name].get(hour, 0) for hour in range(HOURS)], COLOURS[name])
        for name in FLOWS
    ]
    title = w.say("flow-today", day=w.day(found.day))
    return Chart(
        "lines", title, list(range(HOURS)), flows, labels, table=_chart_table(title, "flow-hour", labels, flows, w)
    )


def _by_hour(points: Sequence[Point]) -> dict[int, int]:
    return {each.starts.hour: each.count for each in points}


def weeks_chart(found: Course, w: Words) -> Chart | None:
    """The last weeks: what was released, referred, enrolled; none without a history."""
    starts = sorted({each.starts for points in found.weeks.values() for each in points})
    if not starts:
        return None
    labels = [w.day_short(each.date()) for each in starts]
    flows = []
    for name in FLOWS:
        counts = {each.starts: each.count for each in found.weeks[name]}
        flows.append(Series(w.say(FLOW_WORDS[name]), [counts.get(each, 0) for each in starts], COLOURS[name]))
    title = w.say("flow-by-week")
    table = _chart_table(title, "flow-week", labels, [*flows, _waiting(found, starts, w)], w)
    return Chart("lines", title, list(range(len(starts))), flows, labels, table=table)


def waiting_chart(found: Course, w: Words) -> Chart | None:
    """How many waited at the end of each of the last weeks."""
    starts = [each.starts for each in found.weeks["waiting"]]
    if not any(each.level for each in found.weeks["waiting"]):
        return None
    labels = [w.day_short(each.date()) for each in starts]
    line = _waiting(found, starts, w)
    title = w.say("flow-waiting")
    return Chart(
        "lines",
        title,
        list(range(len(starts))),
        [line],
        labels,
        table=_chart_table(title, "flow-week", labels, [line], w),
    )


def _waiting(found: Course, starts: Sequence[datetime.datetime], w: Words) -> Series:
    levels = {each.starts: each.level for each in found.weeks["waiting"]}
    return Series(w.say("flow-waiting"), [levels.get(each) for each in starts], COLOURS["waiting"])


def _chart_table(title: str, first: str, labels: Sequence[str], lines: Sequence[Series], w: Words) -> Table:
    columns = [
        Column("starts", w.say(first)),
        *(Column(f"value_{i}", each.label, "number") for i, each in enumerate(lines)),
    ]
    rows = [[label, *(each.values[i] for each in lines)] for i, label in enumerate(labels)]
    return Table(title, columns, rows)


# ------------------------------------------------------------------------------------------------------ comparison


def compared(
    parts: Sequence[tuple[Part, Link]], names: Sequence[str], heading: tuple[str, str, str], w: Words, sort: str
) -> tuple[Table, dict[str, float]]:
    """Subjects in figures, sorted by one of them, and the highest of each for small bars.

    `heading`: caption, name of the first column, its title. `sort`: a measure, the highest first, or the first column.
    """
    caption, first, title = heading
    columns = [Column(first, title)]
    for name in names:
        kind = "minutes" if MEASURES[name].scale is Scale.MINUTES else "number"
        columns.append(Column(name.replace("-", "_"), w.say(f"figure-{name}"), kind))
    found = [(where, [part.value(MEASURES[name]) for name in names]) for part, where in parts]
    if sort in names:
        place = list(names).index(sort)
        found.sort(key=lambda each: (-(each[1][place] or 0), each[0].text))
    else:
        found.sort(key=lambda each: each[0].text)
    rows = [[where, *(_rounded(value) for value in values)] for where, values in found]
    most = {
        column.name: max((values[index] or 0.0 for _, values in found), default=0.0)
        for index, column in enumerate(columns[1:])
    }
    order = f"-{sort.replace('-', '_')}" if sort in names else first
    return Table(caption, columns, rows, order=order), most


def _rounded(value: float | None) -> float | int | None:
    return None if value is None else round(value)


def tiles(
    parts: Mapping[str, Part], names: Mapping[str, str], measure: Measure, w: Words
) -> tuple[dict[str, Tile], list[str]]:
    """The map of the regions by one figure, and what its colours mean."""
    values = {code: parts[code].value(measure) if code in parts else None for code in names}
    bounds = steps(values.values())
    found = {
        code: Tile(
            name,
            "–" if values[code] is None else written(measure, values[code], w),
            step(values[code], bounds),
            link(w.language, "region", region=code) if code in parts else "",
        )
        for code, name in names.items()
    }
    lowest = min((each for each in values.values() if each), default=0)
    legend = [w.say("nation-map-from", **{"from": written(measure, each or lowest, w)}) for each in bounds]
    return found, legend


def watched(
    parts: Sequence[tuple[Part, Link]], found: Course, w: Words, names: Sequence[str] = WATCHED
) -> list[Watched]:
    """What may need attention: for each figure its highest subjects; figures that are nowhere above 0 are left out."""
    told = []
    hrefs = {where.text: where.href for _, where in parts}
    for name in names:
        measure = MEASURES[name]
        highest = worst({where.text: part.value(measure) for part, where in parts})
        if not highest:
            continue
        ending = "-waiting-time" if measure.scale is Scale.MINUTES else ""
        whole = w.say(f"attention-whole{ending}", value=written(measure, found.value(measure), w))
        told.append(
            Watched(
                name,
                w.say(f"attention-{name}"),
                [(text, hrefs[text], written(measure, value, w)) for text, value in highest],
                whole,
            )
        )
    return told


def crumbs(w: Words, region: str = "", *more: Crumb) -> list[Crumb]:
    """The path to a page of officials."""
    found = [Crumb(w.say("nation-crumb"), link(w.language, "nation"), page="nation")]
    if region:
        found.append(Crumb(w.region_name(region), link(w.language, "region", region=region), page="region"))
    return [*found, *more]


def counted(values: Sequence[Value], indicator: str) -> dict[str, int]:
    """Key -> count, over all given values."""
    return {key: each.count for key, each in _merged(values, indicator).items()}


def standing(values: Sequence[Value], indicator: str) -> dict[str, int]:
    """Key -> level."""
    return {key: each.level or 0 for key, each in by_key(values, indicator).items()}


Values = Mapping[str, Any]
