"""The towns of the rules' tests: each one's journal is folded again when its test is over."""

from collections.abc import Callable, Iterator

import pytest

from streams.rules.pack import KZ_2020, Pack, Schedule
from tests.rules.scenario import ASTANA, START, Town

MakeTown = Callable[..., Town]


@pytest.fixture
def make_town() -> Iterator[MakeTown]:
    """Makes towns under another pack, elsewhere, or at another time."""
    made: list[Town] = []

    def make(pack: Pack | Schedule = KZ_2020, locality: str = ASTANA, start: str = START) -> Town:
        made.append(Town(pack, locality, start))
        return made[-1]

    yield make
    for town in made:
        town.check_whole()


@pytest.fixture
def town(make_town: MakeTown) -> Town:
    """Astana under `kz-2020`, on Monday 7 June 2021 at 10:00, with the state kindergarten `k1`."""
    return make_town()
