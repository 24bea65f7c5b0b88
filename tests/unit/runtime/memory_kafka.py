"""One partition of the inputs and the journal in memory, as far as a task sees them: offsets, markers, aborted records.

A model for tests of the task alone. The integration tests do the same on a real broker.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, Message
from prometheus_client import CollectorRegistry

from schemas.cloudevents import event_headers
from schemas.codec import event_codec, journal_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.journal import Record
from streams.allocation.task import AllocationTask, Codecs
from streams.rules.pack import Pack
from streams.runtime.metrics import Metrics
from streams.runtime.producer import Delivered, Headers
from streams.runtime.replay import Replay
from streams.runtime.settings import Clock, RuntimeSettings
from streams.runtime.task import Logs, Offsets, Outbox

IDS = FrozenIds()
JOURNAL = "journal"
INPUTS = tuple(EVENTS_BY_TOPIC)
EVENT_CODECS = {topic: event_codec(topic, IDS) for topic in INPUTS}
JOURNAL_CODEC = journal_codec(IDS)
CHUNK = 7
SETTINGS = {
    clock: RuntimeSettings({"bootstrap.servers": "nowhere:1"}, "group", "worker", clock=clock, clock_skew_ms=1_000)
    for clock in Clock
}


class MemoryKafka:
    """The logs of partition 0. Implements `streams.runtime.task.Logs`."""

    def __init__(self, clock: Clock = Clock.RECORDS) -> None:
        self.clock = clock
        self.inputs: dict[str, list[Message]] = {topic: [] for topic in INPUTS}
        # None: a marker of a transaction, or a record of an aborted one.
        self.journal: list[Message | None] = []
        self.letters: list[bytes | None] = []
        self.group: dict[str, int] = {}

    def append(self, event: Event) -> None:
        """An event comes into its topic, at its time."""
        topic = self.inputs[event.topic]
        kind = TIMESTAMP_LOG_APPEND_TIME if self.clock is Clock.WALL else TIMESTAMP_CREATE_TIME
        headers = event_headers(event.event_id, event.source, type(event.data).__name__, event.time)
        topic.append(
            Message(
                topic=event.topic,
                partition=0,
                offset=len(topic),
                key=event.locality.encode(),
                value=EVENT_CODECS[event.topic].encode(event.data),
                headers=list(headers),
                timestamp=(kind, int(event.time)),
            )
        )

    def records(self) -> list[Record]:
        """The committed journal."""
        return [JOURNAL_CODEC.decode(message.value()) for message in self.journal if message is not None]

    # Logs.

    def log_id(self, topic: str) -> str:
        """One for all."""
        return f"id of {topic}"

    def start(self, topic: str, partition: int) -> int:
        """Nothing is ever removed."""
        return 0

    def end(self, topic: str, partition: int) -> int:
        """The next offset."""
        return len(self.journal) if topic == JOURNAL else len(self.inputs[topic])

    def ends(self) -> dict[str, int]:
        """The inputs' next offsets."""
        return {topic: self.end(topic, 0) for topic in INPUTS}

    def committed(self, topics: tuple[str, ...], partition: int) -> dict[str, int | None]:
        """The group's offsets."""
        return {topic: self.group.get(topic) for topic in topics}

    def dead_letter_origins(self) -> set[tuple[str, int, int]]:
        """No event here is a dead letter."""
        return set()

    def group_forgot(self, topic: str, outputs: tuple[str, ...]) -> bool:
        """Nobody forgets here."""
        return False

    def replay(self, topic: str, partition: int, start: int, end: int) -> Replay:
        """A pass over committed records."""
        log = self.journal if topic == JOURNAL else self.inputs[topic]
        return cast("Replay", _Replay(list(log[start:end]), start))


class _Replay:
    def __init__(self, messages: list[Message | None], start: int) -> None:
        self._messages = messages
        self.position = start
        self.done = not messages

    def read(self) -> Iterator[Message]:
        chunk, self._messages = self._messages[:CHUNK], self._messages[CHUNK:]
        for message in chunk:
            self.position += 1
            if message is not None:
                yield message
        self.done = not self._messages

    def close(self) -> None:
        self.done = True


class Transaction:
    """One open transaction. Implements `streams.runtime.task.Outbox`."""

    def __init__(self, kafka: MemoryKafka) -> None:
        self._kafka = kafka
        self.made: list[tuple[str, bytes | None, bytes | None, Headers, int, Delivered | None]] = []

    def produce(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        partition: int = -1,
        delivered: Delivered | None = None,
    ) -> None:
        """Add a record."""
        assert topic != JOURNAL or partition == 0
        self.made.append((topic, key, value, headers, timestamp_ms, delivered))

    def end(self, offsets: Mapping[str, int] | None) -> None:
        """Commit with these offsets, or abort. The records are delivered in any case, as they are before the end."""
        for topic, key, value, headers, time, delivered in self.made:
            if topic != JOURNAL:
                self._kafka.letters += [value] if offsets is not None else []
                continue
            message = Message(
                topic=JOURNAL,
                partition=0,
                offset=len(self._kafka.journal),
                key=key,
                value=value,
                headers=list(headers),
                timestamp=(TIMESTAMP_CREATE_TIME, time),
            )
            self._kafka.journal.append(message if offsets is not None else None)
            if delivered is not None:
                delivered(None, message)
        if self.made:
            self._kafka.journal.append(None)
        if offsets is not None:
            self._kafka.group.update(offsets)


def outbox(transaction: Transaction) -> Outbox:
    """It, as what it implements."""
    return transaction


_CODECS: dict[int, Codecs] = {}


def codecs_of(pack: Pack) -> Codecs:
    """Of topics with one partition. Making them takes a while."""
    if id(pack) not in _CODECS:
        _CODECS[id(pack)] = Codecs(IDS, 1, lambda _: pack)
    return _CODECS[id(pack)]


def restored(kafka: MemoryKafka, pack: Pack) -> tuple[AllocationTask, Offsets]:
    """A task that has become what the logs say, and where its inputs go on."""
    task = AllocationTask(0, SETTINGS[kafka.clock], codecs_of(pack), Metrics(CollectorRegistry(), "allocation"))
    logs: Logs = kafka
    restore = task.restore(logs)
    while True:
        try:
            next(restore)
        except StopIteration as done:
            return task, done.value


def books(task: AllocationTask) -> dict[str, bytes]:
    """The bytes of every book that has a record."""
    return {locality: book.snapshot() for locality, book in task._state.books.items() if book.sequence}
