"""The projection over journals that the core decided, in a closed loop: senders who know no more than their messages.

Holds messages, views and stages against the facts they come from, counted independently of how they are made.
"""

import datetime
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from msgspec.structs import asdict

from schemas import events as e
from schemas import facts as f
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import (
    Audience,
    Bulletin,
    MessageKind,
    Notification,
    Outcome,
    OutcomeResult,
    Output,
    ReferralState,
    ReferralView,
    ServiceStage,
    ServiceStageName,
)
from schemas.words import (
    Admission,
    Benefit,
    Channel,
    DocumentsReason,
    EndCause,
    ExtensionReason,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    RecallReason,
    Regime,
)
from schemas.zones import DAY_MS
from streams.projections.message_fields import MESSAGE_FIELDS
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.pack import PACKS

LOCALITY = "710000000"
START = 1_630_000_000_000
HOUR = 3_600_000
SEEDS = range(6)
EVENTS = 900
LONG_PAUSES = 0.03  # how often nobody does anything for four days
YEAR_AND_A_HALF = 550 * DAY_MS


class Senders:
    """Applicants, a provider and organisations who know only what they were told, and act on it at random."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.made = 0
        self.time = START
        # Application and applicant, place and organisation, and the two together: the newest last.
        self.applications: list[tuple[str, str]] = []
        self.places: list[tuple[str, str]] = []
        self.turns: list[tuple[str, str]] = []
        self.referrals: list[tuple[tuple[str, str], tuple[str, str]]] = []

    def fresh(self, kind: str) -> str:
        self.made += 1
        return f"{kind}-{self.made}"

    def day(self, ahead: int = 0) -> datetime.date:
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=self.time // DAY_MS + ahead)

    def hear(self, outputs: list[Output]) -> None:
        """Take note of the messages to applicants."""
        for each in outputs:
            if not isinstance(each, Notification) or each.application_id is None:
                continue
            application = (each.application_id, each.recipient)
            if each.kind is MessageKind.TURN_CAME:
                self.turns.append(application)
            elif each.kind is MessageKind.REFERRAL_ISSUED:
                assert each.place_id is not None and each.organisation_id is not None
                self.referrals.append((application, (each.place_id, each.organisation_id)))

    def events(self) -> Iterator[Event]:
        yield self.event(self.organisation(OrganisationKind.GENERAL))
        yield self.event(self.organisation(OrganisationKind.SANATORIUM))
        for _ in range(EVENTS):
            yield self.event(self.next())
            self.time += self.random.randrange(6 * HOUR) + 4 * DAY_MS * (self.random.random() < LONG_PAUSES)

    def next(self) -> EventData:
        draw = self.random.random()
        if draw < 0.12 or not self.places:
            place = self.released()
            self.places.append((place.place_id, place.organisation_id))
            return place
        if draw < 0.24 or not self.applications:
            application = self.submitted()
            self.applications.append((application.application_id, application.applicant_id))
            return application
        if draw < 0.6:
            return self.standing(self.random.choice(self.applications[-8:]), self.random.choice(self.places[-8:]))
        if draw < 0.7 and self.turns:
            (app, parent), (seat, _) = self.random.choice(self.turns[-3:]), self.random.choice(self.places[-12:])
            return e.PlacesChosen(parent, (e.Choice(app, seat),))
        if self.referrals:
            return self.referred(*self.random.choice(self.referrals[-4:]))
        return e.ClockTick()

    def event(self, data: EventData) -> Event:
        topic = next(topic for topic, kinds in EVENTS_BY_TOPIC.items() if type(data) in kinds)
        return Event(topic, Instant(self.time), self.fresh("e"), "urn:senders", LOCALITY, data)

    def organisation(self, kind: OrganisationKind) -> e.OrganisationRegistered:
        return e.OrganisationRegistered(f"org-{kind.value}", "Balapan", Ownership.STATE, kind, ())

    def kind(self) -> QueueKind:
        return self.random.choice([QueueKind.GENERAL, QueueKind.GENERAL, QueueKind.SANATORIUM])

    def released(self) -> e.PlaceReleased:
        kind = self.kind()
        admission = self.random.choice([Admission.REGULAR, *Admission])
        return e.PlaceReleased(
            place_id=self.fresh("place"),
            organisation_id=f"org-{kind.value}",
            queue_kind=kind,
            birth_year=2018,
            age_from=2,
            age_to=4,
            language="kk",
            group_type=GroupType.GENERAL_DEVELOPMENTAL,
            regime=Regime.FULL_DAY,
            admission=admission,
            admission_from=self.day(5),
            admission_until=self.day(40) if admission is Admission.TEMPORARY else None,
        )

    def submitted(self) -> e.ApplicationSubmitted:
        kind = self.kind()
        return e.ApplicationSubmitted(
            application_id=self.fresh("app"),
            applicant_id=self.fresh("parent"),
            child_id=self.fresh("child"),
            child_born=datetime.date(2018, 3, 1),
            queue_kind=kind,
            submitted_at=Instant(self.time),
            benefits=tuple(self.random.sample(list(Benefit), self.random.choice([0, 0, 1]))),
            special_needs=False,
            commission_conclusion=False,
            channel=Channel.PORTAL,
            organisation_id=None if kind is QueueKind.GENERAL else f"org-{kind.value}",
        )

    def standing(self, application: tuple[str, str], place: tuple[str, str]) -> EventData:
        (app, parent), (seat, owner) = application, place
        acts: list[EventData] = [
            e.PlacesChosen(parent, (e.Choice(app, seat),)),
            e.DocumentsPresented(app),
            *[e.DocumentsConfirmed(app)] * 8,
            e.DocumentsRefused(app, DocumentsReason.NO_CONSENT, ()),
            e.BenefitsChanged(app, (self.random.choice(list(Benefit)),)),
            e.InterestConfirmed(app, parent),
            e.ApplicationWithdrawn(app, parent),
            e.ApplicantLinked(app, parent),
            e.ApplicationSuspended(app, "false address"),
            *[e.ApplicationRestored(app, "settled")] * 2,
            e.PlaceVacated(seat, owner),
            e.PlaceRecalled(seat, owner, RecallReason.QUARANTINE),
        ]
        return self.random.choice(acts)

    def referred(self, application: tuple[str, str], place: tuple[str, str]) -> EventData:
        (app, parent), (seat, owner) = application, place
        acts: list[EventData] = [
            *[e.ReferralDocumentsConfirmed(app, seat, True)] * 4,
            e.ReferralDocumentsConfirmed(app, seat, False),
            e.ReferralDocumentsRefused(app, seat, "not the parent"),
            e.ReferralCancelled(app, parent, seat),
            e.ReferralExtended(app, parent, seat, ExtensionReason.LEAVE, 5),
            e.ChildEnrolled(app, owner, seat),
            e.AdmissionRefused(app, owner, seat, "no doctor's note"),
            e.DocumentsPresented(app, seat),
            e.ChildLeft(app, owner, seat),
            e.PlaceVacated(seat, owner),
            e.PlaceRecalled(seat, owner, RecallReason.QUARANTINE),
            e.ApplicationSuspended(app, "false address"),
        ]
        return self.random.choice(acts)


@cache
def season(seed: int) -> tuple[list[Record], list[list[Output]]]:
    """A decided season and its outputs, record by record."""
    book, projection, senders = Book(LOCALITY, PACKS["kz-2020"]), Projection(LOCALITY), Senders(seed)
    records: list[Record] = []
    told: list[list[Output]] = []
    for event in senders.events():
        for record in book.handle(event):
            records.append(record)
            told.append(projection.project(record))
            senders.hear(told[-1])
    for record in book.advance(Instant(senders.time + YEAR_AND_A_HALF)):
        records.append(record)
        told.append(projection.project(record))
    return records, told


def outputs(seed: int) -> list[Output]:
    return [output for group in season(seed)[1] for output in group]


def facts(seed: int) -> list[f.AnyFact]:
    return [fact for record in season(seed)[0] for fact in record.facts]


over_seasons = pytest.mark.parametrize("seed", SEEDS)

ALWAYS_TOLD: dict[type[f.Fact], set[MessageKind]] = {
    f.ApplicationRegistered: {MessageKind.REGISTERED},
    f.ApplicationQueued: {MessageKind.QUEUED},
    f.ApplicationRefused: {MessageKind.REFUSED},
    f.ApplicationRegrouped: {MessageKind.REGROUPED},
    f.AccessGranted: {MessageKind.TURN_CAME},
    f.AccessLapsed: {MessageKind.ACCESS_LAPSED},
    f.AccessRevoked: {MessageKind.ACCESS_REVOKED},
    f.ReferralIssued: {MessageKind.REFERRAL_ISSUED},
    f.ReferralActivated: {MessageKind.REFERRAL_ACTIVE},
    f.ReferralExtended: {MessageKind.REFERRAL_EXTENDED},
    f.ReminderDue: {MessageKind.ACCESS_ENDING, MessageKind.REFERRAL_ENDING, MessageKind.INTEREST_DUE},
    f.ApplicationArchived: {MessageKind.ARCHIVED},
    f.ApplicationSuspended: {MessageKind.SUSPENDED},
}


@over_seasons
def test_r7_1_every_listed_occurrence_of_a_season_has_one_message(seed: int) -> None:
    told = Counter(each.kind for each in outputs(seed) if isinstance(each, Notification))
    happened: Counter[type[f.Fact]] = Counter(type(fact) for fact in facts(seed))
    for kind, messages in ALWAYS_TOLD.items():
        assert sum(told[each] for each in messages) == happened[kind], kind
    back = MessageKind.STOPPED, MessageKind.RESTORED, MessageKind.RETURNED
    assert sum(told[each] for each in back) == happened[f.ApplicationStopped] + happened[f.ApplicationReturned]
    ends = Counter(fact.cause for fact in facts(seed) if isinstance(fact, f.ReferralEnded))
    assert told[MessageKind.REFERRAL_CANCELLED] == ends[EndCause.CANCELLED]
    assert told[MessageKind.REFERRAL_LAPSED] == ends[EndCause.LAPSED]
    assert told[MessageKind.REFERRAL_VOIDED] == ends[EndCause.RECALLED]
    assert told[MessageKind.REFERRAL_REFUSED] == ends[EndCause.REFUSED]


@over_seasons
def test_r7_1_every_message_of_a_season_says_what_its_kind_must_say(seed: int) -> None:
    for message in outputs(seed):
        if isinstance(message, Notification):
            always, sometimes = MESSAGE_FIELDS[message.kind]
            said = {name for name, value in asdict(message).items() if value is not None}
            assert always <= said <= always | sometimes, message


def test_r7_1_the_seasons_contain_every_kind_of_message_and_every_stage() -> None:
    made = [output for seed in SEEDS for output in outputs(seed)]
    assert {each.kind for each in made if isinstance(each, Notification)} == set(MessageKind)
    assert {each.stage for each in made if isinstance(each, ServiceStage)} == set(ServiceStageName)


@over_seasons
def test_r7_1_an_opened_place_of_a_season_tells_nobody_unless_its_record_says_more(seed: int) -> None:
    records, groups = season(seed)
    opened = [
        group
        for record, group in zip(records, groups, strict=True)
        if {type(fact) for fact in record.facts} <= {f.PlaceOpened, f.PlacePrioritised} and record.facts
    ]
    assert opened
    assert all(group == [] for group in opened)


@over_seasons
def test_r7_1_a_rejected_event_that_names_an_organisation_tells_it(seed: int) -> None:
    records, groups = season(seed)
    for record, group in zip(records, groups, strict=True):
        for fact in record.facts:
            if isinstance(fact, f.Rejected):
                told = [each.recipient for each in group if isinstance(each, Notification)]
                assert told == ([] if fact.organisation_id is None else [fact.organisation_id]) or (
                    record.cause.type == "ApplicationSubmitted" and not told
                )


@over_seasons
def test_r8_2_every_event_of_a_season_has_one_outcome_that_says_what_its_record_says(seed: int) -> None:
    records, groups = season(seed)
    for record, group in zip(records, groups, strict=True):
        outcomes = [each for each in group if isinstance(each, Outcome)]
        assert len(outcomes) == (record.cause.topic is not None)
        for outcome in outcomes:
            rejected = any(isinstance(fact, f.Rejected) for fact in record.facts)
            assert (outcome.result is OutcomeResult.REJECTED) == rejected


@over_seasons
def test_r6_2_the_views_of_a_season_begin_with_the_activation_and_end_with_the_end(seed: int) -> None:
    active = {each.place_id for each in facts(seed) if isinstance(each, f.ReferralActivated)}
    states: dict[int, list[ReferralState]] = {}
    for view in outputs(seed):
        if isinstance(view, ReferralView):
            assert view.place_id in active
            states.setdefault(view.referral, []).append(view.state)
    assert states
    for seen in states.values():
        assert seen[0] is ReferralState.ACTIVE
        assert ReferralState.ENDED not in seen[:-1]
    told = [each for each in outputs(seed) if isinstance(each, Notification)]
    ended = Counter(each.kind for each in told if each.audience is Audience.ORGANISATION)
    assert ended[MessageKind.ORGANISATION_REFERRAL_ENDED] == sum(
        seen[-1] is ReferralState.ENDED for seen in states.values()
    )


@over_seasons
def test_r7_2_no_stage_of_a_season_has_a_term_without_a_bound_party(seed: int) -> None:
    for stage in outputs(seed):
        if isinstance(stage, ServiceStage):
            assert (stage.due is None) == (stage.bound is None)
            assert stage.due is None or stage.in_time == (stage.at < stage.due)


@over_seasons
def test_r7_2_each_referral_of_a_season_reaches_each_stage_once(seed: int) -> None:
    reached = Counter(
        (each.referral, each.stage)
        for each in outputs(seed)
        if isinstance(each, ServiceStage) and each.referral is not None
    )
    assert reached
    assert set(reached.values()) == {1}


@over_seasons
def test_r5_1_the_bulletins_of_a_season_are_numbered_and_chained(seed: int) -> None:
    bulletins = [each for each in outputs(seed) if isinstance(each, Bulletin)]
    assert [each.number for each in bulletins] == list(range(1, len(bulletins) + 1))
    for before, after in pairwise(bulletins):
        assert after.previous_bulletin_hash == before.bulletin_hash


@over_seasons
def test_r7_1_ids_of_a_season_are_unique(seed: int) -> None:
    for kind in (Notification, ServiceStage):
        ids = [each.id for each in outputs(seed) if isinstance(each, kind)]
        assert len(ids) == len(set(ids))


@over_seasons
def test_snapshot_and_the_rest_of_a_season_is_the_whole(seed: int) -> None:
    records, groups = season(seed)
    half = len(records) // 2
    first = Projection(LOCALITY)
    for record in records[:half]:
        first.project(record)
    rest = Projection.restore(first.snapshot())
    assert [rest.project(record) for record in records[half:]] == groups[half:]
