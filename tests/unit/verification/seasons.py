"""Lively journals for the tests of the check: families and kindergartens act at random on what the journal says."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant, parse_instant
from schemas.journal import JournalCodec, Record
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
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, Pack, Schedule

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
TOPICS = {kind: topic for topic, kinds in e.EVENTS_BY_TOPIC.items() for kind in kinds}


def lines(locality: str, records: list[Record]) -> list[bytes]:
    """The records as lines of a journal file, without line breaks."""
    codec = JournalCodec(zone_of(locality).render)
    return [codec.line(record) for record in records]


class Season:
    """One locality over some weeks, with every kind of event, decided by the rules as it goes."""

    def __init__(
        self,
        seed: int,
        locality: str = "710000000",
        start: str = "2021-06-07T09:00:00+06:00",
        packs: Pack | Schedule = KZ_2020,
    ) -> None:
        """Take the seed of everything random."""
        self.random = random.Random(seed)
        self.locality = locality
        self.book = Book(locality, packs)
        self.now = int(parse_instant(start))
        self.records: list[Record] = []
        self.events: list[e.Event] = []
        self.count = 0
        self.organisations: dict[str, e.OrganisationRegistered] = {}
        self.applications: dict[str, e.ApplicationSubmitted] = {}
        self.places: dict[str, e.PlaceReleased] = {}
        self.holders: set[str] = set()
        self.referrals: dict[str, str] = {}
        self.waiting: set[str] = set()
        self.registered: set[str] = set()

    def send(self, data: e.EventData, event_id: str | None = None) -> None:
        """One event now."""
        self.count += 1
        event = e.Event(
            topic="application-changes" if isinstance(data, e.ClockTick) else TOPICS[type(data)],
            time=Instant(self.now),
            event_id=event_id or f"e-{self.count}",
            source="urn:test",
            locality=self.locality,
            data=data,
            partition=0,
            offset=self.count,
        )
        self.events.append(event)
        for record in self.book.handle(event):
            self.records.append(record)
            self._see(record)

    def _see(self, record: Record) -> None:
        for fact in record.facts:
            if isinstance(fact, f.AccessGranted):
                self.holders.add(fact.application_id)
            elif isinstance(fact, f.AccessLapsed | f.AccessRevoked | f.AccessUsed):
                self.holders.discard(fact.application_id)
            elif isinstance(fact, f.ReferralIssued):
                self.referrals[fact.application_id] = fact.place_id
            elif isinstance(fact, f.ReferralEnded):
                self.referrals.pop(fact.application_id, None)
            elif isinstance(fact, f.ApplicationQueued):
                self.waiting.add(fact.application_id)
                self.registered.discard(fact.application_id)
            elif isinstance(fact, f.ApplicationRegistered):
                self.registered.add(fact.application_id)
            elif isinstance(fact, f.ApplicationArchived | f.ApplicationRefused):
                self.waiting.discard(fact.application_id)
                self.registered.discard(fact.application_id)

    def pick(self, ids: set[str] | dict[str, str]) -> str | None:
        """One of them at random, or none."""
        return self.random.choice(sorted(ids)) if ids else None

    def open_organisations(self) -> None:
        """State and private kindergartens, a special and a sanatorium one."""
        for index in range(8):
            kind = OrganisationKind.GENERAL
            if index == 6:
                kind = OrganisationKind.SPECIAL
            elif index == 7:
                kind = OrganisationKind.SANATORIUM
            ownership = Ownership.PRIVATE if index % 3 == 2 else Ownership.STATE
            profiles = ("SPEECH", "SIGHT") if kind is OrganisationKind.SPECIAL else ()
            organisation = e.OrganisationRegistered(f"o-{index}", f"Nº {index}", ownership, kind, profiles)
            self.organisations[organisation.organisation_id] = organisation
            self.send(organisation)

    def submit(self) -> None:
        """A family applies."""
        r, number = self.random, len(self.applications)
        special = r.random() < 0.2
        kind = r.choice((QueueKind.SPECIAL, QueueKind.SANATORIUM)) if special else QueueKind.GENERAL
        benefits: tuple[Benefit, ...] = ()
        if r.random() < 0.3:
            benefits = (r.choice(list(Benefit)),)
        child = f"c-{r.randrange(number + 1) if r.random() < 0.15 else number}"
        known = next((each for each in self.applications.values() if each.child_id == child), None)
        born = known.child_born if known else date(r.choice((2017, 2018)), 1, 1) + timedelta(days=r.randrange(365))
        event = e.ApplicationSubmitted(
            application_id=f"a-{number}",
            applicant_id=f"p-{number // 2}",
            child_id=child,
            child_born=born,
            queue_kind=kind,
            submitted_at=Instant(self.now - r.randrange(20 * HOUR_MS)),
            benefits=benefits,
            special_needs=special or r.random() < 0.1,
            commission_conclusion=special,
            channel=r.choice((Channel.PORTAL, Channel.OFFICE, Channel.MIGRATION)),
            organisation_id={QueueKind.SPECIAL: "o-6", QueueKind.SANATORIUM: "o-7"}.get(kind),
            profile=r.choice(("SPEECH", "SIGHT")) if kind is QueueKind.SPECIAL else None,
        )
        self.applications[event.application_id] = event
        self.send(event)

    def release(self) -> None:
        """A kindergarten offers a place."""
        r, number = self.random, len(self.places)
        organisation = r.choice(list(self.organisations.values()))
        kind = QueueKind(organisation.kind.value)
        admission = r.choice((Admission.REGULAR, Admission.REGULAR, Admission.EARLY, Admission.TEMPORARY))
        today = date(1970, 1, 1) + timedelta(days=self.book.state.zone.day_of(self.now))
        admission_from = today + timedelta(days=r.randrange(-5, 100))
        temporary = admission is Admission.TEMPORARY
        age = r.randrange(2, 4)
        event = e.PlaceReleased(
            place_id=f"pl-{number}",
            organisation_id=organisation.organisation_id,
            queue_kind=kind,
            birth_year=r.choice((2017, 2018)),
            age_from=age,
            age_to=age + r.randrange(3),
            language=r.choice(("kk", "ru")),
            group_type=GroupType.GENERAL_DEVELOPMENTAL,
            regime=Regime.FULL_DAY,
            admission=admission,
            admission_from=admission_from,
            profile=r.choice(("SPEECH", "SIGHT")) if kind is QueueKind.SPECIAL else None,
            admission_until=max(today, admission_from) + timedelta(days=r.randrange(3, 30)) if temporary else None,
        )
        self.places[event.place_id] = event
        if r.random() < 0.05:
            self.send(e.PlaceRecalled(event.place_id, event.organisation_id, r.choice(list(RecallReason))))
        self.send(event)

    def choose(self) -> None:
        """A parent chooses, mostly one whose turn it is."""
        application_id = self.pick(self.holders) if self.random.random() < 0.8 else self.pick(self.waiting)
        if application_id is None or not self.places:
            return
        queue = self.book.state.applications[application_id].queue
        offered = sorted(self._offered(queue))
        applicant = self.book.state.applications[application_id].applicant_id
        place_id = self.random.choice(offered or sorted(self.places))
        choices = [e.Choice(application_id, place_id)]
        if self.random.random() < 0.3 and len(offered) > 1:
            others = [each for each in sorted(self.waiting) if self.applications[each].applicant_id == applicant]
            mate = self.random.choice(others) if others else application_id
            if mate != application_id:
                choices.append(e.Choice(mate, self.random.choice(sorted(self.places))))
        self.send(e.PlacesChosen(applicant, tuple(choices)))

    def _offered(self, queue: str) -> Iterator[str]:
        for place in self.book.state.places.values():
            if place.terms.queue == queue and place.stage.value in ("PRIORITY", "OPEN"):
                yield place.id

    def follow(self) -> None:
        """Something happens to a referral."""
        application_id = self.pick(self.referrals)
        if application_id is None:
            return
        place_id = self.referrals[application_id]
        organisation = self.places[place_id].organisation_id
        applicant = self.book.state.applications[application_id].applicant_id
        r = self.random
        self.send(
            r.choice(
                (
                    e.DocumentsPresented(application_id, place_id),
                    e.ReferralDocumentsConfirmed(application_id, place_id, r.random() < 0.7),
                    e.ReferralDocumentsConfirmed(application_id, place_id, True),
                    e.ReferralDocumentsRefused(application_id, place_id, "kinship"),
                    e.ReferralCancelled(application_id, applicant, place_id),
                    e.ReferralExtended(
                        application_id, applicant, place_id, ExtensionReason.ILLNESS, r.randrange(1, 31)
                    ),
                    e.ChildEnrolled(application_id, organisation, place_id),
                    e.ChildEnrolled(application_id, organisation, place_id),
                    e.AdmissionRefused(application_id, organisation, place_id, "no room"),
                    e.PlaceVacated(place_id, organisation),
                    e.PlaceRecalled(place_id, organisation, RecallReason.QUARANTINE),
                )
            )
        )

    def stir(self) -> None:
        """Something rarer happens to an application or a place."""
        r = self.random
        application_id, place_id = self.pick(self.waiting), self.pick(set(self.places))
        if application_id is None or place_id is None:
            return
        applicant = self.book.state.applications[application_id].applicant_id
        organisation = self.places[place_id].organisation_id
        options: list[e.EventData] = [
            e.BenefitsChanged(application_id, tuple(r.sample(list(Benefit), r.randrange(2)))),
            e.ApplicationSuspended(application_id, "checked"),
            e.ApplicationRestored(application_id, "found right"),
            e.ApplicationRestored(application_id, "found right"),
            e.InterestConfirmed(application_id, applicant),
            e.ApplicantLinked(application_id, f"p-{r.randrange(5)}"),
            e.PlaceRecalled(place_id, organisation, r.choice(list(RecallReason))),
            e.PlaceVacated(place_id, organisation),
            e.ClockTick(),
            e.ChildLeft(application_id, organisation, place_id),
            self.places[place_id],
            self.applications[application_id],
        ]
        if r.random() < 0.3:
            options.append(e.ApplicationWithdrawn(application_id, applicant))
        if r.random() < 0.1:
            old = self.organisations["o-2"]
            options = [e.OrganisationRegistered(old.organisation_id, old.name, r.choice(list(Ownership)), old.kind, ())]
        if r.random() < 0.01:
            options = [e.OrganisationClosed(f"o-{r.randrange(8)}")]
        if r.random() < 0.02:
            options = [
                e.LocalActAdopted("1", date(2021, 6, 1), date(2021, 6, 20), "17:30", "06:30", r.choice((None, False)))
            ]
        self.send(r.choice(options), event_id=f"e-{r.randrange(1, self.count)}" if r.random() < 0.05 else None)

    def confirm(self) -> None:
        """The provider looks at a registration."""
        application_id = self.pick(self.registered)
        if application_id is None:
            return
        r = self.random
        if r.random() < 0.2:
            self.send(e.DocumentsPresented(application_id))
        elif r.random() < 0.05:
            self.send(e.DocumentsRefused(application_id, DocumentsReason.INCOMPLETE_PACKAGE, ("form",)))
        else:
            benefits = (r.choice(list(Benefit)),) if r.random() < 0.1 else None
            self.send(e.DocumentsConfirmed(application_id, benefits))

    def run(self, steps: int, pause_ms: int = 4 * HOUR_MS) -> list[Record]:
        """The records of so many actions with random pauses between them."""
        if not self.organisations:
            self.open_organisations()
        actions = (
            self.submit,
            self.confirm,
            self.confirm,
            self.release,
            self.choose,
            self.choose,
            self.follow,
            self.follow,
            self.stir,
        )
        for _ in range(steps):
            self.now += self.random.randrange(pause_ms)
            self.random.choice(actions)()
        return self.records
