"""The registers in PostgreSQL: catching up from Kafka, beside rows written one by one; and how far behind at a rate.

The whole way: from the topics, decoded, chain checked, folded with the rows that the database has, committed. By the
clock, for PostgreSQL and the broker work on the same cores and their work counts.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event as Flag
from threading import Thread

import psycopg
from confluent_kafka import Producer
from prometheus_client import CollectorRegistry

from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from consumers.reading.store import Store
from consumers.registers.connection import Connection
from consumers.registers.saving import Writer
from consumers.registers.settings import RegistersSettings
from consumers.registers.store import JournalStore, StageStore
from consumers.registers.tables import Cells, Table, quoted
from infra.stack.own import OwnService
from infra.stack.postgres import Postgres
from schemas.codec import journal_codec, output_codec
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.outputs import ServiceStage
from streams.projections.projection import Projection
from streams.rules.simulate import simulate
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, no_garbage_collection, number, plain
from tests.benchmarks.pipeline.cluster import PARTITION, PATIENCE_S, Cluster, cluster
from tests.benchmarks.plan import Plan

AIM_RECORDS_PER_S = 10_000
AIM_BEHIND_MS = 1_000
RATE_PER_S = 1_000
RATE_SECONDS = 10
ROUNDS_MAX = 3
# Of the comparison: row by row, the whole season would take minutes.
PART_RECORDS = 40_000
LOOK_EVERY_S = 0.005
JOURNAL, STAGES = "journal", "service-stages"


class RowByRow(Writer):
    """Writes the same rows as one would without COPY: INSERT … ON CONFLICT DO UPDATE of many by the driver."""

    def copy(self, table: str, columns: tuple[str, ...], rows: Sequence[Cells]) -> None:
        """Insert rows that are new."""
        self._upsert(table, columns, (), rows)

    def _update(self, table: Table, rows: Sequence[object]) -> None:  # type: ignore[type-arg]
        self._upsert(table.name, table.columns, table.key, table.cells(rows))

    def _upsert(self, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Cells]) -> None:
        values = [each for each in columns if each not in key]
        changed = ", ".join(f"{quoted([each])} = excluded.{quoted([each])}" for each in values)
        conflict = f" ON CONFLICT ({quoted(key)}) DO UPDATE SET {changed}" if key else ""
        marks = ", ".join(["%b"] * len(columns))
        with self._connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} ({quoted(columns)}) VALUES ({marks}){conflict}",  # noqa: S608
                rows,
            )


class RowByRowStore(JournalStore):
    """The store of the journal with that writer."""

    def _opened(self, connection: Connection) -> None:
        self._writer = RowByRow(connection)


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    events = season.read_season(season.events_file(plan))
    locality = events[0].locality
    records = list(simulate((each for each in events if each.locality == locality), season.PACK))
    part = records[:PART_RECORDS]
    with cluster(plan.folder / "registers") as here, OwnService(Postgres(here.folder / "postgres")) as service:
        service.start()
        whole = [_caught_up(here, service.address, records, _ours) for _ in range(min(plan.rounds, ROUNDS_MAX))]
        ours, row_by_row = in_turns(
            min(plan.rounds, ROUNDS_MAX),
            lambda: _caught_up(here, service.address, part, _ours_alone),
            lambda: _caught_up(here, service.address, part, _row_by_row),
        )
        behind = _behind(here, service.address, records[: min(len(records), RATE_PER_S * RATE_SECONDS)])
    share = [one.wall / other.wall for one, other in zip(ours, row_by_row, strict=True)]
    found = Row(f"registers catch up, {len(records):,} records and their stages", "records/s", whole)
    late = statistics.quantiles(behind, n=100, method="inclusive")
    return [
        found.held(at_least=AIM_RECORDS_PER_S),
        Row(f"  the first {len(part):,} records alone", "records/s", ours),
        Row("  INSERT … ON CONFLICT, row by row, the same rows", "records/s", row_by_row).beside(
            f"{number(statistics.median(share))} × as fast by COPY"
        ),
        Row(f"registers behind the topic at {RATE_PER_S:,} records/s, median", "ms", [plain(late[49] * 1e3)]),
        Row("  99th percentile", "ms", [plain(late[98] * 1e3)]).held(at_most=AIM_BEHIND_MS),
    ]


Stores = Callable[[RegistersSettings, str], Mapping[str, Store]]


def _same_topic() -> str:
    return "made once"


def _ours(settings: RegistersSettings, prefix: str) -> Mapping[str, Store]:
    ids = FrozenIds()
    stages = StageStore(settings, prefix + STAGES, _same_topic, output_codec(STAGES, ServiceStage, ids))
    return {JOURNAL: JournalStore(settings, prefix + JOURNAL, _same_topic, journal_codec(ids)), STAGES: stages}


def _ours_alone(settings: RegistersSettings, prefix: str) -> Mapping[str, Store]:
    return {JOURNAL: JournalStore(settings, prefix + JOURNAL, _same_topic, journal_codec(FrozenIds()))}


def _row_by_row(settings: RegistersSettings, prefix: str) -> Mapping[str, Store]:
    return {JOURNAL: RowByRowStore(settings, prefix + JOURNAL, _same_topic, journal_codec(FrozenIds()))}


def _caught_up(here: Cluster, address: str, records: Sequence[Record], stores: Stores) -> Sample:
    prefix = here.topics()
    producer = _producer(here)
    _send(producer, prefix, records)
    stages = _send_stages(producer, prefix, records)
    assert producer.flush(PATIENCE_S) == 0, "the broker took not everything"
    settings = _fresh(address)
    chosen = stores(settings, prefix)
    for store in chosen.values():  # the schema is made before the clock starts
        store.open()
    wanted = (len(records), stages if STAGES in chosen else 0)
    with no_garbage_collection():
        began, cpu = time.perf_counter(), time.process_time()
        _run(here, prefix, chosen, lambda: _stored(address) == wanted)
        taken = Sample(time.process_time() - cpu, time.perf_counter() - began)
    # Of the aim, the clock counts: two processes work, of which this one's CPU time is a part.
    return plain(len(records) / taken.wall)


def _behind(here: Cluster, address: str, records: Sequence[Record]) -> list[float]:
    """For each record, seconds from handing it to the producer until a query sees it."""
    prefix, settings = here.topics(), _fresh(address)
    stores = _ours(settings, prefix)
    sent: list[float] = []
    seen: list[float] = []
    producer = _producer(here, linger_ms=0)
    projection = Projection(records[0].locality)

    def send() -> None:
        began = time.perf_counter()
        for count, record in enumerate(records):
            pause = began + count / RATE_PER_S - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            sent.append(time.perf_counter())
            _produce(producer, prefix + JOURNAL, _JOURNAL_CODEC.encode(record), record)
            for stage in projection.project(record):
                if isinstance(stage, ServiceStage):
                    _produce(producer, prefix + STAGES, _STAGE_CODEC.encode(stage), record)
            producer.poll(0)
        assert producer.flush(PATIENCE_S) == 0, "the broker took not everything"

    for store in stores.values():
        store.open()
    thread = Thread(target=send)

    def done() -> bool:
        now_stored, now = _stored(address)[0], time.perf_counter()
        seen.extend([now] * (now_stored - len(seen)))
        if not thread.is_alive() and not sent:
            thread.start()
        return len(seen) == len(records)

    _run(here, prefix, stores, done)
    thread.join()
    return [after - before for before, after in zip(sent, seen, strict=True)]


def _run(here: Cluster, prefix: str, stores: Mapping[str, Store], done: Callable[[], bool]) -> None:
    """Run readers until it is done."""
    stop, figures = Flag(), Figures(CollectorRegistry())
    readers = [Reader(here.client, prefix + name, store, figures) for name, store in stores.items()]
    threads = [Thread(target=reader.run, args=(stop,)) for reader in readers]
    for thread in threads:
        thread.start()
    deadline = time.perf_counter() + PATIENCE_S
    while not done():
        assert time.perf_counter() < deadline, "the readers do not come to the end"
        time.sleep(LOOK_EVERY_S)
    stop.set()
    for thread in threads:
        thread.join()


def _fresh(address: str) -> RegistersSettings:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS registers CASCADE")
    return RegistersSettings(address)


def _stored(address: str) -> tuple[int, int]:
    """How many records and stages are committed, by the positions: to count rows would take from what is measured."""
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute(
            "SELECT (SELECT coalesce(sum(records), 0) FROM registers.localities),"
            " (SELECT coalesce(sum(next_offset), 0) FROM registers.positions WHERE topic LIKE '%service-stages')"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


_JOURNAL_CODEC = journal_codec(FrozenIds())
_STAGE_CODEC = output_codec(STAGES, ServiceStage, FrozenIds())


def _producer(here: Cluster, linger_ms: int = 50) -> Producer:
    return Producer(
        {
            **here.client,
            "enable.idempotence": True,
            "linger.ms": linger_ms,
            "compression.type": "lz4",
            "message.max.bytes": 17_825_792,
        }
    )


def _send(producer: Producer, prefix: str, records: Iterable[Record]) -> None:
    for record in records:
        _produce(producer, prefix + JOURNAL, _JOURNAL_CODEC.encode(record), record)


def _send_stages(producer: Producer, prefix: str, records: Sequence[Record]) -> int:
    projection, count = Projection(records[0].locality), 0
    for record in records:
        for stage in projection.project(record):
            if isinstance(stage, ServiceStage):
                _produce(producer, prefix + STAGES, _STAGE_CODEC.encode(stage), record)
                count += 1
    return count


def _produce(producer: Producer, topic: str, value: bytes, record: Record) -> None:
    while True:
        try:
            producer.produce(topic, value, record.locality.encode(), PARTITION, timestamp=int(record.time))
            return
        except BufferError:
            producer.poll(0.1)
