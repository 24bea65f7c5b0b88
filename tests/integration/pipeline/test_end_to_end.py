"""A season goes in; the register and everything derived from it come out as an undisturbed run makes them."""

from collections.abc import Callable

import pytest

from tests.integration.pipeline.checks import await_told, journal_is_of, verify_passes, world_was_told
from tests.integration.pipeline.environment import Environment
from tests.integration.pipeline.seasons import Season, season, villages

pytestmark = pytest.mark.integration


def play(environment: Environment, season: Season) -> None:
    """Let one worker and one fan-out do the whole season, and check what they made of it."""
    places = environment.publish(season.events)
    worker, fan_out = environment.worker(), environment.fan_out()
    environment.watch().await_count(len(season.records), worker, fan_out)
    await_told(environment, season, worker, fan_out)
    assert worker.stop() == 0
    assert fan_out.stop() == 0
    journal_is_of(environment, season, places)
    assert world_was_told(environment, season) > len(season.events), "each event has an outcome, many a message"


def test_a_village_is_decided_as_simulated(environment: Environment) -> None:
    play(environment, season("village"))
    verify_passes(environment)


def test_many_localities_over_partitions_are_decided_as_simulated(make_environment: Callable[..., Environment]) -> None:
    environment = make_environment(partitions=4)
    play(environment, villages())
    assert len({environment.partition_of(locality) for locality in villages().localities}) == 4
    verify_passes(environment)
