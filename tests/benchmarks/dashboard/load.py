"""The dashboard with its readers, while a season runs through a real worker: what people get, and what the worker pays.

A capital in its hottest days: places released, the turns come, families choose. First at a steady rate, some times that
of the busiest hour: how long pages take, and how long it is from a decision until it is in the browser. Then in a
backlog, by turns with readers and without, the same events in two worlds: how much slower the worker is. Last the warm
page, beside what somebody would write instead. Readers, broker, databases and all processes share the machine.
"""

import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from threading import Event as Flag
from threading import Thread
from typing import Any, Final
from urllib.parse import unquote

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import Consumer, TopicPartition
from msgspec import Struct

from infra.stack import ports
from infra.stack.own import OwnService
from infra.stack.postgres import Postgres
from infra.stack.redis import Redis
from schemas.events import Event
from schemas.topic_offsets import extents
from schemas.words import TOPIC_ORDER
from tests.benchmarks import season
from tests.benchmarks.dashboard.readers import Seen, Stream
from tests.benchmarks.dashboard.world import HOST, SITE, Visitors, World, cpu_s, pages_of, until
from tests.benchmarks.measure import Row, Sample, in_turns, median, number, plain, quantile
from tests.benchmarks.pipeline.cluster import PARTITION, cluster, publish
from tests.benchmarks.plan import Plan
from tests.benchmarks.programs import running

AIM_PAGE_MS: Final = 300
AIM_UPDATE_MS: Final = 2_000
AIM_WORKER: Final = 0.9
# Of the season: what was before, and then by turns.
BASE: Final = 0.475
CLIENTS: Final = 4
# What the system counts CPU time in.
TICK_S: Final = 0.01
JOURNAL_WAIT_S: Final = 0.5
LEAST_S: Final = 0.001
LAST_S: Final = 2.0


class Size(Struct, frozen=True, kw_only=True):
    """How much is measured."""

    readers: int
    stay_s: float
    rate_per_s: int
    seconds: int
    chunk: int
    rounds: int
    warm_s: float


FULL: Final = Size(readers=500, stay_s=10.0, rate_per_s=200, seconds=30, chunk=12_000, rounds=4, warm_s=3.0)
TINY: Final = Size(readers=12, stay_s=1.0, rate_per_s=200, seconds=1, chunk=100, rounds=1, warm_s=0.2)


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    size = FULL if plan.rounds > 1 else TINY
    events = season.read_season(season.events_file(plan))
    locality = events[0].locality
    events = sorted((each for each in events if each.locality == locality), key=_order)
    begin = int(len(events) * BASE)
    with ExitStack() as stack:
        here = stack.enter_context(cluster(plan.folder / "dashboard"))
        postgres = stack.enter_context(OwnService(Postgres(here.folder / "postgres")))
        redis = stack.enter_context(OwnService(Redis(here.folder / "redis")))
        postgres.start()
        redis.start()
        # One where rounds are one: then nothing is compared.
        two = size.rounds > 1
        made = (World(here, postgres.address, redis.address, locality, whole=two) for _ in range(1 + two))
        worlds = [stack.enter_context(each) for each in made]
        for world in worlds:
            publish(world.client, world.prefix, events[:begin])
        for world in worlds:
            world.await_shown()
        later = events[begin:]
        # A tiny season has less than is asked for.
        count = min(size.rate_per_s * size.seconds, len(later) // 2)
        paced, later = later[:count], later[count:]
        steady, rows = _steady(worlds[0], paced, size)
        for world in worlds[1:]:
            publish(world.client, world.prefix, paced)
            world.await_shown()
        backlog, more = _by_turns(worlds, later, size)
        return [*rows, *more, *_memory(steady, backlog, size), *_warm(worlds[0], size)]


def _order(event: Event) -> tuple[int, int]:
    return event.time, TOPIC_ORDER[event.topic]


# ------------------------------------------------------------------------------------------------------ a steady rate


def _steady(world: World, events: Sequence[Event], size: Size) -> tuple[int, list[Row]]:
    """Resident bytes of the dashboard, and the rows."""
    with _watched(world) as decided, Visitors(world, pages_of(world, size.readers), size.stay_s) as visitors:
        begun, cpu, theirs = time.monotonic(), cpu_s(world.dashboard), cpu_s(visitors.process)
        publish(world.client, world.prefix, _paced(events, size.rate_per_s))
        seconds = time.monotonic() - begun
        cores = max(cpu_s(world.dashboard) - cpu, TICK_S) / seconds
        reading = max(cpu_s(visitors.process) - theirs, TICK_S) / seconds
        memory = int(world.dashboard.memory_info().rss)
        # The last changes are still on their way to the browsers.
        world.await_shown()
        time.sleep(LAST_S)
        seen = visitors.leave()
    _check(seen)
    late = delays(decided, seen.streams)
    asked = f"{len(seen.pages) / seconds:.0f} requests/s, {seen.events / seconds:.0f} changes/s"
    what = f"{size.readers} readers, {size.rate_per_s} events/s"
    return memory, [
        Row(f"dashboard, {what}: a page, median", "ms", [plain(quantile(seen.pages, 0.5) * 1e3)]).beside(asked),
        Row("  99th percentile", "ms", [plain(quantile(seen.pages, 0.99) * 1e3)]).held(at_most=AIM_PAGE_MS),
        Row("  from a decision to its being in the browser, median", "ms", [plain(quantile(late, 0.5) * 1e3)]),
        Row("  99th percentile", "ms", [plain(quantile(late, 0.99) * 1e3)]).held(at_most=AIM_UPDATE_MS),
        Row("  cores that the dashboard takes", "cores", [plain(cores)]).beside(f"its readers take {number(reading)}"),
    ]


def _paced(events: Sequence[Event], rate_per_s: int) -> Iterator[Event]:
    begun = time.monotonic()
    for index, event in enumerate(events):
        pause = begun + index / rate_per_s - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        yield event


@contextmanager
def _watched(world: World) -> Iterator[Mapping[int, float]]:
    """Sequence -> when that record of the journal could be read by anybody, for what is decided inside."""
    topic, found, stop = f"{world.prefix}journal", dict[int, float](), Flag()
    consumer = Consumer({**world.client, "group.id": "watching", "isolation.level": "read_committed"})
    consumer.assign([TopicPartition(topic, PARTITION, extents(world.client, topic, [PARTITION])[PARTITION].end)])

    def watch() -> None:
        while not stop.is_set():
            message = consumer.poll(JOURNAL_WAIT_S)
            if message is not None and message.error() is None:
                headers: Any = message.headers()
                found[int(dict(headers)["ce_id"].rpartition(b":")[2])] = time.monotonic()

    thread = Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()
        consumer.close()


def delays(decided: Mapping[int, float], streams: Sequence[Stream]) -> list[float]:
    """For each stream and each decision that was made while it was open: seconds until the stream showed it, or, where
    it never did, until it was closed."""
    found: list[float] = []
    sequences = sorted(decided)
    for stream in streams:
        if not stream.record:  # not a page that says how far it goes
            continue
        at = bisect_left(sequences, stream.record + 1)
        for moment, record in stream.changes:
            while at < len(sequences) and sequences[at] <= record:
                # Who reads the journal beside it may be told a moment later than the browser.
                found.append(max(moment - decided[sequences[at]], LEAST_S))
                at += 1
        found += [stream.left - decided[each] for each in sequences[at:] if decided[each] < stream.left]
    return found


# ---------------------------------------------------------------------------------------------------------- a backlog


def _by_turns(worlds: Sequence[World], events: Sequence[Event], size: Size) -> tuple[int, list[Row]]:
    """The same events in each world, with readers in one of them, without in the other."""
    chunk = min(size.chunk, len(events) // size.rounds)
    alone: list[Sample] = []
    looked_at: list[Sample] = []
    pages: list[float] = []
    memory = 0
    for turn in range(size.rounds):
        for index, world in enumerate(worlds):
            part = events[turn * chunk : (turn + 1) * chunk]
            if len(worlds) == 1:  # nothing is compared: half and half
                alone.append(_decided(world, part[: chunk // 2]))
                part = part[chunk // 2 :]
            elif (turn + index) % 2:
                alone.append(_decided(world, part))
                continue
            with Visitors(world, pages_of(world, size.readers), size.stay_s) as visitors:
                looked_at.append(_decided(world, part))
                memory = max(memory, int(world.dashboard.memory_info().rss))
                seen = visitors.leave()
            _check(seen)
            pages += seen.pages
    share = [one.cpu / other.cpu for one, other in zip(looked_at, alone, strict=True)]
    clock = [one.wall / other.wall for one, other in zip(looked_at, alone, strict=True)]
    return memory, [
        Row("worker in a backlog, nobody looks", "events/s", alone),
        Row(f"  {size.readers} readers look", "events/s", looked_at),
        Row("  as a share, by the worker's CPU time", "×", [plain(each) for each in share])
        .held(at_least=AIM_WORKER)
        .beside(f"{number(median(clock))} × by the clock, the readers on the same cores"),
        Row("  meanwhile a page, 99th percentile", "ms", [plain(quantile(pages, 0.99) * 1e3)]),
    ]


def _decided(world: World, events: Sequence[Event]) -> Sample:
    """Publish, and wait until the worker is through."""
    begun, cpu = time.perf_counter(), cpu_s(world.worker)
    publish(world.client, world.prefix, events)
    world.await_decided()
    taken = Sample(max(cpu_s(world.worker) - cpu, TICK_S), time.perf_counter() - begun)
    # What comes behind the worker is not to weigh on the next turn.
    world.await_shown()
    return taken.rate(len(events))


def _memory(steady: int, backlog: int, size: Size) -> list[Row]:
    return [Row(f"dashboard, memory with {size.readers} readers", "MB", [plain(max(steady, backlog) / 1e6)])]


# ------------------------------------------------------------------------------------------------------ the warm page


def _warm(world: World, size: Size) -> list[Row]:
    path = next(path for _, paths in pages_of(world, 20) for path in paths if "/queues/" in path)
    queue = unquote(path.partition("/queues/")[2])
    port = ports.pick()
    command = (sys.executable, "-m", "tests.benchmarks.dashboard.plain", str(port), world.postgres, world.schema)
    with running((*command, world.locality, queue), world.folder / "plain.log") as peer:
        until(lambda: ports.answers(HOST, port), "the plain page answers", peer)
        ours, plain_page = in_turns(
            max(size.rounds - 1, 1),
            lambda: _asked(world.dashboard, world.port, path, size.warm_s),
            lambda: _asked(peer, port, "/", size.warm_s),
        )
    share = median([one.cpu / other.cpu for one, other in zip(ours, plain_page, strict=True)])
    return [
        Row("dashboard, a warm page: the order of the longest queue", "requests/s", ours).beside(
            f"{number(share)} × the plain page"
        ),
        Row("  a plain Starlette page that asks PostgreSQL each time", "requests/s", plain_page),
    ]


def _asked(server: psutil.Process, port: int, path: str, seconds: float) -> Sample:
    """Requests a second, by the server's CPU time and by the clock."""
    counts = [0] * CLIENTS
    end = time.perf_counter() + seconds

    def ask(client: int) -> None:
        connection = HTTPConnection(HOST, port)
        try:
            while time.perf_counter() < end:
                connection.request("GET", path, headers={"Host": SITE, "Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status
                counts[client] += 1
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(each,)) for each in range(CLIENTS)]
    begun, cpu = time.perf_counter(), cpu_s(server)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(counts), "each client got answers"
    return Sample(max(cpu_s(server) - cpu, TICK_S), time.perf_counter() - begun).rate(sum(counts))


def _check(seen: Seen) -> None:
    """Nobody was sent away. Raises: AssertionError."""
    assert set(seen.statuses) <= {200}, f"answers: {seen.statuses}"
    assert seen.pages, "pages were asked for"
