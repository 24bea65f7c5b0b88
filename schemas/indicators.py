"""What monitoring says: the type of topic `indicators`, and the table of all indicators with what each means.

Owns names, units, dimensions and the bounds of buckets: monitoring, stores and pages take them from here, and
docs/indicators.md has an entry for each. Never counts anything: that is `streams.monitoring`.
"""

from bisect import bisect_right
from enum import StrEnum

from msgspec import Struct

from schemas.instants import Instant
from schemas.words import (
    Admission,
    ArchiveReason,
    Channel,
    EndCause,
    Group,
    How,
    Ownership,
    RecallReason,
    RefusalReason,
    Stage,
)

# ---------------------------------------------------------------------------------------------------------- words


class Level(StrEnum):
    """What a row is about, from the whole to the parts."""

    NATION = "NATION"
    REGION = "REGION"
    LOCALITY = "LOCALITY"
    ORGANISATION = "ORGANISATION"
    QUEUE = "QUEUE"


class Window(StrEnum):
    """A piece of the local calendar. The first three follow each other, the others overlap."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    LAST_24_HOURS = "LAST_24_HOURS"
    LAST_7_DAYS = "LAST_7_DAYS"


class Kind(StrEnum):
    """What the numbers of an indicator are."""

    # `count`: how often it happened within the window.
    FLOW = "FLOW"
    # `level`: how many there are at the window's end; `count`: by how much that changed within the window.
    STOCK = "STOCK"
    # `count`: how many ended within the window; `total`: their sum in minutes; `buckets`: how many of each length.
    DURATION = "DURATION"


class Unit(StrEnum):
    """What is counted or measured."""

    ACCESSES = "ACCESSES"
    APPLICATIONS = "APPLICATIONS"
    BULLETINS = "BULLETINS"
    CHECKS = "CHECKS"
    EVENTS = "EVENTS"
    MINUTES = "MINUTES"
    ORGANISATIONS = "ORGANISATIONS"
    PLACES = "PLACES"
    REFERRALS = "REFERRALS"


# So long the parts of region and nation wait for a locality whose time does not go on, before their windows are final.
# What comes from it later is a part of its own, so nothing is lost.
PATIENCE_HOURS = 48
# What the rows of each level are made for.
WINDOWS: dict[Level, tuple[Window, ...]] = {
    Level.NATION: tuple(Window),
    Level.REGION: tuple(Window),
    Level.LOCALITY: tuple(Window),
    Level.ORGANISATION: (Window.DAY, Window.WEEK),
    Level.QUEUE: (Window.DAY, Window.WEEK),
}

# --------------------------------------------------------------------------------------------------------- record


class IndicatorValue(Struct, frozen=True, gc=False, omit_defaults=True):
    """One indicator of a row. `key`: its own dimensions, joined by `/`; empty without one.

    `count` adds up over rows of different subjects and over windows that do not overlap; so do `total` (whole minutes)
    and `buckets` (counts, one more than the indicator has bounds). `level` adds up over subjects only.
    """

    indicator: str
    key: str
    count: int
    total: int | None = None
    buckets: tuple[int, ...] | None = None
    level: int | None = None


class IndicatorRow(Struct, frozen=True, gc=False, omit_defaults=True):
    """The figures of one subject in one window, as one partition of the journal says (topic `indicators`, key: id).

    Of several rows with one id the one with the largest `through` holds; rows with equal `through` are equal.
    """

    # `row_id` of the fields that follow.
    id: str
    level: Level
    # Nothing, the region's two digits, the locality, the organisation's id, the queue's id.
    subject: str
    window: Window
    # Local time at which the window begins: `2021-06-10T18:00`.
    starts: str
    # The partition of the journal.
    partition: int
    # The row is what the journal's partition up to this next offset makes of it.
    through: int
    # The time of the last record before `through`.
    until: Instant
    # Nothing can change it any more.
    final: bool
    values: tuple[IndicatorValue, ...]
    # Of a locality, organisation or queue: the locality. Of a nation or region: none, or the locality whose late
    # records this part of the figures is about.
    locality: str | None = None


def row_id(level: Level, subject: str, locality: str | None, window: Window, starts: str, partition: int) -> str:
    """The id of a row. The subject stands last, for it may hold anything."""
    return f"{window}|{starts}|{partition}|{level}|{locality or ''}|{subject}"


# ---------------------------------------------------------------------------------------------------------- table


class Dimension(Struct, frozen=True):
    """A part of a key. `words`: all that it can be; none where the set is open."""

    name: str
    words: tuple[str, ...] = ()


class Indicator(Struct, frozen=True):
    """What an indicator is. `source`: rules and paragraphs that it follows from. `bounds`: of a DURATION, in minutes.

    Bucket i holds what is at least `bounds[i - 1]` and below `bounds[i]`; the last one has no upper bound.
    """

    name: str
    kind: Kind
    unit: Unit
    source: str
    dimensions: tuple[Dimension, ...] = ()
    bounds: tuple[int, ...] = ()

    def bucket(self, minutes: int) -> int:
        """The bucket of a length."""
        return bisect_right(self.bounds, minutes)

    def split(self, key: str) -> tuple[str, ...]:
        """The parts of a key, one for each dimension. Only the first may hold a `/` itself."""
        return tuple(key.rsplit("/", len(self.dimensions) - 1)) if self.dimensions else ()


HOUR = 60
DAY = 24 * HOUR
# A check of papers should take half an hour (p.22); the second check ends with the next working day (R6.2).
CHECK_BOUNDS = (1, 5, 10, 15, 20, 30, 45, 60, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 10 * DAY)
STAGE_BOUNDS = (
    *(hours * HOUR for hours in (1, 3, 6, 9, 12, 13, 14, 18)),
    *(days * DAY for days in (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90, 180, 365)),
)
WAITING_BOUNDS = tuple(
    days * DAY
    for days in (1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 150, 180, 270, 365, 456, 548, 730, 913, 1096, 1461, 1826)
)
DELAY_BOUNDS = tuple(days * DAY for days in (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 180, 365))

# Names that an application's life goes through (docs/indicators.md); a temporary referral leaves it in the queue.
STATES = ("REGISTERED", "DEFERRED", "QUEUED", "REFERRED", "STOPPED", "SUSPENDED")
REGISTRATION, REFERRAL = "REGISTRATION", "REFERRAL"
IN_TIME, LATE, NOT_SHOWN = "IN_TIME", "LATE", "NOT_SHOWN"
GRANTED, USED, LAPSED, REVOKED = "GRANTED", "USED", "LAPSED", "REVOKED"
DOCUMENTS, ADMISSION = "DOCUMENTS", "ADMISSION"
REMINDED, CONFIRMED, NOT_CONFIRMED = "REMINDED", "CONFIRMED", "NOT_CONFIRMED"
# What a publisher beyond the first of a locality is counted under, so that nobody can fill the rows with names.
OTHER_SOURCES = "*"
SOURCES_MAX = 200
REPEATS = ("2", "3", "4+")

_GROUP = Dimension("group", tuple(Group))
_CHECK = Dimension("check", (REGISTRATION, REFERRAL))
_ENDS = tuple(each.value for each in EndCause if each not in (EndCause.STOP_LIST_ENDED, EndCause.RESTORED))
_TURN = Dimension("time", REPEATS)
_NO_FILLED = tuple(each.value for each in Stage if each not in (Stage.FILLED, Stage.RECALLED, Stage.ENDED))
_FLOW, _STOCK, _DURATION = Kind.FLOW, Kind.STOCK, Kind.DURATION

_TABLE = (
    # Applications.
    Indicator("waiting", _STOCK, Unit.APPLICATIONS, "R3.1, p.13, p.20", (_GROUP, Dimension("birth_year"))),
    Indicator("applications", _STOCK, Unit.APPLICATIONS, "R4, R6.1, R6.6, R4.7", (Dimension("state", STATES),)),
    Indicator("registered", _FLOW, Unit.APPLICATIONS, "R4.1, p.5", (Dimension("channel", tuple(Channel)),)),
    Indicator("queued", _FLOW, Unit.APPLICATIONS, "R4.1, p.22", (_GROUP,)),
    Indicator("refused", _FLOW, Unit.APPLICATIONS, "R4.1, p.22", (Dimension("refusal", tuple(RefusalReason)),)),
    Indicator("archived", _FLOW, Unit.APPLICATIONS, "R4, R6.6, R6.7", (Dimension("archive", tuple(ArchiveReason)),)),
    Indicator("returned", _FLOW, Unit.APPLICATIONS, "R2.4, R6.4, R6.6, R6.8", (Dimension("cause", tuple(EndCause)),)),
    Indicator("regrouped", _FLOW, Unit.APPLICATIONS, "R3.6", (Dimension("from", tuple(Group)), _GROUP)),
    Indicator("stopped", _FLOW, Unit.APPLICATIONS, "R6.6, R6.3"),
    Indicator("suspended", _FLOW, Unit.APPLICATIONS, "R4.7, p.3.13"),
    Indicator(
        "interest",
        _FLOW,
        Unit.APPLICATIONS,
        "R4.4, p.23.2",
        (Dimension("interest", (REMINDED, CONFIRMED, NOT_CONFIRMED)),),
    ),
    # Papers, at the registration and at the second check.
    Indicator(
        "documents_shown",
        _FLOW,
        Unit.CHECKS,
        "R4.1, R6.2, p.22",
        (_CHECK, Dimension("in_time", (IN_TIME, NOT_SHOWN))),
    ),
    Indicator(
        "documents_checked", _FLOW, Unit.CHECKS, "R4.1, R6.2, p.22", (_CHECK, Dimension("in_time", (IN_TIME, LATE)))
    ),
    Indicator("check_time", _DURATION, Unit.MINUTES, "R4.1, R6.2, p.22", (_CHECK,), CHECK_BOUNDS),
    Indicator("checks_waiting", _STOCK, Unit.CHECKS, "R4.1, R6.2, p.22", (_CHECK,)),
    # Places.
    Indicator("places", _STOCK, Unit.PLACES, "R2.2", (Dimension("stage", (*_NO_FILLED, Stage.FILLED.value)),)),
    Indicator("released", _FLOW, Unit.PLACES, "R2, p.3.3, p.24", (Dimension("admission", tuple(Admission)),)),
    Indicator("released_again", _FLOW, Unit.PLACES, "R2.5", (Dimension("cause", _ENDS),)),
    Indicator("recalled", _FLOW, Unit.PLACES, "R2.4, p.25", (Dimension("recall", tuple(RecallReason)),)),
    Indicator("recalled_after_referral", _FLOW, Unit.PLACES, "R2.4, p.25", (Dimension("recall", tuple(RecallReason)),)),
    Indicator("vacated", _FLOW, Unit.PLACES, "R2.1, p.24.6"),
    Indicator("early_overdue", _STOCK, Unit.PLACES, "R2.1, p.24.6"),
    Indicator("early_delay", _DURATION, Unit.MINUTES, "R2.1, p.24.6", (), DELAY_BOUNDS),
    Indicator("ended", _FLOW, Unit.PLACES, "R2.1"),
    Indicator("stage_time", _DURATION, Unit.MINUTES, "R2.2, p.24", (Dimension("stage", _NO_FILLED),), STAGE_BOUNDS),
    Indicator(
        "filling_time",
        _DURATION,
        Unit.MINUTES,
        "R2.2, R6.7, p.24",
        (Dimension("admission", tuple(Admission)),),
        STAGE_BOUNDS,
    ),
    # Access.
    Indicator(
        "accesses",
        _FLOW,
        Unit.ACCESSES,
        "R5.2, R5.4, R5.6, p.24.10",
        (Dimension("access", (GRANTED, USED, LAPSED, REVOKED)),),
    ),
    Indicator("accesses_live", _STOCK, Unit.ACCESSES, "R5.2, p.24.10"),
    Indicator("passive_heads", _FLOW, Unit.ACCESSES, "R5.4, section 9.7", (_TURN,)),
    # Referrals.
    Indicator("referrals", _FLOW, Unit.REFERRALS, "R6.1, R5.5, R5.7, p.30", (Dimension("how", tuple(How)), _GROUP)),
    Indicator("referrals_live", _STOCK, Unit.REFERRALS, "R6.1"),
    Indicator("referrals_ended", _FLOW, Unit.REFERRALS, "R6, p.30", (Dimension("cause", _ENDS),)),
    Indicator("enrolled", _FLOW, Unit.REFERRALS, "R6.7, p.30", (Dimension("admission", tuple(Admission)),)),
    Indicator("cancelled", _FLOW, Unit.REFERRALS, "R6.4, R6.2"),
    Indicator("repeated_cancellations", _FLOW, Unit.REFERRALS, "R6.4", (_TURN,)),
    Indicator("lapsed", _FLOW, Unit.REFERRALS, "R6.2, R6.6", (Dimension("term", (DOCUMENTS, ADMISSION)),)),
    Indicator("admission_refused", _FLOW, Unit.REFERRALS, "R6.8, p.24.1"),
    Indicator("waiting_time", _DURATION, Unit.MINUTES, "R6.1, R3.2", (_GROUP,), WAITING_BOUNDS),
    Indicator(
        "served_while_both_waited",
        _FLOW,
        Unit.REFERRALS,
        "R3.3, R3.4, p.21",
        (Dimension("group", (Group.PRIORITY.value, Group.GENERAL.value)),),
    ),
    # Who sends and who runs.
    Indicator("rejected", _FLOW, Unit.EVENTS, "R8.2", (Dimension("source"), Dimension("rejection"))),
    Indicator("repeated", _FLOW, Unit.EVENTS, "R2.3, R8.2", (Dimension("source"),)),
    Indicator("bulletins", _FLOW, Unit.BULLETINS, "R5.1, p.25"),
    Indicator(
        "organisations", _STOCK, Unit.ORGANISATIONS, "R2.3, section 0", (Dimension("ownership", tuple(Ownership)),)
    ),
)
INDICATORS: dict[str, Indicator] = {each.name: each for each in _TABLE}
