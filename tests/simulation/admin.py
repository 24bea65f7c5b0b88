"""An admin client as far as the loop asks it: offsets and descriptions of topics. Owns nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import OffsetSpec

from tests.simulation.broker import Place
from tests.simulation.cluster import Kafka
from tests.simulation.log import Refused
from tests.simulation.world import MS, Bell, Process, S

Found = TypeVar("Found")
RETRY_US = 50 * MS
_TRY_AGAIN = frozenset({KafkaError._TRANSPORT, KafkaError.NOT_LEADER_FOR_PARTITION})


@dataclass(frozen=True, slots=True)
class OffsetFound:
    """As the library has it."""

    offset: int


@dataclass(frozen=True, slots=True)
class PartitionFound:
    """As the library has it."""

    id: int


@dataclass(frozen=True, slots=True)
class TopicFound:
    """As the library has it."""

    topic_id: str
    partitions: list[PartitionFound]


@dataclass(frozen=True, slots=True)
class TopicKnown:
    """As the library has it."""

    error: KafkaError | None = None


@dataclass(frozen=True, slots=True)
class ClusterFound:
    """As the library has it."""

    topics: Mapping[str, TopicKnown]


class Future(Generic[Found]):
    """An answer that is waited for."""

    def __init__(self, kafka: Kafka, process: Process, limit: int) -> None:
        self._kafka, self._process = kafka, process
        self._deadline = kafka.world.now + limit
        self._bell = Bell()
        self._value: Any = None
        self._done = False

    def ask(self, what: str, node: Callable[[], int], serve: Callable[[], Found]) -> "Future[Found]":
        """Send the question, and again when the connection breaks."""
        world = self._kafka.world

        def send() -> None:
            if not self._done and world.now < self._deadline:
                self._kafka.network.call(self._process, node, what, lambda respond: respond(serve()), answered)

        def answered(value: Any) -> None:
            if isinstance(value, Refused) and value.code in _TRY_AGAIN:
                world.after(RETRY_US, self._process.soon, send)
            elif not self._done:
                self._done, self._value = True, value
                self._bell.ring()

        send()
        return self

    def result(self, timeout: float | None = None) -> Found:
        """Wait for it. Raises: KafkaException."""
        world = self._kafka.world
        self._process.check()
        while not self._done:
            left = self._deadline - world.now
            if left <= 0:
                self._done, self._value = True, Refused(KafkaError._TIMED_OUT)
                break
            world.wait(self._bell, left)
        if isinstance(self._value, Refused):
            raise KafkaException(KafkaError(self._value.code))
        found: Found = self._value
        return found


class ModelAdmin:
    """Implements what the loop uses of `confluent_kafka.admin.AdminClient`."""

    def __init__(self, kafka: Kafka, process: Process) -> None:
        self._kafka, self._process = kafka, process
        # Partition -> its leader and the leader's epoch, as they were when last asked for.
        self._leaders: dict[Place, tuple[int, int]] = {}

    def list_topics(self, timeout: float = -1) -> ClusterFound:
        """Ask who leads."""
        cluster = self._kafka.cluster

        def serve() -> dict[Place, tuple[int, int]]:
            return {
                (topic, each.partition): (each.leader, each.leader_epoch)
                for topic, logs in cluster.logs.items()
                for each in logs
            }

        future = Future[dict[Place, tuple[int, int]]](self._kafka, self._process, int(timeout * S))
        self._leaders = future.ask("Metadata", self._any_node, serve).result()
        return ClusterFound({topic: TopicKnown() for topic, _ in self._leaders})

    def list_offsets(
        self, wanted: Mapping[TopicPartition, OffsetSpec], isolation_level: Any = None, request_timeout: float = 60
    ) -> dict[TopicPartition, Future[OffsetFound]]:
        """First or last offsets, asked of whom the library knows as leader: what it knows it keeps, even if it is told
        that it is outdated, until `list_topics`. (The library forgets it after a quarter of an hour.)"""
        cluster = self._kafka.cluster

        def asked(where: TopicPartition, spec: OffsetSpec) -> Future[OffsetFound]:
            place = (where.topic, where.partition)
            latest = spec._value == OffsetSpec.latest()._value
            stable = isolation_level is IsolationLevel.READ_COMMITTED
            log = cluster.log(place)
            leader, epoch = self._leaders.setdefault(place, (log.leader, log.leader_epoch))

            def serve() -> OffsetFound:
                if epoch != log.leader_epoch:
                    raise Refused(KafkaError.FENCED_LEADER_EPOCH)
                return OffsetFound(cluster.ends(place, stable=stable) if latest else 0)

            return Future[OffsetFound](self._kafka, self._process, int(request_timeout * S)).ask(
                "ListOffsets", lambda: leader, serve
            )

        return {where: asked(where, spec) for where, spec in wanted.items()}

    def describe_topics(self, wanted: TopicCollection, request_timeout: float = 60) -> dict[str, Future[TopicFound]]:
        """Ids and partitions."""
        cluster = self._kafka.cluster

        def asked(name: str) -> Future[TopicFound]:
            def serve() -> TopicFound:
                if name not in cluster.logs:
                    raise Refused(KafkaError.UNKNOWN_TOPIC_OR_PART)
                return TopicFound(f"id of {name}", [PartitionFound(each.partition) for each in cluster.logs[name]])

            return Future[TopicFound](self._kafka, self._process, int(request_timeout * S)).ask(
                "DescribeTopics", self._any_node, serve
            )

        return {name: asked(name) for name in wanted.topic_names}

    def _any_node(self) -> int:
        up = [node for node, is_up in enumerate(self._kafka.cluster.up) if is_up]
        return up[0] if up else 0
