"""What became of published events: reads the topic `outcomes` (R8.2). Never decides and never sends.

An event has one outcome when it is decided, and one more, `DUPLICATE`, for each time that it comes again. So the first
one found is the answer, as long as the reading begins before the event was sent: note a `mark` first.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from time import monotonic
from types import TracebackType
from typing import Final

from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from schemas.codec import output_codec
from schemas.ids import FrozenIds, SchemaIds
from schemas.instants import Instant
from schemas.murmur2 import partition_of
from schemas.outputs import Outcome
from schemas.topic_offsets import client_log, extents, list_offsets, partitions_of
from schemas.topic_reading import TopicReading

TOPIC: Final = "outcomes"
ANSWER_TIMEOUT_S: Final = 10.0
# So few ids are looked for in the bytes of a record before it is decoded.
_SEARCHED_IDS_MAX: Final = 8
Mark = dict[int, int]
Progress = Callable[[int, int], None]


def mark(client: Mapping[str, str], topic_prefix: str = "", timeout: float = ANSWER_TIMEOUT_S) -> Mark:
    """Where the outcomes end now: partition -> offset. What is sent later has its outcome behind it.

    Raises: TopicMissing, TopicUnavailable.
    """
    topic = topic_prefix + TOPIC
    found = extents(client, topic, _partitions(client, topic, timeout), timeout)
    return {partition: extent.end for partition, extent in found.items()}


def mark_at(
    client: Mapping[str, str], since: Instant, topic_prefix: str = "", timeout: float = ANSWER_TIMEOUT_S
) -> Mark:
    """Where the outcomes of a moment begin, by their own time, which is that of the decision; or somewhat before, for
    the markers of transactions carry the brokers' time.

    Raises: TopicMissing, TopicUnavailable.
    """
    topic = topic_prefix + TOPIC
    partitions = _partitions(client, topic, timeout)
    asked = [TopicPartition(topic, each) for each in partitions]
    spec = OffsetSpec.for_timestamp(int(since))
    found = list_offsets(AdminClient(dict(client), logger=client_log), asked, spec, timeout, may_be_none=True)
    ends = extents(client, topic, partitions, timeout)
    # A negative offset: nothing so late is there yet.
    return {each: offset if offset >= 0 else ends[each].end for each, offset in found.items()}


class OutcomeReader:
    """Reads the outcomes of some sources from a mark on, and further as they come. One thread; close it."""

    def __init__(
        self,
        client: Mapping[str, str],
        sources: Collection[str] | None = None,
        *,
        topic_prefix: str = "",
        start: Mapping[int, int] | None = None,
        follow: bool = True,
        ids: SchemaIds | None = None,
        progress: Progress | None = None,
        timeout: float = ANSWER_TIMEOUT_S,
    ) -> None:
        """Read the outcomes of these sources, or of all, from `start` on: a mark, or where the topic begins, also
        where retention took the marked records away.

        Without `follow` the reading ends where the topic ended when it began. `progress(done, total)`: offsets.
        Raises: TopicMissing, TopicUnavailable, OffsetLost for a mark that the topic never had.
        """
        topic = topic_prefix + TOPIC
        self._codec = output_codec(TOPIC, Outcome, ids or FrozenIds())
        self._keys = None if sources is None else {source.encode() for source in sources}
        partitions = _partitions(client, topic, timeout)
        # The key is the source, so a source's outcomes stand in one partition, in the order of the decisions.
        count = len(partitions)
        wanted = partitions if self._keys is None else {partitions[partition_of(key, count)] for key in self._keys}
        begins = extents(client, topic, wanted, timeout)
        first = {each: max((start or {}).get(each, 0), begins[each].begin) for each in wanted}
        self._reading = TopicReading(client, topic, partitions=wanted, start=first, follow=follow, progress=progress)

    def batches(self, event_ids: Collection[str] | None = None) -> Iterator[list[Outcome]]:
        """The outcomes, as many at a time as are there; following, an empty batch when there is nothing new for a
        quarter of a second. `event_ids`: only theirs, found without decoding all others.

        Raises: Malformed for a record that is no outcome; as `TopicReading.batches`.
        """
        wanted = None if event_ids is None else {each.encode() for each in event_ids}
        for batch in self._reading.batches():
            found = [self._codec.decode(message.value()) for message in self._ours(batch, wanted)]
            yield found if event_ids is None else [each for each in found if each.event_id in event_ids]

    def find(self, event_ids: Iterable[str], timeout: float | None = None) -> dict[str, Outcome]:
        """The first outcome of each event that has one; waits for the others so many seconds, or (without `follow`) to
        the end of the topic. What is missing from the answer is not decided yet, or was decided before the start."""
        missing, found = set(event_ids), {}
        deadline = None if timeout is None else monotonic() + timeout
        for batch in self.batches(frozenset(missing)):
            for outcome in batch:
                if outcome.event_id in missing:
                    found[outcome.event_id] = outcome
                    missing.discard(outcome.event_id)
            if not missing or (deadline is not None and monotonic() >= deadline):
                break
        return found

    def close(self) -> None:
        """Leave. Repeatable."""
        self._reading.close()

    def __enter__(self) -> "OutcomeReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ours(self, batch: Iterable[Message], wanted: Collection[bytes] | None) -> Iterator[Message]:
        for message in batch:
            if self._keys is not None and message.key() not in self._keys:
                continue
            value = message.value() or b""
            if wanted is not None and len(wanted) <= _SEARCHED_IDS_MAX and not any(each in value for each in wanted):
                continue
            yield message


def _partitions(client: Mapping[str, str], topic: str, timeout: float) -> tuple[int, ...]:
    consumer = Consumer({"group.id": "oryn-outcomes", **client}, logger=client_log)
    try:
        return partitions_of(consumer, topic, timeout)
    finally:
        consumer.close()
