"""The order of one queue: three groups, the carried phase, closed-form numbers (R3). Owns who stands where.

Never knows why an application comes or goes; the fold tells it. Everything here costs O(log n) in the waiting
applications, iteration aside.
"""

from collections.abc import Iterator

from sortedcontainers import SortedList

from schemas.words import Group

Position = tuple[int, str]  # submission time in milliseconds, application id (R3.2)


class Order:
    """The waiting applications of a queue in order, and the phase that carries the ratio over time (R3.4)."""

    __slots__ = ("_ratio", "groups", "phase", "remembered", "returning")

    def __init__(self, ratio: int) -> None:
        """Start empty. `ratio`: general applications for each priority one, at least 1."""
        self._ratio = ratio
        self.groups: dict[Group, SortedList[Position]] = {group: SortedList() for group in Group}
        self.phase = 0
        # Priority applications off the order that may return: with those waiting they are R.
        self.returning = 0
        self.remembered: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self.groups.values())

    def __iter__(self) -> Iterator[str]:
        """Application ids, first to last (R3.3, R3.4)."""
        for _, application_id in self.groups[Group.EXTRAORDINARY]:
            yield application_id
        generals = iter(self.groups[Group.GENERAL])
        total, done = len(self.groups[Group.GENERAL]), 0
        for index, (_, application_id) in enumerate(self.groups[Group.PRIORITY], start=1):
            before = min(total, max(0, self._ratio * index - self.phase))
            while done < before:
                yield next(generals)[1]
                done += 1
            yield application_id
        for _, general_id in generals:
            yield general_id

    def number_in_group(self, group: Group, position: Position) -> int:
        """The 1-based number inside the group of one that waits, or would wait, at a position."""
        rank: int = self.groups[group].bisect_left(position)
        return rank + 1

    def number(self, group: Group, position: Position) -> int:
        """The 1-based queue number in closed form (R3.5)."""
        rank = self.number_in_group(group, position)
        groups = self.groups
        if group is Group.EXTRAORDINARY:
            return rank
        ahead = len(groups[Group.EXTRAORDINARY]) + rank
        if group is Group.PRIORITY:
            return ahead + min(len(groups[Group.GENERAL]), max(0, self._ratio * rank - self.phase))
        return ahead + min(len(groups[Group.PRIORITY]), max(0, (rank + self.phase - 1) // self._ratio))

    def use_ratio(self, ratio: int) -> None:
        """Another pack, another ratio; the phase keeps to its new bounds."""
        self._ratio = ratio
        self._settle()

    def join(self, group: Group, position: Position) -> None:
        """One more waits. Nothing else changes."""
        self.groups[group].add(position)

    def leave(self, group: Group, position: Position, *, returns: bool) -> None:
        """One leaves unserved; `returns`: it may come back (stopped, suspended)."""
        self.groups[group].remove(position)
        if group is Group.PRIORITY and returns:
            self.returning += 1
        self._settle()

    def serve(self, group: Group, position: Position) -> None:
        """One leaves for a lasting place: the phase moves, and the move is remembered (R3.4)."""
        before = self.phase
        if group is Group.PRIORITY:
            self.groups[group].remove(position)
            self.returning += 1
            self.phase = max(self.phase - self._ratio, -len(self.groups[Group.GENERAL]))
        elif group is Group.GENERAL and self.groups[Group.PRIORITY]:
            self.groups[group].remove(position)
            self.phase = min(self._ratio * self._priority_standing(), self.phase + 1)
        else:
            self.leave(group, position, returns=False)
        if self.phase != before:
            self.remembered[position[1]] = self.phase - before

    def come_back(self, group: Group, position: Position) -> None:
        """One returns to its old place: what its serving changed is taken back (R3.4)."""
        self.groups[group].add(position)
        if group is Group.PRIORITY:
            self.returning -= 1
        change = self.remembered.pop(position[1], 0)
        if change:
            self.phase -= change
            self._settle()

    def forget(self, group: Group, application_id: str) -> None:
        """One that was off the order will not return."""
        self.remembered.pop(application_id, None)
        if group is Group.PRIORITY:
            self.returning -= 1
            self._settle()

    def regroup(self, old: Group, new: Group, position: Position, *, waiting: bool) -> None:
        """One moves to another group at its original submission time (R3.6)."""
        if waiting:
            self.groups[old].remove(position)
            self.groups[new].add(position)
        else:
            self.returning += (new is Group.PRIORITY) - (old is Group.PRIORITY)
        self._settle()

    def _priority_standing(self) -> int:
        return len(self.groups[Group.PRIORITY]) + self.returning

    def _settle(self) -> None:
        """Keep the phase within [-G, 3R]; without priority applications forget it (R3.4)."""
        standing = self._priority_standing()
        if standing == 0:
            self.phase = 0
            self.remembered.clear()
        elif self.phase:
            self.phase = min(max(self.phase, -len(self.groups[Group.GENERAL])), self._ratio * standing)
