"""The order of a queue against the merge of R3.3, played through by hand from the phase (R3.4, R3.5)."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from schemas.words import Group
from streams.rules.order import Order
from tests.model.queues import Queue

GROUPS = st.sampled_from(list(Group))


class OrderMachine(RuleBasedStateMachine):
    """Applications come, are served, stop, return, change groups and leave; both sides are told."""

    def __init__(self) -> None:
        super().__init__()
        self.order = Order(3)
        self.applications: dict[str, dict[str, Any]] = {}
        self.naive = Queue("q", self.applications, {})

    def of(self, data: st.DataObject, *statuses: str) -> dict[str, Any]:
        return data.draw(st.sampled_from([each for each in self.applications.values() if each["status"] in statuses]))

    def has(self, *statuses: str) -> bool:
        return any(each["status"] in statuses for each in self.applications.values())

    @rule(group=GROUPS, time=st.integers(0, 5))
    def join(self, group: Group, time: int) -> None:
        name = f"a{len(self.applications)}"
        self.applications[name] = {
            "id": name,
            "queue": "q",
            "status": "NEW",
            "group": group.value,
            "submitted_at": time,
            "change": 0,
            "access": None,
        }
        self.order.join(group, (time, name))
        self.naive.alter(self.applications[name], status="QUEUED")

    @precondition(lambda self: self.has("QUEUED"))
    @rule(data=st.data(), head=st.booleans())
    def serve(self, data: st.DataObject, head: bool) -> None:
        before = self.naive.order()
        chosen = before[0] if head else self.of(data, "QUEUED")
        self.order.serve(Group(chosen["group"]), position(chosen))
        self.naive.serve(chosen)
        if head:  # invariant 7
            assert [each["id"] for each in self.naive.order()] == [each["id"] for each in before[1:]]

    @precondition(lambda self: self.has("QUEUED"))
    @rule(data=st.data(), returns=st.booleans())
    def leave(self, data: st.DataObject, returns: bool) -> None:
        chosen = self.of(data, "QUEUED")
        self.order.leave(Group(chosen["group"]), position(chosen), returns=returns)
        self.naive.alter(chosen, status="STOPPED" if returns else "ARCHIVED")

    @precondition(lambda self: self.has("REFERRED", "STOPPED"))
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        chosen = self.of(data, "REFERRED", "STOPPED")
        self.order.come_back(Group(chosen["group"]), position(chosen))
        self.naive.come_back(chosen)

    @precondition(lambda self: self.has("REFERRED", "STOPPED"))
    @rule(data=st.data())
    def archive(self, data: st.DataObject) -> None:
        chosen = self.of(data, "REFERRED", "STOPPED")
        self.order.forget(Group(chosen["group"]), chosen["id"])
        self.naive.alter(chosen, status="ARCHIVED", change=0)

    @precondition(lambda self: self.has("QUEUED", "REFERRED", "STOPPED"))
    @rule(data=st.data(), group=GROUPS)
    def regroup(self, data: st.DataObject, group: Group) -> None:
        chosen = self.of(data, "QUEUED", "REFERRED", "STOPPED")
        if chosen["group"] != group.value:
            waiting = chosen["status"] == "QUEUED"
            self.order.regroup(Group(chosen["group"]), group, position(chosen), waiting=waiting)
            self.naive.alter(chosen, group=group.value)

    @invariant()
    def same_order_numbers_and_phase(self) -> None:
        merged = self.naive.order()
        assert list(self.order) == [each["id"] for each in merged]
        assert self.order.phase == self.naive.phase
        numbers = [self.order.number(Group(each["group"]), position(each)) for each in merged]
        assert numbers == list(range(1, len(merged) + 1))

    @invariant()
    def the_phase_keeps_its_bounds(self) -> None:
        assert -len(self.naive.group("GENERAL")) <= self.order.phase <= 3 * self.naive.returning()


def position(application: dict[str, Any]) -> tuple[int, str]:
    """Submission time and id (R3.2)."""
    return (application["submitted_at"], application["id"])


TestOrder = OrderMachine.TestCase
