"""What simulated histories found in the product, each in its smallest form."""

from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from prometheus_client import CollectorRegistry

from schemas.words import TOPIC_ORDER
from streams.fanout.task import JOURNAL, FanOutTask
from streams.runtime.errors import UnknownOffset
from streams.runtime.metrics import Metrics
from streams.runtime.producer import TransactionalProducer
from streams.runtime.task import Batch
from tests.fuzz.histories import History
from tests.simulation.cluster import Kafka, ModelMachine
from tests.simulation.groups import Membership
from tests.simulation.network import Call
from tests.simulation.workers import ModelSettings, fan_out_codecs
from tests.simulation.world import MS, Process, S, World
from tests.unit.runtime.memory_kafka import MemoryKafka, Transaction, books, outbox, restored

CALL_S = 5.0
WHERE = TopicPartition("inputs", 0, 1)
ANYBODY = Membership("group", -1, "", None)
SETTINGS = ModelSettings({"bootstrap.servers": "model:9092"}, group_id="group", worker="worker")


class Once:
    """Decides the fate of the next request of a kind."""

    def __init__(self, process: Process, what: str, verdict: str) -> None:
        self._process, self._what, self._verdict = process, what, verdict
        process.fates.append(self)

    def __call__(self, phase: str, what: str, call: object) -> str | None:
        """As `world.Fate` has it."""
        assert isinstance(call, Call)
        if phase != "asked" or not what.startswith(self._what):
            return None
        self._process.fates.remove(self)
        return self._verdict


class Bench:
    """A product's producer on a model's cluster."""

    def __init__(self) -> None:
        self.world = World(4)
        self.kafka = Kafka(self.world)
        for topic in ("journal", "inputs"):
            self.kafka.cluster.make_topic(topic, 1)
        self.process = Process(self.world, "worker", None)
        machine = ModelMachine(self.kafka, self.process, lambda: None)
        self.producer = TransactionalProducer(SETTINGS, machine)
        self.producer.open(lambda: False)

    def transaction(self) -> None:
        """One record and one offset."""
        self.producer.begin()
        self.producer.produce("journal", b"key", b"value", (), 0, 0)
        self.producer.commit([WHERE], ANYBODY)

    def suppress_errors(self) -> None:
        """The client library has told a broken connection a moment ago: it does not tell the next one."""
        self.producer._producer._told_at = self.world.now  # type: ignore[union-attr]  # the model's


@pytest.fixture
def bench() -> Bench:
    """One that has done a transaction."""
    made = Bench()
    made.transaction()
    made.world.run(lambda: not made.kafka.cluster.ending, S)
    assert made.producer.must_be_replaced is None
    return made


@pytest.mark.parametrize("verdict", ["request straggles", "answer lost", "request doubled"])
@pytest.mark.parametrize("what", ["EndTxn", "TxnOffsetCommit"])
def test_a_request_that_may_still_be_on_its_way_ends_the_producer(bench: Bench, what: str, verdict: str) -> None:
    """The client repeats it by itself and says nothing: a delayed EndTxn would end the next transaction in its middle,
    delayed offsets would count in it (found by histories in which a record was told twice)."""
    bench.suppress_errors()
    Once(bench.process, what, verdict)
    bench.transaction()
    assert bench.producer.must_be_replaced == "perhaps sent twice"


def test_a_connection_that_broke_after_the_last_flush_is_heard_of_before_the_next_transaction(bench: Bench) -> None:
    for told in bench.kafka.network.on_broken[bench.process]:
        told()
    assert bench.producer.must_be_replaced == "_TRANSPORT"


def test_a_quick_transaction_keeps_its_producer_and_a_slow_cluster_does_not_end_the_loop(bench: Bench) -> None:
    for _ in range(20):
        bench.transaction()
        bench.world.run(lambda: False, 20 * MS)
        assert bench.producer.must_be_replaced is None


class OvertakenLogs(MemoryKafka):
    """Another worker decides while somebody restores: between any two of his questions, before the last answer."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] = lambda: None

    def committed(self, topics: tuple[str, ...], partition: int) -> dict[str, int | None]:
        """The other one was quicker."""
        self.meanwhile()
        return super().committed(topics, partition)


def test_a_worker_that_restores_what_others_have_by_now_finds_no_contradiction() -> None:
    """It was held, has not heard yet that the partition is another's, and sees how far that one has come. The group's
    offsets must not be younger than the journal that they are held against (found by seed 13536)."""
    made = History(800_001, 12)
    made.pace = "dense"
    kafka = OvertakenLogs()
    for event in sorted(made, key=lambda event: (event.time, TOPIC_ORDER[event.topic])):
        kafka.append(event)
    other, fetched = restored(kafka, made.model.pack)
    for topic, log in kafka.inputs.items():
        for message in log[fetched[topic] :]:
            other.put(topic, message)
        other.end(topic, len(log))

    def meanwhile() -> None:
        transaction = Transaction(kafka)
        other.work(outbox(transaction), Batch(3, 60_000), 0)
        if transaction.made:
            transaction.end(dict(other.offsets()))
            other.committed()

    for _ in range(5):
        kafka.meanwhile = meanwhile
        task, offsets = restored(kafka, made.model.pack)
        kafka.meanwhile = lambda: None
        assert offsets == other.offsets()
        assert books(task) == books(other)


class ForgetfulLogs:
    """The group has no offset when first asked; outputs have records."""

    def __init__(self, *answers: int | None) -> None:
        self._answers = list(answers)

    def committed(self, topics: tuple[str, ...], partition: int) -> dict[str, int | None]:
        """The next answer."""
        return {JOURNAL: self._answers.pop(0)}

    def group_forgot(self, topic: str, outputs: tuple[str, ...]) -> bool:
        """It seems so."""
        return True


def _told(*answers: int | None) -> int:
    task = FanOutTask(0, SETTINGS, fan_out_codecs(), Metrics(CollectorRegistry(), "fan_out"))
    logs: Any = ForgetfulLogs(*answers)
    return task._told(logs)


def test_a_fan_out_asks_again_before_it_says_that_its_group_was_forgotten() -> None:
    """Between the two questions another worker may have had the partition, told of it, and committed."""
    assert _told(7) == 7
    assert _told(None, 7) == 7
    with pytest.raises(UnknownOffset, match="--from-start"):
        _told(None, None)
