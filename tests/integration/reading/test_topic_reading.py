"""Reading a topic on a real broker: all that is committed, up to the end that it had, and clear limits."""

import threading
import time
from collections.abc import Callable

import pytest
from confluent_kafka import KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.stack.broker import Broker
from schemas.murmur2 import partition_of
from schemas.topic_offsets import Extent, OffsetLost, TopicMissing, TopicUnavailable, extents, topic_id
from schemas.topic_reading import Limits, TopicReading, TransactionOpen
from tests.integration.reading.topics import WAIT_S, Sent, Writer, create_topic, numbers

pytestmark = pytest.mark.integration
PARTITIONS = 3


@pytest.fixture
def client(kafka: str) -> dict[str, str]:
    return {"bootstrap.servers": kafka}


@pytest.fixture
def topic(kafka: str, prefix: str) -> str:
    create_topic(kafka, f"{prefix}numbers", PARTITIONS)
    return f"{prefix}numbers"


@pytest.fixture
def writer(kafka: str, topic: str) -> Writer:
    return Writer(kafka, topic)


def _values(reading: TopicReading) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for message in reading:
        partition, value = message.partition(), message.value()
        assert partition is not None
        assert value is not None
        found.setdefault(partition, []).append(int(value))
    return found


def _delete_before(client: dict[str, str], topic: str, partition: int, offset: int) -> None:
    admin = AdminClient({**client})  # kept: without it the answer would never come
    for task in admin.delete_records([TopicPartition(topic, partition, offset)]).values():
        task.result(WAIT_S)


def test_an_empty_topic_ends_at_once(client: dict[str, str], topic: str) -> None:
    with TopicReading(client, topic) as reading:
        assert list(reading) == []
        assert reading.positions == {0: 0, 1: 0, 2: 0}
        assert reading.at_end
        assert reading.partition_count == PARTITIONS


def test_only_what_was_committed_is_read_and_markers_are_passed(
    client: dict[str, str], topic: str, writer: Writer
) -> None:
    writer.commit([*numbers(0, 2_000), *numbers(1, 10)])
    writer.abort([*numbers(0, 500, 9_000), *numbers(2, 5, 9_000)])
    writer.commit(numbers(0, 300, 2_000))
    writer.abort(numbers(0, 3, 9_000))
    told: list[tuple[int, int]] = []
    with TopicReading(client, topic, progress=lambda done, total: told.append((done, total))) as reading:
        assert _values(reading) == {0: list(range(2_300)), 1: list(range(10))}
        ends = {0: 2_000 + 1 + 500 + 1 + 300 + 1 + 3 + 1, 1: 10 + 1, 2: 5 + 1}
        assert {each: extent.end for each, extent in reading.extents.items()} == ends
        assert reading.positions == ends
        assert reading.done == reading.total == sum(ends.values()) == told[-1][0]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_what_is_written_after_the_question_is_not_read(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.commit(numbers(0, 5))
    with TopicReading(client, topic) as reading:
        writer.commit([*numbers(0, 5, 100), *numbers(1, 5, 100)])
        assert _values(reading) == {0: list(range(5))}
        assert reading.positions == {0: 6, 1: 0, 2: 0}


def test_a_reading_waits_for_an_open_transaction(
    kafka: str, client: dict[str, str], topic: str, writer: Writer
) -> None:
    other = Writer(kafka, topic, "other")
    writer.begin(numbers(0, 3))
    other.commit([*numbers(0, 2, 50), *numbers(1, 1)])  # behind the open one: committed, but not readable yet
    timer = threading.Timer(1.5, writer.commit)
    with TopicReading(client, topic) as reading:
        started = time.monotonic()
        timer.start()
        assert _values(reading) == {0: [0, 1, 2, 50, 51], 1: [0]}
        assert time.monotonic() - started > 1
    timer.join()


def test_a_transaction_that_is_aborted_while_one_waits_leaves_nothing(
    client: dict[str, str], topic: str, writer: Writer
) -> None:
    writer.begin(numbers(0, 3))
    timer = threading.Timer(0.5, writer.abort)
    with TopicReading(client, topic) as reading:
        assert reading.extents[0] == Extent(0, 3)
        timer.start()
        assert list(reading) == []
        assert reading.positions[0] >= 3
    timer.join()


def test_a_transaction_that_stays_open_is_named(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.commit(numbers(1, 4))
    writer.begin(numbers(1, 3, 4))
    found: list[Message] = []
    with TopicReading(client, topic, limits=Limits(transaction_s=0.6)) as reading:
        with pytest.raises(TransactionOpen, match=rf"{topic}/1: for 0.6 s .* at offset 5, .* up to 8 can't be read"):
            found.extend(reading)
        assert not reading.at_end
    assert len(found) == 4
    writer.abort()


def test_a_reading_begins_where_it_is_told(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.commit([*numbers(0, 10), *numbers(1, 10)])
    with TopicReading(client, topic, start={0: 7}) as reading:
        assert _values(reading) == {0: [7, 8, 9], 1: list(range(10))}
    with TopicReading(client, topic, partitions=[1], start=lambda ends: {1: ends[1].end - 3}) as reading:
        assert _values(reading) == {1: [8, 9]}
        assert reading.total == 3
    with TopicReading(client, topic, keys=[b"710000000"]) as reading:
        assert list(reading.positions) == [partition_of(b"710000000", PARTITIONS)]


@pytest.mark.parametrize("start", [-1, -1001, 12, 1 << 40])
def test_a_start_outside_the_log_is_an_error_never_the_beginning(
    client: dict[str, str], topic: str, writer: Writer, start: int
) -> None:
    writer.commit(numbers(0, 10))
    with pytest.raises(OffsetLost, match="begins at 0 and ends at 11"):
        TopicReading(client, topic, start={0: start})


def test_a_log_that_lost_its_first_records_begins_later(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.commit(numbers(0, 10))
    _delete_before(client, topic, 0, 4)
    assert extents(client, topic, [0]) == {0: Extent(4, 11)}
    with TopicReading(client, topic, partitions=[0]) as reading:
        assert _values(reading) == {0: list(range(4, 10))}
        assert reading.done == reading.total == 7
    with pytest.raises(OffsetLost, match="begins at 4"):
        TopicReading(client, topic, start={0: 3})


def test_records_that_vanish_while_they_are_read_are_an_error(
    client: dict[str, str], topic: str, writer: Writer
) -> None:
    writer.commit(numbers(0, 10))
    with TopicReading(client, topic, partitions=[0], start={0: 2}) as reading:
        _delete_before(client, topic, 0, 8)
        with pytest.raises(OffsetLost, match="no longer holds"):
            list(reading)


def test_a_missing_topic_or_partition_is_an_error_and_is_not_made(client: dict[str, str], topic: str) -> None:
    for _ in range(2):
        with pytest.raises(TopicMissing, match="does not have it"):
            TopicReading(client, f"{topic}.absent")
    with pytest.raises(TopicMissing, match="it has 3 partitions"):
        TopicReading(client, topic, partitions=[0, 3])


def test_brokers_that_do_not_answer_are_an_error_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(TopicUnavailable):
        TopicReading({"bootstrap.servers": "127.0.0.1:1"}, "numbers", limits=Limits(silence_s=0.5))
    assert time.monotonic() - started < 5


def test_progress_may_stop_a_reading(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.begin(numbers(0, 3))

    def stop(done: int, total: int) -> None:
        assert (done, total) == (0, 3)
        raise InterruptedError

    with TopicReading(client, topic, progress=stop) as reading, pytest.raises(InterruptedError):
        list(reading)
    writer.abort()


def test_following_goes_on_and_tells_when_nothing_comes(client: dict[str, str], topic: str, writer: Writer) -> None:
    writer.commit(numbers(0, 3))
    found: list[bytes | None] = []
    idle = 0
    deadline = time.monotonic() + WAIT_S
    with TopicReading(client, topic, follow=True, start=lambda ends: {0: ends[0].end - 2}) as reading:
        for batch in reading.batches():
            found += [message.value() for message in batch]
            if not batch and reading.at_end:
                idle += 1
                if idle == 1:
                    writer.commit([*numbers(0, 1, 3), *numbers(1, 2, 4), Sent(2, None, None)])
                elif reading.positions == {0: 6, 1: 3, 2: 2}:  # behind the transactions' markers, too: they come last
                    break
                assert time.monotonic() < deadline, reading.positions
        assert found[0] == b"2"
        assert sorted(each or b"" for each in found[1:]) == [b"", b"3", b"4", b"5"]


def test_a_reading_survives_a_broker_that_is_killed(own_broker: Callable[[], Broker]) -> None:
    broker = own_broker()
    client = {"bootstrap.servers": broker.bootstrap}
    create_topic(broker.bootstrap, "numbers", 1)
    writer = Writer(broker.bootstrap, "numbers")
    writer.commit(numbers(0, 1_000))
    with TopicReading(client, "numbers", follow=True) as reading:
        batches = reading.batches()
        found = [message.value() for message in next(batches)]
        broker.kill()
        broker.start()
        writer.commit(numbers(0, 1_000, 1_000))
        while len(found) < 2_000:
            found += [message.value() for message in next(batches)]
    assert found == [b"%d" % number for number in range(2_000)]


def test_a_topic_that_is_made_again_has_another_id(client: dict[str, str], topic: str, kafka: str) -> None:
    first = topic_id(client, topic)
    assert first == topic_id(client, topic)
    admin = AdminClient({**client})
    for task in admin.delete_topics([topic]).values():
        task.result(WAIT_S)
    deadline = time.monotonic() + WAIT_S
    while True:  # a deletion is noticed everywhere a little later
        try:
            create_topic(kafka, topic, PARTITIONS)
        except KafkaException:
            assert time.monotonic() < deadline
        try:
            if topic_id(client, topic) != first:
                break
        except TopicMissing:
            assert time.monotonic() < deadline
        time.sleep(0.1)
    with pytest.raises(TopicMissing):
        topic_id(client, f"{topic}-nowhere")
