"""Contracts, section 4: the order of time, of topics and of timers."""

import random

import pytest
from msgspec.structs import replace

from schemas import events as e
from schemas import facts as f
from schemas.events import Event
from schemas.words import (
    TIMER_RANK,
    Admission,
    GroupType,
    OrganisationKind,
    Ownership,
    QueueKind,
    RecallReason,
    Regime,
    Timer,
    Topic,
)
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE
from streams.rules.simulate import simulate
from tests.rules.conftest import MakeTown
from tests.rules.scenario import ASTANA, PRIORITY, Town


def test_section_4_the_ranks_of_the_timers() -> None:
    ranks = {
        1: Timer.REGISTRATION,
        2: Timer.TEMPORARY_END,
        3: Timer.REFERRAL,
        4: Timer.STOP_LIST,
        5: Timer.ACCESS,
        6: Timer.JOINING,
        7: Timer.INTEREST,
        8: Timer.AGE_LIMIT,
        9: Timer.RECALL,
        10: Timer.REMINDER,
        11: Timer.OPENING,
        12: Timer.BULLETIN,
        13: Timer.WINDOW,
    }
    assert {rank: timer for timer, rank in TIMER_RANK.items()} == ranks


def test_section_4_timers_of_one_moment_fire_by_rank_and_then_by_subject(town: Town) -> None:
    town.special()
    town.release("t1", admission=Admission.TEMPORARY, start="2021-06-01", end="2021-06-14")
    town.submit("b2")
    town.submit("b1")
    town.queue_special("s9")
    town.release_special("x1")
    town.at("2021-06-08 10:00").queue("a1", born="2018-12-01")
    town.release("x2", ages=(2, 2))
    town.next_opening()
    town.at("2021-06-14 08:00").tick()
    fired = [each for each in town.until("2021-06-15 00:00") if each.time == town.moment("2021-06-15")]
    assert town.timers(fired) == [
        "REGISTRATION b1",
        "REGISTRATION b2",
        "TEMPORARY_END t1",
        "REFERRAL s9",
        "ACCESS a1",
    ]


def test_section_4_every_timer_due_at_or_before_an_event_fires_first(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    decided = town.at("2021-06-12 00:00").withdraw("a1")
    before = town.records[-2]
    assert (before.cause.timer, before.cause.subject) == (Timer.ACCESS, "a1")
    assert decided.types == ["ApplicationArchived"]


def test_section_4_an_earlier_moment_comes_before_a_lower_rank(town: Town) -> None:
    town.submit("a1")
    town.recall("x1")
    fired = [each.cause.timer for each in town.until("2021-06-15 00:00") if each.cause.timer is not Timer.BULLETIN]
    assert fired == [Timer.RECALL, Timer.REGISTRATION]


@pytest.mark.parametrize(
    ("moment", "in_time"), [("2021-06-14 23:59:59.999", True), ("2021-06-15 00:00", False), ("2021-06-16 10:00", False)]
)
def test_section_4_an_event_exactly_at_a_deadline_is_too_late(town: Town, moment: str, in_time: bool) -> None:
    town.submit("a1")
    assert (town.at(moment).confirm("a1").reason is None) is in_time


def test_section_4_a_timer_that_changes_nothing_leaves_no_record_but_the_bulletin(town: Town) -> None:
    town.submit("a1")
    town.confirm("a1")
    fired = town.until("2021-06-15 06:00")
    assert {each.cause.timer for each in fired} == {Timer.BULLETIN}
    assert [each.sequence for each in town.records] == list(range(1, len(town.records) + 1))


@pytest.mark.parametrize(
    ("start", "bulletin", "opening"),
    [
        ("2021-06-07 06:59:59", "2021-06-07 18:00", "2021-06-07 07:00"),
        ("2021-06-07 07:00", "2021-06-07 18:00", "2021-06-08 07:00"),
        ("2021-06-07 18:00", "2021-06-08 18:00", "2021-06-08 07:00"),
    ],
)
def test_section_4_the_first_bulletin_and_opening_are_strictly_after_the_first_event(
    make_town: MakeTown, start: str, bulletin: str, opening: str
) -> None:
    town = make_town(start=start)
    assert town.text(town.book.next_due()) == min(bulletin, opening)
    assert town.text(town.book.state.next_bulletin()) == bulletin
    assert town.text(town.book.state.next_opening()) == opening


def test_section_4_before_the_first_event_there_is_no_timer() -> None:
    book = Book(ASTANA, KZ_2020)
    assert book.next_due() is None
    assert list(book.advance(Town().moment("2030-01-01"))) == []


def test_section_4_a_late_event_is_decided_at_the_books_time(town: Town) -> None:
    town.at("2021-06-09 10:00").tick()
    late = town.at("2021-06-08 10:00").tick()
    assert late.record.time == town.moment("2021-06-09 10:00")


def events(town: Town) -> list[Event]:
    """One event for each topic, all at one moment, in an order of our own."""
    submission = town.event(town.event_of_submission("a1"))
    release = town.event(
        e.PlaceReleased(
            "x1",
            "k5",
            QueueKind.GENERAL,
            2018,
            2,
            3,
            "kk",
            GroupType.SPECIAL,
            Regime.FULL_DAY,
            Admission.REGULAR,
            submission.data.child_born.replace(year=2021),  # type: ignore[attr-defined] # a submission
        )
    )
    recall = town.event(e.PlaceRecalled("x1", "k5", RecallReason.QUARANTINE))
    organisation = town.event(e.OrganisationRegistered("k5", "Balapan", Ownership.STATE, OrganisationKind.GENERAL, ()))
    return [submission, recall, release, organisation]


def test_section_4_events_of_one_moment_go_by_topic(town: Town) -> None:
    given = events(town)
    decided = list(simulate(given, KZ_2020))
    assert [each.cause.topic for each in decided] == list(Topic)
    assert [type(each.facts[0]).__name__ for each in decided] == [
        "OrganisationChanged",
        "PlaceReleased",
        "PlaceRecalled",
        "ApplicationRegistered",
    ]


@pytest.mark.parametrize("seed", range(5))
def test_section_4_the_order_in_the_file_counts_only_inside_a_moment_and_topic(town: Town, seed: int) -> None:
    given = events(town)
    shuffled = list(given)
    random.Random(seed).shuffle(shuffled)
    assert [each.hash for each in simulate(shuffled, KZ_2020)] == [each.hash for each in simulate(given, KZ_2020)]


def test_section_4_events_of_one_moment_and_topic_keep_their_order(town: Town) -> None:
    first, second = town.event(e.DocumentsConfirmed("a1")), town.event(town.event_of_submission("a1"))
    assert [each.cause.event_id for each in simulate([first, second], KZ_2020)] == [first.event_id, second.event_id]
    assert [each.cause.event_id for each in simulate([second, first], KZ_2020)] == [second.event_id, first.event_id]


def test_section_4_localities_do_not_touch_each_other(town: Town) -> None:
    here = town.event(town.event_of_submission("a1"))
    there = replace(here, locality="750000000")
    decided = list(simulate([there, here], KZ_2020))
    assert [(each.locality, each.sequence) for each in decided] == [(ASTANA, 1), ("750000000", 1)]


def test_section_4_until_lets_time_run_on_and_never_back(town: Town) -> None:
    given = [town.event(e.ClockTick())]
    later = list(simulate(given, KZ_2020, town.moment("2021-06-09 12:00")))
    assert [each.cause.timer for each in later] == [None, Timer.BULLETIN, Timer.BULLETIN]
    assert len(list(simulate(given, KZ_2020, town.moment("2021-06-01")))) == 1


def test_section_4_the_opening_names_its_queue_and_goes_queue_by_queue(town: Town) -> None:
    town.release("x1", year=2019, ages=(0, 9))
    town.release("x2", ages=(0, 9))
    town.next_opening()
    opened = [each.cause.subject for each in town.records if each.cause.timer is Timer.OPENING]
    assert opened == ["general/2018", "general/2019"]


def test_section_4_a_window_is_a_timer_of_immediate_access_only(make_town: MakeTown) -> None:
    immediate, scheduled = make_town(KZ_2020_IMMEDIATE), make_town()
    for town in (immediate, scheduled):
        town.release("x1")
        town.until("2021-06-13 00:00")
    assert [each.cause.timer for each in immediate.records].count(Timer.WINDOW) == 1
    assert [each.cause.timer for each in scheduled.records].count(Timer.WINDOW) == 0


def test_section_4_queue_ids(town: Town) -> None:
    town.organisation("t1", OrganisationKind.SANATORIUM, profiles=["LUNGS"])
    town.special("s1")
    town.queue("a1", benefits=PRIORITY)
    town.queue_special("a2")
    town.submit("a3", kind=QueueKind.SANATORIUM, organisation_id="t1", profile="LUNGS")
    queues = [each.queue for _, each in town.history(f.ApplicationRegistered)]
    assert queues == ["general/2018", "special/s1/2018/", "sanatorium/t1/2018/LUNGS"]
    assert town.status("a3") is Status.REGISTERED
