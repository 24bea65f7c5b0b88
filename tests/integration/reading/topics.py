"""Topics of the tests of reading: made, filled in transactions, some of which are aborted."""

from collections.abc import Iterable
from typing import NamedTuple

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.journal import decode_record
from schemas.murmur2 import partition_of

WAIT_S = 30
MESSAGE_BYTES = "17825792"
CODEC = journal_codec(FrozenIds())


class Sent(NamedTuple):
    """What goes into a topic."""

    partition: int
    key: bytes | None
    value: bytes | None


def create_topic(bootstrap: str, topic: str, partitions: int) -> None:
    """Make a topic as the journal's is."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = NewTopic(topic, partitions, 1, config={"max.message.bytes": MESSAGE_BYTES})
    for task in admin.create_topics([wanted]).values():
        task.result(WAIT_S)


class Writer:
    """A transactional producer to one topic."""

    def __init__(self, bootstrap: str, topic: str, name: str = "writer", timeout_ms: int = 60_000) -> None:
        self.topic = topic
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "transactional.id": f"{topic}-{name}",
                "transaction.timeout.ms": timeout_ms,
                "message.max.bytes": int(MESSAGE_BYTES),
                "linger.ms": 5,
            }
        )
        self._producer.init_transactions(WAIT_S)

    def begin(self, sent: Iterable[Sent]) -> None:
        """Write in a transaction that stays open."""
        self._producer.begin_transaction()
        for each in sent:
            while True:
                try:
                    self._producer.produce(self.topic, each.value, each.key, each.partition)
                    break
                except BufferError:
                    self._producer.poll(0.1)
        assert self._producer.flush(WAIT_S) == 0

    def commit(self, sent: Iterable[Sent] | None = None) -> None:
        """End the open transaction, or write one."""
        if sent is not None:
            self.begin(sent)
        self._producer.commit_transaction(WAIT_S)

    def abort(self, sent: Iterable[Sent] | None = None) -> None:
        """As `commit`, but nothing of it counts."""
        if sent is not None:
            self.begin(sent)
        self._producer.abort_transaction(WAIT_S)


def numbers(partition: int, count: int, first: int = 0) -> list[Sent]:
    """Records whose values are numbers."""
    return [Sent(partition, b"key", b"%d" % number) for number in range(first, first + count)]


def journal_records(lines: Iterable[bytes], partitions: int) -> list[Sent]:
    """The lines of a journal file as the journal's topic has them."""
    sent = []
    for line in lines:
        record = decode_record(line)
        key = record.locality.encode()
        sent.append(Sent(partition_of(key, partitions), key, CODEC.encode(record)))
    return sent
