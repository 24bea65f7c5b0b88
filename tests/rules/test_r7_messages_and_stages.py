"""R7: what the facts must carry, so that every message, stage and publication can be made of them alone.

The messages themselves are made elsewhere (tests/unit/projections).
"""

import msgspec
import pytest

from schemas import facts as f
from schemas.words import Benefit, Reason, RecallReason, Subject
from tests.rules.scenario import PRIORITY, Decided, Town

# R7.1: each message needs the applicant's application and what the message says.


def test_r7_1_registered_with_the_deadline_and_whose_it_is(town: Town) -> None:
    registered = town.submit("a1").one(f.ApplicationRegistered)
    assert (registered.application_id, registered.applicant_id) == ("a1", "p-a1")
    assert registered.documents_until == town.moment("2021-06-14 24:00")


def test_r7_1_queued_with_the_number_refused_with_the_reason_and_what_is_missing(town: Town) -> None:
    assert town.queue("a1").one(f.ApplicationQueued).number == 1
    town.submit("a2")
    refused = town.refuse("a2", ("certificate",)).one(f.ApplicationRefused)
    assert (refused.reason.value, refused.missing) == ("INCOMPLETE_PACKAGE", ("certificate",))


def test_r7_1_a_changed_group_with_the_new_number(town: Town) -> None:
    town.queue("a1", "a2")
    assert town.benefits("a2", Benefit.MILITARY).one(f.ApplicationRegrouped).number == 1


def test_r7_1_the_turn_says_until_when_and_how_many_places(town: Town) -> None:
    town.queue("a1")
    town.offered("x1", "x2")
    granted = town.last(f.AccessGranted)
    assert (granted.application_id, town.text(granted.until), granted.places) == ("a1", "2021-06-11 24:00", 2)


def test_r7_1_the_end_of_the_turn_is_announced_with_its_deadline(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    town.until("2021-06-11 09:00")
    reminder = town.last(f.ReminderDue)
    assert (reminder.application_id, reminder.of) == ("a1", Subject.ACCESS)
    assert town.text(reminder.until) == "2021-06-11 24:00"


def test_r7_1_a_referral_says_its_place_its_terms_and_its_end(town: Town) -> None:
    town.queue("a1")
    issued = town.referred("a1", "x1").one(f.ReferralIssued)
    assert (issued.place_id, town.text(issued.documents_until)) == ("x1", "2021-06-15 24:00")
    assert town.pass_check("a1", "x1").one(f.ReferralActivated).until is not None
    assert town.extend("a1", "x1").one(f.ReferralExtended).until == town.moment("2021-06-25 24:00")
    ended = town.refuse_admission("a1", "x1").one(f.ReferralEnded)
    assert (ended.application_id, ended.cause.value, ended.reason) == ("a1", "REFUSED", "no such group")


def test_r7_1_nothing_tells_an_applicant_of_the_open_stage(town: Town) -> None:
    town.queue("a1")
    town.offered("x1")
    town.until("2021-06-12 06:59")
    opened = [each for each in town.until("2021-06-12 07:00") if any(isinstance(x, f.PlaceOpened) for x in each.facts)]
    assert [[type(x).__name__ for x in each.facts] for each in opened] == [["PlaceOpened"]]
    assert {field.name for field in msgspec.structs.fields(f.PlaceOpened)} == {"place_id"}


@pytest.mark.parametrize("event", ["release", "recall", "report"])
def test_r7_1_a_rejected_release_recall_or_report_names_the_organisation(town: Town, event: str) -> None:
    if event == "release":
        rejected = town.release("x1", ages=(9, 1)).one(f.Rejected)
    elif event == "recall":
        town.release("x1")
        rejected = town.recall("x1", RecallReason.PUPIL_RETURNED).one(f.Rejected)
    else:
        town.release("x1")
        rejected = town.vacate("x1").one(f.Rejected)
    assert (rejected.organisation_id, rejected.place_id) == ("k1", "x1")


def test_r7_1_a_rejected_enrolment_names_all_three(town: Town) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    rejected = town.enrol("a1", "x1").one(f.Rejected)
    assert rejected.reason is Reason.NOT_ACTIVE
    assert (rejected.organisation_id, rejected.place_id, rejected.application_id) == ("k1", "x1", "a1")


# R7.2: a stage has its moment (the record's time), its term and its end.


def test_r7_2_every_stage_of_the_service_is_a_fact_of_its_own(town: Town) -> None:
    town.submit("a1", benefits=PRIORITY)
    town.present("a1")
    town.confirm("a1")
    town.offered("x1")
    town.chosen("a1", "x1")
    town.present("a1", "x1")
    town.pass_check("a1", "x1")
    town.enrol("a1", "x1")
    stages = [
        f.ApplicationRegistered,
        f.DocumentsPresented,
        f.ApplicationQueued,
        f.AccessGranted,
        f.ReferralIssued,
        f.DocumentsPresented,
        f.ReferralActivated,
        f.ReferralEnded,
        f.ApplicationArchived,
    ]
    seen = [type(fact) for record in town.records for fact in record.facts if type(fact) in stages]
    assert seen == stages


def test_r7_2_the_terms_of_the_provider_are_facts_too(town: Town) -> None:
    town.submit("a1")
    first = town.present("a1").one(f.DocumentsPresented)
    assert first.provider_until == town.moment("2021-06-07 10:30")
    town.confirm("a1")
    town.referred("a1", "x1")
    second = town.present("a1", "x1").one(f.DocumentsPresented)
    assert town.text(second.provider_until) == "2021-06-09 24:00"


# R7.3


def test_r7_3_a_bulletin_names_places_and_no_people() -> None:
    names = {field.name for kind in (f.BulletinEntry, f.RecalledEntry) for field in msgspec.structs.fields(kind)}
    assert not {
        name for name in names if any(word in name for word in ("application", "applicant", "child", "benefit"))
    }


def number_told(town: Town, decided: Decided) -> bool:
    """Whether the fact that moved an application names the number that it now has."""
    (fact,) = (each for each in decided.facts if hasattr(each, "number"))
    return bool(getattr(fact, "number", None) == town.number(str(getattr(fact, "application_id", ""))))


def test_r7_3_every_fact_that_moves_somebody_in_the_order_names_the_application_and_its_number(town: Town) -> None:
    town.queue("a1", "a2")
    assert number_told(town, town.queue("a3"))
    assert number_told(town, town.benefits("a3", Benefit.MILITARY))
    town.suspend("a2")
    assert number_told(town, town.restore("a2"))
