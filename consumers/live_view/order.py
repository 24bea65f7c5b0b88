"""The order of a queue in closed form (R3.3, R3.5) and how its phase moves (R3.4). Pure arithmetic on counts.

Who stands where inside a group is Redis's to say: here a group is a count, an application a rank. That is why a
number costs O(log n), and why one change never rewrites another application.
"""

from msgspec import Struct

from schemas.words import Group


class Waiting(Struct, frozen=True, gc=False):
    """What the order of a queue is computed from: how many wait in each group, the phase `c`, and the ratio."""

    extraordinary: int
    priority: int
    general: int
    phase: int
    ratio: int

    @property
    def total(self) -> int:
        """How many wait."""
        return self.extraordinary + self.priority + self.general

    def general_before(self, rank: int) -> int:
        """How many general applications stand before the priority one of this rank (1-based)."""
        return min(self.general, max(0, self.ratio * rank - self.phase))

    def number(self, group: Group, rank: int) -> int:
        """The queue number of who has this rank in its group (R3.5); both are 1-based."""
        if group is Group.EXTRAORDINARY:
            return rank
        if group is Group.PRIORITY:
            return self.extraordinary + rank + self.general_before(rank)
        before = min(self.priority, max(0, (rank + self.phase - 1) // self.ratio))
        return self.extraordinary + rank + before


class QueueState(Struct, gc=False):
    """The counts of one queue while records are folded, and its phase.

    `standing` is R: the priority applications that wait or may return. `forgotten` counts how often all remembered
    changes were forgotten: a change that was remembered before the last time counts no more.
    """

    extraordinary: int = 0
    priority: int = 0
    general: int = 0
    phase: int = 0
    standing: int = 0
    forgotten: int = 0

    def join(self, group: Group) -> None:
        """One more waits. The phase stays."""
        self._count(group, 1)
        self.standing += group is Group.PRIORITY

    def leave(self, group: Group, ratio: int, *, returns: bool) -> None:
        """One leaves unserved; `returns`: it may come back (stopped, suspended)."""
        self._count(group, -1)
        if not returns:
            self.standing -= group is Group.PRIORITY
        self.settle(ratio)

    def serve(self, group: Group, ratio: int) -> int:
        """One leaves for a lasting place. Returns: the net change of the phase, to be remembered."""
        before = self.phase
        self._count(group, -1)
        if group is Group.PRIORITY:
            self.phase = max(self.phase - ratio, -self.general)
        elif group is Group.GENERAL and self.priority:
            self.phase = min(self.phase + 1, ratio * self.standing)
        else:
            self.settle(ratio)
        return self.phase - before

    def come_back(self, group: Group, change: int, ratio: int) -> None:
        """One returns to its old place: what its serving changed is taken back."""
        self._count(group, 1)
        if change:
            self.phase -= change
            self.settle(ratio)

    def give_up(self, group: Group, ratio: int) -> None:
        """One that was off the order will not return."""
        if group is Group.PRIORITY:
            self.standing -= 1
            self.settle(ratio)

    def regroup(self, old: Group, new: Group, ratio: int, *, waiting: bool) -> None:
        """One moves to another group (R3.6), on the order or off it."""
        if waiting:
            self._count(old, -1)
            self._count(new, 1)
        self.standing += (new is Group.PRIORITY) - (old is Group.PRIORITY)
        self.settle(ratio)

    def settle(self, ratio: int) -> None:
        """Keep the phase within [-G, 3R]; without priority applications forget it and all remembered changes."""
        if self.standing == 0:
            self.phase = 0
            self.forgotten += 1
        else:
            self.phase = min(max(self.phase, -self.general), ratio * self.standing)

    def _count(self, group: Group, change: int) -> None:
        if group is Group.GENERAL:
            self.general += change
        elif group is Group.PRIORITY:
            self.priority += change
        else:
            self.extraordinary += change
