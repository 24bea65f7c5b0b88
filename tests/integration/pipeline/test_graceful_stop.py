"""A worker asked to stop (SIGTERM) in the middle of a large opening: it ends its transaction, and the next goes on."""

import signal

import pytest

from schemas.words import Timer
from tests.integration.pipeline.at_point import Point, at
from tests.integration.pipeline.checks import journal_is_of
from tests.integration.pipeline.environment import Environment
from tests.integration.pipeline.seasons import decided, large_opening

pytestmark = pytest.mark.integration

# One bulletin and three of the six records of the opening, one in each transaction.
TRANSACTIONS = 4


def test_a_stop_in_the_middle_of_an_opening_goes_on_where_it_was(environment: Environment) -> None:
    season, watch = large_opening(), environment.watch()
    evening, tick = season.events[:-1], season.events[-1:]
    places = environment.publish(evening)
    worker = environment.worker()
    before = watch.await_count(len(decided(evening).records), worker)
    assert worker.stop() == 0

    places += environment.publish(tick)
    module = at(Point.COMMITTED, TRANSACTIONS, signal.SIGTERM)
    worker = environment.worker({"worker_batch_records": 1}, module=module)
    assert worker.await_exit() == 0
    assert "snapshot not" not in worker.said()
    assert watch.await_count(before + TRANSACTIONS) == before + TRANSACTIONS
    last, following = season.records[watch.count - 1], season.records[watch.count]
    assert last.cause == following.cause, "one timer of one moment"
    assert last.cause.timer is Timer.OPENING

    worker = environment.worker()
    watch.await_count(len(season.records), worker)
    assert worker.stop() == 0
    assert "snapshot not" not in worker.said(), "it was saved in the middle, and used"
    journal_is_of(environment, season, places)
