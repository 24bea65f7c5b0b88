"""What comes in: one type for each input event (contracts, section 2), with the bounds of its fields.

Owns shapes only. Never decides whether an event is right: that is the rules' task.
"""

import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from schemas.instants import Instant
from schemas.words import (
    Admission,
    Benefit,
    Channel,
    DocumentsReason,
    ExtensionReason,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    RecallReason,
    Regime,
)

ID_LENGTH_MAX = 64
TEXT_LENGTH_MAX = 256
LIST_LENGTH_MAX = 64
CHOICES_MAX = 12
EXTENSION_DAYS_MAX = 30
LOCALITY_DIGITS = 9
KEY_PATTERN = r"\A[^\x00-\x20\x7f]+\Z"
INT32_MAX = 2**31 - 1

Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.:-]+\Z", max_length=ID_LENGTH_MAX)]
Locality = Annotated[str, Meta(pattern=r"\A[0-9]{9}\Z")]
# Free text may be printed in tables and pages: no control characters, so that it cannot forge a line.
Text = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]*\Z", max_length=TEXT_LENGTH_MAX)]
Key = Annotated[str, Meta(pattern=KEY_PATTERN, max_length=TEXT_LENGTH_MAX)]
# A profile is the last part of a queue's id, so it must not look like a part boundary.
Profile = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f/]*\Z", max_length=ID_LENGTH_MAX)]
Language = Annotated[str, Meta(pattern=r"\A[a-z]{2}\Z")]
ClockTime = Annotated[str, Meta(pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
Int32 = Annotated[int, Meta(ge=-INT32_MAX - 1, le=INT32_MAX)]
Profiles = Annotated[tuple[Profile, ...], Meta(max_length=LIST_LENGTH_MAX)]
Benefits = Annotated[tuple[Benefit, ...], Meta(max_length=LIST_LENGTH_MAX)]
Missing = Annotated[tuple[Text, ...], Meta(max_length=LIST_LENGTH_MAX)]


class EventData(Struct, frozen=True, gc=False, omit_defaults=True):
    """The payload of an event. Its class name is the event's type."""


class Attendance(Struct, frozen=True, gc=False):
    """A span of days in which a place is attended (p.25.4); both ends count."""

    from_: datetime.date = field(name="from")
    until: datetime.date


class OrganisationRegistered(EventData, frozen=True):
    """An organisation appears, or changes what may change (R1.1). Kind and locality never change."""

    organisation_id: Id
    name: Text
    ownership: Ownership
    kind: OrganisationKind
    profiles: Profiles


class LocalActAdopted(EventData, frozen=True):
    """A local act moves the times of a locality's day or drops the second check (R5.9)."""

    number: Text
    date: datetime.date
    in_force_from: datetime.date
    bulletin_at: ClockTime | None = None
    opening_at: ClockTime | None = None
    second_check: bool | None = None


class OrganisationClosed(EventData, frozen=True):
    """An organisation ends for good (R2.3)."""

    organisation_id: Id


class PlaceReleased(EventData, frozen=True):
    """A kindergarten offers one place (R2). Ages are full years on 1 September, both ends count."""

    place_id: Id
    organisation_id: Id
    queue_kind: QueueKind
    birth_year: Int32
    age_from: Int32
    age_to: Int32
    language: Language
    group_type: GroupType
    regime: Regime
    admission: Admission
    admission_from: datetime.date
    profile: Profile | None = None
    admission_until: datetime.date | None = None
    attendance: Annotated[tuple[Attendance, ...], Meta(max_length=LIST_LENGTH_MAX)] | None = None


class PlaceVacated(EventData, frozen=True):
    """The pupil before has left an `EARLY` place: it is free now (R2.1)."""

    place_id: Id
    organisation_id: Id


class PlaceRecalled(EventData, frozen=True):
    """A kindergarten takes a place back (R2.4)."""

    place_id: Id
    organisation_id: Id
    reason: RecallReason


class ApplicationSubmitted(EventData, frozen=True):
    """A child enters one queue (R1, R4.1)."""

    application_id: Id
    applicant_id: Id
    child_id: Id
    child_born: datetime.date
    queue_kind: QueueKind
    submitted_at: Instant
    benefits: Benefits
    special_needs: bool
    commission_conclusion: bool
    channel: Channel
    organisation_id: Id | None = None
    profile: Profile | None = None


class DocumentsPresented(EventData, frozen=True):
    """Papers were shown: for the registration, or with a place for the second check (R4.1, R6.2)."""

    application_id: Id
    place_id: Id | None = None


class DocumentsConfirmed(EventData, frozen=True):
    """The provider confirmed the papers, and the benefits where they differ from those claimed (R4.1)."""

    application_id: Id
    benefits: Benefits | None = None


class DocumentsRefused(EventData, frozen=True):
    """The provider refused the papers (R4.1)."""

    application_id: Id
    reason: DocumentsReason
    missing: Missing


class BenefitsChanged(EventData, frozen=True):
    """The provider checked a change of benefits (R3.6)."""

    application_id: Id
    benefits: Benefits


class InterestConfirmed(EventData, frozen=True):
    """The applicant still wants the place (R4.4)."""

    application_id: Id
    applicant_id: Id


class ApplicationWithdrawn(EventData, frozen=True):
    """The applicant gives the application up (R4.5)."""

    application_id: Id
    applicant_id: Id


class ApplicantLinked(EventData, frozen=True):
    """The application moves to the child's other legal representative (R4.6)."""

    application_id: Id
    applicant_id: Id


class ApplicationSuspended(EventData, frozen=True):
    """The authority takes an application off the order for a violation (R4.7)."""

    application_id: Id
    reason: Text


class ApplicationRestored(EventData, frozen=True):
    """The authority lets a suspended application back (R4.7)."""

    application_id: Id
    reason: Text


class Choice(Struct, frozen=True, gc=False):
    """One child's place in a choice."""

    application_id: Id
    place_id: Id


class PlacesChosen(EventData, frozen=True):
    """An applicant chooses one place for each of one or more children (R5.5, R5.8)."""

    applicant_id: Id
    choices: Annotated[tuple[Choice, ...], Meta(min_length=1, max_length=CHOICES_MAX)]
    signature_ref: Text | None = None


class ReferralDocumentsConfirmed(EventData, frozen=True):
    """The second check is passed, with or without the benefit (R6.2, R6.3)."""

    application_id: Id
    place_id: Id
    benefit_confirmed: bool


class ReferralDocumentsRefused(EventData, frozen=True):
    """Identity, kinship or papers failed the second check (R6.3)."""

    application_id: Id
    place_id: Id
    reason: Text


class ReferralCancelled(EventData, frozen=True):
    """The applicant gives a referral back (R6.4)."""

    application_id: Id
    applicant_id: Id
    place_id: Id


class ReferralExtended(EventData, frozen=True):
    """The applicant asks for more days, once (R6.5)."""

    application_id: Id
    applicant_id: Id
    place_id: Id
    reason: ExtensionReason
    days: Annotated[int, Meta(ge=1, le=EXTENSION_DAYS_MAX)]


class ChildEnrolled(EventData, frozen=True):
    """The organisation admitted the child (R6.7)."""

    application_id: Id
    organisation_id: Id
    place_id: Id


class AdmissionRefused(EventData, frozen=True):
    """The organisation refused admission (R6.8)."""

    application_id: Id
    organisation_id: Id
    place_id: Id
    reason: Text


class ChildLeft(EventData, frozen=True):
    """The child left the organisation (R6.7)."""

    application_id: Id
    organisation_id: Id
    place_id: Id


class ClockTick(EventData, frozen=True):
    """Nothing but time: the locality's time moves to the record's."""


class Event(Struct, frozen=True, gc=False):
    """One input record: where it stood, who sent it, when the log took it, and its data.

    `partition` and `offset` are null where there is no log (a file: partition 0, offset = line number).
    """

    topic: str
    time: Instant
    event_id: str
    source: str
    locality: str
    data: EventData
    partition: int | None = None
    offset: int | None = None

    @property
    def type(self) -> str:
        """The contract's name of the event."""
        return type(self.data).__name__


EVENTS_BY_TOPIC: dict[str, tuple[type[EventData], ...]] = {
    "organisation-registry": (OrganisationRegistered, LocalActAdopted, OrganisationClosed, ClockTick),
    "vacancy-releases": (PlaceReleased, PlaceVacated, ClockTick),
    "vacancy-recalls": (PlaceRecalled, ClockTick),
    "application-changes": (
        ApplicationSubmitted,
        DocumentsPresented,
        DocumentsConfirmed,
        DocumentsRefused,
        BenefitsChanged,
        InterestConfirmed,
        ApplicationWithdrawn,
        ApplicantLinked,
        ApplicationSuspended,
        ApplicationRestored,
        PlacesChosen,
        ReferralDocumentsConfirmed,
        ReferralDocumentsRefused,
        ReferralCancelled,
        ReferralExtended,
        ChildEnrolled,
        AdmissionRefused,
        ChildLeft,
        ClockTick,
    ),
}
