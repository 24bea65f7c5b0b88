"""R7.2: every stage of the service is one record, with its term and whether it was in time."""

from typing import NamedTuple

import pytest

from schemas import facts as f
from schemas.instants import Instant
from schemas.outputs import BoundParty, Output, ServiceStageName, StageResult
from schemas.words import (
    Admission,
    ArchiveReason,
    DocumentsReason,
    EndCause,
    ExtensionReason,
    How,
    RefusalReason,
    Timer,
    Topic,
)
from tests.unit.projections import journals as j
from tests.unit.projections.journals import APPLICATION, PLACE, Story, moment

Stage = ServiceStageName
Result = StageResult
APPLICANT, PROVIDER, ORGANISATION = BoundParty


class Reached(NamedTuple):
    """What a stage record says beside its id and subject."""

    stage: ServiceStageName
    at: Instant
    result: StageResult = StageResult.DONE
    due: Instant | None = None
    bound: BoundParty | None = None
    in_time: bool | None = None
    referral: int | None = None


def reached(outputs: list[Output]) -> list[Reached]:
    return [
        Reached(each.stage, each.at, each.result, each.due, each.bound, each.in_time, each.referral)
        for each in j.stages(outputs)
    ]


def presented(at: int = 20, provider_until: int = 50) -> Story:
    s = Story()
    s.registered()
    s.tell(j.event("DocumentsPresented"), f.DocumentsPresented(APPLICATION, moment(provider_until)), at=at)
    return s


def test_r7_2_submitted_is_at_the_moment_of_application() -> None:
    assert reached(Story().registered()) == [Reached(Stage.SUBMITTED, moment(0))]


def test_r7_2_presented_is_the_applicants_term() -> None:
    s = Story()
    s.registered()
    outputs = s.tell(j.event("DocumentsPresented"), f.DocumentsPresented(APPLICATION, moment(50)), at=20)
    assert reached(outputs) == [Reached(Stage.PRESENTED, moment(20), Result.DONE, moment(100), APPLICANT, True)]


@pytest.mark.parametrize(("at", "in_time"), [(49, True), (50, False), (70, False)])
def test_r7_2_confirmed_is_the_providers_term_and_its_very_end_is_late(at: int, in_time: bool) -> None:
    outputs = presented().tell(j.event("DocumentsConfirmed"), j.queued(), at=at)
    assert reached(outputs) == [
        Reached(Stage.CONFIRMED, moment(at), Result.DONE, moment(50), PROVIDER, in_time),
        Reached(Stage.QUEUED, moment(at)),
    ]


def test_r4_1_a_confirmation_without_a_presentation_counts_as_both_and_is_in_time() -> None:
    s = Story()
    s.registered()
    outputs = s.tell(j.event("DocumentsConfirmed"), j.queued(), at=20)
    assert reached(outputs) == [
        Reached(Stage.PRESENTED, moment(20), Result.DONE, moment(100), APPLICANT, True),
        Reached(Stage.CONFIRMED, moment(20), Result.DONE, in_time=True),
        Reached(Stage.QUEUED, moment(20)),
    ]


def test_r4_3_a_deferred_application_is_confirmed_once_and_queued_when_it_joins() -> None:
    s = presented()
    deferred = s.tell(j.event("DocumentsConfirmed"), f.ApplicationDeferred(APPLICATION, moment(500)), at=30)
    joined = s.tell(j.timer(Timer.JOINING), j.queued(), at=500)
    assert reached(deferred) == [Reached(Stage.CONFIRMED, moment(30), Result.DEFERRED, moment(50), PROVIDER, True)]
    assert reached(joined) == [Reached(Stage.QUEUED, moment(500))]


@pytest.mark.parametrize("reason", list(DocumentsReason))
def test_r7_2_refused_after_a_presentation_is_the_providers_term(reason: DocumentsReason) -> None:
    fact = f.ApplicationRefused(APPLICATION, RefusalReason(reason.value), ("certificate",))
    outputs = presented().tell(j.event("DocumentsRefused"), fact, at=60)
    assert reached(outputs) == [Reached(Stage.REFUSED, moment(60), Result(reason.value), moment(50), PROVIDER, False)]


def test_r7_2_refused_for_nothing_shown_is_the_applicants_delay() -> None:
    s = Story()
    s.registered()
    fact = f.ApplicationRefused(APPLICATION, RefusalReason.NOT_SHOWN_IN_TIME, ())
    outputs = s.tell(j.timer(Timer.REGISTRATION), fact, at=100)
    expected = Reached(Stage.REFUSED, moment(100), Result.NOT_SHOWN_IN_TIME, moment(100), APPLICANT, False)
    assert reached(outputs) == [expected]


def test_r7_2_access_is_a_stage_and_the_referral_chosen_with_it_is_held_against_its_term() -> None:
    s = Story()
    s.released()
    s.queued()
    granted = s.tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 1), at=10)
    chosen = s.tell(j.event("PlacesChosen"), f.AccessUsed(APPLICATION), j.issued(), at=20)
    assert reached(granted) == [Reached(Stage.ACCESS, moment(10))]
    assert reached(chosen) == [
        Reached(Stage.REFERRAL, moment(20), Result.CHOICE, moment(900), APPLICANT, True, referral=1)
    ]


@pytest.mark.parametrize("how", [How.OPEN_CHOICE, How.AUTOMATIC])
def test_r7_2_a_referral_without_access_has_no_term(how: How) -> None:
    s = Story()
    s.released()
    s.queued()
    fact = f.ReferralIssued(1, APPLICATION, PLACE, how, 3, moment(1000))
    outputs = s.tell(j.event("PlacesChosen"), fact, at=20)
    assert reached(outputs) == [Reached(Stage.REFERRAL, moment(20), Result(how.value), referral=1)]


def test_r5_4_a_lapsed_access_is_no_term_of_a_later_referral() -> None:
    s = Story()
    s.released()
    s.queued()
    s.tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 1), at=10)
    s.tell(j.timer(Timer.ACCESS), f.AccessLapsed(APPLICATION), at=900)
    fact = f.ReferralIssued(1, APPLICATION, PLACE, How.OPEN_CHOICE, 3, moment(2000))
    outputs = s.tell(j.event("PlacesChosen"), fact, at=950)
    assert reached(outputs) == [Reached(Stage.REFERRAL, moment(950), Result.OPEN_CHOICE, referral=1)]


def test_r5_5_a_used_access_is_no_term_of_a_later_referral() -> None:
    s = Story()
    s.released()
    s.queued()
    s.tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 1), at=10)
    s.tell(j.event("PlacesChosen"), f.AccessUsed(APPLICATION), j.issued(), at=20)
    s.tell(j.event("ReferralCancelled"), j.ended(EndCause.CANCELLED), at=30)
    fact = f.ReferralIssued(2, APPLICATION, PLACE, How.OPEN_CHOICE, 3, moment(2000))
    outputs = s.tell(j.event("PlacesChosen"), fact, at=950)
    assert reached(outputs) == [Reached(Stage.REFERRAL, moment(950), Result.OPEN_CHOICE, referral=2)]


def test_r7_2_papers_of_the_second_check_and_the_activation_have_the_terms_of_r6_2() -> None:
    s = Story()
    s.referred()
    fact = f.DocumentsPresented(APPLICATION, moment(700), PLACE)
    shown = s.tell(j.event("DocumentsPresented"), fact, at=600)
    active = s.tell(
        j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE, moment(2000)), at=800
    )
    assert reached(shown) == [
        Reached(Stage.PRESENTED, moment(600), Result.DONE, moment(1000), APPLICANT, True, referral=1)
    ]
    assert reached(active) == [
        Reached(Stage.ACTIVE, moment(800), Result.DONE, moment(700), PROVIDER, False, referral=1)
    ]


def test_r7_2_an_activation_without_a_presentation_is_held_against_the_applicants_term() -> None:
    outputs = Story().active()
    assert reached(outputs) == [
        Reached(Stage.ACTIVE, moment(5), Result.DONE, moment(1000), APPLICANT, True, referral=1)
    ]


def early() -> Story:
    s = Story()
    s.released(admission=Admission.EARLY)
    s.queued()
    fact = f.ReferralIssued(1, APPLICATION, PLACE, How.CHOICE, 3, moment(1000), vacate_until=moment(5000))
    s.tell(j.event("PlacesChosen"), fact)
    s.tell(j.event("ReferralDocumentsConfirmed"), f.ReferralActivated(APPLICATION, PLACE))
    return s


def test_r7_2_active_is_one_stage_even_when_the_place_is_vacated_later() -> None:
    fact = f.ReferralActivated(APPLICATION, PLACE, moment(3000))
    outputs = early().tell(j.event("PlaceVacated", Topic.VACANCY_RELEASES), f.PlaceVacated(PLACE), fact)
    assert reached(outputs) == []


def test_r7_2_a_place_that_is_never_vacated_is_the_organisations_delay() -> None:
    outputs = early().tell(j.timer(Timer.REFERRAL), j.ended(EndCause.NOT_VACATED), at=5000)
    assert reached(outputs) == [
        Reached(Stage.ENDED, moment(5000), Result.NOT_VACATED, moment(5000), ORGANISATION, False, referral=1)
    ]


@pytest.mark.parametrize("cause", sorted(set(EndCause) - {EndCause.STOP_LIST_ENDED, EndCause.RESTORED}))
def test_r7_2_every_end_of_a_referral_is_a_stage_with_its_cause(cause: EndCause) -> None:
    s = Story()
    s.active()
    outputs = s.tell(j.event("ReferralCancelled"), j.ended(cause), at=1999)
    assert reached(outputs) == [
        Reached(Stage.ENDED, moment(1999), Result(cause.value), moment(2000), APPLICANT, True, referral=1)
    ]


def test_r7_2_a_lapse_is_late_and_an_extension_moves_its_term() -> None:
    s = Story()
    s.active()
    extension = f.ReferralExtended(APPLICATION, PLACE, moment(4000), ExtensionReason.LEAVE, 5)
    assert reached(s.tell(j.event("ReferralExtended"), extension)) == []
    outputs = s.tell(j.timer(Timer.REFERRAL), j.ended(EndCause.LAPSED), at=4000)
    assert reached(outputs) == [
        Reached(Stage.ENDED, moment(4000), Result.LAPSED, moment(4000), APPLICANT, False, referral=1)
    ]


@pytest.mark.parametrize("reason", list(ArchiveReason))
def test_r7_2_archived_is_a_stage_with_its_reason(reason: ArchiveReason) -> None:
    s = Story()
    s.queued()
    outputs = s.tell(j.event("ApplicationWithdrawn"), f.ApplicationArchived(APPLICATION, reason), at=9)
    assert reached(outputs) == [Reached(Stage.ARCHIVED, moment(9), Result(reason.value))]


def test_r7_2_what_returns_or_stops_reaches_no_stage() -> None:
    s = Story()
    s.queued()
    s.tell(j.event("ApplicationSuspended"), f.ApplicationSuspended(APPLICATION, "false address"))
    outputs = s.tell(j.event("ApplicationRestored"), f.ApplicationReturned(APPLICATION, EndCause.RESTORED, 4))
    assert j.stages(s.outputs)[-1].stage is Stage.QUEUED
    assert reached(outputs) == []


def test_r7_2_a_stage_names_the_application_and_the_providers_locality() -> None:
    s = Story()
    s.registered()
    stages = j.stages(s.tell(j.event("DocumentsConfirmed"), j.queued()))
    assert {(each.locality, each.application_id) for each in stages} == {(j.LOCALITY, APPLICATION)}
    assert [each.id for each in stages] == ["710000000:2:0", "710000000:2:1", "710000000:2:2"]
