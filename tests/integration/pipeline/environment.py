"""One environment of the pipeline on a real broker: topics under a prefix of its own, programs, ways in and ways out.

Owns what a test would otherwise repeat. Never says what is right: `checks` does.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from infra.topics import TopicsError, apply_topics
from schemas.cloudevents import event_headers
from schemas.codec import event_codec, journal_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.murmur2 import partition_of
from schemas.topic_offsets import is_passing
from schemas.topic_reading import TopicReading
from tests.integration.pipeline.programs import Program

INPUTS = tuple(EVENTS_BY_TOPIC)
JOURNAL = "journal"
ORYN = ("infra",)
Settings = Mapping[str, object]
NONE: Settings = {}
ALLOCATION, FAN_OUT = "oryn-allocation", "oryn-fan-out"
WAIT_S = 90.0
ASK_S = 15.0
IDS = FrozenIds()
EVENT_CODECS = {topic: event_codec(topic, IDS) for topic in INPUTS}
JOURNAL_CODEC = journal_codec(IDS)


@dataclass(frozen=True)
class Raw:
    """A record as bytes. `partition` -1: where its key belongs; `time` -1: none."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    time: int
    partition: int = -1


@dataclass(frozen=True)
class Place:
    """Where a record stands: topic without prefix, partition, offset."""

    topic: str
    partition: int
    offset: int


def raw(event: Event, partition: int = -1) -> Raw:
    """An event as publishers send it."""
    headers = event_headers(event.event_id, event.source, type(event.data).__name__, event.time)
    value = EVENT_CODECS[event.topic].encode(event.data)
    return Raw(event.topic, event.locality.encode(), value, headers, event.time, partition)


class Environment:
    """Topics, programs and readers under one prefix. Close it, whatever happens."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path, partitions: int = 1, clock: str = "records") -> None:
        """Make the topics."""
        self.bootstrap, self.prefix, self.folder = bootstrap, prefix, folder
        self.partitions, self.clock = partitions, clock
        self.client: dict[str, str] = {"bootstrap.servers": bootstrap}
        self.admin = AdminClient(dict(self.client))
        self.seed = Random(prefix).getrandbits(32)
        self.programs: list[Program] = []
        self._watches: list[Watch] = []
        self.make_topics()

    def make_topics(self) -> None:
        """Make the topics that are not there. Those that were deleted a moment ago may take one to go."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                apply_topics(self.admin, self.prefix, self.clock, self.partitions)
            except TopicsError:
                assert time.monotonic() < deadline, "the topics can't be made"
                time.sleep(0.1)
            else:
                return

    # In.

    def publish(self, records: Iterable[Event | Raw]) -> list[Place]:
        """Send records and wait until each is acknowledged. Gives their places, in order."""
        producer = Producer(
            {
                **self.client,
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "linger.ms": 20,
                "queue.buffering.max.messages": 1_000_000,
                "message.max.bytes": 10_000_000,
            }
        )
        sent = [raw(each) if isinstance(each, Event) else each for each in records]
        places: list[Place | None] = [None] * len(sent)

        def noted(index: int) -> Callable[[KafkaError | None, Message], None]:
            def note(error: KafkaError | None, message: Message) -> None:
                assert error is None, error
                topic, partition, offset = message.topic(), message.partition(), message.offset()
                assert topic is not None
                assert partition is not None
                assert offset is not None
                places[index] = Place(topic.removeprefix(self.prefix), partition, offset)

            return note

        for index, each in enumerate(sent):
            producer.produce(
                self.prefix + each.topic,
                each.value,
                each.key,
                each.partition,
                on_delivery=noted(index),
                timestamp=each.time,
                headers=list(each.headers),
            )
        assert producer.flush(WAIT_S) == 0, "not all was acknowledged"
        found = [place for place in places if place is not None]
        assert len(found) == len(sent)
        return found

    def partition_of(self, locality: str) -> int:
        """Where a locality's records belong."""
        return partition_of(locality.encode(), self.partitions)

    # Programs.

    def program(self, name: str, *command: str, settings: Settings = NONE) -> Program:
        """A command that is not started yet. `settings`: `worker_batch_records` is ORYN_WORKER_BATCH_RECORDS."""
        variables = {f"ORYN_{setting.upper()}": str(value) for setting, value in settings.items()}
        variables = {"ORYN_DATA": str(self.folder / "data"), **variables}
        options = ["--kafka", self.bootstrap, "--prefix", self.prefix]
        made = Program([*command, *options], variables, self.folder / f"{name}.log")
        self.programs.append(made)
        return made

    def worker(self, settings: Settings = NONE, name: str = "a", module: Sequence[str] = ORYN) -> Program:
        """An allocation worker, started. `module`: what runs the command."""
        options = ("worker", "--name", name, "--clock", self.clock)
        return self.program(f"worker-{name}", "-m", *module, *options, settings=settings).start()

    def fan_out(self, settings: Settings = NONE, *options: str, module: Sequence[str] = ORYN) -> Program:
        """A fan-out worker, started. `module`: what runs the command."""
        command = ("-m", *module, "fan-out", "--name", "f", *options)
        return self.program("fan-out", *command, settings=settings).start()

    def run(self, *command: str, timeout_s: float = WAIT_S) -> tuple[int, str]:
        """Run an `oryn` command to its end: its exit code and what it said."""
        program = self.program("commands", "-m", "infra", *command).start()
        code = program.await_exit(timeout_s)
        return code, program.said()

    # Out.

    def read(self, topic: str) -> list[Message]:
        """All committed records of a topic up to its present end; a transaction that is still open is waited for."""
        with TopicReading(self.client, self.prefix + topic) as reading:
            return list(reading)

    def watch(self, *topics: str) -> "Watch":
        """Count the committed records of topics as they come; without names, the journal's."""
        watch = Watch(self, topics or (JOURNAL,))
        self._watches.append(watch)
        return watch

    def ends(self, topic: str = JOURNAL, *, committed: bool = False) -> list[int]:
        """The next offset of each partition, or where the first open transaction begins."""
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        partitions = range(self.partition_count(topic))
        wanted = {TopicPartition(self.prefix + topic, each): OffsetSpec.latest() for each in partitions}
        answers = self.admin.list_offsets(wanted, isolation_level=level, request_timeout=ASK_S)
        offsets = {where.partition: future.result().offset for where, future in answers.items()}
        return [offsets[each] for each in partitions]

    def open_transactions(self) -> int:
        """In how many partitions of the journal a transaction is open that has written."""
        return sum(a != b for a, b in zip(self.ends(), self.ends(committed=True), strict=True))

    def partition_count(self, topic: str) -> int:
        """How many partitions a topic has."""
        return len(self.admin.list_topics(self.prefix + topic, timeout=ASK_S).topics[self.prefix + topic].partitions)

    def journal(self) -> dict[str, list[Record]]:
        """The committed journal by locality, decoded; its keys and partitions are checked on the way."""
        found: dict[str, list[Record]] = {}
        for message in self.read(JOURNAL):
            record = JOURNAL_CODEC.decode(message.value())
            assert message.key() == record.locality.encode()
            assert message.partition() == self.partition_of(record.locality)
            found.setdefault(record.locality, []).append(record)
        return found

    def group_offsets(self, group: str = ALLOCATION) -> dict[tuple[str, int], int]:
        """What a group has committed, by topic without prefix and partition."""
        wanted = ConsumerGroupTopicPartitions(self.prefix + group)
        answer = self.admin.list_consumer_group_offsets([wanted], request_timeout=ASK_S)[self.prefix + group].result()
        return {(each.topic.removeprefix(self.prefix), each.partition): each.offset for each in answer.topic_partitions}

    def set_group_offsets(self, offsets: dict[tuple[str, int], int], group: str = ALLOCATION) -> None:
        """Overwrite some of a group's offsets. Nobody may be in it, and for a session timeout nobody may have been."""
        places = [TopicPartition(self.prefix + topic, partition, to) for (topic, partition), to in offsets.items()]
        wanted = ConsumerGroupTopicPartitions(self.prefix + group, places)
        answer = self.admin.alter_consumer_group_offsets([wanted], request_timeout=ASK_S)[self.prefix + group].result()
        assert all(each.error is None for each in answer.topic_partitions), answer.topic_partitions

    def close(self) -> None:
        """End all programs, and tell what they said: pytest shows it if the test has failed."""
        for watch in self._watches:
            watch.close()
        for program in self.programs:
            program.end()
        for tail in {program.log: program.tail() for program in self.programs}.values():
            sys.stderr.write(tail + "\n")
        sys.stderr.write(f"--- seed {self.seed}\n")


class Watch:
    """The committed records of some topics as they come."""

    def __init__(self, environment: Environment, topics: Sequence[str]) -> None:
        self._environment, self._topics = environment, topics
        self._consumer = Consumer(
            {
                **environment.client,
                "group.id": "watch",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "log_level": "0",
            }
        )
        places = [(topic, each) for topic in topics for each in range(environment.partition_count(topic))]
        self._consumer.assign([TopicPartition(environment.prefix + topic, each, 0) for topic, each in places])
        self.messages: list[Message] = []
        self._read_to = dict.fromkeys(((environment.prefix + topic, each) for topic, each in places), 0)

    @property
    def count(self) -> int:
        """Committed records seen until now."""
        return len(self.messages)

    def look(self, wait_s: float = 0.02) -> int:
        """Take in what has come, and give the count."""
        found = self._consumer.consume(1, wait_s)
        if found:
            found += self._consumer.consume(100_000, 0)
        for message in found:
            error, offset = message.error(), message.offset()
            if error is None:
                self.messages.append(message)
            elif error.code() != KafkaError._PARTITION_EOF:
                assert is_passing(error), error.str()
                continue
            topic, partition = message.topic(), message.partition()
            assert topic is not None
            assert partition is not None
            assert offset is not None
            self._read_to[topic, partition] = offset + (error is None)
        return self.count

    def all(self) -> int:
        """Take in all that is committed now, and give the count."""
        ends = {
            (self._environment.prefix + topic, partition): end
            for topic in self._topics
            for partition, end in enumerate(self._environment.ends(topic, committed=True))
        }
        deadline = time.monotonic() + WAIT_S
        while any(self._read_to[place] < end for place, end in ends.items()):
            self.look()
            assert time.monotonic() < deadline, f"read to {self._read_to} of {ends}"
        return self.count

    def await_count(self, wanted: int, *alive: Program, timeout_s: float = WAIT_S) -> int:
        """Wait until so many are committed. `alive`: who must not end meanwhile."""
        names, deadline = ", ".join(self._topics), time.monotonic() + timeout_s
        while self.look() < wanted:
            for program in alive:
                assert program.alive, f"{names}: {self.count} of {wanted}, and it has ended\n{program.tail()}"
            assert time.monotonic() < deadline, f"{names}: {self.count} of {wanted} after {timeout_s} s"
        return self.count

    def close(self) -> None:
        """Leave."""
        self._consumer.close()
