"""The rows of the registers: one type for each register, one field for each column. Owns names and types only.

A moment is an `Instant`, a missing value is None. What may identify a family or a need (birth dates, benefits, special
needs) is in no row: it stays in the journal. `record` is the sequence of the record that made a row, `last_record` of
the last one that changed it, `changed_at` its time. docs/registers-files.md says what each column means; a test
compares.
"""

import datetime
from enum import StrEnum

from msgspec import Struct

from schemas.events import Attendance
from schemas.instants import Instant
from schemas.words import (
    Admission,
    ArchiveReason,
    Channel,
    EndCause,
    ExtensionReason,
    Group,
    GroupType,
    How,
    OrganisationKind,
    Ownership,
    Reason,
    RecallReason,
    RefusalReason,
    Regime,
    Stage,
    Timer,
)


class ApplicationState(StrEnum):
    """Where an application stands."""

    REGISTERED = "REGISTERED"
    DEFERRED = "DEFERRED"
    QUEUED = "QUEUED"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    REFUSED = "REFUSED"
    ARCHIVED = "ARCHIVED"


class AccessState(StrEnum):
    """What became of an access."""

    LIVE = "LIVE"
    USED = "USED"
    LAPSED = "LAPSED"
    REVOKED = "REVOKED"


class ReferralState(StrEnum):
    """Where a referral stands."""

    ISSUED = "ISSUED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class OrganisationRow(Struct, gc=False, kw_only=True):
    """An organisation as it is now."""

    locality: str
    organisation_id: str
    name: str
    ownership: Ownership
    kind: OrganisationKind
    profiles: tuple[str, ...]
    registered_at: Instant
    closed_at: Instant | None = None
    record: int
    last_record: int
    changed_at: Instant


class PlaceRow(Struct, gc=False, kw_only=True):
    """A place: its terms, its stage, who has it."""

    locality: str
    place_id: str
    organisation_id: str
    queue: str
    birth_year: int
    age_from: int
    age_to: int
    language: str
    group_type: GroupType
    regime: Regime
    admission: Admission
    admission_from: datetime.date
    admission_until: datetime.date | None
    attendance: tuple[Attendance, ...] | None
    stage: Stage
    released_at: Instant
    offered_at: Instant
    returns: int = 0
    bulletin: int | None = None
    window_until: Instant | None = None
    application_id: str | None = None
    vacated_at: Instant | None = None
    recall_reason: RecallReason | None = None
    record: int
    last_record: int
    changed_at: Instant


class ApplicationRow(Struct, gc=False, kw_only=True):
    """An application: where it stands and how it got there."""

    locality: str
    application_id: str
    applicant_id: str
    child_id: str
    queue: str
    channel: Channel
    submitted_at: Instant
    registered_at: Instant
    documents_until: Instant
    state: ApplicationState
    group: Group | None = None
    queued_at: Instant | None = None
    number_stated: int | None = None
    until: Instant | None = None
    access_until: Instant | None = None
    referral: int | None = None
    place_id: str | None = None
    stay_referral: int | None = None
    stay_place_id: str | None = None
    lapses: int = 0
    left_at: Instant | None = None
    reason: RefusalReason | ArchiveReason | None = None
    record: int
    last_record: int
    changed_at: Instant


class ReferralRow(Struct, gc=False, kw_only=True):
    """A referral, by its number in the locality's register (R6.11)."""

    locality: str
    referral: int
    application_id: str
    place_id: str
    organisation_id: str
    queue: str
    how: How
    number: int
    state: ReferralState
    issued_at: Instant
    documents_until: Instant | None
    activated_at: Instant | None = None
    until: Instant | None = None
    extension_days: int | None = None
    extension_reason: ExtensionReason | None = None
    ended_at: Instant | None = None
    cause: EndCause | None = None
    reason: str | None = None
    record: int
    last_record: int
    changed_at: Instant


class AccessRow(Struct, gc=False, kw_only=True):
    """One access, from its grant to its end."""

    locality: str
    application_id: str
    queue: str
    granted_at: Instant
    until: Instant
    places: int
    state: AccessState
    ended_at: Instant | None = None
    record: int
    last_record: int


class BulletinRow(Struct, gc=False, kw_only=True):
    """A bulletin, without its entries."""

    locality: str
    number: int
    date: datetime.date
    issued_at: Instant
    places: int
    recalled: int
    previous_bulletin_hash: str
    bulletin_hash: str
    record: int


class RejectionRow(Struct, gc=False, kw_only=True):
    """An event that had no effect, and why."""

    locality: str
    record: int
    at: Instant
    topic: str | None
    source: str | None
    event_id: str | None
    type: str | None
    reason: Reason
    detail: str
    organisation_id: str | None
    place_id: str | None
    application_id: str | None


class MovementRow(Struct, gc=False, kw_only=True):
    """A fact that gave an application a state or a group: what it was before, what it is then, and why.

    `fact` is the fact's position in its record, from 0. `reason` is a word of the rule book, never free text.
    """

    locality: str
    application_id: str
    record: int
    fact: int
    at: Instant
    queue: str
    what: str
    from_state: ApplicationState | None
    to_state: ApplicationState
    from_group: Group | None
    to_group: Group | None
    reason: RefusalReason | ArchiveReason | EndCause | How | None
    number_stated: int | None
    referral: int | None
    event: str | None
    timer: Timer | None


class LocalityRow(Struct, gc=False, kw_only=True):
    """Where a locality's journal stood: what all its other rows were folded from."""

    locality: str
    records: int
    until: Instant
    head: str
    bulletins: int
    last_bulletin_hash: str | None


# What changes more than once, and so has versions.
VersionedRow = OrganisationRow | PlaceRow | ApplicationRow | ReferralRow
Row = OrganisationRow | PlaceRow | ApplicationRow | ReferralRow | AccessRow | BulletinRow | RejectionRow
