"""The broker killed (SIGKILL) or held under load, alone or with the workers, and started again on the same data."""

import sys
import time
from collections.abc import Callable
from random import Random

import pytest
from confluent_kafka import KafkaException

from streams.runtime.errors import Fatal, Fenced
from tests.faults.conftest import BreakableBroker
from tests.integration.pipeline.checks import DERIVED, journal_is_of, told_by, verify_passes, world_was_told
from tests.integration.pipeline.environment import Environment, Watch
from tests.integration.pipeline.programs import Program
from tests.integration.pipeline.seasons import season

pytestmark = [pytest.mark.integration, pytest.mark.faults]

SEED = 20210905
SCALE = 0.02
SETTINGS = {
    "worker_batch_records": 30,
    "worker_transaction_timeout_ms": 5_000,
    "worker_session_timeout_ms": 6_000,
    "worker_snapshot_records": 1_000,
}
# Longer than a commit may take before its producer is replaced, shorter than its timeout.
HELD_S = 3.0
WAIT_S = 180.0
# A static member whose answer got lost with the broker may be fenced by itself.
ENDED_BY_KAFKA = (Fatal.exit_code, Fenced.exit_code)
# What a worker says of a transaction that a broker took with it: which of them is luck.
NOTICED = ("transaction in doubt", "abort in doubt", "producer replaced", "stuck")


def supervise(watch: Watch, wanted: int, *programs: Program) -> None:
    """Wait for so many records; start again what ended because Kafka had failed it for good, as a supervisor does."""
    deadline = time.monotonic() + WAIT_S
    while watch.look() < wanted:
        assert time.monotonic() < deadline, f"{watch.count} of {wanted}"
        for program in programs:
            if not program.alive:
                assert program.await_exit() in ENDED_BY_KAFKA
                program.start()


def await_open_transaction(environment: Environment, worker: Program) -> None:
    """Wait until a transaction of the worker is open and has written."""
    deadline = time.monotonic() + WAIT_S
    while not environment.open_transactions():
        assert worker.alive
        assert time.monotonic() < deadline, "no transaction was ever seen open"


def test_a_broken_broker_loses_nothing_and_doubles_nothing(
    broker: BreakableBroker, make_environment: Callable[..., Environment]
) -> None:
    environment, astana, random = make_environment(), season("astana-2021", SCALE), Random(SEED)
    places = environment.publish(astana.events)
    worker, fan_out = environment.worker(SETTINGS), environment.fan_out(SETTINGS)
    watch, told = environment.watch(), environment.watch(*DERIVED)
    share, kills = len(astana.records) // 8, broker.kills

    # Alone, within a transaction.
    supervise(watch, share, worker, fan_out)
    await_open_transaction(environment, worker)
    broker.kill()
    with pytest.raises(KafkaException):
        environment.admin.list_topics(timeout=0.5)
    broker.start()
    supervise(watch, watch.look() + random.randint(1, share), worker, fan_out)

    # With everybody.
    await_open_transaction(environment, worker)
    for fault in (broker, worker, fan_out):
        fault.kill()
    broker.start()
    worker.start()
    fan_out.start()
    supervise(watch, watch.look() + random.randint(1, share), worker, fan_out)

    # Held: connections stay, and nothing answers.
    broker.pause()
    time.sleep(HELD_S)
    broker.resume()
    sys.stderr.write(f"{watch.look()} of {len(astana.records)} records at the last fault\n")
    assert watch.count < len(astana.records), "the season was over before the last fault"
    supervise(watch, len(astana.records), worker, fan_out)
    supervise(told, len(told_by(astana)), worker, fan_out)

    assert broker.kills - kills == 2
    assert worker.kills == fan_out.kills == 1
    assert worker.stop() == fan_out.stop() == 0
    assert any(way in worker.said() for way in NOTICED), "the broker broke between two transactions each time"
    journal_is_of(environment, astana, places)
    world_was_told(environment, astana)
    verify_passes(environment)
