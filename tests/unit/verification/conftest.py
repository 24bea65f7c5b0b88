"""Journals that the tests of the check share."""

import pytest

from tests.unit.verification.seasons import Season, lines
from tests.unit.verification.tools import Json, parsed


@pytest.fixture(scope="package")
def journal() -> list[bytes]:
    """A season of one locality, as lines."""
    season = Season(5)
    return lines(season.locality, season.run(450))


@pytest.fixture(scope="package")
def records(journal: list[bytes]) -> list[Json]:
    """The same as plain JSON."""
    return parsed(journal)
