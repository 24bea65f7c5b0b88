"""What the registers say of one application: its row, referrals, accesses, movements, stages. Only asks.

Which of it a viewer may read is the page's part.
"""

from datetime import date
from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.snapshot import read
from consumers.dashboard.pages import NotThere
from consumers.dashboard.sources import Connection
from schemas.instants import Instant

_APPLICATION: Final[LiteralString] = (
    "SELECT application_id, applicant_id, child_id, queue, channel, submitted_at, registered_at, documents_until,"
    ' state, "group", queued_at, until, access_until, stay_place_id, lapses, left_at, reason, record, last_record'
    " FROM applications WHERE locality = %s AND application_id = %s"
)
_REFERRALS: Final[LiteralString] = (
    "SELECT r.referral, r.place_id, r.organisation_id, o.name, r.how, r.number, r.state, r.issued_at,"
    " r.documents_until, r.activated_at, r.until, r.extension_days, r.ended_at, r.cause, r.reason, p.admission,"
    " p.admission_from, p.admission_until, p.language, p.regime, p.vacated_at, r.record, r.last_record"
    " FROM referrals r JOIN places p USING (locality, place_id)"
    " LEFT JOIN organisations o ON o.locality = r.locality AND o.organisation_id = r.organisation_id"
    " WHERE r.locality = %s AND r.application_id = %s ORDER BY r.referral"
)
_LIVE: Final[LiteralString] = (
    "SELECT EXISTS (SELECT FROM referrals WHERE locality = %s AND application_id = %s AND state <> 'ENDED')"
)
_ACCESSES: Final[LiteralString] = (
    "SELECT granted_at, until, places, state, ended_at, record, last_record FROM accesses"
    " WHERE locality = %s AND application_id = %s ORDER BY record"
)
_MOVEMENTS: Final[LiteralString] = (
    "SELECT record, fact, at, what, from_state, to_state, from_group, to_group, reason, number_stated, event, timer"
    " FROM movements WHERE locality = %s AND application_id = %s ORDER BY record, fact"
)
_STAGES: Final[LiteralString] = (
    "SELECT record, at, stage, result, due, bound, in_time, referral FROM stages"
    " WHERE locality = %s AND application_id = %s ORDER BY record, nth"
)


class Application(NamedTuple):
    """The application's row."""

    application_id: str
    applicant_id: str
    child_id: str
    queue: str
    channel: str
    submitted_at: Instant
    registered_at: Instant
    documents_until: Instant
    state: str
    group: str | None
    queued_at: Instant | None
    until: Instant | None
    access_until: Instant | None
    stay_place_id: str | None
    lapses: int
    left_at: Instant | None
    reason: str | None
    record: int
    last_record: int


class Referral(NamedTuple):
    """A referral of it, with what it needs to know of the place."""

    referral: int
    place_id: str
    organisation_id: str
    organisation: str | None
    how: str
    number: int
    state: str
    issued_at: Instant
    documents_until: Instant | None
    activated_at: Instant | None
    until: Instant | None
    extension_days: int | None
    ended_at: Instant | None
    cause: str | None
    reason: str | None
    admission: str
    admission_from: date
    admission_until: date | None
    language: str
    regime: str
    vacated_at: Instant | None
    record: int
    last_record: int


class Access(NamedTuple):
    """A right to choose that it had."""

    granted_at: Instant
    until: Instant
    places: int
    state: str
    ended_at: Instant | None
    record: int
    last_record: int


class OwnMovement(NamedTuple):
    """A change of its state or group."""

    record: int
    fact: int
    at: Instant
    what: str
    from_state: str | None
    to_state: str
    from_group: str | None
    to_group: str | None
    reason: str | None
    number_stated: int | None
    event: str | None
    timer: str | None


class Stage(NamedTuple):
    """A stage of the service that it reached."""

    record: int
    at: Instant
    stage: str
    result: str
    due: Instant | None
    bound: str | None
    in_time: bool | None
    referral: int | None


def application_of(connection: Connection, locality: str, application_id: str) -> Application:
    """Raises: NotThere."""
    found = read(connection, Application, _APPLICATION, (locality, application_id))
    if not found:
        raise NotThere(application_id)
    return found[0]


def referrals_of(connection: Connection, locality: str, application_id: str) -> list[Referral]:
    """Its referrals, the first one first."""
    return read(connection, Referral, _REFERRALS, (locality, application_id))


def has_referral(connection: Connection, locality: str, application_id: str) -> bool:
    """Whether a referral of it is live."""
    ((found,),) = connection.execute(_LIVE, (locality, application_id)).fetchall()
    return bool(found)


def accesses_of(connection: Connection, locality: str, application_id: str) -> list[Access]:
    """Its accesses, the first one first."""
    return read(connection, Access, _ACCESSES, (locality, application_id))


def movements_of(connection: Connection, locality: str, application_id: str) -> list[OwnMovement]:
    """Its movements, the first one first."""
    return read(connection, OwnMovement, _MOVEMENTS, (locality, application_id))


def stages_of(connection: Connection, locality: str, application_id: str) -> list[Stage]:
    """Its stages, the first one first."""
    return read(connection, Stage, _STAGES, (locality, application_id))
