"""Decides one partition: its localities' books, between the merged inputs and the journal.

Owns the books, which record is next, and when a timer may fire. One input record becomes one journal record or one
dead letter; a timer becomes one record. Never commits, never skips, never asks a clock: the loop gives the time.
"""

import logging
from collections.abc import Callable, Mapping
from typing import TypeAlias

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, Message

from schemas.cloudevents import output_headers
from schemas.codec import journal_codec, output_codec
from schemas.errors import BrokenJournal
from schemas.events import Event
from schemas.ids import RegistryUnavailable, SchemaIds
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import DeadLetter
from streams.allocation.intake import TOPICS, Intake, Refused, dead_letter, is_event_time
from streams.allocation.overdue import overdue
from streams.allocation.restore import JOURNAL, Base, find_positions, fold_journal
from streams.rules.book import Book
from streams.rules.pack import Pack, Schedule
from streams.runtime.errors import Misconfigured, UnknownOffset
from streams.runtime.merge import Merge
from streams.runtime.metrics import Metrics
from streams.runtime.settings import Clock, RuntimeSettings
from streams.runtime.task import Batch, Logs, Offsets, Outbox, Restore, weight

log = logging.getLogger(__name__)

DEAD_LETTERS = "dead-letters"
NEVER = 1 << 62
REGISTRY_PAUSE_MS = 1_000
# So many records are encoded and handed over one after the other: one kind of work at a time stays in the processor's
# caches, which makes all of it a quarter faster.
EMITTED_AT_ONCE = 256


class NoEvent:
    """A record that is none, and why; or that could not be read yet: then why not is unknown."""

    __slots__ = ("message", "refused")

    def __init__(self, message: Message, refused: Refused | None = None) -> None:
        """Keep the record: a dead letter holds all of it."""
        self.message = message
        self.refused = refused


# Topic, offset, weight in bytes, and what it is.
Fetched: TypeAlias = tuple[str, int, int, Event | NoEvent]


class Codecs:
    """What every partition of a worker shares."""

    def __init__(self, ids: SchemaIds, partitions: int, packs: Callable[[str], Pack | Schedule]) -> None:
        """Raises: RegistryUnavailable, SchemaMissing."""
        self.partitions = partitions
        self.intake = Intake(ids, partitions)
        self.journal = journal_codec(ids)
        self.dead_letter = output_codec(DEAD_LETTERS, DeadLetter, ids)
        self.packs = packs


class AllocationTask:
    """The books of one partition."""

    def __init__(self, partition: int, settings: RuntimeSettings, codecs: Codecs, metrics: Metrics) -> None:
        """Know nothing yet: `restore` comes first."""
        self.partition = partition
        self._settings = settings
        self._codecs = codecs
        self._metrics = metrics
        self._wall = settings.clock is Clock.WALL
        self._saver = settings.saver()
        self._base: Base | None = None
        self._offsets: Offsets = {}
        self._merge: Merge[Fetched] = Merge(TOPICS)
        self._held_bytes = dict.fromkeys(TOPICS, 0)
        self._next_due = NEVER
        # The latest append time that was seen.
        self._newest = 0
        # The schema registry gave no answer: not before this moment again.
        self._pause_until_ms = 0
        # Records of the open transaction, and those of them that were not yet handed over.
        self._emitted = 0
        self._unsent: list[Record] = []
        # The last record was no event, or could not be read: others are read when their turn comes, not when fetched.
        self._reads_late = False
        # The head waits for a deadline before it.
        self._blocked = False

    # Restore.

    def restore(self, logs: Logs) -> Restore:
        """Fold the journal from where the books stand to its end, then find where the inputs go on."""
        if self._base is None:
            log_id = logs.log_id(JOURNAL)
            self._base = Base.load(self.partition, self._codecs.partitions, self._saver, log_id, self._codecs.packs)
            if self._base is not None:
                try:
                    yield from self._fold(self._base, logs)
                except (BrokenJournal, UnknownOffset) as exc:
                    # The journal has the last word, and it may hold although its cache does not.
                    log.warning("snapshot not used", extra={"partition": self.partition, "error": str(exc)})
                    self._base = None
            if self._base is None:
                start = logs.start(JOURNAL, self.partition)
                self._base = Base.empty(self.partition, self._codecs.partitions, log_id, self._codecs.packs, start)
        committed = logs.committed(TOPICS, self.partition)
        yield from self._fold(self._base, logs)
        offsets = yield from find_positions(self._base, self._codecs.intake, logs, committed)
        self._merge = Merge(TOPICS)
        self._held_bytes = dict.fromkeys(TOPICS, 0)
        for topic, offset in offsets.items():
            self._merge.start(topic, offset)
        self._offsets = dict(offsets)
        self._look_for_due()
        return offsets

    def _fold(self, base: Base, logs: Logs) -> Restore:
        progress = self._metrics.restored.labels(str(self.partition)).set
        return fold_journal(base, self._codecs.journal.decode, logs, progress)

    @property
    def _state(self) -> Base:
        assert self._base is not None, "restore comes first"
        return self._base

    # Intake.

    def put(self, topic: str, message: Message) -> None:
        """Put a record into the order of time. Raises: Misconfigured for a sender's time where the log's counts."""
        kind, moment = message.timestamp()
        if self._wall and kind != TIMESTAMP_LOG_APPEND_TIME:
            raise Misconfigured(
                f"{topic} has its senders' times, which anybody could backdate: run `oryn topics apply`, "
                "or decide by the records' times with `--clock records`"
            )
        offset = message.offset()
        assert offset is not None
        held = weight(message)
        self._held_bytes[topic] += held
        if self._wall and moment > self._newest:
            self._newest = moment
        if moment < self._merge.known_before(topic):
            # Clocks differ by more than the allowed skew: a deadline may have passed over this record.
            self._metrics.late.inc()
            log.error("record came later than the allowed skew", extra={"topic": topic, "offset": offset})
        # A time that can't be an event's must neither hold others back nor move time: it comes out at once.
        time = moment if is_event_time(moment) else 0
        self._merge.put(topic, offset, time, (topic, offset, held, self._read(topic, message)))
        self._blocked = False

    def _read(self, topic: str, message: Message) -> Event | NoEvent:
        """What a record is. It is read at once, for the same reason as many are sent at once."""
        if not self._reads_late:
            try:
                event = self._codecs.intake.read(topic, message)
            except Exception:  # noqa: BLE001  # it comes up again when the record's turn has come, and is answered there
                self._reads_late = True
            else:
                if not isinstance(event, Refused):
                    return event
                # Where there is one there may be many, and each may ask the registry about its schema.
                self._reads_late = True
                return NoEvent(message, event)
        return NoEvent(message)

    def next_offset(self, topic: str) -> int:
        """The next offset of an input."""
        return self._merge.position(topic)

    def end(self, topic: str, offset: int) -> None:
        """An input was read to its end."""
        self._merge.end(topic, offset)

    def end_if(self, topic: str, high: int) -> None:
        """An input's high watermark as of the last fetch."""
        self._merge.end_if(topic, high)

    def unsettled(self) -> list[str]:
        """The inputs that hold time back."""
        return self._merge.unsettled()

    def held_bytes(self, topic: str) -> int:
        """How much of an input is here and not decided."""
        return self._held_bytes[topic]

    def offsets(self) -> Offsets:
        """The inputs' next offsets."""
        return self._offsets

    # Time.

    def has_work(self, now_ms: int) -> bool:
        """Whether the next record is here, or a timer may fire by the clock."""
        if now_ms < self._pause_until_ms:
            return False
        if self._may_fire(now_ms):
            return True
        return not self._blocked and self._merge.head() is not None

    def _may_fire(self, now_ms: int) -> bool:
        if not self._wall or self._next_due > self._passed(now_ms):
            return False
        # What is here and older comes first, even while it is not known what comes before it.
        oldest = self._merge.oldest()
        return (oldest is None or oldest >= self._next_due) and self._merge.known_until(self._next_due)

    def wants_ends(self, now_ms: int) -> bool:
        """Whether a timer is due by the clock, and nobody has asked yet what was in time."""
        if not self._wall or self._next_due > self._passed(now_ms):
            return False
        return not self._merge.expects and not self._merge.known_until(self._next_due)

    def expect(self, ends: Mapping[str, int], asked_at_ms: int) -> None:
        """Read up to these ends, everything is known that was appended before the asking, less the skew."""
        self._merge.expect(dict(ends), self._passed(asked_at_ms))

    def _passed(self, now_ms: int) -> int:
        """The moment that every clock has surely passed. A broker's append time is a clock, too: ours may be slow."""
        return max(now_ms, self._newest) - self._settings.clock_skew_ms

    def _look_for_due(self) -> None:
        dues = (book.next_due() for book in self._state.books.values())
        self._next_due = min((due for due in dues if due is not None), default=NEVER)

    # Work.

    def work(self, out: Outbox, batch: Batch, now_ms: int) -> None:
        """Decide in the order of time until nothing is known to be next, or the batch is full."""
        try:
            self._work(out, batch, now_ms)
        except RegistryUnavailable as exc:
            # It says nothing about the record, and nothing was done with it: the same again, a little later.
            log.warning("no answer from the schema registry", extra={"reason": str(exc)})
            self._pause_until_ms = now_ms + REGISTRY_PAUSE_MS
        self._send(out)

    def _work(self, out: Outbox, batch: Batch, now_ms: int) -> None:
        self._blocked = False
        while not batch.full:
            head = self._merge.head()
            if self._wall and self._next_due <= (head[0] if head is not None else now_ms):
                # Deadlines come before what is younger, and never before what is older.
                older_first = head is not None and head[0] < self._next_due
                if not older_first:
                    if not self._may_fire(now_ms):
                        # While the head is only unknown, its becoming known is enough to go on.
                        self._blocked = head is not None
                        return
                    self._fire(Instant(self._next_due), out, batch)
                    continue
            if head is None:
                return
            if not self._decide(head[1], out, batch):
                return

    def _fire(self, until: Instant, out: Outbox, batch: Batch) -> None:
        for book in self._state.books.values():
            if book.is_due(until):
                self._advance(book, until, out, batch)
                if batch.full:
                    break
        self._look_for_due()

    def _advance(self, book: Book, until: Instant, out: Outbox, batch: Batch) -> bool:
        """Fire a book's timers; false if the batch was full before the last of them."""
        for record in book.advance(until):
            self._emit(record, out, batch)
            if batch.full:
                return not book.is_due(until)
        return True

    def _decide(self, head: Fetched, out: Outbox, batch: Batch) -> bool:
        """Decide the head and take it out; false if its timers have filled the batch first."""
        topic, offset, held, found = head
        event: Event | Refused
        if isinstance(found, NoEvent):
            event = found.refused or self._codecs.intake.read(topic, found.message)
            self._reads_late = isinstance(event, Refused)
        else:
            event = found
        if isinstance(event, Refused):
            assert isinstance(found, NoEvent), "only what is no event is refused"
            key, letter, headers = dead_letter(topic, found.message, event)
            value = self._codecs.dead_letter.encode(letter)
            out.produce(DEAD_LETTERS, key, value, headers, letter.at)
            self._metrics.dead_letters.labels(event.cause.value).inc()
            # The journal does not know of it: a snapshot remembers the position.
            self._state.unsaved += 1
            log.warning(
                "dead letter",
                extra={"topic": topic, "partition": self.partition, "offset": offset, "cause": event.cause},
            )
        else:
            book = self._state.books.get(event.locality)
            if book is None:
                book = self._state.books[event.locality] = Book(event.locality, self._codecs.packs(event.locality))
            moment = Instant(max(event.time, book.time))
            if book.is_due(moment) and not self._advance(book, moment, out, batch):
                return False
            self._emit(book.decide(event), out, batch)
            if self._wall:
                self._next_due = min(self._next_due, book.next_due() or NEVER)
        self._merge.pop()
        self._held_bytes[topic] -= held
        self._offsets[topic] = offset + 1
        batch.add()
        return True

    def _emit(self, record: Record, out: Outbox, batch: Batch) -> None:
        self._unsent.append(record)
        self._state.unsaved += 1
        self._emitted += 1
        batch.add()
        if len(self._unsent) >= EMITTED_AT_ONCE:
            self._send(out)

    def _send(self, out: Outbox) -> None:
        for left, record in enumerate(self._unsent, 1 - len(self._unsent)):
            value = self._codecs.journal.encode(record)
            headers = output_headers(f"{record.locality}:{record.sequence}", "JournalRecord", record.time)
            # The last one's offset says where the journal goes on; to be told of each takes time.
            told = self._delivered if left == 0 else None
            out.produce(JOURNAL, record.locality.encode(), value, headers, record.time, self.partition, told)
        self._unsent.clear()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        offset = message.offset()
        if error is None and offset is not None:
            self._state.next_offset = max(self._state.next_offset, offset + 1)

    def committed(self) -> None:
        """What was decided is in the journal."""
        self._state.inputs.update(self._offsets)
        self._metrics.records.labels(JOURNAL).inc(self._emitted)
        self._emitted = 0

    def measure(self, now_ms: int) -> None:
        """How far behind the next record is, and how many books have a timer that could fire by now."""
        label = str(self.partition)
        oldest = self._merge.oldest()
        moment = now_ms if self._wall else max((book.time for book in self._state.books.values()), default=0)
        self._metrics.behind.labels(label).set(max(moment - oldest, 0) / 1_000 if oldest is not None else 0)
        self._metrics.timers_due.labels(label).set(sum(book.is_due(moment) for book in self._state.books.values()))
        last = max((book.time for book in self._state.books.values()), default=0)
        self._metrics.last_record.labels(label).set(last / 1_000)
        if self._wall:  # the records' own time passes when records come: nothing is late by it
            self._metrics.clock_behind.labels(label).set(max(self._newest - now_ms, 0) / 1_000)
            for timer, late_ms in overdue(self._state.books.values(), now_ms).items():
                self._metrics.timer_overdue.labels(label, timer).set(late_ms / 1_000)

    # Snapshots.

    def snapshot(self, *, final: bool) -> None:
        """Save the books when enough has come, or at the end. A failure costs time at the next start, no more."""
        state = self._state
        if self._saver.save_if_due(state.unsaved, state.snapshot, final=final):
            state.unsaved = 0
            self._metrics.snapshots.inc()
