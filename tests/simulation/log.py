"""One partition as its leader has it: records, markers, producers' states, what is replicated and what is stable."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, KafkaError, Message

# So many batches of a producer a broker remembers, to tell a repeated one (ProducerStateEntry).
BATCHES_REMEMBERED = 5
NO_PRODUCER = -1
Headers = Sequence[tuple[str, str | bytes | None]]


class Refused(Exception):
    """A broker's answer that is an error. `code`: as in KafkaError."""

    def __init__(self, code: int) -> None:
        super().__init__(KafkaError(code).name())
        self.code = code


@dataclass(slots=True)
class Entry:
    """One offset: a record, or a transaction's marker (`control`: COMMIT or ABORT)."""

    offset: int
    time: int
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()
    producer: int = NO_PRODUCER
    epoch: int = 0
    # Position among this producer's records of this partition.
    sequence: int = 0
    first_of_batch: bool = True
    transactional: bool = False
    control: str | None = None
    aborted: bool = False
    # The publisher's hope; told if the record is cut off by an election.
    lost: Callable[[], None] | None = None
    message: Message | None = None


@dataclass(slots=True)
class ProducerState:
    """What a partition knows of a producer: its epoch, and its last batches (first and last sequence, offset)."""

    epoch: int
    batches: deque[tuple[int, int, int]] = field(default_factory=lambda: deque(maxlen=BATCHES_REMEMBERED))


class Log:
    """A partition's log."""

    def __init__(self, topic: str, partition: int, *, append_time: bool) -> None:
        """Empty."""
        self.topic, self.partition, self.append_time = topic, partition, append_time
        self.leader = 0
        self.leader_epoch = 0
        self.entries: list[Entry] = []
        # The high watermark as the present leader knows it; and the most that any leader ever said.
        self.high = 0
        self.durable = 0
        # A new leader does not yet know how far its records are replicated (KIP-207).
        self.high_known = True
        # Producer -> first offset of its open transaction.
        self.open: dict[int, int] = {}
        self.producers: dict[int, ProducerState] = {}
        # Who waits for replicas: up to which offset, and what to tell.
        self.waiting: list[tuple[int, Callable[[], None]]] = []

    @property
    def end(self) -> int:
        """The log's end, replicated or not."""
        return len(self.entries)

    @property
    def stable(self) -> int:
        """The last stable offset: what lies before it is decided."""
        return min(self.high, *self.open.values()) if self.open else self.high

    # Writing.

    def check(self, producer: int, epoch: int, first: int, count: int) -> int | None:
        """The offset of a batch that is here already; none for a new one. Raises: Refused."""
        state = self.producers.get(producer)
        if state is None:
            if first != 0:
                raise Refused(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER)
            return None
        if epoch < state.epoch:
            raise Refused(KafkaError.INVALID_PRODUCER_EPOCH)
        if epoch > state.epoch:
            if first != 0:
                raise Refused(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER)
            return None
        for begin, end, offset in state.batches:
            if (begin, end) == (first, first + count - 1):
                return offset
        last = state.batches[-1][1] if state.batches else -1
        if first != last + 1:
            raise Refused(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER)
        return None

    def append(self, entries: Iterable[Entry], producer: int, epoch: int, first: int) -> int:
        """Add a batch at the end, and give its first offset."""
        begin = self.end
        sequence = first
        for entry in entries:
            entry.offset, entry.producer, entry.epoch, entry.sequence = self.end, producer, epoch, sequence
            entry.first_of_batch = sequence == first
            if entry.transactional:
                self.open.setdefault(producer, entry.offset)
            self.entries.append(entry)
            sequence += 1
        if producer != NO_PRODUCER:
            self._remember(producer, epoch, (first, sequence - 1, begin))
        return begin

    def _remember(self, producer: int, epoch: int, batch: tuple[int, int, int] | None) -> None:
        state = self.producers.get(producer)
        if state is None or state.epoch != epoch:
            state = self.producers[producer] = ProducerState(epoch)
        if batch is not None:
            state.batches.append(batch)

    def mark(self, producer: int, epoch: int, control: str, time: int) -> list[Entry]:
        """End a producer's transaction with a marker. Gives its records. An epoch that is fenced marks nothing."""
        state = self.producers.get(producer)
        if state is not None and epoch < state.epoch:
            raise Refused(KafkaError.INVALID_PRODUCER_EPOCH)
        first = self.open.pop(producer, None)
        mine = []
        if first is not None:
            mine = [each for each in self.entries[first:] if each.producer == producer and each.control is None]
            if control == "ABORT":
                for each in mine:
                    each.aborted = True
        self.entries.append(Entry(self.end, time, producer=producer, epoch=epoch, control=control))
        if state is None or epoch > state.epoch:
            self._remember(producer, epoch, None)
        return mine

    def replicated(self, upto: int) -> None:
        """So much is on all replicas."""
        self.high = max(self.high, min(upto, self.end))
        self.durable = max(self.durable, self.high)
        told = [tell for offset, tell in self.waiting if offset <= self.high]
        self.waiting = [each for each in self.waiting if each[0] > self.high]
        for tell in told:
            tell()

    # Elections.

    def elect(self, leader: int, keep: int, high: int) -> list[Entry]:
        """Another leader, which has so much of what was not yet on all replicas, and thinks that so much was.

        Gives what is cut off. What was on all replicas is never cut off: no unclean elections.
        """
        self.leader, self.leader_epoch = leader, self.leader_epoch + 1
        self.waiting = []
        keep = max(keep, self.durable)
        cut = self.entries[keep:]
        del self.entries[keep:]
        self.high, self.high_known = min(high, self.end), False
        if cut:
            self._recount()
        return cut

    def _recount(self) -> None:
        """The producers' states and the open transactions, as the records say."""
        self.open, self.producers = {}, {}
        batch: list[Entry] = []
        for entry in [*self.entries, Entry(self.end, 0)]:
            if batch and (entry.first_of_batch or entry.producer != batch[0].producer):
                first, last = batch[0], batch[-1]
                self._remember(first.producer, first.epoch, (first.sequence, last.sequence, first.offset))
                batch = []
            if entry.producer == NO_PRODUCER:
                continue
            if entry.control is not None:
                self.open.pop(entry.producer, None)
                self._remember(entry.producer, entry.epoch, None)
                continue
            batch.append(entry)
            if entry.transactional:
                self.open.setdefault(entry.producer, entry.offset)

    # Reading.

    def read(self, offset: int, limit: int, *, committed: bool) -> list[Message]:
        """Records from an offset on, without markers and without what was aborted."""
        end = self.stable if committed else self.high
        found: list[Message] = []
        for entry in self.entries[offset:end]:
            if entry.control is None and not (committed and entry.aborted):
                found.append(self.message(entry))
                if len(found) == limit:
                    break
        return found

    def message(self, entry: Entry) -> Message:
        """A record as a client gets it."""
        if entry.message is None:
            kind = TIMESTAMP_LOG_APPEND_TIME if self.append_time else TIMESTAMP_CREATE_TIME
            entry.message = Message(
                topic=self.topic,
                partition=self.partition,
                offset=entry.offset,
                key=entry.key,
                value=entry.value,
                headers=[(name, each.encode() if isinstance(each, str) else each) for name, each in entry.headers],
                timestamp=(kind, entry.time),
            )
        return entry.message
