"""The indicators in PostgreSQL: rows from Kafka to committed, beside the same written one by one; how long an answer
takes.

The rows are those that monitoring tells of the capital's season. Answers are asked at the capital's size and at that of
a nation, made of copies of it: so many localities, in as many parts as the journal has partitions. By CPU time of
reader and PostgreSQL together, and by the clock.
"""

import datetime
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event as Flag
from threading import Thread
from typing import Final

import psutil  # type: ignore[import-untyped]  # has no types of its own
import psycopg
from confluent_kafka import Message, Producer
from prometheus_client import CollectorRegistry

from consumers.indicators.connection import Connection, connect
from consumers.indicators.figures import NATION, Scope
from consumers.indicators.questions import children, now, series
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.store import IndicatorStore
from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from infra.stack.own import OwnService
from infra.stack.postgres import Postgres
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.indicators import IndicatorRow, Level, Window
from streams.monitoring.partition import Partition
from streams.rules.simulate import simulate
from tests.benchmarks import season
from tests.benchmarks.measure import Row, Sample, Stopwatch, in_turns, no_garbage_collection, number
from tests.benchmarks.pipeline.cluster import PARTITION, PATIENCE_S, Cluster, cluster
from tests.benchmarks.plan import Plan

AIM_ROWS_PER_S: Final = 5_000
AIM_ANSWER_MS: Final = 30
ROUNDS_MAX: Final = 3
# Monitoring tells what changed once in so many records, at the rate of a season's opening.
TOLD_EVERY: Final = 500
QUESTIONS: Final = 60
# Of the comparison: row by row, the whole season would take minutes.
PART_ROWS: Final = 20_000
LOCALITIES, PARTITIONS = 1_500, 12
# Of a run that only proves that it runs.
LOCALITIES_SMALL, ROWS_SMALL, TOLD_EVERY_SMALL = 20, 500, 20
LOOK_EVERY_S: Final = 0.005
TOPIC: Final = "indicators"
CODEC = output_codec(TOPIC, IndicatorRow, FrozenIds())

Store = Callable[[IndicatorsSettings, str], IndicatorStore]


class OneByOne(IndicatorStore):
    """Writes the same rows as one would without COPY and a merge: INSERT … ON CONFLICT of many by the driver."""

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`."""
        rows = [self._codec.decode(message.value()) for message in messages]
        with self._transaction(after) as connection, connection.cursor() as cursor:
            cursor.executemany(_ONE, [_plain_cells(row) for row in rows])
            cursor.executemany(_ONE_SUBJECT, [_plain_cells(row)[:9] for row in rows if row.window in ("HOUR", "DAY")])


_ONE: Final = """
INSERT INTO measures AS m (level, subject, locality, "window", partition, late, starts, until, through, final, figures)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (level, subject, locality, "window", partition, late, starts) DO UPDATE
SET (final, through, until, figures) = ROW (excluded.final, excluded.through, excluded.until, excluded.figures)
WHERE m.through <= excluded.through
"""
_ONE_SUBJECT: Final = """
INSERT INTO subjects AS s (level, subject, locality, partition, late, newest, until)
SELECT v.a, v.b, v.c, v.e, v.f, v.g::timestamp, v.h
FROM (VALUES (%s, %s, %s, %s, %s::int, %s, %s, %s::timestamptz, %s)) v (a, b, c, d, e, f, g, h, i)
ON CONFLICT (level, subject, locality, partition, late) DO UPDATE
SET until = greatest(s.until, excluded.until), newest = greatest(s.newest, excluded.newest)
"""


def _plain_cells(row: IndicatorRow) -> tuple[object, ...]:
    part, locality = row.level in (Level.NATION, Level.REGION), row.locality or ""
    figures: dict[str, dict[str, object]] = {}
    for each in row.values:
        known: object = each.count
        if each.level is not None:
            known = [each.count, each.level]
        elif each.total is not None:
            known = [each.count, each.total, list(each.buckets or ())]
        figures.setdefault(each.indicator, {})[each.key] = known
    return (
        row.level.value,
        row.subject,
        "" if part else locality,
        row.window.value,
        row.partition,
        locality if part else "",
        row.starts,
        row.until,
        row.through,
        row.final,
        psycopg.types.json.Jsonb(figures),
    )


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    rows = _rows(plan)
    part = rows[:PART_ROWS]
    with cluster(plan.folder / "indicators") as here, OwnService(Postgres(here.folder / "postgres")) as service:
        service.start()
        settings = IndicatorsSettings(service.address)
        ours, one_by_one = in_turns(
            min(plan.rounds, ROUNDS_MAX),
            lambda: _caught_up(here, settings, part, _ours),
            lambda: _caught_up(here, settings, part, _one_by_one),
        )
        whole = _caught_up(here, settings, rows, _ours)
        share = statistics.median(one.cpu / other.cpu for one, other in zip(ours, one_by_one, strict=True))
        size = f"{len(rows):,} rows of {number(statistics.mean(len(row.values) for row in rows))} figures"
        found = [
            Row(f"indicators: {size}, Kafka to committed", "rows/s", [whole]).held(at_least=AIM_ROWS_PER_S),
            Row(f"  the first {len(part):,} of them", "rows/s", ours),
            Row("  INSERT … ON CONFLICT, row by row, the same rows", "rows/s", one_by_one).beside(
                f"{number(share)} × as fast by COPY"
            ),
        ]
        connection = connect(settings, "benchmark")
        try:
            return [*found, *_answers(connection, plan)]
        finally:
            connection.close()


def _rows(plan: Plan) -> list[IndicatorRow]:
    """What monitoring tells of the season."""
    events = season.read_season(season.events_file(plan))
    locality = events[0].locality
    partition, rows = Partition(PARTITION), list[IndicatorRow]()
    every = TOLD_EVERY if plan.rounds > 1 else TOLD_EVERY_SMALL
    records = simulate((each for each in events if each.locality == locality), season.PACK)
    for count, record in enumerate(records, start=1):
        if plan.rounds == 1 and len(rows) > ROWS_SMALL:
            break
        partition.fold(record, partition.next_offset)
        if count % every == 0:
            rows += [*partition.take_final(), *partition.take_changed()]
    return [*rows, *partition.take_final(), *partition.take_changed()]


def _ours(settings: IndicatorsSettings, topic: str) -> IndicatorStore:
    return IndicatorStore(settings, topic, lambda: "made once", CODEC)


def _one_by_one(settings: IndicatorsSettings, topic: str) -> IndicatorStore:
    return OneByOne(settings, topic, lambda: "made once", CODEC)


def _caught_up(here: Cluster, settings: IndicatorsSettings, rows: Sequence[IndicatorRow], stores: Store) -> Sample:
    topic = here.topics() + TOPIC
    _send(here, topic, rows)
    with psycopg.connect(settings.url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {settings.schema} CASCADE")
    store = stores(settings, topic)
    store.open()  # the schema is made before the clock starts
    with no_garbage_collection(), psycopg.connect(settings.url) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
        assert server is not None, "PostgreSQL runs"
        before, watch = _spent(server), Stopwatch.start()
        _run(here, topic, store, lambda: _stored(settings) == len(rows))
        taken = watch.stop()
        # What both do, on one core: the clock would say more of what else runs on the machine.
        return Sample(taken.cpu + _spent(server) - before, taken.wall).rate(len(rows))


def _spent(server: psutil.Process) -> float:
    """CPU seconds of PostgreSQL so far, of those of its processes too that have ended."""
    times = server.cpu_times()
    spent = times.user + times.system + times.children_user + times.children_system
    for child in server.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            now = child.cpu_times()
            spent += now.user + now.system
    return float(spent)


def _send(here: Cluster, topic: str, rows: Sequence[IndicatorRow]) -> None:
    producer = Producer({**here.client, "linger.ms": 50, "compression.type": "lz4", "message.max.bytes": 17_825_792})
    for row in rows:
        while True:
            try:
                producer.produce(topic, CODEC.encode(row), row.id.encode(), PARTITION)
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(PATIENCE_S) == 0, "the broker took not everything"


def _run(here: Cluster, topic: str, store: IndicatorStore, done: Callable[[], bool]) -> None:
    stop, reader = Flag(), Reader(here.client, topic, store, Figures(CollectorRegistry()))
    thread = Thread(target=reader.run, args=(stop,))
    thread.start()
    deadline = time.perf_counter() + PATIENCE_S
    while not done():
        assert time.perf_counter() < deadline, "the reader does not come to the end"
        time.sleep(LOOK_EVERY_S)
    stop.set()
    thread.join()


def _stored(settings: IndicatorsSettings) -> int:
    with psycopg.connect(settings.url, autocommit=True, options=f"-csearch_path={settings.schema}") as connection:
        found = connection.execute("SELECT coalesce(sum(next_offset), 0) FROM positions").fetchone()
    assert found is not None
    return int(found[0])


# --------------------------------------------------------------------------------------------------------- answers

# Localities that are copies of the one, two weeks of them; nation and regions in parts.
_COPY: Final = """
INSERT INTO measures (level, subject, locality, "window", partition, late, starts, final, through, until, figures)
SELECT m.level, v.subject, v.locality, m."window", v.partition, '', m.starts, m.final, m.through, m.until, m.figures
FROM measures m
CROSS JOIN LATERAL (
    SELECT code AS subject, code AS locality, n %% %(partitions)s AS partition
    FROM generate_series(1, %(localities)s) n
    CROSS JOIN LATERAL (SELECT (10 + n %% 20)::text || lpad(n::text, 7, '0') AS code) c
    WHERE m.level = 'LOCALITY'
    UNION ALL
    SELECT (10 + n)::text, '', p
    FROM generate_series(0, 19) n CROSS JOIN generate_series(0, %(partitions)s - 1) p WHERE m.level = 'REGION'
    UNION ALL
    SELECT '', '', p FROM generate_series(1, %(partitions)s - 1) p WHERE m.level = 'NATION'
) v
WHERE m."window" = 'DAY' AND m.starts > %(since)s
ON CONFLICT DO NOTHING
"""
_SUBJECTS: Final = """
INSERT INTO subjects (level, subject, locality, partition, late, until, newest)
SELECT level, subject, locality, partition, late, max(until), max(starts) FROM measures WHERE "window" = 'DAY'
GROUP BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING
"""


def _answers(connection: Connection, plan: Plan) -> list[Row]:
    ((locality, newest),) = connection.execute(
        "SELECT subject, newest FROM subjects WHERE level = 'LOCALITY'"
    ).fetchall()
    capital, season_long = Scope(Level.LOCALITY, locality), newest - datetime.timedelta(days=90)
    connection.execute("VACUUM ANALYZE measures, subjects")
    named = ["places", "released", "referrals", "recalled", "admission_refused"]
    at_capital = [
        _asked(connection, "capital: how it is now", lambda: now(connection, capital)),
        _asked(
            connection,
            "  how many wait, each day of the season, every group and year",
            lambda: series(connection, capital, "waiting", Window.DAY, season_long, newest),
        ),
        _asked(
            connection,
            "  five indicators of all its kindergartens",
            lambda: children(connection, capital, Window.DAY, None, named),
        ),
    ]
    localities = LOCALITIES if plan.rounds > 1 else LOCALITIES_SMALL
    since = newest - datetime.timedelta(days=15)
    connection.execute(_COPY, {"partitions": PARTITIONS, "localities": localities, "since": since})
    connection.execute(_SUBJECTS)
    connection.execute("VACUUM ANALYZE measures, subjects")
    region = Scope(Level.REGION, "15")
    return [
        *at_capital,
        _asked(
            connection,
            f"nation of {localities:,} localities, {PARTITIONS} parts: how it is now",
            lambda: now(connection, NATION),
        ),
        _asked(
            connection,
            "  how many wait, each day of two weeks, every group and year",
            lambda: series(connection, NATION, "waiting", Window.DAY, since, newest),
        ),
        _asked(
            connection,
            "  five indicators of all its localities",
            lambda: children(connection, NATION, Window.DAY, None, named, of=Level.LOCALITY),
        ),
        _asked(
            connection,
            "  five indicators of all regions",
            lambda: children(connection, NATION, Window.DAY, None, named),
        ),
        _asked(
            connection,
            "  five indicators of a region's localities",
            lambda: children(connection, region, Window.DAY, None, named),
        ),
    ]


def _asked(connection: Connection, what: str, ask: Callable[[], object]) -> Row:
    """The mean of many times by CPU time of both sides; the median by the clock."""
    backend, waited = psutil.Process(connection.info.backend_pid), list[float]()
    before, cpu = backend.cpu_times(), time.process_time()
    for _ in range(QUESTIONS):
        began = time.perf_counter()
        ask()
        waited.append((time.perf_counter() - began) * 1e3)
    after, taken = backend.cpu_times(), time.process_time() - cpu
    taken += after.user - before.user + after.system - before.system
    return Row(what, "ms", [Sample(taken * 1e3 / QUESTIONS, statistics.median(waited))]).held(at_most=AIM_ANSWER_MS)
