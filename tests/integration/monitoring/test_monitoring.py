"""`oryn monitor` on a real broker: whatever happens to it, readers end up with the rows that the journal makes."""

import random
import signal
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Thread

import psutil  # type: ignore[import-untyped]  # has no types of its own
import pytest

from schemas.journal import Record
from streams.runtime.errors import UnknownOffset
from tests.integration.monitoring.world import World, kill, opened
from tests.unit.monitoring.folding import season
from tests.unit.monitoring.test_restoring import LOCALITIES, STARTS, by_time

pytestmark = [pytest.mark.integration, pytest.mark.faults]
KILLS = 20


@pytest.fixture
def world(kafka: str, prefix: str, tmp_path: Path) -> Iterator[World]:
    with opened(kafka, prefix, tmp_path) as found:
        yield found


def journal() -> Iterator[Record]:
    """Of several localities, in order of time."""
    return iter(
        by_time([season(seed, each, STARTS[seed % len(STARTS)]).records for seed, each in enumerate(LOCALITIES)])
    )


def test_killed_again_and_again_shared_and_rebuilt_the_rows_are_those_of_the_journal(world: World) -> None:
    seed = random.randrange(1_000)
    chance, chance_of_death, records = random.Random(seed), random.Random(seed + 1), journal()
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    first, second, third = (list(islice(records, count)) for count in (1_000, 300, 200))

    def write() -> None:
        for begin in range(0, len(first), 20):
            world.write(first[begin : begin + 20], chance)
            time.sleep(0.3)

    writing = Thread(target=write)
    writing.start()
    for number in range(KILLS):
        known = world.restored()
        pid = world.start("monitor-1")
        if number % 2:  # some die while they start, the others while they count
            world.await_restored(known)
        time.sleep(chance_of_death.uniform(0, 0.7))
        kill(pid)
    writing.join()

    one, two = world.start("monitor-1"), world.start("monitor-2")
    world.write(second, chance)
    world.await_rows(world.expected())
    kill(one)  # the other takes its partitions over when the session is over
    world.write(third, chance)
    expected = world.expected()
    world.await_rows(expected)

    kill(two, signal.SIGTERM)
    assert world.exit_code("monitor-2") == 0
    end = world.end_of_rows()
    three = world.start("monitor-2")
    world.start("monitor-1", "from-start")
    kill(three, signal.SIGTERM)
    world.await_rows(expected, first=end)


def test_a_chain_that_does_not_go_on_ends_the_process(world: World) -> None:
    records = season(0).records[:120]
    world.write(records[:100], random.Random(1))
    pid = world.start("monitor-1")
    expected = world.expected()
    world.await_rows(expected)
    world.write(records[101:], random.Random(1))
    assert world.exit_code("monitor-1") == UnknownOffset.exit_code == 72
    with pytest.raises(psutil.NoSuchProcess):
        psutil.Process(pid)
    assert "does not continue record 100" in world.log.read_text(encoding="utf-8")
    world.start("monitor-2")  # another one can't go on, either
    assert world.exit_code("monitor-2") == 72
    world.await_rows(expected)  # nothing was counted after it
