"""What goes through all contenders: a season, and releases of places that somebody waits for, each matched at once."""

import random
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from schemas import events as e
from schemas.events import Event
from schemas.facts import ReferralIssued
from schemas.instants import Instant
from schemas.words import (
    TOPIC_ORDER,
    Admission,
    Benefit,
    Channel,
    Group,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    Regime,
)
from streams.rules.book import Book
from streams.rules.pack import PACKS
from tests.benchmarks import season
from tests.benchmarks.plan import Plan

PACK = PACKS["kz-2020"]
LOCALITY = "710000000"
SOURCE = "bench"
ORGANISATION, PROFILE = "org", "speech"
BEGIN = 1_623_300_000_000  # 10 June 2021, 10:40 in Astana
# Shares of the groups, in per cent; for each a benefit that gives it.
GROUPS = (
    (2, Group.EXTRAORDINARY, (Benefit.MILITARY,)),
    (20, Group.PRIORITY, (Benefit.ORPHAN,)),
    (78, Group.GENERAL, ()),
)
HOUR_MS = 3_600_000


class Waiting(NamedTuple):
    """One child that waits."""

    application: str
    group: Group
    submitted_at: Instant


class Town(NamedTuple):
    """A special kindergarten, who waits for it, and the releases of its places."""

    waiting: list[Waiting]
    events: list[Event]
    releases: list[Event]


def campaign(plan: Plan, scale: float) -> list[Event]:
    """A season of one locality in the order of time."""
    events = season.read_season(season.events_file(plan, scale))
    locality = events[0].locality
    chosen = [each for each in events if each.locality == locality]
    return sorted(chosen, key=lambda each: (each.time, TOPIC_ORDER[each.topic]))


def town(waiting: int, releases: int, seed: int = 1) -> Town:
    """Equal for equal arguments. Each release finds somebody as long as there are no more of them than children."""
    draw = random.Random(seed)
    moments = draw.sample(range(BEGIN - 8_000 * HOUR_MS, BEGIN - HOUR_MS), waiting)
    shares = [share for share, _, _ in GROUPS]
    people, events = [], [_organisation()]
    for index, moment in enumerate(moments):
        _, group, benefits = draw.choices(GROUPS, shares)[0]
        people.append(Waiting(f"a{index}", group, Instant(moment)))
        events += _applied(people[-1], benefits)
    return Town(people, events, [_released(index) for index in range(releases)])


def expected(one: Town, releases: Sequence[Event]) -> dict[str, str]:
    """The application that the core refers to each place of these releases."""
    book = Book(LOCALITY, PACK)
    found = {}
    for event in (*one.events, *releases):
        for record in book.handle(event):
            for fact in record.facts:
                if isinstance(fact, ReferralIssued):
                    found[fact.place_id] = fact.application_id
    return found


def _organisation() -> Event:
    data = e.OrganisationRegistered(ORGANISATION, "Org", Ownership.STATE, OrganisationKind.SPECIAL, (PROFILE,))
    return Event("organisation-registry", Instant(BEGIN), "o1", SOURCE, LOCALITY, data)


def _applied(one: Waiting, benefits: Sequence[Benefit]) -> list[Event]:
    submitted = e.ApplicationSubmitted(
        application_id=one.application,
        applicant_id=f"p{one.application}",
        child_id=f"c{one.application}",
        child_born=date(2018, 3, 1),
        queue_kind=QueueKind.SPECIAL,
        submitted_at=one.submitted_at,
        benefits=tuple(benefits),
        special_needs=True,
        commission_conclusion=True,
        channel=Channel.MIGRATION,
        organisation_id=ORGANISATION,
        profile=PROFILE,
    )
    at, topic = Instant(BEGIN), "application-changes"
    return [
        Event(topic, at, f"s{one.application}", SOURCE, LOCALITY, submitted),
        Event(topic, at, f"d{one.application}", SOURCE, LOCALITY, e.DocumentsConfirmed(one.application)),
    ]


def _released(index: int) -> Event:
    data = e.PlaceReleased(
        place_id=f"p{index}",
        organisation_id=ORGANISATION,
        queue_kind=QueueKind.SPECIAL,
        birth_year=2018,
        age_from=2,
        age_to=5,
        language="kk",
        group_type=GroupType.SPECIAL,
        regime=Regime.FULL_DAY,
        admission=Admission.REGULAR,
        admission_from=date(2021, 6, 10),
        profile=PROFILE,
    )
    return Event("vacancy-releases", Instant(BEGIN + 1_000 + index), f"r{index}", SOURCE, LOCALITY, data)
