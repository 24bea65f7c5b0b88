"""Sends what the Python client can't: a header whose name is no UTF-8, through the client's own C library."""

import ctypes
from collections.abc import Mapping
from ctypes import c_char_p, c_int, c_int32, c_size_t, c_ssize_t, c_void_p
from pathlib import Path

import confluent_kafka

PRODUCER = 0
TOPIC, PARTITION, VALUE, FLAGS, HEADERS, END = 1, 3, 4, 7, 10, 0
COPY = 2
ERROR_BYTES = 512


def send_unreadable_header(client: Mapping[str, str], topic: str, partition: int) -> None:
    """One record with such a header and the value `x`."""
    (path,) = (Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs").glob("librdkafka*")
    library = ctypes.CDLL(str(path))
    library.rd_kafka_conf_new.restype = c_void_p
    library.rd_kafka_conf_set.argtypes = [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]
    library.rd_kafka_new.restype = c_void_p
    library.rd_kafka_new.argtypes = [c_int, c_void_p, c_char_p, c_size_t]
    library.rd_kafka_headers_new.restype = c_void_p
    library.rd_kafka_header_add.argtypes = [c_void_p, c_char_p, c_ssize_t, c_char_p, c_ssize_t]
    library.rd_kafka_flush.argtypes = [c_void_p, c_int]
    library.rd_kafka_destroy.argtypes = [c_void_p]
    error = ctypes.create_string_buffer(ERROR_BYTES)
    settings = library.rd_kafka_conf_new()
    for name, text in client.items():
        assert library.rd_kafka_conf_set(settings, name.encode(), text.encode(), error, ERROR_BYTES) == 0, error.value
    producer = library.rd_kafka_new(PRODUCER, settings, error, ERROR_BYTES)
    headers = library.rd_kafka_headers_new(1)
    assert library.rd_kafka_header_add(headers, b"\xff\xfe", -1, b"v", 1) == 0
    sent = library.rd_kafka_producev(
        c_void_p(producer),
        *(TOPIC, c_char_p(topic.encode())),
        *(PARTITION, c_int32(partition)),
        *(VALUE, c_char_p(b"x"), c_size_t(1)),
        *(FLAGS, c_int(COPY)),
        *(HEADERS, c_void_p(headers)),
        END,
    )
    assert sent == 0
    assert library.rd_kafka_flush(producer, 30_000) == 0
    library.rd_kafka_destroy(producer)
