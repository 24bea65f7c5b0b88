"""R7.3: what is published, and what never is."""

import datetime

import msgspec
import pytest
from msgspec import Struct

from schemas import facts, outputs
from schemas.instants import Instant
from schemas.outputs import Notification, OrderRow, OrderStatus, Outcome, ReferralView, ServiceStage
from streams.projections.published import PUBLISHED, status_of, unpublishable_fields


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.__name__)
def test_r7_3_no_published_type_has_a_field_that_may_never_be_published(kind: type[Struct]) -> None:
    assert list(unpublishable_fields(kind)) == []


def test_r7_3_a_row_of_the_order_has_exactly_the_fields_that_may_be_published() -> None:
    assert set(OrderRow.__struct_fields__) == {
        "application_id",
        "queue",
        "number",
        "group",
        "submitted_at",
        "status",
    }


def test_r7_3_the_check_finds_what_may_never_be_published_also_inside_other_types() -> None:
    class Child(Struct):
        child_born: datetime.date

    class Row(Struct):
        application_id: str
        children: tuple[Child, ...]
        phone: str | None = None

    assert list(unpublishable_fields(Row)) == ["Child.child_born", "Row.phone"]
    found = set(unpublishable_fields(facts.ApplicationRegistered))
    assert {"ApplicationRegistered.benefits", "ApplicationRegistered.applicant_id"} <= found


@pytest.mark.parametrize("kind", [Outcome, Notification, ReferralView, ServiceStage, *PUBLISHED])
def test_r7_3_no_output_at_all_says_which_benefit_or_who_the_child_is(kind: type[Struct]) -> None:
    private = {
        "benefits",
        "benefit",
        "child_id",
        "child_born",
        "special_needs",
        "commission_conclusion",
        "applicant_id",
    }
    assert private.isdisjoint(kind.__struct_fields__)


def test_r7_3_what_is_published_is_a_closed_list() -> None:
    assert [kind.__name__ for kind in PUBLISHED] == ["Bulletin", "BulletinEntry", "RecalledEntry", "OrderRow"]


@pytest.mark.parametrize(
    ("access", "referred", "stopped", "status"),
    [
        (False, False, False, OrderStatus.WAITING),
        (True, False, False, OrderStatus.ACCESS),
        (False, True, False, OrderStatus.REFERRED),
        (True, True, False, OrderStatus.REFERRED),
        (False, False, True, OrderStatus.STOPPED),
        (True, True, True, OrderStatus.STOPPED),
    ],
)
def test_r7_3_the_status_of_a_row(access: bool, referred: bool, stopped: bool, status: OrderStatus) -> None:
    assert status_of(access=access, referred=referred, stopped=stopped) is status


def test_a_dead_letter_keeps_the_bytes_that_nobody_could_read() -> None:
    letter = outputs.DeadLetter("vacancy-releases", 3, 17, Instant(0), "not JSON", b"710000000", b"\xff\x00")
    text = msgspec.json.encode(letter, enc_hook=int)
    assert msgspec.json.decode(text, type=outputs.DeadLetter, dec_hook=lambda kind, value: kind(value)) == letter
