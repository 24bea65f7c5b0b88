"""A worker takes over a partition: from the journal alone, and from a snapshot. The way that `oryn worker` goes."""

from confluent_kafka import Producer
from prometheus_client import CollectorRegistry

from schemas.cloudevents import output_headers
from schemas.codec import ValueCodec, journal_codec
from schemas.ids import FrozenIds
from schemas.journal import Record
from streams.allocation.restore import JOURNAL, Base, fold_journal
from streams.rules.simulate import simulate
from streams.runtime.logs import KafkaLogs
from streams.runtime.metrics import Metrics
from streams.runtime.settings import Clock, RuntimeSettings
from streams.runtime.snapshots import Saver
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Stopwatch, no_garbage_collection
from tests.benchmarks.pipeline.cluster import PARTITION, Cluster, cluster
from tests.benchmarks.plan import Plan

AIM_S = 15.0
AIM_SNAPSHOT_S = 3.0


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    codec = journal_codec(FrozenIds())
    with cluster(plan.folder / "restoring") as here:
        prefix = here.topics()
        count = _write(here, prefix, plan, codec)
        settings = RuntimeSettings(
            client=here.client,
            group_id=f"{prefix}allocation",
            worker="bench",
            topic_prefix=prefix,
            clock=Clock.RECORDS,
            snapshots=here.folder / "snapshots",
            snapshot_records=1,
        )
        logs, figures = KafkaLogs(settings), Metrics(CollectorRegistry(), "bench")
        log_id = logs.log_id(JOURNAL)
        base = Base.empty(PARTITION, 1, log_id, lambda _: season.PACK, logs.start(JOURNAL, PARTITION))
        progress = figures.restored.labels(str(PARTITION)).set
        with no_garbage_collection():
            watch = Stopwatch.start()
            for _ in fold_journal(base, codec.decode, logs, progress):
                pass
            whole = watch.stop()
        saver = Saver(settings.snapshot_store(), 1)
        assert saver.save_if_due(base.unsaved, base.snapshot, final=True), "a snapshot was due"
        hashes = {locality: book.hash for locality, book in base.books.items()}
        del base
        with no_garbage_collection():
            watch = Stopwatch.start()
            cached = Base.load(PARTITION, 1, saver, log_id, lambda _: season.PACK)
            assert cached is not None, "the snapshot holds"
            for _ in fold_journal(cached, codec.decode, logs, progress):
                pass
            short = watch.stop()
        assert {locality: book.hash for locality, book in cached.books.items()} == hashes
        logs.close()
    return [
        Row(f"worker restores {count:,} records from the journal's topic", "s", [whole]).held(at_most=AIM_S),
        Row("  from a snapshot", "s", [short]).held(at_most=AIM_SNAPSHOT_S),
    ]


def _write(here: Cluster, prefix: str, plan: Plan, codec: ValueCodec[Record]) -> int:
    """The journal of a season, as the worker would have written it; how many records."""
    events = season.read_season(season.events_file(plan, plan.restored_scale))
    locality = events[0].locality
    producer = Producer(
        {
            **here.client,
            "enable.idempotence": True,
            "linger.ms": 50,
            "compression.type": "lz4",
            "message.max.bytes": 17_825_792,
        }
    )
    count = 0
    for record in simulate((each for each in events if each.locality == locality), season.PACK):
        headers = output_headers(f"{locality}:{record.sequence}", "JournalRecord", record.time)
        while True:
            try:
                producer.produce(
                    f"{prefix}{JOURNAL}",
                    codec.encode(record),
                    locality.encode(),
                    PARTITION,
                    headers=[*headers],
                    timestamp=int(record.time),
                )
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
        count += 1
    assert producer.flush(120) == 0, "the broker took not everything"
    return count
