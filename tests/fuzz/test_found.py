"""Histories in which the core and the naive model once parted, cut down to what mattered. Each stays equal now."""

import json
from typing import Any

import msgspec
import pytest

from schemas import facts as f
from schemas.event_json import decode_event
from schemas.events import Event
from schemas.facts import AnyFact
from schemas.words import EndCause, QueueKind, Reason
from streams.rules.book import Book
from streams.rules.pack import PACKS, Mode, Pack
from tests.fuzz.differ import difference
from tests.fuzz.histories import TOPIC_OF

LOCALITY = "391010000"
KZ = PACKS["kz-2020"]
REGISTERED = {"name": "n", "ownership": "STATE", "profiles": []}
PLACE = {
    "queue_kind": "GENERAL",
    "birth_year": 2021,
    "age_from": 0,
    "age_to": 6,
    "language": "kk",
    "group_type": "GENERAL_DEVELOPMENTAL",
    "regime": "FULL_DAY",
    "admission": "REGULAR",
    "admission_from": "2024-12-25",
}
CHILD = {
    "applicant_id": "r1",
    "child_id": "c1",
    "child_born": "2021-06-15",
    "queue_kind": "GENERAL",
    "benefits": [],
    "special_needs": True,
    "commission_conclusion": False,
    "channel": "MIGRATION",
}
SPECIAL = {"queue_kind": "SPECIAL", "organisation_id": "o1"}


def event(number: int, when: str, kind: str, /, **data: Any) -> Event:
    """One event of the locality; `when` is local time."""
    line = {
        "topic": TOPIC_OF[kind] if kind != "ClockTick" else "vacancy-recalls",
        "time": f"{when}+05:00",
        "id": f"e{number}",
        "source": "s",
        "type": kind,
        "locality": LOCALITY,
        "data": data,
    }
    return decode_event(json.dumps(line).encode())


def decided(events: list[Event], pack: Pack = KZ) -> list[list[AnyFact]]:
    """The facts of each record; both sides agree on them."""
    assert difference(events, LOCALITY, pack) is None
    book = Book(LOCALITY, pack)
    return [list(record.facts) for each in events for record in book.handle(each)]


def waiting(kind: dict[str, Any], **place: Any) -> list[Event]:
    """An organisation, one child in its queue, one place; 2 to 5 September 2024."""
    organisation_kind = kind.get("queue_kind", "GENERAL")
    return [
        event(
            1,
            "2024-09-02T10:00:00",
            "OrganisationRegistered",
            organisation_id="o1",
            kind=organisation_kind,
            **REGISTERED,
        ),
        event(
            2,
            "2024-09-03T10:00:00",
            "ApplicationSubmitted",
            application_id="a1",
            submitted_at="2024-09-03T10:00:00+05:00",
            **{**CHILD, **kind},
        ),
        event(3, "2024-09-03T11:00:00", "DocumentsConfirmed", application_id="a1"),
        event(
            4,
            "2024-09-04T10:00:00",
            "PlaceReleased",
            place_id="p1",
            organisation_id="o1",
            **{**PLACE, "queue_kind": organisation_kind, **place},
        ),
    ]


def test_a_local_act_after_a_quiet_opening_does_not_stop_the_openings() -> None:
    events = waiting({})
    events += [
        event(
            5,
            "2024-09-06T07:01:00",
            "LocalActAdopted",
            number="1",
            date="2024-09-06",
            in_force_from="2024-09-06",
            opening_at="09:00",
        ),
        event(6, "2024-09-20T12:00:00", "ClockTick"),
    ]
    opened = [fact for facts in decided(events) for fact in facts if isinstance(fact, f.PlaceOpened)]
    assert opened == [f.PlaceOpened("p1")]


@pytest.mark.parametrize(
    ("kind", "mode", "again"),
    [({}, Mode.AUTOMATIC, 0), (SPECIAL, Mode.AUTOMATIC, 0), (SPECIAL, Mode.SCHEDULED, 1)],
)
def test_the_mode_of_the_queue_says_whether_a_cancelled_place_is_offered_again(
    kind: dict[str, Any], mode: Mode, again: int
) -> None:
    pack = msgspec.structs.replace(KZ, modes=dict.fromkeys(QueueKind, mode))
    events = waiting(kind)
    if mode is Mode.SCHEDULED:
        choice = [{"application_id": "a1", "place_id": "p1"}]
        events.append(event(5, "2024-09-05T10:00:00", "PlacesChosen", applicant_id="r1", choices=choice))
    events += [
        event(
            6,
            "2024-09-05T10:00:00" if mode is Mode.SCHEDULED else "2024-09-04T11:00:00",
            "ReferralCancelled",
            application_id="a1",
            applicant_id="r1",
            place_id="p1",
        ),
        event(7, "2024-09-07T12:00:00", "ClockTick"),
    ]
    facts = [fact for facts in decided(events, pack) for fact in facts]
    returned = facts.index(f.PlaceReturned("p1", EndCause.CANCELLED))
    offers = [fact for fact in facts[returned:] if isinstance(fact, f.AccessGranted | f.ReferralIssued)]
    assert len(offers) == again


def test_a_place_cancelled_chosen_again_and_then_refused_may_not_be_chosen_again() -> None:
    choice = {"applicant_id": "r1", "choices": [{"application_id": "a1", "place_id": "p1"}]}
    both = {"application_id": "a1", "place_id": "p1"}
    events = waiting(SPECIAL)
    events += [
        event(5, "2024-09-04T11:00:00", "ReferralCancelled", applicant_id="r1", **both),
        event(6, "2024-09-04T12:00:00", "PlacesChosen", **choice),
        event(7, "2024-09-04T13:00:00", "ReferralDocumentsConfirmed", benefit_confirmed=True, **both),
        event(8, "2024-09-04T14:00:00", "AdmissionRefused", organisation_id="o1", reason="full", **both),
        event(9, "2024-09-04T15:00:00", "PlacesChosen", **choice),
    ]
    *_, chosen, active, refused, last = decided(events)
    assert [type(fact) for fact in chosen] == [f.ReferralIssued]
    assert [type(fact) for fact in active] == [f.ReferralActivated]
    assert f.PlaceReturned("p1", EndCause.REFUSED) in refused
    assert [type(fact) for fact in last] == [f.Rejected]


def test_too_old_is_said_before_special_needs() -> None:
    events = waiting({**SPECIAL, "commission_conclusion": True, "child_born": "2018-02-28"})
    second = {**CHILD, "child_born": "2018-02-28", "special_needs": False}
    events.append(
        event(
            5,
            "2024-09-05T10:00:00",
            "ApplicationSubmitted",
            application_id="a2",
            submitted_at="2024-09-05T10:00:00+05:00",
            **second,
        )
    )
    (rejected,) = decided(events)[-1]
    assert isinstance(rejected, f.Rejected)
    assert rejected.reason is Reason.TOO_OLD


def test_a_vacated_place_released_again_as_regular_is_another_content() -> None:
    events = waiting({"child_born": "2020-06-15"}, admission="EARLY")
    events += [
        event(5, "2024-09-04T12:00:00", "PlaceVacated", place_id="p1", organisation_id="o1"),
        event(
            6,
            "2024-09-04T13:00:00",
            "PlaceReleased",
            place_id="p1",
            organisation_id="o1",
            **{**PLACE, "admission": "REGULAR"},
        ),
        event(
            7,
            "2024-09-04T14:00:00",
            "PlaceReleased",
            place_id="p1",
            organisation_id="o1",
            **{**PLACE, "admission": "EARLY"},
        ),
    ]
    *_, regular, early = decided(events)
    assert isinstance(regular[0], f.Rejected)
    assert regular[0].reason is Reason.CONFLICTING_PLACE
    assert [type(fact) for fact in early] == [f.Duplicate]


def test_a_stay_begun_in_one_queue_revokes_access_to_temporary_places_in_another() -> None:
    events = waiting({}, admission="TEMPORARY", admission_from="2024-09-04", admission_until="2024-10-30")
    events += [
        event(5, "2024-09-05T08:00:00", "OrganisationRegistered", organisation_id="o2", kind="SPECIAL", **REGISTERED),
        event(
            6,
            "2024-09-05T09:00:00",
            "PlaceReleased",
            place_id="p2",
            organisation_id="o2",
            **{
                **PLACE,
                "queue_kind": "SPECIAL",
                "admission": "TEMPORARY",
                "admission_from": "2024-09-04",
                "admission_until": "2024-10-30",
            },
        ),
        event(
            7,
            "2024-09-05T10:00:00",
            "ApplicationSubmitted",
            application_id="a2",
            submitted_at="2024-09-05T10:00:00+05:00",
            **{**CHILD, **SPECIAL, "organisation_id": "o2"},
        ),
        event(8, "2024-09-05T11:00:00", "DocumentsConfirmed", application_id="a2"),
    ]
    assert f.AccessRevoked("a1") in decided(events)[-1]


def test_one_change_that_serves_two_queues_serves_them_by_their_ids() -> None:
    """A private organisation becomes a state one: what waited for that is matched queue by queue (R5.7, R6.11)."""
    private = {**REGISTERED, "ownership": "PRIVATE"}
    special = {**PLACE, "queue_kind": "SPECIAL", "organisation_id": "o1", "admission_from": "2024-09-04"}
    child = {**CHILD, **SPECIAL, "submitted_at": "2024-09-03T10:00:00+05:00"}
    events = [
        event(1, "2024-09-02T10:00:00", "OrganisationRegistered", organisation_id="o1", kind="SPECIAL", **private),
        event(2, "2024-09-02T11:00:00", "PlaceReleased", place_id="p1", **{**special, "birth_year": 2023}),
        event(3, "2024-09-02T12:00:00", "PlaceReleased", place_id="p2", **{**special, "birth_year": 2022}),
    ]
    for number, born in enumerate(("2023-01-01", "2022-01-01"), start=1):
        own = {"application_id": f"a{number}", "child_id": f"c{number}", "child_born": born}
        events += [
            event(2 + 2 * number, "2024-09-03T10:00:00", "ApplicationSubmitted", **{**child, **own}),
            event(3 + 2 * number, "2024-09-03T11:00:00", "DocumentsConfirmed", application_id=f"a{number}"),
        ]
    events.append(
        event(9, "2024-09-04T10:00:00", "OrganisationRegistered", organisation_id="o1", kind="SPECIAL", **REGISTERED)
    )
    issued = [fact for fact in decided(events)[-1] if isinstance(fact, f.ReferralIssued)]
    assert [(fact.referral, fact.place_id) for fact in issued] == [(1, "p2"), (2, "p1")]
