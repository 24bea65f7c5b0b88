"""Journals for the tests of the histories: a small town whose events the rules decide, and a naive model of its queue.

The naive model keeps plain lists, sorts and merges them anew for every question, and knows no closed form.
"""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant, parse_instant
from schemas.journal import JournalCodec, Record
from schemas.words import (
    Admission,
    Benefit,
    Channel,
    EndCause,
    Group,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    RecallReason,
    Regime,
)
from schemas.zones import date_to_day, zone_of
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Pack, Schedule

LOCALITY = "710000000"
QUEUE = "general/2018"
MINUTE = 60_000
HOUR = 60 * MINUTE
TOPICS = {kind: topic for topic, kinds in e.EVENTS_BY_TOPIC.items() for kind in kinds}


# Days from 10 June 2021 on which a town changes to another pack.
TO_IMMEDIATE = Schedule(KZ_2020, ((date_to_day(date(2021, 6, 14)), KZ_2020_IMMEDIATE),))
TO_SCHEDULED = Schedule(KZ_2020_IMMEDIATE, ((date_to_day(date(2021, 6, 14)), KZ_2020),))


def write(path: Path, records: Iterable[Record]) -> Path:
    """A journal file."""
    codec = JournalCodec(zone_of(LOCALITY).render)
    path.write_bytes(b"".join(codec.line(record) + b"\n" for record in records))
    return path


class Town:
    """One locality: verbs become events, the rules decide them, the records pile up."""

    def __init__(
        self,
        start: str = "2021-06-10T09:00:00+06:00",
        locality: str = LOCALITY,
        packs: Pack | Schedule = KZ_2020,
    ) -> None:
        self.book = Book(locality, packs)
        self.now = int(parse_instant(start))
        self.records: list[Record] = []
        self.count = 0
        self.organisation("org-s", Ownership.STATE)
        self.organisation("org-p", Ownership.PRIVATE)

    def do(self, data: e.EventData, minutes: float = 1) -> list[Record]:
        """One event some minutes later; the records that came of it and of the timers before it."""
        self.now += int(minutes * MINUTE)
        self.count += 1
        name = f"e-{self.count}"
        event = e.Event(TOPICS[type(data)], Instant(self.now), name, "urn:town", self.book.locality, data)
        new = list(self.book.handle(event))
        self.records += new
        return new

    def go_to(self, moment: str) -> None:
        """Let time pass."""
        self.now = int(parse_instant(moment))
        self.records += self.book.advance(Instant(self.now))

    def organisation(self, name: str, ownership: Ownership, kind: OrganisationKind = OrganisationKind.GENERAL) -> None:
        self.do(e.OrganisationRegistered(name, f"«{name}»", ownership, kind, ()))

    def apply(
        self,
        name: str,
        *benefits: Benefit,
        born: str = "2018-03-05",
        confirmed: bool = True,
        special: bool = False,
        organisation: str | None = None,
        ago: int = 0,
        child: str | None = None,
    ) -> None:
        """Submit an application `ago` hours ago, and confirm its documents."""
        kind = QueueKind.SPECIAL if organisation else QueueKind.GENERAL
        submitted = Instant(self.now - ago * HOUR)
        channel = Channel.MIGRATION if ago else Channel.PORTAL
        self.do(
            e.ApplicationSubmitted(
                application_id=name,
                applicant_id=f"of-{name}",
                child_id=child or f"child-{name}",
                child_born=date.fromisoformat(born),
                queue_kind=kind,
                submitted_at=submitted,
                benefits=benefits,
                special_needs=special,
                commission_conclusion=special,
                channel=channel,
                organisation_id=organisation,
            )
        )
        if confirmed:
            self.do(e.DocumentsConfirmed(name))

    def release(
        self,
        name: str,
        organisation: str = "org-s",
        *,
        kind: QueueKind = QueueKind.GENERAL,
        ages: tuple[int, int] = (1, 6),
        admission: Admission = Admission.REGULAR,
        days_ahead: int = 20,
    ) -> None:
        """Offer a place."""
        first = date(1970, 1, 1) + timedelta(days=zone_of(LOCALITY).day_of(self.now) + days_ahead)
        self.do(
            e.PlaceReleased(
                place_id=name,
                organisation_id=organisation,
                queue_kind=kind,
                birth_year=2018,
                age_from=ages[0],
                age_to=ages[1],
                language="kk",
                group_type=GroupType.GENERAL_DEVELOPMENTAL,
                regime=Regime.FULL_DAY,
                admission=admission,
                admission_from=first,
                admission_until=first + timedelta(days=60) if admission is Admission.TEMPORARY else None,
            )
        )

    def choose(self, application: str, place: str, minutes: float = 1) -> None:
        self.do(e.PlacesChosen(f"of-{application}", (e.Choice(application, place),)), minutes)

    def withdraw(self, application: str) -> None:
        self.do(e.ApplicationWithdrawn(application, f"of-{application}"))


class RandomTown(Town):
    """A town whose families act at random on what the journal tells them."""

    def __init__(self, seed: int, packs: Pack | Schedule = KZ_2020) -> None:
        super().__init__(packs=packs)
        self.random = random.Random(seed)
        self.names: list[str] = []
        self.places: list[str] = []
        self.access: set[str] = set()
        self.referrals: dict[str, str] = {}

    def do(self, data: e.EventData, minutes: float = 1) -> list[Record]:
        new = super().do(data, minutes)
        if not hasattr(self, "access"):
            return new
        for record in new:
            for fact in record.facts:
                match fact:
                    case f.AccessGranted():
                        self.access.add(fact.application_id)
                    case f.AccessLapsed() | f.AccessRevoked() | f.AccessUsed():
                        self.access.discard(fact.application_id)
                    case f.ReferralIssued():
                        self.referrals[fact.application_id] = fact.place_id
                    case f.ReferralEnded() if self.referrals.get(fact.application_id) == fact.place_id:
                        del self.referrals[fact.application_id]
                    case _:
                        pass
        return new

    def live(self, steps: int) -> Self:
        for _ in range(steps):
            self.step()
        return self

    def step(self) -> None:
        chance = self.random.random()
        if chance < 0.3 or not self.names:
            name = f"a-{len(self.names)}"
            self.names.append(name)
            benefits = [Benefit.MILITARY] if chance < 0.04 else [Benefit.ORPHAN] if chance < 0.14 else []
            born = self.random.choice(("2018-03-05", "2018-12-20"))  # the younger one may not have private places
            self.apply(name, *benefits, born=born, ago=self.random.choice((0, 0, 7, 100)), confirmed=chance < 0.28)
        elif chance < 0.45:
            self.places.append(f"pl-{len(self.places)}")
            kinds = (Admission.REGULAR, Admission.REGULAR, Admission.TEMPORARY, Admission.EARLY)
            owner = self.random.choice(("org-s", "org-s", "org-p"))
            self.release(self.places[-1], owner, admission=self.random.choice(kinds), ages=(1, 6))
        elif chance < 0.6 and self.access and self.places:
            self.choose(self.random.choice(sorted(self.access)), self.random.choice(self.places))
        elif chance < 0.78 and self.referrals:
            self.act_on_referral()
        elif chance < 0.9:
            self.act_on_application(self.random.choice(self.names))
        else:
            self.do(e.ClockTick(), self.random.choice((60, 14 * 60, 26 * 60, 5 * 24 * 60)))

    def act_on_referral(self) -> None:
        name = self.random.choice(sorted(self.referrals))
        place = self.referrals[name]
        organisation = self.book.state.places[place].terms.organisation_id
        actions: list[e.EventData] = [
            e.ReferralCancelled(name, f"of-{name}", place),
            e.ReferralDocumentsConfirmed(name, place, True),
            e.ReferralDocumentsConfirmed(name, place, False),
            e.ReferralDocumentsRefused(name, place, "kinship"),
            e.ChildEnrolled(name, organisation, place),
            e.AdmissionRefused(name, organisation, place, "medical"),
            e.PlaceRecalled(place, organisation, RecallReason.MAJOR_REPAIR),
        ]
        self.do(self.random.choice(actions))

    def act_on_application(self, name: str) -> None:
        other = (Benefit.MILITARY,), (Benefit.LARGE_FAMILY,), ()
        actions: list[e.EventData] = [
            e.ApplicationWithdrawn(name, f"of-{name}"),
            e.BenefitsChanged(name, self.random.choice(other)),
            e.ApplicationSuspended(name, "a check"),
            e.ApplicationRestored(name, "checked"),
            e.DocumentsConfirmed(name),
        ]
        self.do(self.random.choice(actions))


class NaiveQueue:
    """The numbers of one queue after every record, by sorting and merging everything anew."""

    def __init__(self, queue: str = QUEUE) -> None:
        self.queue = queue
        self.phase = 0
        self.submitted: dict[str, int] = {}
        self.group: dict[str, Group] = {}
        self.waiting: set[str] = set()
        self.away: set[str] = set()
        self.changes: dict[str, int] = {}
        self.temporary: set[str] = set()

    def order(self) -> list[str]:
        """R3.2 to R3.4, by dealing the applications out one by one."""
        lists = {
            group: sorted((self.submitted[each], each) for each in self.waiting if self.group[each] is group)
            for group in Group
        }
        result = [name for _, name in lists[Group.EXTRAORDINARY]]
        general, priority, served = lists[Group.GENERAL], lists[Group.PRIORITY], self.phase
        while general or priority:
            if priority and (served >= 3 or not general):
                result.append(priority.pop(0)[1])
                served -= 3
            elif general:
                result.append(general.pop(0)[1])
                served += 1
        return result

    def size(self, group: Group) -> int:
        return sum(self.group[each] is group for each in self.waiting)

    def priority_standing(self) -> int:
        return sum(self.group[each] is Group.PRIORITY for each in self.waiting | self.away)

    def settle(self) -> None:
        most = 3 * self.priority_standing()
        if most == 0:
            self.phase = 0
            self.changes.clear()
        self.phase = min(max(self.phase, -self.size(Group.GENERAL)), most)

    def fold(self, fact: f.Fact) -> None:
        name = getattr(fact, "application_id", None)
        if isinstance(fact, f.PlaceReleased) and fact.admission is Admission.TEMPORARY:
            self.temporary.add(fact.place_id)
        if isinstance(fact, f.ApplicationRegistered) and fact.queue == self.queue:
            self.submitted[fact.application_id] = fact.submitted_at
        if name not in self.submitted:
            return
        match fact:
            case f.ApplicationQueued():
                self.group[name] = fact.group
                self.waiting.add(name)
            case f.ReferralIssued() if fact.place_id not in self.temporary:
                self.serve(name)
            case f.ApplicationReturned():
                self.away.discard(name)
                self.waiting.add(name)
                change = self.changes.pop(name, 0)
                if change:
                    self.phase -= change
                    self.settle()
            case f.ApplicationRegrouped():
                self.group[name] = fact.to
                self.settle()
            case f.ApplicationStopped() | f.ApplicationSuspended():
                self.waiting.discard(name)
                self.away.add(name)
                self.settle()
            case f.ApplicationArchived():
                self.waiting.discard(name)
                self.away.discard(name)
                self.changes.pop(name, None)
                self.settle()
            case _:
                pass

    def serve(self, name: str) -> None:
        before, group = self.phase, self.group[name]
        self.waiting.discard(name)
        self.away.add(name)
        if group is Group.GENERAL and self.size(Group.PRIORITY):
            self.phase = min(3 * self.priority_standing(), self.phase + 1)
        elif group is Group.PRIORITY:
            self.phase = max(self.phase - 3, -self.size(Group.GENERAL))
        else:
            self.settle()
        self.changes[name] = self.phase - before

    def numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.order(), start=1)}


def ended(records: Iterable[Record]) -> set[EndCause]:
    """The causes by which referrals ended."""
    return {fact.cause for record in records for fact in record.facts if isinstance(fact, f.ReferralEnded)}
