"""Reads one partition from an offset up to an end, a little at a time, committed records only.

Used to restore. Owns the position; never decides what a record means. The end is asked for *read uncommitted*: a
transaction that is still open holds the reader back until it is settled, one way or the other.
"""

from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.topic_offsets import is_passing
from streams.runtime.errors import UnknownOffset

CHUNK_RECORDS = 1_000
WAIT_S = 0.05


class Replay:
    """One pass over one partition. Uses a consumer that belongs to nobody else until it is done."""

    def __init__(self, consumer: Consumer, topic: str, partition: int, start: int, end: int) -> None:
        """`start`: first offset to read; `end`: the log's end, read uncommitted. Both are real offsets."""
        if start < 0 or end < 0:
            raise UnknownOffset(f"{topic}/{partition}: offsets {start} to {end}")
        self.topic = topic
        self.partition = partition
        self.start = start
        self.end = end
        # The next offset: everything before it was given out, or is no record of anybody's.
        self.position = start
        self._consumer = consumer
        self.done = start >= end
        if not self.done:
            consumer.assign([TopicPartition(topic, partition, start)])

    def read(self) -> Iterator[Message]:
        """What has come in since, at most a chunk; nothing if it takes longer than a moment. Sets `done` at the end.

        Raises: KafkaException for anything but a passing error of the network.
        """
        if self.done:
            return
        messages = self._consumer.consume(1, WAIT_S)
        if messages:
            messages += self._consumer.consume(CHUNK_RECORDS, 0)
        for message in messages:
            error = message.error()
            if error is None:
                offset = message.offset()
                assert offset is not None and offset >= self.position, "a log is read in its order"
                if offset >= self.end:
                    self.position = self.end
                    break
                self.position = offset + 1
                yield message
            elif error.code() == KafkaError._PARTITION_EOF:
                # Its offset lies behind the markers of transactions, where a record's position can't.
                self.position = max(self.position, message.offset() or 0)
            elif not is_passing(error):
                raise KafkaException(error)
        if self.position >= self.end:
            self.done = True
            self._consumer.unassign()

    def close(self) -> None:
        """Give the consumer back before the end. Repeat: yes."""
        if not self.done:
            self.done = True
            self._consumer.unassign()
