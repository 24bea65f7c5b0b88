"""R4: registration, documents, interest, withdrawal, ownership, suspension."""

from collections.abc import Callable

import msgspec
import pytest

from schemas import events as e
from schemas import facts as f
from schemas.words import (
    Admission,
    ArchiveReason,
    Benefit,
    DocumentsReason,
    EndCause,
    Group,
    OrganisationKind,
    Ownership,
    QueueKind,
    Reason,
    RefusalReason,
    Stage,
    Subject,
)
from streams.rules.model import Status
from tests.rules.conftest import MakeTown
from tests.rules.scenario import EXTRAORDINARY, PRIORITY, Decided, Town

# R4.1


def test_r4_1_a_submitted_application_waits_for_its_documents(town: Town) -> None:
    registered = town.submit("a1").one(f.ApplicationRegistered)
    assert town.text(registered.documents_until) == "2021-06-14 24:00"
    assert (town.status("a1"), town.order()) == (Status.REGISTERED, [])


def test_r4_1_confirmed_documents_queue_it_with_its_number(town: Town) -> None:
    town.queue("a1")
    town.submit("a2")
    queued = town.confirm("a2").one(f.ApplicationQueued)
    assert (queued.queue, queued.group, queued.number, queued.number_in_group) == (
        "general/2018",
        Group.GENERAL,
        2,
        2,
    )


@pytest.mark.parametrize("reason", list(DocumentsReason))
def test_r4_1_refused_documents_refuse_it_with_the_reason_and_what_is_missing(
    town: Town, reason: DocumentsReason
) -> None:
    town.submit("a1")
    refused = town.send(e.DocumentsRefused("a1", reason, ("birth certificate",))).one(f.ApplicationRefused)
    assert (refused.reason.value, refused.missing) == (reason.value, ("birth certificate",))
    assert town.confirm("a1").reason is Reason.WRONG_STATE
    assert town.status("a1") is Status.REFUSED


def test_r4_1_nothing_shown_in_five_working_days_refuses_it(town: Town) -> None:
    town.submit("a1")
    town.until("2021-06-14 23:59:59.999")
    assert town.status("a1") is Status.REGISTERED
    fired = town.until("2021-06-15 00:00")
    assert town.timers(fired) == ["REGISTRATION a1"]
    assert town.last(f.ApplicationRefused).reason is RefusalReason.NOT_SHOWN_IN_TIME


def test_r4_1_documents_shown_at_the_deadline_are_too_late(town: Town) -> None:
    town.submit("a1")
    assert town.at("2021-06-15 00:00").present("a1").reason is Reason.WRONG_STATE


def test_r4_1_a_presentation_stops_the_applicants_clock_for_good(town: Town) -> None:
    town.submit("a1")
    presented = town.at("2021-06-14 23:50").present("a1").one(f.DocumentsPresented)
    assert presented.place_id is None
    assert presented.provider_until == town.moment("2021-06-15 00:20")  # thirty minutes
    town.until("2021-07-15 10:00")
    assert town.confirm("a1").one(f.ApplicationQueued).number == 1


def test_r4_1_a_late_provider_costs_the_applicant_nothing_even_when_it_refuses_nothing(town: Town) -> None:
    town.submit("a1")
    town.present("a1")
    town.at("2021-07-15 10:00").queue("a2")
    assert town.confirm("a1").one(f.ApplicationQueued).number == 1


def test_r4_1_documents_are_presented_once(town: Town) -> None:
    town.submit("a1")
    town.present("a1")
    assert town.present("a1").reason is Reason.WRONG_STATE


def test_r4_1_a_confirmation_without_a_presentation_counts_as_both(town: Town) -> None:
    town.submit("a1")
    assert town.confirm("a1").types == ["ApplicationQueued"]
    town.until("2021-06-16 00:00")
    assert town.status("a1") is Status.QUEUED


@pytest.mark.parametrize("event", ["confirm", "refuse"])
def test_r4_1_documents_are_decided_once(town: Town, event: str) -> None:
    town.queue("a1")
    decided = town.confirm("a1") if event == "confirm" else town.refuse("a1")
    assert decided.reason is Reason.WRONG_STATE


# R4.2


def test_r4_2_events_and_facts_carry_no_names_and_no_contacts() -> None:
    forbidden = {"name", "surname", "phone", "email", "address", "iin", "contact"}
    people = (e.ApplicationSubmitted, e.PlacesChosen, e.ApplicantLinked, f.ApplicationRegistered, f.ReferralIssued)
    for kind in people:
        assert not forbidden & {field.name for field in msgspec.structs.fields(kind)}


# R4.3


def favoured_child(town: Town, organisation_id: str = "k1", benefits: tuple[Benefit, ...] = PRIORITY) -> None:
    """The child `c` was enrolled through a benefit, from the general queue, on a lasting place, in June 2021."""
    town.queue("a1", child="c", benefits=benefits)
    town.release("x1", organisation_id)
    town.next_opening()
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1", organisation_id)


@pytest.mark.parametrize("benefits", [PRIORITY, EXTRAORDINARY])
def test_r4_3_it_joins_one_month_after_the_application_as_general(town: Town, benefits: tuple[Benefit, ...]) -> None:
    favoured_child(town, benefits=benefits)
    town.at("2021-06-30 10:00").submit("a2", child="c", benefits=EXTRAORDINARY)
    deferred = town.at("2021-07-02 10:00").confirm("a2").one(f.ApplicationDeferred)
    assert town.text(deferred.until) == "2021-07-30 24:00"
    town.until("2021-07-30 23:59:59.999")
    assert town.status("a2") is Status.DEFERRED
    fired = [each for each in town.until("2021-07-31 00:00") if each.cause.timer == "JOINING"]
    queued = Decided(fired[0]).one(f.ApplicationQueued)
    assert (queued.application_id, queued.group, queued.number) == ("a2", Group.GENERAL, 1)


def test_r4_3_confirmed_after_the_month_it_joins_at_once(town: Town) -> None:
    favoured_child(town)
    town.at("2021-06-30 10:00").submit("a2", child="c")
    town.present("a2")
    assert town.at("2021-08-02 10:00").confirm("a2").types == ["ApplicationQueued"]


def test_r4_3_it_is_eligible_for_private_places_only(town: Town) -> None:
    favoured_child(town)
    town.organisation("k2", ownership=Ownership.PRIVATE)
    town.at("2021-06-10 10:00").submit("a2", child="c")
    town.confirm("a2")
    town.at("2021-07-12 10:00").release("x2")
    town.next_opening()
    assert town.access() == []
    town.release("x3", "k2")
    town.next_opening()
    assert town.access() == ["a2"]
    assert town.choose("a2", "x2").reason is Reason.NOT_ELIGIBLE
    town.chosen("a2", "x3")


def test_r4_3_a_later_benefit_does_not_move_it(town: Town) -> None:
    favoured_child(town)
    town.submit("a2", child="c")
    town.confirm("a2")
    town.until("2021-07-20 10:00")
    assert town.benefits("a2", Benefit.MILITARY).types == ["BenefitsChanged"]
    assert town.application("a2").group is Group.GENERAL


def test_r4_3_the_general_group_a_private_place_and_other_queues_bind_nobody(make_town: MakeTown) -> None:
    general, private = make_town(), make_town()
    favoured_child(general, benefits=())
    private.organisation("k2", ownership=Ownership.PRIVATE)
    favoured_child(private, "k2")
    for town in (general, private):
        town.submit("a2", child="c")
        assert town.confirm("a2").types == ["ApplicationQueued"]


def test_r4_3_a_special_queue_neither_binds_nor_is_bound(town: Town) -> None:
    favoured_child(town)
    town.organisation("s1", OrganisationKind.SPECIAL)
    town.submit("b1", child="c", kind=QueueKind.SPECIAL, organisation_id="s1")
    assert town.confirm("b1").types == ["ApplicationQueued"]
    town.queue_special("b2", child="d", benefits=PRIORITY)
    town.withdraw("b1")
    town.release_special("x5")
    town.pass_check("b2", "x5")
    town.enrol("b2", "x5", "s1")
    town.submit("a3", child="d")
    assert town.confirm("a3").types == ["ApplicationQueued"]


def test_r4_3_a_temporary_place_binds_nobody(town: Town) -> None:
    town.queue("a1", child="c", benefits=PRIORITY)
    town.release_temporary("x1")
    town.next_opening()
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1")
    town.withdraw("a1")
    town.submit("a2", child="c")
    assert town.confirm("a2").types == ["ApplicationQueued"]


# R4.4


def test_r4_4_a_reminder_at_12_months_and_the_archive_30_calendar_days_later(town: Town) -> None:
    town.queue("a1")
    town.until("2022-06-08 00:00")
    at, reminder = town.history(f.ReminderDue)[-1]
    assert (at, reminder.of, reminder.application_id) == ("2022-06-07 24:00", Subject.INTEREST, "a1")
    assert town.text(reminder.until) == "2022-07-07 24:00"
    town.until("2022-07-07 23:59:59.999")
    assert town.status("a1") is Status.QUEUED
    town.until("2022-07-08 00:00")
    assert town.last(f.ApplicationArchived).reason is ArchiveReason.INTEREST_NOT_CONFIRMED


def test_r4_4_it_counts_from_the_day_of_queueing_not_of_application(town: Town) -> None:
    town.submit("a1")
    town.at("2021-06-09 10:00").confirm("a1")
    assert town.text(town.application("a1").interest_due) == "2022-06-09 24:00"


def test_r4_4_it_counts_from_the_last_confirmation(town: Town) -> None:
    town.queue("a1")
    town.at("2021-12-01 10:00").interest("a1").one(f.InterestConfirmed)
    town.until("2022-11-30 10:00")
    assert [each for _, each in town.history(f.ReminderDue)] == []
    town.until("2022-12-02 00:00")
    assert town.history(f.ReminderDue)[-1][0] == "2022-12-01 24:00"


def test_r4_4_an_answer_after_the_reminder_keeps_it(town: Town) -> None:
    town.queue("a1")
    town.at("2022-07-07 23:59").interest("a1")
    town.until("2022-12-01 00:00")
    assert town.status("a1") is Status.QUEUED
    assert town.text(town.application("a1").interest_due) == "2023-07-07 24:00"


def test_r4_4_never_archived_while_referred_but_reminded_and_30_days_from_its_end(town: Town) -> None:
    town.queue("a1", born="2019-03-01")
    town.at("2022-05-20 10:00").release("x1", year=2019, ages=(2, 3), admission=Admission.EARLY, start="2022-09-01")
    town.next_opening()
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    town.until("2022-06-08 00:00")
    assert town.last(f.ReminderDue).of is Subject.INTEREST
    town.until("2022-07-10 10:00")
    assert town.status("a1") is Status.REFERRED
    town.cancel("a1", "x1")  # an early place that is not vacated: at any time
    assert town.text(town.application("a1").interest_due) == "2022-08-09 24:00"
    town.until("2022-08-10 00:00")
    assert town.last(f.ApplicationArchived).reason is ArchiveReason.INTEREST_NOT_CONFIRMED


def test_r4_4_a_referral_that_ends_before_the_term_is_over_changes_nothing(town: Town) -> None:
    town.queue("a1")
    town.at("2022-06-09 10:00").offered("x1")
    town.chosen("a1", "x1")
    town.cancel("a1", "x1")
    assert town.text(town.application("a1").interest_due) == "2022-07-07 24:00"


@pytest.mark.parametrize("state", ["registered", "deferred", "archived"])
def test_r4_4_interest_is_confirmed_for_what_stands_in_the_queue_or_may_return(town: Town, state: str) -> None:
    if state == "deferred":
        favoured_child(town)
    town.submit("a2", child="c")
    if state == "deferred":
        assert town.confirm("a2").types == ["ApplicationDeferred"]
    elif state == "archived":
        town.withdraw("a2")
    assert town.interest("a2").reason is Reason.WRONG_STATE


@pytest.mark.parametrize("state", ["queued", "referred", "stopped", "suspended"])
def test_r4_4_interest_may_be_confirmed_off_the_order_too(town: Town, state: str) -> None:
    town.queue("a1")
    if state in ("referred", "stopped"):
        town.referred("a1", "x1")
    if state == "stopped":
        town.fail_check("a1", "x1")
    if state == "suspended":
        town.suspend("a1")
    assert town.status("a1").value == state.upper()
    town.interest("a1").one(f.InterestConfirmed)


# R4.5


@pytest.mark.parametrize("state", ["registered", "deferred", "queued", "stopped", "suspended"])
def test_r4_5_withdrawal_at_any_time_before_enrolment(town: Town, state: str) -> None:
    if state == "deferred":
        favoured_child(town)
    town.submit("a2", child="c")
    if state != "registered":
        town.confirm("a2")
    if state == "stopped":
        town.referred("a2", "x2")
        town.fail_check("a2", "x2")
    if state == "suspended":
        town.suspend("a2")
    assert town.status("a2").value == state.upper()
    assert town.withdraw("a2").one(f.ApplicationArchived).reason is ArchiveReason.WITHDRAWN


def test_r4_5_withdrawal_also_ends_a_live_referral(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    decided = town.withdraw("a1")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationArchived"]
    assert decided.one(f.ReferralEnded).cause is EndCause.WITHDRAWN
    assert decided.one(f.PlaceReturned).cause is EndCause.WITHDRAWN


def test_r4_5_withdrawal_ends_a_temporary_referral_and_the_access(town: Town) -> None:
    town.queue("a1")
    town.release_temporary("x1")
    town.next_opening()
    town.chosen("a1", "x1")
    town.offered("x2")
    assert town.access() == ["a1"]
    assert town.withdraw("a1").types == ["ReferralEnded", "PlaceReturned", "AccessRevoked", "ApplicationArchived"]
    assert town.stage("x1") is Stage.RELEASED


def test_r4_5_after_enrolment_there_is_nothing_to_withdraw(town: Town) -> None:
    town.queue("a1")
    town.enrolled("a1", "x1")
    assert town.withdraw("a1").reason is Reason.WRONG_STATE


# R4.6

ByStranger = Callable[[Town], Decided]


@pytest.mark.parametrize(
    "act",
    [
        lambda town: town.interest("a1", "p2"),
        lambda town: town.withdraw("a1", "p2"),
        lambda town: town.choose("a1", "x2", "p2"),
        lambda town: town.cancel("a1", "x1", "p2"),
        lambda town: town.extend("a1", "x1", applicant="p2"),
        lambda town: town.vacate("x3", "k2"),
        lambda town: town.recall("x1", organisation_id="k2"),
        lambda town: town.enrol("a1", "x1", "k2"),
        lambda town: town.refuse_admission("a1", "x1", "k2"),
        lambda town: town.leave("a1", "x1", "k2"),
    ],
    ids=["interest", "withdraw", "choose", "cancel", "extend", "vacate", "recall", "enrol", "refuse", "leave"],
)
def test_r4_6_only_the_owner_acts(town: Town, act: ByStranger) -> None:
    town.organisation("k2")
    town.queue("a1")
    town.release("x2")
    town.release_early("x3")
    town.active("a1", "x1")
    assert act(town).reason is Reason.NOT_YOURS


def test_r4_6_an_application_can_be_moved_to_the_other_representative(town: Town) -> None:
    town.queue("a1")
    assert town.link("a1", "p2").one(f.ApplicantLinked).applicant_id == "p2"
    assert town.interest("a1").reason is Reason.NOT_YOURS
    assert town.interest("a1", "p2").reason is None


def test_r4_6_an_archived_application_is_moved_no_more(town: Town) -> None:
    town.queue("a1")
    town.withdraw("a1")
    assert town.link("a1", "p2").reason is Reason.WRONG_STATE


# R4.7


def test_r4_7_a_suspended_application_is_off_the_order_and_finds_its_old_place(town: Town) -> None:
    town.queue("a1", "a2", "a3")
    assert town.suspend("a2").one(f.ApplicationSuspended).reason == "a violation"
    assert town.order() == ["a1", "a3"]
    returned = town.restore("a2").one(f.ApplicationReturned)
    assert (returned.cause, returned.number) == (EndCause.RESTORED, 2)
    assert town.order() == ["a1", "a2", "a3"]


def test_r4_7_a_live_access_is_revoked(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    assert town.suspend("a1").types == ["AccessRevoked", "ApplicationSuspended"]
    assert town.access() == []


def test_r4_7_a_live_referral_ends(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    decided = town.suspend("a1")
    assert decided.types == ["ReferralEnded", "PlaceReturned", "ApplicationSuspended"]
    assert decided.one(f.ReferralEnded).cause is EndCause.SUSPENDED
    assert town.order() == []


def stopped(town: Town) -> None:
    """`a1` is on the stop list until 22 June 2021, 24:00."""
    town.queue("a1")
    town.referred("a1", "x1")
    assert town.text(town.fail_check("a1", "x1").one(f.ApplicationStopped).until) == "2021-06-22 24:00"


def test_r4_7_the_term_of_a_stop_list_runs_on(town: Town) -> None:
    stopped(town)
    town.suspend("a1")
    decided = town.at("2021-06-10 10:00").restore("a1")
    assert town.text(decided.one(f.ApplicationStopped).until) == "2021-06-22 24:00"
    assert town.status("a1") is Status.STOPPED
    town.until("2021-06-23 00:00")
    assert town.last(f.ApplicationReturned).cause is EndCause.STOP_LIST_ENDED


def test_r4_7_restored_after_the_stop_list_it_is_back_at_once(town: Town) -> None:
    stopped(town)
    town.suspend("a1")
    town.until("2021-06-23 00:00")
    assert town.status("a1") is Status.SUSPENDED
    assert town.restore("a1").one(f.ApplicationReturned).cause is EndCause.RESTORED


@pytest.mark.parametrize("state", ["registered", "refused", "deferred", "suspended", "archived"])
def test_r4_7_only_a_queued_stopped_or_referred_one_is_suspended(town: Town, state: str) -> None:
    if state == "deferred":
        favoured_child(town)
    town.submit("a2", child="c")
    if state == "refused":
        town.refuse("a2")
    elif state != "registered":
        town.confirm("a2")
    if state == "suspended":
        town.suspend("a2")
    if state == "archived":
        town.withdraw("a2")
    assert town.status("a2").value == state.upper()
    assert town.suspend("a2").reason is Reason.WRONG_STATE


def test_r4_7_only_a_suspended_one_is_restored(town: Town) -> None:
    town.queue("a1")
    assert town.restore("a1").reason is Reason.WRONG_STATE


def test_r4_6_an_organisation_that_nobody_knows_owns_no_place(town: Town) -> None:
    town.release("x1")
    assert town.recall("x1", organisation_id="nobody").reason is Reason.UNKNOWN_ORGANISATION
    assert town.vacate("x1", "nobody").reason is Reason.UNKNOWN_ORGANISATION
