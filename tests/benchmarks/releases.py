"""Releases of places that somebody waits for, each matched at once (R5.7): a special kindergarten and its queue."""

import random
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from schemas import events as e
from schemas.events import Event
from schemas.instants import Instant
from schemas.words import (
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
    """Who waits for the kindergarten, the events that make it so, and the releases of its places."""

    waiting: list[Waiting]
    events: list[Event]
    releases: list[Event]


def town(waiting: int, releases: int, seed: int = 1, locality: str = LOCALITY) -> Town:
    """Equal for equal arguments. Each release finds somebody as long as there are no more of them than children."""
    draw = random.Random(seed)
    moments = draw.sample(range(BEGIN - 8_000 * HOUR_MS, BEGIN - HOUR_MS), waiting)
    shares = [share for share, _, _ in GROUPS]
    people, events = [], [_organisation(locality)]
    for index, moment in enumerate(moments):
        _, group, benefits = draw.choices(GROUPS, shares)[0]
        people.append(Waiting(f"a{index}", group, Instant(moment)))
        events += _applied(people[-1], benefits, locality)
    return Town(people, events, [released(index, locality) for index in range(releases)])


def released(index: int, locality: str = LOCALITY) -> Event:
    """One of its places, a moment after the one before."""
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
    return Event("vacancy-releases", Instant(BEGIN + 1_000 + index), event_of(data.place_id), SOURCE, locality, data)


def event_of(place_id: str) -> str:
    """The id of the event that released a place."""
    return f"r{place_id[1:]}"


def _organisation(locality: str) -> Event:
    data = e.OrganisationRegistered(ORGANISATION, "Org", Ownership.STATE, OrganisationKind.SPECIAL, (PROFILE,))
    return Event("organisation-registry", Instant(BEGIN), "o1", SOURCE, locality, data)


def _applied(one: Waiting, benefits: Sequence[Benefit], locality: str) -> list[Event]:
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
        Event(topic, at, f"s{one.application}", SOURCE, locality, submitted),
        Event(topic, at, f"d{one.application}", SOURCE, locality, e.DocumentsConfirmed(one.application)),
    ]
