"""What is stored and what is answered: it survives the way to bytes, and says nothing of the person (R7.3)."""

import datetime
from collections.abc import Iterator
from typing import get_args

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import fields

from consumers.live_view import entries, views
from consumers.live_view.entries import (
    APPLICATIONS,
    PLACES,
    Application,
    ApplicationState,
    LiveReferral,
    Place,
    several,
    stored,
)
from consumers.live_view.fold import _FOLDS, _NAMED, Names, fold_record
from consumers.live_view.loaded import Head, Loaded
from consumers.live_view.packs import GENERAL_PER_PRIORITY, ratio_of
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.events import Attendance
from schemas.facts import AnyFact
from schemas.journal import GENESIS_HASH, Cause, Record
from schemas.outputs import OrderStatus
from schemas.words import Admission, Group, GroupType, Regime, Stage, StayCause
from streams.projections.published import NEVER_PUBLISHED_WORDS, unpublishable_fields
from streams.rules.pack import PACKS
from tests.unit.projections.journals import APPLICATION, LOCALITY, PLACE, issued, moment, registered

PLACE_ENTRY = Place(
    Stage.RELEASED,
    "general/2018",
    "kg-1",
    7,
    1_623_320_000_000,
    12,
    2018,
    2,
    3,
    "kk",
    GroupType.GENERAL_DEVELOPMENTAL,
    Regime.FULL_DAY,
    Admission.TEMPORARY,
    datetime.date(2021, 9, 1),
    datetime.date(2021, 12, 1),
    (Attendance(datetime.date(2021, 9, 1), datetime.date(2021, 10, 1)),),
)


def entry(state: ApplicationState = ApplicationState.QUEUED, **changes: object) -> Application:
    """An application of the general group."""
    made = Application(state, "general/2018", 1_623_320_000_000, 5, Group.GENERAL)
    return msgspec.structs.replace(made, **changes)


def test_entries_survive_the_way_to_redis_and_back() -> None:
    application = entry(referral=LiveReferral(3, "p", 1, True, 2), until=9, change=-3, forgotten=2)
    raw = [bytes(stored(each))[3:] for each in (application, entry())]
    assert APPLICATIONS.decode(several(3, raw[0] + b"\xc0" + raw[1])) == [application, None, entry()]
    assert PLACES.decode(several(1, bytes(stored(PLACE_ENTRY))[3:])) == [PLACE_ENTRY]


def test_a_stored_value_is_one_text_of_messagepack() -> None:
    value = bytes(stored(PLACE_ENTRY))
    assert value[0] == 0xDA and int.from_bytes(value[1:3], "big") == len(value) - 3


@pytest.mark.parametrize(
    ("application", "status"),
    [
        (entry(), OrderStatus.WAITING),
        (entry(access_until=1), OrderStatus.ACCESS),
        (entry(access_until=1, temporary=LiveReferral(1, "p")), OrderStatus.REFERRED),
        (entry(ApplicationState.REFERRED, referral=LiveReferral(1, "p")), OrderStatus.REFERRED),
        (entry(ApplicationState.STOPPED), OrderStatus.STOPPED),
        (entry(ApplicationState.SUSPENDED, temporary=LiveReferral(1, "p")), OrderStatus.STOPPED),
        (entry(ApplicationState.REGISTERED, group=None), None),
        (entry(ApplicationState.DEFERRED, group=None), None),
        (entry(ApplicationState.REFUSED, group=None), None),
        (entry(ApplicationState.ARCHIVED), None),
    ],
)
def test_the_published_status_is_the_strongest_that_holds(application: Application, status: OrderStatus | None) -> None:
    assert application.status() is status


def test_a_released_place_is_listed_once_a_bulletin_came_after_it() -> None:
    assert PLACE_ENTRY.stage_now(listed=6) is Stage.RELEASED
    assert PLACE_ENTRY.stage_now(listed=7) is Stage.LISTED
    assert msgspec.structs.replace(PLACE_ENTRY, stage=Stage.OPEN).stage_now(listed=7) is Stage.OPEN


def types_of(kind: type[Struct]) -> Iterator[type[Struct]]:
    """A type and those inside it."""
    yield kind
    for each in fields(kind):
        for inner in (each.type, *get_args(each.type)):
            if isinstance(inner, type) and issubclass(inner, Struct) and inner is not kind:
                yield from types_of(inner)


def test_a_queue_and_all_in_it_may_be_published() -> None:
    assert list(unpublishable_fields(views.QueueView)) == []
    assert list(unpublishable_fields(views.PlaceRow)) == []


@pytest.mark.parametrize("kind", [Application, LiveReferral, Place, views.ApplicationView, views.PlaceView])
def test_nothing_is_stored_or_told_of_the_person(kind: type[Struct]) -> None:
    # By when papers are due is no paper.
    allowed = {"documents_until"}
    words = NEVER_PUBLISHED_WORDS - {"name"}
    for each in types_of(kind):
        names = {field.name for field in fields(each)} - allowed
        assert all(words.isdisjoint({name, *name.split("_")}) for name in names), each


def test_the_packs_are_those_of_the_rules() -> None:
    assert {name: pack.general_per_priority for name, pack in PACKS.items()} == dict(GENERAL_PER_PRIORITY)
    with pytest.raises(BrokenJournal, match="kz-2030"):
        ratio_of("kz-2030", GENERAL_PER_PRIORITY)


UNFOLDED = {
    f.Rejected,
    f.Duplicate,
    f.LocalActAdopted,
    f.RecallKept,
    f.RecallExpired,
    f.BenefitsChanged,
    f.DocumentsPresented,
    f.InterestConfirmed,
    f.ReminderDue,
    f.ApplicantLinked,
}


def test_every_fact_is_folded_or_known_to_change_nothing() -> None:
    assert set(get_args(AnyFact)) == set(_FOLDS) | UNFOLDED
    assert set(_FOLDS) == set(_NAMED)


def record(*facts: AnyFact, sequence: int = 1, previous: str = GENESIS_HASH) -> Record:
    """A record of these facts."""
    return Record(LOCALITY, sequence, moment(sequence), Cause(), "kz-2020", facts, previous, "a" * 64)


def test_names_are_what_the_facts_need() -> None:
    names = Names()
    names.add(record(registered(), issued(), f.Duplicate(1), f.OrganisationClosed("kg-1"), f.BenefitsChanged("b", ())))
    assert (list(names.applications), list(names.places)) == ([APPLICATION], [PLACE])
    assert (list(names.organisations), list(names.queues)) == (["kg-1"], ["general/2018"])


@pytest.mark.parametrize(
    "wrong",
    [
        record(sequence=2),
        record(previous="f" * 64),
        record(f.PlaceOpened("nowhere")),
        record(f.ApplicationStopped("nobody", moment(1))),
        record(f.OrganisationClosed("none")),
        record(f.ReferralActivated("nobody", "nowhere")),
    ],
)
def test_what_does_not_follow_is_refused(wrong: Record) -> None:
    with pytest.raises(BrokenJournal):
        fold_record(Loaded(LOCALITY, Head(), GENERAL_PER_PRIORITY), wrong)


@pytest.mark.parametrize(("stage", "left"), [(Stage.FILLED, None), (Stage.RECALLED, None), (Stage.REFERRED, "another")])
def test_who_has_left_a_temporary_place_is_not_on_it(stage: Stage, left: str | None) -> None:
    """A recall ends the stay after it has taken the place away (R2.4); a place referred again is another one's."""
    fold = Loaded(LOCALITY, Head(), GENERAL_PER_PRIORITY)
    holder = APPLICATION if left is None else left
    fold.places[PLACE] = msgspec.structs.replace(PLACE_ENTRY, stage=stage, application_id=holder)
    fold.applications[APPLICATION] = entry(stay=PLACE)
    fold_record(fold, record(f.StayEnded(APPLICATION, PLACE, StayCause.RECALLED)))
    place, application = fold.changed_places[PLACE], fold.changed_applications[APPLICATION]
    assert (place.stage, place.application_id, application.stay) == (stage, left, None)


def test_the_form_is_written_down() -> None:
    """A stored field that comes, goes or moves needs another format: then change both."""
    names = {kind.__name__: kind.__struct_fields__ for kind in (Application, LiveReferral, Place, entries.Organisation)}
    assert (entries.FORMAT, names) == (
        1,
        {
            "Application": (
                *("state", "queue", "submitted_at", "sequence", "group", "until", "access_until", "referral"),
                *("temporary", "stay", "place_id", "reason", "change", "forgotten"),
            ),
            "LiveReferral": ("number", "place_id", "documents_until", "active", "until"),
            "Place": (
                *("stage", "queue", "organisation_id", "arrival", "released_at", "sequence", "birth_year", "age_from"),
                *("age_to", "language", "group_type", "regime", "admission", "admission_from", "admission_until"),
                *("attendance", "until", "application_id"),
            ),
            "Organisation": ("name", "ownership", "kind", "closed"),
        },
    )
