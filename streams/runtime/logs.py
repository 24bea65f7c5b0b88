"""What a restoring task asks of Kafka: ends, starts, committed offsets, and passes over a partition.

Owns one admin client and one consumer that belongs to no group. Unknown is an error here, never a number.
"""

from collections.abc import Sequence
from typing import Any

from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import OffsetSpec

from schemas.dead_letter_headers import unwrap
from schemas.errors import Malformed
from schemas.message_headers import headers_of
from schemas.topic_offsets import known, look_for_leaders
from streams.runtime.errors import UnknownOffset
from streams.runtime.outside import MACHINE, Outside
from streams.runtime.replay import Replay
from streams.runtime.settings import RuntimeSettings

ASK_TIMEOUT_S = 10.0
DEAD_LETTERS = "dead-letters"


class KafkaLogs:
    """Implements `streams.runtime.task.Logs`. Every question may raise KafkaException, and may be asked again."""

    def __init__(self, settings: RuntimeSettings, outside: Outside = MACHINE) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._outside = outside
        self._admin = outside.admin(dict(settings.client))
        self._reader: Consumer | None = None
        self._member: Consumer | None = None
        self._replay: Replay | None = None
        self._ids: dict[str, str] = {}
        # The last question for offsets failed: the client may know leaders that lead no more.
        self._leaders_in_doubt = False

    def ask_group_of(self, member: Consumer) -> None:
        """Whose group's offsets are meant."""
        self._member = member

    def log_id(self, topic: str) -> str:
        """The topic's UUID: a topic that was made again has another one (KIP-516)."""
        self._ids[topic] = found = self._ask_id(topic)
        return found

    def known_id(self, topic: str) -> str:
        """The same, as it was when last asked."""
        return self._ids.get(topic) or self.log_id(topic)

    def _ask_id(self, topic: str) -> str:
        name = self._settings.topic(topic)
        futures = self._admin.describe_topics(TopicCollection([name]), request_timeout=ASK_TIMEOUT_S)
        return str(futures[name].result().topic_id)

    def start(self, topic: str, partition: int) -> int:
        """The first offset that is still there."""
        return self._ask((topic,), [partition], OffsetSpec.earliest())[partition][topic]

    def end(self, topic: str, partition: int) -> int:
        """The next offset to be written, open transactions included."""
        return self.ends((topic,), [partition])[partition][topic]

    def ends(self, topics: Sequence[str], partitions: Sequence[int]) -> dict[int, dict[str, int]]:
        """Partition -> topic -> the next offset to be written."""
        return self._ask(topics, partitions, OffsetSpec.latest())

    def _ask(self, topics: Sequence[str], partitions: Sequence[int], spec: OffsetSpec) -> dict[int, dict[str, int]]:
        names = {self._settings.topic(topic): topic for topic in topics}
        if self._leaders_in_doubt:
            look_for_leaders(self._admin, names, ASK_TIMEOUT_S)
        futures = self._admin.list_offsets(
            {TopicPartition(name, partition): spec for name in names for partition in partitions},
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=ASK_TIMEOUT_S,
        )
        answers: dict[int, dict[str, int]] = {partition: {} for partition in partitions}
        failed: KafkaException | None = None
        for where, future in futures.items():
            try:
                offset = known(future.result().offset)
            except KafkaException as exc:
                # The leader of one partition may be away; the others have their answers.
                failed = exc
                answers.pop(where.partition, None)
                continue
            if where.partition in answers:
                answers[where.partition][names[where.topic]] = offset
        self._leaders_in_doubt = failed is not None
        if failed is not None and not answers:
            raise failed
        return answers

    def committed(self, topics: tuple[str, ...], partition: int) -> dict[str, int | None]:
        """The group's offsets, transactions that are on their way waited for; none where it has none."""
        assert self._member is not None, "a group's offsets are asked for by a member"
        names = {self._settings.topic(topic): topic for topic in topics}
        answers = self._member.committed([TopicPartition(name, partition) for name in names], timeout=ASK_TIMEOUT_S)
        offsets: dict[str, int | None] = {}
        for each in answers:
            if each.error is not None:
                raise KafkaException(each.error)
            topic = names[each.topic]
            offsets[topic] = each.offset if each.offset >= 0 else None
            # Committed with the id of its topic: an offset of a topic that was made again means nothing.
            if each.offset >= 0 and each.metadata and each.metadata != self.log_id(topic):
                raise UnknownOffset(f"{each.topic} was made again since its offset {each.offset} was committed")
        return offsets

    def dead_letter_origins(self) -> set[tuple[str, int, int]]:
        """Topic, partition and offset of every record that has become a dead letter. Reads them all."""
        origins = set()
        for partition in self._partitions(DEAD_LETTERS):
            start, end = self.start(DEAD_LETTERS, partition), self.end(DEAD_LETTERS, partition)
            replay = self.replay(DEAD_LETTERS, partition, start, end)
            while not replay.done:
                for message in replay.read():
                    try:
                        origin = unwrap(headers_of(message)).origin
                    except Malformed:
                        continue  # no worker wrote it
                    origins.add((origin.topic, origin.partition, origin.offset))
        return origins

    def group_forgot(self, topic: str, outputs: tuple[str, ...]) -> bool:
        """Whether the group has no offset of any partition of an input, although outputs have records.

        A group's offsets expire together, some days after its last member has left. Only committed records count: a
        group whose first transaction was aborted has no offset either, and has told nothing.
        """
        if any(self.committed((topic,), partition)[topic] is not None for partition in self._partitions(topic)):
            return False
        return any(self._has_records(output, partition) for output in outputs for partition in self._partitions(output))

    def _has_records(self, topic: str, partition: int) -> bool:
        start, end = self.start(topic, partition), self.end(topic, partition)
        if start > 0:  # some were there, and have gone as they were meant to
            return True
        replay = self.replay(topic, partition, start, end)
        try:
            while not replay.done:
                if next(replay.read(), None) is not None:
                    return True
        finally:
            replay.close()
        return False

    def _partitions(self, topic: str) -> list[int]:
        name = self._settings.topic(topic)
        found = self._admin.describe_topics(TopicCollection([name]), request_timeout=ASK_TIMEOUT_S)[name].result()
        return sorted(each.id for each in found.partitions)

    def replay(self, topic: str, partition: int, start: int, end: int) -> Replay:
        """A pass over committed records; the one before it ends."""
        if self._reader is None:
            self._reader = self._outside.consumer(self._reader_properties())
        if self._replay is not None:
            self._replay.close()
        self._replay = Replay(self._reader, self._settings.topic(topic), partition, start, end)
        return self._replay

    def _reader_properties(self) -> dict[str, Any]:
        return {
            **self._settings.client,
            # The client library asks for a name; nothing is ever committed under it.
            "group.id": f"{self._settings.group_id}-restore",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "fetch.queue.backoff.ms": 10,
            "fetch.wait.max.ms": 20,
        }

    def close(self) -> None:
        """Let go of the reader."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
