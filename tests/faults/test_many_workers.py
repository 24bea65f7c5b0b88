"""Two workers under load, partitions moving between them: started, stopped, killed. Each event has one record."""

import re
from collections.abc import Callable

import pytest

from tests.integration.pipeline.checks import await_told, journal_is_of, verify_passes, world_was_told
from tests.integration.pipeline.environment import Environment
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import villages

pytestmark = [pytest.mark.integration, pytest.mark.faults]

PARTITIONS = 4
# Of five villages: about 12,200 records, in so small transactions that there is work until the end.
SCALE = 6.0
SETTINGS = {"worker_batch_records": 30, "worker_session_timeout_ms": 6_000, "worker_snapshot_records": 500}


def assigned(worker: Program) -> list[list[int]]:
    """The partitions that a worker was given in its present life, one list for each time."""
    found = re.findall(r"assigned partitions=\[([\d, ]*)\]", worker.said())
    return [[int(each) for each in text.split(", ") if each] for text in found]


def test_partitions_move_between_two_workers_under_load(make_environment: Callable[..., Environment]) -> None:
    environment, season = make_environment(PARTITIONS), villages(scale=SCALE)
    places = environment.publish(season.events)
    watch, share = environment.watch(), len(season.records) // 8
    a, fan_out = environment.worker(SETTINGS), environment.fan_out()
    watch.await_count(share, a)
    assert assigned(a) == [[0, 1, 2, 3]]

    b = environment.worker(SETTINGS, "b")
    b.await_log("restored partition=")
    assert sorted(assigned(a)[-1] + assigned(b)[-1]) == [0, 1, 2, 3]
    assert all(len(each) == 2 for each in (assigned(a)[-1], assigned(b)[-1]))
    watch.await_count(watch.look() + share, a, b)

    moved = len(assigned(b))
    assert a.stop() == 0
    # A static member that stops keeps its place for a session timeout, for it may be starting again.
    watch.await_count(watch.look() + share // 4, b)
    a.start()
    a.await_log("restored partition=")
    assert len(assigned(a)[-1]) == 2
    watch.await_count(watch.look() + share, a, b)

    b.kill()
    a.await_log(r"assigned partitions=\[0, 1, 2, 3\]")
    watch.await_count(watch.look() + share, a)
    b.start()
    b.await_log("restored partition=")
    assert watch.look() < len(season.records), "the season was over before the last move"
    watch.await_count(len(season.records), a, b)

    assert moved >= 1
    assert len(assigned(a)) >= 3
    await_told(environment, season, fan_out)
    assert a.stop() == b.stop() == fan_out.stop() == 0
    journal_is_of(environment, season, places)
    world_was_told(environment, season)
    verify_passes(environment)
