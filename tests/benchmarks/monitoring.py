"""The monitoring: how many journal records a second become indicators, beside a Faust agent that only counts them, and
what more partitions and processes bring.

The whole way: read from the journal by Faust, decoded, chain checked, counted, rows encoded and acknowledged by the
broker. A season's journal, under as many localities as there are partitions. Aims are per core, so by CPU time.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from msgspec.structs import replace

from infra.monitoring import GROUP
from infra.topics import apply_topics
from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.journal import Record
from streams.rules.simulate import simulate
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, median, number
from tests.benchmarks.pipeline.cluster import PATIENCE_S, Cluster, cluster
from tests.benchmarks.plan import Plan

AIM_RECORDS_PER_S: Final = 1_500
ROUNDS_MAX: Final = 3
# Of the season, for each locality.
PART_RECORDS: Final = 30_000
# Partitions and processes, on a machine of two cores.
SHARED: Final = ((2, 2), (4, 2), (4, 1))
# Asking costs the process that is asked.
LOOK_EVERY_S: Final = 0.1
COUNTED: Final = re.compile(rb"^oryn_monitoring_records_total (\S+)$", re.MULTILINE)
MESSAGE_BYTES: Final = 17_825_792
CODEC = journal_codec(FrozenIds())
Counted = Callable[[], float]


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    events = season.read_season(season.events_file(plan))
    locality = events[0].locality
    records = list(simulate((each for each in events if each.locality == locality), season.PACK))[:PART_RECORDS]
    rounds = min(plan.rounds, ROUNDS_MAX)
    with cluster(plan.folder / "monitoring") as here:
        prefix = _filled(here, records, 1)
        ours, bare = in_turns(
            rounds, lambda: _ours(here, prefix, 1, len(records)), lambda: _bare(here, prefix, records)
        )
        found = [
            Row(f"monitoring counts {len(records):,} records, one process", "records/s", ours)
            .held(at_least=AIM_RECORDS_PER_S)
            .beside(f"{number(_share(ours, bare))} × the bare loop"),
            Row("  a Faust agent that only counts them", "records/s", bare),
        ]
        for partitions, processes in SHARED if rounds > 1 else SHARED[:1]:
            shared, whole = _filled(here, records, partitions), partitions * len(records)
            samples = [_ours(here, shared, processes, whole) for _ in range(rounds)]
            what = f"  {partitions} partitions, {processes} process{'es' * (processes > 1)}: all together"
            faster = median([each.wall for each in samples]) / median([each.wall for each in ours])
            found.append(Row(what, "records/s", samples).beside(f"{number(faster)} × by the clock"))
    return found


def _share(ours: Sequence[Sample], bare: Sequence[Sample]) -> float:
    return median([one.cpu / other.cpu for one, other in zip(ours, bare, strict=True)])


def _filled(here: Cluster, records: Sequence[Record], partitions: int) -> str:
    """Topics of which each partition of the journal has the records, for a locality of its own; their prefix."""
    prefix = f"{here.topics()}{partitions}."
    apply_topics(AdminClient(dict(here.client)), prefix, "records", partitions)
    producer = Producer({**here.client, "linger.ms": 50, "compression.type": "lz4", "message.max.bytes": MESSAGE_BYTES})
    for record in records:
        for partition in range(partitions):
            value = CODEC.encode(replace(record, locality=f"71{partition:07}"))
            while True:
                try:
                    producer.produce(f"{prefix}journal", value, b"key", partition)
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.poll(0)
    assert producer.flush(PATIENCE_S) == 0, "the broker took not everything"
    return prefix


def _ours(here: Cluster, prefix: str, processes: int, whole: int) -> Sample:
    data = here.folder / prefix
    # What a process before has counted is to be counted again; but what moves between two goes by snapshots.
    shutil.rmtree(data / "snapshots", ignore_errors=True)
    names = [f"monitor-{number}" for number in range(1, processes + 1)]
    with ExitStack() as running:
        started = [
            running.enter_context(
                here.running(
                    *here.processor("monitor", prefix, "--health-port", "0", "--name", name),
                    prefix=prefix,
                )
            )
            for name in names
        ]
        files = [data / "health" / f"{prefix}{GROUP}-{name}.json" for name in names]
        return _drained(started, lambda: sum(_told(each) for each in files), whole)


def _told(note: Path) -> float:
    """How many records a process has counted; none before it says so."""
    try:
        url = json.loads(note.read_bytes())["url"]
        with urlopen(f"{url}/metrics", timeout=PATIENCE_S) as answer:  # noqa: S310 - an address of this machine
            found = COUNTED.search(answer.read())
    except (OSError, ValueError):
        return 0.0
    return float(found[1]) if found else 0.0


def _bare(here: Cluster, prefix: str, records: Sequence[Record]) -> Sample:
    file = here.folder / f"{prefix}bare-{time.monotonic_ns()}"
    command = ("-m", "tests.benchmarks.monitoring_bare", here.client["bootstrap.servers"], f"{prefix}journal")

    def told() -> float:
        return float(file.read_text(encoding="ascii") or 0) if file.exists() else 0.0

    with here.running(*command, str(file), prefix=prefix) as process:
        return _drained([process], told, len(records))


def _drained(processes: Sequence[psutil.Process], counted: Counted, whole: int) -> Sample:
    """Records a second from the first to the last: what starts up does not count."""
    deadline = time.perf_counter() + PATIENCE_S
    begun: tuple[float, float, float] | None = None
    while True:
        count = counted()
        cpu, now = sum(sum(each.cpu_times()[:2]) for each in processes), time.perf_counter()
        if begun is None or not begun[0]:
            begun = count, cpu, now
        if count >= whole:
            # So few that one look has seen them all: since the look before, at most.
            done = max(count - begun[0], 1)
            return Sample(done / max(cpu - begun[1], 1e-3), done / max(now - begun[2], 1e-3))
        assert now < deadline, f"{count:.0f} of {whole} after {PATIENCE_S:.0f} s"
        time.sleep(LOOK_EVERY_S)
