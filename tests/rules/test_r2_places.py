"""R2: what a place is, how it comes, goes and comes back."""

from typing import Any

import pytest

from schemas import events as e
from schemas import facts as f
from schemas.words import (
    Admission,
    ArchiveReason,
    Benefit,
    EndCause,
    OrganisationKind,
    Ownership,
    QueueKind,
    Reason,
    RecallReason,
    Regime,
    Stage,
    StayCause,
)
from streams.rules.model import Status
from tests.rules.conftest import MakeTown
from tests.rules.scenario import Town, day, subjects

NOT_FOR_FILLED = [each for each in RecallReason if each is not RecallReason.PUPIL_RETURNED]


def bulletin(town: Town, at: str) -> f.BulletinIssued:
    """The bulletin of a day, issued at 18:00."""
    return next(fact for each in town.until(at) for fact in each.facts if isinstance(fact, f.BulletinIssued))


def test_r2_all_that_a_place_states_is_in_the_bulletin(town: Town) -> None:
    spans = (e.Attendance(day("2021-09-01"), day("2021-10-01")),)
    town.organisation("k2", OrganisationKind.SPECIAL, profiles=["SIGHT"])
    town.at("2021-06-07 10:15").release(
        "x1",
        "k2",
        kind=QueueKind.SPECIAL,
        profile="SIGHT",
        ages=(2, 4),
        admission=Admission.TEMPORARY,
        start="2021-09-01",
        end="2021-12-31",
        language="ru",
        regime=Regime.HALF_DAY,
        attendance=spans,
    )
    (entry,) = bulletin(town, "2021-06-07 18:00").entries
    assert (entry.place_id, entry.organisation_id, entry.queue) == ("x1", "k2", "special/k2/2018/SIGHT")
    assert (entry.birth_year, entry.age_from, entry.age_to, entry.language) == (2018, 2, 4, "ru")
    assert (entry.regime, entry.admission) == (Regime.HALF_DAY, Admission.TEMPORARY)
    assert entry.group_type.value == "GENERAL_DEVELOPMENTAL"  # free: it need not be the queue's kind
    assert (entry.admission_from, entry.admission_until) == (day("2021-09-01"), day("2021-12-31"))
    assert entry.attendance == spans
    assert entry.at == town.moment("2021-06-07 10:15")


# R2.1


def test_r2_1_the_clock_of_a_regular_place_starts_with_the_confirmation(town: Town) -> None:
    town.queue("a1")
    assert town.text(town.active("a1", "x1").one(f.ReferralActivated).until) == "2021-06-15 24:00"


def early_referral(town: Town, start: str = "2021-09-01") -> None:
    town.queue("a1")
    town.release_early("x1", start)
    town.next_opening()
    town.chosen("a1", "x1")


def test_r2_1_an_early_place_is_chosen_before_it_is_vacated_and_its_clock_starts_then(town: Town) -> None:
    early_referral(town)
    assert town.pass_check("a1", "x1").one(f.ReferralActivated).until is None
    town.until("2021-08-01 10:00")
    assert town.status("a1") is Status.REFERRED
    decided = town.vacate("x1")  # on a Sunday
    assert decided.types == ["PlaceVacated", "ReferralActivated"]
    assert town.text(decided.one(f.ReferralActivated).until) == "2021-08-06 24:00"


def test_r2_1_an_early_place_vacated_before_it_is_chosen_is_regular(town: Town) -> None:
    town.queue("a1")
    town.release_early("x1")
    town.vacate("x1")
    town.next_opening()
    town.chosen("a1", "x1")
    assert town.pass_check("a1", "x1").one(f.ReferralActivated).until == town.moment("2021-06-15 24:00")


@pytest.mark.parametrize("stage", [Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN])
def test_r2_1_vacating_is_accepted_in_every_stage_before_the_choice(town: Town, stage: Stage) -> None:
    town.release_early("x1")
    town.until(
        {"RELEASED": "2021-06-07 11:00", "LISTED": "2021-06-07 19:00", "PRIORITY": "2021-06-08 08:00"}.get(
            stage.value, "2021-06-20 08:00"
        )
    )
    assert town.stage("x1") is stage
    town.vacate("x1").one(f.PlaceVacated)
    assert town.place("x1").terms.admission is Admission.REGULAR


def test_r2_1_an_early_place_is_vacated_once_and_only_it(town: Town) -> None:
    town.release("x0")
    town.release_early("x1")
    assert town.vacate("x0").reason is Reason.WRONG_STATE
    town.vacate("x1")
    assert town.vacate("x1").reason is Reason.WRONG_STATE


def test_r2_1_a_childs_enrolment_implies_that_the_place_was_vacated(town: Town) -> None:
    early_referral(town)
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1").one(f.PlaceFilled)
    assert town.vacate("x1").reason is Reason.WRONG_STATE
    assert town.place("x1").terms.admission is Admission.REGULAR


def test_r2_1_a_place_returned_after_it_was_vacated_is_regular(town: Town) -> None:
    early_referral(town)
    town.vacate("x1")
    town.cancel("a1", "x1")
    (entry,) = bulletin(town, "2021-06-08 18:00").entries
    assert entry.admission is Admission.REGULAR


def test_r2_1_a_place_returned_before_it_is_still_early(town: Town) -> None:
    early_referral(town)
    town.cancel("a1", "x1")
    (entry,) = bulletin(town, "2021-06-08 18:00").entries
    assert entry.admission is Admission.EARLY


def test_r2_1_a_set_date_that_passes_without_a_report_starts_no_clock(town: Town) -> None:
    early_referral(town, start="2021-06-14")
    town.pass_check("a1", "x1")
    town.until("2021-07-01 10:00")
    assert town.application("a1").referral is not None
    assert town.last(f.ReferralActivated).until is None


def test_r2_1_a_temporary_place_ends_at_midnight_of_its_end_date(town: Town) -> None:
    town.release_temporary("x1", end="2021-09-30")
    town.until("2021-09-30 23:59:59.999")
    assert town.stage("x1") is not Stage.ENDED
    fired = town.until("2021-10-01 00:00")
    assert town.timers(fired) == ["TEMPORARY_END x1"]
    assert town.stage("x1") is Stage.ENDED
    town.queue("a1")
    assert town.choose("a1", "x1").reason is Reason.WRONG_STATE


def test_r2_1_the_end_of_a_temporary_place_ends_a_referral_without_penalty(town: Town) -> None:
    town.queue("a1")
    town.release_temporary("x1", start="2021-06-01", end="2021-06-10")
    town.next_opening()
    town.chosen("a1", "x1")
    (ended,) = [each for each in town.until("2021-06-11 00:00") if each.cause.timer == "TEMPORARY_END"]
    assert [type(each).__name__ for each in ended.facts] == ["ReferralEnded", "PlaceEnded"]
    assert town.last(f.ReferralEnded).cause is EndCause.TEMPORARY_ENDED
    assert (town.status("a1"), town.application("a1").lapses) == (Status.QUEUED, 0)


def test_r2_1_the_end_of_a_temporary_place_ends_a_stay(town: Town) -> None:
    stay(town)
    town.until("2022-01-01 00:00")
    ended = town.last(f.StayEnded)
    assert (ended.application_id, ended.place_id, ended.cause) == ("a1", "x1", StayCause.TEMPORARY_ENDED)
    assert town.stage("x1") is Stage.ENDED


def stay(town: Town) -> None:
    """`a1` attends the temporary place `x1`."""
    town.queue("a1")
    town.release_temporary("x1")
    town.next_opening()
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1")


# R2.2


def test_r2_2_a_place_goes_through_its_stages_in_order(town: Town) -> None:
    town.queue("a1")
    town.release("x1")
    stages = [town.stage("x1")]
    for moment in ("2021-06-07 18:00", "2021-06-08 07:00", "2021-06-12 06:59", "2021-06-12 07:00"):
        town.until(moment)
        stages.append(town.stage("x1"))
    assert stages == [Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.PRIORITY, Stage.OPEN]
    town.chosen("a1", "x1")
    assert town.stage("x1") is Stage.REFERRED
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1")
    assert town.stage("x1") is Stage.FILLED


@pytest.mark.parametrize(
    ("moment", "stage"),
    [
        ("2021-06-07 11:00", Stage.RELEASED),
        ("2021-06-07 18:00", Stage.LISTED),
        ("2021-06-08 07:00", Stage.PRIORITY),
        ("2021-06-12 07:00", Stage.OPEN),
    ],
)
def test_r2_2_a_place_is_recalled_from_any_stage_before_filled(town: Town, moment: str, stage: Stage) -> None:
    town.release("x1")
    town.until(moment)
    assert town.stage("x1") is stage
    town.recall("x1").one(f.PlaceRecalled)
    assert town.stage("x1") is Stage.RECALLED


# R2.3


def test_r2_3_a_place_from_an_unknown_organisation_is_rejected(town: Town) -> None:
    assert town.release("x1", "k9").reason is Reason.UNKNOWN_ORGANISATION


def test_r2_3_an_organisation_of_another_locality_is_unknown_here(make_town: MakeTown) -> None:
    almaty, astana = make_town(locality="750000000"), make_town()
    almaty.organisation("k2")
    assert astana.release("x1", "k2").reason is Reason.UNKNOWN_ORGANISATION


def test_r2_3_a_place_from_a_closed_organisation_is_rejected(town: Town) -> None:
    town.close("k1")
    assert town.release("x1").reason is Reason.ORGANISATION_CLOSED


def test_r2_3_an_id_used_for_different_content_is_rejected(town: Town) -> None:
    town.release("x1")
    assert town.release("x1", language="ru").reason is Reason.CONFLICTING_PLACE
    assert town.place("x1").terms.language == "kk"


def test_r2_3_the_same_release_word_for_word_is_a_duplicate_without_a_second_effect(town: Town) -> None:
    first = town.release("x1")
    again = town.release("x1")
    assert again.duplicate_of == first.record.sequence
    assert len(bulletin(town, "2021-06-07 18:00").entries) == 1


def test_r2_3_the_release_repeated_after_the_vacating_is_a_duplicate_too(town: Town) -> None:
    first = town.release_early("x1")
    town.vacate("x1")
    assert town.release_early("x1").duplicate_of == first.record.sequence


def test_r2_3_after_a_rejection_the_same_release_is_decided_anew(town: Town) -> None:
    assert town.release("x1", "k2").reason is Reason.UNKNOWN_ORGANISATION
    town.organisation("k2")
    town.release("x1", "k2").one(f.PlaceReleased)


@pytest.mark.parametrize(
    "terms",
    [
        {"start": "0001-01-01"},
        {"start": "9999-12-31"},
        {"year": 1900},
        {"year": 2**31 - 1},
        {"ages": (4, 3)},
        {"ages": (-1, 3)},
        {"end": "2021-12-31"},  # a regular place with an end
        {"admission": Admission.TEMPORARY},  # a temporary one without
        {"admission": Admission.TEMPORARY, "start": "2021-09-02", "end": "2021-09-01"},
        {"admission": Admission.TEMPORARY, "start": "2021-06-01", "end": "2021-06-06"},  # over already
        {"admission": Admission.TEMPORARY, "end": "9999-12-31"},
        {"attendance": (e.Attendance(day("2021-10-01"), day("2021-09-01")),)},
    ],
)
def test_r2_3_an_impossible_date_is_rejected(town: Town, terms: dict[str, Any]) -> None:
    assert town.release("x1", **terms).reason is Reason.BAD_DATE


def test_r2_3_a_temporary_place_may_end_today(town: Town) -> None:
    assert town.release_temporary("x1", start="2021-06-01", end="2021-06-07").reason is None


def test_r2_3_a_recalled_place_comes_back_only_under_a_new_id(town: Town) -> None:
    first = town.release("x1")
    town.recall("x1")
    assert town.release("x1").duplicate_of == first.record.sequence
    assert town.release("x1", language="ru").reason is Reason.CONFLICTING_PLACE
    assert town.stage("x1") is Stage.RECALLED
    assert town.release("x2").reason is None


def test_r2_3_an_organisation_that_closes_has_its_places_recalled_by_place_id(town: Town) -> None:
    town.queue("a1")
    town.enrolled("a1", "x0")
    town.release("x2")
    town.release("x1")
    recalled = town.close("k1").all(f.PlaceRecalled)
    assert [(each.place_id, each.reason) for each in recalled] == [
        ("x1", RecallReason.CLOSURE),
        ("x2", RecallReason.CLOSURE),
    ]
    assert town.stage("x0") is Stage.FILLED


def test_r2_3_closing_voids_referrals(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    decided = town.close("k1")
    assert decided.one(f.ReferralEnded).cause is EndCause.RECALLED
    assert decided.one(f.ApplicationReturned).number == 1


def test_r2_3_closing_archives_the_applications_of_its_own_queues_only(town: Town) -> None:
    town.special("s1")
    town.special("s2")
    town.queue("a1")
    town.queue_special("b2", "b1")
    town.queue_special("b3", organisation_id="s2")
    town.submit("b4", kind=QueueKind.SPECIAL, organisation_id="s1")
    archived = town.close("s1").all(f.ApplicationArchived)
    assert subjects(archived) == ["b1", "b2", "b4"]
    assert {each.reason for each in archived} == {ArchiveReason.ORGANISATION_CLOSED}
    assert (town.status("a1"), town.status("b3")) == (Status.QUEUED, Status.QUEUED)


def test_r2_3_a_closed_organisation_stays_closed(town: Town) -> None:
    town.close("k1")
    assert town.organisation("k1").reason is Reason.ORGANISATION_CLOSED
    assert town.close("k1").reason is Reason.ORGANISATION_CLOSED


# R2.4


@pytest.mark.parametrize("reason", NOT_FOR_FILLED)
def test_r2_4_a_recall_names_one_of_five_reasons(town: Town, reason: RecallReason) -> None:
    town.release("x1")
    assert town.recall("x1", reason).one(f.PlaceRecalled).reason is reason
    assert bulletin(town, "2021-06-07 18:00").recalled[0].reason is reason


@pytest.mark.parametrize("reason", NOT_FOR_FILLED)
def test_r2_4_recall_of_a_filled_place_is_rejected(town: Town, reason: RecallReason) -> None:
    town.queue("a1")
    town.enrolled("a1", "x1")
    assert town.recall("x1", reason).reason is Reason.PLACE_FILLED


@pytest.mark.parametrize(
    ("moment", "stage"),
    [
        ("2021-06-07 11:00", Stage.RELEASED),
        ("2021-06-07 18:00", Stage.LISTED),
        ("2021-06-08 07:00", Stage.PRIORITY),
        ("2021-06-12 07:00", Stage.OPEN),
    ],
)
def test_r2_4_pupil_returned_withdraws_a_temporary_place_in_any_stage(town: Town, moment: str, stage: Stage) -> None:
    town.release_temporary("x1")
    town.until(moment)
    assert town.stage("x1") is stage
    town.recall("x1", RecallReason.PUPIL_RETURNED).one(f.PlaceRecalled)


def test_r2_4_pupil_returned_ends_a_stay(town: Town) -> None:
    stay(town)
    decided = town.recall("x1", RecallReason.PUPIL_RETURNED)
    assert decided.types == ["PlaceRecalled", "StayEnded"]
    assert decided.one(f.StayEnded).cause is StayCause.RECALLED


def test_r2_4_pupil_returned_is_for_temporary_places_only(town: Town) -> None:
    town.release("x1")
    assert town.recall("x1", RecallReason.PUPIL_RETURNED).reason is Reason.WRONG_STATE


def test_r2_4_a_filled_temporary_place_is_recalled_for_no_other_reason(town: Town) -> None:
    stay(town)
    assert town.recall("x1", RecallReason.QUARANTINE).reason is Reason.PLACE_FILLED


def test_r2_4_a_recall_before_its_release_is_kept_and_takes_effect_on_it(town: Town) -> None:
    kept = town.recall("x1", RecallReason.QUARANTINE).one(f.RecallKept)
    assert (kept.place_id, kept.organisation_id) == ("x1", "k1")
    assert kept.until == town.moment("2021-06-08 10:00")
    decided = town.at("2021-06-08 09:59:59.999").release("x1")
    assert decided.types == ["PlaceReleased", "PlaceRecalled"]
    assert decided.one(f.PlaceRecalled).reason is RecallReason.QUARANTINE


def test_r2_4_a_kept_recall_expires_after_24_hours_and_is_forgotten(town: Town) -> None:
    town.recall("x1")
    decided = town.at("2021-06-08 10:00").release("x1")
    assert [at for at, _ in town.history(f.RecallExpired)] == ["2021-06-08 10:00"]
    assert decided.types == ["PlaceReleased"]


def test_r2_4_a_kept_recall_is_for_that_place_and_organisation(town: Town) -> None:
    town.organisation("k2")
    town.recall("x1", organisation_id="k2")
    town.recall("x2")
    assert town.release("x1", "k1").types == ["PlaceReleased"]
    assert [type(each).__name__ for each in town.until("2021-06-08 10:00")[-1].facts] == ["RecallExpired"]


def test_r2_4_a_kept_pupil_returned_withdraws_only_a_temporary_place(town: Town) -> None:
    town.recall("x1", RecallReason.PUPIL_RETURNED)
    town.recall("x2", RecallReason.PUPIL_RETURNED)
    assert town.release("x1").types == ["PlaceReleased", "RecallExpired"]
    assert town.release_temporary("x2").types == ["PlaceReleased", "PlaceRecalled"]
    assert [each for each in town.until("2021-06-09 10:00") if each.cause.timer == "RECALL"] == []


@pytest.mark.parametrize(
    ("closed", "reason"), [(True, Reason.ORGANISATION_CLOSED), (False, Reason.UNKNOWN_ORGANISATION)]
)
def test_r2_4_a_recall_is_kept_only_for_an_organisation_that_is_there(town: Town, closed: bool, reason: Reason) -> None:
    if closed:
        town.organisation("k2")
        town.close("k2")
    assert town.recall("x1", organisation_id="k2").reason is reason


def test_r2_4_a_second_recall_is_rejected_and_a_repeated_one_is_a_duplicate(town: Town) -> None:
    town.release("x1")
    first = town.recall("x1")
    assert town.recall("x1").duplicate_of == first.record.sequence
    assert town.recall("x1", RecallReason.QUARANTINE).reason is Reason.WRONG_STATE
    kept = town.recall("x2")
    assert town.recall("x2").duplicate_of == kept.record.sequence
    town.release("x2")
    assert town.recall("x2").duplicate_of == kept.record.sequence


def test_r2_4_a_recall_voids_the_referral_and_the_application_finds_its_old_place(town: Town) -> None:
    town.queue("a1", "a2")
    town.referred("a1", "x1")
    assert town.order() == ["a2"]
    decided = town.recall("x1")
    assert decided.types == ["PlaceRecalled", "ReferralEnded", "ApplicationReturned"]
    assert decided.one(f.ReferralEnded).cause is EndCause.RECALLED
    returned = decided.one(f.ApplicationReturned)
    assert (returned.cause, returned.number) == (EndCause.RECALLED, 1)
    assert town.order() == ["a1", "a2"]


# R2.5


def test_r2_5_a_place_whose_referral_ends_goes_through_the_next_bulletin_with_its_cause(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    assert town.at("2021-06-08 12:34").cancel("a1", "x1").one(f.PlaceReturned).cause is EndCause.CANCELLED
    assert town.stage("x1") is Stage.RELEASED
    (entry,) = bulletin(town, "2021-06-08 18:00").entries
    assert (entry.place_id, entry.at) == ("x1", town.moment("2021-06-08 12:34"))
    town.until("2021-06-09 07:00")
    assert town.stage("x1") is Stage.PRIORITY


@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        ("lapse", EndCause.LAPSED),
        ("refusal", EndCause.REFUSED),
        ("benefit", EndCause.BENEFIT_NOT_CONFIRMED),
        ("papers", EndCause.DOCUMENTS_REFUSED),
        ("withdrawal", EndCause.WITHDRAWN),
        ("suspension", EndCause.SUSPENDED),
    ],
)
def test_r2_5_every_end_without_enrolment_names_its_cause(town: Town, ending: str, cause: EndCause) -> None:
    town.queue("a1", benefits=(Benefit.ORPHAN,))
    town.referred("a1", "x1")
    if ending == "lapse":
        town.until("2021-06-16 00:00")
    elif ending == "refusal":
        town.pass_check("a1", "x1")
        town.refuse_admission("a1", "x1")
    elif ending == "benefit":
        town.pass_check("a1", "x1", benefit=False)
    elif ending == "papers":
        town.fail_check("a1", "x1")
    elif ending == "withdrawal":
        town.withdraw("a1")
    else:
        town.suspend("a1")
    assert town.last(f.ReferralEnded).cause is cause
    assert town.last(f.PlaceReturned) == f.PlaceReturned("x1", cause)
    assert town.stage("x1") is Stage.RELEASED


def test_r2_an_organisations_new_ownership_counts_for_its_places(town: Town) -> None:
    town.queue("a1", born="2018-12-01")  # 2 years old on 1 September 2021
    town.release("x1", ages=(2, 3))
    town.next_opening()
    assert town.access() == ["a1"]
    decided = town.organisation("k1", ownership=Ownership.PRIVATE)
    assert decided.types == ["OrganisationChanged", "AccessRevoked"]
