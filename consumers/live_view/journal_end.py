"""Where the journal ends, for a build that must reach the end it had when asked. Never keeps a record."""

from collections.abc import Mapping
from typing import Protocol

from schemas.topic_reading import TopicReading


class End(Protocol):
    """What a build asks of the journal."""

    def offsets(self) -> Mapping[int, int]:
        """Partition -> the offset behind all that is there now. Raises: OrynError."""

    def before(self, positions: Mapping[int, int]) -> Mapping[int, int]:
        """Partition -> its end, of those that end before a position. Raises: OrynError."""

    def reached(self, positions: Mapping[int, int], goal: Mapping[int, int]) -> bool:
        """Whether no record lies between where a build is and its goal. Raises: OrynError."""


class JournalEnd:
    """The end of a topic."""

    def __init__(self, client: Mapping[str, str], topic: str) -> None:
        """`client`: properties of the Kafka client; `topic`: its full name."""
        self._client, self._topic = client, topic

    def offsets(self) -> Mapping[int, int]:
        """As `End.offsets`."""
        with TopicReading(self._client, self._topic) as reading:
            return {partition: each.end for partition, each in reading.extents.items()}

    def before(self, positions: Mapping[int, int]) -> Mapping[int, int]:
        """As `End.before`."""
        ends = self.offsets()
        return {each: ends.get(each, 0) for each, position in positions.items() if position > ends.get(each, 0)}

    def reached(self, positions: Mapping[int, int], goal: Mapping[int, int]) -> bool:
        """As `End.reached`. Markers of transactions are no records: only a look at the rest tells."""
        left = [partition for partition, end in goal.items() if positions.get(partition, 0) < end]
        if not left:
            return True
        start = {partition: positions[partition] for partition in left if partition in positions}
        with TopicReading(self._client, self._topic, partitions=left, start=start) as reading:
            for message in reading:
                partition, offset = message.partition(), message.offset()
                assert partition is not None
                assert offset is not None
                if offset < goal[partition]:
                    return False
        return True
