"""R6: issued, checked, cancelled, extended, lapsed, enrolled, refused; temporary places; reminders; numbers."""

import pytest
from msgspec.structs import replace

from schemas import events as e
from schemas import facts as f
from schemas.words import (
    Admission,
    ArchiveReason,
    Benefit,
    EndCause,
    ExtensionReason,
    Group,
    QueueKind,
    Reason,
    RecallReason,
    Stage,
    StayCause,
    Subject,
)
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.rules.conftest import MakeTown
from tests.rules.scenario import EXTRAORDINARY, PRIORITY, Town, subjects, types

# R6.1


def test_r6_1_issued_the_application_leaves_the_order_and_the_place_is_referred(town: Town) -> None:
    town.queue("a1", "a2")
    issued = town.referred("a1", "x1").one(f.ReferralIssued)
    assert (issued.application_id, issued.place_id, issued.number) == ("a1", "x1", 1)
    assert (town.order(), town.status("a1"), town.stage("x1")) == (["a2"], Status.REFERRED, Stage.REFERRED)
    assert town.choose("a1", "x1").reason is Reason.NOT_QUEUED


# R6.2


def test_r6_2_documents_are_shown_by_the_fifth_working_day_else_it_lapses(town: Town) -> None:
    town.queue("a1")
    assert town.text(town.referred("a1", "x1").one(f.ReferralIssued).documents_until) == "2021-06-15 24:00"
    town.until("2021-06-15 23:59:59.999")
    assert town.status("a1") is Status.REFERRED
    fired = [each for each in town.until("2021-06-16 00:00") if each.cause.timer == "REFERRAL"]
    assert types(fired) == ["ReferralEnded", "PlaceReturned", "ApplicationStopped"]


def test_r6_2_presented_papers_stop_this_clock(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    presented = town.at("2021-06-15 23:50").present("a1", "x1").one(f.DocumentsPresented)
    assert (presented.place_id, town.text(presented.provider_until)) == ("x1", "2021-06-16 24:00")
    town.until("2021-07-15 10:00")
    assert town.status("a1") is Status.REFERRED
    assert town.text(town.pass_check("a1", "x1").one(f.ReferralActivated).until) == "2021-07-23 24:00"


def test_r6_2_papers_are_presented_once_and_only_with_the_referral(town: Town) -> None:
    town.queue("a1")
    town.release("x2")
    town.referred("a1", "x1")
    assert town.present("a1", "x2").reason is Reason.NO_REFERRAL
    town.present("a1", "x1")
    assert town.present("a1", "x1").reason is Reason.WRONG_STATE


def test_r6_2_only_an_active_referral_enrols_and_refuses(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    assert town.enrol("a1", "x1").reason is Reason.NOT_ACTIVE
    assert town.refuse_admission("a1", "x1").reason is Reason.NOT_ACTIVE
    town.pass_check("a1", "x1")
    assert town.enrol("a1", "x1").reason is None


def test_r6_2_valid_until_the_fifth_working_day_after_the_confirmation(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    activated = town.at("2021-06-14 10:00").pass_check("a1", "x1").one(f.ReferralActivated)
    assert town.text(activated.until) == "2021-06-21 24:00"
    town.until("2021-06-16 10:00")  # the day on which the papers were due has passed
    assert town.status("a1") is Status.REFERRED
    town.until("2021-06-22 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.LAPSED


def test_r6_2_confirmed_once(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    assert town.pass_check("a1", "x1").reason is Reason.WRONG_STATE
    assert town.fail_check("a1", "x1").reason is Reason.WRONG_STATE


def early(town: Town, start: str = "2021-09-01") -> None:
    """`a1` has a referral, of 8 June at 07:00, to the early place `x1`."""
    town.queue("a1")
    town.release_early("x1", start)
    town.next_opening()
    town.chosen("a1", "x1")


@pytest.mark.parametrize("vacated_first", [True, False])
def test_r6_2_an_early_place_counts_from_the_later_of_confirmation_and_vacating(
    town: Town, vacated_first: bool
) -> None:
    early(town)
    if vacated_first:
        assert town.vacate("x1").types == ["PlaceVacated"]
        decided = town.at("2021-06-11 10:00").pass_check("a1", "x1")
    else:
        assert town.pass_check("a1", "x1").one(f.ReferralActivated).until is None
        decided = town.at("2021-06-11 10:00").vacate("x1")
    assert town.text(decided.one(f.ReferralActivated).until) == "2021-06-18 24:00"


@pytest.mark.parametrize("active", [True, False])
def test_r6_2_until_vacated_it_may_be_cancelled_at_any_time(town: Town, active: bool) -> None:
    early(town)
    if active:
        town.pass_check("a1", "x1")
    decided = town.at("2021-06-15 10:00").cancel("a1", "x1")
    assert decided.one(f.ReferralEnded).cause is EndCause.CANCELLED


def test_r6_2_once_vacated_the_24_hours_hold(town: Town) -> None:
    early(town)
    town.pass_check("a1", "x1")
    town.at("2021-06-10 10:00").vacate("x1")
    assert town.cancel("a1", "x1").reason is Reason.TOO_LATE


def test_r6_2_never_vacated_it_ends_without_penalty_30_days_after_the_admission_start(town: Town) -> None:
    early(town, start="2021-06-14")
    assert town.text(town.last(f.ReferralIssued).vacate_until) == "2021-07-14 24:00"
    town.pass_check("a1", "x1")
    town.until("2021-07-14 23:59:59.999")
    assert town.status("a1") is Status.REFERRED
    fired = town.until("2021-07-15 00:00")
    assert town.timers(fired) == ["REFERRAL a1"]
    assert types(fired) == ["ReferralEnded", "PlaceReturned", "ApplicationReturned"]
    assert town.last(f.ReferralEnded).cause is EndCause.NOT_VACATED
    assert town.application("a1").lapses == 0


def test_r6_2_an_early_place_whose_term_is_already_past_counts_from_the_issue(town: Town) -> None:
    early(town, start="2021-01-11")
    assert town.text(town.last(f.ReferralIssued).vacate_until) == "2021-07-08 24:00"


def test_r6_2_the_documents_of_an_early_place_bind_the_applicant_all_the_same(town: Town) -> None:
    early(town)
    town.until("2021-06-16 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.LAPSED


def test_r6_2_a_vacated_place_is_not_ended_as_never_vacated(town: Town) -> None:
    early(town, start="2021-06-14")
    town.present("a1", "x1")
    town.vacate("x1")
    town.until("2021-07-15 00:00")
    assert town.status("a1") is Status.REFERRED


def test_r6_2_not_vacated_wins_over_a_lapse_of_the_same_moment(town: Town) -> None:
    early(town, start="2021-05-16")
    issued = town.last(f.ReferralIssued)
    assert issued.vacate_until == issued.documents_until == town.moment("2021-06-15 24:00")
    town.until("2021-06-16 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.NOT_VACATED
    assert town.status("a1") is Status.QUEUED


@pytest.mark.parametrize(
    ("at", "late"), [("2021-06-10 23:59:59.999", False), ("2021-06-11 00:00", True), ("2021-06-20 10:00", True)]
)
def test_r6_2_while_the_provider_is_late_it_may_be_cancelled(town: Town, at: str, late: bool) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.at("2021-06-09 10:00").present("a1", "x1")  # the answer is due by the end of Thursday the 10th
    decided = town.at(at).cancel("a1", "x1")
    assert decided.reason is (None if late else Reason.TOO_LATE)


def test_r6_2_once_the_provider_has_answered_it_is_late_no_more(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.present("a1", "x1")
    town.at("2021-06-14 10:00").pass_check("a1", "x1")
    assert town.cancel("a1", "x1").reason is Reason.TOO_LATE


def test_r6_2_without_a_second_check_a_referral_is_active_at_issue(town: Town) -> None:
    town.act("2021-06-07", second_check=False)
    town.queue("a1")
    decided = town.referred("a1", "x1")
    assert decided.types == ["AccessUsed", "ReferralIssued", "ReferralActivated"]
    assert town.enrol("a1", "x1").reason is None


# R6.3


@pytest.mark.parametrize("benefits", [PRIORITY, EXTRAORDINARY])
def test_r6_3_benefit_not_confirmed_returns_it_as_general_at_its_original_time(
    town: Town, benefits: tuple[Benefit, ...]
) -> None:
    town.queue("g1")
    town.queue("a1", benefits=benefits)
    town.queue("g2")
    if benefits == PRIORITY:
        town.suspend("g1")
        town.suspend("g2")
    town.referred("a1", "x1")
    decided = town.pass_check("a1", "x1", benefit=False)
    assert decided.types == [
        "ReferralEnded",
        "PlaceReturned",
        "BenefitsChanged",
        "ApplicationRegrouped",
        "ApplicationReturned",
    ]
    assert decided.one(f.ReferralEnded).cause is EndCause.BENEFIT_NOT_CONFIRMED
    assert decided.one(f.ApplicationRegrouped).to is Group.GENERAL
    if benefits == PRIORITY:
        town.restore("g1")
        town.restore("g2")
    assert town.order() == ["g1", "a1", "g2"]
    assert town.application("a1").lapses == 0


def test_r6_3_in_the_general_group_nothing_is_there_to_confirm(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    assert town.pass_check("a1", "x1", benefit=False).types == ["ReferralActivated"]


def test_r6_3_the_group_is_that_from_which_the_referral_was_issued(town: Town) -> None:
    town.queue("a1", "a2")
    town.offered("x1", "x2")
    town.chosen("a1", "x1")
    town.chosen("a2", "x2")
    town.benefits("a1", Benefit.ORPHAN)
    assert town.pass_check("a1", "x1", benefit=False).types == ["ReferralActivated"]
    town.queue("a3", benefits=PRIORITY)
    town.referred("a3", "x3")
    town.benefits("a3")
    decided = town.pass_check("a3", "x3", benefit=False)
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationReturned"]


def test_r6_3_refused_papers_stop_it_for_10_working_days_without_a_lapse(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    decided = town.fail_check("a1", "x1")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationStopped"]
    ended = decided.one(f.ReferralEnded)
    assert (ended.cause, ended.reason) == (EndCause.DOCUMENTS_REFUSED, "not the parent")
    assert town.text(decided.one(f.ApplicationStopped).until) == "2021-06-22 24:00"
    town.until("2021-06-23 10:00")
    assert town.status("a1") is Status.QUEUED
    town.referred("a1", "x2")
    town.until("2021-07-03 00:00")  # the first lapse, so it is only stopped
    assert town.status("a1") is Status.STOPPED


# R6.4


def test_r6_4_own_cancellation_within_24_hours_returns_it_to_its_old_place(town: Town) -> None:
    town.queue("a1", "a2", "a3")
    town.offered("x1", "x2")
    town.chosen("a2", "x2")
    decided = town.at("2021-06-09 06:59:59.999").cancel("a2", "x2")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationReturned"]
    returned = decided.one(f.ApplicationReturned)
    assert (returned.cause, returned.number) == (EndCause.CANCELLED, 2)
    assert town.order() == ["a1", "a2", "a3"]


@pytest.mark.parametrize("active", [True, False])
def test_r6_4_at_24_hours_or_later_it_is_rejected(town: Town, active: bool) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    if active:
        town.pass_check("a1", "x1")
    assert town.at("2021-06-09 07:00").cancel("a1", "x1").reason is Reason.TOO_LATE
    assert town.status("a1") is Status.REFERRED


def test_r6_4_the_used_access_does_not_come_back(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.cancel("a1", "x1")
    assert town.access() == []


# R6.5


@pytest.mark.parametrize("reason", list(ExtensionReason))
def test_r6_5_the_calendar_days_are_added_to_the_deadline(town: Town, reason: ExtensionReason) -> None:
    town.queue("a1")
    town.active("a1", "x1")  # until 15 June
    extended = town.send(e.ReferralExtended("a1", "p-a1", "x1", reason, 30)).one(f.ReferralExtended)
    assert (town.text(extended.until), extended.reason, extended.days) == ("2021-07-15 24:00", reason, 30)
    town.until("2021-07-15 23:59:59.999")
    assert town.status("a1") is Status.REFERRED
    town.until("2021-07-16 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.LAPSED


def test_r6_5_once(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    town.extend("a1", "x1", 1)
    assert town.extend("a1", "x1", 1).reason is Reason.ALREADY_EXTENDED


def test_r6_5_before_the_deadline(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    assert town.at("2021-06-16 00:00").extend("a1", "x1").reason is Reason.NO_REFERRAL


def test_r6_5_only_an_active_referral(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    assert town.extend("a1", "x1").reason is Reason.NOT_ACTIVE


def test_r6_5_only_with_a_running_clock(town: Town) -> None:
    early(town)
    town.pass_check("a1", "x1")
    assert town.extend("a1", "x1").reason is Reason.WRONG_STATE
    town.vacate("x1")
    assert town.extend("a1", "x1").reason is None


def test_r6_5_the_packs_bound_on_the_days(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, extension_calendar_days_max=7))
    town.queue("a1")
    town.active("a1", "x1")
    assert town.extend("a1", "x1", 8).reason is Reason.WRONG_STATE
    assert town.extend("a1", "x1", 7).reason is None


# R6.6


def test_r6_6_the_first_lapse_stops_for_10_working_days_and_then_the_old_place(town: Town) -> None:
    town.queue("a1", "a2")
    town.referred("a1", "x1")
    town.until("2021-06-16 00:00")
    stopped = town.last(f.ApplicationStopped)
    assert (town.text(stopped.until), stopped.counted) == ("2021-06-29 24:00", True)
    assert town.choose("a1", "x1").reason is Reason.ON_STOP_LIST
    town.until("2021-06-29 23:59:59.999")
    assert town.order() == ["a2"]
    fired = [each for each in town.until("2021-06-30 00:00") if each.cause.timer == "STOP_LIST"]
    returned = town.last(f.ApplicationReturned)
    assert types(fired) == ["ApplicationReturned"]
    assert (returned.cause, returned.number) == (EndCause.STOP_LIST_ENDED, 1)
    assert town.order() == ["a1", "a2"]


def test_r6_6_the_second_lapse_archives(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.until("2021-06-30 10:00")
    town.referred("a1", "x2")
    town.until("2021-07-10 00:00")
    assert town.last(f.ApplicationArchived) == f.ApplicationArchived("a1", ArchiveReason.SECOND_LAPSE)
    assert town.stage("x2") is Stage.RELEASED


@pytest.mark.parametrize("active", [True, False])
def test_r6_6_unshown_papers_and_an_unused_referral_both_lapse(town: Town, active: bool) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    if active:
        town.at("2021-06-10 10:00").pass_check("a1", "x1")
    town.until("2021-06-18 00:00")
    assert town.last(f.ReferralEnded).cause is EndCause.LAPSED
    assert town.status("a1") is Status.STOPPED


def test_r6_6_a_lapsed_automatic_referral_stops_but_never_archives_and_does_not_count(town: Town) -> None:
    town.special()
    town.queue_special("a1")
    town.release_special("x1")
    town.until("2021-09-30 10:00")
    lapses = [each for _, each in town.history(f.ReferralEnded) if each.cause is EndCause.LAPSED]
    assert len(lapses) > 3
    assert all(each.counted is None for _, each in town.history(f.ApplicationStopped))
    assert town.application("a1").lapses == 0
    assert town.history(f.ApplicationArchived) == []


# R6.7


def test_r6_7_enrolment_fills_the_place_and_archives_the_application(town: Town) -> None:
    town.queue("a1")
    decided = town.enrolled("a1", "x1")
    assert decided.types == ["PlaceFilled", "ReferralEnded", "ApplicationArchived"]
    assert decided.one(f.ReferralEnded).cause is EndCause.ENROLLED
    assert decided.one(f.ApplicationArchived).reason is ArchiveReason.ENROLLED
    assert town.stage("x1") is Stage.FILLED


def both_kinds(town: Town) -> None:
    town.special()
    town.queue("a1", child="c")
    town.queue_special("b1", child="c")
    town.enrolled("a1", "x1")


def test_r6_7_the_childs_applications_of_other_kinds_stay(town: Town) -> None:
    both_kinds(town)
    assert town.status("b1") is Status.QUEUED


def test_r6_7_a_pack_may_archive_them(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, enrolment_archives_other_kinds=True))
    both_kinds(town)
    assert town.last(f.ApplicationArchived) == f.ApplicationArchived("b1", ArchiveReason.ENROLLED_ELSEWHERE)


def test_r6_7_a_pack_that_archives_them_ends_their_referrals(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, enrolment_archives_other_kinds=True))
    town.special()
    town.queue("a1", child="c")
    town.queue_special("b1", child="c")
    town.release_special("y1")
    town.enrolled("a1", "x1")
    assert subjects([each for _, each in town.history(f.ApplicationArchived)]) == ["a1", "b1"]
    assert town.last(f.PlaceReturned).place_id == "y1"
    assert town.stage("y1") is Stage.RELEASED


def test_r6_7_a_pack_that_archives_other_kinds_leaves_those_of_the_same_kind(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, enrolment_archives_other_kinds=True))
    town.special("s1")
    town.special("s2")
    town.queue_special("b1", child="c")
    town.queue_special("b2", child="c", organisation_id="s2")
    town.release_special("y1")
    town.pass_check("b1", "y1")
    town.enrol("b1", "y1", "s1")
    assert town.status("b2") is Status.QUEUED


def test_r6_7_when_the_child_leaves_the_place_stays_filled(town: Town) -> None:
    town.queue("a1")
    town.enrolled("a1", "x1")
    assert town.leave("a1", "x1").types == ["ChildLeft"]
    assert town.stage("x1") is Stage.FILLED
    assert town.leave("a1", "x1").reason is Reason.WRONG_STATE
    town.until("2021-06-10 10:00")
    assert town.stage("x1") is Stage.FILLED


@pytest.mark.parametrize("leaves", [True, False])
def test_r6_7_a_child_that_left_or_still_attends_may_apply_anew(town: Town, leaves: bool) -> None:
    town.queue("a1", child="c")
    town.enrolled("a1", "x1")
    if leaves:
        town.leave("a1", "x1")
    assert town.submit("a2", child="c").reason is None


@pytest.mark.parametrize(
    ("leaving", "attending", "leaves", "reason"),
    [
        (True, False, False, Reason.WRONG_STATE),
        (True, False, True, None),
        (False, True, True, Reason.WRONG_STATE),
        (False, True, False, None),
    ],
)
def test_r6_7_applying_anew_is_a_switch_of_the_pack(
    make_town: MakeTown, leaving: bool, attending: bool, leaves: bool, reason: Reason | None
) -> None:
    town = make_town(replace(KZ_2020, reapply_after_leaving=leaving, reapply_while_attending=attending))
    town.queue("a1", child="c")
    town.enrolled("a1", "x1")
    if leaves:
        town.leave("a1", "x1")
    assert town.submit("a2", child="c").reason is reason


@pytest.mark.parametrize("case", ["not enrolled", "another place"])
def test_r6_7_only_a_child_that_attends_leaves(town: Town, case: str) -> None:
    town.queue("a1", "a2")
    town.release("x2")
    town.active("a1", "x1")
    if case == "another place":
        town.enrol("a1", "x1")
    assert town.leave("a1", "x2" if case == "another place" else "x1").reason is Reason.WRONG_STATE


# R6.8


def test_r6_8_refused_admission_returns_it_to_its_old_place(town: Town) -> None:
    town.queue("a1", "a2")
    town.active("a1", "x1")
    decided = town.refuse_admission("a1", "x1")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationReturned"]
    ended = decided.one(f.ReferralEnded)
    assert (ended.cause, ended.reason) == (EndCause.REFUSED, "no such group")
    assert decided.one(f.ApplicationReturned).number == 1
    assert town.application("a1").lapses == 0


# R6.9


def temporary(town: Town, *, enrolled: bool = False) -> None:
    """`a1` has a referral to the temporary place `t1`, or stays there."""
    town.queue("a1", "a2")
    town.release_temporary("t1")
    town.next_opening()
    town.chosen("a1", "t1")
    if enrolled:
        town.pass_check("a1", "t1")
        town.enrol("a1", "t1")


def test_r6_9_for_a_temporary_place_the_application_stays_in_the_order(town: Town) -> None:
    temporary(town)
    assert (town.order(), town.status("a1"), town.stage("t1")) == (["a1", "a2"], Status.QUEUED, Stage.REFERRED)
    assert town.last(f.ReferralIssued).number == 1


def test_r6_9_enrolment_begins_the_stay_and_archives_nothing(town: Town) -> None:
    temporary(town)
    town.pass_check("a1", "t1")
    assert town.enrol("a1", "t1").types == ["PlaceFilled", "ReferralEnded"]
    assert (town.order(), town.application("a1").stay) == (["a1", "a2"], "t1")


@pytest.mark.parametrize("way", ["cancel", "refuse", "recall"])
def test_r6_9_nothing_returns_for_the_application_never_left(town: Town, way: str) -> None:
    temporary(town)
    if way == "cancel":
        decided = town.cancel("a1", "t1")
    elif way == "recall":
        decided = town.recall("t1")
    else:
        town.pass_check("a1", "t1")
        decided = town.refuse_admission("a1", "t1")
    assert decided.all(f.ApplicationReturned) == []
    assert town.order() == ["a1", "a2"]


def test_r6_9_a_lapsed_temporary_referral_stops_all_the_same(town: Town) -> None:
    temporary(town)
    town.until("2021-06-16 00:00")
    assert (town.status("a1"), town.order()) == (Status.STOPPED, ["a2"])
    town.until("2021-06-30 00:00")
    assert town.order() == ["a1", "a2"]


def test_r6_9_a_temporary_referral_gives_way_to_a_regular_place_at_once(town: Town) -> None:
    temporary(town)
    town.at("2021-06-08 10:00").offered("x1")
    decided = town.choose("a1", "x1")
    assert decided.types == ["AccessUsed", "ReferralIssued", "ReferralEnded", "PlaceReturned"]
    ended = decided.one(f.ReferralEnded)
    assert (ended.place_id, ended.cause) == ("t1", EndCause.SERVED_REGULAR)
    assert decided.one(f.PlaceReturned) == f.PlaceReturned("t1", EndCause.SERVED_REGULAR)
    assert town.status("a1") is Status.REFERRED


def test_r6_9_a_stay_goes_on_during_a_regular_referral_and_ends_with_the_enrolment(town: Town) -> None:
    temporary(town, enrolled=True)
    town.offered("x1")
    assert town.choose("a1", "x1").types == ["AccessUsed", "ReferralIssued"]
    assert town.application("a1").stay == "t1"
    town.pass_check("a1", "x1")
    decided = town.enrol("a1", "x1")
    assert decided.types == ["PlaceFilled", "ReferralEnded", "ApplicationArchived", "StayEnded", "PlaceReturned"]
    assert decided.one(f.StayEnded).cause is StayCause.SERVED_REGULAR
    assert decided.one(f.PlaceReturned) == f.PlaceReturned("t1", EndCause.SERVED_REGULAR)
    assert town.stage("t1") is Stage.RELEASED


def test_r6_9_every_stay_of_the_child_ends_whichever_application_it_came_from(town: Town) -> None:
    town.special()
    town.queue("a1", child="c")
    town.queue_special("b1", child="c")
    town.release("t1", "s1", kind=QueueKind.SPECIAL, admission=Admission.TEMPORARY, end="2021-12-31")
    town.pass_check("b1", "t1")
    town.enrol("b1", "t1", "s1")
    decided = town.enrolled("a1", "x1")
    ended = decided.one(f.StayEnded)
    assert (ended.application_id, ended.place_id) == ("b1", "t1")
    assert decided.one(f.PlaceReturned).place_id == "t1"


def test_r6_9_a_cancelled_regular_referral_leaves_the_stay(town: Town) -> None:
    temporary(town, enrolled=True)
    town.referred("a1", "x1")
    town.cancel("a1", "x1")
    assert (town.application("a1").stay, town.order()) == ("t1", ["a1", "a2"])


def test_r6_9_the_rest_of_a_stay_in_a_closed_organisation_is_recalled(town: Town) -> None:
    temporary(town, enrolled=True)
    town.organisation("k2")
    town.close("k1")
    assert town.stage("t1") is Stage.FILLED
    town.release("x1", "k2")
    town.next_opening()
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    decided = town.enrol("a1", "x1", "k2")
    assert decided.types[-3:] == ["StayEnded", "PlaceReturned", "PlaceRecalled"]
    assert decided.one(f.PlaceRecalled) == f.PlaceRecalled("t1", RecallReason.CLOSURE)
    assert town.stage("t1") is Stage.RECALLED


def test_r6_9_leaving_ends_the_stay_and_the_place_stays_filled(town: Town) -> None:
    temporary(town, enrolled=True)
    decided = town.leave("a1", "t1")
    assert decided.types == ["ChildLeft", "StayEnded"]
    assert decided.one(f.StayEnded).cause is StayCause.LEFT
    assert town.stage("t1") is Stage.FILLED


# R6.10


def reminders(town: Town, of: Subject) -> list[str]:
    return [at for at, each in town.history(f.ReminderDue) if each.of is of]


@pytest.mark.parametrize(
    ("released", "reminder", "until"),
    [
        ("2021-06-07 10:00", "2021-06-11 09:00", "2021-06-11 24:00"),
        ("2021-06-10 10:00", "2021-06-16 09:00", "2021-06-16 24:00"),  # granted on a Friday
    ],
)
def test_r6_10_a_reminder_at_09_00_of_the_deadlines_own_day_for_an_access(
    town: Town, released: str, reminder: str, until: str
) -> None:
    town.queue("a1")
    town.at(released).offered("x1")
    town.until(until.replace("24:00", "23:59"))
    assert reminders(town, Subject.ACCESS) == [reminder]
    assert town.text(town.last(f.ReminderDue).until) == until


def test_r6_10_for_a_referrals_documents_and_its_end(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    town.until("2021-06-15 10:00")
    assert reminders(town, Subject.REFERRAL) == ["2021-06-15 09:00"]
    town.pass_check("a1", "x1")
    town.until("2021-06-22 23:00")
    assert reminders(town, Subject.REFERRAL) == ["2021-06-15 09:00", "2021-06-22 09:00"]


def test_r6_10_of_the_last_working_day_before_it_if_its_own_day_is_none(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")  # until Tuesday 15 June
    town.extend("a1", "x1", 5)  # until Sunday 20 June
    town.until("2021-06-20 23:00")
    assert reminders(town, Subject.REFERRAL) == ["2021-06-18 09:00"]


@pytest.mark.parametrize(
    ("extended_at", "expected"),
    [("2021-06-15 08:59", []), ("2021-06-15 10:00", ["2021-06-15 09:00"])],
)
def test_r6_10_an_extension_moves_the_reminder_with_the_deadline(
    town: Town, extended_at: str, expected: list[str]
) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    town.at(extended_at).extend("a1", "x1", 1)
    town.until("2021-06-16 23:00")
    assert reminders(town, Subject.REFERRAL) == [*expected, "2021-06-16 09:00"]


def test_r6_10_none_if_that_moment_has_passed_when_the_term_begins(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, access_days=1))
    town.at("2021-06-11 08:00").queue("a1")  # a Friday
    town.offered("x1")  # access from Saturday to the end of Monday
    town.until("2021-06-13 23:00")
    assert reminders(town, Subject.ACCESS) == []
    town.until("2021-06-14 09:00")
    assert reminders(town, Subject.ACCESS) == ["2021-06-14 09:00"]
    # A deadline on a Sunday, extended on the Friday before, after 09:00.
    town.chosen("a1", "x1")
    town.at("2021-06-18 10:00").pass_check("a1", "x1")  # until Friday 25 June
    town.at("2021-06-25 10:00").extend("a1", "x1", 2)  # until Sunday the 27th: its moment was an hour ago
    town.until("2021-06-27 23:00")
    assert reminders(town, Subject.REFERRAL) == ["2021-06-25 09:00"]


def test_r6_10_only_of_deadlines_that_bind_the_applicant(town: Town) -> None:
    early(town, start="2021-06-14")
    town.present("a1", "x1")
    town.until("2021-07-14 23:00")  # the papers' clock has stopped; the vacating is not the applicant's
    assert reminders(town, Subject.REFERRAL) == []


def test_r6_10_none_for_an_access_that_was_used(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    town.at("2021-06-11 08:00").chosen("a1", "x1")
    town.until("2021-06-11 23:00")
    assert reminders(town, Subject.ACCESS) == []


# R6.11


def test_r6_11_each_referral_has_a_number_of_its_own_in_the_localitys_register(town: Town) -> None:
    town.special()
    town.queue("a1")
    town.queue_special("b1")
    town.release_special("y1")
    town.referred("a1", "x1")
    town.cancel("a1", "x1")
    town.next_opening()
    town.chosen("a1", "x1")
    issued = [(each.referral, each.application_id, each.place_id) for _, each in town.history(f.ReferralIssued)]
    assert issued == [(1, "b1", "y1"), (2, "a1", "x1"), (3, "a1", "x1")]
    town.cancel("a1", "x1")
    assert town.last(f.ReferralEnded).referral == 3
