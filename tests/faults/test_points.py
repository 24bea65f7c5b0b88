"""A worker killed at each point of a transaction, one after the other: what was committed stays, what was not goes."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.integration.pipeline.at_point import Point, at
from tests.integration.pipeline.checks import DERIVED, await_told, journal_is_of, world_was_told
from tests.integration.pipeline.environment import FAN_OUT, Environment
from tests.integration.pipeline.seasons import season

pytestmark = [pytest.mark.integration, pytest.mark.faults]

BATCH_RECORDS = 20
MARKERS_S = 5.0


def test_a_kill_at_any_point_of_a_transaction_changes_nothing(make_environment: Callable[..., Environment]) -> None:
    environment, village = make_environment(), season("village")
    places = environment.publish(village.events)
    watch, counts, settings = environment.watch(), [], {"worker_batch_records": BATCH_RECORDS}
    for point in Point:
        count = 4 * BATCH_RECORDS if point is Point.PRODUCED else 4
        worker = environment.worker(settings, module=at(point, count, signal.SIGKILL))
        assert worker.await_exit() == -signal.SIGKILL
        if point is not Point.PRODUCED:  # there, the records may be on their way
            open_ones = point in {Point.BEFORE_OFFSETS, Point.BEFORE_COMMIT}
            # A commit is answered before its markers are written.
            deadline = time.monotonic() + MARKERS_S
            while environment.open_transactions() != open_ones:
                assert time.monotonic() < deadline, point
                time.sleep(0.05)
        counts.append(watch.all())
    worker, fan_out = environment.worker(), environment.fan_out()
    watch.await_count(len(village.records), worker)
    await_told(environment, village, fan_out)
    assert worker.stop() == fan_out.stop() == 0
    assert counts == sorted(set(counts)), "each life committed something"
    journal_is_of(environment, village, places)
    world_was_told(environment, village)


def test_a_fan_out_killed_in_its_first_transaction_has_told_nothing(
    make_environment: Callable[..., Environment],
) -> None:
    """Its records are in the topics, aborted, and its group has no offset: that is no group that was forgotten."""
    environment, village = make_environment(partitions=2), season("village", days=20)
    environment.publish(village.events)
    environment.watch().await_count(len(village.records), environment.worker())
    first = environment.fan_out(module=at(Point.BEFORE_COMMIT, 1, signal.SIGKILL))
    assert first.await_exit() == -signal.SIGKILL
    assert any(end for topic in DERIVED for end in environment.ends(topic)), "something is in the topics"
    assert not environment.group_offsets(FAN_OUT)
    fan_out = environment.fan_out()
    await_told(environment, village, fan_out)
    assert fan_out.stop() == 0
    world_was_told(environment, village)
