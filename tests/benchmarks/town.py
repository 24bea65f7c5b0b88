"""A made-up town of any size and its daily life: the same people do the same things wherever they live.

Plans outside the clock, decides inside it. Never looks at what a figure comes to.
"""

import random
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import TypeVar

from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant, parse_instant
from schemas.journal import Record
from schemas.words import (
    Admission,
    Benefit,
    Channel,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Regime,
    Stage,
)
from schemas.zones import DAY_MS, date_to_day, zone_of
from streams.rules.book import Book
from tests.benchmarks.measure import Sample, Stopwatch
from tests.benchmarks.season import PACK

LOCALITY = "710000000"
START = parse_instant("2021-06-01T09:00:00+06:00")
BIRTH_YEARS = (2015, 2016, 2017, 2018, 2019, 2020)
ORGANISATIONS = 500
HOUR_MS = 3_600_000
# The shares of benefits among those who wait.
BENEFITS: tuple[tuple[Benefit, ...], ...] = ((), (Benefit.LARGE_FAMILY,), (Benefit.MILITARY,))
SHARES = (75, 20, 5)
# One day of a town.
SUBMITTED, WITHDRAWN, BENEFITS_CHANGED, CONFIRMED, RELEASED = 200, 40, 40, 150, 150
# Of a hundred who may choose, how many do; of a hundred referred, how many are refused or cancel.
CHOOSE, REFUSED, CANCELLED = 80, 4, 4

Plan = list[tuple[Instant, str, e.EventData]]
T = TypeVar("T")


def _taken(items: list[T]) -> list[T]:
    """All that waited, which then waits no more."""
    taken = list(items)
    items.clear()
    return taken


def _ids(person: int) -> tuple[str, str]:
    return f"a-{person:016x}", f"p-{person:016x}"


class Town:
    """One locality with so many who wait."""

    def __init__(self, waiting: int) -> None:
        """Nobody lives there yet."""
        self.waiting = waiting
        self.book = Book(LOCALITY, PACK)
        self.zone = zone_of(LOCALITY)
        self._chance = random.Random(7)
        self._events = count(1)
        self._people = 0  # a number is enough to know somebody: a list of them would count as the book's memory
        self._places = count(1)
        self._accesses: list[str] = []
        self._referred: list[f.ReferralIssued] = []
        self._active: list[f.ReferralActivated] = []

    # The takeover

    def settle(self) -> None:
        """Everybody applied long ago elsewhere and is taken over in one day."""
        for index in range(ORGANISATIONS):
            ownership = Ownership.STATE if index % 5 == 0 else Ownership.PRIVATE
            self._decide(
                START,
                "organisation-registry",
                e.OrganisationRegistered(f"org-{index:016x}", f"No. {index}", ownership, OrganisationKind.GENERAL, ()),
            )
        for index in range(self.waiting):
            now = Instant(START + 1 + index * DAY_MS // self.waiting)
            for data in self._application(now, Channel.MIGRATION):
                self._decide(now, "application-changes", data)

    def wait(self, days: int) -> None:
        """Days in which nothing comes but the time."""
        for _ in range(days):
            self._decide(Instant(self.book.time + DAY_MS), "application-changes", e.ClockTick())

    # Daily life

    def live(self) -> tuple[Sample, int]:
        """One day and its events: the night with the opening, then what people do about it. Only deciding is timed."""
        morning = self.zone.at(self.zone.day_of(self.book.time) + 1, 7 * 60 + 1)
        night = [self._event(Instant(morning), "application-changes", e.ClockTick())]
        opened = self._timed(night)
        day = sorted(self._day(morning), key=lambda each: each[0])
        busy = [self._event(time, topic, data) for time, topic, data in day]
        lived = self._timed(busy)
        return Sample(opened.cpu + lived.cpu, opened.wall + lived.wall), len(night) + len(busy)

    def _timed(self, events: list[e.Event]) -> Sample:
        records: list[Record] = []
        handle = self.book.handle
        watch = Stopwatch.start()
        for event in events:
            records += handle(event)
        taken = watch.stop()
        for record in records:
            self._hear(record)
        return taken

    def _hear(self, record: Record) -> None:
        for fact in record.facts:
            if isinstance(fact, f.AccessGranted):
                self._accesses.append(fact.application_id)
            elif isinstance(fact, f.ReferralIssued):
                self._referred.append(fact)
            elif isinstance(fact, f.ReferralActivated):
                self._active.append(fact)

    def _day(self, morning: int) -> Plan:
        def later() -> Instant:
            return Instant(morning + self._chance.randrange(10 * HOUR_MS))

        plan: Plan = []
        changes = "application-changes"
        for _ in range(SUBMITTED):
            at = later()
            submitted, confirmed = self._application(at, Channel.PORTAL)
            plan += [(at, changes, submitted), (Instant(at + HOUR_MS), changes, confirmed)]
        for _ in range(WITHDRAWN):
            plan.append((later(), changes, e.ApplicationWithdrawn(*self._somebody())))
        for _ in range(BENEFITS_CHANGED):
            plan.append((later(), changes, e.BenefitsChanged(self._somebody()[0], self._benefits())))
        for _ in range(CONFIRMED):
            plan.append((later(), changes, e.InterestConfirmed(*self._somebody())))
        for _ in range(RELEASED):
            plan.append((later(), "vacancy-releases", self._place()))
        for active in _taken(self._active):
            plan.append((later(), changes, self._arrival(active)))
        for referral in _taken(self._referred):
            at = later()
            shown = e.DocumentsPresented(referral.application_id, referral.place_id)
            passed = e.ReferralDocumentsConfirmed(referral.application_id, referral.place_id, benefit_confirmed=True)
            plan += [(at, changes, shown), (Instant(at + HOUR_MS), changes, passed)]
        plan += [(later(), changes, choice) for choice in self._choices()]
        return plan

    def _arrival(self, active: f.ReferralActivated) -> e.EventData:
        state = self.book.state
        organisation_id = state.places[active.place_id].terms.organisation_id
        dice = self._chance.randrange(100)
        if dice < REFUSED:
            return e.AdmissionRefused(active.application_id, organisation_id, active.place_id, "illness in the group")
        if dice < REFUSED + CANCELLED:
            applicant_id = state.applications[active.application_id].applicant_id
            return e.ReferralCancelled(active.application_id, applicant_id, active.place_id)
        return e.ChildEnrolled(active.application_id, organisation_id, active.place_id)

    def _choices(self) -> Iterator[e.PlacesChosen]:
        state = self.book.state
        claimed: set[str] = set()
        for application_id in _taken(self._accesses):
            application = state.applications[application_id]
            if application.access_until is None or self._chance.randrange(100) >= CHOOSE:
                continue
            for place in state.queue(application.queue).places[Stage.PRIORITY].values():
                if place.id not in claimed and state.eligible(application, place):
                    claimed.add(place.id)
                    yield e.PlacesChosen(application.applicant_id, (e.Choice(application_id, place.id),))
                    break

    # What people and places are like

    def _application(self, now: Instant, channel: Channel) -> tuple[e.ApplicationSubmitted, e.DocumentsConfirmed]:
        chance = self._chance
        born = date(chance.choice(BIRTH_YEARS), chance.randrange(1, 13), chance.randrange(1, 29))
        submitted_at = now
        if channel is Channel.MIGRATION:
            first = self.zone.at(date_to_day(born))
            submitted_at = Instant(first + chance.randrange(START - first))
        self._people += 1
        application_id, applicant_id = _ids(self._people)
        child_id = f"c-{self._people:016x}"
        submitted = e.ApplicationSubmitted(
            application_id,
            applicant_id,
            child_id,
            born,
            QueueKind.GENERAL,
            submitted_at,
            self._benefits(),
            False,
            False,
            channel,
        )
        return submitted, e.DocumentsConfirmed(application_id)

    def _benefits(self) -> tuple[Benefit, ...]:
        return self._chance.choices(BENEFITS, SHARES)[0]

    def _somebody(self) -> tuple[str, str]:
        return _ids(self._chance.randrange(1, self._people + 1))

    def _place(self) -> e.PlaceReleased:
        chance = self._chance
        year = chance.choice(BIRTH_YEARS)
        age = 2020 - year + chance.randrange(2)
        return e.PlaceReleased(
            place_id=f"pl-{next(self._places):016x}",
            organisation_id=f"org-{chance.randrange(ORGANISATIONS):016x}",
            queue_kind=QueueKind.GENERAL,
            birth_year=year,
            age_from=age,
            age_to=age + chance.randrange(2),
            language=chance.choice(("kk", "ru")),
            group_type=GroupType.GENERAL_DEVELOPMENTAL,
            regime=Regime.FULL_DAY,
            admission=Admission.REGULAR,
            admission_from=date(2021, 9, 1),
        )

    # Deciding

    def _event(self, time: Instant, topic: str, data: e.EventData) -> e.Event:
        return e.Event(topic, time, f"{next(self._events):016x}", "urn:oryn:portal", LOCALITY, data)

    def _decide(self, time: Instant, topic: str, data: e.EventData) -> None:
        for _ in self.book.handle(self._event(time, topic, data)):
            pass
