"""The reader's own reading of the order (R3), on the cases that the rule book works out."""

from datetime import date

from consumers.history.order import Member, QueueOrder
from schemas.instants import Instant
from schemas.words import Group


def queue(general: int, priority: int, extraordinary: int = 0) -> tuple[QueueOrder, dict[str, Member]]:
    """g1, g2 … then p1, p2 … then e1 …, submitted in this order."""
    order = QueueOrder()
    members: dict[str, Member] = {}
    sizes = (("g", Group.GENERAL, general), ("p", Group.PRIORITY, priority), ("e", Group.EXTRAORDINARY, extraordinary))
    for letter, group, size in sizes:
        for index in range(1, size + 1):
            name = f"{letter}{index}"
            members[name] = Member(name, f"c-{name}", date(2018, 3, 5), Instant(len(members)))
            order.join(members[name], group)
    return order, members


def walked(order: QueueOrder) -> list[str]:
    return [member.application_id for member in order.in_order()]


def test_r3_3_extraordinary_first_then_one_priority_after_three_general() -> None:
    order, _ = queue(8, 2, 1)
    assert walked(order) == ["e1", "g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]


def test_r3_4_the_worked_example_one_place_a_day() -> None:
    order, members = queue(8, 2)
    served = []
    while len(order):
        head = walked(order)[0]
        assert order.number(members[head]) == 1
        order.serve(members[head])
        served.append(head)
    assert served == ["g1", "g2", "g3", "p1", "g4", "g5", "g6", "p2", "g7", "g8"]


def test_r3_4_one_that_returns_finds_its_old_place() -> None:
    order, members = queue(8, 2)
    before = walked(order)
    for name in ("g1", "g5", "p1"):
        number, phase = order.number(members[name]), order.phase
        order.serve(members[name])
        assert order.number(members[name]) is None
        order.return_(members[name])
        assert (order.number(members[name]), order.phase) == (number, phase)
    assert walked(order) == before


def test_r3_4_without_priority_applications_the_phase_and_its_memories_are_gone() -> None:
    order, members = queue(8, 1)
    order.serve(members["g1"])
    assert order.phase == 1
    order.depart(members["p1"])
    assert order.phase == 0
    late = Member("p9", "c-p9", date(2018, 3, 5), Instant(99))
    order.join(late, Group.PRIORITY)
    order.return_(members["g1"])
    assert order.phase == 0
    assert order.number(late) == 4


def test_r3_4_the_phase_stays_within_what_waits() -> None:
    order, members = queue(2, 2)
    order.serve(members["p1"])
    assert order.phase == -2
    order.pause(members["g1"])
    assert order.phase == -1
    order.depart(members["g2"])
    assert order.phase == 0
    assert order.number(members["g1"]) is None


def test_r3_6_another_group_keeps_the_submission_time() -> None:
    order, members = queue(5, 0)
    order.regroup(members["g2"], Group.PRIORITY)
    assert walked(order) == ["g1", "g3", "g4", "g2", "g5"]
    order.regroup(members["g2"], Group.GENERAL)
    assert walked(order) == ["g1", "g2", "g3", "g4", "g5"]
