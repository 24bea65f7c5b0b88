"""Reads a topic from where it begins, or from given offsets, to the end that it has when asked, and on if wanted.

Only committed records come out. Owns what "the end" is: the high watermark read uncommitted. An open transaction holds
the readable part back behind it, so a reading waits for that transaction, and fails clearly if it lasts too long.
Transaction markers take offsets that no record has; so a partition's position is taken from its records and from the
brokers' end-of-partition events, never from `Consumer.position()`. Never joins a group, never commits an offset, never
knows what a record means.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.errors import OrynError
from schemas.murmur2 import partition_of
from schemas.topic_offsets import (
    Extent,
    OffsetLost,
    TopicMissing,
    TopicUnavailable,
    client_log,
    extents,
    is_passing,
    partitions_of,
)

log = logging.getLogger(__name__)

BATCH_RECORDS_MAX: Final = 10_000
# How long one look for records waits at most; bounds how late a limit, a stop or an idle tick is noticed.
POLL_S: Final = 0.25
# A fetch at the end of the log is held by the broker for so long, and only its empty answer says that it is the end.
FETCH_WAIT_MS: Final = "20"
# Held back by the reader, in kilobytes: bounds its memory whatever the size of the topic.
READ_AHEAD_KBYTES: Final = "65536"
PROBE_S: Final = 1.0
FOREVER: Final = 1 << 63
Progress = Callable[[int, int], None]
Start = Callable[[Mapping[int, Extent]], Mapping[int, int]]


class TransactionOpen(OrynError):
    """A transaction of some writer stayed open, so what lies behind it can't be read. Its broker ends it in time."""


@dataclass(frozen=True)
class Limits:
    """How long a reading waits, in seconds. `transaction_s`: for an open transaction; must exceed the writers'
    transaction timeout and the 10 s in which a broker notices it. `silence_s`: for brokers that give no sign."""

    transaction_s: float = 90.0
    silence_s: float = 60.0

    def __post_init__(self) -> None:
        if self.transaction_s <= 0 or self.silence_s <= 0:
            raise ValueError("limits of a reading must be positive")


class TopicReading:
    """One pass over a topic. Iterate it once, message by message or in `batches`, and close it (a context manager).

    Messages of a partition come in the order of their offsets; those of several partitions are mixed.
    """

    def __init__(
        self,
        client: Mapping[str, str],
        topic: str,
        *,
        partitions: Iterable[int] | None = None,
        keys: Iterable[bytes] | None = None,
        start: Mapping[int, int] | Start | None = None,
        follow: bool = False,
        progress: Progress | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Ask where the partitions begin and end: those named, or those that `keys` belong to; without both, all.

        `start`: the first offset wanted, of the partitions that it names, or a function that says so when it is told
        where they begin and end; the others are read from their beginning.
        `follow`: go on behind the end, without end. `progress(done, total)`: offsets passed of those up to the end,
        told after each look for records, at least once in `POLL_S`; it may raise to stop.

        Raises: TopicMissing, TopicUnavailable, OffsetLost for a start outside the log.
        """
        self.topic = topic
        self._progress, self._limits, self._follow = progress, limits or Limits(), follow
        self._client = dict(client)
        # What the client last said when it had lost all brokers; none while it has some.
        self._lost: str | None = None
        self._consumer = Consumer({**_settings(client), "error_cb": self._on_error}, logger=client_log)
        try:
            silence_s = self._limits.silence_s
            known = partitions_of(self._consumer, topic, silence_s)
            self.partition_count = len(known)
            if partitions is not None:
                wanted = sorted(partitions)
                if not set(wanted) <= set(known):
                    raise TopicMissing(f"topic {topic}: it has {len(known)} partitions, not {wanted[-1] + 1}")
            elif keys is not None:
                wanted = sorted({partition_of(key, len(known)) for key in keys})
            else:
                wanted = list(known)
            self.extents: dict[int, Extent] = extents(client, topic, wanted, silence_s)
            # Partition -> the next offset to be seen: everything before it was yielded, or was no record.
            firsts = start(self.extents) if callable(start) else start or {}
            self.positions = {each: self._first(each, firsts) for each in self.extents}
        except BaseException:
            self._consumer.close()
            raise
        self._begins = dict(self.positions)
        self._open = {each for each in self.positions if self.positions[each] < self.extents[each].end}
        # Partition -> since when an open transaction holds it back (monotonic seconds).
        self._held: dict[int, float] = {}
        self._heard = time.monotonic()

    @property
    def total(self) -> int:
        """How many offsets there are between the start and the end, markers and aborted records included."""
        return sum(self.extents[each].end - begin for each, begin in self._begins.items())

    @property
    def done(self) -> int:
        """How many of `total` were passed."""
        return sum(min(self.positions[each], self.extents[each].end) - begin for each, begin in self._begins.items())

    @property
    def at_end(self) -> bool:
        """Whether every partition was read to the end that it had when asked."""
        return not self._open

    def lag(self) -> int:
        """How many offsets there are behind what was read, as far as the brokers have told by now. Asks nobody."""
        return sum(self.lags().values())

    def lags(self) -> dict[int, int]:
        """The same by partition."""
        behind = {}
        for partition, position in self.positions.items():
            # Unknown (-1001) until a partition's first answer.
            end = self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition), cached=True)[1]
            behind[partition] = max(0, max(end, self.extents[partition].end) - position)
        return behind

    def away(self) -> str | None:
        """Why no broker can be reached now; none when one can. Asks, and waits up to `PROBE_S`, while all seem lost.

        For whoever follows: at the end of a topic, silence alone says nothing.
        """
        if self._lost is not None:
            try:
                self._consumer.list_topics(self.topic, timeout=PROBE_S)
                self._lost = None
            except KafkaException as exc:
                self._lost = exc.args[0].str()
        return self._lost

    def _on_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._lost = error.str()

    def __iter__(self) -> Iterator[Message]:
        """The messages. Raises: as `batches`."""
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[Message]]:
        """The messages, as many at a time as are there. Ends at the end; following, it never does, and gives an empty
        batch when there is nothing new for `POLL_S`, so that whoever reads may stop or finish what waits.

        Raises: TransactionOpen, TopicUnavailable, TopicMissing, OffsetLost.
        """
        self._assign()
        while self._open or self._follow:
            batch = self._take()
            self._check_limits()
            if self._progress is not None:
                self._progress(self.done, self.total)
            if batch or self._follow:
                yield batch

    def close(self) -> None:
        """Leave. Repeatable."""
        self._consumer.close()

    def __enter__(self) -> "TopicReading":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first(self, partition: int, start: Mapping[int, int]) -> int:
        extent = self.extents[partition]
        first = start.get(partition, extent.begin)
        if not extent.begin <= first <= extent.end:
            raise OffsetLost(
                f"{self.topic}/{partition}: offset {first} is not in the log, which begins at {extent.begin}"
                f" and ends at {extent.end}"
            )
        return first

    def _assign(self) -> None:
        wanted = self.positions if self._follow else self._open
        self._consumer.assign([TopicPartition(self.topic, each, self.positions[each]) for each in sorted(wanted)])
        self._heard = time.monotonic()

    def _take(self) -> list[Message]:
        # `consume(n, timeout)` waits for n or for the whole timeout: take one, then what is there already.
        found = self._consumer.consume(1, POLL_S)
        if found:
            found += self._consumer.consume(BATCH_RECORDS_MAX, 0)
        batch: list[Message] = []
        keep, positions = batch.append, self.positions
        # Records of one partition come in runs: what is looked up for one holds for the next.
        current, end = -1, FOREVER
        for message in found:
            error = message.error()
            if error is not None:
                self._event(message, error)
                continue
            partition, offset = message.partition(), message.offset()
            assert partition is not None
            assert offset is not None
            if partition != current:
                current, end = partition, FOREVER if self._follow else self.extents[partition].end
                self._heard = time.monotonic()
                self._held.pop(partition, None)
            if offset < end:
                positions[partition] = offset + 1
                keep(message)
            elif positions[partition] < end:
                positions[partition] = end  # what lies between was no record
        if found:
            self._settle()
        return batch

    def _settle(self) -> None:
        """Note which partitions came to their end."""
        for partition in [each for each in self._open if self.positions[each] >= self.extents[each].end]:
            self._open.discard(partition)
            self._held.pop(partition, None)
            if not self._follow:  # what was written meanwhile is not wanted and need not be fetched
                self._consumer.pause([TopicPartition(self.topic, partition)])

    def _event(self, message: Message, error: KafkaError) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._ended(message.partition(), message.offset())
            return
        where = self.topic if message.partition() is None else f"{self.topic}/{message.partition()}"
        if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
            raise OffsetLost(f"{where}: the log no longer holds what comes next: {error.str()}")
        if error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION):
            raise TopicMissing(f"{where}: the cluster does not have it any more")
        if not is_passing(error):
            raise TopicUnavailable(f"{where}: {error.str()}") from KafkaException(error)
        log.info("brokers away while reading", extra={"topic": self.topic, "error": error.str()})

    def _ended(self, partition: int | None, offset: int | None) -> None:
        """The readable part of a partition ends here, for now; all before it was seen, or is no record."""
        if partition is None or offset is None or offset < self.positions[partition]:
            if partition in self.positions and partition not in self._open and not self._follow:
                return  # fetched before the pause
            raise OffsetLost(f"{self.topic}/{partition}: its end is unknown ({offset})")
        self._heard = time.monotonic()
        if self._follow:
            self.positions[partition] = offset
        elif partition in self._open:
            # What was written behind the end since it was asked for was not yielded, and must not count as seen.
            self.positions[partition] = min(offset, self.extents[partition].end)
        # It ends before the log does: a transaction is open there.
        if partition in self._open and offset < self.extents[partition].end:
            self._held[partition] = self._heard

    def _check_limits(self) -> None:
        if not self._open:
            return
        now = time.monotonic()
        for partition, since in self._held.items():
            if now - since > self._limits.transaction_s:
                self._blame(partition)
        if not self._held and now - self._heard > self._limits.silence_s:
            raise TopicUnavailable(f"{self.topic}: the brokers gave no sign for {self._limits.silence_s:g} s")

    def _blame(self, partition: int) -> None:
        """Say why a partition does not come to its end. Raises: OffsetLost, TransactionOpen."""
        end = self.extents[partition].end
        now = extents(self._client, self.topic, [partition], self._limits.silence_s)[partition].end
        if now < end:
            raise OffsetLost(f"{self.topic}/{partition}: the log ended at {end} and now ends at {now}: it was cut off")
        raise TransactionOpen(
            f"{self.topic}/{partition}: for {self._limits.transaction_s:g} s a transaction has been open at offset"
            f" {self.positions[partition]}, so the records up to {end} can't be read"
        )


def _settings(client: Mapping[str, str]) -> dict[str, str]:
    return {
        # Some client needs a name of a group; none is joined, for partitions are assigned by hand.
        "group.id": "oryn-reading",
        "fetch.wait.max.ms": FETCH_WAIT_MS,
        "queued.max.messages.kbytes": READ_AHEAD_KBYTES,
        **client,
        "isolation.level": "read_committed",
        "enable.partition.eof": "true",
        "enable.auto.commit": "false",
        "enable.auto.offset.store": "false",
        "auto.offset.reset": "error",
        "allow.auto.create.topics": "false",
    }
