"""R5.1 to R5.6: bulletin, opening, access, eligibility, choosing, the promise."""

from datetime import date

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.journal import GENESIS_HASH
from schemas.words import (
    Admission,
    Benefit,
    EndCause,
    GroupType,
    How,
    Ownership,
    QueueKind,
    Reason,
    RecallReason,
    Regime,
    Stage,
)
from streams.rules.calendar import full_years
from streams.rules.daily import OPENING_FACTS_MAX
from streams.rules.eligibility import Eligibility, allows
from streams.rules.model import ApplicantClass, PlaceTerms, Status
from streams.rules.pack import KZ_2020, Mode
from tests.rules.conftest import MakeTown
from tests.rules.scenario import PRIORITY, Town, day, subjects, types

AGE_3, AGE_2 = "2018-03-01", "2018-11-01"  # on 1 September 2021


# R5.1


def test_r5_1_a_bulletin_at_18_00_every_day_empty_ones_too(town: Town) -> None:
    town.tick()
    town.until("2021-06-14 10:00")
    issued = town.history(f.BulletinIssued)
    assert [at for at, _ in issued] == [f"2021-06-{each:02} 18:00" for each in range(7, 14)]
    assert [each.number for _, each in issued] == list(range(1, 8))
    assert [each.date.isoformat() for _, each in issued] == [f"2021-06-{each:02}" for each in range(7, 14)]
    assert all(each.entries == () and each.recalled == () for _, each in issued)


def test_r5_1_the_first_bulletin_is_the_first_after_the_first_event(make_town: MakeTown) -> None:
    for start, first in (("2021-06-07 17:59", "2021-06-07 18:00"), ("2021-06-07 18:00", "2021-06-08 18:00")):
        town = make_town(start=start)
        town.until("2021-06-08 20:00")
        assert town.history(f.BulletinIssued)[0][0] == first


def test_r5_1_it_lists_what_was_released_since_the_last_in_order_of_arrival_with_the_exact_time(town: Town) -> None:
    town.at("2021-06-07 10:00:00.123").release("x2")
    town.at("2021-06-07 12:00").release("x1")
    town.at("2021-06-07 18:00:00.001").release("x3")
    town.until("2021-06-08 18:00")
    first, second = (each for _, each in town.history(f.BulletinIssued))
    assert [(each.place_id, each.at) for each in first.entries] == [
        ("x2", town.moment("2021-06-07 10:00:00.123")),
        ("x1", town.moment("2021-06-07 12:00")),
    ]
    assert [each.place_id for each in second.entries] == ["x3"]


def test_r5_1_a_release_at_18_00_itself_is_for_the_next_one(town: Town) -> None:
    town.at("2021-06-07 18:00").release("x1")
    town.until("2021-06-08 18:00")
    assert [len(each.entries) for _, each in town.history(f.BulletinIssued)] == [0, 1]


def test_r5_1_recalled_places_stand_in_it_with_reasons(town: Town) -> None:
    town.release("x1")
    town.at("2021-06-07 12:00").recall("x1", RecallReason.QUARANTINE)
    town.until("2021-06-07 18:00")
    issued = town.last(f.BulletinIssued)
    assert [each.place_id for each in issued.entries] == ["x1"]
    assert [(each.place_id, each.reason, each.at) for each in issued.recalled] == [
        ("x1", RecallReason.QUARANTINE, town.moment("2021-06-07 12:00"))
    ]


def test_r5_1_each_arrival_is_listed_even_of_one_place_on_one_day(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    town.chosen("a1", "x1")
    town.at("2021-06-08 09:00").cancel("a1", "x1")
    town.until("2021-06-08 18:00")
    assert [each.place_id for each in town.last(f.BulletinIssued).entries] == ["x1"]


def test_r5_1_the_hash_of_the_previous_bulletin_is_inside(town: Town) -> None:
    town.release("x1")
    town.until("2021-06-09 18:00")
    issued = [each for _, each in town.history(f.BulletinIssued)]
    previous = [GENESIS_HASH, *(each.bulletin_hash for each in issued)]
    assert [each.previous_bulletin_hash for each in issued] == previous[:-1]
    assert len(set(previous)) == 4


def test_r5_1_a_place_says_what_holds_at_that_moment(town: Town) -> None:
    town.release_early("x1")
    town.release_early("x2")
    town.vacate("x1")
    town.until("2021-06-07 18:00")
    assert [each.admission for each in town.last(f.BulletinIssued).entries] == [Admission.REGULAR, Admission.EARLY]


def test_r5_1_the_listed_places_become_listed(town: Town) -> None:
    town.release("x1")
    town.until("2021-06-07 18:00")
    assert town.stage("x1") is Stage.LISTED


# R5.2


def test_r5_2_at_07_00_listed_places_get_a_window_of_three_working_days(town: Town) -> None:
    town.release("x1")
    town.until("2021-06-08 06:59:59.999")
    assert town.stage("x1") is Stage.LISTED
    fired = town.until("2021-06-08 07:00")
    assert town.timers(fired) == ["OPENING general/2018"]
    assert town.text(town.last(f.PlacePrioritised).until) == "2021-06-11 24:00"


def test_r5_2_every_day_weekends_too(town: Town) -> None:
    town.at("2021-06-11 10:00").release("x1")
    town.until("2021-06-12 07:00")
    assert town.text(town.last(f.PlacePrioritised).until) == "2021-06-16 24:00"


def test_r5_2_what_was_released_after_the_bulletin_waits_for_the_next_one(town: Town) -> None:
    town.at("2021-06-07 19:00").release("x1")
    town.until("2021-06-08 07:00")
    assert town.stage("x1") is Stage.RELEASED
    town.until("2021-06-09 07:00")
    assert town.stage("x1") is Stage.PRIORITY


def test_r5_2_a_queue_without_anything_to_do_leaves_no_record(town: Town) -> None:
    town.queue("a1")
    assert [each for each in town.until("2021-06-08 07:00") if each.cause.timer == "OPENING"] == []


def test_r5_2_ended_windows_open_oldest_release_first(town: Town) -> None:
    town.release("x9")
    town.pause()
    town.release("x1")
    town.until("2021-06-12 07:00")
    assert [(at, each.place_id) for at, each in town.history(f.PlaceOpened)] == [
        ("2021-06-12 07:00", "x9"),
        ("2021-06-12 07:00", "x1"),
    ]


def test_r5_2_the_latest_places_stay_as_long_as_live_access_needs_them(town: Town) -> None:
    town.queue("a1")
    town.release("x1")
    town.pause()
    town.release("x2")
    town.until("2021-06-08 07:00")
    town.at("2021-06-09 10:00").queue("a2")  # its access begins on Thursday and lives until Tuesday, 24:00
    town.until("2021-06-12 07:00")
    assert town.access() == ["a2"]
    assert (town.stage("x1"), town.stage("x2")) == (Stage.OPEN, Stage.PRIORITY)
    town.until("2021-06-15 07:00")
    assert town.stage("x2") is Stage.PRIORITY
    town.until("2021-06-16 07:00")
    assert town.stage("x2") is Stage.OPEN


def test_r5_2_no_window_is_renewed_by_a_late_opening(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    town.until("2021-06-14 12:00")
    assert town.stage("x1") is Stage.OPEN
    assert len(town.history(f.AccessGranted)) == 1


def test_r5_2_3_access_goes_in_queue_order_to_as_many_as_there_are_places(town: Town) -> None:
    town.queue("a1", "a2", "a3")
    town.offered("x1", "x2")
    granted = [each for _, each in town.history(f.AccessGranted)]
    assert subjects(granted) == ["a1", "a2"]
    assert [(each.places, each.queue) for each in granted] == [(2, "general/2018")] * 2
    assert {town.text(each.until) for each in granted} == {"2021-06-11 24:00"}


def test_r5_2_3_the_three_steps_are_in_this_order_at_one_moment(town: Town) -> None:
    town.queue("a1")
    town.release("x1")
    town.until("2021-06-11 10:00")
    town.release("x2")
    fired = [each for each in town.until("2021-06-12 07:00") if each.cause.timer == "OPENING"]
    assert types(fired) == ["PlacePrioritised", "PlaceOpened", "AccessGranted"]


def test_r5_2_3_who_already_has_access_gets_no_second_one(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1")
    town.at("2021-06-08 10:00").offered("x2")
    assert [(at, each.application_id) for at, each in town.history(f.AccessGranted)] == [
        ("2021-06-08 07:00", "a1"),
        ("2021-06-09 07:00", "a2"),
    ]
    assert town.text(town.application("a2").access_until) == "2021-06-14 24:00"


def test_r5_2_3_who_can_have_none_of_the_places_is_passed_over(town: Town) -> None:
    town.queue("a1", born=AGE_2)
    town.queue("a2", born=AGE_3)
    town.release("x1", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a2"]


def test_r5_2_3_all_holders_together_can_be_given_different_places(town: Town) -> None:
    town.queue("a1", "a2", born=AGE_2)
    town.queue("a3", "a4", born=AGE_3)
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.next_opening()
    # a1 takes what two-year-olds may have, so a2 is passed over; a3 can still have x2; a4 is one too many.
    assert town.access() == ["a1", "a3"]


def test_r5_2_3_a_holder_gives_way_inside_the_matching(town: Town) -> None:
    town.queue("a1", born=AGE_3)
    town.queue("a2", born=AGE_2)
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a1", "a2"]  # a1 can have x2, so x1 is left for a2


def test_r5_2_an_opening_is_split_into_records_of_bounded_size(town: Town) -> None:
    names = [f"a{index:04}" for index in range(600)]
    town.queue(*names)
    town.offered(*(f"x{index:04}" for index in range(600)))
    fired = [each for each in town.records if each.cause.timer == "OPENING"]
    assert [len(each.facts) for each in fired] == [OPENING_FACTS_MAX, OPENING_FACTS_MAX, 200]
    assert len({each.time for each in fired}) == 1
    assert town.access() == names


# R5.3


def offered_to(town: Town, place_id: str = "x1") -> bool:
    """Whether `a1` gets access at the next opening."""
    town.next_opening()
    assert town.stage(place_id) is Stage.PRIORITY
    return town.access() == ["a1"]


def test_r5_3_only_with_confirmed_documents(town: Town) -> None:
    town.submit("a1")
    town.release("x1")
    assert not offered_to(town)


def test_r5_3_not_on_the_stop_list(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x0")
    town.fail_check("a1", "x0")
    town.release("x1")
    assert not offered_to(town)


def test_r5_3_only_in_the_same_queue(town: Town) -> None:
    town.queue("a1", born="2018-12-31")
    town.release("x1", year=2019, ages=(0, 9))
    town.next_opening()
    assert town.access("general/2018") == []


@pytest.mark.parametrize(
    ("start", "ages", "eligible"),
    [
        ("2021-09-01", (3, 3), True),
        ("2021-09-01", (2, 2), False),
        ("2021-09-01", (4, 5), False),
        ("2021-08-31", (3, 3), False),  # the school year that began on 1 September 2020
        ("2021-08-31", (2, 2), True),
        ("2022-08-31", (3, 3), True),
        ("2022-09-01", (3, 3), False),
        ("2021-09-01", (1, 4), True),
    ],
)
def test_r5_3_full_years_on_1_september_of_the_school_year_of_the_admission(
    town: Town, start: str, ages: tuple[int, int], eligible: bool
) -> None:
    town.queue("a1", born=AGE_3)
    town.release("x1", ages=ages, start=start)
    assert offered_to(town) is eligible


@pytest.mark.parametrize(
    ("born", "start", "eligible"),
    [
        ("2018-09-01", "2021-09-01", True),
        ("2018-09-02", "2021-09-01", False),
        ("2018-09-20", "2021-09-19", False),
        ("2018-09-20", "2021-09-20", True),
    ],
)
def test_r5_3_a_private_place_needs_3_full_years_on_the_admission_start_date(
    town: Town, born: str, start: str, eligible: bool
) -> None:
    town.organisation("k2", ownership=Ownership.PRIVATE)
    town.queue("a1", born=born)
    town.release("x1", "k2", ages=(2, 3), start=start)
    assert offered_to(town) is eligible


def test_r5_3_the_age_for_private_places_is_the_packs(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, private_age_years=2))
    town.organisation("k2", ownership=Ownership.PRIVATE)
    town.queue("a1", born="2018-12-31")
    town.release("x1", "k2", ages=(2, 3))
    assert offered_to(town)


def temporary_referral(town: Town) -> None:
    town.queue("a1")
    town.release_temporary("x0")
    town.next_opening()
    town.chosen("a1", "x0")


@pytest.mark.parametrize("enrolled", [False, True])
def test_r5_3_no_second_temporary_place_but_any_lasting_one(town: Town, enrolled: bool) -> None:
    temporary_referral(town)
    if enrolled:
        town.pass_check("a1", "x0")
        town.enrol("a1", "x0")
    town.release_temporary("x1")
    assert not offered_to(town)
    town.release("x2")
    assert offered_to(town, "x2")


def test_r5_3_a_temporary_place_counts_for_all_applications_of_the_child(town: Town) -> None:
    town.special("s1")
    town.queue("a1", child="c")
    town.queue_special("b1", child="c")
    town.release("y1", "s1", kind=QueueKind.SPECIAL, admission=Admission.TEMPORARY, end="2021-12-31")
    town.release_temporary("x1")
    assert not offered_to(town)
    town.cancel("b1", "y1")
    town.next_opening()
    assert town.access() == ["a1"]


def test_r5_3_a_second_temporary_place_is_offered_when_the_first_is_over(town: Town) -> None:
    temporary_referral(town)
    town.cancel("a1", "x0")
    town.release_temporary("x1")
    assert offered_to(town)


@pytest.mark.parametrize(
    ("start", "exempt", "eligible"),
    [("2021-09-01", False, False), ("2021-08-31", False, True), ("2021-09-01", True, True)],
)
def test_r5_3_not_over_the_age_cap_on_that_1_september(town: Town, start: str, exempt: bool, eligible: bool) -> None:
    town.queue("a1", born="2015-09-01", special_needs=exempt, commission=exempt)
    town.release("x1", year=2015, ages=(3, 7), start=start)
    town.next_opening()
    assert (town.access("general/2015") == ["a1"]) is eligible


def test_r5_3_a_place_that_refused_the_application_is_not_offered_to_it_again(town: Town) -> None:
    town.queue("a1", "a2")
    town.active("a1", "x1")
    town.refuse_admission("a1", "x1")
    town.next_opening()
    assert town.access() == ["a2"]
    town.until("2021-06-15 07:00")
    assert town.stage("x1") is Stage.OPEN
    assert town.choose("a1", "x1").reason is Reason.NOT_ELIGIBLE
    town.chosen("a2", "x1")


def test_r5_3_in_a_scheduled_queue_what_one_cancelled_is_offered_again(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.cancel("a1", "x1")
    assert offered_to(town)


# R5.4


def test_r5_4_unused_access_lapses_without_penalty(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1")
    town.until("2021-06-11 23:59:59.999")
    assert town.access() == ["a1"]
    fired = town.until("2021-06-12 00:00")
    assert town.timers(fired) == ["ACCESS a1"]
    assert types(fired) == ["AccessLapsed"]
    assert town.order() == ["a1", "a2"]
    assert (town.status("a1"), town.application("a1").lapses) == (Status.QUEUED, 0)


def test_r5_4_it_keeps_its_turn_for_the_next_places(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1")
    town.until("2021-06-12 10:00")
    town.offered("x2")
    assert town.access() == ["a1"]


def test_r5_4_a_choice_at_the_deadline_is_too_late(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    assert town.at("2021-06-12 00:00").choose("a1", "x1").reason is Reason.NO_ACCESS


# R5.5


def test_r5_5_with_access_a_priority_place(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    decided = town.choose("a1", "x1")
    assert decided.types == ["AccessUsed", "ReferralIssued"]
    assert decided.one(f.ReferralIssued).how is How.CHOICE


def test_r5_5_with_access_an_open_place_too_whatever_the_number(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, open_stage_first=0))
    town.release("x1")
    town.until("2021-06-12 10:00")
    town.queue("a1")
    town.offered("x2")
    assert town.stage("x1") is Stage.OPEN
    decided = town.choose("a1", "x1")
    assert decided.types == ["AccessUsed", "ReferralIssued"]
    assert decided.one(f.ReferralIssued).how is How.OPEN_CHOICE


def test_r5_5_without_access_no_priority_place(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1")
    assert town.choose("a2", "x1").reason is Reason.NO_ACCESS


def test_r5_5_without_access_an_open_place_for_the_first_1000() -> None:
    assert KZ_2020.open_stage_first == 1000


def test_r5_5_the_number_at_the_choice_decides(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, open_stage_first=2))
    town.release("x1")
    town.until("2021-06-12 10:00")
    town.queue("a1", "a2", "a3")
    assert town.choose("a3", "x1").reason is Reason.OUTSIDE_FIRST_1000
    town.withdraw("a1")
    assert town.choose("a3", "x1").one(f.ReferralIssued).how is How.OPEN_CHOICE


def test_r5_5_the_first_valid_choice_wins_and_the_others_lose_nothing(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1", "x2")
    town.chosen("a2", "x1")
    assert town.choose("a1", "x1").reason is Reason.PLACE_TAKEN
    assert town.access() == ["a1"]
    town.chosen("a1", "x2")


def test_r5_5_only_places_of_its_own_queue(town: Town) -> None:
    town.queue("a1")
    town.release("x1")
    town.release("x2", year=2019)
    town.next_opening()
    assert town.choose("a1", "x2").reason is Reason.NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("moment", "reason"),
    [("2021-06-07 11:00", Reason.WRONG_STATE), ("2021-06-07 19:00", Reason.WRONG_STATE)],
)
def test_r5_5_a_place_is_chosen_only_when_it_is_priority_or_open(town: Town, moment: str, reason: Reason) -> None:
    town.queue("a1")
    town.release("x1")
    assert town.at(moment).choose("a1", "x1").reason is reason


# R5.6


def test_r5_6_a_place_promised_to_a_holder_before_is_not_given(town: Town) -> None:
    town.queue("a1", born=AGE_2)
    town.queue("a2", born=AGE_3)
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a1", "a2"]
    assert town.choose("a2", "x1").reason is Reason.PROMISED
    assert town.access() == ["a1", "a2"]
    town.chosen("a2", "x2")
    town.chosen("a1", "x1")


def test_r5_6_the_holders_behind_the_chooser_do_not_bind_it(town: Town) -> None:
    town.queue("a1", born=AGE_3)
    town.queue("a2", born=AGE_2)
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.next_opening()
    decided = town.choose("a1", "x1")
    assert decided.types == ["AccessUsed", "ReferralIssued", "AccessRevoked"]
    assert decided.one(f.AccessRevoked).application_id == "a2"
    assert town.order() == ["a2"]


def test_r5_6_an_open_place_is_promised_to_nobody(town: Town) -> None:
    town.queue("a1", born=AGE_3)
    town.offered("x1")
    town.until("2021-06-12 10:00")
    town.offered("x2")
    assert town.access() == ["a1"]
    town.queue("a2")
    assert town.choose("a2", "x1").one(f.ReferralIssued).how is How.OPEN_CHOICE


def test_r5_6_after_a_recall_the_last_in_order_loses_the_access(town: Town) -> None:
    town.queue("a1", "a2", "a3")
    town.offered("x1", "x2", "x3")
    decided = town.recall("x1")
    assert decided.types == ["PlaceRecalled", "AccessRevoked"]
    assert town.access() == ["a1", "a2"]


def test_r5_6_the_order_is_the_queues_not_that_of_the_grants(town: Town) -> None:
    town.submit("a1")
    town.pause()
    town.queue("a2")
    town.offered("x1")
    town.at("2021-06-08 10:00").confirm("a1")
    town.offered("x2")
    assert town.access() == ["a1", "a2"]
    town.recall("x2")
    assert town.access() == ["a1"]


def test_r5_6_only_who_is_too_many_loses_it(town: Town) -> None:
    town.queue("a1", born=AGE_2)
    town.queue("a2", "a3", born=AGE_3)
    town.release("x1", ages=(2, 2))
    town.release("x2", ages=(3, 3))
    town.release("x3", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a1", "a2", "a3"]
    town.recall("x1")  # only a1 could have it, though a2 and a3 stand behind
    assert town.access() == ["a2", "a3"]


def test_r5_6_the_last_of_those_who_can_change_places_loses_it(town: Town) -> None:
    town.queue("a1", born=AGE_3)
    town.queue("a2", born=AGE_2)
    town.queue("a3", born=AGE_3)
    town.release("x1", ages=(2, 3))
    for place_id in ("x2", "x3"):
        town.release(place_id, ages=(3, 3))
    town.next_opening()
    town.recall("x1")
    assert town.access() == ["a1", "a3"]  # a2 could have x1 alone


def test_r5_6_a_changed_organisation_may_cost_the_last_an_access(town: Town) -> None:
    town.organisation("k2")
    town.queue("a1", born=AGE_2)
    town.queue("a2", born=AGE_3)
    town.release("x1", ages=(2, 2))
    town.release("x2", "k2", ages=(2, 3))
    town.next_opening()
    assert town.access() == ["a1", "a2"]
    town.organisation("k2", ownership=Ownership.PRIVATE)
    assert town.access() == ["a1", "a2"]  # each still has its place
    town.organisation("k1", ownership=Ownership.PRIVATE)
    assert town.access() == ["a2"]


@pytest.mark.parametrize("way", ["withdrawal", "suspension", "stop", "age"])
def test_r5_6_access_of_an_application_that_leaves_the_order_is_revoked(town: Town, way: str) -> None:
    if way == "stop":
        town.queue("a1")
        town.release_temporary("x0")
        town.next_opening()
        town.chosen("a1", "x0")
        town.offered("x1")
    elif way == "age":
        town.at("2021-08-28 10:00").queue("a1", born="2015-09-01")
        town.release("x1", year=2015, ages=(5, 5), start="2021-08-30")
        town.next_opening()
    else:
        town.queue("a1")
        town.offered("x1")
    queue_id = town.application("a1").queue
    assert town.access(queue_id) == ["a1"]
    if way == "withdrawal":
        town.withdraw("a1")
    elif way == "suspension":
        town.suspend("a1")
    elif way == "stop":
        town.fail_check("a1", "x0")
    else:
        town.until("2021-09-01 00:00")
    assert town.last(f.AccessRevoked).application_id == "a1"
    assert town.access(queue_id) == []


def test_r5_6_a_temporary_referral_uses_the_access_and_the_application_may_get_another(town: Town) -> None:
    town.queue("a1")
    town.release_temporary("x1")
    town.next_opening()
    assert town.choose("a1", "x1").types == ["AccessUsed", "ReferralIssued"]
    town.offered("x2")
    assert town.access() == ["a1"]


def test_r5_6_a_holder_who_becomes_stronger_keeps_the_access(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1", "x2")
    town.benefits("a2", *PRIORITY)
    assert town.access() == ["a1", "a2"]
    town.benefits("a2", Benefit.MILITARY)
    town.recall("x2")
    assert town.access() == ["a2"]
    assert town.last(f.AccessRevoked).application_id == "a1"


def test_r5_6_a_child_with_a_temporary_referral_elsewhere_loses_access_to_temporary_places(town: Town) -> None:
    town.special("s1")
    town.queue("a1", child="c")
    town.release_temporary("x1")
    town.next_opening()
    assert town.access() == ["a1"]
    town.queue_special("b1", child="c")
    decided = town.release("y1", "s1", kind=QueueKind.SPECIAL, admission=Admission.TEMPORARY, end="2021-12-31")
    assert decided.types == ["PlaceReleased", "ReferralIssued", "AccessRevoked"]


def test_r5_modes_are_a_parameter_per_queue_kind() -> None:
    assert KZ_2020.modes == {
        QueueKind.GENERAL: Mode.SCHEDULED,
        QueueKind.SPECIAL: Mode.AUTOMATIC,
        QueueKind.SANATORIUM: Mode.AUTOMATIC,
    }
    with pytest.raises(ValueError, match="every queue kind"):
        replace(KZ_2020, modes={})


def test_r5_2_a_returned_place_gets_a_new_window(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    decided = town.at("2021-06-08 10:00").cancel("a1", "x1")
    assert decided.one(f.PlaceReturned).cause is EndCause.CANCELLED
    town.next_opening()
    assert town.text(town.place("x1").until) == "2021-06-14 24:00"


@pytest.mark.parametrize("private_age", [2, 3, 4])
def test_r5_3_the_birth_dates_of_a_private_place_to_the_day_leap_days_too(private_age: int) -> None:
    ages = Eligibility(replace(KZ_2020, private_age_years=private_age))
    birthdays = [day(each) for each in ("2020-01-01", "2020-02-28", "2020-02-29", "2020-03-01", "2020-12-31")]
    for start in (day(f"{year}-{each}") for year in range(2021, 2026) for each in ("01-01", "02-28", "03-01", "12-31")):
        expect_private_age(ages, birthdays, start, private_age)
    expect_private_age(ages, birthdays, day("2024-02-29"), private_age)


def expect_private_age(ages: Eligibility, birthdays: list[date], start: date, private_age: int) -> None:
    terms = PlaceTerms(
        "k1", "general/2020", 2020, 0, 9, "kk", GroupType.SPECIAL, Regime.FULL_DAY, Admission.REGULAR, start
    )
    place = ages.place_class(terms, private=True, temporary=False, named=None)
    for born in birthdays:
        child = ApplicantClass(born, exempt=False, private_only=False, on_temporary=False, excluded=frozenset())
        old_enough = full_years(born, start) >= private_age
        assert allows(child, place) is old_enough, (born, start)
