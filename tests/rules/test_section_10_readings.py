"""Section 10: where the sources disagree, what `kz-2020` does. One test for each line of the table."""

from schemas import facts as f
from schemas.words import Benefit, Group, Ownership, Reason
from streams.rules.model import Status
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE
from tests.rules.conftest import MakeTown
from tests.rules.scenario import Town


def test_section_10_teachers_children_are_priority(town: Town) -> None:
    assert town.queue("a1", benefits=(Benefit.TEACHER_CHILD,)).one(f.ApplicationQueued).group is Group.PRIORITY
    assert KZ_2020_IMMEDIATE.groups[Benefit.TEACHER_CHILD] is Group.EXTRAORDINARY


def test_section_10_access_opens_at_07_00_of_the_next_day_not_after_the_bulletin(town: Town) -> None:
    town.queue("a1")
    town.release("x1")
    town.until("2021-06-08 06:59")
    assert town.access() == []
    town.until("2021-06-08 07:00")
    assert town.access() == ["a1"]


def test_section_10_the_window_is_three_working_days(town: Town) -> None:
    town.at("2021-06-10 10:00").queue("a1")
    town.offered("x1")  # on Friday 11 June
    assert town.text(town.place("x1").until) == "2021-06-16 24:00"
    assert town.text(town.application("a1").access_until) == "2021-06-16 24:00"


def test_section_10_after_the_window_the_first_1000_may_choose(town: Town) -> None:
    town.release("x1")
    town.until("2021-06-12 10:00")
    town.queue(*(f"a{index:04}" for index in range(1001)))
    assert KZ_2020.open_stage_first == 1000
    assert town.choose("a1000", "x1").reason is Reason.OUTSIDE_FIRST_1000
    assert town.choose("a0999", "x1").one(f.ReferralIssued).number == 1000


def test_section_10_private_places_from_3_full_years(town: Town) -> None:
    assert KZ_2020.private_age_years == 3
    town.organisation("k2", ownership=Ownership.PRIVATE)
    town.queue("a1", born="2018-09-02")
    town.queue("a2", born="2018-09-01")
    town.release("x1", "k2", ages=(2, 3), start="2021-09-01")
    town.next_opening()
    assert town.access() == ["a2"]


def test_section_10_documents_within_five_days_then_five_more(town: Town) -> None:
    town.queue("a1")
    issued = town.referred("a1", "x1").one(f.ReferralIssued)
    assert town.text(issued.documents_until) == "2021-06-15 24:00"
    activated = town.at("2021-06-15 10:00").pass_check("a1", "x1").one(f.ReferralActivated)
    assert town.text(activated.until) == "2021-06-22 24:00"


def test_section_10_off_the_order_at_the_referral_archived_at_the_enrolment(town: Town) -> None:
    town.queue("a1")
    town.active("a1", "x1")
    assert (town.order(), town.status("a1")) == ([], Status.REFERRED)
    town.enrol("a1", "x1")
    assert town.status("a1") is Status.ARCHIVED


def test_section_10_one_numbered_bulletin_in_two_parts(make_town: MakeTown) -> None:
    town = make_town()
    town.release("x1")
    town.release("x2")
    town.recall("x2")
    town.until("2021-06-07 18:00")
    ((_, issued),) = town.history(f.BulletinIssued)
    assert issued.number == 1
    assert [each.place_id for each in issued.entries] == ["x1", "x2"]
    assert [each.place_id for each in issued.recalled] == ["x2"]
