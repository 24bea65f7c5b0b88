"""Can all holders of access be given different places? (R5.2.3, R5.6, invariant 3.) Kept up to date step by step.

Equal places form a class with a capacity, equal holders a demand; between them runs a flow. So a step costs the
handful of classes, not the thousands of places. The answers do not depend on which of the many flows is at hand: it
is a cache of the state, never a part of it.
"""

from collections import deque
from collections.abc import Iterable

from sortedcontainers import SortedList

from schemas.words import Group
from streams.rules.eligibility import allows
from streams.rules.model import ApplicantClass, PlaceClass
from streams.rules.order import Position


class _Demand:
    """The holders who may have exactly the same classes of places. Classes are numbered by their matching."""

    __slots__ = ("classes", "flow", "holders", "number", "stuck", "unmatched")

    def __init__(self, number: int, classes: tuple[int, ...]) -> None:
        self.number = number
        self.classes = classes
        self.flow: dict[int, int] = dict.fromkeys(classes, 0)
        self.unmatched = 0
        self.stuck = -1  # when it was found that no place can be freed for one more
        self.holders: dict[Group, SortedList[Position]] = {group: SortedList() for group in Group}


class Matching:
    """A largest flow from the holders of live access to the unclaimed priority places of one queue."""

    def __init__(self, places: Iterable[PlaceClass]) -> None:
        """Start with the places and no holders."""
        self._numbers: dict[PlaceClass, int] = {}
        self._spare: list[int] = []
        self._demands: dict[tuple[int, ...], _Demand] = {}
        self._numbered: list[_Demand] = []
        self._demand_of: dict[ApplicantClass, _Demand] = {}
        self._freed = 0  # counts the moments at which a place became spare
        self.deficit = 0
        for place in places:
            number = self._numbers.setdefault(place, len(self._spare))
            if number == len(self._spare):
                self._spare.append(0)
            self._spare[number] += 1

    def knows(self, place: PlaceClass) -> bool:
        """False: this class is new, and the matching has to be built again with it."""
        return place in self._numbers

    def demand_of(self, applicant: ApplicantClass) -> int:
        """A number that all who may have the same classes share, as long as this matching lives."""
        return self._demand(applicant).number

    def fits(self, applicant: ApplicantClass) -> bool:
        """Whether one more such holder could be served beside all others."""
        return self.fits_one_more(self.demand_of(applicant))

    def fits_one_more(self, demand_number: int) -> bool:
        """Whether one more holder of a demand could be served beside all others."""
        demand = self._numbered[demand_number]
        if demand.stuck == self._freed:
            return False
        spare = self._spare
        return any(spare[each] for each in demand.classes) or self._path(demand) is not None

    def swaps(self, applicant: ApplicantClass, place: PlaceClass) -> bool:
        """Whether it is plain that a holder and a place can go together and all others still be served."""
        number = self._numbers[place]
        return self._spare[number] > 0 or self._demand(applicant).flow.get(number, 0) > 0

    def can_spare(self, place: PlaceClass) -> bool:
        """Whether one place of a class could go and every holder still be served."""
        number = self._numbers[place]
        if self._spare[number]:
            return True
        demand = self._taker(number)
        if demand.stuck == self._freed:
            return False
        demand.flow[number] -= 1
        path = self._path(demand)
        demand.flow[number] += 1
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
        number = next(each for each in demand.classes if demand.flow[each])
        demand.flow[number] -= 1
        self._free(number)

    def add_place(self, place: PlaceClass) -> None:
        """One more place of a known class."""
        self._free(self._numbers[place])

    def remove_place(self, place: PlaceClass) -> None:
        """A place is gone; when that leaves a holder without one, `deficit` says so."""
        number = self._numbers[place]
        if self._spare[number]:
            self._spare[number] -= 1
            return
        demand = self._taker(number)
        demand.flow[number] -= 1
        self._assign(demand)

    def too_many(self) -> list[tuple[Group, Position]]:
        """With a deficit: the last holders, by group, of all those among whom there are places too few.

        The last of them in the order is who loses the access: in a matroid, the last element of a circuit is never
        in the best basis. Of several circuits all count. Their union is the same for every largest flow; a single one
        would depend on the flow at hand, and a book restored from a snapshot has another.
        """
        last: dict[Group, Position] = {}
        for demand in self._numbered:
            if not demand.unmatched:
                continue
            for each in self._search(demand)[0]:
                for group, positions in each.holders.items():
                    if positions and (group not in last or positions[-1] > last[group]):
                        last[group] = positions[-1]
        return list(last.items())

    def _demand(self, applicant: ApplicantClass) -> _Demand:
        demand = self._demand_of.get(applicant)
        if demand is None:
            classes = tuple(number for place, number in self._numbers.items() if allows(applicant, place))
            demand = self._demands.get(classes)
            if demand is None:
                demand = self._demands[classes] = _Demand(len(self._numbered), classes)
                self._numbered.append(demand)
            self._demand_of[applicant] = demand
        return demand

    def _taker(self, number: int) -> _Demand:
        return next(each for each in self._numbered if each.flow.get(number))

    def _free(self, number: int) -> None:
        self._spare[number] += 1
        self._freed += 1
        if self.deficit:
            for demand in self._numbered:
                waiting, demand.unmatched = demand.unmatched, 0
                self.deficit -= waiting
                for _ in range(waiting):
                    self._assign(demand)

    def _assign(self, demand: _Demand) -> None:
        for number in demand.classes:
            if self._spare[number]:
                self._spare[number] -= 1
                demand.flow[number] += 1
                return
        path = self._path(demand)
        if path is None:
            demand.unmatched += 1
            self.deficit += 1
            return
        self._spare[path[-1][1]] -= 1
        for index, (taker, number) in enumerate(path):
            taker.flow[number] += 1
            if index + 1 < len(path):
                path[index + 1][0].flow[number] -= 1

    def _path(self, start: _Demand) -> list[tuple[_Demand, int]] | None:
        """The shortest chain of moves that frees a place for `start`: each taker gets the place of the next one."""
        if start.stuck == self._freed:
            return None
        reached, path = self._search(start)
        if path is None:
            # Until a place becomes spare, nothing can be freed for any of them.
            for demand in reached:
                demand.stuck = self._freed
        return path

    def _search(self, start: _Demand) -> tuple[list[_Demand], list[tuple[_Demand, int]] | None]:
        """The demands that could give up a place in a chain from `start`, and the chain when a spare place ends it."""
        came: dict[int, tuple[_Demand, int] | None] = {id(start): None}
        reached, waiting = [start], deque([start])
        seen: set[int] = set()
        while waiting:
            demand = waiting.popleft()
            for number in demand.classes:
                if number in seen:
                    continue
                seen.add(number)
                if self._spare[number]:
                    path = [(demand, number)]
                    while (step := came[id(path[0][0])]) is not None:
                        path.insert(0, step)
                    return reached, path
                for other in self._numbered:
                    if id(other) not in came and other.flow.get(number):
                        came[id(other)] = (demand, number)
                        reached.append(other)
                        waiting.append(other)
        return reached, None
