"""The things a book holds: applications, referrals, places, organisations, local acts. Owns their fields, no rule.

Times are `Instant` milliseconds, days are days since 1970-01-01. Every field is folded from facts.
"""

import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct

from schemas.events import Attendance
from schemas.instants import Instant
from schemas.words import (
    Admission,
    Benefit,
    Channel,
    Group,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    RecallReason,
    Regime,
    Stage,
)


class Status(StrEnum):
    """Where an application stands."""

    REGISTERED = "REGISTERED"
    REFUSED = "REFUSED"
    DEFERRED = "DEFERRED"
    QUEUED = "QUEUED"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"


LIVE = frozenset(Status) - {Status.REFUSED, Status.ARCHIVED}
# Those that stand in the queue or may come back to it (R3.4's R counts the priority ones among them).
STANDING = frozenset({Status.QUEUED, Status.REFERRED, Status.STOPPED, Status.SUSPENDED})


class Referral(Struct, gc=False):
    """A live reservation of one place for one application (R6)."""

    number: int
    place_id: str
    group: Group
    issued_at: Instant
    automatic: bool
    documents_until: Instant | None
    vacate_until: Instant | None
    provider_until: Instant | None = None  # set once papers were shown
    active: bool = False
    until: Instant | None = None
    extended: bool = False


class ApplicantClass(Struct, frozen=True, gc=False):
    """What makes two applications of a queue equal before its places (R5.3)."""

    born: datetime.date
    exempt: bool  # from the age cap (R1.3)
    private_only: bool
    on_temporary: bool
    excluded: frozenset[str]


class Claim(Struct, frozen=True, gc=False):
    """What a submission says of more than one child. Kept to tell a repeat from a conflict; equal ones are one."""

    benefits: tuple[Benefit, ...]
    organisation_id: str | None
    profile: str | None
    special_needs: bool
    commission_conclusion: bool
    channel: Channel


class Application(Struct, gc=False):
    """One child's entry for one queue."""

    id: str
    applicant_id: str
    child_id: str
    queue: str
    submitted_at: int  # an `Instant` without its type: half the memory, and nothing writes it
    # What was submitted and may change later, kept to tell a repeat from a conflict.
    first_applicant_id: str
    claim: Claim
    sequence: int  # of the record that registered it
    benefits: tuple[Benefit, ...]
    # Born, exemption, binding, temporary place and exclusions: everything eligibility asks.
    kind: ApplicantClass
    status: Status = Status.REGISTERED
    group: Group = Group.GENERAL
    deadline: Instant | None = None  # of the documents, the joining or the stop list, by status
    provider_until: Instant | None = None  # set once the registration's papers were shown
    access_until: Instant | None = None
    referral: Referral | None = None
    temporary: Referral | None = None
    stay: str | None = None  # the temporary place the child attends through this application
    lapses: int = 0
    interest_due: Instant | None = None
    interest_reminded: bool = False
    cancelled: tuple[str, ...] = ()
    enrolled_at: str | None = None  # the lasting place it was enrolled on


class PlaceTerms(Struct, frozen=True, gc=False):
    """What an organisation says of a place and parents choose from (R2)."""

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


class Reach(IntEnum):
    """Which children of one half of a birth year the age of a place reaches (R5.3)."""

    NOBODY = 0
    EXEMPT = 1  # only those whom the age cap does not bind
    ALL = 2


class PlaceClass(Struct, frozen=True, gc=False):
    """What makes two places of a queue equal before its applications (R5.3).

    All children of a queue are born in one year, so what a place's ages and its school year come to are two answers:
    one for those born up to 1 September, one for those born later.
    """

    older: Reach
    younger: Reach
    private: bool
    born_until: datetime.date | None  # who is old enough for a private place; none: everybody of the year
    temporary: bool
    place_id: str | None  # named when some application may not have this very place


class Place(Struct, gc=False):
    """One place through its stages."""

    id: str
    terms: PlaceTerms
    sequence: int  # of the record that accepted the release
    released_at: Instant
    arrival: int  # counts the releases and returns of the locality: the order of arrival
    stage: Stage = Stage.RELEASED
    vacated: bool = False
    until: Instant | None = None  # of the window
    application_id: str | None = None  # referred to, or enrolled
    excluded: bool = False  # some application may not have it
    recall_reason: RecallReason | None = None
    recall_sequence: int | None = None  # of the record that accepted the organisation's recall


class Organisation(Struct, gc=False):
    """One kindergarten."""

    id: str
    name: str
    ownership: Ownership
    kind: OrganisationKind
    profiles: tuple[str, ...]
    closed: bool = False
    places: dict[str, None] = {}


class KeptRecall(Struct, gc=False):
    """A recall that waits for its release (R2.4)."""

    reason: RecallReason
    until: Instant
    sequence: int


class LocalAct(Struct, frozen=True, gc=False):
    """A local act in force (R5.9). Each part counts from its own day: a moment that has passed today can't move."""

    bulletin_from: int
    opening_from: int
    second_check_from: int
    bulletin_at_minutes: int | None
    opening_at_minutes: int | None
    second_check: bool | None


class Arrival(Struct, frozen=True, gc=False):
    """A place that the next bulletin lists: released, or with a reason recalled, at a moment."""

    place_id: str
    at: Instant
    reason: RecallReason | None = None


class QueueKey(Struct, frozen=True, gc=False):
    """What a queue's id says (contracts, section 4)."""

    kind: QueueKind
    year: int
    organisation_id: str | None = None
    profile: str = ""

    def __str__(self) -> str:
        if self.kind is QueueKind.GENERAL:
            return f"general/{self.year}"
        return f"{self.kind.lower()}/{self.organisation_id}/{self.year}/{self.profile}"
