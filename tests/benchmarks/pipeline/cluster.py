"""What the pipeline's benchmarks share: a broker of their own, topics, a published season, watched processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count as numbers
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from infra.stack.broker import Broker
from infra.stack.places import jar_directory
from infra.topics import apply_topics
from schemas.cloudevents import event_headers
from schemas.codec import event_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from schemas.topic_offsets import extents
from schemas.words import TOPIC_ORDER
from tests.benchmarks.measure import Sample

WATCH_EVERY_S = 0.02
PATIENCE_S = 600.0
PARTITION = 0
# A broker that benchmarks may use together: those of which nobody wants to know how fast they are.
_LENT: ContextVar[str | None] = ContextVar("lent", default=None)
_ROUNDS = numbers(1)


class Cluster:
    """One broker, and names that no other round has."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.client = {"bootstrap.servers": bootstrap}
        self.folder = folder
        self._admin = AdminClient(dict(self.client))

    def topics(self) -> str:
        """Fresh topics with one partition each; gives their prefix."""
        prefix = f"b{os.getpid()}-{next(_ROUNDS)}."
        apply_topics(self._admin, prefix, "records", 1)
        return prefix

    def end(self, topic: str) -> int:
        """The end of a topic with one partition."""
        return extents(self.client, topic, [PARTITION])[PARTITION].end

    @contextmanager
    def running(self, *command: str, prefix: str) -> Iterator[psutil.Process]:
        """A program, ended when the block is left. Its words go into a file of the folder."""
        environment = {**os.environ, "ORYN_DATA": str(self.folder / prefix)}
        with (self.folder / f"{prefix}log").open("ab") as log:
            child = subprocess.Popen([sys.executable, *command], stderr=log, stdout=log, env=environment)
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def processor(self, name: str, prefix: str, *options: str) -> tuple[str, ...]:
        """The command line of a worker of ours."""
        return ("-m", "infra", name, "--kafka", self.client["bootstrap.servers"], "--prefix", prefix, "-q", *options)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A broker for one benchmark, or the one that was lent."""
    if (lent_now := _LENT.get()) is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield Cluster(lent_now, folder)
        return
    broker = Broker(folder / "broker", jar_directory(os.environ))
    broker.start()
    try:
        yield Cluster(broker.bootstrap, folder)
    finally:
        broker.kill()


def lent_address() -> str | None:
    """Where the broker is that was lent; none if none was."""
    return _LENT.get()


@contextmanager
def lent(bootstrap: str) -> Iterator[None]:
    """Within the block benchmarks start no broker of their own."""
    token = _LENT.set(bootstrap)
    try:
        yield
    finally:
        _LENT.reset(token)


def publish(client: dict[str, str], prefix: str, events: Iterable[Event]) -> int:
    """Send events as fast as it goes, in their order; how many."""
    ids = FrozenIds()
    codecs = {topic: event_codec(topic, ids) for topic in TOPIC_ORDER}
    producer = Producer(
        {**client, "enable.idempotence": True, "linger.ms": 50, "queue.buffering.max.messages": 2_000_000}
    )
    count = 0
    for event in events:
        producer.produce(
            prefix + event.topic,
            codecs[event.topic].encode(event.data),
            event.locality.encode(),
            PARTITION,
            headers=[*event_headers(event.event_id, event.source, event.type, event.time)],
            timestamp=int(event.time),
        )
        producer.poll(0)
        count += 1
    assert producer.flush(60) == 0, "the broker took not everything"
    return count


def drain(process: psutil.Process, written: Callable[[], int], whole: int) -> Sample:
    """How long a process took from the moment before its first output to the last: what starts up does not count.

    `written`: the end of its output, markers included; `whole`: what that is at least when all is done.
    """
    before: tuple[float, float] | None = None
    deadline = time.perf_counter() + PATIENCE_S
    while True:
        times, now = process.cpu_times(), time.perf_counter()
        cpu, count = times.user + times.system, written()
        if before is None or not count:
            before = cpu, now
        if count >= whole:
            times = process.cpu_times()
            return Sample(max(times.user + times.system - before[0], 1e-3), time.perf_counter() - before[1])
        assert now < deadline, f"{count} of {whole} after {PATIENCE_S:.0f} s"
        time.sleep(WATCH_EVERY_S)
