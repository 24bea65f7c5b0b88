"""All that one locality's book knows, and the questions that many rules ask of it. Changed only by the fold."""

import datetime
from collections.abc import Callable

from schemas.instants import Instant
from schemas.journal import GENESIS_HASH
from schemas.words import TIMER_RANK, Admission, Benefit, Group, Ownership, QueueKind, Timer
from schemas.zones import date_to_day, day_to_date, zone_of
from streams.rules.agenda import Agenda
from streams.rules.calendar import Calendar, school_year
from streams.rules.eligibility import Eligibility, allows
from streams.rules.model import (
    ApplicantClass,
    Application,
    Arrival,
    Claim,
    KeptRecall,
    LocalAct,
    Organisation,
    Place,
    PlaceClass,
    Referral,
)
from streams.rules.pack import Mode, Pack, Schedule
from streams.rules.queue import Queue
from streams.rules.repeats import Repeats

Cursor = tuple[int, int, str]  # due, rank, subject of the last record; an event ranks behind all timers
EVENT_RANK = 99
# The ranks of timers that fire at the end of a term: what begins then counts from the day that ends (section 0).
TERM_END_TIMERS = frozenset(Timer) - {Timer.AGE_LIMIT, Timer.REMINDER, Timer.OPENING, Timer.BULLETIN}


class State:
    """The folded journal of one locality."""

    def __init__(self, locality: str, packs: Schedule) -> None:
        """An empty book. Raises: nothing; any 9-digit code is a locality."""
        self.locality = locality
        self.packs = packs
        self.pack = packs.first
        self.zone = zone_of(locality)
        self.calendar = Calendar(self.zone, self.pack)
        self.eligibility = Eligibility(self.pack)
        self.agenda = Agenda()

        self.sequence = 0
        self.hash = GENESIS_HASH
        self.time = Instant(0)
        self.cursor: Cursor = (0, 0, "")
        self.started_at: Instant | None = None  # the first event

        self.organisations: dict[str, Organisation] = {}
        self.acts: list[LocalAct] = []
        self.places: dict[str, Place] = {}
        self.applications: dict[str, Application] = {}
        # The applications of each child. Nearly all have one, so only further ones cost a tuple.
        self._first_of: dict[str, str] = {}
        self._further_of: dict[str, tuple[str, ...]] = {}
        self.favoured: dict[str, None] = {}  # children bound by R4.3
        self.queues: dict[str, Queue] = {}
        self.kept_recalls: dict[tuple[str, str], KeptRecall] = {}
        self.repeats = Repeats()
        self.arrivals: list[Arrival] = []
        self.arrival_count = 0
        self.referral_count = 0
        self.bulletin_number = 0
        self.bulletin_day: int | None = None
        self.bulletin_hash = GENESIS_HASH

        # Of the record at hand, for the fold: the moment, the day from which terms count, the type of its event.
        self.now = Instant(0)
        self.day = 0
        self.event_type: str | None = None
        self.touched: dict[str, Queue] = {}
        # Within one moment: who is still to be archived on 1 September, last first. Found anew after a restore.
        self.over_age_left: list[str] = []
        self._kinds: dict[ApplicantClass, ApplicantClass] = {}
        self._claims: dict[Claim, Claim] = {}
        self._benefits: dict[tuple[Benefit, ...], tuple[Benefit, ...]] = {}

    def use(self, pack: Pack) -> None:
        """Another pack is in force from this record on (R5.9): its ages, days, ratio and modes hold at once."""
        self.pack = pack
        self.calendar = Calendar(self.zone, pack)
        self.eligibility = Eligibility(pack)
        for queue in self.queues.values():
            queue.follow(pack.modes[queue_kind(queue.id)], pack.general_per_priority)
        for place in self.places.values():
            queue = self.queue(place.terms.queue)
            queue.reclassify_places([(place, self.place_class(place))])
            if place.until is not None and place.until > self.now and queue.mode is Mode.IMMEDIATE_ACCESS:
                self.agenda.add(place.until, Timer.WINDOW, place.id)
        for queue in self.queues.values():
            queue.settled()

    # Questions

    def queue(self, queue_id: str) -> Queue:
        """The queue of an id, which begins to exist when it is first named."""
        found = self.queues.get(queue_id)
        if found is None:
            mode = self.pack.modes[queue_kind(queue_id)]
            found = self.queues[queue_id] = Queue(queue_id, mode, self.pack.general_per_priority)
        return found

    def place_class(self, place: Place) -> PlaceClass:
        """The class of a place under its organisation as it stands (R5.3)."""
        terms = place.terms
        private = self.organisations[terms.organisation_id].ownership is Ownership.PRIVATE
        temporary = terms.admission is Admission.TEMPORARY
        named = place.id if place.excluded else None
        return self.eligibility.place_class(terms, private=private, temporary=temporary, named=named)

    def eligible(self, application: Application, place: Place) -> bool:
        """R5.3, for a waiting application and a place."""
        return place.terms.queue == application.queue and allows(application.kind, self.place_class(place))

    def over_age(self, application: Application, day: int) -> bool:
        """The age cap of R1.3 in the school year of a day."""
        return self.eligibility.over_age(application.kind, school_year(day_to_date(day)))

    def group_of(self, benefits: tuple[Benefit, ...]) -> Group:
        """The group of the strongest benefit (R3.1)."""
        groups = {self.pack.groups[benefit] for benefit in benefits}
        for group in (Group.EXTRAORDINARY, Group.PRIORITY):
            if group in groups:
                return group
        return Group.GENERAL

    def on_temporary(self, child_id: str) -> bool:
        """Whether a child attends a temporary place or has a referral to one (R5.3)."""
        applications = self.applications_of(child_id)
        return any(each.stay is not None or each.temporary is not None for each in applications)

    def applications_of(self, child_id: str) -> list[Application]:
        """All applications of a child, in the order of their registration."""
        first = self._first_of.get(child_id)
        if first is None:
            return []
        return [self.applications[each] for each in (first, *self._further_of.get(child_id, ()))]

    def add_application(self, application: Application) -> None:
        """An application was registered, or is read again in the order of registration."""
        self.applications[application.id] = application
        if self._first_of.setdefault(application.child_id, application.id) != application.id:
            further = self._further_of.get(application.child_id, ())
            self._further_of[application.child_id] = (*further, application.id)

    def interned_kind(
        self,
        born: datetime.date,
        *,
        exempt: bool,
        private_only: bool,
        on_temporary: bool,
        excluded: frozenset[str],
    ) -> ApplicantClass:
        """One object for all equal classes: hundreds of thousands of applications share a few thousand."""
        kind = ApplicantClass(born, exempt, private_only, on_temporary, excluded)
        return self._kinds.setdefault(kind, kind)

    def interned_claim(self, claim: Claim) -> Claim:
        """One object for all equal claims."""
        return self._claims.setdefault(claim, claim)

    def interned_benefits(self, benefits: tuple[Benefit, ...]) -> tuple[Benefit, ...]:
        """One object for all equal lists of benefits."""
        return self._benefits.setdefault(benefits, benefits)

    def bulletin_at(self, day: int) -> Instant:
        """When the bulletin of a local day is due (R5.1, R5.9)."""
        minutes = self.packs.at(day).bulletin_at_minutes
        for act in self.acts:
            if act.bulletin_at_minutes is not None and act.bulletin_from <= day:
                minutes = act.bulletin_at_minutes
        return self.zone.at(day, minutes)

    def opening_at(self, day: int) -> Instant:
        """When the opening of a local day is due (R5.2, R5.9)."""
        minutes = self.packs.at(day).opening_at_minutes
        for act in self.acts:
            if act.opening_at_minutes is not None and act.opening_from <= day:
                minutes = act.opening_at_minutes
        return self.zone.at(day, minutes)

    def second_check(self, day: int) -> bool:
        """Whether referrals of a day need the second check of documents (R6.2, R5.9)."""
        needed = self.packs.at(day).second_check
        for act in self.acts:
            if act.second_check is not None and act.second_check_from <= day:
                needed = act.second_check
        return needed

    def changes_pack(self, moment: int) -> bool:
        """Whether another pack comes into force at a moment: the first midnight of its first day (R5.9)."""
        return any(self.zone.at(since) == moment for since, _ in self.packs.later)

    # The daily moments, derived from where the book stands

    def next_bulletin(self) -> Instant:
        """The first bulletin not yet issued."""
        if self.bulletin_day is not None:
            return self.bulletin_at(self.bulletin_day + 1)
        return self._first_after(self.started_at or self.time, self.bulletin_at)

    def next_opening(self) -> Instant:
        """The first opening not yet passed: one that the last record was part of counts as not yet passed."""
        return self.opening_after(self._passed(Timer.OPENING))

    def opening_after(self, moment: int) -> Instant:
        """The first opening after a moment."""
        return self._first_after(moment, self.opening_at)

    def next_age_limit(self) -> Instant:
        """The next 1 September, 00:00 (R1.3)."""
        return self.age_limit_after(self._passed(Timer.AGE_LIMIT))

    def age_limit_after(self, passed: int) -> Instant:
        """The first 1 September, 00:00, after a moment."""
        year = day_to_date(self.zone.day_of(passed)).year
        first = self.zone.at(date_to_day(datetime.date(year, 9, 1)))
        return first if first > passed else self.zone.at(date_to_day(datetime.date(year + 1, 9, 1)))

    def _passed(self, timer: Timer) -> int:
        """The moment behind which a daily timer is still to come."""
        due, rank, _ = self.cursor
        started = self.started_at or Instant(0)
        before = due - 1 if rank <= TIMER_RANK[timer] else due
        return max(before, started)

    def _first_after(self, moment: int, at: Callable[[int], Instant]) -> Instant:
        day = self.zone.day_of(moment)
        return next(due for each in range(day, day + 3) if (due := at(each)) > moment)

    # Laying out the agenda

    def schedule_daily(self) -> None:
        """Put the next bulletin, opening and age limit on the agenda."""
        self.agenda.add(self.next_bulletin(), Timer.BULLETIN, self.locality)
        self.agenda.add(self.next_opening(), Timer.OPENING, "")
        self.agenda.add(self.next_age_limit(), Timer.AGE_LIMIT, self.locality)
        for since, _ in self.packs.later:
            if (midnight := self.zone.at(since)) >= self.time:
                self.agenda.add(midnight, Timer.OPENING, "")

    def schedule_referral(self, application_id: str, referral: Referral) -> None:
        """Put the ends of a referral on the agenda, with the reminders of those that bind the applicant (R6.10)."""
        for due, binding in ((referral.documents_until, True), (referral.until, True), (referral.vacate_until, False)):
            if due is not None:
                self.agenda.add(due, Timer.REFERRAL, application_id)
                if binding:
                    self.schedule_reminder(application_id, due)

    def schedule_reminder(self, application_id: str, deadline: Instant) -> None:
        """A reminder whose moment has passed when the term begins is none (R6.10)."""
        moment = self.calendar.reminder(deadline)
        if moment > self.now:
            self.agenda.add(moment, Timer.REMINDER, application_id)

    def touch(self, queue: Queue) -> None:
        """Something changed that may need a revocation, a grant or a match."""
        self.touched[queue.id] = queue


def queue_kind(queue_id: str) -> QueueKind:
    """The kind that a queue's id begins with (contracts, section 4)."""
    return QueueKind(queue_id.split("/", 1)[0].upper())
