"""The order of one queue, rebuilt from the facts: three groups, merged one to three, with the carried phase (R3).

Never changes an application; the caller says what was served, what left and what came back.
"""

from collections.abc import Iterator

from sortedcontainers import SortedList

from schemas.words import Group

# (submission time in epoch milliseconds, application id): R3.2.
Key = tuple[int, str]


class Order:
    """Waiting applications of one queue. `returning`: priority applications off the order that may come back."""

    __slots__ = ("forgotten", "groups", "phase", "ratio", "returning")

    def __init__(self, ratio: int) -> None:
        """Start empty, with how many general applications go before one priority application."""
        self.groups: dict[Group, SortedList[Key]] = {group: SortedList() for group in Group}
        self.phase = 0
        self.ratio = ratio
        self.returning = 0
        # Grows whenever all remembered changes are forgotten: a change remembered before it counts no more.
        self.forgotten = 0

    def use_ratio(self, ratio: int) -> None:
        """Another pack, another ratio (R5.9)."""
        self.ratio = ratio
        self.clamp()

    def priorities(self) -> int:
        """R of R3.4."""
        return len(self.groups[Group.PRIORITY]) + self.returning

    def put(self, group: Group, key: Key) -> None:
        """An application enters the order. G or P grows: the phase stays."""
        self.groups[group].add(key)

    def serve(self, group: Group, key: Key) -> int:
        """A referral to a lasting place takes it off the order, perhaps to return. Gives the phase's net change."""
        before = self.phase
        general = self.groups[Group.GENERAL]
        waits = len(self.groups[Group.PRIORITY]) > 0
        self.groups[group].remove(key)
        if group is Group.PRIORITY:
            self.returning += 1
            self.phase = max(self.phase - self.ratio, -len(general))
        elif group is Group.GENERAL:
            if waits:
                self.phase = min(self.ratio * self.priorities(), self.phase + 1)
            self.clamp()
        return self.phase - before

    def leave(self, group: Group, key: Key, *, may_return: bool) -> None:
        """An application leaves the order without a referral."""
        self.groups[group].remove(key)
        if group is Group.PRIORITY and may_return:
            self.returning += 1
        self.clamp()

    def lose(self, group: Group) -> None:
        """One that was off the order will not come back in this group."""
        if group is Group.PRIORITY:
            self.returning -= 1
            self.clamp()

    def come_back(self, group: Group, key: Key, taken_back: int) -> None:
        """An application returns to its old place, and what its referral changed is taken back."""
        if group is Group.PRIORITY:
            self.returning -= 1
        self.groups[group].add(key)
        if taken_back:
            self.phase -= taken_back
            self.clamp()

    def clamp(self) -> None:
        """Hold the phase inside what can still be owed (R3.4)."""
        priorities = self.priorities()
        if priorities == 0:
            self.forgotten += 1
            self.phase = 0
            return
        self.phase = min(max(self.phase, -len(self.groups[Group.GENERAL])), self.ratio * priorities)

    def number(self, group: Group, key: Key) -> tuple[int, int]:
        """(number in the queue, number in the group), both from 1 (R3.5)."""
        rank = self.groups[group].index(key) + 1
        extraordinary = len(self.groups[Group.EXTRAORDINARY])
        if group is Group.EXTRAORDINARY:
            return rank, rank
        if group is Group.PRIORITY:
            before = min(len(self.groups[Group.GENERAL]), max(0, self.ratio * rank - self.phase))
        else:
            before = min(len(self.groups[Group.PRIORITY]), max(0, (rank + self.phase - 1) // self.ratio))
        return extraordinary + rank + before, rank

    def ids(self) -> Iterator[str]:
        """Application ids in the order of the queue. The order must not change meanwhile."""
        general = self.groups[Group.GENERAL]
        for _, each in self.groups[Group.EXTRAORDINARY]:
            yield each
        done = 0
        for rank, (_, each) in enumerate(self.groups[Group.PRIORITY], start=1):
            until = min(len(general), max(0, self.ratio * rank - self.phase))
            if until > done:
                for _, other in general.islice(done, until):
                    yield other
                done = until
            yield each
        for _, other in general.islice(done):
            yield other
