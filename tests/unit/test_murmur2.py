"""The partitioner against the vectors of Kafka's own `UtilsTest`. librdkafka's is compared in tests/integration."""

import pytest

from schemas.murmur2 import murmur2, partition_of

VECTORS = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", VECTORS)
def test_the_hash_is_that_of_kafka(key: bytes) -> None:
    assert murmur2(key) == VECTORS[key]


@pytest.mark.parametrize("key", VECTORS)
@pytest.mark.parametrize("partitions", [1, 2, 6, 64])
def test_the_partition_is_the_positive_remainder(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (VECTORS[key] & 0x7FFFFFFF) % partitions


def test_a_negative_hash_loses_its_sign_as_in_java_not_its_size() -> None:
    assert partition_of(b"21", 6) == 1_173_551_340 % 6 == 0
    assert abs(VECTORS[b"21"]) % 6 == 2
