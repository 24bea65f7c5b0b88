"""What was decided: one type for each fact of the journal (contracts, section 3).

Facts carry everything that the state is folded from. A field without a value is left out of the JSON form and so
out of the hash; that is what lets a fact gain optional fields without breaking older hashes.
"""

import datetime

from msgspec import Struct, field

from schemas.events import Attendance
from schemas.instants import Instant
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
)


class Fact(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", tag=str):
    """One effect of a decision. Its class name is its type."""


class Rejected(Fact, frozen=True):
    """The event has no effect, for this reason. `detail` says it in words for the sender.

    The subjects are those that the event names, as far as it names one of each: whom it concerned stays provable,
    and an organisation can be told that its release, recall or report was rejected (R7.1, R8.3).
    """

    reason: Reason
    detail: str
    organisation_id: str | None = None
    place_id: str | None = None
    application_id: str | None = None


class Duplicate(Fact, frozen=True):
    """The event was decided before, by the record of this sequence."""

    sequence: int


class OrganisationChanged(Fact, frozen=True):
    """An organisation was registered or updated."""

    organisation_id: str
    name: str
    ownership: Ownership
    kind: OrganisationKind
    profiles: tuple[str, ...]


class OrganisationClosed(Fact, frozen=True):
    """An organisation closed for good (R2.3)."""

    organisation_id: str


class LocalActAdopted(Fact, frozen=True):
    """A local act is in the log (R5.9)."""

    number: str
    date: datetime.date
    in_force_from: datetime.date
    bulletin_at: str | None = None
    opening_at: str | None = None
    second_check: bool | None = None


class PlaceReleased(Fact, frozen=True):
    """A place is offered (R2)."""

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
    admission_until: datetime.date | None = None
    attendance: tuple[Attendance, ...] | None = None


class PlaceReturned(Fact, frozen=True):
    """A place is released again after a referral or a stay ended (R2.5)."""

    place_id: str
    cause: EndCause


class PlaceRecalled(Fact, frozen=True):
    """A place is off offer (R2.4)."""

    place_id: str
    reason: RecallReason


class RecallKept(Fact, frozen=True):
    """A recall arrived before its release and waits for it (R2.4)."""

    place_id: str
    organisation_id: str
    reason: RecallReason
    until: Instant


class RecallExpired(Fact, frozen=True):
    """A kept recall found no release, or none that it may withdraw (R2.4)."""

    place_id: str
    organisation_id: str
    until: Instant


class PlaceEnded(Fact, frozen=True):
    """A temporary place reached its end date (R2.1)."""

    place_id: str


class PlaceVacated(Fact, frozen=True):
    """An early place is free now (R2.1)."""

    place_id: str


class PlaceFilled(Fact, frozen=True):
    """A child was enrolled on the place (R6.7)."""

    place_id: str


class BulletinEntry(Struct, frozen=True, gc=False, omit_defaults=True):
    """A place as it stands in a bulletin: all its terms at that moment (R5.1)."""

    place_id: str
    organisation_id: str
    queue: str
    at: Instant
    birth_year: int
    age_from: int
    age_to: int
    language: str
    group_type: GroupType
    regime: Regime
    admission: Admission
    admission_from: datetime.date
    admission_until: datetime.date | None = None
    attendance: tuple[Attendance, ...] | None = None


class RecalledEntry(Struct, frozen=True, gc=False):
    """A recalled place as it stands in a bulletin (R5.1)."""

    place_id: str
    reason: RecallReason
    at: Instant


class BulletinIssued(Fact, frozen=True):
    """The bulletin of a day (R5.1). `bulletin_hash` covers all fields before it (docs/journal.md)."""

    number: int
    date: datetime.date
    entries: tuple[BulletinEntry, ...]
    recalled: tuple[RecalledEntry, ...]
    previous_bulletin_hash: str
    bulletin_hash: str


class PlacePrioritised(Fact, frozen=True):
    """A listed place may be chosen by the holders of access until the window ends (R5.2)."""

    place_id: str
    until: Instant


class PlaceOpened(Fact, frozen=True):
    """The window of a place has ended: the first of the queue may choose it (R5.2, R5.5)."""

    place_id: str


class AccessGranted(Fact, frozen=True):
    """The applicant's turn came (R5.2). `places`: how many places are on the list, at least 1."""

    application_id: str
    queue: str
    until: Instant
    places: int


class AccessLapsed(Fact, frozen=True):
    """Access ran out unused, without penalty (R5.4)."""

    application_id: str


class AccessRevoked(Fact, frozen=True):
    """Access was taken back: the promise can't be kept, or the application left the order (R5.6)."""

    application_id: str


class AccessUsed(Fact, frozen=True):
    """Access was used up by a choice (R5.5)."""

    application_id: str


class ApplicationRegistered(Fact, frozen=True):
    """An application waits for its documents (R4.1). `private_only`: bound to private places (R4.3)."""

    application_id: str
    applicant_id: str
    child_id: str
    child_born: datetime.date
    queue_kind: QueueKind
    queue: str
    submitted_at: Instant
    benefits: tuple[Benefit, ...]
    special_needs: bool
    commission_conclusion: bool
    channel: Channel
    documents_until: Instant
    organisation_id: str | None = None
    profile: str | None = None
    private_only: bool | None = None


class ApplicationDeferred(Fact, frozen=True):
    """Confirmed, but joins its queue only later (R4.3)."""

    application_id: str
    until: Instant


class ApplicationQueued(Fact, frozen=True):
    """The application stands in its queue. Numbers are 1-based."""

    application_id: str
    queue: str
    group: Group
    number: int
    number_in_group: int


class ApplicationRefused(Fact, frozen=True):
    """The registration failed (R4.1)."""

    application_id: str
    reason: RefusalReason
    missing: tuple[str, ...]


class ApplicationRegrouped(Fact, frozen=True):
    """The application moved to another group at its original submission time (R3.6)."""

    application_id: str
    from_: Group = field(name="from")
    to: Group
    number: int | None = None


class ApplicationArchived(Fact, frozen=True):
    """The application left for good."""

    application_id: str
    reason: ArchiveReason


class ApplicationStopped(Fact, frozen=True):
    """The application is on the stop list (R6.6). `counted`: the lapse counts towards archiving."""

    application_id: str
    until: Instant
    counted: bool | None = None


class ApplicationSuspended(Fact, frozen=True):
    """The authority took the application off the order (R4.7)."""

    application_id: str
    reason: str


class BenefitsChanged(Fact, frozen=True):
    """The benefits as the provider checked them (R3.6)."""

    application_id: str
    benefits: tuple[Benefit, ...]


class StayEnded(Fact, frozen=True):
    """A child's stay on a temporary place is over (R2.1, R6.9)."""

    application_id: str
    place_id: str
    cause: StayCause


class ApplicationReturned(Fact, frozen=True):
    """The application is back at its old place in the order."""

    application_id: str
    cause: EndCause
    number: int


class ReferralIssued(Fact, frozen=True):
    """A place is reserved for a child (R6.1). `referral`: its number in the locality's register, from 1 (R6.11).

    `number`: the queue number it was served from. `vacate_until`: when a referral to a place that is never vacated
    ends (R6.2).
    """

    referral: int
    application_id: str
    place_id: str
    how: How
    number: int
    documents_until: Instant | None = None
    vacate_until: Instant | None = None


class DocumentsPresented(Fact, frozen=True):
    """Papers were shown (R4.1, or with a place R6.2). `provider_until`: by when the provider has to answer."""

    application_id: str
    provider_until: Instant
    place_id: str | None = None


class ReferralActivated(Fact, frozen=True):
    """The second check is passed. `until` is missing while an early place is not vacated (R6.2)."""

    application_id: str
    place_id: str
    until: Instant | None = None


class ReferralExtended(Fact, frozen=True):
    """The referral got more days, once (R6.5)."""

    application_id: str
    place_id: str
    until: Instant
    reason: ExtensionReason
    days: int


class ReferralEnded(Fact, frozen=True):
    """The referral is over (R6)."""

    referral: int
    application_id: str
    place_id: str
    cause: EndCause
    reason: str | None = None


class InterestConfirmed(Fact, frozen=True):
    """The yearly interest was confirmed (R4.4)."""

    application_id: str


class ReminderDue(Fact, frozen=True):
    """The applicant is reminded of a deadline (R6.10, R4.4)."""

    application_id: str
    of: Subject
    until: Instant


class ApplicantLinked(Fact, frozen=True):
    """The application moved to another applicant (R4.6)."""

    application_id: str
    applicant_id: str


class ChildLeft(Fact, frozen=True):
    """The child left the organisation (R6.7)."""

    application_id: str
    place_id: str


AnyFact = (
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
