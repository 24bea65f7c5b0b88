"""The quality table in the form of the service standard of 2012: indicator, normative value, target, current value.

Owns which indicators belong to it and what they are made of, in the standard's groups. Normative values and targets
are data (`quality.toml`). What the log can't know, it does not guess: such a row has no current value but one that the
authority states itself. Never writes, and reads no file but the package's own.
"""

import datetime
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, LiteralString

import msgspec
from msgspec import Struct

from consumers.indicators.connection import Connection, store_errors
from consumers.indicators.figures import Scope
from consumers.indicators.questions import newest_day, stored_names
from schemas.errors import OrynError
from schemas.indicators import IN_TIME, LATE, REFERRAL, REGISTRATION
from schemas.words import Admission, Channel, EndCause, RecallReason, RefusalReason

PERCENT: Final = 100.0


class BadTargets(OrynError):
    """A file of targets that is none. Says what is wrong with it."""


class Group(StrEnum):
    """The groups of the standard's table."""

    TIMELINESS = "TIMELINESS"
    QUALITY = "QUALITY"
    ACCESSIBILITY = "ACCESSIBILITY"
    APPEALS = "APPEALS"
    COURTESY = "COURTESY"


class Origin(StrEnum):
    """Where a current value comes from."""

    INDICATORS = "INDICATORS"
    DELIVERY_LOG = "DELIVERY_LOG"
    # The authority says so: the log can't know.
    STATED = "STATED"
    # Nobody has said so yet.
    NOT_IN_THE_LOG = "NOT_IN_THE_LOG"


class Goal(Struct, frozen=True, forbid_unknown_fields=True):
    """What a row is held against, in percent. `current`: only of what the log can't know."""

    normative: float | None = None
    target: float | None = None
    current: float | None = None


class Share(Struct, frozen=True):
    """A part of a whole, each a sum of indicators by their keys; `without`: the part is what remains of the whole."""

    part: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...]
    without: bool = False


class Line(Struct, frozen=True):
    """One row of the table. `at_most`: the value is to stay below what it is held against."""

    name: str
    group: Group
    source: str
    origin: Origin
    share: Share | None = None
    at_most: bool = False


class QualityRow(Struct, frozen=True):
    """One row with its numbers. `current` is none where nothing was counted, or nobody knows; `part` of `whole` is what
    it was made of; `met`: whether it reaches its normative value."""

    name: str
    group: Group
    source: str
    origin: Origin
    normative: float | None
    target: float | None
    current: float | None
    met: bool | None
    part: int | None = None
    whole: int | None = None


class QualityTable(Struct, frozen=True):
    """The table of a subject over some days, both included; none where nothing is known of it."""

    scope: Scope
    first: datetime.date | None
    last: datetime.date | None
    rows: tuple[QualityRow, ...]


class Counted(Struct, frozen=True):
    """How many of how many."""

    part: int
    whole: int


def _keys(indicator: str, *keys: str) -> tuple[tuple[str, str], ...]:
    return tuple((indicator, key) for key in keys)


_CHECKED: Final = "documents_checked"
_ELECTRONIC: Final = (Channel.PORTAL, Channel.MOBILE, Channel.PROACTIVE, Channel.BIRTH_REGISTRATION)
_BY_PEOPLE: Final = (Channel.OFFICE, Channel.STATE_CORPORATION)
_ENDS: Final = tuple(each for each in EndCause if each not in (EndCause.STOP_LIST_ENDED, EndCause.RESTORED))
_GROUPS: Final = ("EXTRAORDINARY", "PRIORITY", "GENERAL")

LINES: Final = (
    Line(
        "papers_checked_in_time",
        Group.TIMELINESS,
        "R4.1, p.22",
        Origin.INDICATORS,
        Share(
            _keys(_CHECKED, f"{REGISTRATION}/{IN_TIME}"),
            _keys(_CHECKED, f"{REGISTRATION}/{IN_TIME}", f"{REGISTRATION}/{LATE}"),
        ),
    ),
    Line(
        "second_checks_in_time",
        Group.TIMELINESS,
        "R6.2, p.22",
        Origin.INDICATORS,
        Share(_keys(_CHECKED, f"{REFERRAL}/{IN_TIME}"), _keys(_CHECKED, f"{REFERRAL}/{IN_TIME}", f"{REFERRAL}/{LATE}")),
    ),
    Line("messages_in_time", Group.TIMELINESS, "R7.1, p.24", Origin.DELIVERY_LOG),
    Line(
        "places_published_rightly",
        Group.QUALITY,
        "R2.4, p.24.8",
        Origin.INDICATORS,
        Share(
            _keys("recalled", RecallReason.PUBLISHED_BY_MISTAKE),
            _keys("released", *Admission),
            without=True,
        ),
    ),
    Line(
        "referrals_kept",
        Group.QUALITY,
        "R2.4, p.25",
        Origin.INDICATORS,
        Share(_keys("referrals_ended", EndCause.RECALLED), _keys("referrals_ended", *_ENDS), without=True),
    ),
    Line(
        "admissions_granted",
        Group.QUALITY,
        "R6.8, p.24.1",
        Origin.INDICATORS,
        Share(_keys("enrolled", *Admission), (*_keys("enrolled", *Admission), ("admission_refused", ""))),
    ),
    Line("satisfied_with_service", Group.QUALITY, "STD", Origin.NOT_IN_THE_LOG),
    Line(
        "papers_accepted",
        Group.ACCESSIBILITY,
        "R4.1, p.22",
        Origin.INDICATORS,
        Share(_keys("queued", *_GROUPS), (*_keys("queued", *_GROUPS), *_keys("refused", *RefusalReason))),
    ),
    Line(
        "applied_electronically",
        Group.ACCESSIBILITY,
        "p.5, p.6",
        Origin.INDICATORS,
        Share(_keys("registered", *_ELECTRONIC), _keys("registered", *_ELECTRONIC, *_BY_PEOPLE)),
    ),
    Line("satisfied_with_information", Group.ACCESSIBILITY, "STD", Origin.NOT_IN_THE_LOG),
    Line("information_online", Group.ACCESSIBILITY, "STD", Origin.NOT_IN_THE_LOG),
    Line("justified_complaints", Group.APPEALS, "STD", Origin.NOT_IN_THE_LOG, at_most=True),
    Line("complaints_in_time", Group.APPEALS, "STD", Origin.NOT_IN_THE_LOG),
    Line("satisfied_with_appeals", Group.APPEALS, "STD", Origin.NOT_IN_THE_LOG),
    Line("satisfied_with_manners", Group.COURTESY, "STD", Origin.NOT_IN_THE_LOG),
)
_INDICATORS: Final = sorted({name for line in LINES if line.share for name, _ in (*line.share.part, *line.share.whole)})

_SUMS: LiteralString = """
SELECT i.indicator, k.key, sum(count_of(k.value))::bigint
FROM subjects s
JOIN measures m ON m.level = s.level AND m.subject = s.subject AND m.locality = s.locality AND m."window" = 'DAY'
    AND m.partition = s.partition AND m.late = s.late AND m.starts BETWEEN %(first)s AND %(last)s
CROSS JOIN LATERAL unnest(%(indicators)s::text[]) i (indicator)
CROSS JOIN LATERAL jsonb_each(m.figures -> i.indicator) k
WHERE s.level = %(level)s AND s.subject = %(subject)s AND s.locality = %(locality)s
GROUP BY i.indicator, k.key
"""


def quality(
    connection: Connection,
    scope: Scope,
    goals: Mapping[str, Goal],
    first: datetime.date | None = None,
    last: datetime.date | None = None,
    messages: Counted | None = None,
) -> QualityTable:
    """The table of a subject. `first`, `last`: days, both included; none: the year of its newest day, up to that day.

    `messages`: of those due on these days, how many arrived in time (`deliveries.in_time`); none: not asked.
    """
    if last is None:
        last = newest_day(connection, scope)
    if last is None:
        return QualityTable(scope, None, None, tuple(_row(line, goals, None) for line in LINES))
    first = first or last.replace(month=1, day=1)
    asked = {**stored_names(scope), "first": first, "last": last, "indicators": _INDICATORS}
    with store_errors(), connection.cursor(binary=True) as cursor:
        cursor.execute(_SUMS, asked)
        sums = {(indicator, key): count for indicator, key, count in cursor}
    counted = {line.name: _counted(line.share, sums) for line in LINES if line.share is not None}
    if messages is not None:
        counted["messages_in_time"] = messages
    return QualityTable(scope, first, last, tuple(_row(line, goals, counted.get(line.name)) for line in LINES))


def goals_of(text: str) -> Mapping[str, Goal]:
    """What a file of targets says. Raises: BadTargets."""
    try:
        found = msgspec.convert(tomllib.loads(text), dict[str, Goal])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as exc:
        raise BadTargets(f"no file of targets: {exc}") from exc
    lines = {line.name: line for line in LINES}
    for name, goal in found.items():
        if name not in lines:
            raise BadTargets(f"[{name}] is no row of the quality table; there are {', '.join(lines)}")
        for field in goal.__struct_fields__:
            value = getattr(goal, field)
            if value is not None and not 0 <= value <= PERCENT:
                raise BadTargets(f"[{name}] {field}: {value:g} is no percentage")
        if goal.current is not None and lines[name].origin is not Origin.NOT_IN_THE_LOG:
            raise BadTargets(f"[{name}] current: this value is counted, it can't be stated")
    return found


@cache
def usual_goals() -> Mapping[str, Goal]:
    """What the package has."""
    return goals_of((files("consumers.indicators") / "quality.toml").read_text(encoding="utf-8"))


def _counted(share: Share, sums: Mapping[tuple[str, str], int]) -> Counted:
    part, whole = (sum(sums.get(each, 0) for each in of) for of in (share.part, share.whole))
    # What is taken back on a day may have been published before the first: never below nothing.
    return Counted(max(0, whole - part) if share.without else part, whole)


def _row(line: Line, goals: Mapping[str, Goal], counted: Counted | None) -> QualityRow:
    goal, origin = goals.get(line.name, Goal()), line.origin
    current = None
    if counted is not None and counted.whole:
        current = PERCENT * counted.part / counted.whole
    elif origin is Origin.NOT_IN_THE_LOG and goal.current is not None:
        current, origin = goal.current, Origin.STATED
    met = None
    if current is not None and goal.normative is not None:
        met = current <= goal.normative if line.at_most else current >= goal.normative
    part, whole = (None, None) if counted is None else (counted.part, counted.whole)
    return QualityRow(
        line.name, line.group, line.source, origin, goal.normative, goal.target, current, met, part, whole
    )
