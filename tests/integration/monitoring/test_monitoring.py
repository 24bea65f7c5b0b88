"""`oryn monitor` on a real broker: whatever happens to it, readers end up with the rows that the journal makes."""

import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Thread

import psutil  # type: ignore[import-untyped]  # has no types of its own
import pytest

from infra.monitoring import GROUP
from infra.stack.broker import Broker
from infra.status import look
from schemas.instants import EPOCH, MILLISECOND
from schemas.journal import Record
from streams.runtime.errors import UnknownOffset
from tests.integration.monitoring.world import PARTITIONS, SESSION_MS, World, eventually, kill, opened
from tests.unit.monitoring.folding import season
from tests.unit.monitoring.test_restoring import LOCALITIES, STARTS, by_time

pytestmark = [pytest.mark.integration, pytest.mark.faults]
KILLS = 20
CLIENTS = re.compile(r"(WARNING|ERROR) (aiokafka|oryn\.kafka|streams\.monitoring\.outage)")


@pytest.fixture
def world(kafka: str, prefix: str, tmp_path: Path) -> Iterator[World]:
    with opened(kafka, prefix, tmp_path) as found:
        yield found


def journal() -> Iterator[Record]:
    """Of several localities, in order of time."""
    return iter(
        by_time([season(seed, each, STARTS[seed % len(STARTS)]).records for seed, each in enumerate(LOCALITIES)])
    )


def moment_of(record: Record) -> datetime:
    return EPOCH + record.time * MILLISECOND


def test_killed_again_and_again_shared_and_rebuilt_the_rows_are_those_of_the_journal(world: World) -> None:
    seed = random.randrange(1_000)
    chance, chance_of_death, records = random.Random(seed), random.Random(seed + 1), journal()
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    first, second, third = (list(islice(records, count)) for count in (1_000, 300, 200))

    def write() -> None:
        for begin in range(0, len(first), 25):
            world.write(first[begin : begin + 25], chance)
            time.sleep(0.1)

    writing = Thread(target=write)
    writing.start()
    gone, pid = world.start("monitor-2"), world.start("monitor-1")
    world.await_restored(PARTITIONS - 1)
    kill(gone)  # the other takes its partitions over when the session is over, while it is itself killed
    kill(pid)
    for number in range(1, KILLS):
        known = world.restored()
        pid = world.start("monitor-1")
        if number % 2:  # some die while they start, the others while they count
            world.await_restored(known)
        time.sleep(chance_of_death.uniform(0, 0.3))
        kill(pid)
    writing.join()
    one = world.start("monitor-1")
    world.await_rows(world.expected())

    two = world.start("monitor-2")
    world.write(second, chance)
    world.await_rows(world.expected())
    status = look(world.settings)
    (group,) = [each for each in status.groups if each.name == f"{world.prefix}{GROUP}"]
    assert {each.partition for each in group.partitions} == set(range(PARTITIONS))
    assert {each.partition for each in status.counted} == set(range(PARTITIONS))
    newest = max(each.up_to for each in status.counted if each.up_to is not None)
    assert newest == max(moment_of(record) for record in (*first, *second))
    world.write(third, chance)
    kill(one)
    one = world.start("monitor-1")
    expected = world.expected()
    world.await_rows(expected)

    kill(one, signal.SIGTERM)
    kill(two, signal.SIGTERM)
    assert world.exit_code("monitor-1") == world.exit_code("monitor-2") == 0
    end = world.end_of_rows()
    world.start("monitor-1", "from-start")
    world.start("monitor-2", "from-start")
    world.await_rows(expected, first=end)


def test_brokers_that_are_away_for_longer_than_a_session_are_waited_for(
    own_broker: Callable[[], Broker], prefix: str, tmp_path: Path
) -> None:
    broker, records = own_broker(), season(0).records
    with opened(broker.bootstrap, prefix, tmp_path) as world:
        world.write(records[:200], random.Random(1))
        pid = world.start("monitor-1")
        world.await_rows(world.expected())
        eventually(lambda: not world.reasons("monitor-1"))
        away = time.monotonic()
        broker.kill()
        eventually(lambda: "none answers" in world.reasons("monitor-1").get("brokers", ""))
        time.sleep(max(0.0, away + SESSION_MS / 1_000 - time.monotonic()))
        broker.start()
        world.write(records[200:300], random.Random(2))
        eventually(lambda: not world.reasons("monitor-1"))
        world.await_rows(world.expected())
        kill(pid, signal.SIGTERM)
        assert world.exit_code("monitor-1") == 0
        told = [line for line in world.log.read_text(encoding="utf-8").splitlines() if CLIENTS.search(line)]
        assert len(told) < 10, "of some hundred lines that Kafka's clients have about it"
        assert world.restored() == PARTITIONS, "nothing was counted anew"


def test_a_chain_that_does_not_go_on_ends_the_process(world: World) -> None:
    records = season(0).records[:120]
    world.write(records[:100], random.Random(1))
    pid = world.start("monitor-1")
    expected = world.expected()
    world.await_rows(expected)
    world.write(records[101:], random.Random(1))
    assert world.exit_code("monitor-1") == UnknownOffset.exit_code == 72
    eventually(lambda: not psutil.pid_exists(pid))
    assert "does not continue record 100" in world.log.read_text(encoding="utf-8")
    world.start("monitor-2")  # another one can't go on, either
    assert world.exit_code("monitor-2") == 72
    world.await_rows(expected)  # nothing was counted after it


def test_a_journal_that_was_made_anew_ends_the_process(world: World) -> None:
    records = season(0).records
    world.write(records[:200], random.Random(1))
    world.start("monitor-1")
    world.await_rows(world.expected())
    world.make_journal_anew()
    assert world.exit_code("monitor-1") == 72
    assert "was made anew" in world.log.read_text(encoding="utf-8")
