"""The live view: how fast the journal reaches Redis, and what a number costs, beside PostgreSQL and stored numbers.

All contenders hold the same rows and are asked in turns. Wall clock counts here: who asks waits for a server.
"""

import datetime
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import redis
from confluent_kafka import Message, Producer

from consumers.live_view.order import Waiting
from consumers.live_view.store import LiveViewStore
from consumers.live_view.view import LiveView
from infra.stack.own import OwnService
from infra.stack.postgres import Postgres
from infra.stack.redis import Redis
from schemas import facts as f
from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH, Cause, Record, decode_record
from schemas.words import Channel, Group, QueueKind
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, in_turns, median, no_garbage_collection, number, plain
from tests.benchmarks.pipeline.cluster import PARTITION, Cluster, cluster, drain
from tests.benchmarks.plan import Plan

AIM_RECORDS = 20_000
AIM_NUMBER_MS = 1.0
ROUNDS_MAX = 3
SNAPSHOT_ROWS = 50_000
LOCALITY, QUEUE = "710000000", "general/2018"
GROUPS = (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)
SHARES = (5, 25, 70)
FACTS = 300
MESSAGE_BYTES_MAX = 17_825_792
FEW = 5  # the peers read every row
CODEC = journal_codec(FrozenIds())


class _KnownEnd:
    """No topic: the end is where the benchmark says."""

    def offsets(self) -> dict[int, int]:
        return {PARTITION: 0}

    def before(self, *_: object) -> dict[int, int]:
        return {}

    def reached(self, *_: object) -> bool:
        return True


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="live-view-", dir=plan.folder)))
        service = stack.enter_context(OwnService(Redis(folder / "redis")))
        service.start()
        client = stack.enter_context(redis.Redis.from_url(service.address))
        rows = _catching_up(plan, client, service.address)
        rows += _asking(plan, client, stack, folder)
    return rows


# --------------------------------------------------------------------------------------------------------- writing


def _catching_up(plan: Plan, client: redis.Redis, address: str) -> list[Row]:
    journal = [CODEC.encode(decode_record(line)) for line in season.journal_file(plan).read_bytes().splitlines()]
    with cluster(plan.folder / "live-view") as here:
        prefix = here.topics()
        _publish(here, prefix, journal)
        samples, slowest = [], []
        for _ in range(min(plan.rounds, ROUNDS_MAX)):
            client.flushall()
            client.config_set("slowlog-log-slower-than", 100)
            client.slowlog_reset()
            samples.append(_catch_up(here, prefix, client, address, len(journal)))
            calls: Any = client.slowlog_get(128)
            slowest.append(plain(max((call["duration"] for call in calls), default=100) / 1_000))
    return [
        Row(f"live view, {len(journal):,} records from Kafka to Redis, reader's CPU", "records/s", samples),
        Row("  by the clock", "records/s", [plain(each.wall) for each in samples]).held(at_least=AIM_RECORDS),
        Row("  longest that Redis was held up by one call", "ms", slowest),
    ]


def _publish(here: Cluster, prefix: str, journal: list[bytes]) -> None:
    limits = {"message.max.bytes": MESSAGE_BYTES_MAX, "queue.buffering.max.messages": 2_000_000}
    producer = Producer({**here.client, "linger.ms": 50, **limits})
    for value in journal:
        producer.produce(f"{prefix}journal", value, LOCALITY.encode(), PARTITION)
        producer.poll(0)
    assert producer.flush(60) == 0, "the broker took not everything"


def _catch_up(here: Cluster, prefix: str, client: redis.Redis, address: str, whole: int) -> Sample:
    os.environ["ORYN_REDIS_URL"] = address
    where = ("--kafka", here.client["bootstrap.servers"], "--prefix", prefix)
    command = ("-m", "infra", "reader", "live-view", *where, "-q")

    def written() -> int:
        return int(client.hget(f"{prefix}oryn:1:positions", PARTITION) or 0)

    with here.running(*command, prefix=prefix) as process:
        return drain([process], written, whole).rate(whole)


# ---------------------------------------------------------------------------------------------------------- asking


def _asking(plan: Plan, client: redis.Redis, stack: ExitStack, folder: Path) -> list[Row]:
    waiting = plan.waiting[-1]
    client.flushall()
    everybody = _crowd(waiting)
    used = int(client.info("memory")["used_memory"])
    client.config_set("appendonly", "no")  # the crowd's way into Redis is not measured
    _fill(client, everybody)
    each = (int(client.info("memory")["used_memory"]) - used) / waiting
    table = _table(stack, folder, everybody)
    sizes = Counter(group for group, _, _ in everybody)
    view = LiveView(client, "oryn")
    chance = random.Random(1)
    asked = [everybody[chance.randrange(waiting)] for _ in range(min(plan.questions, 2_000))]
    assert all(view.number(one[2], LOCALITY) == _count(table, one, sizes) for one in asked[:FEW]), "all number alike"

    def ours() -> Sample:
        return _each(lambda one: view.number(one[2], LOCALITY), asked)

    def anywhere() -> Sample:
        return _each(lambda one: view.number(one[2]), asked)

    def counting() -> Sample:
        return _each(lambda one: _count(table, one, sizes), asked[:FEW])

    def rewriting() -> Sample:
        return _each(lambda _: _rewrite(table), asked[:1])

    def page() -> Sample:
        return _each(lambda _: view.queue(LOCALITY, QUEUE, waiting // 2 + 1, 100), asked[:20])

    with no_garbage_collection():
        own, unnamed, pages, counted = in_turns(plan.rounds, ours, anywhere, page, counting)
        rewritten = [rewriting()]
        snapshot = _snapshot(plan, client, min(waiting, SNAPSHOT_ROWS))
    worst = max(own, key=lambda sample: sample.wall)
    return [
        Row(f"a number from Redis among {waiting:,} waiting", "ms", own).held(at_most=AIM_NUMBER_MS),
        Row("  without its locality", "ms", unnamed),
        Row("  a page of 100 from the middle of the queue", "ms", pages),
        Row("  PostgreSQL, count(*) over an index, group sizes given", "ms", counted, ratio=_beside(counted, own)),
        Row("  PostgreSQL, stored numbers: the head is served", "ms", rewritten, ratio=_beside(rewritten, [worst])),
        Row(f"  the snapshot of a queue of {min(waiting, SNAPSHOT_ROWS):,}", "ms", snapshot),
        Row("  memory in Redis for each application", "bytes", [plain(each)]),
    ]


def _beside(peer: list[Sample], own: list[Sample]) -> str:
    return f"{number(median([each.cpu for each in peer]) / median([each.cpu for each in own]))} × as long"


def _each(ask: Any, asked: list[Any]) -> Sample:
    """Milliseconds for one question, by the clock: most of it is spent in the servers."""
    started = time.perf_counter()
    for one in asked:
        ask(one)
    return plain((time.perf_counter() - started) / len(asked) * 1e3)


Where = tuple[Group, int, str]


def _crowd(waiting: int) -> list[Where]:
    chance = random.Random(waiting)
    return [
        (
            chance.choices(GROUPS, SHARES)[0],
            1_500_000_000_000 + chance.randrange(100_000_000_000),
            f"a-{chance.getrandbits(64):016x}",
        )
        for _ in range(waiting)
    ]


def _fill(client: redis.Redis, everybody: list[Where], queue: str = QUEUE, prefix: str = "oryn") -> None:
    """Through the store, as records with many facts each."""
    store = LiveViewStore(client, prefix, CODEC, _KnownEnd())
    store.open()
    for offset, record in enumerate(_records(everybody, queue)):
        message = Message(topic="journal", partition=PARTITION, offset=offset, value=CODEC.encode(record))
        store.take([message], {PARTITION: offset + 1})
    store.idle()


def _records(everybody: list[Where], queue: str) -> Iterator[Record]:
    previous = GENESIS_HASH
    now = Instant(1_623_300_000_000)
    born = datetime.date(2018, 5, 5)
    for sequence, first in enumerate(range(0, len(everybody), FACTS), start=1):
        facts: list[f.AnyFact] = []
        for group, submitted_at, name in everybody[first : first + FACTS]:
            facts.append(
                f.ApplicationRegistered(
                    name,
                    "p",
                    "c",
                    born,
                    QueueKind.GENERAL,
                    queue,
                    Instant(submitted_at),
                    (),
                    False,
                    False,
                    Channel.PORTAL,
                    now,
                )
            )
            facts.append(f.ApplicationQueued(name, queue, group, 1, 1))
        digest = f"{sequence:064x}"
        yield Record(LOCALITY, sequence, now, Cause(), "kz-2020", tuple(facts), previous, digest)
        previous = digest


def _snapshot(plan: Plan, client: redis.Redis, rows: int) -> list[Sample]:
    _fill(client, _crowd(rows), prefix="small")
    view = LiveView(client, "small")
    found = view.snapshot(LOCALITY, QUEUE)
    assert found is not None and len(found.rows) == rows
    return [_each(lambda _: view.snapshot(LOCALITY, QUEUE), [None]) for _ in range(plan.rounds)]


def _table(stack: ExitStack, folder: Path, everybody: list[Where]) -> psycopg.Connection[Any]:
    """The same rows in PostgreSQL, with the index that counting wants, and with stored numbers."""
    service = stack.enter_context(OwnService(Postgres(folder / "postgres")))
    service.start()
    table: psycopg.Connection[Any] = stack.enter_context(psycopg.connect(service.address, autocommit=True))
    table.execute("CREATE UNLOGGED TABLE waiting (grp text, submitted bigint, id text, number int)")
    with table.cursor().copy("COPY waiting FROM STDIN") as copy:
        for place, (group, submitted_at, name) in enumerate(everybody, start=1):
            copy.write_row((group.value, submitted_at, name, place))
    table.execute("CREATE UNIQUE INDEX by_order ON waiting (grp, submitted, id)")
    table.execute("VACUUM ANALYZE waiting")
    return table


def _count(table: psycopg.Connection[Any], one: Where, sizes: dict[Group, int]) -> int:
    """R3.5 by counting those before in the group; the sizes are given to it, the phase of the crowd is 0."""
    group, submitted_at, name = one
    row = table.execute(
        "SELECT count(*) FROM waiting WHERE grp = %s AND (submitted, id) < (%s, %s)", [group.value, submitted_at, name]
    ).fetchone()
    assert row is not None
    extraordinary, priority, general = (sizes[each] for each in GROUPS)
    return Waiting(extraordinary, priority, general, phase=0, ratio=3).number(group, int(row[0]) + 1)


def _rewrite(table: psycopg.Connection[Any]) -> None:
    table.execute("UPDATE waiting SET number = number - 1")
