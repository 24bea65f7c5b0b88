"""The order in closed form and the phase by counts, against the core's order of real applications (R3.3-R3.5)."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumers.live_view.order import QueueState, Waiting
from schemas.words import Group
from streams.rules.order import Order, Position

GROUPS = st.sampled_from(list(Group))


class PhaseMachine(RuleBasedStateMachine):
    """Applications come, are served, stop, return, change groups and leave; ratios change; both sides are told."""

    def __init__(self) -> None:
        super().__init__()
        self.ratio = 3
        self.order, self.state = Order(3), QueueState()
        self.waiting: dict[str, Group] = {}
        self.off: dict[str, Group] = {}
        # Who was served: the change, and how often the queue had forgotten by then.
        self.remembered: dict[str, tuple[int, int]] = {}
        self.made = 0

    def position(self, name: str) -> Position:
        return (0, name)

    @rule(group=GROUPS)
    def join(self, group: Group) -> None:
        self.made += 1
        name = f"a{self.made:05}"
        self.waiting[name] = group
        self.order.join(group, self.position(name))
        self.state.join(group)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def serve(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        group = self.off[name] = self.waiting.pop(name)
        self.order.serve(group, self.position(name))
        change = self.state.serve(group, self.ratio)
        self.remembered[name] = change, self.state.forgotten

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), returns=st.booleans())
    def leave(self, data: st.DataObject, returns: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.waiting)))
        group = self.waiting.pop(name)
        if returns:
            self.off[name] = group
        self.order.leave(group, self.position(name), returns=returns)
        self.state.leave(group, self.ratio, returns=returns)

    @precondition(lambda self: self.off)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.off)))
        group = self.waiting[name] = self.off.pop(name)
        self.order.come_back(group, self.position(name))
        change, forgotten = self.remembered.pop(name, (0, 0))
        self.state.come_back(group, change if forgotten == self.state.forgotten else 0, self.ratio)

    @precondition(lambda self: self.off)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.off)))
        self.order.forget(self.off[name], name)
        self.state.give_up(self.off.pop(name), self.ratio)
        self.remembered.pop(name, None)

    @precondition(lambda self: self.waiting or self.off)
    @rule(data=st.data(), new=GROUPS)
    def regroup(self, data: st.DataObject, new: Group) -> None:
        name = data.draw(st.sampled_from(sorted({**self.waiting, **self.off})))
        groups = self.waiting if name in self.waiting else self.off
        if groups[name] is not new:
            waits = groups is self.waiting
            self.order.regroup(groups[name], new, self.position(name), waiting=waits)
            self.state.regroup(groups[name], new, self.ratio, waiting=waits)
            groups[name] = new

    @rule(ratio=st.integers(1, 5))
    def another_pack(self, ratio: int) -> None:
        self.order.use_ratio(ratio)
        self.ratio = ratio
        self.state.settle(ratio)

    @invariant()
    def counts_and_phase_are_the_cores(self) -> None:
        state, order = self.state, self.order
        assert state.phase == order.phase
        assert state.standing == len(order.groups[Group.PRIORITY]) + order.returning
        assert (state.extraordinary, state.priority, state.general) == (
            len(order.groups[Group.EXTRAORDINARY]),
            len(order.groups[Group.PRIORITY]),
            len(order.groups[Group.GENERAL]),
        )

    @invariant()
    def numbers_are_the_cores(self) -> None:
        state, order = self.state, self.order
        waiting = Waiting(state.extraordinary, state.priority, state.general, state.phase, self.ratio)
        numbers = {}
        for group in Group:
            for rank, position in enumerate(order.groups[group], start=1):
                numbers[position[1]] = waiting.number(group, rank)
                assert numbers[position[1]] == order.number(group, position)
        assert sorted(numbers, key=lambda name: numbers[name]) == list(order)
        assert sorted(numbers.values()) == list(range(1, waiting.total + 1))


TestPhase = PhaseMachine.TestCase


@given(st.integers(0, 5), st.integers(0, 9), st.integers(0, 30), st.integers(-30, 27), st.integers(1, 4))
def test_a_priority_applications_number_grows_with_its_rank(
    extraordinary: int, priority: int, general: int, phase: int, ratio: int
) -> None:
    """What lets a page be found by halving."""
    waiting = Waiting(extraordinary, priority, general, phase, ratio)
    numbers = [waiting.number(Group.PRIORITY, rank) for rank in range(1, priority + 1)]
    assert numbers == sorted(set(numbers))
