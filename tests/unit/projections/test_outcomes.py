"""Outcomes: every event has exactly one, a timer has none (R8.2, invariant 5)."""

import pytest

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import Cause, Record
from schemas.outputs import Outcome, OutcomeResult, Output
from schemas.words import EndCause, Group, Reason, RecallReason, Timer, Topic
from streams.projections.outcomes import outcome_of
from tests.unit.projections import journals as j
from tests.unit.projections.journals import APPLICATION, PLACE, Story, moment


def outcomes(outputs: list[Output]) -> list[Outcome]:
    return [each for each in outputs if isinstance(each, Outcome)]


def test_r8_2_an_accepted_event_has_an_outcome_that_names_its_record() -> None:
    assert outcomes(Story().registered()) == [
        Outcome(
            source="urn:portal",
            event_id="e",
            topic="application-changes",
            type="ApplicationSubmitted",
            locality=j.LOCALITY,
            sequence=1,
            time=moment(1),
            result=OutcomeResult.ACCEPTED,
        )
    ]


def test_r8_2_a_rejected_event_has_an_outcome_with_reason_and_detail() -> None:
    fact = f.Rejected(Reason.TOO_OLD, "6 full years on 1 September")
    outcome = outcomes(Story().tell(j.event("ApplicationSubmitted"), fact))[0]
    assert (outcome.result, outcome.reason, outcome.detail) == (OutcomeResult.REJECTED, Reason.TOO_OLD, fact.detail)
    assert outcome.first_sequence is None


def test_r8_2_a_repeated_event_has_an_outcome_that_names_the_first_record() -> None:
    s = Story()
    s.registered()
    outcome = outcomes(s.tell(j.event("ApplicationSubmitted"), f.Duplicate(1)))[0]
    assert (outcome.result, outcome.first_sequence, outcome.sequence) == (OutcomeResult.DUPLICATE, 1, 2)
    assert outcome.reason is None


def test_r8_2_an_event_that_changes_nothing_is_accepted() -> None:
    assert outcomes(Story().tell(j.event("ClockTick")))[0].result is OutcomeResult.ACCEPTED


def test_r8_2_a_timer_has_no_outcome() -> None:
    s = Story()
    s.queued()
    assert outcomes(s.tell(j.timer(Timer.OPENING), f.AccessGranted(APPLICATION, j.QUEUE, moment(900), 1))) == []


@pytest.mark.parametrize(
    ("kind", "facts", "number"),
    [
        ("DocumentsConfirmed", (j.queued(number=118),), 118),
        ("BenefitsChanged", (f.ApplicationRegrouped(APPLICATION, Group.GENERAL, Group.PRIORITY, 12),), 12),
        ("BenefitsChanged", (f.ApplicationRegrouped(APPLICATION, Group.GENERAL, Group.PRIORITY),), None),
        ("ApplicationRestored", (f.ApplicationReturned(APPLICATION, EndCause.RESTORED, 9),), 9),
        ("InterestConfirmed", (f.InterestConfirmed(APPLICATION),), None),
    ],
)
def test_r8_2_the_outcome_tells_the_number_that_came_out_of_it(
    kind: str, facts: tuple[f.AnyFact, ...], number: int | None
) -> None:
    s = Story()
    s.registered()
    assert outcomes(s.tell(j.event(kind), *facts))[0].number == number


def test_r7_3_an_organisation_is_not_told_the_number_of_an_application_that_its_recall_sends_back() -> None:
    s = Story()
    s.referred()
    outputs = s.tell(
        j.event("PlaceRecalled", Topic.VACANCY_RECALLS),
        f.PlaceRecalled(PLACE, RecallReason.QUARANTINE),
        j.ended(EndCause.RECALLED),
        f.ApplicationReturned(APPLICATION, EndCause.RECALLED, 5),
    )
    assert outcomes(outputs)[0].number is None


def test_r8_2_a_cause_that_names_half_an_event_breaks_the_journal() -> None:
    cause = Cause(topic="application-changes", event_id="e", type="ClockTick")
    record = Record(j.LOCALITY, 1, moment(1), cause, "kz-2020", (), "")
    with pytest.raises(BrokenJournal, match="doesn't name an event"):
        outcome_of(record)


def test_r8_2_the_outcome_tells_no_other_applications_number() -> None:
    s = Story()
    s.registered()
    s.queued("app-2", "parent-2")
    returned = f.ApplicationReturned("app-2", EndCause.STOP_LIST_ENDED, 4)
    assert outcomes(s.tell(j.event("DocumentsConfirmed"), j.queued(number=118), returned))[0].number == 118
