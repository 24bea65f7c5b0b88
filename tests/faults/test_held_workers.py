"""A worker held (SIGSTOP) in a transaction until another has its partitions, then woken: nothing of it counts."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.integration.pipeline.at_point import Point, at
from tests.integration.pipeline.checks import journal_is_of
from tests.integration.pipeline.environment import Environment, Place
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import decided, season

pytestmark = [pytest.mark.integration, pytest.mark.faults]

BATCH_RECORDS = 20
# The shortest that a broker allows. A transaction ends by its timeout and a look that the broker takes every 10 s.
SETTINGS = {
    "worker_batch_records": BATCH_RECORDS,
    "worker_session_timeout_ms": 6_000,
    "worker_transaction_timeout_ms": 5_000,
    "worker_snapshot_records": 100,
}
POINTS = (Point.BEGUN, Point.PRODUCED, Point.BEFORE_OFFSETS, Point.BEFORE_COMMIT)


@dataclass
class Case:
    """One worker to be held and its successor."""

    environment: Environment
    point: Point
    places: list[Place]
    held: Program


def hold(environment: Environment, point: Point) -> Case:
    """Let a worker hold itself within its fifth transaction, and wait until it does."""
    village = season("village")
    places = environment.publish(village.events[: len(village.events) // 2])
    count = 4 * BATCH_RECORDS + 5 if point is Point.PRODUCED else 5
    return Case(environment, point, places, environment.worker(SETTINGS, module=at(point, count, signal.SIGSTOP)))


def replace_and_wake(case: Case) -> None:
    """Let another worker do the work, wake the first one, let both go on, and check what they made of it."""
    village, environment = season("village"), case.environment
    half = len(village.events) // 2
    case.held.await_held()
    watch = environment.watch()
    before = watch.all()
    successor = environment.worker(SETTINGS, "b")
    first = len(decided(village.events[:half]).records)
    watch.await_count(first, successor)
    assert 0 < before < first
    assert "assigned partitions=[0]" in successor.said()
    assert case.held.alive
    case.held.wake()
    case.held.await_log("lost|transaction in doubt|transaction aborted")
    # It is a worker again: left alone, it takes over what there is.
    assert successor.stop() == 0
    case.held.await_log("(?s)(lost|in doubt|aborted).*restored partition=0")
    assert case.held.stop() == 0
    # What comes while nobody reads comes in the order of time, so that the result is known.
    places = case.places + environment.publish(village.events[half:])
    again = environment.worker(SETTINGS)
    watch.await_count(len(village.records), again)
    assert again.stop() == 0
    journal_is_of(environment, village, places)


def test_a_worker_that_wakes_after_its_partitions_were_given_away_adds_nothing(
    make_environment: Callable[..., Environment],
) -> None:
    cases = [hold(make_environment(), point) for point in POINTS]
    # All at once, for most of it is waiting for timeouts.
    with ThreadPoolExecutor(len(cases)) as pool:
        for done in [pool.submit(replace_and_wake, case) for case in cases]:
            done.result()
