"""Whether all holders of access in a queue can be given different places (invariant 3), kept up to date step by step.

Equal places are one kind with a count, equal holders one mask (the set of kinds that suit them) with a count: a few
dozen of each stand for thousands. An assignment is kept between steps; what a change broke is mended by augmenting
paths over kinds. Never judges who should hold access.
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
# Kinds of which no place is left are dropped when there are more of them than of the others, and than this.
DEAD_KINDS_MAX = 32


class Pool:
    """Unclaimed `PRIORITY` places by kind (a bit for each), and the holders of access."""

    def __init__(self, suits: Suits) -> None:
        """Take how to tell whether a kind of place suits a profile."""
        self._suits = suits
        self._kinds: list[Kind] = []
        self._index: dict[Kind, int] = {}
        self._capacity: list[int] = []
        self._used: list[int] = []
        # Kinds with a place that is promised to nobody.
        self._free = 0
        # By kind: how many of its places are meant for holders of which mask.
        self._flow: list[dict[int, int]] = []
        self._unmatched: dict[int, int] = {}
        self._holders: dict[Holder, Profile] = {}
        # Holders by mask and group, in order: who is the last of those that could stand in for one another.
        self._members: dict[tuple[int, Group], SortedList[Key]] = {}
        # By profile: the mask, and of how many kinds it tells.
        self._masks: dict[Profile, tuple[int, int]] = {}
        self._stale = False

    def add_place(self, kind: Kind) -> None:
        """One more unclaimed place."""
        index = self._index.get(kind)
        if index is None:
            index = self._index[kind] = len(self._kinds)
            self._kinds.append(kind)
            self._capacity.append(0)
            self._used.append(0)
            self._flow.append({})
            # Every mask lacks the new kind's bit: the holders are laid out anew before the next question.
            self._stale = True
        self._capacity[index] += 1
        self._free |= 1 << index

    def remove_place(self, kind: Kind) -> None:
        """One unclaimed place fewer. The holder that it was meant for, if any, waits for `settle`."""
        index = self._index[kind]
        self._capacity[index] -= 1
        if self._used[index] > self._capacity[index]:
            mask = next(iter(self._flow[index]))
            self._take_out(index, mask)
            self._unmatched[mask] = self._unmatched.get(mask, 0) + 1
        if self._used[index] == self._capacity[index]:
            self._free &= ~(1 << index)

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
        index = next(index for index in _bits(mask) if mask in self._flow[index])
        self._take_out(index, mask)

    def settle(self) -> bool:
        """Whether every holder has a place of its own now."""
        self._refresh()
        if not self._unmatched:
            return True
        for mask, waiting in list(self._unmatched.items()):
            count = waiting
            while count and self._augment(mask):
                count -= 1
            if count:
                self._unmatched[mask] = count
            else:
                del self._unmatched[mask]
        return not self._unmatched

    def forget_masks(self) -> None:
        """What suits whom is to be asked anew."""
        self._masks.clear()
        self._stale = True

    def fits(self, mask: int) -> bool:
        """Whether one more of a mask could be placed with all holders. Call after `settle`."""
        seen, queue = 0, [mask]
        while queue:
            fresh = queue.pop() & ~seen
            if fresh & self._free:
                return True
            seen |= fresh
            for index in _bits(fresh):
                queue.extend(mask for mask in self._flow[index] if mask & ~seen)
        return False

    def full(self) -> bool:
        """Whether no place is left over."""
        return not self._free

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
        masks, seen, queue = {first}, 0, [first]
        while queue:
            fresh = queue.pop() & ~seen
            if fresh & self._free:
                raise LookupError
            seen |= fresh
            for index in _bits(fresh):
                for other in self._flow[index]:
                    if other not in masks:
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
        if self._free >> index & 1:
            return True
        # Full: can one of those placed here move elsewhere?
        for mask in list(self._flow[index]):
            if self._augment(mask, without=1 << index):
                self._take_out(index, mask)
                return True
        return False

    def mask(self, profile: Profile) -> int:
        """The kinds that suit, a bit for each."""
        mask, known = self._masks.get(profile, (0, 0))
        total = len(self._kinds)
        if known < total:
            for index in range(known, total):
                if self._suits(profile, self._kinds[index]):
                    mask |= 1 << index
            self._masks[profile] = (mask, total)
        return mask

    def _refresh(self) -> None:
        """Lay the holders out anew after a kind was added."""
        if not self._stale:
            return
        self._stale = False
        alive = [index for index, count in enumerate(self._capacity) if count]
        if len(self._kinds) - len(alive) > max(DEAD_KINDS_MAX, len(alive)):
            self._kinds = [self._kinds[index] for index in alive]
            self._capacity = [self._capacity[index] for index in alive]
            self._index = {kind: index for index, kind in enumerate(self._kinds)}
            self._masks.clear()
        self._used = [0] * len(self._kinds)
        self._flow = [{} for _ in self._kinds]
        self._free = sum(1 << index for index, count in enumerate(self._capacity) if count)
        self._unmatched.clear()
        self._members.clear()
        for holder, profile in self._holders.items():
            mask = self.mask(profile)
            self._unmatched[mask] = self._unmatched.get(mask, 0) + 1
            self._enrol(mask, holder)

    def _enrol(self, mask: int, holder: Holder) -> None:
        group, key = holder
        members = self._members.get((mask, group))
        if members is None:
            members = self._members[mask, group] = SortedList()
        members.add(key)

    def _augment(self, mask: int, without: int = 0) -> bool:
        """Place one more of `mask` by a shortest path; `without`: kinds that the path must not use."""
        free = self._free & ~without
        if mask & free:
            self._put_in((mask & free).bit_length() - 1, mask)
            return True
        came_from: dict[int, tuple[int, int]] = {}
        masks, seen = {mask}, without
        queue: deque[tuple[int, int]] = deque([(mask, -1)])
        while queue:
            current, through = queue.popleft()
            fresh = current & ~seen
            seen |= fresh
            if fresh & free:
                index = (fresh & free).bit_length() - 1
                came_from[index] = (current, through)
                self._shift(came_from, index)
                return True
            for index in _bits(fresh):
                came_from[index] = (current, through)
                for other in self._flow[index]:
                    if other not in masks:
                        masks.add(other)
                        queue.append((other, index))
        return False

    def _shift(self, came_from: dict[int, tuple[int, int]], index: int) -> None:
        while True:
            mask, through = came_from[index]
            self._put_in(index, mask)
            if through < 0:
                return
            self._take_out(through, mask)
            index = through

    def _put_in(self, index: int, mask: int) -> None:
        flow = self._flow[index]
        flow[mask] = flow.get(mask, 0) + 1
        self._used[index] += 1
        if self._used[index] == self._capacity[index]:
            self._free &= ~(1 << index)

    def _take_out(self, index: int, mask: int) -> None:
        flow = self._flow[index]
        if flow[mask] == 1:
            del flow[mask]
        else:
            flow[mask] -= 1
        self._used[index] -= 1
        if self._used[index] < self._capacity[index]:
            self._free |= 1 << index


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
