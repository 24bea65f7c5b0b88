"""What a processor does with one partition, as the loop sees it. Owns the words between the two, nothing else."""

import time
from collections.abc import Callable, Collection, Generator, Mapping
from typing import Protocol, TypeAlias

from confluent_kafka import Message

from streams.runtime.producer import Delivered, Headers
from streams.runtime.replay import Replay

# Input topic -> next offset to be taken.
Offsets: TypeAlias = dict[str, int]
# What a record costs beside its value: headers, key, objects.
RECORD_OVERHEAD_BYTES = 500
# A restore yields whenever the loop should turn, and returns where the inputs go on.
Restore: TypeAlias = Generator[None, None, Offsets]


def weight(message: Message) -> int:
    """The memory that a fetched record takes, in bytes, roughly."""
    return RECORD_OVERHEAD_BYTES + len(message)


class Batch:
    """How much one transaction may still take on."""

    __slots__ = ("_ends_at", "_monotonic", "_records_left", "records")

    def __init__(self, records_max: int, time_max_ms: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin to count now."""
        self._records_left = records_max
        self._monotonic = monotonic
        self._ends_at = monotonic() + time_max_ms / 1_000
        self.records = 0

    def add(self) -> None:
        """A record was produced, or an input record was done without one."""
        self.records += 1
        self._records_left -= 1

    @property
    def full(self) -> bool:
        """Whether the transaction should end."""
        return self._records_left <= 0 or self._monotonic() > self._ends_at


class Outbox(Protocol):
    """Where a task's records go: all of them into the one open transaction."""

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
        """Add a record. `topic`: without prefix; `partition` -1: where the key belongs."""


class Logs(Protocol):
    """What a restoring task may ask of Kafka. Topics without prefix; offsets are real ones, or an error."""

    def log_id(self, topic: str) -> str:
        """What tells a topic from another one that had its name."""

    def start(self, topic: str, partition: int) -> int:
        """The first offset that is still there."""

    def end(self, topic: str, partition: int) -> int:
        """The next offset to be written, open transactions included."""

    def committed(self, topics: tuple[str, ...], partition: int) -> dict[str, int | None]:
        """The group's offsets; none where it has none."""

    def dead_letter_origins(self) -> Collection[tuple[str, int, int]]:
        """Topic, partition and offset of every record that has become a dead letter."""

    def group_forgot(self, topic: str, outputs: tuple[str, ...]) -> bool:
        """Whether the group has no offset of any partition of an input, although outputs have records."""

    def replay(self, topic: str, partition: int, start: int, end: int) -> Replay:
        """A pass over committed records."""


class Task(Protocol):
    """One partition of a processor. Made anew whenever its state may be wrong; the loop decides when."""

    partition: int

    def restore(self, logs: Logs) -> Restore:
        """Become what the logs say. Raises: whatever makes going on wrong; the partition then stops."""

    def put(self, topic: str, message: Message) -> None:
        """An input record was fetched."""

    def next_offset(self, topic: str) -> int | None:
        """The next offset of an input of which nothing must be missed; none if the task would notice by itself."""

    def end(self, topic: str, offset: int) -> None:
        """An input was read to its end."""

    def unsettled(self) -> list[str]:
        """The inputs of which neither the next record nor the end is known."""

    def end_if(self, topic: str, high: int) -> None:
        """An input's high watermark, as the answer to the last fetch had it; negative if there was none yet."""

    def held_bytes(self, topic: str) -> int:
        """How much of an input is here and not done."""

    def has_work(self, now_ms: int) -> bool:
        """Whether `work` may do something, as far as one can tell cheaply."""

    def work(self, out: Outbox, batch: Batch, now_ms: int) -> None:
        """Do what can be done, until there is nothing or the batch is full. An exception stops the partition."""

    def wants_ends(self, now_ms: int) -> bool:
        """Whether a deadline waits for the inputs' ends, asked for now."""

    def expect(self, ends: Mapping[str, int], asked_at_ms: int) -> None:
        """The inputs' ends, asked for at that moment."""

    def offsets(self) -> Offsets:
        """The inputs' next offsets, after what was done."""

    def measure(self, now_ms: int) -> None:
        """Set the figures that are not counted as they happen."""

    def committed(self) -> None:
        """What was done is in the log now."""

    def snapshot(self, *, final: bool) -> None:
        """Save the state if it is time to; `final`: the last chance."""
