"""One of two workers is killed (`kill -9`) while events come: how long until the other decides in its partitions.

From the kill to the first record of the journal that can be read, committed, in one of them. Each round sets up
everything anew, so that no name and no partition is remembered.
"""

import random
import time
from itertools import count
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import Consumer, TopicPartition

from infra.settings_layers import load_settings
from schemas.topic_offsets import is_passing
from tests.benchmarks.measure import Row, plain
from tests.benchmarks.pipeline.cluster import ASK_S, PATIENCE_S, Cluster, Sender, cluster, localities, publish, to
from tests.benchmarks.plan import Plan
from tests.benchmarks.releases import released, town
from tests.benchmarks.steady import sending

ROUNDS_MAX = 3
PARTITIONS = 4
WORKERS = ("worker-1", "worker-2")
RATE_PER_S = 100
# In each town; who comes later finds nobody, which is a decision, too.
WAITING = 500
AIM_BEHIND_SESSION_S = 2.0
# The least that brokers allow as they come.
TINY_SESSION_MS = 6_000
# What the killed one had sent is in the log by then, and nobody takes over so soon.
IN_FLIGHT_S = 0.5
LOOK_S = 0.005


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    session_ms = load_settings(None, {}).settings.worker.session_timeout_ms if plan.rounds > 1 else TINY_SESSION_MS
    draw = random.Random(1)
    with cluster(plan.folder / "takeover") as here:
        taken = [_round(here, session_ms, draw) for _ in range(min(plan.rounds, ROUNDS_MAX))]
    session_s = session_ms / 1_000
    what = f"kill -9 of one of two workers, session timeout {session_s:g} s: first decision in one of its partitions"
    held_up = sum(each.in_transaction for each in taken)
    return [
        Row(what, "s", [plain(each.first) for each in taken])
        .held(at_most=session_s + AIM_BEHIND_SESSION_S)
        .beside(f"{held_up} of {len(taken)} killed in a transaction"),
        Row("  in each of them", "s", [plain(each.last) for each in taken]),
    ]


class Round(NamedTuple):
    """Seconds from the kill to the first decision in one, and in each, of the partitions of the killed one.
    `in_transaction`: it left one open there, which the brokers must end before anybody can go on."""

    first: float
    last: float
    in_transaction: bool


def _round(here: Cluster, session_ms: int, draw: random.Random) -> Round:
    prefix, towns = here.topics(PARTITIONS), localities(PARTITIONS)
    journal = f"{prefix}journal"
    settled = [event for each in towns for event in town(WAITING, 0, locality=each).events]
    publish(here.client, prefix, settled, PARTITIONS)
    environment = {"ORYN_WORKER_SESSION_TIMEOUT_MS": str(session_ms)}
    one, other = (
        here.running(
            *here.processor("worker", prefix, "--clock", "records", "--name", name),
            prefix=prefix,
            environment=environment,
        )
        for name in WORKERS
    )
    releases = (released(index, towns[index % PARTITIONS]) for index in count())
    with one as survivor, other as victim:
        lost = here.shares(prefix, WORKERS, PARTITIONS)[WORKERS[1]]
        sender = Sender(here.client, to(prefix), partitions=PARTITIONS, linger_ms=0)
        with sending(sender, releases, RATE_PER_S):
            with here.reading(journal, here.ends(journal, range(PARTITIONS))) as reader:
                _first_decisions(reader, PARTITIONS, survivor, victim)
            # Not always as long after a heartbeat.
            time.sleep(draw.uniform(0.5, 1.5))
            killed = time.perf_counter()
            victim.kill()
            time.sleep(IN_FLIGHT_S)
            ends = here.ends(journal, lost)
            with here.reading(journal, ends) as reader:
                stable = [reader.get_watermark_offsets(TopicPartition(journal, each), ASK_S)[1] for each in lost]
                moments = _first_decisions(reader, len(lost), survivor)
    return Round(moments[0] - killed, moments[-1] - killed, sum(stable) < sum(ends.values()))


def _first_decisions(reader: Consumer, partitions: int, *alive: psutil.Process) -> list[float]:
    """When the first decision of each of so many partitions could be read, in the order of time. `alive`: who must not
    end meanwhile."""
    found: dict[int | None, float] = {}
    deadline = time.perf_counter() + PATIENCE_S
    while len(found) < partitions:
        for message in reader.consume(1, LOOK_S) or []:
            error = message.error()
            if error is None:
                found.setdefault(message.partition(), time.perf_counter())
            else:
                assert is_passing(error), error
        assert all(each.status() != psutil.STATUS_ZOMBIE for each in alive), "a worker has ended by itself"
        assert time.perf_counter() < deadline, f"decisions in {len(found)} of {partitions} partitions"
    return sorted(found.values())
