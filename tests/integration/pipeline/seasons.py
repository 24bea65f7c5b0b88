"""What goes into the pipeline, and what must come out: seasons of the campaign generator, decided by `simulate`."""

from dataclasses import dataclass, replace
from functools import cache
from heapq import merge

from infra.campaign_loop import LocalityLoop
from producers.campaign.scenario import Scenario, scenario_of
from schemas.events import Event
from schemas.journal import Record
from streams.rules.pack import KZ_2020
from streams.rules.simulate import simulate

# In two zones. Murmur2 puts them into partitions 1, 1, 2, 0, 2 of three, and 3, 3, 2, 0, 1 of four.
VILLAGES = ("113230100", "115030100", "113430100", "153030100", "153830100")


@dataclass(frozen=True)
class Season:
    """Events in order of time, and the journal that an undisturbed run makes of them."""

    events: tuple[Event, ...]
    records: tuple[Record, ...]

    @property
    def localities(self) -> list[str]:
        """All that have records, in order of their codes."""
        return sorted({record.locality for record in self.records})

    def records_of(self, locality: str) -> list[Record]:
        """One locality's journal."""
        return [record for record in self.records if record.locality == locality]


def decided(events: tuple[Event, ...]) -> Season:
    """A season of any events."""
    return Season(events, tuple(simulate(events, KZ_2020)))


@cache
def season(name: str, scale: float = 1.0, seed: int = 1, days: int | None = None) -> Season:
    """A named campaign, as `oryn campaign NAME --scale … --seed … --days …` plays it."""
    return decided(tuple(_played(scenario_of(name, scale, days), seed)))


@cache
def villages(count: int = len(VILLAGES), scale: float = 1.0, days: int | None = None) -> Season:
    """The seasons of so many villages at once, each with its own people."""
    return decided(
        tuple(
            merge(
                *(_played(_elsewhere(scale, locality, days), seed) for seed, locality in enumerate(VILLAGES[:count])),
                key=lambda event: event.time,
            )
        )
    )


def _elsewhere(scale: float, locality: str, days: int | None) -> Scenario:
    scenario = scenario_of("village", scale, days)
    return replace(scenario, localities=(replace(scenario.localities[0], locality=locality),))


def _played(scenario: Scenario, seed: int) -> list[Event]:
    (plan,) = scenario.localities
    return list(LocalityLoop(plan, scenario, seed, KZ_2020, lambda record: None).run())
