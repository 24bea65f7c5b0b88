"""R5.9: another pack in force from a date on. What it calls for comes at its first midnight, whatever else happens."""

import datetime

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.journal import Record
from schemas.words import Benefit, Group, Ownership, QueueKind, Stage
from schemas.zones import date_to_day
from streams.rules import settle
from streams.rules.book import Book
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Mode, Pack, Schedule
from tests.rules.conftest import MakeTown
from tests.rules.scenario import QUEUE, types
from tests.unit.verification.seasons import Season

MIDNIGHT = "2021-06-08 24:00"


def from_day(text: str, first: Pack, then: Pack) -> Schedule:
    """The first pack, and from a date on another."""
    return Schedule(first, ((date_to_day(datetime.date.fromisoformat(text)), then),))


TO_IMMEDIATE = from_day("2021-06-09", KZ_2020, KZ_2020_IMMEDIATE)
TO_SCHEDULED = from_day("2021-06-09", KZ_2020_IMMEDIATE, KZ_2020)


def packs(records: list[Record]) -> list[str]:
    """The packs in the order in which they take turns."""
    found: list[str] = []
    for record in records:
        if not found or found[-1] != record.pack:
            found.append(record.pack)
    return found


def test_r5_9_access_at_once_begins_with_the_midnight_of_its_date(make_town: MakeTown) -> None:
    town = make_town(TO_IMMEDIATE)
    town.queue("a1", "a2")
    town.release("x1")
    town.at("2021-06-08 20:00").release("x2")
    fired = town.until("2021-06-08 23:59")
    assert types(fired) == []
    assert (town.stage("x1"), town.stage("x2")) == (Stage.PRIORITY, Stage.RELEASED)
    [record] = town.until(MIDNIGHT)
    assert (record.pack, town.timers([record])) == ("kz-2020-immediate", [f"OPENING {QUEUE}"])
    assert types([record]) == ["PlacePrioritised", "AccessGranted"]
    assert town.access() == ["a1", "a2"]
    assert town.text(town.place("x2").until) == "2021-06-14 24:00"


def test_r5_9_listed_places_are_offered_at_the_midnight_too(make_town: MakeTown) -> None:
    town = make_town(TO_IMMEDIATE)
    town.queue("a1")
    town.at("2021-06-08 17:00").release("x1")
    town.until("2021-06-08 23:00")
    assert town.stage("x1") is Stage.LISTED
    town.until(MIDNIGHT)
    assert (town.stage("x1"), town.access()) == (Stage.PRIORITY, ["a1"])


def test_r5_9_back_to_openings_the_places_that_were_offered_stay_so(make_town: MakeTown) -> None:
    town = make_town(TO_SCHEDULED)
    town.release("x1")
    assert town.stage("x1") is Stage.PRIORITY
    town.until(MIDNIGHT)
    town.at("2021-06-09 06:00").queue("a1")
    assert town.access() == []
    assert town.release("x2").types == ["PlaceReleased"]
    town.until("2021-06-09 07:00")
    assert town.access() == ["a1"]
    town.until("2021-06-11 06:00")
    assert town.stage("x2") is Stage.PRIORITY


def test_r5_9_a_repeat_as_the_first_event_neither_holds_up_nor_swallows_the_change(make_town: MakeTown) -> None:
    town = make_town(TO_IMMEDIATE)
    town.queue("a1")
    town.at("2021-06-08 20:00").release("x1")
    repeated = town.records[-1].cause
    assert repeated.event_id is not None
    town.at("2021-06-09 08:00")
    decided = town.send(town.event_of_submission("a1"), event_id=repeated.event_id)
    assert decided.types == ["Duplicate"]
    assert town.access() == ["a1"]


def test_r5_9_a_rejection_as_the_first_event_is_that_alone(make_town: MakeTown) -> None:
    town = make_town(TO_IMMEDIATE)
    town.queue("a1")
    town.at("2021-06-08 20:00").release("x1")
    assert town.at("2021-06-09 08:00").withdraw("nobody").types == ["Rejected"]
    assert town.access() == ["a1"]


def test_r5_9_at_one_midnight_a_pack_never_gives_way_to_the_old_one(make_town: MakeTown) -> None:
    """On 1 September the age limit comes before the ends of windows, kept recalls and much else of that midnight."""
    town = make_town(from_day("2021-09-01", KZ_2020_IMMEDIATE, KZ_2020), start="2021-08-26 00:00")
    town.queue("old", born="2015-06-01")
    town.queue("a1")
    town.release("x1")
    town.until("2021-08-30 24:00")
    assert town.recall("x9").types == ["RecallKept"]
    town.until("2021-09-01 12:00")
    midnight = [record for record in town.records if record.time == town.moment("2021-08-31 24:00")]
    assert {"AGE_LIMIT", "RECALL"} <= {record.cause.timer for record in midnight}
    assert packs(town.records) == ["kz-2020-immediate", "kz-2020"]


def test_r5_9_a_term_that_ends_with_the_old_pack_counts_from_its_day_under_the_new_one(make_town: MakeTown) -> None:
    town = make_town(from_day("2021-06-12", KZ_2020_IMMEDIATE, KZ_2020))
    town.queue("a1", "a2")
    town.at("2021-06-08 10:00").release("x1")
    town.until("2021-06-12 06:00")
    lapsed = town.records[-1]
    assert (types([lapsed]), lapsed.pack) == (["AccessLapsed"], "kz-2020")
    assert town.access() == []
    town.until("2021-06-12 07:00")
    # Its window ended while it was promised: nobody before this opening could open it.
    assert town.stage("x1") is Stage.OPEN


def test_r5_9_a_window_that_ended_before_the_change_opens_with_it(make_town: MakeTown) -> None:
    """Under openings it was kept back for the last holder, and that one's access lapsed the same night."""
    town = make_town(from_day("2021-06-12", KZ_2020, KZ_2020_IMMEDIATE))
    town.queue("a1")
    town.release("x1")
    town.until("2021-06-11 12:00")
    assert (town.stage("x1"), town.access()) == (Stage.PRIORITY, ["a1"])
    town.until("2021-06-11 24:00")
    assert (town.stage("x1"), town.access()) == (Stage.OPEN, [])


def test_r5_9_a_big_change_is_many_records_of_its_midnight(
    make_town: MakeTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "OPENING_FACTS_MAX", 3)
    town = make_town(TO_IMMEDIATE)
    town.queue(*(f"a{number}" for number in range(5)))
    town.at("2021-06-08 20:00")
    for number in range(4):
        town.release(f"x{number}")
    fired = town.until(MIDNIGHT)
    assert [len(record.facts) for record in fired] == [3, 3, 2]
    assert {str(record.cause.timer) for record in fired} == {"OPENING"}
    assert town.access() == ["a0", "a1", "a2", "a3"]


def test_r5_9_an_age_of_the_new_pack_takes_back_what_it_does_not_allow(make_town: MakeTown) -> None:
    older = replace(KZ_2020, id="older", private_age_years=4)
    town = make_town(from_day("2021-06-09", KZ_2020, older))
    town.organisation("k2", ownership=Ownership.PRIVATE)
    town.queue("a1")
    town.release("x1", organisation_id="k2")
    town.until("2021-06-08 20:00")
    assert town.access() == ["a1"]
    [record] = town.until(MIDNIGHT)
    assert types([record]) == ["AccessRevoked"]


def test_r5_9_where_places_are_given_automatically_from_now_on_nobody_chooses(make_town: MakeTown) -> None:
    automatic = replace(KZ_2020, id="automatic", modes={**KZ_2020.modes, QueueKind.GENERAL: Mode.AUTOMATIC})
    town = make_town(from_day("2021-06-09", KZ_2020, automatic))
    town.queue("a1", "a2")
    town.release("x1")
    town.until("2021-06-08 20:00")
    town.release("x2")
    [record] = town.until(MIDNIGHT)
    assert types([record]) == ["AccessRevoked", "ReferralIssued", "ReferralIssued"]
    assert [(each.application_id, each.place_id) for _, each in town.history(f.ReferralIssued)] == [
        ("a1", "x1"),
        ("a2", "x2"),
    ]


def test_r5_9_a_group_stays_until_the_benefits_are_looked_at_again(make_town: MakeTown) -> None:
    town = make_town(TO_IMMEDIATE)
    teacher = (Benefit.TEACHER_CHILD,)
    town.queue("a1", benefits=teacher)
    town.until(MIDNIGHT)
    town.queue("a2", benefits=teacher)
    assert (town.application("a1").group, town.application("a2").group) == (Group.PRIORITY, Group.EXTRAORDINARY)
    assert town.benefits("a1", *teacher).one(f.ApplicationRegrouped).to is Group.EXTRAORDINARY


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("packs", [(KZ_2020, KZ_2020_IMMEDIATE), (KZ_2020_IMMEDIATE, KZ_2020)])
def test_r5_9_a_book_taken_up_anywhere_decides_the_same(seed: int, packs: tuple[Pack, Pack]) -> None:
    """Restored from a snapshot or folded from the journal, also between two records of one midnight."""
    schedule = from_day("2021-06-21", *packs)
    season = Season(seed, packs=schedule)
    whole = season.run(220)
    taken_up = Book(season.locality, schedule)
    for number, event in enumerate(season.events):
        for record in taken_up.handle(event):
            assert record == whole[record.sequence - 1]
        decided = taken_up.sequence
        if number % 20:
            taken_up = Book.restore(taken_up.snapshot(), schedule)
        else:
            taken_up = Book(season.locality, schedule)
            for record in whole[:decided]:
                taken_up.apply(record)
    assert taken_up.hash == season.book.hash
