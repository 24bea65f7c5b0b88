"""Brokers away, brokers killed, publishers killed: nothing is lost, nothing gets out of order, and only what was under
way when a publisher was killed may come twice, under the same id."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.stack.broker import Broker
from producers.client.publisher import Publisher
from tests.integration.publishing.log import ids, make_topics, published, settings
from tests.unit.client.events import event

pytestmark = [pytest.mark.integration, pytest.mark.faults]

RELEASES = 1_000
KILLS = 6
BROKER_KILLED_AT = (100, 400, 800)
WAIT_S = 90
TOPIC = "vacancy-releases"
# Submits releases one by one and says after each how many are accepted; then waits to be killed.
SUBMITTER = """
import sys, time
from pathlib import Path
from producers.client.publisher import Publisher
from tests.integration.publishing.log import settings
from tests.unit.client.events import event
bootstrap, prefix, folder, first, last = sys.argv[1:]
publisher = Publisher(settings(bootstrap, prefix, Path(folder)))
for number in range(int(first), int(last)):
    publisher.submit_events([event(number)])
    sys.stdout.write(f"{number + 1}\\n")
    sys.stdout.flush()
time.sleep(600)
"""


def submit_until(bootstrap: str, prefix: str, folder: Path, first: int, stop: int) -> int:
    """Submit in another process and kill it (SIGKILL) when it has said `stop`; what it has accepted then."""
    arguments = [bootstrap, prefix, str(folder), str(first), str(RELEASES)]
    process = subprocess.Popen([sys.executable, "-c", SUBMITTER, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    accepted = first
    while accepted < stop:
        line = process.stdout.readline()
        assert line, "the submitter ended by itself"
        accepted = int(line)
    process.kill()
    rest = process.stdout.read().split()
    process.stdout.close()
    assert process.wait() == -9
    return int(rest[-1]) if rest else accepted


def wait_for_trouble(publisher: Publisher) -> str:
    """The publisher has noticed."""
    deadline = time.monotonic() + WAIT_S
    while (trouble := publisher.trouble) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return trouble


def test_faults_lose_and_reorder_nothing(own_broker: Callable[[], Broker], tmp_path: Path) -> None:
    broker = own_broker()
    wanted = [f"e-{number}" for number in range(RELEASES)]
    for prefix in ("down.", "killed.", "broker."):
        make_topics(broker.bootstrap, prefix)

    # The broker is down while 1,000 releases are submitted, the process is killed three times, the broker is back.
    broker.kill()
    folder = tmp_path / "down"
    accepted = 0
    for stop in (200, 700, RELEASES):
        accepted = submit_until(broker.bootstrap, "down.", folder, accepted, stop)
        # What was written but not yet told when the process was killed is submitted again, under the same id.
    assert accepted == RELEASES
    broker.start()
    with Publisher(settings(broker.bootstrap, "down.", folder)) as publisher:
        waiting = publisher.pending
        assert waiting >= RELEASES
        assert publisher.flush(WAIT_S) == 0
    found = ids(published(broker.bootstrap, "down.", TOPIC)[TOPIC])
    assert list(dict.fromkeys(found)) == wanted
    assert len(found) == waiting <= RELEASES + 2, "each was sent once"

    # The process is killed at random moments while it sends.
    folder, accepted = tmp_path / "killed", 0
    dice = random.Random(4)
    for stop in sorted(dice.sample(range(20, RELEASES), KILLS)):
        accepted = submit_until(broker.bootstrap, "killed.", folder, accepted, max(stop, accepted))
    with Publisher(settings(broker.bootstrap, "killed.", folder)) as publisher:
        publisher.submit_events([event(number) for number in range(accepted, RELEASES)])
        assert publisher.flush(WAIT_S) == 0
    found = ids(published(broker.bootstrap, "killed.", TOPIC)[TOPIC])
    assert list(dict.fromkeys(found)) == wanted

    # The broker is killed while one publisher sends: that one goes on, and repeats nothing.
    with Publisher(settings(broker.bootstrap, "broker.", tmp_path / "broker", batch_events_max=50)) as publisher:
        troubles = []
        for number in range(RELEASES):
            publisher.submit_events([event(number)])
            if number in BROKER_KILLED_AT:
                broker.kill()
                troubles.append(wait_for_trouble(publisher))
                broker.start(wait=False)
        assert len(troubles) == len(BROKER_KILLED_AT)
        assert publisher.flush(WAIT_S) == 0
    assert ids(published(broker.bootstrap, "broker.", TOPIC)[TOPIC]) == wanted
