"""A broker that a test may break keeps its address and its data."""

from collections.abc import Callable

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from infra.stack.broker import Broker
from infra.stack.kafka import reachable

pytestmark = pytest.mark.integration


def create(bootstrap: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for task in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        task.result(30)


def write(bootstrap: str, topic: str, value: bytes) -> None:
    """Write in a transaction, so that its coordinator is proven, too."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic, "message.max.bytes": 17_000_000})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value)
    producer.commit_transaction(30)


def values(bootstrap: str, topic: str) -> list[bytes | None]:
    """All committed values, of which there is one at least: a commit is answered before it can be read.

    The consumer tells the end, because markers of transactions take offsets, too.
    """
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found: list[bytes | None] = []
    try:
        while True:
            message = consumer.poll(30)
            assert message is not None
            if (error := message.error()) is not None:
                assert error.code() == KafkaError._PARTITION_EOF, error
                if found:
                    return found
                continue
            found.append(message.value())
    finally:
        consumer.close()


def test_a_transaction_of_sixteen_mebibytes_is_kept(kafka: str, prefix: str) -> None:
    create(kafka, f"{prefix}large")
    write(kafka, f"{prefix}large", b"x" * (16 << 20))
    assert [len(value or b"") for value in values(kafka, f"{prefix}large")] == [16 << 20]


def test_topics_do_not_come_by_themselves(kafka: str, prefix: str) -> None:
    producer = Producer(
        {"bootstrap.servers": kafka, "message.timeout.ms": 2000, "topic.metadata.propagation.max.ms": 0}
    )
    errors: list[object] = []
    producer.produce(f"{prefix}absent", b"x", on_delivery=lambda error, _message: errors.append(error))
    producer.flush(10)
    assert len(errors) == 1
    assert errors[0] is not None


def test_a_broken_broker_comes_back_with_its_address_and_data(own_broker: Callable[[], Broker]) -> None:
    broker = own_broker()
    address = broker.bootstrap
    create(address, "kept")
    write(address, "kept", b"before")
    broker.kill()
    assert not reachable(address, 0.5)
    broker.start()
    assert broker.bootstrap == address
    assert values(address, "kept") == [b"before"]
    broker.pause()
    with pytest.raises(KafkaException):
        AdminClient({"bootstrap.servers": address}).list_topics(timeout=1)
    broker.resume()
    broker.wait_ready()
    broker.stop()
    broker.start()
    assert values(address, "kept") == [b"before"]
