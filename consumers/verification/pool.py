"""Whether all holders of access in a queue can be given different places (invariant 3), kept up to date step by step.

Equal places are one kind with a count, equal holders one demand with a count: a few dozen of each stand for thousands.
An assignment is kept between steps; what a change broke is mended by augmenting paths over kinds. Never knows an id.
"""

from collections import deque
from collections.abc import Callable, Iterator

from sortedcontainers import SortedList

from consumers.verification.order import Key
from schemas.words import Group

# What makes two places equal for every child, and two children equal for every place (see `state`).
Kind = tuple[object, ...]
Profile = tuple[object, ...]
Suits = Callable[[Profile, Kind], bool]
Holder = tuple[Group, Key]


class Pool:
    """Unclaimed `PRIORITY` places by kind, and holders by the set of kinds that suit them (a bit for each kind)."""

    def __init__(self, suits: Suits) -> None:
        """Take how to tell whether a kind of place suits a profile."""
        self._suits = suits
        self._kinds: list[Kind] = []
        self._index: dict[Kind, int] = {}
        self._capacity: list[int] = []
        self._used: list[int] = []
        self._masks: dict[Profile, int] = {}
        self._holders: dict[Holder, Profile] = {}
        # Holders by mask and group, in order: who is the last of those that could stand in for one another.
        self._members: dict[tuple[int, Group], SortedList[Key]] = {}
        self._flow: dict[int, list[int]] = {}
        self._unmatched: dict[int, int] = {}
        self._stale = False

    def add_place(self, kind: Kind) -> None:
        """One more unclaimed place."""
        index = self._index.get(kind)
        if index is None:
            index = self._index[kind] = len(self._kinds)
            self._kinds.append(kind)
            self._capacity.append(0)
            self._used.append(0)
            for flow in self._flow.values():
                flow.append(0)
            # Every mask lacks the new kind's bit: all are computed anew before the next question.
            self._stale = True
        self._capacity[index] += 1

    def remove_place(self, kind: Kind) -> None:
        """One unclaimed place fewer. The holder that it was meant for, if any, waits for `settle`."""
        index = self._index[kind]
        self._capacity[index] -= 1
        if self._used[index] > self._capacity[index]:
            mask = next(mask for mask, flow in self._flow.items() if flow[index])
            self._flow[mask][index] -= 1
            self._used[index] -= 1
            self._unmatched[mask] = self._unmatched.get(mask, 0) + 1

    def add_holder(self, profile: Profile, holder: Holder) -> None:
        """One more holder, to be placed by `settle`."""
        self._holders[holder] = profile
        if not self._stale:
            mask = self.mask(profile)
            self._unmatched[mask] = self._unmatched.get(mask, 0) + 1
            self._enrol(mask, holder)

    def remove_holder(self, holder: Holder) -> None:
        """One holder fewer."""
        profile = self._holders.pop(holder)
        if self._stale:
            return
        mask = self.mask(profile)
        self._members[mask, holder[0]].remove(holder[1])
        if self._unmatched.get(mask):
            self._unmatched[mask] -= 1
            return
        flow = self._flow[mask]
        index = next(index for index, amount in enumerate(flow) if amount)
        flow[index] -= 1
        self._used[index] -= 1

    def _enrol(self, mask: int, holder: Holder) -> None:
        group, key = holder
        members = self._members.get((mask, group))
        if members is None:
            members = self._members[mask, group] = SortedList()
        members.add(key)

    def settle(self) -> bool:
        """Whether every holder has a place of its own now."""
        self._refresh()
        complete = True
        for mask, count in list(self._unmatched.items()):
            while count and self._augment(mask):
                count -= 1
            if count:
                self._unmatched[mask] = count
                complete = False
            else:
                del self._unmatched[mask]
        return complete

    def full(self) -> bool:
        """Whether no place is left over."""
        return sum(self._capacity) == sum(self._used)

    def grant(self, profile: Profile, holder: Holder) -> bool:
        """Add a holder if it can be placed together with all others."""
        self._refresh()
        mask = self.mask(profile)
        if not self._augment(mask):
            return False
        self._holders[holder] = profile
        self._enrol(mask, holder)
        return True

    def rivals(self, profile: Profile) -> Iterator[Holder]:
        """Of the holders who could give their place to this profile, the last of each sort. Call after `settle`.

        Raises: LookupError when the profile needs nobody's place.
        """
        self._refresh()
        first = self.mask(profile)
        masks, kinds, queue = {first}, set(), [first]
        while queue:
            current = queue.pop()
            for index, capacity in enumerate(self._capacity):
                if index in kinds or not current >> index & 1:
                    continue
                if self._used[index] < capacity:
                    raise LookupError
                kinds.add(index)
                for other, flow in self._flow.items():
                    if flow[index] and other not in masks:
                        masks.add(other)
                        queue.append(other)
        for mask in masks:
            for group in Group:
                members = self._members.get((mask, group))
                if members:
                    yield group, members[-1]

    def spare(self, kind: Kind) -> bool:
        """Whether a place of this kind could go with every holder still placed. Call after `settle`."""
        self._refresh()
        index = self._index[kind]
        if self._capacity[index] > self._used[index]:
            return True
        # Full: can one of those placed here move elsewhere?
        for mask, flow in self._flow.items():
            if flow[index] and self._augment(mask, without=index):
                flow[index] -= 1
                self._used[index] -= 1
                return True
        return False

    def mask(self, profile: Profile) -> int:
        """The kinds that suit, a bit for each."""
        known = self._masks.get(profile)
        if known is None:
            known = 0
            for index, kind in enumerate(self._kinds):
                if self._suits(profile, kind):
                    known |= 1 << index
            self._masks[profile] = known
        return known

    def _refresh(self) -> None:
        if not self._stale:
            return
        kept = [(kind, count) for kind, count in zip(self._kinds, self._capacity, strict=True) if count]
        self._kinds = [kind for kind, _ in kept]
        self._capacity = [count for _, count in kept]
        self._used = [0] * len(kept)
        self._index = {kind: index for index, kind in enumerate(self._kinds)}
        self._masks.clear()
        self._flow.clear()
        self._unmatched.clear()
        self._stale = False
        self._members.clear()
        for holder, profile in self._holders.items():
            mask = self.mask(profile)
            self._unmatched[mask] = self._unmatched.get(mask, 0) + 1
            self._enrol(mask, holder)

    def _augment(self, mask: int, without: int = -1) -> bool:
        """Place one more of `mask` by a shortest path; `without`: a kind that the path must not use."""
        came_from: dict[int, tuple[int, int]] = {}
        seen = {mask}
        queue: deque[tuple[int, int]] = deque([(mask, -1)])
        while queue:
            current, through = queue.popleft()
            for index, capacity in enumerate(self._capacity):
                if index == without or index in came_from or not current >> index & 1:
                    continue
                came_from[index] = (current, through)
                if self._used[index] < capacity:
                    self._shift(came_from, index)
                    return True
                for other, flow in self._flow.items():
                    if flow[index] and other not in seen:
                        seen.add(other)
                        queue.append((other, index))
        return False

    def _shift(self, came_from: dict[int, tuple[int, int]], index: int) -> None:
        self._used[index] += 1
        while True:
            mask, through = came_from[index]
            flow = self._flow.get(mask)
            if flow is None:
                flow = self._flow[mask] = [0] * len(self._kinds)
            flow[index] += 1
            if through < 0:
                return
            flow[through] -= 1
            index = through
