"""Contracts, section 3: the reasons and the order in which they are checked; what counts as a repeat (section 2)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from schemas import events as e
from schemas import facts as f
from schemas.words import Admission, Benefit, Channel, OrganisationKind, QueueKind, Reason, RecallReason, Stage
from streams.rules.model import Status
from streams.rules.pack import KZ_2020
from tests.rules.conftest import MakeTown
from tests.rules.scenario import Decided, Town

Act = Callable[[Town], Decided]


def prepared(town: Town) -> Town:
    """`a1` has an active referral to `x1`, `a2` has access to the priority place `x2`, `x3` is early and released.

    `b1` is only registered, `b2` archived; `k2` is another kindergarten, `k9` a closed one.
    """
    town.organisation("k2")
    town.organisation("k9")
    town.close("k9")
    town.queue("a1", "a2")
    town.submit("b1")
    town.queue("b2")
    town.withdraw("b2")
    town.offered("x1", "x2")
    town.chosen("a1", "x1")
    town.pass_check("a1", "x1")
    town.release_early("x3")
    return town


REJECTIONS: list[tuple[str, Act, Reason]] = [
    # Existence of the subjects first.
    ("confirm: unknown application", lambda t: t.confirm("z"), Reason.UNKNOWN_APPLICATION),
    ("refuse: unknown application", lambda t: t.refuse("z"), Reason.UNKNOWN_APPLICATION),
    ("present: unknown application", lambda t: t.present("z"), Reason.UNKNOWN_APPLICATION),
    ("present: unknown place", lambda t: t.present("a1", "z"), Reason.UNKNOWN_PLACE),
    ("benefits: unknown application", lambda t: t.benefits("z"), Reason.UNKNOWN_APPLICATION),
    ("interest: unknown application", lambda t: t.interest("z"), Reason.UNKNOWN_APPLICATION),
    ("withdraw: unknown application", lambda t: t.withdraw("z"), Reason.UNKNOWN_APPLICATION),
    ("link: unknown application", lambda t: t.link("z", "p"), Reason.UNKNOWN_APPLICATION),
    ("suspend: unknown application", lambda t: t.suspend("z"), Reason.UNKNOWN_APPLICATION),
    ("restore: unknown application", lambda t: t.restore("z"), Reason.UNKNOWN_APPLICATION),
    ("choose: unknown application", lambda t: t.choose("z", "x2"), Reason.UNKNOWN_APPLICATION),
    ("choose: unknown place", lambda t: t.choose("a2", "z"), Reason.UNKNOWN_PLACE),
    ("pass check: unknown place", lambda t: t.pass_check("a1", "z"), Reason.UNKNOWN_PLACE),
    ("fail check: unknown application", lambda t: t.fail_check("z", "x1"), Reason.UNKNOWN_APPLICATION),
    ("cancel: unknown place", lambda t: t.cancel("a1", "z"), Reason.UNKNOWN_PLACE),
    ("extend: unknown place", lambda t: t.extend("a1", "z"), Reason.UNKNOWN_PLACE),
    ("enrol: unknown place", lambda t: t.enrol("a1", "z"), Reason.UNKNOWN_PLACE),
    ("refuse admission: unknown application", lambda t: t.refuse_admission("z", "x1"), Reason.UNKNOWN_APPLICATION),
    ("leave: unknown application", lambda t: t.leave("z", "x1"), Reason.UNKNOWN_APPLICATION),
    ("vacate: unknown place", lambda t: t.vacate("z"), Reason.UNKNOWN_PLACE),
    ("recall: unknown organisation", lambda t: t.recall("z", organisation_id="z"), Reason.UNKNOWN_ORGANISATION),
    ("close: unknown organisation", lambda t: t.close("z"), Reason.UNKNOWN_ORGANISATION),
    ("release: unknown organisation", lambda t: t.release("z", "z"), Reason.UNKNOWN_ORGANISATION),
    # … before whose they are,
    ("choose: unknown place before another's", lambda t: t.choose("a2", "z", "stranger"), Reason.UNKNOWN_PLACE),
    ("cancel: unknown place before another's", lambda t: t.cancel("a1", "z", "stranger"), Reason.UNKNOWN_PLACE),
    ("enrol: unknown application before another's", lambda t: t.enrol("z", "x1", "k2"), Reason.UNKNOWN_APPLICATION),
    (
        "choose for two: an unknown place of one before another's of the other",
        lambda t: t.choose_all(("a1", "x2"), ("a2", "z"), applicant="p-a2"),
        Reason.UNKNOWN_PLACE,
    ),
    # … and before their state.
    ("release: unknown organisation before the id", lambda t: t.release("x1", "z"), Reason.UNKNOWN_ORGANISATION),
    (
        "release: unknown organisation before a date",
        lambda t: t.release("z", "z", ages=(9, 1)),
        Reason.UNKNOWN_ORGANISATION,
    ),
    (
        "submit: unknown organisation before the id",
        lambda t: t.submit("a1", kind=QueueKind.SPECIAL, organisation_id="z"),
        Reason.UNKNOWN_ORGANISATION,
    ),
    (
        "submit: unknown organisation before the time",
        lambda t: t.submit("z", kind=QueueKind.SPECIAL, organisation_id="z", submitted="2021-07-01 10:00"),
        Reason.UNKNOWN_ORGANISATION,
    ),
    # Whose they are, before their state.
    ("withdraw: another's before archived", lambda t: t.withdraw("b2", "stranger"), Reason.NOT_YOURS),
    ("interest: another's before registered", lambda t: t.interest("b1", "stranger"), Reason.NOT_YOURS),
    ("choose: another's before referred", lambda t: t.choose("a1", "x2", "stranger"), Reason.NOT_YOURS),
    ("cancel: another's before no referral", lambda t: t.cancel("a2", "x2", "stranger"), Reason.NOT_YOURS),
    ("extend: another's before no referral", lambda t: t.extend("a2", "x2", applicant="stranger"), Reason.NOT_YOURS),
    ("enrol: another's before no referral", lambda t: t.enrol("a2", "x1", "k2"), Reason.NOT_YOURS),
    ("leave: another's before not enrolled", lambda t: t.leave("a2", "x1", "k2"), Reason.NOT_YOURS),
    ("vacate: another's before not early", lambda t: t.vacate("x1", "k2"), Reason.NOT_YOURS),
    ("recall: another's", lambda t: t.recall("x2", organisation_id="k2"), Reason.NOT_YOURS),
    # The state.
    ("release: closed organisation", lambda t: t.release("z", "k9"), Reason.ORGANISATION_CLOSED),
    ("release: the id of another place", lambda t: t.release("x1", language="en"), Reason.CONFLICTING_PLACE),
    ("release: a date before the kind", lambda t: t.release("z", kind=QueueKind.SPECIAL, ages=(9, 1)), Reason.BAD_DATE),
    ("submit: the id of another application", lambda t: t.submit("a1", child="z"), Reason.CONFLICTING_APPLICATION),
    ("submit: a later time", lambda t: t.submit("z", submitted="2021-07-01 10:00"), Reason.BAD_TIME),
    ("submit: born after it", lambda t: t.submit("z", born="2021-06-09"), Reason.BAD_DATE),
    ("submit: twice in one queue", lambda t: t.submit("z", child="c-a1"), Reason.DUPLICATE_APPLICATION),
    ("confirm: queued", lambda t: t.confirm("a2"), Reason.WRONG_STATE),
    ("confirm: archived", lambda t: t.confirm("b2"), Reason.WRONG_STATE),
    ("pass check: no referral", lambda t: t.pass_check("a2", "x1"), Reason.NO_REFERRAL),
    ("fail check: no referral", lambda t: t.fail_check("a1", "x2"), Reason.NO_REFERRAL),
    ("cancel: no referral", lambda t: t.cancel("a2", "x2"), Reason.NO_REFERRAL),
    ("enrol: no referral", lambda t: t.enrol("a2", "x2"), Reason.NO_REFERRAL),
    ("refuse admission: no referral", lambda t: t.refuse_admission("a2", "x2"), Reason.NO_REFERRAL),
    ("extend: no referral", lambda t: t.extend("a2", "x2"), Reason.NO_REFERRAL),
    ("present with a place: no referral", lambda t: t.present("a2", "x2"), Reason.NO_REFERRAL),
    # The right to act, after the state and before eligibility.
    ("choose: taken before no access", lambda t: t.choose("a2", "x1"), Reason.PLACE_TAKEN),
    ("choose: released before no access", lambda t: t.choose("a2", "x3"), Reason.WRONG_STATE),
    ("cancel: too late", lambda t: t.at("2021-06-10 10:00").cancel("a1", "x1"), Reason.TOO_LATE),
    # Eligibility.
    ("submit: too old", lambda t: t.submit("z", born="2013-01-01"), Reason.TOO_OLD),
    (
        "submit: time before age",
        lambda t: t.submit("z", born="2013-01-01", submitted="2021-07-01 10:00"),
        Reason.BAD_TIME,
    ),
    (
        "submit: a general kindergarten's special queue",
        lambda t: t.submit("z", kind=QueueKind.SPECIAL, organisation_id="k2"),
        Reason.NOT_ELIGIBLE,
    ),
    (
        "release: a general kindergarten's special place",
        lambda t: t.release("z", kind=QueueKind.SPECIAL),
        Reason.NOT_ELIGIBLE,
    ),
]


@pytest.mark.parametrize(("act", "reason"), [row[1:] for row in REJECTIONS], ids=[row[0] for row in REJECTIONS])
def test_section_3_the_first_reason_that_applies(town: Town, act: Act, reason: Reason) -> None:
    prepared(town)
    decided = act(town)
    assert decided.reason is reason
    assert decided.types == ["Rejected"]
    assert decided.one(f.Rejected).detail


@pytest.mark.parametrize("later", ["not eligible", "promised"])
def test_section_3_no_access_before_eligibility(town: Town, later: str) -> None:
    town.queue("a1")
    town.queue("a2", born="2018-11-01")
    town.release("x1", ages=(3, 3) if later == "not eligible" else (2, 3))
    town.next_opening()
    assert town.access() == ["a1"]
    assert town.choose("a2", "x1").reason is Reason.NO_ACCESS


def test_section_3_eligibility_before_the_promise(town: Town) -> None:
    town.queue("a1", born="2018-11-01")
    town.queue("a2")
    town.release("x1", ages=(2, 2))
    town.release("x2", ages=(3, 3))
    town.next_opening()
    assert town.access() == ["a1", "a2"]
    assert town.choose("a2", "x1").reason is Reason.NOT_ELIGIBLE


def test_section_3_eligibility_before_the_rank(make_town: MakeTown) -> None:
    strict = make_town(replace(KZ_2020, open_stage_first=0))
    strict.release("x1", ages=(3, 3))
    strict.until("2021-06-12 10:00")
    strict.queue("a1", born="2018-11-01")
    strict.queue("a2")
    assert strict.choose("a1", "x1").reason is Reason.NOT_ELIGIBLE
    assert strict.choose("a2", "x1").reason is Reason.OUTSIDE_FIRST_1000


def application_as(town: Town, status: Status) -> None:
    """`a1` with the status."""
    if status is Status.DEFERRED:
        town.queue("a0", child="c", benefits=(Benefit.ORPHAN,))
        town.enrolled("a0", "x0")
    town.submit("a1", child="c")
    if status is Status.REFUSED:
        town.refuse("a1")
    elif status is not Status.REGISTERED:
        town.confirm("a1")
    if status in (Status.REFERRED, Status.STOPPED):
        town.referred("a1", "x0")
    if status is Status.STOPPED:
        town.fail_check("a1", "x0")
    elif status is Status.SUSPENDED:
        town.suspend("a1")
    elif status is Status.ARCHIVED:
        town.withdraw("a1")
    assert town.status("a1") is status


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.REGISTERED, Reason.NOT_QUEUED),
        (Status.REFUSED, Reason.NOT_QUEUED),
        (Status.DEFERRED, Reason.NOT_QUEUED),
        (Status.REFERRED, Reason.NOT_QUEUED),
        (Status.ARCHIVED, Reason.NOT_QUEUED),
        (Status.STOPPED, Reason.ON_STOP_LIST),
        (Status.SUSPENDED, Reason.ON_STOP_LIST),
        (Status.QUEUED, Reason.NO_ACCESS),
    ],
)
def test_section_3_choosing_with_an_application_in_each_state(town: Town, status: Status, reason: Reason) -> None:
    application_as(town, status)
    town.queue("a9", submitted="2021-06-07 09:00")
    town.offered("x1")
    if status is Status.QUEUED:
        assert town.access() == ["a9"]
    assert town.stage("x1") is Stage.PRIORITY
    assert town.choose("a1", "x1").reason is reason


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        (Stage.RELEASED, Reason.WRONG_STATE),
        (Stage.LISTED, Reason.WRONG_STATE),
        (Stage.RECALLED, Reason.WRONG_STATE),
        (Stage.ENDED, Reason.WRONG_STATE),
        (Stage.REFERRED, Reason.PLACE_TAKEN),
        (Stage.FILLED, Reason.PLACE_TAKEN),
    ],
)
def test_section_3_choosing_a_place_in_each_stage(town: Town, stage: Stage, reason: Reason) -> None:
    if stage is Stage.ENDED:
        town.release("x1", admission=Admission.TEMPORARY, start="2021-06-01", end="2021-06-07")
        town.until("2021-06-08 10:00")
    elif stage in (Stage.REFERRED, Stage.FILLED):
        town.queue("a1")
        town.active("a1", "x1")
        if stage is Stage.FILLED:
            town.enrol("a1", "x1")
    else:
        town.release("x1")
        if stage is Stage.LISTED:
            town.until("2021-06-07 19:00")
        elif stage is Stage.RECALLED:
            town.recall("x1")
    town.queue("a2")
    assert town.stage("x1") is stage
    assert town.choose("a2", "x1").reason is reason


@pytest.mark.parametrize("act", ["enrol", "refuse", "extend"])
def test_section_3_a_referral_that_is_live_but_not_yet_active(town: Town, act: str) -> None:
    town.queue("a1")
    town.referred("a1", "x1")
    acts: dict[str, Act] = {
        "enrol": lambda t: t.enrol("a1", "x1"),
        "refuse": lambda t: t.refuse_admission("a1", "x1"),
        "extend": lambda t: t.extend("a1", "x1"),
    }
    assert acts[act](town).reason is Reason.NOT_ACTIVE


# Repeats (section 2)


def test_section_2_the_same_source_and_id_are_one_event(town: Town) -> None:
    first = town.send(town.event_of_submission("a1"), event_id="once")
    again = town.send(town.event_of_submission("a2"), event_id="once")
    assert again.duplicate_of == first.record.sequence
    assert "a2" not in town.book.state.applications


def test_section_2_the_same_id_of_another_source_is_another_event(town: Town) -> None:
    town.send(town.event_of_submission("a1"), event_id="once", source="urn:one")
    assert town.send(town.event_of_submission("a2"), event_id="once", source="urn:two").duplicate_of is None


def test_section_2_a_rejected_event_is_not_decided_again_under_its_id(town: Town) -> None:
    first = town.send(e.DocumentsConfirmed("a1"), event_id="once")
    assert first.reason is Reason.UNKNOWN_APPLICATION
    town.submit("a1")
    assert town.send(e.DocumentsConfirmed("a1"), event_id="once").duplicate_of == first.record.sequence


def test_section_2_equal_content_about_the_same_subject_is_one_event(town: Town) -> None:
    town.release("x1")
    submission = town.event_of_submission("a1")
    first = town.send(submission)
    town.pause()
    assert town.send(submission).duplicate_of == first.record.sequence
    recall = town.recall("x1")
    assert town.recall("x1").duplicate_of == recall.record.sequence


def test_section_2_equal_content_is_a_repeat_whatever_became_of_the_first(town: Town) -> None:
    submission = town.event_of_submission("a1")
    first = town.send(submission)
    town.confirm("a1", benefits=(Benefit.ORPHAN,))
    town.link("a1", "p2")
    town.withdraw("a1", "p2")
    assert town.send(submission).duplicate_of == first.record.sequence


@pytest.mark.parametrize("channel", [Channel.OFFICE])
def test_section_2_different_content_is_a_conflict(town: Town, channel: Channel) -> None:
    town.submit("a1")
    assert town.submit("a1", channel=channel).reason is Reason.CONFLICTING_APPLICATION


def test_section_2_other_events_with_equal_content_are_decided_anew(town: Town) -> None:
    town.queue("a1")
    assert town.interest("a1").types == ["InterestConfirmed"]
    assert town.interest("a1").types == ["InterestConfirmed"]


def test_section_2_ids_are_remembered_for_at_least_7_days(town: Town) -> None:
    for day in range(8, 29):
        town.at(f"2021-06-{day:02} 10:00")
        first = town.send(e.ClockTick(), event_id=f"day-{day}")
        week_before = f"day-{day - 7}"
        if day >= 15:
            repeated = town.send(e.ClockTick(), event_id=week_before)
            assert repeated.duplicate_of is not None
        assert first.duplicate_of is None


def test_section_3_a_second_recall_and_a_changed_kind_are_wrong_states(town: Town) -> None:
    town.release("x1")
    town.recall("x1", RecallReason.CLOSURE)
    assert town.recall("x1", RecallReason.QUARANTINE).reason is Reason.WRONG_STATE
    assert town.organisation("k1", OrganisationKind.SANATORIUM).reason is Reason.WRONG_STATE
