"""A lane's steps depend on the seed, the journal and the messages, and on nothing else."""

import datetime
from random import Random

import pytest

from infra.live import lane as lane_module
from infra.live.lane import CLOCK_SOURCE, STEP_EVENTS_MAX, STEP_MS, STEPS_AHEAD
from infra.live.public_view import PublicView
from schemas.events import ClockTick, Event, LocalActAdopted, PlacesChosen
from schemas.facts import BulletinIssued, ReferralEnded
from schemas.instants import Instant
from schemas.outputs import Bulletin
from schemas.words import EndCause
from schemas.zones import date_to_day, zone_of
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from tests.unit.live.systems import System

LOCALITY = "113230100"


@pytest.fixture(scope="module")
def village() -> System:
    return System(scale=2.0, days=60).play()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_steps_do_not_depend_on_how_fast_messages_are_read(village: System, seed: int) -> None:
    slow = System(scale=2.0, days=60, chance=Random(seed)).play()
    assert slow.steps == village.steps
    assert [record.hash for record in slow.records] == [record.hash for record in village.records]


def test_everybody_lives_through_the_season(village: System) -> None:
    """Choices, referrals and enrolments happen: the people did hear that their turn came."""
    facts = [fact for record in village.records for fact in record.facts]
    ended = [fact.cause for fact in facts if isinstance(fact, ReferralEnded)]
    assert ended.count(EndCause.ENROLLED) >= 20
    assert any(isinstance(event.data, PlacesChosen) for step in village.steps for event in step.events)


def test_time_only_grows_and_a_step_ends_with_the_clock(village: System) -> None:
    last = 0
    for step in village.steps:
        assert isinstance(step.tick.data, ClockTick)
        assert step.tick.source == CLOCK_SOURCE
        for event in step.events:
            assert last < event.time <= step.tick.time
        assert last < step.tick.time
        last = step.tick.time
    assert len({step.tick.event_id for step in village.steps}) == len(village.steps)


def test_a_step_has_its_bounds(monkeypatch: pytest.MonkeyPatch, village: System) -> None:
    assert all(len(step.events) <= STEP_EVENTS_MAX for step in village.steps)
    spans = [step.tick.time - step.events[0].time for step in village.steps if step.events]
    assert max(spans) <= STEP_MS
    monkeypatch.setattr(lane_module, "STEP_EVENTS_MAX", 3)
    small = System(scale=2.0, days=6).play()
    sizes = [len(step.events) for step in small.steps]
    assert max(sizes) == 3


def test_timers_fire_at_their_time_though_nobody_acts(village: System) -> None:
    """Each day's bulletin is decided by a tick of its moment, so its record has that time, whatever the people do."""
    issued = [r for r in village.records if any(isinstance(fact, BulletinIssued) for fact in r.facts)]
    assert len(issued) >= 58
    ticks = {step.tick.time for step in village.steps}
    assert all(record.time == record.cause.due and record.time in ticks for record in issued)


def test_a_local_act_moves_the_moments() -> None:
    """From the day on which the opening is moved, the clock stops at the new time, as everybody can know (R5.9)."""
    book, view = Book(LOCALITY, KZ_2020), PublicView(LOCALITY, KZ_2020)
    zone = zone_of(LOCALITY)
    day = date_to_day(datetime.date(2021, 7, 1))
    act = LocalActAdopted("A-1", datetime.date(2021, 7, 1), datetime.date(2021, 7, 3), opening_at="07:30")
    event = Event("organisation-registry", Instant(zone.at(day, 12 * 60)), "e-1", "urn:test", LOCALITY, act)
    for record in book.handle(event):
        view.fold(record)
    assert view.next_moment(zone.at(day + 1)) == zone.at(day + 1, 7 * 60)
    assert view.next_moment(zone.at(day + 2)) == zone.at(day + 2, 7 * 60 + 30)
    assert view.next_moment(zone.at(day + 2, 7 * 60 + 30)) == zone.at(day + 2, 9 * 60)
    assert view.next_moment(zone.at(day + 2, 9 * 60)) == zone.at(day + 2, 18 * 60)
    assert view.next_moment(zone.at(day + 2, 18 * 60)) == zone.at(day + 3)


def test_every_bulletin_is_published_once(village: System) -> None:
    issued = [fact.number for r in village.records for fact in r.facts if isinstance(fact, BulletinIssued)]
    assert [bulletin.number for bulletin in village.bulletins] == issued
    assert not any(kind is Bulletin for kind, _ in village.inbox.messages)


def test_nothing_that_was_read_stays_behind(village: System) -> None:
    """What nobody asked for is let go of, or a long season would fill the memory."""
    assert not village.inbox.messages
    assert len(village.inbox.fetched) == len(set(village.inbox.fetched)) > 100


def test_no_more_steps_are_ahead_than_allowed() -> None:
    system = System(days=10)
    lane = system.lane
    made = 0
    while lane.may_step:
        assert lane.step() is not None
        made += 1
    assert 1 <= made <= STEPS_AHEAD
    assert lane.waits
