"""What is alive in one locality, as the facts tell it: places, applications, referrals, queues. Bounded by what is
alive: of what left for good only the id is kept, so that it is noticed when it comes again. Never judges.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from sortedcontainers import SortedList

from consumers.verification.order import Key, Order
from consumers.verification.pool import Kind, Pool, Profile
from consumers.verification.shapes import PlaceReleased
from consumers.verification.tables import PackTable
from schemas.words import Admission, Benefit, EndCause, Group, How, Ownership, QueueKind, RecallReason, Stage

SCHOOL_YEAR_STARTS = (9, 1)


class Where(Enum):
    """Where an application stands. `ADRIFT`: inside a record, between the end of a referral and what follows.
    `GONE`: it left for good."""

    REGISTERED = "REGISTERED"
    DEFERRED = "DEFERRED"
    WAITING = "QUEUED"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    ADRIFT = "ADRIFT"
    GONE = "GONE"


@dataclass(slots=True)
class Referral:
    """A live referral. Moments in epoch milliseconds; 0: none."""

    number: int
    application: "Application"
    place: "Place"
    how: How
    issued: int
    # The group it was served in: a later change of benefits does not change how the child came to its place (R4.3).
    group: Group
    documents_until: int = 0
    vacate_until: int = 0
    until: int = 0
    active: bool = False
    presented: bool = False
    extended: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """A place that is not off offer for good. `arrived` counts releases and returns, for the oldest first."""

    terms: PlaceReleased
    queue: "Queue"
    stage: Stage
    arrived: int
    until: int = 0
    vacated: bool = False
    referral: Referral | None = None
    ended: EndCause | None = None
    occupant: "Application | None" = None
    kind: Kind | None = None
    barred: bool = False
    released_at: int = 0

    @property
    def temporary(self) -> bool:
        """Whether the child keeps its position in the queue (R6.9)."""
        return self.terms.admission is Admission.TEMPORARY


@dataclass(slots=True, eq=False)
class Application:
    """An application that has not left for good."""

    id: str
    applicant: str
    child: "Child"
    born: date
    queue: "Queue"
    key: Key
    benefits: tuple[Benefit, ...]
    exempt: bool
    special_needs: bool
    private_only: bool
    documents_until: int
    group: Group = Group.GENERAL
    where: Where = Where.REGISTERED
    presented: bool = False
    until: int = 0
    access_until: int = 0
    held: Profile | None = None
    referrals: list[Referral] = field(default_factory=list)
    remembered: int = 0
    remembered_at: int = -1
    barred: frozenset[str] | None = None
    lapses: int = 0
    interest_until: int = 0
    stop_until: int = 0
    ended: EndCause | None = None
    # R6.3: it returned as GENERAL though its benefits were not changed.
    unproven: bool = False
    # The group of its benefits by the pack under which they were last looked at; a change of packs leaves it.
    entitled: Group = Group.GENERAL
    examined: bool = False
    # What it is counted under among those that wait without access, where that is granted at once.
    idle: Profile | None = None


@dataclass(slots=True, eq=False)
class Child:
    """A child: its live applications, temporary stays and referrals, and whether it is bound (R4.3)."""

    applications: int = 0
    special_needs: bool = False
    queues: dict[str, str] = field(default_factory=dict)
    temporary: int = 0
    bound: bool = False


@dataclass(slots=True)
class Organisation:
    """An organisation as last registered."""

    ownership: Ownership
    kind: str
    profiles: tuple[str, ...]
    closed: bool = False

    def admits(self, profile: str) -> bool:
        """R1.1: one of its profiles where it states any, else none."""
        return profile in self.profiles if self.profiles else not profile


@dataclass(slots=True)
class KeptRecall:
    """A recall that waits for its release."""

    reason: RecallReason
    until: int


class Queue:
    """One queue: its order, its places on offer and its holders."""

    def __init__(self, name: str, table: PackTable) -> None:
        """Start empty."""
        self.name = name
        self.kind = QueueKind(name.split("/", 1)[0].upper())
        self.table = table
        self.automatic = self.kind in table.automatic
        self.immediate = self.kind in table.immediate
        self.order = Order(table.ratio)
        self.pool = Pool(lambda profile, kind: suits(profile, kind, self.table))
        self.holders: dict[str, Application] = {}
        # Places that are to be offered: at the next opening, or at once where access is granted at once.
        self.listed: dict[str, Place] = {}
        # Where access is granted at once: how many wait without it, by profile.
        self.idle: dict[Profile, int] = {}
        # Live windows: (end of the window, arrival, place id).
        self.windows: SortedList[tuple[int, int, str]] = SortedList()
        # The same by kind, the oldest first: (arrival, end of the window, place id).
        self.aged: dict[Kind, SortedList[tuple[int, int, str]]] = {}
        # Automatic queues: places that wait, the oldest first.
        self.waiting: SortedList[tuple[int, str]] = SortedList()
        # How many places are OPEN.
        self.open = 0
        self.touched = False

    def follow(self, table: PackTable) -> None:
        """Another pack is in force (R5.9): its mode, ages and ratio."""
        self.table = table
        self.immediate = self.kind in table.immediate
        self.order.use_ratio(table.ratio)
        self.pool.forget_masks()
        self.idle.clear()
        self.touched = True

    def recount(self, application: Application) -> None:
        """Hold the count of those that wait without access against where one of them stands now."""
        now = None
        if self.immediate and application.where is Where.WAITING and application.held is None:
            now = profile_of(application)
        before = application.idle
        if before == now:
            return
        if before is not None:
            left = self.idle[before] - 1
            if left:
                self.idle[before] = left
            else:
                del self.idle[before]
        if now is not None:
            self.idle[now] = self.idle.get(now, 0) + 1
        application.idle = now


def add_window(place: Place, kind: Kind) -> None:
    """Count a place among the unclaimed `PRIORITY` places of its queue."""
    queue = place.queue
    place.kind = kind
    queue.pool.add_place(kind)
    aged = queue.aged.get(kind)
    if aged is None:
        aged = queue.aged[kind] = SortedList()
    aged.add((place.arrived, place.until, place.terms.place_id))


def remove_window(place: Place) -> None:
    """Count it no more."""
    queue, kind = place.queue, place.kind
    assert kind is not None
    queue.pool.remove_place(kind)
    aged = queue.aged[kind]
    aged.remove((place.arrived, place.until, place.terms.place_id))
    if not aged:
        del queue.aged[kind]
    place.kind = None


def full_years(born: date, on: date) -> int:
    """Full years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def school_year(day: date) -> int:
    """The year in which the school year of a day began."""
    return day.year if (day.month, day.day) >= SCHOOL_YEAR_STARTS else day.year - 1


def age_in_school_year(born: date, year: int) -> int:
    """Full years on 1 September (R5.3)."""
    return year - born.year - ((born.month, born.day) > SCHOOL_YEAR_STARTS)


def profile_of(application: Application) -> Profile:
    """What decides for which places an application is eligible (R5.3)."""
    return (
        application.born,
        application.exempt,
        application.private_only,
        application.child.temporary > 0,
        application.barred,
    )


def kind_of(place: Place, organisation: Organisation) -> Kind:
    """What decides for whom a place is (R5.3)."""
    terms = place.terms
    private = organisation.ownership is Ownership.PRIVATE
    return (
        terms.age_from,
        terms.age_to,
        school_year(terms.admission_from),
        private,
        terms.admission_from if private else None,
        place.temporary,
        terms.place_id if place.barred else None,
    )


def suits(profile: Profile, kind: Kind, table: PackTable) -> bool:
    """R5.3: eligibility, as far as it does not depend on the queue and on standing in it."""
    born, exempt, private_only, has_temporary, barred = profile
    age_from, age_to, year, private, admission_from, temporary, place_id = kind
    assert isinstance(born, date) and isinstance(year, int) and isinstance(age_from, int) and isinstance(age_to, int)
    age = age_in_school_year(born, year)
    if not age_from <= age <= age_to or (age >= table.age_cap and not exempt):
        return False
    if private:
        assert isinstance(admission_from, date)
        if full_years(born, admission_from) < table.private_age_min:
            return False
    elif private_only:
        return False
    if temporary and has_temporary:
        return False
    return not (place_id is not None and isinstance(barred, frozenset) and place_id in barred)
