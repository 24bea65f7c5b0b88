"""What the registers say of one kindergarten: its row, places, referrals, hours without a child, rejected events. Only
asks."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.own_life import SHOWN_AS, known_of
from consumers.dashboard.evidence.place_rows import PlaceReferral, Version
from consumers.dashboard.evidence.snapshot import read
from consumers.dashboard.pages import NotThere
from consumers.dashboard.sources import Connection, rows
from schemas.events import (
    AdmissionRefused,
    ChildEnrolled,
    ChildLeft,
    OrganisationClosed,
    OrganisationRegistered,
    PlaceRecalled,
    PlaceReleased,
    PlaceVacated,
)
from schemas.instants import Instant

REJECTIONS_MAX: Final = 1_000
# What a kindergarten sends. A family's application to its own queue names it, too, and is none of its business.
_ITS_EVENTS: Final = [
    each.__name__
    for each in (
        OrganisationRegistered,
        OrganisationClosed,
        PlaceReleased,
        PlaceVacated,
        PlaceRecalled,
        ChildEnrolled,
        AdmissionRefused,
        ChildLeft,
    )
]

_ORGANISATION: Final[LiteralString] = (
    "SELECT organisation_id, name, ownership, kind, registered_at, closed_at, record, last_record FROM organisations"
    " WHERE locality = %s AND organisation_id = %s"
)
_PLACES: Final[LiteralString] = (
    "SELECT place_id, queue, stage, admission, admission_from, offered_at, window_until, returns, recall_reason,"
    " vacated_at, changed_at, last_record FROM places WHERE locality = %s AND organisation_id = %s"
    " ORDER BY released_at, place_id"
)
_REFERRALS: Final[LiteralString] = (
    "SELECT referral, application_id, place_id, state, issued_at, documents_until, activated_at, until, ended_at,"
    " cause, reason, record, last_record FROM referrals WHERE locality = %s AND organisation_id = %s"
    " ORDER BY referral DESC"
)
# Of the places whose referral was not told, with all that its kindergarten's knowledge is made of.
_SILENT_VERSIONS: Final[LiteralString] = (
    "SELECT place_id, made_by, valid_from, stage, admission, bulletin, window_until, application_id, recall_reason,"
    " returns FROM place_versions WHERE locality = %s AND place_id = ANY (%s) ORDER BY place_id, made_by"
)
# Hours at each stage before a child is there, over all its places; spans that last count up to the snapshot's end.
_IDLE: Final[LiteralString] = (
    "SELECT stage, count(DISTINCT place_id),"
    " (sum(extract(epoch FROM coalesce(valid_until, %s) - valid_from)) / 60)::bigint"
    " FROM place_versions WHERE locality = %s AND place_id = ANY (SELECT place_id FROM places WHERE locality = %s"
    " AND organisation_id = %s) AND stage IN ('RELEASED', 'LISTED', 'PRIORITY', 'OPEN', 'REFERRED') GROUP BY stage"
)
_REJECTIONS: Final[LiteralString] = (
    "SELECT record, at, type, reason, detail, place_id, application_id FROM rejections"
    " WHERE locality = %s AND organisation_id = %s AND type = ANY (%s) ORDER BY record DESC LIMIT %s"
)


class Organisation(NamedTuple):
    """Its row."""

    organisation_id: str
    name: str
    ownership: str
    kind: str
    registered_at: Instant
    closed_at: Instant | None
    record: int
    last_record: int


class OwnPlace(NamedTuple):
    """A place of it."""

    place_id: str
    queue: str
    stage: str
    admission: str
    admission_from: date
    offered_at: Instant
    window_until: Instant | None
    returns: int
    recall_reason: str | None
    vacated_at: Instant | None
    changed_at: Instant
    last_record: int


class OwnReferral(NamedTuple):
    """A referral to a place of it."""

    referral: int
    application_id: str
    place_id: str
    state: str
    issued_at: Instant
    documents_until: Instant | None
    activated_at: Instant | None
    until: Instant | None
    ended_at: Instant | None
    cause: str | None
    reason: str | None
    record: int
    last_record: int


class Idle(NamedTuple):
    """How many of its places were ever at a stage, and how long all together."""

    stage: str
    places: int
    minutes: int


class Rejection(NamedTuple):
    """An event of it that had no effect."""

    record: int
    at: Instant
    type: str | None
    reason: str
    detail: str
    place_id: str | None
    application_id: str | None


def organisation_of(connection: Connection, locality: str, organisation_id: str) -> Organisation:
    """Raises: NotThere."""
    found = read(connection, Organisation, _ORGANISATION, (locality, organisation_id))
    if not found:
        raise NotThere(organisation_id)
    return found[0]


def places_of(connection: Connection, locality: str, organisation_id: str) -> list[OwnPlace]:
    """All its places, the first one first."""
    return read(connection, OwnPlace, _PLACES, (locality, organisation_id))


def known_places(
    connection: Connection, locality: str, places: Sequence[OwnPlace], referrals: Sequence[OwnReferral]
) -> list[OwnPlace]:
    """The places as their kindergarten knows them (R6.2). `referrals`: all to them."""
    to: dict[str, list[PlaceReferral]] = defaultdict(list)
    for each in referrals:
        to[each.place_id].append(
            PlaceReferral(
                each.referral, each.application_id, "", 0, each.state, each.issued_at, each.activated_at, each.ended_at,
                each.cause, each.reason, each.record,
            )
        )  # fmt: skip
    silent = [place for place, found in to.items() if any(each.activated_at is None for each in found)]
    versions: dict[str, list[Version]] = defaultdict(list)
    for place_id, *version in rows(connection, _SILENT_VERSIONS, (locality, silent)) if silent else ():
        versions[place_id].append(Version(*version))
    known = []
    for place in places:
        one = place._replace(stage=SHOWN_AS.get(place.stage, place.stage))
        if place.place_id in versions:
            found = known_of(versions[place.place_id], to[place.place_id])
            one = place._replace(stage=found.stage, offered_at=found.offered_at, returns=found.returns)
        known.append(one)
    return known


def referrals_of(connection: Connection, locality: str, organisation_id: str) -> list[OwnReferral]:
    """All referrals to its places, the newest first."""
    return read(connection, OwnReferral, _REFERRALS, (locality, organisation_id))


def idle_of(connection: Connection, locality: str, organisation_id: str, until: Instant) -> list[Idle]:
    """How long its places stood without a child, by stage."""
    return read(connection, Idle, _IDLE, (until, locality, locality, organisation_id))


def rejections_of(connection: Connection, locality: str, organisation_id: str) -> list[Rejection]:
    """What it sent and had rejected, the newest first."""
    return read(connection, Rejection, _REJECTIONS, (locality, organisation_id, _ITS_EVENTS, REJECTIONS_MAX))
