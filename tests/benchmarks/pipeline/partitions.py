"""The worker with more partitions, and with more processes: the same events of as many towns as there are partitions at
most, equally large, so that all partitions are equally full.

The events lie in one open transaction until each worker has its share: all see them at the same moment. On two cores
with the broker on them, two processes are the most that can be had.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from msgspec.structs import replace

from schemas.events import Event
from streams.rules.simulate import simulate
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, median, number, ratios
from tests.benchmarks.peers import mixes
from tests.benchmarks.pipeline.cluster import Cluster, Sender, cluster, drain, localities, to
from tests.benchmarks.plan import Plan

ROUNDS_MAX = 3
TOWNS = 4
# Partitions and processes; what the others are held against first.
CASES = ((1, 1), (2, 1), (4, 1), (2, 2), (4, 2))
CASES_OF_TINY = ((1, 1), (4, 2))
WITHHELD_MS = 600_000
COMMIT_S = 60.0


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    towns = localities(TOWNS)
    one = [replace(each, locality=towns[0]) for each in mixes.campaign(plan, plan.peers_scale)]
    records = TOWNS * sum(1 for _ in simulate(one, season.PACK))
    events = [replace(event, locality=town) for event in one for town in towns]
    cases = CASES if plan.rounds > 1 else CASES_OF_TINY
    with cluster(plan.folder / "partitions") as here:
        taken = in_turns(
            min(plan.rounds, ROUNDS_MAX), *(lambda case=case: _through(here, events, records, *case) for case in cases)
        )
    rows: list[Row] = []
    for (partitions, processes), samples in zip(cases, taken, strict=True):
        of = f"{partitions} partition{'s' * (partitions > 1)}, {processes} worker{'s' * (processes > 1)}"
        if not rows:
            rows.append(Row(f"{of}: {len(events):,} events of {TOWNS} towns, each decided", "events/s", samples))
            continue
        clock = median([a.wall / b.wall for a, b in zip(samples, taken[0], strict=True)])
        beside = f"{number(median(ratios(samples, taken[0])))} × by CPU time, {number(clock)} × by the clock"
        rows.append(Row(f"  {of}", "events/s", samples).beside(beside))
    return rows


def _through(here: Cluster, events: Sequence[Event], records: int, partitions: int, processes: int) -> Sample:
    """Events a second, by the CPU time of all workers together and by the clock."""
    prefix = here.topics(partitions)
    names = [f"worker-{each}" for each in range(1, processes + 1)]
    sender = _withheld(here, prefix, events, partitions)
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                here.running(*here.processor("worker", prefix, "--clock", "records", "--name", name), prefix=prefix)
            )
            for name in names
        ]
        here.shares(prefix, names, partitions)
        sender.producer.commit_transaction(COMMIT_S)
        return drain(workers, lambda: here.end(f"{prefix}journal", partitions), records).rate(len(events))


def _withheld(here: Cluster, prefix: str, events: Sequence[Event], partitions: int) -> Sender:
    """The events in a transaction that is still open."""
    own: dict[str, str | int] = {"transactional.id": f"{prefix}towns", "transaction.timeout.ms": WITHHELD_MS}
    sender = Sender(here.client, to(prefix), partitions=partitions, properties=own)
    sender.producer.init_transactions(COMMIT_S)
    sender.producer.begin_transaction()
    sender.send_all(events)
    return sender
