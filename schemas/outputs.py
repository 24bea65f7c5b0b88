"""What goes out: one type for each record that is derived from the journal (rules, section 7).

Owns shapes and their words. Never decides what is sent or to whom: that is `streams.projections`. Every id here is
made from the locality and the sequence of the journal record behind it, so the same journal gives the same ids
again, and a reader that has seen an id may drop the repeat. A field without a value is left out of the JSON form.
"""

import datetime
from enum import StrEnum

from msgspec import Struct

from schemas.facts import BulletinEntry, RecalledEntry
from schemas.instants import Instant
from schemas.words import Group, Reason

# ---------------------------------------------------------------------------------------------------------- words


class OutcomeResult(StrEnum):
    """What became of an input event (R8.2)."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    DUPLICATE = "DUPLICATE"


class Audience(StrEnum):
    """What the recipient of a message is (R7.1)."""

    APPLICANT = "APPLICANT"
    ORGANISATION = "ORGANISATION"


class MessageKind(StrEnum):
    """The messages of R7.1. None exists for the open stage of a place."""

    # To the applicant.
    REGISTERED = "REGISTERED"
    QUEUED = "QUEUED"
    REFUSED = "REFUSED"
    REGROUPED = "REGROUPED"
    TURN_CAME = "TURN_CAME"
    ACCESS_ENDING = "ACCESS_ENDING"
    ACCESS_LAPSED = "ACCESS_LAPSED"
    ACCESS_REVOKED = "ACCESS_REVOKED"
    REFERRAL_ISSUED = "REFERRAL_ISSUED"
    REFERRAL_ACTIVE = "REFERRAL_ACTIVE"
    REFERRAL_ENDING = "REFERRAL_ENDING"
    REFERRAL_EXTENDED = "REFERRAL_EXTENDED"
    REFERRAL_CANCELLED = "REFERRAL_CANCELLED"
    REFERRAL_LAPSED = "REFERRAL_LAPSED"
    REFERRAL_VOIDED = "REFERRAL_VOIDED"
    REFERRAL_REFUSED = "REFERRAL_REFUSED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    RESTORED = "RESTORED"
    RETURNED = "RETURNED"
    ARCHIVED = "ARCHIVED"
    INTEREST_DUE = "INTEREST_DUE"
    # To the organisation.
    ORGANISATION_REFERRAL_ACTIVE = "ORGANISATION_REFERRAL_ACTIVE"
    ORGANISATION_REFERRAL_ENDED = "ORGANISATION_REFERRAL_ENDED"
    ORGANISATION_EVENT_REJECTED = "ORGANISATION_EVENT_REJECTED"


class Term(StrEnum):
    """What has to happen before a message's deadline, or what ends at it."""

    DOCUMENTS = "DOCUMENTS"
    CHOICE = "CHOICE"
    ADMISSION = "ADMISSION"
    VACATING = "VACATING"
    STOP_LIST = "STOP_LIST"
    INTEREST = "INTEREST"


class ReferralState(StrEnum):
    """What an organisation sees of a referral: nothing before it is active (R6.2)."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class ServiceStageName(StrEnum):
    """The stages of the service that the national monitoring counts (R7.2, p.9)."""

    SUBMITTED = "SUBMITTED"
    PRESENTED = "PRESENTED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    QUEUED = "QUEUED"
    ACCESS = "ACCESS"
    REFERRAL = "REFERRAL"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    ARCHIVED = "ARCHIVED"


class StageResult(StrEnum):
    """How a stage came out: `DONE`, or the word of the fact that says more (R7.2)."""

    DONE = "DONE"
    # CONFIRMED: the application joins its queue only later (R4.3).
    DEFERRED = "DEFERRED"
    # REFUSED (R4.1).
    INCOMPLETE_PACKAGE = "INCOMPLETE_PACKAGE"
    UNTRUE_DOCUMENTS = "UNTRUE_DOCUMENTS"
    REQUIREMENTS_NOT_MET = "REQUIREMENTS_NOT_MET"
    NO_CONSENT = "NO_CONSENT"
    NOT_SHOWN_IN_TIME = "NOT_SHOWN_IN_TIME"
    # REFERRAL: how it came about (R5.5, R5.7).
    CHOICE = "CHOICE"
    OPEN_CHOICE = "OPEN_CHOICE"
    AUTOMATIC = "AUTOMATIC"
    # ENDED: why (R6).
    CANCELLED = "CANCELLED"
    LAPSED = "LAPSED"
    RECALLED = "RECALLED"
    BENEFIT_NOT_CONFIRMED = "BENEFIT_NOT_CONFIRMED"
    DOCUMENTS_REFUSED = "DOCUMENTS_REFUSED"
    REFUSED = "REFUSED"
    SUSPENDED = "SUSPENDED"
    SERVED_REGULAR = "SERVED_REGULAR"
    TEMPORARY_ENDED = "TEMPORARY_ENDED"
    NOT_VACATED = "NOT_VACATED"
    # ENDED and ARCHIVED.
    WITHDRAWN = "WITHDRAWN"
    ENROLLED = "ENROLLED"
    # ARCHIVED: why.
    ENROLLED_ELSEWHERE = "ENROLLED_ELSEWHERE"
    AGE_LIMIT = "AGE_LIMIT"
    INTEREST_NOT_CONFIRMED = "INTEREST_NOT_CONFIRMED"
    SECOND_LAPSE = "SECOND_LAPSE"
    ORGANISATION_CLOSED = "ORGANISATION_CLOSED"


class BoundParty(StrEnum):
    """Whose term the `due` of a stage is: who is late when the stage is late (R7.2)."""

    APPLICANT = "APPLICANT"
    PROVIDER = "PROVIDER"
    ORGANISATION = "ORGANISATION"


class OrderStatus(StrEnum):
    """Where an application of a published order stands (R7.3).

    `STOPPED` says only that no referral can be issued for a while. Whether by the stop list (R6.6) or by the
    authority (R4.7) is the applicant's business.
    """

    WAITING = "WAITING"
    ACCESS = "ACCESS"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"


# --------------------------------------------------------------------------------------------------------- records


class Outcome(Struct, frozen=True, gc=False, omit_defaults=True):
    """What became of one input event, for whoever published it (R8.2; topic `outcomes`, key: source).

    `sequence` is the journal record that decided it. `reason` and `detail` are there when it was rejected,
    `first_sequence` (the record that decided the event before) when it is a duplicate. `number` is the place in the
    queue that the event's own application got by it, 1-based; only for events about one application.
    """

    source: str
    event_id: str
    topic: str
    type: str
    locality: str
    sequence: int
    time: Instant
    result: OutcomeResult
    reason: Reason | None = None
    detail: str | None = None
    first_sequence: int | None = None
    number: int | None = None


class Notification(Struct, frozen=True, gc=False, omit_defaults=True):
    """One message to an applicant or an organisation (R7.1; topic `notifications`, key: recipient).

    Which fields a kind carries is fixed: `streams.projections.notifications.MESSAGE_FIELDS`, docs/messages.md.
    Holds opaque ids only: the gateway knows names and addresses, the journal doesn't (R4.2).
    """

    # `locality:sequence:index`, index = 2 x the fact's position in its record, + 1 for the organisation's message.
    id: str
    locality: str
    audience: Audience
    # The applicant's or the organisation's id.
    recipient: str
    kind: MessageKind
    at: Instant
    application_id: str | None = None
    # The place of the referral, or the one that a rejected event names.
    place_id: str | None = None
    organisation_id: str | None = None
    # The referral's number in the locality's register (R6.11).
    referral: int | None = None
    # The moment from which it is too late, and what it is the deadline of.
    deadline: Instant | None = None
    term: Term | None = None
    queue: str | None = None
    # The number in the queue and inside the group, 1-based (R3.5).
    number: int | None = None
    number_in_group: int | None = None
    group: Group | None = None
    from_group: Group | None = None
    # How many places are on the list when the turn comes (R5.2).
    places: int | None = None
    # The symbol of the rule book that says why; `detail` is free text of whoever decided it.
    reason: str | None = None
    detail: str | None = None
    missing: tuple[str, ...] | None = None
    # The last day of a temporary place (R2.1).
    place_until: datetime.date | None = None
    # The number of the temporary referral that gives way to this one (R6.9).
    replaces: int | None = None
    # The rejected event of an organisation.
    source: str | None = None
    event_id: str | None = None
    event_type: str | None = None


class Bulletin(Struct, frozen=True, gc=False, omit_defaults=True):
    """The bulletin of a day as it is published (R5.1, p.3.3, p.25.4; topic `bulletins`, key: locality).

    `bulletin_hash` covers the locality and all fields before it (docs/journal.md); `sequence` is its journal record.
    """

    locality: str
    number: int
    date: datetime.date
    entries: tuple[BulletinEntry, ...]
    recalled: tuple[RecalledEntry, ...]
    previous_bulletin_hash: str
    bulletin_hash: str
    sequence: int
    at: Instant


class ReferralView(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an organisation may see of a referral to its place (R6.2; topic `referrals`, key: organisation).

    From its activation on, and its end; the newest of a referral replaces the older ones. Never who applied, nor any
    benefit, nor why it ended: what the organisation did not do itself is the family's business. `until` is missing
    while an early place is not vacated. `sequence`: the journal record, which orders the views of a referral.
    """

    organisation_id: str
    locality: str
    referral: int
    application_id: str
    place_id: str
    state: ReferralState
    at: Instant
    sequence: int
    until: Instant | None = None


class ServiceStage(Struct, frozen=True, gc=False, omit_defaults=True):
    """One stage of the service for the national monitoring (R7.2, p.9; topic `service-stages`, key: locality).

    `due` is the moment by which this stage was due and `bound` whom that term bound; both are missing where no term
    runs. `in_time` is then missing too, but for one case: papers that were confirmed in the moment they were shown
    (R4.1) are in time. What happens at `due` itself is late (rules, section 0).
    """

    # `locality:sequence:index`, index = 3 x the fact's position in its record, + 1 for CONFIRMED, + 2 for QUEUED.
    id: str
    locality: str
    application_id: str
    stage: ServiceStageName
    at: Instant
    result: StageResult
    due: Instant | None = None
    bound: BoundParty | None = None
    in_time: bool | None = None
    # The referral's number, for the stages of a referral.
    referral: int | None = None


class OrderRow(Struct, frozen=True, gc=False, omit_defaults=True):
    """One application in the published order of its queue, and all that may be published of it (R7.3, p.24.8).

    `number` is missing while the application is off the order; its old place waits for it.
    """

    application_id: str
    queue: str
    group: Group
    submitted_at: Instant
    status: OrderStatus
    number: int | None = None


class DeadLetter(Struct, frozen=True, gc=False, omit_defaults=True):
    """An input record that is no event of the contracts (topic `dead-letters`, key: the record's own).

    Never published: `value` is whatever somebody sent, byte by byte (in JSON: base64).
    """

    topic: str
    partition: int
    offset: int
    # The record's own timestamp, which is the log's append time in production.
    at: Instant
    error: str
    key: bytes | None = None
    value: bytes | None = None


Output = Outcome | Notification | Bulletin | ReferralView | ServiceStage
