"""R1: which queues there are, and who may stand in them."""

import pytest
from msgspec.structs import replace

from schemas import facts as f
from schemas.words import Admission, ArchiveReason, EndCause, OrganisationKind, QueueKind, Reason, StayCause
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.rules.conftest import MakeTown
from tests.rules.scenario import Decided, Town

SPECIAL, SANATORIUM = QueueKind.SPECIAL, QueueKind.SANATORIUM


# R1.1


def test_r1_1_a_general_queue_is_one_per_birth_year(town: Town) -> None:
    assert town.queue("a1", born="2018-01-01").one(f.ApplicationQueued).queue == "general/2018"
    assert town.queue("a2", born="2018-12-31").one(f.ApplicationQueued).queue == "general/2018"
    assert town.queue("a3", born="2019-01-01").one(f.ApplicationQueued).queue == "general/2019"
    assert town.order("general/2018") == ["a1", "a2"]


@pytest.mark.parametrize("kind", [SPECIAL, SANATORIUM])
def test_r1_1_a_special_or_sanatorium_queue_is_one_per_organisation_year_and_profile(
    town: Town, kind: QueueKind
) -> None:
    town.organisation("s1", OrganisationKind(kind), profiles=["HEARING", "SIGHT"])
    town.organisation("s2", OrganisationKind(kind))
    queues = [
        submit_special(town, "a1", kind, "s1", "HEARING").one(f.ApplicationRegistered).queue,
        submit_special(town, "a2", kind, "s1", "SIGHT").one(f.ApplicationRegistered).queue,
        submit_special(town, "a3", kind, "s2", None).one(f.ApplicationRegistered).queue,
        submit_special(town, "a4", kind, "s2", None, born="2019-03-01").one(f.ApplicationRegistered).queue,
    ]
    word = kind.lower()
    assert queues == [f"{word}/s1/2018/HEARING", f"{word}/s1/2018/SIGHT", f"{word}/s2/2018/", f"{word}/s2/2019/"]


def submit_special(
    town: Town,
    application_id: str,
    kind: QueueKind,
    organisation_id: str | None,
    profile: str | None,
    born: str = "2018-03-01",
) -> Decided:
    return town.submit(application_id, kind=kind, organisation_id=organisation_id, profile=profile, born=born)


def test_r1_1_an_update_may_add_profiles_to_some(town: Town) -> None:
    town.special("s1", ["HEARING"])
    assert town.special("s1", ["HEARING", "SIGHT"]).one(f.OrganisationChanged).profiles == ("HEARING", "SIGHT")
    assert submit_special(town, "a1", SPECIAL, "s1", "SIGHT").reason is None


@pytest.mark.parametrize(("first", "then"), [([], ["SIGHT"]), (["SIGHT"], []), (["SIGHT", "HEARING"], ["SIGHT"])])
def test_r1_1_profiles_are_stated_from_the_first_registration_and_none_goes(
    town: Town, first: list[str], then: list[str]
) -> None:
    town.special("s1", first)
    assert town.special("s1", then).reason is Reason.WRONG_STATE
    assert list(town.book.state.organisations["s1"].profiles) == first


@pytest.mark.parametrize(
    ("profiles", "named", "reason"),
    [
        (["SIGHT"], "SIGHT", None),
        (["SIGHT"], "HEARING", Reason.NOT_ELIGIBLE),
        (["SIGHT"], None, Reason.NOT_ELIGIBLE),
        ([], "SIGHT", Reason.NOT_ELIGIBLE),
        ([], None, None),
    ],
)
def test_r1_1_applications_and_places_name_one_of_the_profiles_where_there_are_any(
    town: Town, profiles: list[str], named: str | None, reason: Reason | None
) -> None:
    town.special("s1", profiles)
    assert submit_special(town, "a1", SPECIAL, "s1", named).reason is reason
    assert town.release_special("x1", profile=named).reason is reason


def test_r1_1_the_kind_of_an_organisation_never_changes(town: Town) -> None:
    assert town.organisation("k1", OrganisationKind.SPECIAL).reason is Reason.WRONG_STATE


@pytest.mark.parametrize(
    ("kind", "organisation_id", "reason"),
    [
        (SPECIAL, "k1", Reason.NOT_ELIGIBLE),  # a general kindergarten has no special queue
        (SPECIAL, "s9", Reason.UNKNOWN_ORGANISATION),
        (SPECIAL, None, Reason.UNKNOWN_ORGANISATION),
        (SANATORIUM, "s1", Reason.NOT_ELIGIBLE),
    ],
)
def test_r1_1_a_special_queue_needs_an_organisation_of_its_kind(
    town: Town, kind: QueueKind, organisation_id: str | None, reason: Reason
) -> None:
    town.special("s1")
    assert submit_special(town, "a1", kind, organisation_id, None).reason is reason


# R1.2


def test_r1_2_a_child_stands_once_in_each_queue(town: Town) -> None:
    town.submit("a1", child="c")
    assert town.submit("a2", child="c").reason is Reason.DUPLICATE_APPLICATION
    town.confirm("a1")
    assert town.submit("a3", child="c").reason is Reason.DUPLICATE_APPLICATION
    town.referred("a1", "x1")
    assert town.submit("a4", child="c").reason is Reason.DUPLICATE_APPLICATION


def test_r1_2_only_a_live_application_stands_in_the_way(town: Town) -> None:
    town.submit("a1", child="c")
    town.refuse("a1")
    assert town.submit("a2", child="c").reason is None
    town.withdraw("a2")
    assert town.submit("a3", child="c").reason is None


def test_r1_2_two_queues_of_one_kind_need_no_mark(town: Town) -> None:
    town.special("s1")
    town.special("s2")
    assert town.submit("a1", child="c", kind=SPECIAL, organisation_id="s1").reason is None
    assert town.submit("a2", child="c", kind=SPECIAL, organisation_id="s2").reason is None


@pytest.mark.parametrize(("marked", "reason"), [(False, Reason.SPECIAL_NEEDS_NOT_CONFIRMED), (True, None)])
def test_r1_2_a_second_kind_needs_special_needs_on_the_application_for_it(
    town: Town, marked: bool, reason: Reason | None
) -> None:
    town.special("s1")
    town.submit("a1", child="c", special_needs=not marked)
    second = town.submit("a2", child="c", kind=SPECIAL, organisation_id="s1", special_needs=marked)
    assert second.reason is reason


def test_r1_2_another_kind_is_free_again_when_the_first_is_archived(town: Town) -> None:
    town.special("s1")
    town.submit("a1", child="c")
    town.withdraw("a1")
    assert town.submit("a2", child="c", kind=SPECIAL, organisation_id="s1").reason is None


# R1.3

CAP = "2021-09-01 00:00"
REACHES_6 = "2015-09-01"  # on 1 September 2021, to the day


@pytest.mark.parametrize(
    ("now", "born", "reason"),
    [
        ("2021-06-07 10:00", "2014-09-01", Reason.TOO_OLD),  # the current school year began on 1 September 2020
        ("2021-06-07 10:00", "2014-09-02", None),
        ("2021-08-31 23:59", REACHES_6, None),
        ("2021-09-01 00:00", REACHES_6, Reason.TOO_OLD),
        ("2021-09-01 00:00", "2015-09-02", None),
    ],
)
def test_r1_3_a_child_of_6_full_years_on_1_september_of_the_school_year_is_too_old(
    town: Town, now: str, born: str, reason: Reason | None
) -> None:
    assert town.at(now).submit("a1", born=born).reason is reason


@pytest.mark.parametrize(
    ("special_needs", "commission", "reason"),
    [(True, True, None), (True, False, Reason.TOO_OLD), (False, True, Reason.TOO_OLD)],
)
def test_r1_3_special_needs_with_the_commissions_conclusion_are_excepted(
    town: Town, special_needs: bool, commission: bool, reason: Reason | None
) -> None:
    decided = town.submit("a1", born="2013-01-01", special_needs=special_needs, commission=commission)
    assert decided.reason is reason
    if reason is None:
        town.confirm("a1")
        town.until(CAP)
        assert town.status("a1") is Status.QUEUED


def test_r1_3_on_1_september_at_midnight_those_who_have_reached_6_are_archived(town: Town) -> None:
    town.queue("a1", born=REACHES_6)
    town.queue("a2", born="2015-09-02")
    town.submit("a3", born=REACHES_6)
    town.at("2021-08-25 10:00").submit("a4", born=REACHES_6)  # still waits for its documents on the day
    fired = town.until(CAP)
    archived = [fact for record in fired for fact in record.facts if isinstance(fact, f.ApplicationArchived)]
    assert [(each.application_id, each.reason) for each in archived] == [
        ("a1", ArchiveReason.AGE_LIMIT),
        ("a4", ArchiveReason.AGE_LIMIT),
    ]
    assert town.text(fired[-1].time) == "2021-08-31 24:00"
    assert town.status("a2") is Status.QUEUED


def test_r1_3_nobody_is_archived_on_another_day(town: Town) -> None:
    town.queue("a1", born=REACHES_6)
    town.until("2021-08-31 23:59:59.999")
    assert town.status("a1") is Status.QUEUED


def test_r1_3_a_record_archives_a_bounded_number_and_none_is_left(town: Town) -> None:
    names = [f"a{index:03}" for index in range(260)]
    town.at("2021-08-31 10:00").queue(*names, born=REACHES_6)
    fired = [record for record in town.until(CAP) if record.cause.timer == "AGE_LIMIT"]
    assert [len(record.facts) for record in fired] == [250, 10]
    assert town.order("general/2015") == []


def over_age_referral(town: Town, admission_from: str = "2021-08-30") -> None:
    """A referral of 27 August that is live on 1 September, of a child who reaches 6 that day."""
    town.at("2021-08-26 10:00").queue("a1", born=REACHES_6)
    town.release("x1", year=2015, ages=(5, 6), start=admission_from)
    town.next_opening()
    town.chosen("a1", "x1")


def test_r1_3_a_live_referral_runs_on_and_its_end_archives(town: Town) -> None:
    over_age_referral(town)
    town.at("2021-08-31 10:00").pass_check("a1", "x1")
    town.until(CAP)
    assert town.status("a1") is Status.REFERRED
    decided = town.at("2021-09-02 10:00").refuse_admission("a1", "x1")
    assert decided.one(f.ApplicationArchived).reason is ArchiveReason.AGE_LIMIT
    assert decided.all(f.ApplicationReturned) == []


def test_r1_3_a_live_referral_may_end_in_enrolment(town: Town) -> None:
    over_age_referral(town)
    town.at("2021-08-31 10:00").pass_check("a1", "x1")
    decided = town.at("2021-09-02 10:00").enrol("a1", "x1")
    assert decided.one(f.ApplicationArchived).reason is ArchiveReason.ENROLLED


@pytest.mark.parametrize("ending", ["lapse", "papers refused", "recall", "suspension"])
def test_r1_3_whatever_ends_the_referral_without_enrolment_archives(town: Town, ending: str) -> None:
    over_age_referral(town)
    town.at("2021-09-01 10:00")
    if ending == "papers refused":
        town.fail_check("a1", "x1")
    elif ending == "recall":
        town.recall("x1")
    elif ending == "suspension":
        town.suspend("a1")
    else:
        town.until("2021-09-10 00:00")
    assert town.last(f.ApplicationArchived).reason is ArchiveReason.AGE_LIMIT
    assert town.history(f.ApplicationStopped) == []


def test_r1_3_enrolment_on_a_temporary_place_archives_then_and_the_stay_goes_on(town: Town) -> None:
    town.at("2021-08-26 10:00").queue("a1", born=REACHES_6)
    town.release("x1", year=2015, ages=(5, 6), start="2021-08-30", admission=Admission.TEMPORARY, end="2021-12-31")
    town.next_opening()
    town.chosen("a1", "x1")
    town.until(CAP)
    assert town.status("a1") is Status.QUEUED
    town.at("2021-09-01 10:00").pass_check("a1", "x1")
    decided = town.enrol("a1", "x1")
    assert decided.one(f.ReferralEnded).cause is EndCause.ENROLLED
    assert decided.one(f.ApplicationArchived).reason is ArchiveReason.AGE_LIMIT
    town.until("2022-01-01 00:00")
    assert town.last(f.StayEnded).cause is StayCause.TEMPORARY_ENDED


# R1.4


def test_r1_4_kz_2020_has_no_cap_on_registrations(town: Town) -> None:
    for index in range(6):
        assert town.submit(f"a{index}", child="c").reason is None
        town.withdraw(f"a{index}")


def test_r1_4_a_pack_may_cap_registrations_per_child_and_locality_at_three_or_more(make_town: MakeTown) -> None:
    town = make_town(replace(KZ_2020, registrations_max=3))
    for index in range(3):
        assert town.submit(f"a{index}", child="c").reason is None
        town.withdraw(f"a{index}")
    assert town.submit("a4", child="c").reason is Reason.TOO_MANY_REGISTRATIONS
    assert town.submit("a5", child="d").reason is None


def test_r1_4_three_registrations_are_guaranteed() -> None:
    with pytest.raises(ValueError, match="guaranteed"):
        replace(KZ_2020, registrations_max=2)
