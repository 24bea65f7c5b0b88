"""What has to be remembered of a locality so that its figures go on: what is live, and no more. Owns shapes only."""

from msgspec import Struct, field

from schemas.journal import GENESIS_HASH
from schemas.words import Admission, Group, Ownership, Stage
from streams.monitoring.series import Series


class Check(Struct):
    """A check of papers that may still come: at the registration, or the second one of a referral."""

    # None where a local act has dropped the second check (R5.9).
    due: int | None
    shown_at: int | None = None
    answer_due: int | None = None
    answered: bool = False


class Referral(Struct):
    """A live referral."""

    place_id: str
    check: Check


class Application(Struct):
    """An application that is neither refused nor archived."""

    queue: str
    birth_year: str
    submitted_at: int
    check: Check
    state: str = ""
    group: Group | None = None
    accesses_lapsed: int = 0
    cancellations: int = 0
    # Had a lasting place before.
    referred: bool = False
    referral: Referral | None = None
    temporary: Referral | None = None


class Place(Struct):
    """A place that is on offer or referred; or filled for a time only."""

    queue: str
    organisation_id: str
    # As published.
    published: Admission
    admission: Admission
    released_at: int
    stage: Stage | None = None
    since: int = 0
    # The local day from which an early place is overdue.
    overdue_from: int | None = None
    overdue: bool = False


class Locality(Struct):
    """One locality: the end of its chain, its local time, what is live, and its series."""

    code: str
    # Hours of the local calendar; never goes back.
    hour: int
    series: Series
    sequence: int = 0
    hash: str = GENESIS_HASH
    time: int = 0
    applications: dict[str, Application] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    # Open ones.
    organisations: dict[str, Ownership] = field(default_factory=dict)
    # Queue -> group -> how many stand in its order.
    waiting: dict[str, dict[Group, int]] = field(default_factory=dict)
    # Early places by the hour from which they are overdue: a heap.
    agenda: list[tuple[int, str]] = field(default_factory=list)
    # Publishers whose events were rejected or repeated, in the order in which they appeared.
    sources: dict[str, None] = field(default_factory=dict)
    by_organisation: dict[str, Series] = field(default_factory=dict)
    by_queue: dict[str, Series] = field(default_factory=dict)
