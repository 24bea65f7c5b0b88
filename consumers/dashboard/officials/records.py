"""The lists behind the figures: which rows of the registers a figure counts, each with its journal record.

Owns what a list is called, what it selects, which moment of a row its window goes by, and by which keys it may be
narrowed. Statements are constants; what a visitor gives is only ever a value. Never decides who may see a list.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, LiteralString

from consumers.dashboard.access import REGION_DIGITS
from consumers.dashboard.sources import Connection, rows

# At most so many rows of a list are read: as many as a file has that a spreadsheet opens with ease.
FILE_ROWS: Final = 50_000
# No zone of the country is further from UTC than this: a window is looked for this much around it, by the index, and
# then to the minute in the locality's own time.
ZONE_MARGIN: Final = datetime.timedelta(hours=14)


class Kind(StrEnum):
    """What a column of a list holds: how it is shown and where it leads."""

    LOCALITY = "LOCALITY"
    APPLICATION = "APPLICATION"
    PLACE = "PLACE"
    ORGANISATION = "ORGANISATION"
    QUEUE = "QUEUE"
    RECORD = "RECORD"
    MOMENT = "MOMENT"
    DATE = "DATE"
    COUNT = "COUNT"
    HOURS = "HOURS"
    WORD = "WORD"
    TEXT = "TEXT"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name (the words have one for it), what it holds, and its expression."""

    name: str
    kind: Kind
    expression: LiteralString


@dataclass(frozen=True, slots=True)
class RecordList:
    """What a list selects. `moment`: what its window goes by, none where it is of now; `keys`: what narrows it."""

    name: str
    columns: tuple[Column, ...]
    source: LiteralString
    where: LiteralString = "true"
    moment: LiteralString | None = None
    order: LiteralString = "1"
    keys: Mapping[str, LiteralString] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """From and until which local time a list goes; the end is not in it."""

    first: datetime.datetime
    end: datetime.datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list. `total`: how many rows the whole of it has."""

    rows: list[tuple[Any, ...]]
    total: int


def _column(name: str, kind: Kind, expression: LiteralString) -> Column:
    return Column(name, kind, expression)


_LOCALITY = _column("locality", Kind.LOCALITY, "t.locality")
_APPLICATION = _column("application", Kind.APPLICATION, "t.application_id")
_PLACE = _column("place", Kind.PLACE, "t.place_id")
_ORGANISATION = _column("organisation", Kind.ORGANISATION, "t.organisation_id")
_QUEUE = _column("queue", Kind.QUEUE, "t.queue")
_GROUP = _column("group", Kind.WORD, """t."group\"""")
_LAST_RECORD = _column("record", Kind.RECORD, "t.last_record")
_RECORD = _column("record", Kind.RECORD, "t.record")
# Hours on offer: since the last release, up to the last record of the locality.
_IDLE: LiteralString = "(extract(epoch FROM l.until - t.offered_at) / 3600)::float8"
_ON_OFFER: LiteralString = "t.stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN')"
_NOT_VACATED: LiteralString = (
    "t.admission = 'EARLY' AND t.vacated_at IS NULL AND t.stage NOT IN ('FILLED', 'RECALLED', 'ENDED')"
    " AND t.admission_from < (l.until AT TIME ZONE l.zone)::date"
)


def _referrals(name: str, moment: LiteralString, where: LiteralString, *, ended: bool) -> RecordList:
    term = _column("documents-until", Kind.MOMENT, "t.documents_until")
    last = _column("ended", Kind.MOMENT, "t.ended_at") if ended else term
    return RecordList(
        name,
        (
            _LOCALITY,
            _column("referral", Kind.COUNT, "t.referral"),
            _APPLICATION,
            _PLACE,
            _ORGANISATION,
            _column("number", Kind.COUNT, "t.number"),
            _column("how", Kind.WORD, "t.how"),
            _column("issued", Kind.MOMENT, "t.issued_at"),
            last,
            _column("cause", Kind.WORD, "t.cause"),
            _column("said", Kind.TEXT, "t.reason"),
            _LAST_RECORD if ended else _RECORD,
        ),
        "referrals t",
        where,
        moment,
        f"{moment} DESC, t.locality, t.referral",
        {"organisation": "t.organisation_id", "queue": "t.queue", "how": "t.how"},
    )


def _accesses(name: str, moment: LiteralString, where: LiteralString) -> RecordList:
    return RecordList(
        name,
        (
            _LOCALITY,
            _APPLICATION,
            _QUEUE,
            _column("granted", Kind.MOMENT, "t.granted_at"),
            _column("until", Kind.MOMENT, "t.until"),
            _column("places-listed", Kind.COUNT, "t.places"),
            _column("access-state", Kind.WORD, "t.state"),
            _column("ended", Kind.MOMENT, "t.ended_at"),
            _LAST_RECORD,
        ),
        "accesses t",
        where,
        moment,
        f"{moment} DESC, t.locality, t.application_id",
        {"queue": "t.queue", "state": "t.state"},
    )


def _places(name: str, where: LiteralString, order: LiteralString, moment: LiteralString | None = None) -> RecordList:
    return RecordList(
        name,
        (
            _LOCALITY,
            _PLACE,
            _ORGANISATION,
            _QUEUE,
            _column("stage", Kind.WORD, "t.stage"),
            _column("admission", Kind.WORD, "t.admission"),
            _column("admission-from", Kind.DATE, "t.admission_from"),
            _column("released", Kind.MOMENT, "t.released_at"),
            _column("offered", Kind.MOMENT, "t.offered_at"),
            _column("idle", Kind.HOURS, f"CASE WHEN {_ON_OFFER} THEN {_IDLE} END"),
            _column("recall-reason", Kind.WORD, "t.recall_reason"),
            _LAST_RECORD,
        ),
        "places t",
        where,
        moment,
        order,
        {"organisation": "t.organisation_id", "queue": "t.queue", "stage": "t.stage", "reason": "t.recall_reason"},
    )


def _movements(name: str, where: LiteralString) -> RecordList:
    return RecordList(
        name,
        (
            _LOCALITY,
            _APPLICATION,
            _QUEUE,
            _column("at", Kind.MOMENT, "t.at"),
            _column("from-state", Kind.WORD, "t.from_state"),
            _column("to-state", Kind.WORD, "t.to_state"),
            _column("reason", Kind.WORD, "t.reason"),
            _RECORD,
        ),
        "movements t",
        where,
        "t.at",
        "t.at DESC, t.locality, t.record DESC, t.fact",
        {"queue": "t.queue", "reason": "t.reason"},
    )


_WAITING = RecordList(
    "waiting",
    (
        _LOCALITY,
        _APPLICATION,
        _QUEUE,
        _GROUP,
        _column("submitted", Kind.MOMENT, "t.submitted_at"),
        _column("access-until", Kind.MOMENT, "t.access_until"),
        _LAST_RECORD,
    ),
    "applications t",
    "t.state = 'QUEUED'",
    None,
    "t.submitted_at, t.locality, t.application_id",
    {"queue": "t.queue", "group": """t."group\""""},
)
# The provider's answers to papers. A referral that ended unanswered, by a recall, is no answer that came late.
_ANSWERS: LiteralString = (
    "t.bound = 'PROVIDER' AND (t.stage IN ('CONFIRMED', 'REFUSED', 'ACTIVE')"
    " OR t.stage = 'ENDED' AND t.result IN ('BENEFIT_NOT_CONFIRMED', 'DOCUMENTS_REFUSED'))"
)
_LATE = RecordList(
    "late",
    (
        _LOCALITY,
        _APPLICATION,
        _column("service-stage", Kind.WORD, "t.stage"),
        _column("bound", Kind.WORD, "t.bound"),
        _column("due", Kind.MOMENT, "t.due"),
        _column("at", Kind.MOMENT, "t.at"),
        _column("late-by", Kind.HOURS, "(extract(epoch FROM t.at - t.due) / 3600)::float8"),
        _RECORD,
    ),
    "stages t",
    "NOT t.in_time",
    "t.at",
    "t.at - t.due DESC, t.locality, t.record",
    {"stage": "t.stage", "bound": "t.bound"},
)
_PASSIVE = RecordList(
    "passive-heads",
    (
        _LOCALITY,
        _APPLICATION,
        _QUEUE,
        _column("lapsed-times", Kind.COUNT, "t.times"),
        _column("last-lapsed", Kind.MOMENT, "t.ended_at"),
        _column("state", Kind.WORD, "t.state"),
        _LAST_RECORD,
    ),
    "(SELECT a.locality, a.application_id, a.queue, count(*) AS times, max(a.ended_at) AS ended_at,"
    " max(a.last_record) AS last_record, max(p.state) AS state"
    " FROM accesses a JOIN applications p USING (locality, application_id)"
    " WHERE a.state = 'LAPSED' GROUP BY 1, 2, 3 HAVING count(*) > 1) t",
    "true",
    None,
    "t.times DESC, t.ended_at DESC, t.locality, t.application_id",
    {"queue": "t.queue", "state": "t.state"},
)
_CANCELLING = RecordList(
    "repeated-cancellations",
    (
        _LOCALITY,
        _APPLICATION,
        _QUEUE,
        _column("cancelled-times", Kind.COUNT, "t.times"),
        _column("ended", Kind.MOMENT, "t.ended_at"),
        _LAST_RECORD,
    ),
    "(SELECT locality, application_id, queue, count(*) AS times, max(ended_at) AS ended_at,"
    " max(last_record) AS last_record FROM referrals WHERE cause = 'CANCELLED'"
    " GROUP BY 1, 2, 3 HAVING count(*) > 1) t",
    "true",
    None,
    "t.times DESC, t.ended_at DESC, t.locality, t.application_id",
    {"queue": "t.queue"},
)
_REJECTIONS = RecordList(
    "rejections",
    (
        _LOCALITY,
        _column("at", Kind.MOMENT, "t.at"),
        _column("source", Kind.TEXT, "t.source"),
        _column("event", Kind.TEXT, "t.type"),
        _column("rejection", Kind.WORD, "t.reason"),
        _column("detail", Kind.TEXT, "t.detail"),
        _ORGANISATION,
        _PLACE,
        _APPLICATION,
        _RECORD,
    ),
    "rejections t",
    "true",
    "t.at",
    "t.at DESC, t.locality, t.record DESC",
    {"source": "t.source", "reason": "t.reason"},
)

LISTS: Final[Mapping[str, RecordList]] = {
    each.name: each
    for each in (
        _WAITING,
        _places("on-offer", _ON_OFFER, "t.offered_at, t.locality, t.place_id"),
        _places("idle", "t.stage = 'OPEN'", "t.offered_at, t.locality, t.place_id"),
        _places("places", "true", "t.offered_at DESC, t.locality, t.place_id"),
        _places("released", "true", "t.released_at DESC, t.locality, t.place_id", "t.released_at"),
        _places("recalled", "t.stage = 'RECALLED'", "t.changed_at DESC, t.locality, t.place_id", "t.changed_at"),
        _places("early-overdue", _NOT_VACATED, "t.admission_from, t.locality, t.place_id"),
        _referrals("referred", "t.issued_at", "true", ended=False),
        _referrals("cancelled", "t.ended_at", "t.cause = 'CANCELLED'", ended=True),
        _referrals("lapsed", "t.ended_at", "t.cause = 'LAPSED'", ended=True),
        _referrals("admission-refused", "t.ended_at", "t.cause = 'REFUSED'", ended=True),
        _referrals("recalled-after-referral", "t.ended_at", "t.cause = 'RECALLED'", ended=True),
        _referrals("enrolled", "t.ended_at", "t.cause = 'ENROLLED'", ended=True),
        _accesses("granted", "t.granted_at", "true"),
        _accesses("access-ended", "t.ended_at", "t.state <> 'LIVE'"),
        _accesses("with-access", "t.granted_at", "t.state = 'LIVE'"),
        _movements("registered", "t.what = 'ApplicationRegistered'"),
        _movements("queued", "t.what = 'ApplicationQueued'"),
        _movements("refused", "t.to_state = 'REFUSED'"),
        _movements("archived", "t.to_state = 'ARCHIVED'"),
        _LATE,
        replace(_LATE, name="checked-late", where=f"NOT t.in_time AND {_ANSWERS}"),
        _PASSIVE,
        _CANCELLING,
        _REJECTIONS,
    )
}


def days(first: datetime.date, last: datetime.date) -> Window:
    """The local days from `first` to `last`, both in the window."""
    end = last + datetime.timedelta(days=1)
    return Window(datetime.datetime.combine(first, datetime.time()), datetime.datetime.combine(end, datetime.time()))


def select(
    connection: Connection,
    which: RecordList,
    area: str,
    *,
    window: Window | None = None,
    keys: Mapping[str, str] | None = None,
    count: int = FILE_ROWS,
) -> Found:
    """The first rows, at most `count`. `area`: "" for the nation, two digits of a region, nine of a locality.

    Keys that the list does not know are not asked for. Never more than 300 ms with the data of a capital.
    """
    conditions, values = _conditions(which, area, window, keys or {})
    source: LiteralString = " FROM " + which.source + " JOIN localities l USING (locality) WHERE " + conditions
    columns: LiteralString = ", ".join([each.expression for each in which.columns])
    text: LiteralString = "SELECT " + columns + source + " ORDER BY " + which.order + " LIMIT %(count)s"
    found = rows(connection, text, values | {"count": count})
    total = len(found) if len(found) < count else rows(connection, "SELECT count(*)" + source, values)[0][0]
    return Found(found, total)


def _conditions(
    which: RecordList, area: str, window: Window | None, keys: Mapping[str, str]
) -> tuple[LiteralString, dict[str, Any]]:
    conditions: list[LiteralString] = [which.where]
    values: dict[str, Any] = {}
    if len(area) > REGION_DIGITS:
        conditions.append("t.locality = %(area)s")
        values["area"] = area
    elif area:
        # A range, so that the index on the locality is used.
        conditions.append("t.locality >= %(area)s AND t.locality < %(beyond)s")
        values |= {"area": area, "beyond": area + ":"}
    if window is not None and which.moment is not None:
        local: LiteralString = "(" + which.moment + " AT TIME ZONE l.zone)"
        conditions.append(which.moment + " >= %(from_utc)s AND " + which.moment + " < %(end_utc)s")
        conditions.append(local + " >= %(from)s AND " + local + " < %(end)s")
        values |= {
            "from": window.first,
            "end": window.end,
            "from_utc": window.first.replace(tzinfo=datetime.UTC) - ZONE_MARGIN,
            "end_utc": window.end.replace(tzinfo=datetime.UTC) + ZONE_MARGIN,
        }
    for index, (name, column) in enumerate(which.keys.items()):
        if name in keys:
            place: LiteralString = ("%(key0)s", "%(key1)s", "%(key2)s", "%(key3)s")[index]
            conditions.append(column + " = " + place)
            values[f"key{index}"] = keys[name]
    return " AND ".join(conditions), values
