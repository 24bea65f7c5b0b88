"""What one journal record did to the registers, table by table. Only asks.

Each question has an index, so that it takes a moment in a nation's registers, too. Where the writer changes rows, no
column that it changes is indexed: what a record changed is found by the versions that it ended, and what it began by
the movements, which name application and referral. A referral never changes without its application.
"""

from dataclasses import dataclass
from typing import Any, Final, LiteralString

from consumers.dashboard.sources import Connection, rows
from schemas.instants import Instant


@dataclass(frozen=True, slots=True)
class Kind:
    """One list of a record. `columns`: names; their kinds are the page's."""

    name: str
    columns: tuple[str, ...]
    text: LiteralString


# The applications that a record changed or began.
_APPLICATIONS: LiteralString = (
    "SELECT application_id FROM application_history WHERE locality = %(locality)s AND ended_by = %(record)s"
    " UNION SELECT application_id FROM movements WHERE locality = %(locality)s AND record = %(record)s"
)
KINDS: Final = (
    Kind(
        "movements",
        (
            *("at", "application_id", "from_state", "to_state", "from_group", "to_group", "number", "reason"),
            *("event", "timer"),
        ),
        "SELECT at, application_id, from_state, to_state, from_group, to_group, number_stated, reason, event, timer"
        " FROM movements WHERE locality = %(locality)s AND record = %(record)s ORDER BY fact",
    ),
    Kind(
        "applications",
        ("at", "application_id", "queue", "state", "group", "until", "access_until", "referral"),
        'SELECT valid_from, application_id, queue, state, "group", until, access_until, referral'  # noqa: S608
        " FROM application_versions WHERE locality = %(locality)s AND made_by = %(record)s AND application_id IN ("
        + _APPLICATIONS
        + ") ORDER BY application_id",
    ),
    Kind(
        "places",
        ("at", "place_id", "organisation_id", "queue", "stage", "window_until", "application_id"),
        "SELECT valid_from, place_id, organisation_id, queue, stage, window_until, application_id"
        " FROM place_versions WHERE locality = %(locality)s AND made_by = %(record)s AND place_id IN ("
        "SELECT place_id FROM place_history WHERE locality = %(locality)s AND ended_by = %(record)s"
        " UNION SELECT place_id FROM places WHERE locality = %(locality)s AND record = %(record)s) ORDER BY place_id",
    ),
    Kind(
        "referrals",
        ("at", "referral", "application_id", "place_id", "referral_state", "documents_until", "until", "cause"),
        "SELECT valid_from, referral, application_id, place_id, state, documents_until, until, cause"
        " FROM referral_versions WHERE locality = %(locality)s AND made_by = %(record)s AND referral IN ("
        "SELECT referral FROM referral_history WHERE locality = %(locality)s AND ended_by = %(record)s"
        " UNION SELECT referral FROM movements WHERE locality = %(locality)s AND record = %(record)s)"
        " ORDER BY referral",
    ),
    Kind(
        "accesses",
        ("at", "application_id", "queue", "until", "places", "access_state"),
        "SELECT CASE WHEN record = %(record)s THEN granted_at ELSE ended_at END,"  # noqa: S608  # constants
        " application_id, queue, until, places,"
        " CASE WHEN record = %(record)s THEN 'LIVE' ELSE state END"
        " FROM accesses WHERE locality = %(locality)s AND (record = %(record)s OR last_record = %(record)s)"
        " AND application_id IN (" + _APPLICATIONS + ") ORDER BY application_id",
    ),
    Kind(
        "organisations",
        ("at", "organisation_id", "name", "ownership", "organisation_kind"),
        "SELECT valid_from, organisation_id, name, ownership, kind FROM organisation_versions"
        " WHERE locality = %(locality)s AND made_by = %(record)s ORDER BY organisation_id",
    ),
    Kind(
        "bulletins",
        ("at", "bulletin", "places", "recalled"),
        "SELECT issued_at, number, places, recalled FROM bulletins"
        " WHERE locality = %(locality)s AND record = %(record)s",
    ),
    Kind(
        "rejections",
        ("at", "event", "rejection", "detail", "application_id", "place_id", "organisation_id"),
        "SELECT at, type, reason, detail, application_id, place_id, organisation_id FROM rejections"
        " WHERE locality = %(locality)s AND record = %(record)s",
    ),
    Kind(
        "stages",
        ("at", "application_id", "service_stage", "result", "due", "bound", "in_time"),
        "SELECT at, application_id, stage, result, due, bound, in_time FROM stages"
        " WHERE locality = %(locality)s AND record = %(record)s ORDER BY nth",
    ),
)
BY_NAME: Final = {each.name: each for each in KINDS}


def found_by(connection: Connection, kind: Kind, locality: str, record: int) -> list[tuple[Any, ...]]:
    """The rows of one list."""
    return rows(connection, kind.text, {"locality": locality, "record": record})


def time_of(found: dict[str, list[tuple[Any, ...]]]) -> Instant | None:
    """When the record was decided: every row says it first. None for a record without rows."""
    return next((each[0][0] for each in found.values() if each), None)


def cause_of(found: dict[str, list[tuple[Any, ...]]]) -> tuple[str | None, str | None]:
    """The event or the timer that the record was decided for, where a row names it."""
    for row in found["movements"]:
        event, timer = row[-2:]
        if event or timer:
            return event, timer
    if found["rejections"]:
        return found["rejections"][0][1], None
    return None, "BULLETIN" if found["bulletins"] else None
