"""What a season sends to Kafka and what it reads from there. Owns clients, offsets and bytes; never what they mean.

Events carry their simulated times. Journal and outputs are read from their beginning, committed records only, outside
of any group: where a season stands is a matter of the season.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from infra.live.lane import Told
from schemas.cloudevents import HEADER_ID, HEADER_SOURCE, event_headers
from schemas.codec import event_codec, journal_codec, output_codec
from schemas.errors import OrynError
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import SchemaIds
from schemas.journal import Record
from schemas.outputs import Bulletin, Notification, Outcome
from schemas.topic_offsets import client_log, is_passing, partitions_of
from schemas.topic_reading import TopicReading

log = logging.getLogger(__name__)

JOURNAL = "journal"
OUTPUTS = {"outcomes": Outcome, "notifications": Notification, "bulletins": Bulletin}
_TOPIC_OF = {kind: topic for topic, kind in OUTPUTS.items()}
CHUNK_RECORDS = 2_000
FLUSH_TIMEOUT_S = 120.0
# Meanwhile whoever waits looks whether the brokers are there at all.
LOOK_EVERY_S = 0.5
# Many events leave together, and nobody waits long for a few.
LINGER_MS = "1"

EventKey = tuple[str, str]


class NotSent(OrynError):
    """An event that the brokers did not take. The season can be continued later."""


class Outgoing:
    """Sends events to the input topics; those that are there already are not sent again."""

    def __init__(self, client: Mapping[str, str], prefix: str, ids: SchemaIds) -> None:
        """Connect to nothing yet."""
        self._prefix = prefix
        self._codecs = {topic: event_codec(topic, ids) for topic in EVENTS_BY_TOPIC}
        self._client = client
        self._producer = Producer(
            {
                **client,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": LINGER_MS,
                "compression.type": "lz4",
            },
            logger=client_log,
        )
        self._failed: KafkaError | None = None
        # Source and id of the events that an earlier run of this season has sent, how often each; and those of them
        # that this run has not come to yet.
        self._before: Counter[EventKey] = Counter()
        self.unseen: set[EventKey] = set()
        self.sent = 0

    def read_before(self) -> int:
        """Find what was sent already. Returns: how many events. Raises: as TopicReading."""
        for topic in EVENTS_BY_TOPIC:
            with TopicReading(self._client, self._prefix + topic) as reading:
                self._before.update(_key_of(message) for message in reading)
        self.unseen = set(self._before)
        return self._before.total()

    def send(self, event: Event) -> None:
        """Send an event, unless it is there. Raises: NotSent, for this event or one before."""
        if self._before and self._was_sent((event.source, event.event_id)):
            return
        value = self._codecs[event.topic].encode(event.data)
        headers: list[tuple[str, str | bytes | None]] = [
            *event_headers(event.event_id, event.source, event.type, event.time)
        ]
        topic, locality = self._prefix + event.topic, event.locality.encode()
        while True:
            try:
                self._producer.produce(
                    topic, value, locality, timestamp=int(event.time), headers=headers, on_delivery=self._on_delivery
                )
                break
            except BufferError:
                self._producer.poll(0.1)
        self.sent += 1

    def _was_sent(self, key: EventKey) -> bool:
        self.unseen.discard(key)
        count = self._before.pop(key, 0)
        if count > 1:
            self._before[key] = count - 1  # somebody sent it twice, on purpose
        return count > 0

    def serve(self) -> None:
        """Let acknowledgements come in. Raises: NotSent."""
        self._producer.poll(0)
        if self._failed is not None:
            raise NotSent(f"the brokers did not take an event: {self._failed.str()}")

    def flush(self, meanwhile: Callable[[], None]) -> None:
        """Wait until the brokers have all that was sent. `meanwhile` is called now and then, and may raise to give up.

        Raises: NotSent.
        """
        deadline = time.monotonic() + FLUSH_TIMEOUT_S
        while self._producer.flush(LOOK_EVERY_S):
            if time.monotonic() > deadline:
                raise NotSent(f"the brokers acknowledged nothing for {FLUSH_TIMEOUT_S:g} s")
            meanwhile()
        self.serve()

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and self._failed is None:
            self._failed = error


def _key_of(message: Message) -> EventKey:
    return _header(message, HEADER_SOURCE), _header(message, HEADER_ID)


def _header(message: Message, wanted: str) -> str:
    """A header's text; empty if there is none."""
    # A list of pairs; the client's types allow for more.
    headers: Any = message.headers() or ()
    for name, value in headers:
        if name == wanted and value is not None:
            return str(value, "utf-8")
    return ""


class Incoming:
    """Reads the journal, by locality, and the outputs, by their ids."""

    def __init__(self, client: Mapping[str, str], prefix: str, ids: SchemaIds, localities: Iterable[str]) -> None:
        """Stand at the beginning of all topics. Raises: TopicMissing, TopicUnavailable."""
        self.records: dict[str, deque[Record]] = {locality: deque() for locality in localities}
        self._by_key = {locality.encode(): queue for locality, queue in self.records.items()}
        self._journal_codec = journal_codec(ids)
        self._codecs: dict[str, Any] = {
            prefix + topic: output_codec(topic, kind, ids) for topic, kind in OUTPUTS.items()
        }
        # Topic -> id -> value, of what was read before it was asked for; and ids that nobody wants.
        self._values: dict[str, dict[str, bytes | None]] = {topic: {} for topic in self._codecs}
        self._skipped: dict[str, set[str]] = {topic: set() for topic in self._codecs}
        self._prefix = prefix
        self._journal = _reader(client, [prefix + JOURNAL])
        self._outputs = _reader(client, list(self._codecs))

    def read_journal(self, wait_s: float) -> int:
        """Read what is there, or what comes within a while. Returns: how many records."""
        count = 0
        for message in _take(self._journal, wait_s):
            queue = self._by_key.get(message.key() or b"")
            if queue is not None:
                queue.append(self._journal_codec.decode(message.value()))
                count += 1
        return count

    def read_outputs(self, wait_s: float) -> int:
        """Read what is there, or what comes within a while. Returns: how many messages."""
        count = 0
        for message in _take(self._outputs, wait_s):
            topic, output_id = message.topic(), _header(message, HEADER_ID)
            assert topic is not None
            if output_id in self._skipped[topic]:
                self._skipped[topic].remove(output_id)
            else:
                self._values[topic][output_id] = message.value()
            count += 1
        return count

    def fetch(self, output: Told) -> Told | None:
        """Take out an output as it stands in its topic; none if it was not read yet."""
        topic, output_id = self._place(output)
        value = self._values[topic].pop(output_id, None)
        found: Told | None = None if value is None else self._codecs[topic].decode(value)
        return found

    def skip(self, output: Told) -> None:
        """Keep nothing of an output, whether it was read already or not."""
        topic, output_id = self._place(output)
        if self._values[topic].pop(output_id, None) is None:
            self._skipped[topic].add(output_id)

    def _place(self, output: Told) -> tuple[str, str]:
        """An output's topic and its id there."""
        output_id = output.id if isinstance(output, Notification) else f"{output.locality}:{output.sequence}"
        return self._prefix + _TOPIC_OF[type(output)], output_id

    @property
    def complete(self) -> bool:
        """Whether every output that was spoken of was read."""
        return not any(self._skipped.values())

    def close(self) -> None:
        """Leave."""
        self._journal.close()
        self._outputs.close()


def _reader(client: Mapping[str, str], topics: list[str]) -> Consumer:
    consumer = Consumer(
        {
            **client,
            # The client library asks for a name; nothing is ever committed under it.
            "group.id": "oryn-season",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "fetch.queue.backoff.ms": 5,
            "queued.max.messages.kbytes": 32_768,
        },
        logger=client_log,
    )
    consumer.assign(
        [TopicPartition(topic, partition, 0) for topic in topics for partition in partitions_of(consumer, topic)]
    )
    return consumer


def _take(consumer: Consumer, wait_s: float) -> list[Message]:
    # `consume(n, t)` waits for n records or the whole time: take one, then what is there.
    messages = consumer.consume(1, wait_s)
    if messages:
        messages += consumer.consume(CHUNK_RECORDS, 0)
    good = []
    for message in messages:
        error = message.error()
        if error is None:
            good.append(message)
        elif not is_passing(error):
            raise KafkaException(error)
    return good
