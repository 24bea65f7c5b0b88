"""An input whose offsets jump: what the client library may have passed over is read again, once."""

from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from prometheus_client import CollectorRegistry

from schemas.events import Event
from streams.allocation.intake import TOPICS
from streams.allocation.task import AllocationTask
from streams.rules.pack import KZ_2020
from streams.runtime.metrics import Metrics
from streams.runtime.outside import MACHINE
from streams.runtime.partitions import Partitions
from streams.runtime.settings import Clock
from tests.integration.pipeline.seasons import season
from tests.unit.runtime.memory_kafka import SETTINGS, MemoryKafka, restored

TOPIC = "application-changes"
RECORDS = 5


class RecordingConsumer:
    """Takes down where it is sent."""

    def __init__(self, refused: int) -> None:
        """`refused`: so many times it is not where it could be sent from."""
        self.assigned: list[int] = []
        self.assignments = 0
        self.seeks: list[int] = []
        self.refused = refused

    def assign(self, partitions: list[TopicPartition]) -> None:
        """As the library's."""
        self.assigned = [each.offset for each in partitions]
        self.assignments += 1

    def pause(self, partitions: list[TopicPartition]) -> None:
        """As the library's."""

    def resume(self, partitions: list[TopicPartition]) -> None:
        """As the library's."""

    def seek(self, where: TopicPartition) -> None:
        """As the library's, which has given a partition up after an offset that is gone."""
        if self.refused:
            self.refused -= 1
            raise KafkaException(KafkaError(KafkaError._STATE))
        if where.topic == TOPIC:
            self.seeks.append(where.offset)


class Bench:
    """One partition with one task, restored, of which nothing was fetched yet."""

    def __init__(self, records: int = RECORDS, refused: int = 0) -> None:
        self.kafka, self.consumer = MemoryKafka(), RecordingConsumer(refused)
        events: list[Event] = [event for event in season("village").events if event.topic == TOPIC][:records]
        for event in events:
            self.kafka.append(event)
        self.metrics = Metrics(CollectorRegistry(), "allocation")
        self.task: AllocationTask = restored(self.kafka, KZ_2020)[0]
        consumer = cast("Consumer", self.consumer)
        settings = SETTINGS[Clock.RECORDS]
        self.partitions = Partitions(settings, TOPICS, lambda _: self.task, consumer, self.kafka, self.metrics, MACHINE)
        self.partitions.assigned([TopicPartition(topic, 0) for topic in TOPICS])
        while self.partitions.restoring:
            self.partitions.restore()
        self.consumer.seeks.clear()

    def take(self, *offsets: int) -> None:
        """These records come, in one go, and what is to be read again is."""
        for offset in offsets:
            self.partitions.take(self.kafka.inputs[TOPIC][offset])
        self.partitions.read_again()

    def take_end(self, offset: int) -> None:
        """The word that the input ends here."""
        end = Message(topic=TOPIC, partition=0, offset=offset, error=KafkaError(KafkaError._PARTITION_EOF))
        self.partitions.take(end)
        self.partitions.read_again()

    @property
    def passed_over(self) -> float:
        """What is counted."""
        return float(cast("Any", self.metrics.passed_over)._value.get())


@pytest.fixture
def bench() -> Bench:
    """A fresh one."""
    return Bench()


def test_a_partition_is_assigned_at_real_offsets(bench: Bench) -> None:
    assert len(bench.consumer.assigned) == len(TOPICS)
    assert min(bench.consumer.assigned) >= 0, "for a logical one the library asks, and goes there after a seek"


def test_what_comes_without_a_gap_is_taken(bench: Bench) -> None:
    bench.take(*range(RECORDS))
    bench.take_end(RECORDS)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks) == (RECORDS, [])


@pytest.mark.parametrize("together", [True, False])
def test_what_was_passed_over_is_read_again(bench: Bench, together: bool) -> None:
    bench.take(0)
    if together:
        bench.take(3, 4)
    else:
        bench.take(3)
    assert bench.task.next_offset(TOPIC) == 1, "nothing behind the gap is taken"
    assert bench.consumer.seeks == [1]
    bench.take(1, 2, 3, 4)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (RECORDS, [1], 1)


def test_what_is_not_there_is_looked_for_once(bench: Bench) -> None:
    bench.take(0)
    bench.take(2, 3)
    bench.take(2, 3)
    bench.take(4)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (RECORDS, [1], 0)


def test_an_end_behind_the_next_record_is_no_end(bench: Bench) -> None:
    bench.take(0)
    bench.take_end(RECORDS)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks) == (1, [1])
    bench.take(*range(1, RECORDS))
    bench.take_end(RECORDS)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (RECORDS, [1], 1)


def test_an_end_behind_markers_is_believed_the_second_time(bench: Bench) -> None:
    bench.take(0)
    bench.take_end(2)
    bench.take_end(2)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (2, [1], 0)


def test_many_gaps_are_looked_into_at_once() -> None:
    bench = Bench(records=40)
    held = [offset for offset in range(40) if offset % 3]  # as behind transactions of two records each
    bench.take(*held)
    assert bench.consumer.seeks == [0]
    bench.take(*held)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (held[-1] + 1, [0], 0)


def test_another_gap_than_the_first_time_is_looked_into_anew(bench: Bench) -> None:
    bench.take(0)
    bench.take(2, 3)
    bench.take(2, 4)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks) == (3, [1, 3])
    bench.take(3, 4)
    assert (bench.task.next_offset(TOPIC), bench.consumer.seeks, bench.passed_over) == (RECORDS, [1, 3], 1)


def test_a_partition_that_was_given_up_before_it_was_paused_is_assigned_once_more() -> None:
    bench = Bench(refused=2)
    assert (bench.consumer.refused, bench.consumer.assignments) == (0, 3)
    bench.take(*range(RECORDS))
    assert bench.task.next_offset(TOPIC) == RECORDS
