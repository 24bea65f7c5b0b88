"""Which season is played: an interrupted one is gone on with, unless somebody wants another."""

from pathlib import Path

import msgspec
import pytest

from infra.live.season import Season, SeasonFile, Wishes, choose
from schemas.errors import OrynError

VILLAGE = Season("village", 3, 0.5, None, "demo-abc-")
NOTHING = Wishes()


def test_without_wishes_the_first_season_is_the_capital() -> None:
    season = choose(None, NOTHING, anew=False)
    assert (season.campaign, season.seed, season.scale, season.days) == ("astana-2021", 1, 1.0, None)
    assert season.prefix.startswith("demo-")
    assert not season.finished


@pytest.mark.parametrize("wishes", [NOTHING, Wishes("village"), Wishes("village", 3, 0.5), Wishes(seed=3)])
def test_an_interrupted_season_goes_on(wishes: Wishes) -> None:
    assert choose(VILLAGE, wishes, anew=False) == VILLAGE


@pytest.mark.parametrize("wishes", [Wishes("astana-2021"), Wishes(seed=4), Wishes(scale=1.0), Wishes(days=3)])
def test_other_wishes_begin_another_one(wishes: Wishes) -> None:
    season = choose(VILLAGE, wishes, anew=False)
    assert season.prefix != VILLAGE.prefix
    assert season.fits(wishes)


def test_a_finished_season_is_followed_by_another_one() -> None:
    finished = msgspec.structs.replace(VILLAGE, finished=True)
    season = choose(finished, NOTHING, anew=False)
    assert season.prefix != VILLAGE.prefix
    assert not season.finished


def test_anew_is_anew() -> None:
    season = choose(VILLAGE, Wishes("village"), anew=True, environment="test.")
    assert season.prefix != VILLAGE.prefix
    assert season.prefix.startswith("test.demo-")


def test_the_file_gives_back_what_it_was_given(tmp_path: Path) -> None:
    file = SeasonFile(tmp_path / "demo")
    assert file.load() is None
    file.save(VILLAGE)
    assert file.load() == VILLAGE
    file.path.write_text("{")
    with pytest.raises(OrynError, match="delete it"):
        file.load()
