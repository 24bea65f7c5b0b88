"""Two processes with one name: the later one has it. The earlier one leaves and leaves nothing wrong behind."""

import signal
from collections.abc import Callable

import pytest

from streams.runtime.errors import Fenced
from tests.integration.pipeline.at_point import Point, at
from tests.integration.pipeline.checks import journal_is_of
from tests.integration.pipeline.environment import Environment
from tests.integration.pipeline.seasons import season

pytestmark = [pytest.mark.integration, pytest.mark.faults]

SETTINGS = {"worker_batch_records": 20, "worker_snapshot_records": 1}


def test_who_loses_its_name_within_a_transaction_leaves_no_trace(make_environment: Callable[..., Environment]) -> None:
    environment, village = make_environment(), season("village")
    first, rest = village.events[:200], village.events[200:]
    places = environment.publish(first)
    held = environment.worker(SETTINGS, module=at(Point.BEFORE_COMMIT, 4, signal.SIGSTOP))
    held.await_held()
    assert environment.open_transactions() == 1
    # The same name, so also the same folder of snapshots, as when an operator starts it by mistake on one machine.
    second = environment.worker(SETTINGS)
    watch = environment.watch()
    watch.await_count(sum(record.time <= first[-1].time for record in village.records), second)
    second.kill()
    held.wake()
    assert held.await_exit() == Fenced.exit_code
    places += environment.publish(rest)
    third = environment.worker(SETTINGS)
    watch.await_count(len(village.records), third)
    assert third.stop() == 0
    journal_is_of(environment, village, places)
