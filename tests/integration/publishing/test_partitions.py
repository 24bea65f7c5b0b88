"""Our partitioner against librdkafka's, through a real broker."""

import secrets

import pytest
from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import NewTopic

from schemas.murmur2 import partition_of
from tests.integration.publishing.log import make_topic

pytestmark = pytest.mark.integration

PARTITIONS = 7
KEYS = 300


def test_keys_go_where_librdkafka_sends_them(kafka: str, prefix: str) -> None:
    topic = f"{prefix}keys"
    make_topic(kafka, NewTopic(topic, PARTITIONS, 1))
    keys = [b"710000000", b"750000000", b"\x00", b"21", "қала".encode()]
    keys += [str(100_000_000 + secrets.randbelow(900_000_000)).encode() for _ in range(KEYS)]
    keys += [secrets.token_bytes(1 + number % 40) for number in range(KEYS)]
    placed: dict[bytes | None, int | None] = {}

    def note(error: KafkaError | None, message: Message) -> None:
        assert error is None
        placed[message.key()] = message.partition()

    producer = Producer({"bootstrap.servers": kafka, "partitioner": "murmur2_random"})
    for key in keys:
        producer.produce(topic, b"", key, on_delivery=note)
    assert producer.flush(30) == 0
    assert placed == {key: partition_of(key, PARTITIONS) for key in keys}
    assert set(placed.values()) == set(range(PARTITIONS))
