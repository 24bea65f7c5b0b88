"""The shape of a journal record as this reader understands the contracts: its own reading, on purpose not shared with
the code that writes journals, so that a mistake there cannot hide itself here. Times stay text until they are checked.
Members that it does not know are left alone: the hash covers them.
"""

from datetime import date as Date

import msgspec
from msgspec import Struct

from schemas.words import (
    Admission,
    ArchiveReason,
    Benefit,
    Channel,
    EndCause,
    ExtensionReason,
    Group,
    GroupType,
    How,
    OrganisationKind,
    Ownership,
    QueueKind,
    Reason,
    RecallReason,
    RefusalReason,
    Regime,
    StayCause,
    Subject,
    Timer,
    Topic,
)


class CauseShape(Struct, frozen=True, gc=False):
    """An event (topic, source, event_id, type) or a timer (timer, due, subject)."""

    topic: Topic | None = None
    partition: int | None = None
    offset: int | None = None
    source: str | None = None
    event_id: str | None = None
    type: str | None = None
    timer: Timer | None = None
    due: str | None = None
    subject: str | None = None


class FactShape(Struct, frozen=True, gc=False, tag_field="type", tag=str):
    """One effect."""


class Rejected(FactShape, frozen=True):
    """The event has no effect."""

    reason: Reason
    detail: str


class Duplicate(FactShape, frozen=True):
    """The event was decided before."""

    sequence: int


class OrganisationChanged(FactShape, frozen=True):
    """An organisation as it is from now on."""

    organisation_id: str
    name: str
    ownership: Ownership
    kind: OrganisationKind
    profiles: tuple[str, ...]


class OrganisationClosed(FactShape, frozen=True):
    """An organisation ended."""

    organisation_id: str


class LocalActAdopted(FactShape, frozen=True):
    """Times of a locality's day."""

    number: str
    date: Date
    in_force_from: Date
    bulletin_at: str | None = None
    opening_at: str | None = None
    second_check: bool | None = None


class Span(Struct, frozen=True, gc=False):
    """Days of attendance."""

    from_: Date = msgspec.field(name="from")
    until: Date


class PlaceReleased(FactShape, frozen=True):
    """A place with its terms."""

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
    admission_from: Date
    admission_until: Date | None = None
    attendance: tuple[Span, ...] | None = None


class PlaceReturned(FactShape, frozen=True):
    """A place is offered again."""

    place_id: str
    cause: EndCause


class PlaceRecalled(FactShape, frozen=True):
    """A place is off offer."""

    place_id: str
    reason: RecallReason


class RecallKept(FactShape, frozen=True):
    """A recall waits for its release."""

    place_id: str
    organisation_id: str
    reason: RecallReason
    until: str


class RecallExpired(FactShape, frozen=True):
    """A kept recall is forgotten."""

    place_id: str
    organisation_id: str
    until: str


class PlaceEnded(FactShape, frozen=True):
    """A temporary place reached its end."""

    place_id: str


class PlaceVacated(FactShape, frozen=True):
    """An early place is free."""

    place_id: str


class PlaceFilled(FactShape, frozen=True):
    """A child was enrolled."""

    place_id: str


class Entry(Struct, frozen=True, gc=False):
    """A place in a bulletin."""

    place_id: str
    organisation_id: str
    queue: str
    at: str
    birth_year: int
    age_from: int
    age_to: int
    language: str
    group_type: GroupType
    regime: Regime
    admission: Admission
    admission_from: Date
    admission_until: Date | None = None
    attendance: tuple[Span, ...] | None = None


class RecalledPlace(Struct, frozen=True, gc=False):
    """A recalled place in a bulletin."""

    place_id: str
    reason: RecallReason
    at: str


class BulletinIssued(FactShape, frozen=True):
    """The bulletin of a day."""

    number: int
    date: Date
    entries: tuple[Entry, ...]
    recalled: tuple[RecalledPlace, ...]
    previous_bulletin_hash: str
    bulletin_hash: str


class PlacePrioritised(FactShape, frozen=True):
    """A window begins."""

    place_id: str
    until: str


class PlaceOpened(FactShape, frozen=True):
    """A window has ended."""

    place_id: str


class AccessGranted(FactShape, frozen=True):
    """A turn came."""

    application_id: str
    queue: str
    until: str
    places: int


class AccessLapsed(FactShape, frozen=True):
    """A turn ran out."""

    application_id: str


class AccessRevoked(FactShape, frozen=True):
    """A turn was taken back."""

    application_id: str


class AccessUsed(FactShape, frozen=True):
    """A turn was used."""

    application_id: str


class ApplicationRegistered(FactShape, frozen=True):
    """A child asks for a queue."""

    application_id: str
    applicant_id: str
    child_id: str
    child_born: Date
    queue_kind: QueueKind
    queue: str
    submitted_at: str
    benefits: tuple[Benefit, ...]
    special_needs: bool
    commission_conclusion: bool
    channel: Channel
    documents_until: str
    organisation_id: str | None = None
    profile: str | None = None
    private_only: bool | None = None


class ApplicationDeferred(FactShape, frozen=True):
    """It joins only later."""

    application_id: str
    until: str


class ApplicationQueued(FactShape, frozen=True):
    """It stands in the queue."""

    application_id: str
    queue: str
    group: Group
    number: int
    number_in_group: int


class ApplicationRefused(FactShape, frozen=True):
    """The registration failed."""

    application_id: str
    reason: RefusalReason
    missing: tuple[str, ...]


class ApplicationRegrouped(FactShape, frozen=True):
    """It moved to another group."""

    application_id: str
    to: Group
    from_: Group = msgspec.field(name="from")
    number: int | None = None


class ApplicationArchived(FactShape, frozen=True):
    """It left for good."""

    application_id: str
    reason: ArchiveReason


class ApplicationStopped(FactShape, frozen=True):
    """It is on the stop list."""

    application_id: str
    until: str
    counted: bool | None = None


class ApplicationSuspended(FactShape, frozen=True):
    """The authority took it off the order."""

    application_id: str
    reason: str


class BenefitsChanged(FactShape, frozen=True):
    """The benefits that count."""

    application_id: str
    benefits: tuple[Benefit, ...]


class StayEnded(FactShape, frozen=True):
    """A stay on a temporary place is over."""

    application_id: str
    place_id: str
    cause: StayCause


class ApplicationReturned(FactShape, frozen=True):
    """It is back in the order."""

    application_id: str
    cause: EndCause
    number: int


class ReferralIssued(FactShape, frozen=True):
    """A place is reserved."""

    referral: int
    application_id: str
    place_id: str
    how: How
    number: int
    documents_until: str | None = None
    vacate_until: str | None = None


class DocumentsPresented(FactShape, frozen=True):
    """Papers were shown."""

    application_id: str
    place_id: str | None = None


class ReferralActivated(FactShape, frozen=True):
    """The second check is passed."""

    application_id: str
    place_id: str
    until: str | None = None


class ReferralExtended(FactShape, frozen=True):
    """The referral got more days."""

    application_id: str
    place_id: str
    until: str
    reason: ExtensionReason
    days: int


class ReferralEnded(FactShape, frozen=True):
    """The referral is over."""

    referral: int
    application_id: str
    place_id: str
    cause: EndCause


class InterestConfirmed(FactShape, frozen=True):
    """Still wanted."""

    application_id: str


class ReminderDue(FactShape, frozen=True):
    """A deadline is near."""

    application_id: str
    of: Subject
    until: str


class ApplicantLinked(FactShape, frozen=True):
    """Another applicant."""

    application_id: str
    applicant_id: str


class ChildLeft(FactShape, frozen=True):
    """The child left."""

    application_id: str
    place_id: str


AnyShape = (
    Rejected
    | Duplicate
    | OrganisationChanged
    | OrganisationClosed
    | LocalActAdopted
    | PlaceReleased
    | PlaceReturned
    | PlaceRecalled
    | RecallKept
    | RecallExpired
    | PlaceEnded
    | PlaceVacated
    | PlaceFilled
    | BulletinIssued
    | PlacePrioritised
    | PlaceOpened
    | AccessGranted
    | AccessLapsed
    | AccessRevoked
    | AccessUsed
    | ApplicationRegistered
    | ApplicationDeferred
    | ApplicationQueued
    | ApplicationRefused
    | ApplicationRegrouped
    | ApplicationArchived
    | ApplicationStopped
    | ApplicationSuspended
    | BenefitsChanged
    | StayEnded
    | ApplicationReturned
    | ReferralIssued
    | DocumentsPresented
    | ReferralActivated
    | ReferralExtended
    | ReferralEnded
    | InterestConfirmed
    | ReminderDue
    | ApplicantLinked
    | ChildLeft
)


class RecordShape(Struct, frozen=True, gc=False):
    """One line of a journal."""

    locality: str
    sequence: int
    time: str
    cause: CauseShape
    pack: str
    facts: tuple[AnyShape, ...]
    previous_hash: str
    hash: str
