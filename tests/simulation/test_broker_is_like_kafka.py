"""The model behaves as a real broker does: the same tests, the same calls of the client library, on both."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from tests.simulation.broker import Rates
from tests.simulation.cluster import Kafka, ModelMachine
from tests.simulation.world import MS, Bell, Process, S, World

WAIT_S = 60.0
CALL_S = 15.0
TRANSACTION_MS = 60_000
SESSION_MS = 6_000


class Side(Protocol):
    """One of the two."""

    def topic(self) -> str:
        """A new topic of one partition."""

    def producer(self, name: str, timeout_ms: int = TRANSACTION_MS) -> Producer:
        """A transactional producer, not initialised."""

    def consumer(self, group: str, **properties: Any) -> Consumer:
        """A consumer."""

    def admin(self) -> AdminClient:
        """An admin client."""

    def stop(self, consumer: Consumer) -> None:
        """Freeze the process that a consumer is in, for good."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class Model:
    """The model."""

    def __init__(self) -> None:
        self.world = World(1)
        self.kafka = Kafka(self.world, 1, Rates())
        self._number = itertools.count()

    def _machine(self) -> ModelMachine:
        return ModelMachine(self.kafka, Process(self.world, f"client-{next(self._number)}", None), lambda: None)

    def topic(self) -> str:
        name = f"topic-{next(self._number)}"
        self.kafka.cluster.make_topic(name, 1)
        return name

    def producer(self, name: str, timeout_ms: int = TRANSACTION_MS) -> Producer:
        return self._machine().producer({"transactional.id": name, "transaction.timeout.ms": timeout_ms})

    def consumer(self, group: str, **properties: Any) -> Consumer:
        return self._machine().consumer({"group.id": group, **{k.replace("_", "."): v for k, v in properties.items()}})

    def admin(self) -> AdminClient:
        return self._machine().admin({})

    def stop(self, consumer: Consumer) -> None:
        consumer._process.hold()  # type: ignore[attr-defined]  # the model's

    def sleep(self, seconds: float) -> None:
        self.world.wait(Bell(), int(seconds * S))


class Real:
    """Apache Kafka."""

    def __init__(self, bootstrap: str) -> None:
        self._client: dict[str, str | int] = {"bootstrap.servers": bootstrap, "log_level": 0}
        self._admin = AdminClient({"bootstrap.servers": bootstrap})
        self._open: list[Consumer] = []

    def topic(self) -> str:
        name = f"like-{uuid4().hex[:10]}"
        self._admin.create_topics([NewTopic(name, 1, 1)])[name].result()
        return name

    def producer(self, name: str, timeout_ms: int = TRANSACTION_MS) -> Producer:
        return Producer({**self._client, "transactional.id": name, "transaction.timeout.ms": timeout_ms})

    def consumer(self, group: str, **properties: Any) -> Consumer:
        named = {key.replace("_", "."): value for key, value in properties.items()}
        self._open.append(Consumer({**self._client, "group.id": group, "enable.auto.commit": False, **named}))
        return self._open[-1]

    def admin(self) -> AdminClient:
        return self._admin

    def stop(self, consumer: Consumer) -> None:
        # Its heartbeats end with it; a static member that is closed does not leave the group.
        self._open.remove(consumer)
        consumer.close()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        """Leave."""
        for consumer in self._open:
            consumer.close()


@pytest.fixture(params=[pytest.param("model"), pytest.param("real", marks=pytest.mark.integration)])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """Each test runs on both."""
    if request.param == "model":
        yield Model()
        return
    real = Real(request.getfixturevalue("kafka"))
    yield real
    real.close()


@dataclass
class Bench:
    """A topic, and ways to it that a test would repeat."""

    side: Side
    topic: str
    name: str

    def opened(self, timeout_ms: int = TRANSACTION_MS) -> Producer:
        """A producer of the bench's name, initialised."""
        producer = self.side.producer(self.name, timeout_ms)
        self.soon(lambda: producer.init_transactions(CALL_S))
        return producer

    def soon(self, call: Callable[[], Any]) -> Any:
        """Repeat while the broker asks to."""
        for _ in range(100):
            try:
                return call()
            except KafkaException as exc:
                if not exc.args[0].retriable():
                    raise
                self.side.sleep(0.1)
        pytest.fail("it asks to try again for ever")

    def say(self, producer: Producer, *texts: str) -> None:
        """Produce within the open transaction, and wait."""
        for text in texts:
            producer.produce(self.topic, text.encode(), b"key", 0)
        assert producer.flush(CALL_S) == 0

    def read(self, level: str = "read_committed") -> list[str]:
        """All records up to the end that a reader of this level sees."""
        where = TopicPartition(self.topic, 0, 0)
        consumer = self.side.consumer(f"reader-{uuid4().hex}", isolation_level=level, enable_partition_eof=True)
        consumer.assign([where])
        found: list[str] = []
        for _ in range(int(WAIT_S / 0.1)):
            for message in consumer.consume(1, 0.1):
                error = message.error()
                if error is None:
                    value = message.value()
                    assert isinstance(value, bytes)
                    found.append(value.decode())
                else:
                    assert error.code() == KafkaError._PARTITION_EOF
                    return found
        pytest.fail("the end never comes")

    def ends(self) -> tuple[int, int]:
        """The high watermark and the last stable offset."""
        return self._end(IsolationLevel.READ_UNCOMMITTED), self._end(IsolationLevel.READ_COMMITTED)

    def _end(self, level: IsolationLevel) -> int:
        where = TopicPartition(self.topic, 0)
        answers = self.side.admin().list_offsets({where: OffsetSpec.latest()}, isolation_level=level)
        offset: int = answers[where].result().offset
        return offset

    def await_ends(self, high: int, stable: int) -> None:
        """Markers come a little after the answer."""
        for _ in range(int(WAIT_S / 0.05)):
            if self.ends() == (high, stable):
                return
            self.side.sleep(0.05)
        assert self.ends() == (high, stable)

    def member(self, group: str, instance: str) -> Consumer:
        """A static member that has its share."""
        consumer = self.side.consumer(
            group,
            group_instance_id=instance,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=500,
            partition_assignment_strategy="range",
            auto_offset_reset="error",
        )
        assigned: list[Any] = []
        consumer.subscribe([self.topic], on_assign=lambda _, partitions: assigned.append(partitions))
        for _ in range(int(WAIT_S / 0.1)):
            consumer.consume(1, 0.1)
            if assigned:
                return consumer
        pytest.fail("the group gives nothing")

    def committed(self, consumer: Consumer) -> int:
        """The group's offset."""
        offset: int = consumer.committed([TopicPartition(self.topic, 0)], CALL_S)[0].offset
        return offset


@pytest.fixture
def bench(side: Side) -> Bench:
    """A topic and a name of its own."""
    return Bench(side, side.topic(), f"id-{uuid4().hex[:10]}")


def code_of(call: Callable[[], Any]) -> int:
    """The error that a call ends with."""
    with pytest.raises(KafkaException) as caught:
        call()
    code: int = caught.value.args[0].code()
    return code


def test_what_is_committed_is_seen_once_its_marker_is_there(bench: Bench) -> None:
    producer = bench.opened()
    producer.begin_transaction()
    bench.say(producer, "a", "b")
    assert bench.ends() == (2, 0)
    assert bench.read() == []
    assert bench.read("read_uncommitted") == ["a", "b"]
    producer.commit_transaction(CALL_S)
    bench.await_ends(3, 3)
    assert bench.read() == ["a", "b"]


def test_what_is_aborted_is_never_seen_and_keeps_its_offsets(bench: Bench) -> None:
    producer = bench.opened()
    for texts, commit in ((("a",), False), (("b", "c"), True), (("d",), False)):
        producer.begin_transaction()
        bench.say(producer, *texts)
        if commit:
            producer.commit_transaction(CALL_S)
        else:
            producer.abort_transaction(CALL_S)
    bench.await_ends(7, 7)
    assert bench.read() == ["b", "c"]
    assert bench.read("read_uncommitted") == ["a", "b", "c", "d"]


def test_an_open_transaction_holds_back_what_others_committed_behind_it(bench: Bench) -> None:
    first = bench.opened()
    first.begin_transaction()
    bench.say(first, "open")
    second = Bench(bench.side, bench.topic, bench.name + "-2").opened()
    second.begin_transaction()
    bench.say(second, "done")
    second.commit_transaction(CALL_S)
    bench.await_ends(3, 0)
    assert bench.read() == []
    first.abort_transaction(CALL_S)
    bench.await_ends(4, 4)
    assert bench.read() == ["done"]


def test_a_second_producer_of_the_name_aborts_and_fences_the_first(bench: Bench) -> None:
    first = bench.opened()
    first.begin_transaction()
    bench.say(first, "never")
    second = bench.opened()
    bench.await_ends(2, 2)
    assert code_of(lambda: first.commit_transaction(CALL_S)) == KafkaError._FENCED
    second.begin_transaction()
    bench.say(second, "mine")
    second.commit_transaction(CALL_S)
    bench.await_ends(4, 4)
    assert bench.read() == ["mine"]


def test_a_transaction_that_is_too_old_is_aborted_and_its_producer_fenced(bench: Bench) -> None:
    producer = bench.opened(timeout_ms=1_000)
    producer.begin_transaction()
    bench.say(producer, "late")
    bench.await_ends(2, 2)  # the broker looks every ten seconds
    assert code_of(lambda: producer.commit_transaction(CALL_S)) == KafkaError._FENCED
    assert bench.read() == []


def test_a_transaction_without_records_leaves_nothing(bench: Bench) -> None:
    producer = bench.opened()
    producer.begin_transaction()
    producer.commit_transaction(CALL_S)
    producer.begin_transaction()
    producer.abort_transaction(CALL_S)
    assert bench.ends() == (0, 0)


def test_offsets_live_and_die_with_their_transaction(bench: Bench) -> None:
    group, producer = f"group-{bench.name}", bench.opened()
    member = bench.member(group, "one")
    where = TopicPartition(bench.topic, 0, 5)
    producer.begin_transaction()
    producer.send_offsets_to_transaction([where], member.consumer_group_metadata(), CALL_S)
    producer.abort_transaction(CALL_S)
    assert bench.committed(member) < 0
    producer.begin_transaction()
    producer.send_offsets_to_transaction([where], member.consumer_group_metadata(), CALL_S)
    producer.commit_transaction(CALL_S)
    assert bench.committed(member) == 5, "whoever asks waits for the marker"


def test_the_group_refuses_offsets_of_an_earlier_life(bench: Bench) -> None:
    """A restarted static member has its share again, at once; its earlier life is fenced."""
    group, producer = f"group-{bench.name}", bench.opened()
    before = bench.member(group, "one")
    metadata = before.consumer_group_metadata()
    bench.side.stop(before)
    now = bench.member(group, "one")
    where = TopicPartition(bench.topic, 0, 5)
    producer.begin_transaction()
    refused = code_of(lambda: producer.send_offsets_to_transaction([where], metadata, CALL_S))
    assert refused == KafkaError.FENCED_INSTANCE_ID
    producer.abort_transaction(CALL_S)
    producer.begin_transaction()
    producer.send_offsets_to_transaction([where], now.consumer_group_metadata(), CALL_S)
    producer.commit_transaction(CALL_S)
    assert bench.committed(now) == 5


def test_the_group_refuses_offsets_of_a_member_whose_session_has_ended(bench: Bench) -> None:
    group, producer = f"group-{bench.name}", bench.opened()
    before = bench.member(group, "one")
    metadata = before.consumer_group_metadata()
    bench.side.stop(before)
    bench.side.sleep(SESSION_MS / 1_000 + 2)
    where = TopicPartition(bench.topic, 0, 5)
    producer.begin_transaction()
    refused = code_of(lambda: producer.send_offsets_to_transaction([where], metadata, CALL_S))
    assert refused in {KafkaError.UNKNOWN_MEMBER_ID, KafkaError.ILLEGAL_GENERATION}
    producer.abort_transaction(CALL_S)
    other = bench.member(group, "two")
    assert bench.committed(other) < 0


def test_the_end_is_told_once_and_again_after_a_seek(bench: Bench) -> None:
    producer = bench.opened()
    producer.begin_transaction()
    bench.say(producer, "a")
    producer.commit_transaction(CALL_S)
    bench.await_ends(2, 2)
    consumer = bench.side.consumer("ends", isolation_level="read_committed", enable_partition_eof=True)
    consumer.assign([TopicPartition(bench.topic, 0, 0)])
    assert [_told(consumer), _told(consumer)] == ["a", 2]
    assert consumer.consume(1, 0.5) == []
    assert consumer.get_watermark_offsets(TopicPartition(bench.topic, 0), cached=True)[1] == 2
    consumer.seek(TopicPartition(bench.topic, 0, 0))
    assert [_told(consumer), _told(consumer)] == ["a", 2]


def test_what_is_paused_is_fetched_again_from_where_the_application_was(bench: Bench) -> None:
    producer = bench.opened()
    producer.begin_transaction()
    bench.say(producer, "a", "b", "c")
    producer.commit_transaction(CALL_S)
    bench.await_ends(4, 4)
    where = TopicPartition(bench.topic, 0, 0)
    consumer = bench.side.consumer("pauses", isolation_level="read_committed", enable_partition_eof=True)
    consumer.assign([where])
    assert _told(consumer) == "a"
    consumer.pause([where])
    assert consumer.consume(1, 0.5) == []
    consumer.resume([where])
    assert [_told(consumer), _told(consumer), _told(consumer)] == ["b", "c", 4]


def _told(consumer: Consumer) -> str | int | None:
    """The next record's text, or the offset of the end."""
    for _ in range(int(WAIT_S / 0.1)):
        found: list[Message] = consumer.consume(1, 0.1)
        if found:
            error, value = found[0].error(), found[0].value()
            if error is None:
                assert isinstance(value, bytes)
                return value.decode()
            return found[0].offset()
    pytest.fail("nothing comes")


# ------------------------------------------ what no real broker does when asked: requests that come late or twice


def test_a_batch_that_comes_twice_is_appended_once() -> None:
    model = Model()
    bench = Bench(model, model.topic(), "twice")
    producer = bench.opened()
    producer.begin_transaction()
    network = model.kafka.network
    arrive = network._arrive

    def twice(call: Any, serve: Any, back: int | None) -> None:
        arrive(call, serve, None)
        arrive(call, serve, back)

    with patch.object(network, "_arrive", twice):
        bench.say(producer, "a", "b")
    producer.commit_transaction(CALL_S)
    bench.await_ends(3, 3)
    assert bench.read() == ["a", "b"]


def test_a_delayed_end_may_end_a_later_transaction_of_the_same_epoch_but_of_no_later_one() -> None:
    """KIP-890: the client library has no part of it, so one epoch serves many transactions."""
    model = Model()
    cluster = model.kafka.cluster
    bench = Bench(model, model.topic(), "late")
    producer = bench.opened()
    number, epoch = producer._id, producer._epoch  # type: ignore[attr-defined]  # the model's
    producer.begin_transaction()
    bench.say(producer, "torn")
    cluster.end(bench.name, number, epoch, commit=True)  # it was sent for the transaction before
    model.sleep(20 * MS / S)
    assert bench.read() == ["torn"]
    after = bench.opened()
    after.begin_transaction()
    bench.say(after, "whole")
    with pytest.raises(Exception, match="PRODUCER_FENCED"):
        cluster.end(bench.name, number, epoch, commit=True)
    after.abort_transaction(CALL_S)
    assert bench.read() == ["torn"]
