"""The matching of holders and places against augmenting paths over single places (R5.2, R5.6)."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.words import Group
from streams.rules.eligibility import allows
from streams.rules.matching import Matching
from streams.rules.model import ApplicantClass, PlaceClass, Reach
from tests.model.queues import all_served

NAMES = ["p0", "p1", "p2", "p3", "p4"]
PLACES = [PlaceClass(Reach.ALL, Reach.ALL, False, None, False, name) for name in NAMES]
# Any bipartite graph: an applicant may have what it was not refused from.
APPLICANTS = st.sets(st.sampled_from(NAMES)).map(
    lambda refused: ApplicantClass(date(2020, 9, 1), False, False, False, frozenset(refused))
)
Holder = tuple[ApplicantClass, Group, tuple[int, str]]


def served(holders: list[Holder], places: list[PlaceClass]) -> bool:
    """All of them, by brute force."""
    singles = [{"id": str(index), "place": place} for index, place in enumerate(places)]
    applicants = [{"applicant": holder[0]} for holder in holders]
    return all_served(applicants, singles, lambda one, place: allows(one["applicant"], place["place"]))


class MatchingMachine(RuleBasedStateMachine):
    """Holders and places come and go; whoever is too many loses the access, as in the book."""

    @initialize(places=st.lists(st.sampled_from(PLACES), max_size=6))
    def start(self, places: list[PlaceClass]) -> None:
        self.places = list(places)
        # Every class is known from the start: a new one rebuilds the matching.
        self.matching = Matching([*places, *PLACES])
        for place in PLACES:
            self.matching.remove_place(place)
        self.holders: list[Holder] = []
        self.serial = 0

    @rule(applicant=APPLICANTS, group=st.sampled_from(list(Group)), time=st.integers(0, 3))
    def grant(self, applicant: ApplicantClass, group: Group, time: int) -> None:
        self.serial += 1
        holder = (applicant, group, (time, f"a{self.serial}"))
        fits = self.matching.fits(applicant)
        assert fits == served([*self.holders, holder], self.places)
        if fits:
            self.holders.append(holder)
            self.matching.add_holder(*holder)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        holder = data.draw(st.sampled_from(self.holders))
        self.holders.remove(holder)
        self.matching.remove_holder(*holder)

    @rule(place=st.sampled_from(PLACES))
    def add_place(self, place: PlaceClass) -> None:
        self.places.append(place)
        self.matching.add_place(place)

    @precondition(lambda self: self.places)
    @rule(data=st.data())
    def remove_place(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.places))
        left = list(self.places)
        left.remove(place)
        assert self.matching.can_spare(place) == served(self.holders, left)
        self.places = left
        self.matching.remove_place(place)
        kept: list[Holder] = []
        for holder in sorted(self.holders, key=rank):
            if served([*kept, holder], left):
                kept.append(holder)
        lost = []
        while self.matching.deficit:
            group, position = max(self.matching.too_many(), key=lambda each: (list(Group).index(each[0]), each[1]))
            loser = next(each for each in self.holders if each[1] is group and each[2] == position)
            self.holders.remove(loser)
            self.matching.remove_holder(*loser)
            lost.append(loser)
        assert sorted(self.holders, key=rank) == kept, f"lost {lost}"

    @invariant()
    def nobody_is_left_over(self) -> None:
        if hasattr(self, "matching"):
            assert self.matching.deficit == 0
            assert served(self.holders, self.places)


def rank(holder: Holder) -> tuple[int, tuple[int, str]]:
    """Some fixed order: group, then position."""
    return (list(Group).index(holder[1]), holder[2])


TestMatching = MatchingMachine.TestCase
