"""One queue's order, rebuilt from facts alone (rules, R3), and the number of an application in it.

An own reading of the rule, so that what it says can be held against the numbers that the journal states. Never
decides who joins, leaves or moves: it is told.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count, islice

from sortedcontainers import SortedKeyList

from schemas.instants import Instant
from schemas.words import Group


class Member:
    """One application of the queue: where it stands, and what decides which places it may get.

    `remembered` is the net change of the phase by its referral (R3.4). `returnable` says that it waits or may return.
    """

    __slots__ = (
        "access_until",
        "application_id",
        "born",
        "child_id",
        "excluded",
        "exempt",
        "group",
        "private_only",
        "remembered",
        "returnable",
        "submitted_at",
        "waiting",
    )

    def __init__(self, application_id: str, child_id: str, born: date, submitted_at: Instant) -> None:
        """A registered application: in no group and off the order yet."""
        self.application_id = application_id
        self.child_id = child_id
        self.born = born
        self.submitted_at = submitted_at
        self.exempt = False
        self.private_only = False
        self.group = Group.GENERAL
        self.waiting = False
        self.returnable = False
        self.remembered = 0
        self.access_until: Instant | None = None
        self.excluded: set[str] | None = None

    @property
    def key(self) -> tuple[int, str]:
        """R3.2: submission time, then id."""
        return self.submitted_at, self.application_id


def _key(member: Member) -> tuple[int, str]:
    return member.key


class QueueOrder:
    """The three lists of a queue and its phase. Every change is O(log n), every number O(log n)."""

    def __init__(self, ratio: int = 3) -> None:
        """An empty queue at phase 0. `ratio`: general applications for each priority one (R3.3)."""
        self._ratio = ratio
        self._lists: dict[Group, SortedKeyList[Member, tuple[int, str]]] = {
            group: SortedKeyList(key=_key) for group in Group
        }
        # Who would have a change of the phase taken back on return; emptied when R becomes 0.
        self._remembering: dict[str, Member] = {}
        self._returnable_priority = 0
        self.phase = 0

    def use_ratio(self, ratio: int) -> None:
        """Another pack is in force, perhaps with another ratio; the phase keeps to its bounds (R3.4)."""
        self._ratio = ratio
        self._settle()

    def size(self, group: Group) -> int:
        """How many applications of the group wait."""
        return len(self._lists[group])

    def __len__(self) -> int:
        return sum(len(each) for each in self._lists.values())

    def join(self, member: Member, group: Group) -> None:
        """A confirmed application enters at its submission time (R3.2)."""
        member.group = group
        self._count(member, True)
        self._enter(member)

    def serve(self, member: Member) -> None:
        """A referral to a lasting place takes the application off the order and moves the phase (R3.4)."""
        before = self.phase
        self._leave(member)
        general = self.size(Group.GENERAL)
        if member.group is Group.GENERAL and self.size(Group.PRIORITY):
            self.phase = min(self._ratio * self._returnable_priority, self.phase + 1)
        elif member.group is Group.PRIORITY:
            self.phase = max(self.phase - self._ratio, -general)
        else:
            self._settle()
        member.remembered = self.phase - before
        if member.remembered:
            self._remembering[member.application_id] = member

    def pause(self, member: Member) -> None:
        """Stopped or suspended: off the order, but it may return."""
        if member.waiting:
            self._leave(member)
            self._settle()

    def return_(self, member: Member) -> None:
        """Back to its old place in the order: what its referral did to the phase is taken back (R3.4)."""
        self._count(member, True)
        self._enter(member)
        if member.remembered:
            taken_back = self.phase - member.remembered
            self._forget(member)
            self.phase = min(max(taken_back, -self.size(Group.GENERAL)), self._ratio * self._returnable_priority)

    def regroup(self, member: Member, group: Group) -> None:
        """Another group at the same submission time (R3.6), on the order or off it."""
        waiting, returnable = member.waiting, member.returnable
        if waiting:
            self._leave(member)
        self._count(member, False)
        member.group = group
        self._count(member, returnable)
        if waiting:
            self._enter(member)
        self._settle()

    def depart(self, member: Member) -> None:
        """Archived: gone for good."""
        if member.waiting:
            self._leave(member)
        self._forget(member)
        self._count(member, False)
        self._settle()

    def number(self, member: Member) -> int | None:
        """The queue number in closed form (R3.5), from 1; None while off the order."""
        if not member.waiting:
            return None
        rank = self.rank(member)
        extraordinary = self.size(Group.EXTRAORDINARY)
        if member.group is Group.EXTRAORDINARY:
            return rank
        if member.group is Group.PRIORITY:
            return extraordinary + rank + self._general_before(rank)
        priority = max(0, (rank + self.phase - 1) // self._ratio)
        return extraordinary + rank + min(self.size(Group.PRIORITY), priority)

    def rank(self, member: Member) -> int:
        """The number inside the group, from 1, of an application that waits."""
        return int(self._lists[member.group].bisect_key_left(member.key)) + 1

    def in_order(self) -> Iterator[Member]:
        """Everybody who waits, in queue order (R3.3, R3.4)."""
        yield from self._lists[Group.EXTRAORDINARY]
        general = iter(self._lists[Group.GENERAL])
        passed = 0
        for rank, member in enumerate(self._lists[Group.PRIORITY], start=1):
            before = self._general_before(rank)
            yield from islice(general, before - passed)
            passed = before
            yield member
        yield from general

    def numbered(self) -> Iterator[tuple[int, Member]]:
        """Everybody who waits with the queue number, from 1."""
        return zip(count(1), self.in_order(), strict=False)

    def _general_before(self, rank: int) -> int:
        return min(self.size(Group.GENERAL), max(0, self._ratio * rank - self.phase))

    def _enter(self, member: Member) -> None:
        self._lists[member.group].add(member)
        member.waiting = True

    def _leave(self, member: Member) -> None:
        self._lists[member.group].remove(member)
        member.waiting = False

    def _count(self, member: Member, returnable: bool) -> None:
        if member.group is Group.PRIORITY:
            self._returnable_priority += returnable - member.returnable
        member.returnable = returnable

    def _forget(self, member: Member) -> None:
        member.remembered = 0
        self._remembering.pop(member.application_id, None)

    def _settle(self) -> None:
        """After G or R fell (R3.4)."""
        if self._returnable_priority == 0:
            self.phase = 0
            for member in list(self._remembering.values()):
                self._forget(member)
            return
        phase = max(self.phase, -self.size(Group.GENERAL))
        self.phase = min(phase, self._ratio * self._returnable_priority)
