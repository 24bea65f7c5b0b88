"""One season at moderate scale, played once and looked at by many tests."""

from dataclasses import dataclass, field

import pytest

from infra.campaign_loop import LocalityLoop
from producers.campaign.scenario import Scenario, scenario_of
from producers.campaign.world import Word
from schemas.events import Event
from schemas.journal import Record
from streams.rules.pack import PACKS

SEED = 7
SCALE = 0.06


@dataclass
class Season:
    """What came out of one locality's season, and what every agent was told (agent, word, moment)."""

    scenario: Scenario
    events: list[Event] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    told: list[tuple[str, Word, int]] = field(default_factory=list)


class ListeningLoop(LocalityLoop):
    """A loop that remembers what it told to whom."""

    told: list[tuple[str, Word, int]]

    def _tell(self, to: str, word: Word, now: int) -> None:
        self.told.append((to, word, now))
        super()._tell(to, word, now)


def play(name: str, scale: float = 1.0, seed: int = SEED, days: int | None = None) -> Season:
    """A one-locality season."""
    season = Season(scenario_of(name, scale, days))
    loop = ListeningLoop(season.scenario.localities[0], season.scenario, seed, PACKS["kz-2020"], season.records.append)
    loop.told = season.told
    season.events = list(loop.run())
    return season


@pytest.fixture(scope="session")
def season() -> Season:
    """Astana at a small scale, to its end."""
    return play("astana-2021", SCALE)
