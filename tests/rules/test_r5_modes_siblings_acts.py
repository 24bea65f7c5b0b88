"""R5.7 to R5.9: automatic queues, access at once, siblings, local acts."""

import msgspec
import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.errors import Malformed
from schemas.event_json import decode_event
from schemas.words import Admission, EndCause, How, OrganisationKind, Ownership, QueueKind, Reason, Stage
from schemas.zones import date_to_day
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Mode, Pack, Schedule
from tests.rules.conftest import MakeTown
from tests.rules.scenario import PRIORITY, Town, day, subjects, types

S1 = "special/s1/2018/"
AGE_3, AGE_2 = "2018-03-01", "2018-11-01"  # on 1 September 2021


# R5.7


def test_r5_7_a_released_place_goes_at_once_to_the_first_as_a_referral_without_choosing(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.queue_special("p1", benefits=PRIORITY)
    decided = town.release_special("x1")
    assert decided.types == ["PlaceReleased", "ReferralIssued"]
    issued = decided.one(f.ReferralIssued)
    assert (issued.application_id, issued.how, issued.number) == ("a1", How.AUTOMATIC, 1)
    assert town.stage("x1") is Stage.REFERRED


def test_r5_7_a_sanatorium_queue_is_matched_the_same_way(town: Town) -> None:
    town.organisation("t1", OrganisationKind.SANATORIUM)
    town.submit("a1", kind=QueueKind.SANATORIUM, organisation_id="t1")
    town.confirm("a1")
    decided = town.release("x1", "t1", kind=QueueKind.SANATORIUM)
    assert decided.one(f.ReferralIssued).how is How.AUTOMATIC


def test_r5_7_who_is_not_eligible_is_passed_over(town: Town) -> None:
    town.special()
    town.queue_special("a1", born=AGE_2)
    town.queue_special("a2", born=AGE_3)
    decided = town.release("x1", "s1", kind=QueueKind.SPECIAL, ages=(3, 3))
    assert decided.one(f.ReferralIssued).application_id == "a2"


def test_r5_7_a_place_nobody_is_eligible_for_waits_and_is_matched_the_moment_somebody_is(town: Town) -> None:
    town.special()
    town.release_special("x1")
    town.until("2021-06-09 10:00")
    assert town.stage("x1") is Stage.LISTED
    assert town.queue_special("a1").types == ["ApplicationQueued", "ReferralIssued"]


@pytest.mark.parametrize("way", ["restored", "stop list ended", "organisation changed"])
def test_r5_7_whatever_makes_somebody_eligible_matches(town: Town, way: str) -> None:
    town.organisation("s1", OrganisationKind.SPECIAL, Ownership.PRIVATE)
    young = way == "organisation changed"
    town.queue_special("a1", born="2018-10-01" if young else AGE_3)
    if way == "restored":
        town.suspend("a1")
    elif way == "stop list ended":
        town.release_special("x0")
        town.fail_check("a1", "x0")
        town.recall("x0", organisation_id="s1")
    town.release_special("x1")
    assert town.stage("x1") is Stage.RELEASED
    if way == "restored":
        town.restore("a1")
    elif way == "stop list ended":
        town.until("2021-06-22 00:00")
    else:
        town.organisation("s1", OrganisationKind.SPECIAL, Ownership.STATE)
    assert town.stage("x1") is Stage.REFERRED


def test_r5_7_the_end_of_a_stay_makes_eligible_for_the_next_temporary_place(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release("x0", "s1", kind=QueueKind.SPECIAL, admission=Admission.TEMPORARY, end="2021-10-01")
    assert town.release("x1", "s1", kind=QueueKind.SPECIAL, admission=Admission.TEMPORARY, end="2021-12-31").types == [
        "PlaceReleased"
    ]
    town.pass_check("a1", "x0")
    town.enrol("a1", "x0", "s1")
    assert town.leave("a1", "x0", "s1").types == ["ChildLeft", "StayEnded", "ReferralIssued"]


def test_r5_7_it_still_appears_in_the_bulletin(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release_special("x1")
    town.until("2021-06-07 18:00")
    assert [each.place_id for each in town.last(f.BulletinIssued).entries] == ["x1"]
    assert town.stage("x1") is Stage.REFERRED


def test_r5_7_of_several_waiting_places_the_oldest_is_given_first(town: Town) -> None:
    town.special()
    town.release_special("x9")
    town.pause()
    town.release_special("x1")
    assert town.queue_special("a1").one(f.ReferralIssued).place_id == "x9"


def test_r5_7_one_record_may_match_several(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.queue_special("a2")
    town.release_special("x1")
    town.release_special("x2")
    decided = town.recall("x1", organisation_id="s1")
    assert decided.types == ["PlaceRecalled", "ReferralEnded", "ApplicationReturned"]
    assert town.release_special("x3").one(f.ReferralIssued).application_id == "a1"


def test_r5_7_what_one_cancelled_is_not_given_to_it_again_but_may_be_chosen(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release_special("x1")
    assert town.cancel("a1", "x1").types == ["ReferralEnded", "PlaceReturned", "ApplicationReturned"]
    town.until("2021-06-10 10:00")
    assert (town.stage("x1"), town.status("a1")) == (Stage.LISTED, Status.QUEUED)
    issued = town.choose("a1", "x1").one(f.ReferralIssued)
    assert (issued.how, issued.referral) == (How.CHOICE, 2)


def test_r5_7_what_one_cancelled_goes_to_the_next_eligible(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.queue_special("a2")
    town.release_special("x1")
    decided = town.cancel("a1", "x1")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationReturned", "ReferralIssued"]
    assert decided.one(f.ReferralIssued).application_id == "a2"
    assert town.choose("a1", "x1").reason is Reason.PLACE_TAKEN


def test_r5_7_a_place_that_refused_the_child_is_not_to_be_chosen_either(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release_special("x1")
    town.pass_check("a1", "x1")
    town.refuse_admission("a1", "x1", "s1")
    assert town.choose("a1", "x1").reason is Reason.WRONG_STATE
    assert town.stage("x1") is Stage.RELEASED


def test_r5_7_a_lapsed_referral_is_offered_again_to_the_same(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release_special("x1")
    town.until("2021-06-15 00:00")  # the documents were not shown
    assert town.status("a1") is Status.STOPPED
    town.until("2021-06-29 00:00")
    assert types(town.records[-1:]) == ["ApplicationReturned", "ReferralIssued"]


IMMEDIATE = KZ_2020_IMMEDIATE


def test_r5_7_immediate_a_place_is_priority_at_the_release_and_access_is_granted_then(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.queue("a1")
    decided = town.release("x1")
    assert decided.types == ["PlaceReleased", "PlacePrioritised", "AccessGranted"]
    assert town.text(decided.one(f.PlacePrioritised).until) == "2021-06-10 24:00"
    assert town.text(decided.one(f.AccessGranted).until) == "2021-06-10 24:00"
    assert town.until("2021-06-08 07:30")[-1].cause.timer == "BULLETIN"


def test_r5_7_immediate_the_bulletin_still_lists_it_and_leaves_its_stage(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.release("x1")
    town.until("2021-06-07 18:00")
    assert [each.place_id for each in town.last(f.BulletinIssued).entries] == ["x1"]
    assert town.stage("x1") is Stage.PRIORITY


def test_r5_7_immediate_access_is_granted_whenever_an_application_becomes_eligible(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.release("x1")
    assert town.queue("a1").types == ["ApplicationQueued", "AccessGranted"]


def test_r5_7_immediate_access_is_granted_whenever_one_ends_unused(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.queue("a1", "a2")
    town.release("x1")
    decided = town.withdraw("a1")
    assert decided.types == ["AccessRevoked", "ApplicationArchived", "AccessGranted"]
    assert town.access() == ["a2"]


def test_r5_7_immediate_the_window_ends_on_time_not_at_an_opening(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.release("x1")
    fired = town.until("2021-06-11 00:00")
    assert town.timers(fired)[-1] == "WINDOW x1"
    assert types(fired[-1:]) == ["PlaceOpened"]


def test_r5_7_immediate_ended_windows_open_before_access_is_granted(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.queue("a1", "a2")
    town.release("x1")
    fired = town.until("2021-06-11 00:00")
    assert town.timers(fired)[-1] == "ACCESS a1"
    assert types(fired[-1:]) == ["AccessLapsed", "PlaceOpened"]
    assert town.access() == []


def test_r5_7_immediate_a_window_that_a_later_access_needs_ends_with_it(make_town: MakeTown) -> None:
    town = make_town(IMMEDIATE)
    town.release("x1")
    town.at("2021-06-09 10:00").queue("a1")
    town.until("2021-06-11 08:00")
    assert town.stage("x1") is Stage.PRIORITY
    town.until("2021-06-15 00:00")
    assert types(town.records[-1:]) == ["AccessLapsed", "PlaceOpened"]


def test_r5_7_the_mode_is_a_parameter_per_queue_kind(make_town: MakeTown) -> None:
    automatic = replace(KZ_2020, modes={**KZ_2020.modes, QueueKind.GENERAL: Mode.AUTOMATIC})
    town = make_town(automatic)
    town.queue("a1")
    assert town.release("x1").one(f.ReferralIssued).how is How.AUTOMATIC
    scheduled = replace(KZ_2020, modes={**KZ_2020.modes, QueueKind.SPECIAL: Mode.SCHEDULED})
    town = make_town(scheduled)
    town.special()
    town.queue_special("a1")
    assert town.release_special("x1").types == ["PlaceReleased"]
    town.next_opening()
    assert town.access(S1) == ["a1"]


# R5.8


def siblings(town: Town, born: tuple[str, str] = (AGE_3, "2019-03-01")) -> None:
    """`a1` and `a2` of the applicant `p`."""
    for application_id, each in zip(("a1", "a2"), born, strict=True):
        town.queue(application_id, applicant="p", born=each)


def test_r5_8_with_a_live_access_of_one_the_other_takes_a_priority_place_without_its_own_turn(town: Town) -> None:
    town.queue("b1", born="2019-03-01")
    siblings(town)
    town.release("x1")
    town.release("x2", year=2019, ages=(2, 2))
    town.next_opening()
    assert (town.access("general/2018"), town.access("general/2019")) == (["a1"], ["b1"])
    # b1, before the sibling, would be left without a place.
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.PROMISED
    town.withdraw("b1")
    assert town.access("general/2019") == []
    decided = town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p")
    assert decided.types == ["AccessUsed", "ReferralIssued", "ReferralIssued"]
    assert subjects(decided.all(f.ReferralIssued)) == ["a1", "a2"]


def test_r5_8_a_sibling_without_access_displaces_only_holders_behind_it(town: Town) -> None:
    town.queue("a1", applicant="p", born=AGE_3)
    town.submit("a2", applicant="p", born="2019-12-01")
    town.pause()
    town.queue("b1", born="2019-03-01")
    town.release("x1")
    town.release("x2", year=2019, ages=(1, 2))
    town.next_opening()
    assert town.access("general/2019") == ["b1"]
    town.confirm("a2")  # stands before b1, and comes after the opening
    decided = town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p")
    assert subjects(decided.all(f.ReferralIssued)) == ["a1", "a2"]
    assert subjects(decided.all(f.AccessRevoked)) == ["b1"]


def test_r5_8_all_or_nothing(town: Town) -> None:
    town.queue("b2", born="2019-03-01")
    siblings(town)
    town.release("x1")
    town.release("x2", year=2019, ages=(2, 2))
    town.next_opening()
    town.chosen("b2", "x2")
    decided = town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p")
    assert decided.types == ["Rejected"]
    assert decided.reason is Reason.PLACE_TAKEN
    assert (town.stage("x1"), town.access()) == (Stage.PRIORITY, ["a1"])


def test_r5_8_all_in_one_organisation(town: Town) -> None:
    town.organisation("k2")
    siblings(town)
    town.release("x1")
    town.release("x2", "k2", year=2019, ages=(2, 2))
    town.next_opening()
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.NOT_ELIGIBLE


@pytest.mark.parametrize("pairs", [[("a1", "x1"), ("a2", "x1")], [("a1", "x1"), ("a1", "x2")]])
def test_r5_8_one_place_each(town: Town, pairs: list[tuple[str, str]]) -> None:
    siblings(town, (AGE_3, AGE_3))
    town.offered("x1", "x2")
    assert town.choose_all(*pairs, applicant="p").reason is Reason.NOT_ELIGIBLE


def test_r5_8_two_applications_of_one_child_are_no_siblings(town: Town) -> None:
    town.special()
    town.queue("a1", applicant="p", child="c")
    town.submit("a2", applicant="p", child="c", kind=QueueKind.SPECIAL, organisation_id="s1", special_needs=True)
    town.confirm("a2")
    town.offered("x1", "x2")
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.NOT_ELIGIBLE


def test_r5_8_each_child_must_be_eligible(town: Town) -> None:
    siblings(town)
    town.release("x1")
    town.release("x2", year=2019, ages=(3, 3))
    town.next_opening()
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.NOT_ELIGIBLE


def open_siblings(town: Town) -> None:
    """Open places `x1` (2018) and `x2` (2019), and then the siblings."""
    town.release("x1")
    town.release("x2", year=2019, ages=(2, 2))
    town.until("2021-06-12 10:00")


def test_r5_8_with_the_right_to_open_places_only_open_ones(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, open_stage_first=1))
    open_siblings(town)
    town.queue("b1", "b2", born="2019-03-01")
    siblings(town)
    # a1 is number 1 of its queue; its sibling, number 3, needs no right of its own.
    assert town.choose("a2", "x2", "p").reason is Reason.OUTSIDE_FIRST_1000
    decided = town.choose_all(("a2", "x2"), ("a1", "x1"), applicant="p")
    assert [each.how for each in decided.all(f.ReferralIssued)] == [How.OPEN_CHOICE] * 2


def test_r5_8_without_access_no_sibling_takes_a_priority_place(town: Town) -> None:
    town.release("x1")
    town.until("2021-06-12 10:00")
    town.queue("b1", born="2019-03-01")
    siblings(town)
    town.release("x2", year=2019, ages=(2, 2))
    town.next_opening()
    assert (town.stage("x1"), town.stage("x2")) == (Stage.OPEN, Stage.PRIORITY)
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.NO_ACCESS


def test_r5_8_at_least_one_needs_the_right(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, open_stage_first=1))
    open_siblings(town)
    town.queue("b1")
    town.queue("b2", born="2019-03-01")
    siblings(town)
    assert town.choose_all(("a1", "x1"), ("a2", "x2"), applicant="p").reason is Reason.OUTSIDE_FIRST_1000


def test_r5_8_the_promise_is_judged_without_the_childrens_own_accesses_and_places(town: Town) -> None:
    siblings(town, (AGE_2, AGE_3))
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.release("x3", ages=(2, 2))
    town.next_opening()
    assert town.access() == ["a1", "a2"]
    # Alone, a2 could take x1: a1 still has x3. Together they leave nobody behind.
    assert town.choose_all(("a2", "x1"), ("a1", "x3"), applicant="p").reason is None


def test_r5_8_together_they_may_not_take_what_one_between_them_was_promised(town: Town) -> None:
    town.queue("a1", applicant="p", born=AGE_3)
    town.queue("b1", born=AGE_2)
    town.queue("c2", applicant="p", born=AGE_3)
    town.release("x1", ages=(2, 3))
    town.release("x2", ages=(3, 3))
    town.release("x3", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a1", "b1", "c2"]
    assert town.choose_all(("a1", "x2"), ("c2", "x1"), applicant="p").reason is Reason.PROMISED
    assert town.choose_all(("a1", "x2"), ("c2", "x3"), applicant="p").reason is None


# R5.9


def test_r5_9_a_local_act_moves_the_bulletin_and_the_opening_from_a_date_on(town: Town) -> None:
    adopted = town.act("2021-06-09", bulletin_at="16:30", opening_at="09:15").one(f.LocalActAdopted)
    assert (adopted.number, adopted.date.isoformat(), adopted.in_force_from.isoformat()) == (
        "7-1",
        "2021-06-01",
        "2021-06-09",
    )
    for index, date in enumerate(("07", "08", "09")):
        town.at(f"2021-06-{date} 12:00").release(f"x{index}")
    town.until("2021-06-10 12:00")
    assert [at for at, _ in town.history(f.BulletinIssued)] == [
        "2021-06-07 18:00",
        "2021-06-08 18:00",
        "2021-06-09 16:30",
    ]
    assert [at for at, _ in town.history(f.PlacePrioritised)] == [
        "2021-06-08 07:00",
        "2021-06-09 09:15",
        "2021-06-10 09:15",
    ]


def test_r5_9_a_local_act_is_the_localitys_own(make_town: MakeTown) -> None:
    astana, almaty = make_town(), make_town(locality="750000000")
    astana.act("2021-06-07", bulletin_at="16:00")
    for town in (astana, almaty):
        town.until("2021-06-07 20:00")
    assert astana.history(f.BulletinIssued)[0][0] == "2021-06-07 16:00"
    assert almaty.history(f.BulletinIssued)[0][0] == "2021-06-07 18:00"


@pytest.mark.parametrize(
    ("adopted", "bulletin_at", "expected"),
    [
        ("2021-06-07 12:00", "16:00", ["2021-06-07 16:00", "2021-06-08 16:00"]),
        ("2021-06-07 17:00", "16:00", ["2021-06-07 18:00", "2021-06-08 16:00"]),  # 16:00 has passed
        ("2021-06-07 19:00", "20:00", ["2021-06-07 18:00", "2021-06-08 20:00"]),  # today's was issued
        ("2021-06-07 17:00", "23:59", ["2021-06-07 23:59", "2021-06-08 23:59"]),
    ],
)
def test_r5_9_today_moves_only_while_the_old_and_the_new_moment_are_still_to_come(
    town: Town, adopted: str, bulletin_at: str, expected: list[str]
) -> None:
    town.at(adopted).act("2021-06-07", bulletin_at=bulletin_at)
    town.until("2021-06-08 23:59:59")
    assert [at for at, _ in town.history(f.BulletinIssued)] == expected


@pytest.mark.parametrize(
    ("adopted", "opening_at", "expected"),
    [
        ("06:30", "09:00", ["2021-06-09 09:00", "2021-06-10 09:00"]),
        ("06:30", "06:45", ["2021-06-09 06:45", "2021-06-10 06:45"]),
        ("06:30", "06:15", ["2021-06-09 07:00", "2021-06-10 06:15"]),
        ("08:00", "09:00", ["2021-06-09 07:00", "2021-06-10 09:00"]),
        ("07:00", "09:00", ["2021-06-09 07:00", "2021-06-10 09:00"]),
    ],
)
@pytest.mark.parametrize("restored", [False, True])
def test_r5_9_every_day_has_one_opening_whenever_an_act_moves_it(
    town: Town, adopted: str, opening_at: str, expected: list[str], restored: bool
) -> None:
    town.at("2021-06-08 12:00").release("x1")
    town.at(f"2021-06-09 {adopted}").act("2021-06-09", opening_at=opening_at)
    if restored:
        town.book = Book.restore(town.book.snapshot(), town.book.state.packs)
    town.until("2021-06-09 12:00")
    town.release("x2")
    town.until("2021-06-10 12:00")
    assert [at for at, _ in town.history(f.PlacePrioritised)] == expected


@pytest.mark.parametrize("at", ["24:00", "7:00", "18:60"])
def test_r5_9_a_time_never_lies_after_23_59(at: str) -> None:
    line = msgspec.json.encode(
        {
            "topic": "organisation-registry",
            "time": "2021-06-07T10:00:00.000+06:00",
            "id": "e1",
            "source": "urn:test",
            "type": "LocalActAdopted",
            "locality": "710000000",
            "data": {"number": "1", "date": "2021-06-01", "in_force_from": "2021-06-07", "bulletin_at": at},
        }
    )
    with pytest.raises(Malformed):
        decode_event(line, 0, 1)


def test_r5_9_a_local_act_may_drop_the_second_check_from_a_date_on(town: Town) -> None:
    town.act("2021-06-09", second_check=False)
    town.queue("a1", "a2")
    assert town.referred("a1", "x1").types == ["AccessUsed", "ReferralIssued"]
    town.at("2021-06-08 10:00").offered("x2")
    decided = town.choose("a2", "x2")
    assert decided.types == ["AccessUsed", "ReferralIssued", "ReferralActivated"]
    assert decided.one(f.ReferralIssued).documents_until is None
    assert town.text(decided.one(f.ReferralActivated).until) == "2021-06-16 24:00"


def test_r5_9_a_later_act_may_bring_the_second_check_back(town: Town) -> None:
    town.act("2021-06-07", second_check=False)
    town.act("2021-06-07", second_check=True)
    town.queue("a1")
    assert town.referred("a1", "x1").one(f.ReferralIssued).documents_until is not None


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_r5_9_a_date_outside_the_calendar_is_rejected(town: Town, date: str) -> None:
    assert town.act(date, bulletin_at="16:00").reason is Reason.BAD_DATE


def test_r5_9_window_first_1000_ratio_and_modes_are_the_packs(town: Town) -> None:
    fields = {field.name for field in msgspec.structs.fields(f.LocalActAdopted)}
    assert fields == {"number", "date", "in_force_from", "bulletin_at", "opening_at", "second_check"}
    town.act("2021-06-07")
    town.tick()
    assert {record.pack for record in town.records} == {"kz-2020"}


def test_r5_9_a_referral_before_the_act_keeps_its_second_check(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.act("2021-06-08", second_check=False)
    town.until("2021-06-16 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.LAPSED


# R5.9: another pack, in force from a date


def from_9_june(pack: Pack) -> Schedule:
    return Schedule(KZ_2020, ((date_to_day(day("2021-06-09")), pack),))


def test_r5_9_another_pack_is_in_force_from_a_date(make_town: MakeTown) -> None:
    town = make_town(from_9_june(replace(KZ_2020, id="kz-2022", window_days=5, access_days=4)))
    town.queue("a1", "a2")
    town.offered("x1")
    assert town.text(town.place("x1").until) == "2021-06-11 24:00"
    town.at("2021-06-08 10:00").offered("x2")
    assert town.text(town.place("x2").until) == "2021-06-16 24:00"
    assert town.text(town.application("a2").access_until) == "2021-06-15 24:00"
    assert town.text(town.place("x1").until) == "2021-06-11 24:00"
    packs = {town.zone.render(each.time)[:10]: each.pack for each in town.records}
    assert packs == {"2021-06-07": "kz-2020", "2021-06-08": "kz-2020", "2021-06-09": "kz-2022"}


def test_r5_9_another_packs_ratio_holds_at_once(make_town: MakeTown) -> None:
    town = make_town(from_9_june(replace(KZ_2020, id="kz-2022", general_per_priority=1)))
    town.queue("g1", "g2", "g3", "g4")
    town.queue("p1", "p2", benefits=PRIORITY)
    assert town.order() == ["g1", "g2", "g3", "p1", "g4", "p2"]
    town.at("2021-06-09 10:00").tick()
    assert town.order() == ["g1", "p1", "g2", "p2", "g3", "g4"]


def test_r5_9_another_packs_modes_hold_at_once(make_town: MakeTown) -> None:
    modes = {**KZ_2020.modes, QueueKind.GENERAL: Mode.AUTOMATIC}
    town = make_town(from_9_june(replace(KZ_2020, id="kz-2022", modes=modes)))
    town.queue("a1", "a2")
    town.offered("x1")
    assert town.access() == ["a1"]
    fired = town.until("2021-06-09 20:00")
    assert [(each.how, each.application_id) for _, each in town.history(f.ReferralIssued)] == [(How.AUTOMATIC, "a1")]
    assert "AccessRevoked" in types(fired)
    assert town.release("x2").one(f.ReferralIssued).application_id == "a2"


def test_r5_9_each_day_has_one_pack() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Schedule(KZ_2020, ((5, KZ_2020), (5, KZ_2020_IMMEDIATE)))
