"""A small language for the tests of the rules: a town, its events in local wall-clock time, and what became of them.

Owns defaults, so that a test says only what its rule is about. Never decides: the book does, and each town's journal
is folded into a second book when its test is over (conftest.py).

The defaults: Astana, Monday 7 June 2021, 10:00; the state kindergarten `k1`; children born on 1 March 2018, so 3 years
old on 1 September 2021; regular places for birth year 2018, ages 2 and 3, admission from 1 September 2021.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import count
from typing import TypeVar

from schemas import events as e
from schemas import facts as f
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.facts import AnyFact
from schemas.instants import Instant
from schemas.journal import Record
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
    Reason,
    RecallReason,
    Regime,
    Stage,
)
from schemas.zones import date_to_day, zone_of
from streams.rules.book import Book
from streams.rules.model import Application, Place, Status
from streams.rules.pack import KZ_2020, Pack, Schedule

ASTANA = "710000000"
START = "2021-06-07 10:00"
QUEUE = "general/2018"
BORN = "2018-03-01"
EXTRAORDINARY = (Benefit.MILITARY,)
PRIORITY = (Benefit.LARGE_FAMILY,)

FactT = TypeVar("FactT")


def day(text: str) -> datetime.date:
    """A date: `day("2021-06-10")`."""
    return datetime.date.fromisoformat(text)


class Decided:
    """The record of one event."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.facts = record.facts

    def one(self, kind: type[FactT]) -> FactT:
        """The only fact of a type. Fails when there are none or several."""
        found = facts_of(self.record, kind)
        assert len(found) == 1, self.facts
        return found[0]

    def all(self, kind: type[FactT]) -> list[FactT]:
        """The facts of a type, in order."""
        return facts_of(self.record, kind)

    @property
    def types(self) -> list[str]:
        """The types of all facts, in order."""
        return [type(fact).__name__ for fact in self.facts]

    @property
    def reason(self) -> Reason | None:
        """Why the event was rejected; none when it was accepted."""
        found = self.all(f.Rejected)
        return found[0].reason if found else None

    @property
    def duplicate_of(self) -> int | None:
        """The sequence of the record that decided this event first."""
        found = self.all(f.Duplicate)
        return found[0].sequence if found else None


def facts_of(record: Record, kind: type[FactT]) -> list[FactT]:
    """The facts of a type in a record, in order."""
    return [fact for fact in record.facts if isinstance(fact, kind)]


class Town:
    """One locality: send it events, let time pass, ask where everything stands."""

    def __init__(self, pack: Pack | Schedule = KZ_2020, locality: str = ASTANA, start: str = START) -> None:
        self.book = Book(locality, pack)
        self.zone = zone_of(locality)
        self.records: list[Record] = []
        self.now = self.moment(start)
        self._ids = count(1)
        self.organisation("k1")

    # Time

    def moment(self, text: str) -> Instant:
        """`2021-06-10`, `2021-06-10 18:00`, `… 18:00:05.001`; `2021-06-10 24:00` is the next midnight."""
        date, _, clock = text.partition(" ")
        hours, minutes, *seconds = (clock or "00:00").split(":")
        rest = round(float(seconds[0]) * 1000) if seconds else 0
        start = self.zone.at(date_to_day(day(date)), int(hours) * 60 + int(minutes))
        return Instant(start + rest)

    def at(self, text: str) -> "Town":
        """The wall clock of the next events."""
        self.now = self.moment(text)
        return self

    def until(self, text: str) -> list[Record]:
        """Let time pass: the records of all timers due at or before a moment."""
        self.now = self.moment(text)
        fired = list(self.book.advance(self.now))
        self.records += fired
        return fired

    def pause(self) -> None:
        """A second passes: who comes next was submitted later."""
        self.now = Instant(self.now + 1000)

    def text(self, moment: int | None) -> str | None:
        """A moment as wall clock, to the minute; a midnight as 24:00 of the day that it ends."""
        if moment is None:
            return None
        date, clock = self.zone.render(moment)[:16].split("T")
        if clock == "00:00":
            return self.zone.render(moment - 1)[:10] + " 24:00"
        return f"{date} {clock}"

    # Sending

    def event(
        self,
        data: EventData,
        *,
        event_id: str | None = None,
        source: str = "urn:test",
        topic: str | None = None,
        time: str | None = None,
    ) -> Event:
        """An event of this moment, ready to send."""
        topic = topic or next(name for name, types in EVENTS_BY_TOPIC.items() if type(data) in types)
        return Event(
            topic=topic,
            time=self.now if time is None else self.moment(time),
            event_id=event_id or f"e{next(self._ids)}",
            source=source,
            locality=self.book.locality,
            data=data,
        )

    def handle(self, event: Event) -> Decided:
        """Decide an event; what its time fires first is kept in `records`."""
        records = list(self.book.handle(event))
        self.records += records
        assert records[-1].cause.event_id == event.event_id
        return Decided(records[-1])

    def send(self, data: EventData, *, event_id: str | None = None, source: str = "urn:test") -> Decided:
        """Send an event now."""
        return self.handle(self.event(data, event_id=event_id, source=source))

    def tick(self) -> Decided:
        """Only let the locality's time move."""
        return self.send(e.ClockTick())

    # Organisations and places

    def organisation(
        self,
        organisation_id: str,
        kind: OrganisationKind = OrganisationKind.GENERAL,
        ownership: Ownership = Ownership.STATE,
        profiles: Sequence[str] = (),
        name: str = "Balapan",
    ) -> Decided:
        return self.send(e.OrganisationRegistered(organisation_id, name, ownership, kind, tuple(profiles)))

    def special(self, organisation_id: str = "s1", profiles: Sequence[str] = ()) -> Decided:
        """A special kindergarten: its queues are matched at once (R5.7)."""
        return self.organisation(organisation_id, OrganisationKind.SPECIAL, profiles=profiles)

    def close(self, organisation_id: str) -> Decided:
        return self.send(e.OrganisationClosed(organisation_id))

    def act(
        self,
        in_force_from: str,
        bulletin_at: str | None = None,
        opening_at: str | None = None,
        second_check: bool | None = None,
    ) -> Decided:
        return self.send(
            e.LocalActAdopted("7-1", day("2021-06-01"), day(in_force_from), bulletin_at, opening_at, second_check)
        )

    def release(
        self,
        place_id: str,
        organisation_id: str = "k1",
        *,
        kind: QueueKind = QueueKind.GENERAL,
        year: int = 2018,
        ages: tuple[int, int] = (2, 3),
        admission: Admission = Admission.REGULAR,
        start: str = "2021-09-01",
        end: str | None = None,
        profile: str | None = None,
        language: str = "kk",
        regime: Regime = Regime.FULL_DAY,
        attendance: tuple[e.Attendance, ...] | None = None,
    ) -> Decided:
        return self.send(
            e.PlaceReleased(
                place_id=place_id,
                organisation_id=organisation_id,
                queue_kind=kind,
                birth_year=year,
                age_from=ages[0],
                age_to=ages[1],
                language=language,
                group_type=GroupType.GENERAL_DEVELOPMENTAL,
                regime=regime,
                admission=admission,
                admission_from=day(start),
                profile=profile,
                admission_until=None if end is None else day(end),
                attendance=attendance,
            )
        )

    def release_special(self, place_id: str, organisation_id: str = "s1", profile: str | None = None) -> Decided:
        return self.release(place_id, organisation_id, kind=QueueKind.SPECIAL, profile=profile)

    def release_early(self, place_id: str, start: str = "2021-09-01") -> Decided:
        return self.release(place_id, admission=Admission.EARLY, start=start)

    def release_temporary(self, place_id: str, end: str = "2021-12-31", start: str = "2021-09-01") -> Decided:
        return self.release(place_id, admission=Admission.TEMPORARY, start=start, end=end)

    def vacate(self, place_id: str, organisation_id: str = "k1") -> Decided:
        return self.send(e.PlaceVacated(place_id, organisation_id))

    def recall(
        self, place_id: str, reason: RecallReason = RecallReason.MAJOR_REPAIR, organisation_id: str = "k1"
    ) -> Decided:
        return self.send(e.PlaceRecalled(place_id, organisation_id, reason))

    # Applications

    def submit(
        self,
        application_id: str,
        *,
        child: str | None = None,
        applicant: str | None = None,
        born: str = BORN,
        kind: QueueKind = QueueKind.GENERAL,
        organisation_id: str | None = None,
        profile: str | None = None,
        submitted: str | None = None,
        benefits: tuple[Benefit, ...] = (),
        special_needs: bool = False,
        commission: bool = False,
        channel: Channel = Channel.PORTAL,
    ) -> Decided:
        """An application, submitted now unless said otherwise. `a1` belongs to the applicant `p-a1`, child `c-a1`."""
        return self.send(
            e.ApplicationSubmitted(
                application_id=application_id,
                applicant_id=applicant or f"p-{application_id}",
                child_id=child or f"c-{application_id}",
                child_born=day(born),
                queue_kind=kind,
                submitted_at=self.now if submitted is None else self.moment(submitted),
                benefits=benefits,
                special_needs=special_needs,
                commission_conclusion=commission,
                channel=channel,
                organisation_id=organisation_id,
                profile=profile,
            )
        )

    def event_of_submission(self, application_id: str) -> e.ApplicationSubmitted:
        """The data of a plain submission, for an event that is built by hand."""
        return e.ApplicationSubmitted(
            application_id=application_id,
            applicant_id=f"p-{application_id}",
            child_id=f"c-{application_id}",
            child_born=day(BORN),
            queue_kind=QueueKind.GENERAL,
            submitted_at=self.now,
            benefits=(),
            special_needs=False,
            commission_conclusion=False,
            channel=Channel.PORTAL,
        )

    def confirm(self, application_id: str, benefits: tuple[Benefit, ...] | None = None) -> Decided:
        return self.send(e.DocumentsConfirmed(application_id, benefits))

    def queue(
        self,
        *application_ids: str,
        benefits: tuple[Benefit, ...] = (),
        child: str | None = None,
        applicant: str | None = None,
        born: str = BORN,
        submitted: str | None = None,
        special_needs: bool = False,
        commission: bool = False,
    ) -> Decided:
        """Applications that stand in the general queue, in this order, a second apart. The last confirmation."""
        decided = None
        for each in application_ids:
            submission = self.submit(
                each,
                benefits=benefits,
                child=child,
                applicant=applicant,
                born=born,
                submitted=submitted,
                special_needs=special_needs,
                commission=commission,
            )
            assert submission.reason is None, submission.facts
            decided = self.confirm(each)
            self.pause()
        assert decided is not None
        return decided

    def queue_special(
        self,
        *application_ids: str,
        organisation_id: str = "s1",
        benefits: tuple[Benefit, ...] = (),
        child: str | None = None,
        born: str = BORN,
        commission: bool = False,
    ) -> Decided:
        """Applications that stand in a special queue, in this order, a second apart. The last confirmation."""
        decided = None
        for each in application_ids:
            self.submit(
                each,
                kind=QueueKind.SPECIAL,
                organisation_id=organisation_id,
                benefits=benefits,
                child=child,
                born=born,
                special_needs=True,
                commission=commission,
            )
            decided = self.confirm(each)
            self.pause()
        assert decided is not None
        return decided

    def refuse(self, application_id: str, missing: tuple[str, ...] = ()) -> Decided:
        return self.send(e.DocumentsRefused(application_id, DocumentsReason.INCOMPLETE_PACKAGE, missing))

    def present(self, application_id: str, place_id: str | None = None) -> Decided:
        return self.send(e.DocumentsPresented(application_id, place_id))

    def benefits(self, application_id: str, *benefits: Benefit) -> Decided:
        return self.send(e.BenefitsChanged(application_id, benefits))

    def interest(self, application_id: str, applicant: str | None = None) -> Decided:
        return self.send(e.InterestConfirmed(application_id, applicant or f"p-{application_id}"))

    def withdraw(self, application_id: str, applicant: str | None = None) -> Decided:
        return self.send(e.ApplicationWithdrawn(application_id, applicant or f"p-{application_id}"))

    def link(self, application_id: str, applicant: str) -> Decided:
        return self.send(e.ApplicantLinked(application_id, applicant))

    def suspend(self, application_id: str) -> Decided:
        return self.send(e.ApplicationSuspended(application_id, "a violation"))

    def restore(self, application_id: str) -> Decided:
        return self.send(e.ApplicationRestored(application_id, "settled"))

    # Choosing and referrals

    def choose(self, application_id: str, place_id: str, applicant: str | None = None) -> Decided:
        return self.choose_all((application_id, place_id), applicant=applicant or f"p-{application_id}")

    def choose_all(self, *pairs: tuple[str, str], applicant: str) -> Decided:
        """One choice for several children (R5.8)."""
        return self.send(e.PlacesChosen(applicant, tuple(e.Choice(*pair) for pair in pairs)))

    def pass_check(self, application_id: str, place_id: str, *, benefit: bool = True) -> Decided:
        return self.send(e.ReferralDocumentsConfirmed(application_id, place_id, benefit))

    def fail_check(self, application_id: str, place_id: str) -> Decided:
        return self.send(e.ReferralDocumentsRefused(application_id, place_id, "not the parent"))

    def cancel(self, application_id: str, place_id: str, applicant: str | None = None) -> Decided:
        return self.send(e.ReferralCancelled(application_id, applicant or f"p-{application_id}", place_id))

    def extend(self, application_id: str, place_id: str, days: int = 10, applicant: str | None = None) -> Decided:
        owner = applicant or f"p-{application_id}"
        return self.send(e.ReferralExtended(application_id, owner, place_id, ExtensionReason.ILLNESS, days))

    def enrol(self, application_id: str, place_id: str, organisation_id: str = "k1") -> Decided:
        return self.send(e.ChildEnrolled(application_id, organisation_id, place_id))

    def refuse_admission(self, application_id: str, place_id: str, organisation_id: str = "k1") -> Decided:
        return self.send(e.AdmissionRefused(application_id, organisation_id, place_id, "no such group"))

    def leave(self, application_id: str, place_id: str, organisation_id: str = "k1") -> Decided:
        return self.send(e.ChildLeft(application_id, organisation_id, place_id))

    # Short cuts

    def next_opening(self) -> list[Record]:
        """Let time pass over the next bulletin and stop at 07:00 after it."""
        at = self.zone.day_of(self.now)
        if self.zone.at(at, 18 * 60) < self.now:
            at += 1
        moment = self.zone.at(at + 1, 7 * 60)
        self.now = moment
        fired = list(self.book.advance(moment))
        self.records += fired
        return fired

    def offered(self, *place_ids: str) -> None:
        """Regular places, released now, that went through the bulletin and the next opening."""
        for each in place_ids:
            assert self.release(each).reason is None
        self.next_opening()

    def referred(self, application_id: str, place_id: str) -> Decided:
        """A place, released now, listed, and chosen at the next opening by an application that then has access."""
        self.offered(place_id)
        return self.chosen(application_id, place_id)

    def chosen(self, application_id: str, place_id: str) -> Decided:
        """A choice that must be valid."""
        decided = self.choose(application_id, place_id)
        decided.one(f.ReferralIssued)
        return decided

    def active(self, application_id: str, place_id: str) -> Decided:
        """As `referred`, and the second check is passed at once."""
        self.referred(application_id, place_id)
        return self.pass_check(application_id, place_id)

    def enrolled(self, application_id: str, place_id: str) -> Decided:
        """As `active`, and the child is enrolled."""
        self.active(application_id, place_id)
        return self.enrol(application_id, place_id)

    # Asking

    def application(self, application_id: str) -> Application:
        return self.book.state.applications[application_id]

    def place(self, place_id: str) -> Place:
        return self.book.state.places[place_id]

    def status(self, application_id: str) -> Status:
        return self.application(application_id).status

    def stage(self, place_id: str) -> Stage:
        return self.place(place_id).stage

    def order(self, queue_id: str = QUEUE) -> list[str]:
        """The application ids of a queue, first to last."""
        return list(self.book.state.queue(queue_id).order)

    def phase(self, queue_id: str = QUEUE) -> int:
        """The c of R3.4."""
        return self.book.state.queue(queue_id).order.phase

    def number(self, application_id: str) -> int:
        application = self.application(application_id)
        return self.book.state.queue(application.queue).number(application)

    def access(self, queue_id: str = QUEUE) -> list[str]:
        """Who holds access, in queue order."""
        state = self.book.state
        return [each for each in self.order(queue_id) if state.applications[each].access_until is not None]

    def history(self, kind: type[FactT]) -> list[tuple[str, FactT]]:
        """When each fact of a type happened, from the beginning."""
        return list(self._history(kind))

    def _history(self, kind: type[FactT]) -> Iterator[tuple[str, FactT]]:
        for record in self.records:
            for fact in facts_of(record, kind):
                text = self.text(record.time)
                assert text is not None
                yield text, fact

    def last(self, kind: type[FactT]) -> FactT:
        """The latest fact of a type."""
        return self.history(kind)[-1][1]

    def timers(self, records: Sequence[Record]) -> list[str]:
        """Which timers fired: `REFERRAL a1`."""
        return [f"{record.cause.timer} {record.cause.subject}" for record in records]

    # Checking

    def check_whole(self) -> None:
        """The journal is one chain, its fold is the book, and a snapshot holds all of it (invariant 6)."""
        packs = self.book.state.packs
        folded = Book(self.book.locality, packs)
        for record in self.records:
            folded.apply(record)
        whole = self.book.snapshot()
        assert folded.snapshot() == whole
        assert Book.restore(whole, packs).snapshot() == whole
        assert folded.sequence == len(self.records)


def types(records: Sequence[Record]) -> list[str]:
    """The types of all facts of some records, in order."""
    return [type(fact).__name__ for record in records for fact in record.facts]


def subjects(facts: Sequence[AnyFact], field: str = "application_id") -> list[str]:
    """One field of each fact."""
    return [getattr(fact, field) for fact in facts]
