"""What the pipeline's benchmarks share: a broker of their own, topics, a published season, watched processes."""

import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count as numbers
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import Consumer, ConsumerGroupState, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.settings import WorkerSettings
from infra.stack.broker import Broker
from infra.stack.places import jar_directory
from infra.topics import apply_topics
from schemas.cloudevents import event_headers
from schemas.codec import event_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from schemas.murmur2 import partition_of
from schemas.topic_offsets import extents
from schemas.words import TOPIC_ORDER
from tests.benchmarks.measure import Sample
from tests.benchmarks.programs import NOTHING, running

WATCH_EVERY_S = 0.02
PATIENCE_S = 600.0
PARTITION = 0
GROUP = WorkerSettings().allocation_group
ASK_S = 15.0
NO_GROUP_YET = {
    KafkaError.GROUP_ID_NOT_FOUND,
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
}
# A broker that benchmarks may use together: those of which nobody wants to know how fast they are.
_LENT: ContextVar[str | None] = ContextVar("lent", default=None)
_ROUNDS = numbers(1)
_IDS = FrozenIds()
_CODECS = {topic: event_codec(topic, _IDS) for topic in TOPIC_ORDER}


class Cluster:
    """One broker, and names that no other round has."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.client = {"bootstrap.servers": bootstrap}
        self.folder = folder
        self._admin = AdminClient(dict(self.client))

    def topics(self, partitions: int = 1) -> str:
        """Fresh topics; gives their prefix."""
        prefix = f"b{os.getpid()}-{next(_ROUNDS)}."
        apply_topics(self._admin, prefix, "records", partitions)
        return prefix

    def end(self, topic: str, partitions: int = 1) -> int:
        """The ends of a topic's partitions, added up."""
        return sum(self.ends(topic, range(partitions)).values())

    def ends(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """The end of each of these partitions; what is not committed counts."""
        return {number: each.end for number, each in extents(self.client, topic, partitions).items()}

    def partitions(self, topic: str) -> range:
        """Those that a topic has."""
        return range(len(self._admin.list_topics(topic, timeout=ASK_S).topics[topic].partitions))

    @contextmanager
    def reading(self, topic: str, starts: Mapping[int, int]) -> Iterator[Consumer]:
        """A reader of committed records, from an offset of each partition on."""
        reader = Consumer(
            {**self.client, "group.id": "benchmark", "isolation.level": "read_committed", "enable.auto.commit": False}
        )
        reader.assign([TopicPartition(topic, partition, start) for partition, start in starts.items()])
        try:
            yield reader
        finally:
            reader.close()

    @contextmanager
    def running(self, *command: str, prefix: str, environment: Mapping[str, str] = NOTHING) -> Iterator[psutil.Process]:
        """A program, ended when the block is left. Its words go into a file of the folder."""
        own = {"ORYN_DATA": str(self.folder / prefix), **environment}
        with running((sys.executable, *command), self.folder / f"{prefix}log", own) as process:
            yield process

    def shares(self, prefix: str, workers: Collection[str], partitions: int) -> dict[str, set[int]]:
        """Which partitions each of our workers has, by its name; waits until all are there and share all of them."""
        group = f"{prefix}{GROUP}"
        deadline = time.perf_counter() + PATIENCE_S
        while True:
            shares = self._shares(group)
            whole = sorted(partition for share in shares.values() for partition in share) == [*range(partitions)]
            if whole and shares.keys() == set(workers):
                return shares
            assert time.perf_counter() < deadline, f"{group}: {shares}"
            time.sleep(WATCH_EVERY_S)

    def _shares(self, group: str) -> dict[str, set[int]]:
        """As the brokers have it now; none while the group is not there, or at odds."""
        try:
            found = self._admin.describe_consumer_groups([group], request_timeout=ASK_S)[group].result()
        except KafkaException as exc:
            if exc.args[0].code() in NO_GROUP_YET:
                return {}
            raise
        if found.state is not ConsumerGroupState.STABLE:
            return {}
        return {
            str(each.group_instance_id).removeprefix(f"{group}-"): {
                place.partition for place in each.assignment.topic_partitions
            }
            for each in found.members
        }

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
def lent(bootstrap: str | None) -> Iterator[None]:
    """Within the block benchmarks of this process start no broker of their own, if one is named."""
    token = _LENT.set(bootstrap)
    try:
        yield
    finally:
        _LENT.reset(token)


class Sender:
    """Publishes events, each into its locality's partition."""

    def __init__(
        self,
        client: Mapping[str, str],
        topic_of: Callable[[Event], str],
        *,
        partitions: int = 1,
        linger_ms: int = 50,
        properties: Mapping[str, str | int] = {},
    ) -> None:
        """`topic_of`: where an event goes; `properties`: more of them, of the producer."""
        self._topic_of, self._partitions = topic_of, partitions
        self.producer = Producer(
            {
                **client,
                "enable.idempotence": True,
                "linger.ms": linger_ms,
                "queue.buffering.max.messages": 2_000_000,
                **properties,
            }
        )

    def send(self, event: Event) -> None:
        """Hand one over."""
        key = event.locality.encode()
        self.producer.produce(
            self._topic_of(event),
            _CODECS[event.topic].encode(event.data),
            key,
            partition_of(key, self._partitions),
            headers=[*event_headers(event.event_id, event.source, event.type, event.time)],
            timestamp=int(event.time),
        )
        self.producer.poll(0)

    def send_all(self, events: Iterable[Event]) -> int:
        """As fast as it goes, in this order; how many, once the broker has them."""
        count = 0
        for event in events:
            self.send(event)
            count += 1
        self.flush()
        return count

    def flush(self) -> None:
        """Until the broker has all."""
        assert self.producer.flush(60) == 0, "the broker took not everything"


def to(prefix: str) -> Callable[[Event], str]:
    """Each event into the topic of its kind."""
    return lambda event: prefix + event.topic


def publish(client: Mapping[str, str], prefix: str, events: Iterable[Event], partitions: int = 1) -> int:
    """Send events as fast as it goes, in their order; how many."""
    return Sender(client, to(prefix), partitions=partitions).send_all(events)


def localities(partitions: int) -> list[str]:
    """Made-up codes of one region, one for each of so many partitions, in their order."""
    found: dict[int, str] = {}
    for number in numbers():
        code = f"71{number:07}"
        found.setdefault(partition_of(code.encode(), partitions), code)
        if len(found) == partitions:
            break
    return [found[each] for each in range(partitions)]


def drain(processes: Sequence[psutil.Process], written: Callable[[], int], whole: int) -> Sample:
    """How long processes took, all together, from the moment before their first output to the last: what starts up
    does not count.

    `written`: the end of their output, markers included; `whole`: what that is at least when all is done.
    """
    before: tuple[float, float] | None = None
    deadline = time.perf_counter() + PATIENCE_S
    while True:
        cpu, now = _cpu(processes), time.perf_counter()
        count = written()
        if before is None or not count:
            before = cpu, now
        if count >= whole:
            return Sample(max(_cpu(processes) - before[0], 1e-3), time.perf_counter() - before[1])
        assert now < deadline, f"{count} of {whole} after {PATIENCE_S:.0f} s"
        time.sleep(WATCH_EVERY_S)


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return float(sum(sum(each.cpu_times()[:2]) for each in processes))
