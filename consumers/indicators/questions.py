"""What pages, commands and scripts ask the indicators: how it is now, how it went, how the parts compare.

Owns how parts are added up and how stocks stand where nothing happened. Every function takes a connection that
`connection.connect` or `connection.prepare` made, asks one statement or two, keeps nothing, and never writes. Each may
raise StoreUnavailable. Times are local times without a zone, as on the locality's own wall.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, LiteralString

from consumers.indicators.adding import PartRow, Sums, points
from consumers.indicators.connection import Connection, store_errors
from consumers.indicators.figures import Child, Figures, Point, Scope, known
from schemas.errors import OrynError
from schemas.indicators import INDICATORS, PATIENCE_HOURS, WINDOWS, Kind, Level, Window

# In place of a key: all keys of the indicator together. No key is called so.
ANY_KEY: Final = "**"
STEPS: Final[Mapping[Window, datetime.timedelta]] = {
    Window.HOUR: datetime.timedelta(hours=1),
    Window.DAY: datetime.timedelta(days=1),
    Window.WEEK: datetime.timedelta(days=7),
    Window.LAST_24_HOURS: datetime.timedelta(hours=1),
    Window.LAST_7_DAYS: datetime.timedelta(days=1),
}
LENGTHS: Final[Mapping[Window, datetime.timedelta]] = {
    **STEPS,
    Window.LAST_24_HOURS: datetime.timedelta(days=1),
    Window.LAST_7_DAYS: datetime.timedelta(days=7),
}
BELOW: Final[Mapping[Level, tuple[Level, ...]]] = {
    Level.NATION: (Level.REGION, Level.LOCALITY),
    Level.REGION: (Level.LOCALITY,),
    Level.LOCALITY: (Level.ORGANISATION, Level.QUEUE),
}
# A series is for a page: a year of hours.
POINTS_MAX: Final = 10_000

_NOW: LiteralString = """
SELECT s.late, s.until, s.newest, l.until, l.newest, m.starts, m.figures
FROM subjects s
LEFT JOIN subjects l ON l.level = 'LOCALITY' AND l.subject = s.locality AND l.locality = s.locality
LEFT JOIN LATERAL (
    SELECT each.starts, each.figures FROM measures each
    WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality AND each."window" = 'DAY'
        AND each.partition = s.partition AND each.late = s.late
    ORDER BY each.starts DESC LIMIT 1
) m ON true
WHERE s.level = %(level)s AND s.subject = %(subject)s AND s.locality = %(locality)s
"""
_SPAN: LiteralString = """
SELECT max(newest) FROM subjects
WHERE (level = %(level)s AND subject = %(subject)s AND locality = %(locality)s)
    OR (level = 'LOCALITY' AND subject = %(locality)s AND locality = %(locality)s)
"""
# Up to where a part has closed its windows: one of a locality goes with the locality's time; one of nation or region
# waits for its slowest locality, but not longer than that, and closes windows one after another.
_PATIENCE: Final = datetime.timedelta(hours=PATIENCE_HOURS)
_PARTS: LiteralString = """
SELECT
    s.partition, s.late, coalesce(l.newest, s.newest),
    CASE
        WHEN s.level NOT IN ('NATION', 'REGION') THEN coalesce(l.newest, s.newest)
        ELSE greatest(s.newest - %(patience)s, (
            SELECT each.starts + %(length)s FROM measures each
            WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
                AND each."window" = %(window)s AND each.partition = s.partition AND each.late = s.late AND each.final
            ORDER BY each.starts DESC LIMIT 1
        ))
    END
FROM subjects s
LEFT JOIN subjects l ON l.level = 'LOCALITY' AND l.subject = s.locality AND l.locality = s.locality
WHERE s.level = %(level)s AND s.subject = %(subject)s AND s.locality = %(locality)s
"""
_SERIES: LiteralString = """
SELECT m.partition, m.late, m.starts, m.final, m.figures -> %(indicator)s
FROM subjects s
JOIN measures m ON m.level = s.level AND m.subject = s.subject AND m.locality = s.locality AND m."window" = %(window)s
    AND m.partition = s.partition AND m.late = s.late AND m.starts BETWEEN %(first)s AND %(last)s
WHERE s.level = %(level)s AND s.subject = %(subject)s AND s.locality = %(locality)s
UNION ALL
SELECT s.partition, s.late, b.starts, b.final, b.figures
FROM subjects s
CROSS JOIN LATERAL (
    SELECT m.starts, m.final, m.figures -> %(indicator)s AS figures FROM measures m
    WHERE m.level = s.level AND m.subject = s.subject AND m.locality = s.locality AND m."window" = %(window)s
        AND m.partition = s.partition AND m.late = s.late AND m.starts < %(first)s
    ORDER BY m.starts DESC LIMIT 1
) b
WHERE s.level = %(level)s AND s.subject = %(subject)s AND s.locality = %(locality)s
ORDER BY 3
"""
_CHILDREN: LiteralString = """
SELECT
    s.subject, s.locality, s.until, m.starts, m.figures,
    CASE
        WHEN m.starts = %(starts)s THEN m.final
        WHEN s.late <> '' THEN true
        WHEN s.level NOT IN ('NATION', 'REGION') THEN coalesce(l.newest, s.newest) >= %(ends)s
        -- Not EXISTS: PostgreSQL might read all subjects for it.
        ELSE s.newest - %(patience)s >= %(ends)s OR (
            SELECT true FROM measures each
            WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
                AND each."window" = %(window)s AND each.partition = s.partition AND each.late = s.late
                AND each.starts > %(starts)s AND each.final
            LIMIT 1
        ) IS NOT NULL
    END
FROM subjects s
LEFT JOIN subjects l ON l.level = 'LOCALITY' AND l.subject = s.locality AND l.locality = s.locality
LEFT JOIN LATERAL (
    SELECT
        each.starts, each.final,
        -- Unpacked once, by the `||`, not for each indicator.
        (
            SELECT jsonb_object_agg(i, unpacked.figures -> i)
            FROM (SELECT each.figures || '{}' AS figures OFFSET 0) unpacked
            CROSS JOIN unnest(%(indicators)s::text[]) i
            WHERE unpacked.figures ? i
        ) AS figures
    FROM measures each
    WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
        AND each."window" = %(window)s AND each.partition = s.partition AND each.late = s.late
        AND each.starts <= %(starts)s
    ORDER BY each.starts DESC LIMIT 1
) m ON true
WHERE s.level = %(below)s AND (%(region)s = '' OR s.region = %(region)s) AND (%(of)s = '' OR s.locality = %(of)s)
ORDER BY s.locality, s.subject, s.partition, s.late
"""


class NoWindow(OrynError):
    """Figures of this subject are not kept in such windows, or a question asks for too many."""


def now(connection: Connection, scope: Scope) -> Figures:
    """How it is: levels of all stocks, and what happened on the day that goes on, as far as the figures go.

    What is not known has no `until`, and no values. The day is the newest that any of its parts has reached.
    """
    with store_errors(), connection.cursor(binary=True) as cursor:
        found = cursor.execute(_NOW, stored_names(scope)).fetchall()
    if not found:
        return Figures(scope, None, None, None)
    # Of what lies in a locality: as far as the locality goes, for a quiet kindergarten has only old rows.
    untils = [whole if whole is not None else own for _, own, _, whole, _, _, _ in found]
    plain = [until for until, (late, *_) in zip(untils, found, strict=True) if not late] or untils
    newest = max(whole if whole is not None else own for _, _, own, _, whole, _, _ in found)
    day = datetime.datetime.combine(newest.date(), datetime.time())
    levels, flows = Sums(), Sums()
    for *_, starts, figures in found:
        for name, keys in (figures or {}).items():
            stock = name in INDICATORS and INDICATORS[name].kind is Kind.STOCK
            if stock:
                levels.add(name, keys, standing=True)
            elif starts == day:
                flows.add(name, keys)
    standing = tuple(each for each in levels.values() if each.level)
    return Figures(scope, max(untils), min(plain), newest.date(), standing, tuple(flows.values()))


def series(
    connection: Connection,
    scope: Scope,
    indicator: str,
    window: Window,
    first: datetime.datetime | datetime.date,
    last: datetime.datetime | datetime.date,
    key: str | None = None,
) -> list[Point]:
    """One indicator in the windows that begin from `first` to `last`, both included, in order of time.

    `key`: one of its keys; ANY_KEY: all together; none: each key by itself. A stock has a point in every window, also
    where nothing changed. Other indicators have one in every window when a key is named, else only where something
    happened. Nothing is told of windows before the first figures of the subject, or behind the newest.
    Raises: NoIndicator; NoWindow.
    """
    kind = known(indicator).kind
    _check_window(scope.level, window)
    begin, end = _moment(first), _moment(last)
    if (end - begin) / STEPS[window] > POINTS_MAX:
        raise NoWindow(f"more than {POINTS_MAX:,} windows are asked for: ask for fewer, or for longer ones")
    asked = {**stored_names(scope), "window": window.value, "indicator": indicator, "first": begin, "last": end}
    with store_errors(), connection.cursor(binary=True) as cursor:
        parts = cursor.execute(_PARTS, {**asked, "length": LENGTHS[window], "patience": _PATIENCE}).fetchall()
        rows = cursor.execute(_SERIES, asked).fetchall()
    if not parts or not rows:
        return []
    before: list[PartRow] = []
    by_start: dict[datetime.datetime, list[PartRow]] = {}
    for partition, late, starts, final, keys in rows:
        row = PartRow((partition, late), final, _of_key(keys, key))
        if starts < begin:
            before.append(row)
        else:
            by_start.setdefault(starts, []).append(row)
    opening = _first_at(window, begin) if before else min(by_start)
    newest = max(newest for _, _, newest, _ in parts)
    windows = _windows(window, opening, min(end, max(begin_of(window, newest), max(by_start, default=opening))))
    closed = {(partition, late): moment for partition, late, _, moment in parts}
    return list(points(indicator, kind, before, by_start, windows, closed, key, ANY_KEY))


def children(
    connection: Connection,
    scope: Scope,
    window: Window,
    starts: datetime.datetime | datetime.date | None,
    indicators: Sequence[str],
    of: Level | None = None,
) -> list[Child]:
    """Several indicators of all subjects below this one, in one window; ordered by locality and subject.

    `starts`: where the window begins; none: the one that goes on. `of`: which level below; none: the next one, below a
    locality its organisations. Stocks stand as they did in the newest window before, where nothing happened. Below the
    nation and regions ask for windows that these have. Raises: NoIndicator; NoWindow.
    """
    below = _below(scope.level, of)
    _check_window(below, window)
    for each in indicators:
        known(each)
    with store_errors(), connection.cursor(binary=True) as cursor:
        if starts is None:
            ((newest,),) = cursor.execute(_SPAN, stored_names(scope)).fetchall()
            if newest is None:
                return []
            starts = begin_of(window, newest)
        moment = _moment(starts)
        asked = {
            "below": below.value,
            "region": scope.subject if scope.level is Level.REGION else "",
            "of": scope.subject if scope.level is Level.LOCALITY else "",
            "window": window.value,
            "starts": moment,
            "ends": moment + LENGTHS[window],
            "patience": _PATIENCE,
            "indicators": list(indicators),
        }
        found = cursor.execute(_CHILDREN, asked).fetchall()
    by_subject: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in found:
        by_subject.setdefault((row[0], row[1]), []).append(row)
    return [
        _child(below, subject, locality, rows, moment)
        for (subject, locality), rows in by_subject.items()
        # Only those of which anything was known by then.
        if any(starts is not None for _, _, _, starts, _, _ in rows)
    ]


def begin_of(window: Window, moment: datetime.datetime) -> datetime.datetime:
    """Where the window begins in which a local moment lies; of overlapping ones, the one that ends behind it first."""
    day = datetime.datetime.combine(moment.date(), datetime.time())
    match window:
        case Window.HOUR:
            return moment.replace(minute=0, second=0, microsecond=0)
        case Window.DAY:
            return day
        case Window.WEEK:
            return day - datetime.timedelta(days=day.weekday())
        case Window.LAST_24_HOURS:
            return begin_of(Window.HOUR, moment) - LENGTHS[window] + STEPS[window]
        case Window.LAST_7_DAYS:
            return day - LENGTHS[window] + STEPS[window]


def newest_day(connection: Connection, scope: Scope) -> datetime.date | None:
    """The local day that goes on where a subject is; none where nothing is known of it."""
    with store_errors():
        ((newest,),) = connection.execute(_SPAN, stored_names(scope)).fetchall()
    return None if newest is None else newest.date()


def stored_names(scope: Scope) -> dict[str, str]:
    """A subject as rows name it."""
    return {"level": scope.level.value, "subject": scope.subject, "locality": scope.stored_locality}


# --------------------------------------------------------------------------------------------------------- details


def _child(
    below: Level, subject: str, locality: str, rows: Sequence[tuple[Any, ...]], moment: datetime.datetime
) -> Child:
    sums = Sums()
    for _, _, _, starts, figures, _ in rows:
        for name, keys in (figures or {}).items():
            if starts == moment or known(name).kind is Kind.STOCK:
                sums.add(name, keys, standing=starts != moment)
    inside = below in (Level.ORGANISATION, Level.QUEUE)
    scope = Scope(below, subject, locality if inside else None)
    final = all(each for _, _, _, _, _, each in rows)
    return Child(scope, tuple(sums.values()), final, max(until for _, _, until, _, _, _ in rows))


def _below(level: Level, of: Level | None) -> Level:
    levels = BELOW.get(level, ())
    if not levels or (of is not None and of not in levels):
        words = " or ".join(levels) or "nothing"
        raise NoWindow(f"below a {level} there is {words}" + (f", not {of}" if of is not None else ""))
    return levels[0] if of is None else of


def _windows(
    window: Window, first: datetime.datetime, last: datetime.datetime
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Where each of them begins and ends."""
    starts = first
    while starts <= last:
        yield starts, starts + LENGTHS[window]
        starts += STEPS[window]


def _first_at(window: Window, moment: datetime.datetime) -> datetime.datetime:
    """The first window that begins at a moment or later."""
    unit = window if window in (Window.HOUR, Window.WEEK) else _UNITS.get(window, Window.DAY)
    begins = begin_of(unit, moment)
    return begins if begins == moment else begins + STEPS[unit]


_UNITS: Final = {Window.LAST_24_HOURS: Window.HOUR}


def _of_key(keys: Mapping[str, Any] | None, key: str | None) -> Mapping[str, Any]:
    if keys is None:
        return {}
    if key in (None, ANY_KEY):
        return keys
    return {key: keys[key]} if key in keys else {}


def _check_window(level: Level, window: Window) -> None:
    if window not in WINDOWS[level]:
        raise NoWindow(f"figures of a {level} are kept by {', '.join(WINDOWS[level])}, not by {window}")


def _moment(of: datetime.datetime | datetime.date) -> datetime.datetime:
    """A local time: of a day, its beginning."""
    if isinstance(of, datetime.datetime):
        return of
    return datetime.datetime.combine(of, datetime.time())
