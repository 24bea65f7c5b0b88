"""Can all holders of access be given different places? (R5.2.3, R5.6, invariant 3.) Kept up to date step by step.

Equal places form a class with a capacity, equal holders a kind with a demand; between them runs a flow. So a step
costs the handful of classes, not the thousands of places. The answers do not depend on which of the many flows is
at hand: it is a cache of the state, never a part of it.
"""

from collections import deque
from collections.abc import Callable, Iterable

from sortedcontainers import SortedList

from schemas.words import Group
from streams.rules.model import ApplicantClass, PlaceClass
from streams.rules.order import Position

Classes = frozenset[PlaceClass]


class _Demand:
    """The holders who may have exactly the same classes of places."""

    __slots__ = ("classes", "flow", "holders", "unmatched")

    def __init__(self, classes: Classes) -> None:
        # In a fixed order, so that equal books take equal steps whatever the hash seed.
        self.classes = sorted(classes, key=repr)
        self.flow: dict[PlaceClass, int] = dict.fromkeys(self.classes, 0)
        self.unmatched = 0
        self.holders: dict[Group, SortedList[Position]] = {group: SortedList() for group in Group}


class Matching:
    """A largest flow from the holders of live access to the unclaimed priority places of one queue."""

    def __init__(self, allows: Callable[[ApplicantClass, PlaceClass], bool], places: Iterable[PlaceClass]) -> None:
        """Start with the places and no holders."""
        self._allows = allows
        self._spare: dict[PlaceClass, int] = {}
        self._demands: dict[Classes, _Demand] = {}
        self._demand_of: dict[ApplicantClass, _Demand] = {}
        self.deficit = 0
        for place in places:
            self._spare[place] = self._spare.get(place, 0) + 1

    @property
    def spare(self) -> int:
        """Places that no holder needs."""
        return sum(self._spare.values())

    def knows(self, place: PlaceClass) -> bool:
        """False: this class is new, and the matching has to be built again with it."""
        return place in self._spare

    def fits(self, applicant: ApplicantClass) -> bool:
        """Whether one more such holder could be served beside all others."""
        demand = self._demand(applicant)
        spare = self._spare
        return any(spare[each] > 0 for each in demand.classes) or self._path(demand) is not None

    def can_spare(self, place: PlaceClass) -> bool:
        """Whether one place of a class could go and every holder still be served."""
        if self._spare[place] > 0:
            return True
        demand = next(each for each in self._demands.values() if each.flow.get(place))
        demand.flow[place] -= 1
        path = self._path(demand)
        demand.flow[place] += 1
        return path is not None

    def add_holder(self, applicant: ApplicantClass, group: Group, position: Position) -> None:
        """One more holds access."""
        demand = self._demand(applicant)
        demand.holders[group].add(position)
        self._assign(demand)

    def remove_holder(self, applicant: ApplicantClass, group: Group, position: Position) -> None:
        """One holds access no more."""
        demand = self._demand(applicant)
        demand.holders[group].remove(position)
        if demand.unmatched:
            demand.unmatched -= 1
            self.deficit -= 1
            return
        for each in demand.classes:
            if demand.flow[each]:
                demand.flow[each] -= 1
                self._spare[each] += 1
                break
        self._assign_unmatched()

    def add_place(self, place: PlaceClass) -> None:
        """One more place of a known class."""
        self._spare[place] += 1
        self._assign_unmatched()

    def remove_place(self, place: PlaceClass) -> None:
        """A place is gone; when that leaves a holder without one, `deficit` says so."""
        if self._spare[place] == 0:
            for demand in self._demands.values():
                if demand.flow.get(place):
                    demand.flow[place] -= 1
                    break
            else:
                raise AssertionError("a class without places lost one")
            self._assign(demand)
        else:
            self._spare[place] -= 1

    def too_many(self) -> list[tuple[Group, Position]]:
        """With a deficit: the last holders, by group, of the set that has one place too few.

        The last of them in the order is who loses the access: in a matroid, the last element of a circuit is never
        in the best basis.
        """
        demand = next(each for each in self._demands.values() if each.unmatched)
        last: dict[Group, Position] = {}
        for each in self._reachable(demand):
            for group, positions in each.holders.items():
                if positions and (group not in last or positions[-1] > last[group]):
                    last[group] = positions[-1]
        return list(last.items())

    def _demand(self, applicant: ApplicantClass) -> _Demand:
        demand = self._demand_of.get(applicant)
        if demand is None:
            classes = frozenset(place for place in self._spare if self._allows(applicant, place))
            demand = self._demands.get(classes)
            if demand is None:
                demand = self._demands[classes] = _Demand(classes)
            self._demand_of[applicant] = demand
        return demand

    def _assign(self, demand: _Demand) -> None:
        for each in demand.classes:
            if self._spare[each] > 0:
                self._spare[each] -= 1
                demand.flow[each] += 1
                return
        path = self._path(demand)
        if path is None:
            demand.unmatched += 1
            self.deficit += 1
            return
        self._spare[path[-1][1]] -= 1
        for index, (taker, place) in enumerate(path):
            taker.flow[place] += 1
            if index + 1 < len(path):
                path[index + 1][0].flow[place] -= 1

    def _assign_unmatched(self) -> None:
        if not self.deficit:
            return
        for demand in self._demands.values():
            waiting, demand.unmatched = demand.unmatched, 0
            self.deficit -= waiting
            for _ in range(waiting):
                self._assign(demand)

    def _path(self, start: _Demand) -> list[tuple[_Demand, PlaceClass]] | None:
        """The shortest chain of moves that frees a place for `start`: each taker gets the place of the next one."""
        came: dict[int, tuple[_Demand, PlaceClass] | None] = {id(start): None}
        waiting = deque([start])
        seen: set[PlaceClass] = set()
        while waiting:
            demand = waiting.popleft()
            for place in demand.classes:
                if place in seen:
                    continue
                seen.add(place)
                if self._spare[place] > 0:
                    path = [(demand, place)]
                    while (step := came[id(path[0][0])]) is not None:
                        path.insert(0, step)
                    return path
                for other in self._demands.values():
                    if id(other) not in came and other.flow.get(place):
                        came[id(other)] = (demand, place)
                        waiting.append(other)
        return None

    def _reachable(self, start: _Demand) -> list[_Demand]:
        found, waiting = [start], [start]
        seen: set[PlaceClass] = set()
        while waiting:
            for place in waiting.pop().classes:
                if place in seen:
                    continue
                seen.add(place)
                for other in self._demands.values():
                    if other.flow.get(place) and all(other is not each for each in found):
                        found.append(other)
                        waiting.append(other)
        return found
