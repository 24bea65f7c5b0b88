"""What the registers say of one place: its terms, its versions, its referrals, its bulletins. Only asks."""

from datetime import date
from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.snapshot import read
from consumers.dashboard.pages import NotThere
from consumers.dashboard.sources import Connection
from schemas.instants import Instant

_PLACE: Final[LiteralString] = (
    "SELECT p.place_id, p.organisation_id, o.name, o.ownership, p.queue, p.birth_year, p.age_from, p.age_to,"
    " p.language,"
    " p.group_type, p.regime, p.admission, p.admission_from, p.admission_until, p.stage, p.released_at, p.offered_at,"
    " p.returns, p.bulletin, p.window_until, p.application_id, p.vacated_at, p.recall_reason, p.record, p.last_record"
    " FROM places p JOIN organisations o USING (locality, organisation_id) WHERE p.locality = %s AND p.place_id = %s"
)
_VERSIONS: Final[LiteralString] = (
    "SELECT made_by, valid_from, stage, admission, bulletin, window_until, application_id, recall_reason,"
    " returns FROM place_versions WHERE locality = %s AND place_id = %s ORDER BY made_by"
)
_REFERRALS: Final[LiteralString] = (
    "SELECT referral, application_id, how, number, state, issued_at, activated_at, ended_at, cause, reason, record"
    " FROM referrals WHERE locality = %s AND place_id = %s ORDER BY referral"
)
_BULLETINS: Final[LiteralString] = (
    "SELECT b.number, b.date, b.issued_at, e.part, b.record FROM bulletin_entries e JOIN bulletins b"
    " USING (locality, number) WHERE e.locality = %s AND e.place_id = %s ORDER BY b.number"
)


class Place(NamedTuple):
    """The place's row, and whose it is."""

    place_id: str
    organisation_id: str
    organisation: str
    ownership: str
    queue: str
    birth_year: int
    age_from: int
    age_to: int
    language: str
    group_type: str
    regime: str
    admission: str
    admission_from: date
    admission_until: date | None
    stage: str
    released_at: Instant
    offered_at: Instant
    returns: int
    bulletin: int | None
    window_until: Instant | None
    application_id: str | None
    vacated_at: Instant | None
    recall_reason: str | None
    record: int
    last_record: int


class Version(NamedTuple):
    """The place from one record on."""

    made_by: int
    valid_from: Instant
    stage: str
    admission: str
    bulletin: int | None
    window_until: Instant | None
    application_id: str | None
    recall_reason: str | None
    returns: int


class PlaceReferral(NamedTuple):
    """A referral to it."""

    referral: int
    application_id: str
    how: str
    number: int
    state: str
    issued_at: Instant
    activated_at: Instant | None
    ended_at: Instant | None
    cause: str | None
    reason: str | None
    record: int


class Listed(NamedTuple):
    """A bulletin that names it."""

    number: int
    date: date
    issued_at: Instant
    part: str
    record: int


class Span(NamedTuple):
    """How long it was at one stage. `until`: none while it still is, or at the end of its life."""

    stage: str
    since: Instant
    until: Instant | None
    record: int
    application_id: str | None


def place_of(connection: Connection, locality: str, place_id: str) -> Place:
    """Raises: NotThere."""
    found = read(connection, Place, _PLACE, (locality, place_id))
    if not found:
        raise NotThere(place_id)
    return found[0]


def versions_of(connection: Connection, locality: str, place_id: str) -> list[Version]:
    """All its versions, the first one first."""
    return read(connection, Version, _VERSIONS, (locality, place_id))


def referrals_to(connection: Connection, locality: str, place_id: str) -> list[PlaceReferral]:
    """All referrals to it, the first one first."""
    return read(connection, PlaceReferral, _REFERRALS, (locality, place_id))


def bulletins_with(connection: Connection, locality: str, place_id: str) -> list[Listed]:
    """The bulletins that name it, the first one first."""
    return read(connection, Listed, _BULLETINS, (locality, place_id))


def spans_of(versions: list[Version]) -> list[Span]:
    """Its life by stage: versions that differ in something else are one span."""
    found: list[Span] = []
    for each in versions:
        if found and found[-1].stage == each.stage:
            continue
        if found:
            found[-1] = found[-1]._replace(until=each.valid_from)
        found.append(Span(each.stage, each.valid_from, None, each.made_by, each.application_id))
    return found
