"""A broker that a test may break keeps its address and its data."""

from collections.abc import Callable

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient

from infra.stack.broker import Broker
from infra.stack.kafka import reachable
from tests.integration.stack.services import create, values, write

pytestmark = pytest.mark.integration


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
