"""Workers killed (SIGKILL) at any moment: in a restore, in a transaction, between two. Nothing is lost, none twice."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from tests.integration.pipeline.checks import DERIVED, await_told, journal_is_of, verify_passes, world_was_told
from tests.integration.pipeline.environment import Environment, Watch
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import Season, season

pytestmark = [pytest.mark.integration, pytest.mark.faults]

SEED = 20211003
KILLS = 20
# Of a season of Astana: about 14,400 records, in some 550 transactions.
SCALE = 0.05
BATCH_RECORDS = 50
# So that some restores begin with a snapshot and some kills hit one that is being written.
SNAPSHOT_RECORDS = 5_000
RESTORE_EVERY = 4
MOMENT_S = 0.03


@dataclass
class Seen:
    """What the kills hit."""

    in_restore: int = 0
    in_transaction: int = 0
    after_commits: int = 0


def kill_in_restore(worker: Program, random: Random, seen: Seen) -> None:
    """Kill it when it has its partitions and is perhaps not yet restored."""
    worker.await_log("assigned partitions")
    time.sleep(random.choice((0, MOMENT_S)))
    seen.in_restore += "restored partition" not in worker.said()
    worker.kill()


def kill_at_work(worker: Program, watch: Watch, records: int, random: Random, seen: Seen) -> None:
    """Kill it a moment after it has committed so many records more."""
    before = watch.look()
    watch.await_count(before + records, worker)
    time.sleep(random.uniform(0, MOMENT_S))
    worker.kill()
    seen.after_commits += 1


def kill_again_and_again(environment: Environment, season: Season, worker: Program, fan_out: Program) -> Seen:
    """Kill the worker KILLS times, spread over the season, and the fan-out whenever it has told more."""
    random, seen = Random(SEED), Seen()
    watch, told = environment.watch(), environment.watch(*DERIVED)
    share = len(season.records) // (KILLS + 2)
    told_before = 0
    for number in range(KILLS):
        if number % RESTORE_EVERY == RESTORE_EVERY - 1:
            kill_in_restore(worker, random, seen)
        else:
            kill_at_work(worker, watch, random.randint(1, share), random, seen)
        seen.in_transaction += environment.open_transactions() > 0
        worker.start()
        if told.look() > told_before and random.random() < 1 / 2:
            fan_out.kill()
            fan_out.start()
            told_before = told.count
    sys.stderr.write(f"{watch.look()} of {len(season.records)} records at the last kill\n")
    assert watch.count < len(season.records), "the season was over before the last kill"
    watch.await_count(len(season.records), worker)
    return seen


def test_twenty_kills_change_nothing(make_environment: Callable[..., Environment]) -> None:
    environment, astana = make_environment(), season("astana-2021", SCALE)
    places = environment.publish(astana.events)
    settings = {"worker_batch_records": BATCH_RECORDS, "worker_snapshot_records": SNAPSHOT_RECORDS}
    worker, fan_out = environment.worker(settings), environment.fan_out(settings)

    seen = kill_again_and_again(environment, astana, worker, fan_out)
    sys.stderr.write(f"{seen}\n")

    assert worker.kills == KILLS
    assert fan_out.kills >= 3
    assert seen.after_commits == KILLS - KILLS // RESTORE_EVERY
    assert seen.in_restore >= 1, seen
    # How many of them hit an open transaction is chance, and is told above; test_points.py hits each point of one.
    await_told(environment, astana, worker, fan_out)
    assert worker.stop() == 0
    assert fan_out.stop() == 0
    journal_is_of(environment, astana, places)
    world_was_told(environment, astana)
    verify_passes(environment)
