"""Two workers under load, partitions moving between them: started, stopped, killed. Each event has one record."""

import re
import sys
from collections.abc import Callable

import pytest

from tests.integration.pipeline.checks import await_told, journal_is_of, verify_passes, world_was_told
from tests.integration.pipeline.environment import Environment, Watch
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import villages

pytestmark = [pytest.mark.integration, pytest.mark.faults]

PARTITIONS = 4
# Of five villages: about 6,300 records, in so small transactions that there is work until the last move.
SCALE = 3.0
SETTINGS = {"worker_batch_records": 2, "worker_session_timeout_ms": 6_000, "worker_snapshot_records": 500}
AT_LEAST_RECORDS = 100


def assigned(worker: Program) -> list[list[int]]:
    """The partitions that a worker was given in its present life, one list for each time."""
    found = re.findall(r"assigned partitions=\[([\d, ]*)\]", worker.said())
    return [[int(each) for each in text.split(", ") if each] for text in found]


def work_on(watch: Watch, *workers: Program) -> None:
    """Wait until some more is decided."""
    watch.await_count(watch.look() + AT_LEAST_RECORDS, *workers)


def share(one: Program, other: Program) -> None:
    """Wait until the later of two workers has its partitions, and see that each has half of them."""
    other.await_log("restored partition=")
    assert sorted(assigned(one)[-1] + assigned(other)[-1]) == list(range(PARTITIONS))
    assert len(assigned(one)[-1]) == len(assigned(other)[-1]) == PARTITIONS // 2


def test_partitions_move_between_two_workers_under_load(make_environment: Callable[..., Environment]) -> None:
    environment, season = make_environment(PARTITIONS), villages(scale=SCALE)
    places, watch = environment.publish(season.events), environment.watch()
    a, fan_out = environment.worker(SETTINGS), environment.fan_out()
    work_on(watch, a)
    assert assigned(a) == [list(range(PARTITIONS))]

    b = environment.worker(SETTINGS, "b")
    share(a, b)
    work_on(watch, a, b)

    # A static member that stops keeps its partitions for a session timeout, for it may be starting again.
    assert a.stop() == 0
    work_on(watch, b)
    a.start()
    share(b, a)
    work_on(watch, a, b)

    b.kill()
    a.await_log(r"assigned partitions=\[0, 1, 2, 3\]")
    work_on(watch, a)
    b.start()
    share(a, b)
    sys.stderr.write(f"{watch.look()} of {len(season.records)} records at the last move\n")
    assert watch.count < len(season.records), "the season was over before the last move"

    # The rest in larger transactions, to be done.
    assert a.stop() == b.stop() == 0
    a, b = environment.worker(), environment.worker(name="b")
    watch.await_count(len(season.records), a, b)
    await_told(environment, season, fan_out)
    assert a.stop() == b.stop() == fan_out.stop() == 0
    journal_is_of(environment, season, places)
    world_was_told(environment, season)
    verify_passes(environment)
