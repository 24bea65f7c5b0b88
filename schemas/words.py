"""The enumerations of the rule book, word for word. Owns names only, never behaviour."""

from enum import StrEnum


class Ownership(StrEnum):
    """Who runs an organisation."""

    STATE = "STATE"
    PRIVATE = "PRIVATE"


class OrganisationKind(StrEnum):
    """What an organisation is for."""

    GENERAL = "GENERAL"
    SPECIAL = "SPECIAL"
    SANATORIUM = "SANATORIUM"


class QueueKind(StrEnum):
    """R1.1: a general queue belongs to a locality, the other two to an organisation."""

    GENERAL = "GENERAL"
    SPECIAL = "SPECIAL"
    SANATORIUM = "SANATORIUM"


class GroupType(StrEnum):
    """The kind of the kindergarten group that a place is in (R2)."""

    GENERAL_DEVELOPMENTAL = "GENERAL_DEVELOPMENTAL"
    SPECIAL = "SPECIAL"
    SANATORIUM = "SANATORIUM"


class Regime(StrEnum):
    """How long children stay (R2)."""

    FULL_DAY = "FULL_DAY"
    HALF_DAY = "HALF_DAY"
    ROUND_THE_CLOCK = "ROUND_THE_CLOCK"


class Admission(StrEnum):
    """R2.1: when and for how long a place admits."""

    REGULAR = "REGULAR"
    EARLY = "EARLY"
    TEMPORARY = "TEMPORARY"


class Stage(StrEnum):
    """R2.2: where a place stands."""

    RELEASED = "RELEASED"
    LISTED = "LISTED"
    PRIORITY = "PRIORITY"
    OPEN = "OPEN"
    REFERRED = "REFERRED"
    FILLED = "FILLED"
    RECALLED = "RECALLED"
    ENDED = "ENDED"


class Group(StrEnum):
    """R3.1: the three groups of a queue."""

    EXTRAORDINARY = "EXTRAORDINARY"
    PRIORITY = "PRIORITY"
    GENERAL = "GENERAL"


class Benefit(StrEnum):
    """A ground for standing in a stronger group (R3.1). Never published."""

    MILITARY = "MILITARY"
    SPECIAL_STATE_BODY = "SPECIAL_STATE_BODY"
    TEACHER_CHILD = "TEACHER_CHILD"
    PARENT_DISABILITY = "PARENT_DISABILITY"
    ORPHAN = "ORPHAN"
    WITHOUT_PARENTAL_CARE = "WITHOUT_PARENTAL_CARE"
    LARGE_FAMILY = "LARGE_FAMILY"
    SPECIAL_NEEDS = "SPECIAL_NEEDS"
    DISABLED_CHILD_IN_FAMILY = "DISABLED_CHILD_IN_FAMILY"


class Channel(StrEnum):
    """How an application reached the register."""

    OFFICE = "OFFICE"
    STATE_CORPORATION = "STATE_CORPORATION"
    PORTAL = "PORTAL"
    MOBILE = "MOBILE"
    PROACTIVE = "PROACTIVE"
    BIRTH_REGISTRATION = "BIRTH_REGISTRATION"
    MIGRATION = "MIGRATION"


class RecallReason(StrEnum):
    """R2.4: why an organisation takes a place back."""

    MAJOR_REPAIR = "MAJOR_REPAIR"
    QUARANTINE = "QUARANTINE"
    STATE_ORDER_CANCELLED = "STATE_ORDER_CANCELLED"
    CLOSURE = "CLOSURE"
    PUBLISHED_BY_MISTAKE = "PUBLISHED_BY_MISTAKE"
    PUPIL_RETURNED = "PUPIL_RETURNED"


class DocumentsReason(StrEnum):
    """R4.1: why a provider refuses the papers of a registration."""

    INCOMPLETE_PACKAGE = "INCOMPLETE_PACKAGE"
    UNTRUE_DOCUMENTS = "UNTRUE_DOCUMENTS"
    REQUIREMENTS_NOT_MET = "REQUIREMENTS_NOT_MET"
    NO_CONSENT = "NO_CONSENT"


class RefusalReason(StrEnum):
    """R4.1: why an application was refused: the provider's reasons, and the deadline's."""

    INCOMPLETE_PACKAGE = "INCOMPLETE_PACKAGE"
    UNTRUE_DOCUMENTS = "UNTRUE_DOCUMENTS"
    REQUIREMENTS_NOT_MET = "REQUIREMENTS_NOT_MET"
    NO_CONSENT = "NO_CONSENT"
    NOT_SHOWN_IN_TIME = "NOT_SHOWN_IN_TIME"


class ExtensionReason(StrEnum):
    """R6.5: what a referral may be extended for."""

    ILLNESS = "ILLNESS"
    TREATMENT = "TREATMENT"
    BUSINESS_TRIP = "BUSINESS_TRIP"
    LEAVE = "LEAVE"


class ArchiveReason(StrEnum):
    """Why an application left the queue for good."""

    WITHDRAWN = "WITHDRAWN"
    ENROLLED = "ENROLLED"
    ENROLLED_ELSEWHERE = "ENROLLED_ELSEWHERE"
    AGE_LIMIT = "AGE_LIMIT"
    INTEREST_NOT_CONFIRMED = "INTEREST_NOT_CONFIRMED"
    SECOND_LAPSE = "SECOND_LAPSE"
    ORGANISATION_CLOSED = "ORGANISATION_CLOSED"


class EndCause(StrEnum):
    """Why a referral ended; also why its place or its application came back."""

    CANCELLED = "CANCELLED"
    LAPSED = "LAPSED"
    RECALLED = "RECALLED"
    REFUSED = "REFUSED"
    BENEFIT_NOT_CONFIRMED = "BENEFIT_NOT_CONFIRMED"
    DOCUMENTS_REFUSED = "DOCUMENTS_REFUSED"
    WITHDRAWN = "WITHDRAWN"
    SUSPENDED = "SUSPENDED"
    ENROLLED = "ENROLLED"
    SERVED_REGULAR = "SERVED_REGULAR"
    TEMPORARY_ENDED = "TEMPORARY_ENDED"
    NOT_VACATED = "NOT_VACATED"
    STOP_LIST_ENDED = "STOP_LIST_ENDED"
    RESTORED = "RESTORED"


class StayCause(StrEnum):
    """Why a stay on a temporary place ended."""

    TEMPORARY_ENDED = "TEMPORARY_ENDED"
    RECALLED = "RECALLED"
    SERVED_REGULAR = "SERVED_REGULAR"
    LEFT = "LEFT"


class How(StrEnum):
    """How a referral came about: chosen in the window, chosen while open, or given (R5.5, R5.7)."""

    CHOICE = "CHOICE"
    OPEN_CHOICE = "OPEN_CHOICE"
    AUTOMATIC = "AUTOMATIC"


class Subject(StrEnum):
    """What a reminder is about."""

    ACCESS = "ACCESS"
    REFERRAL = "REFERRAL"
    INTEREST = "INTEREST"


class Topic(StrEnum):
    """The input topics, in the order in which events of one moment are decided (contracts, section 4)."""

    ORGANISATION_REGISTRY = "organisation-registry"
    VACANCY_RELEASES = "vacancy-releases"
    VACANCY_RECALLS = "vacancy-recalls"
    APPLICATION_CHANGES = "application-changes"


class Timer(StrEnum):
    """What fires by time, in the order of its rank (contracts, section 4): the first has rank 1."""

    REGISTRATION = "REGISTRATION"
    TEMPORARY_END = "TEMPORARY_END"
    REFERRAL = "REFERRAL"
    STOP_LIST = "STOP_LIST"
    ACCESS = "ACCESS"
    JOINING = "JOINING"
    INTEREST = "INTEREST"
    AGE_LIMIT = "AGE_LIMIT"
    RECALL = "RECALL"
    REMINDER = "REMINDER"
    OPENING = "OPENING"
    BULLETIN = "BULLETIN"
    WINDOW = "WINDOW"


class Reason(StrEnum):
    """Why an event was rejected: the first that applies in the order of contracts, section 3."""

    UNKNOWN_ORGANISATION = "UNKNOWN_ORGANISATION"
    UNKNOWN_PLACE = "UNKNOWN_PLACE"
    UNKNOWN_APPLICATION = "UNKNOWN_APPLICATION"
    NOT_YOURS = "NOT_YOURS"
    ORGANISATION_CLOSED = "ORGANISATION_CLOSED"
    CONFLICTING_PLACE = "CONFLICTING_PLACE"
    CONFLICTING_APPLICATION = "CONFLICTING_APPLICATION"
    BAD_DATE = "BAD_DATE"
    BAD_TIME = "BAD_TIME"
    DUPLICATE_APPLICATION = "DUPLICATE_APPLICATION"
    PLACE_FILLED = "PLACE_FILLED"
    PLACE_TAKEN = "PLACE_TAKEN"
    ON_STOP_LIST = "ON_STOP_LIST"
    NOT_QUEUED = "NOT_QUEUED"
    NO_REFERRAL = "NO_REFERRAL"
    NOT_ACTIVE = "NOT_ACTIVE"
    ALREADY_EXTENDED = "ALREADY_EXTENDED"
    WRONG_STATE = "WRONG_STATE"
    TOO_LATE = "TOO_LATE"
    NO_ACCESS = "NO_ACCESS"
    SPECIAL_NEEDS_NOT_CONFIRMED = "SPECIAL_NEEDS_NOT_CONFIRMED"
    TOO_OLD = "TOO_OLD"
    TOO_MANY_REGISTRATIONS = "TOO_MANY_REGISTRATIONS"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    PROMISED = "PROMISED"
    OUTSIDE_FIRST_1000 = "OUTSIDE_FIRST_1000"


TOPIC_ORDER: dict[str, int] = {topic.value: index for index, topic in enumerate(Topic)}
TIMER_RANK: dict[Timer, int] = {timer: index for index, timer in enumerate(Timer, start=1)}
