"""R5.2.3 and R5.6 against the plainest of matchings: who fits, which place can be spared, who is too many."""

import random
from itertools import combinations

import pytest

from schemas.words import Group
from streams.rules.eligibility import allows
from streams.rules.matching import Matching
from streams.rules.model import ApplicantClass, PlaceClass, Reach
from tests.rules.scenario import day

OLDER, YOUNGER = day("2018-03-01"), day("2018-11-01")
Holder = tuple[ApplicantClass, int]  # its number in the order


def kinds() -> list[ApplicantClass]:
    return [
        ApplicantClass(born, exempt=False, private_only=private, on_temporary=temporary, excluded=frozenset())
        for born in (OLDER, YOUNGER)
        for private in (False, True)
        for temporary in (False, True)
    ]


def classes() -> list[PlaceClass]:
    reaches = [(Reach.ALL, Reach.ALL), (Reach.ALL, Reach.NOBODY), (Reach.NOBODY, Reach.ALL)]
    return [
        PlaceClass(older=older, younger=younger, private=private, born_until=None, temporary=temporary, place_id=None)
        for older, younger in reaches
        for private in (False, True)
        for temporary in (False, True)
    ]


def served(holders: list[Holder], places: list[PlaceClass]) -> int:
    """How many holders can be given different places."""
    taken: dict[int, Holder] = {}

    def serve(holder: Holder, seen: set[int]) -> bool:
        for index, place in enumerate(places):
            if index not in seen and allows(holder[0], place):
                seen.add(index)
                if index not in taken or serve(taken[index], seen):
                    taken[index] = holder
                    return True
        return False

    return sum(serve(each, set()) for each in holders)


def loser(holders: list[Holder], places: list[PlaceClass]) -> Holder:
    """The first in order who cannot be served beside all before: with one place too few, who is too many."""
    kept: list[Holder] = []
    for each in sorted(holders, key=lambda holder: holder[1]):
        if served([*kept, each], places) <= len(kept):
            return each
        kept.append(each)
    raise AssertionError("everybody can be served")


@pytest.mark.parametrize("seed", range(60))
def test_r5_6_the_matching_answers_as_the_plainest_one(seed: int) -> None:
    randomly = random.Random(seed)
    places = [randomly.choice(classes()) for _ in range(randomly.randrange(1, 9))]
    matching = Matching(iter(places))
    holders: list[Holder] = []
    for number in range(40):
        step = randomly.random()
        if step < 0.5:
            kind = randomly.choice(kinds())
            fits = served([*holders, (kind, number)], places) > len(holders)
            assert matching.fits(kind) is fits
            if fits:
                matching.add_holder(kind, Group.GENERAL, (number, f"a{number}"))
                holders.append((kind, number))
        elif step < 0.65 and holders:
            kind, gone = holders.pop(randomly.randrange(len(holders)))
            matching.remove_holder(kind, Group.GENERAL, (gone, f"a{gone}"))
        elif step < 0.75:
            place = randomly.choice(classes())
            if matching.knows(place):
                matching.add_place(place)
                places.append(place)
        elif places:
            index = randomly.randrange(len(places))
            place = places[index]
            assert matching.can_spare(place) is (served(holders, places[:index] + places[index + 1 :]) == len(holders))
            places.pop(index)
            matching.remove_place(place)
            lose_those_too_many(matching, holders, places)
        assert matching.deficit == 0


def lose_those_too_many(matching: Matching, holders: list[Holder], places: list[PlaceClass]) -> None:
    """The last in order of those who can change places loses the access, until all can be served."""
    while served(holders, places) < len(holders):
        assert matching.deficit > 0
        expected = loser(holders, places)
        _, (number, _) = max(matching.too_many(), key=lambda candidate: candidate[1])
        assert number == expected[1]
        holders.remove(expected)
        matching.remove_holder(expected[0], Group.GENERAL, (number, f"a{number}"))
    assert matching.deficit == 0


def test_r5_6_the_plainest_matching_is_right() -> None:
    """Against every assignment of a small case."""
    places = classes()[:3]
    holders = [(kind, number) for number, kind in enumerate(kinds()[:3])]
    best = max(
        size
        for size in range(4)
        for chosen in combinations(holders, size)
        if size == 0 or served(list(chosen), places) == size
    )
    assert served(holders, places) == best
