"""Looks at the journal from several places while everything breaks.

Each look asks where a partition ends, and reads up to there, so it must see whatever anybody has seen before
it asked. Owns what was seen; whether it fits together, `history` says.
"""

import time
from dataclasses import dataclass
from itertools import cycle
from random import Random
from threading import Event as Flag
from threading import Thread
from typing import Final

from schemas.codec import journal_codec
from schemas.facts import Duplicate
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.topic_offsets import OffsetLost, TopicUnavailable
from schemas.topic_reading import Limits, TopicReading, TransactionOpen

PAUSE_S: Final = 3.0
# How often a partition is read from its beginning, and not from where the last look ended.
ANEW: Final = 0.1
# Longer than a transaction may last, with what the brokers need to notice.
PATIENCE_S: Final = 30.0


def decides(record: Record) -> str | None:
    """The id of the event that this record has decided; none for timers, and for events that were decided before,
    by their id or by what they say."""
    if record.cause.topic is None or (record.facts and isinstance(record.facts[0], Duplicate)):
        return None
    return record.cause.event_id


@dataclass(frozen=True)
class Look:
    """What an observer saw of one partition: the decided events in order. Times in monotonic seconds."""

    observer: int
    partition: int
    asked: float
    had: float
    seen: tuple[str, ...]


class Observer:
    """One of them. A context manager; left by an exception it does not look any more."""

    def __init__(self, number: int, bootstrap: str, journal: str, partitions: int) -> None:
        """`bootstrap`: through the proxy or past it."""
        self._number, self._client, self._journal = number, {"bootstrap.servers": bootstrap}, journal
        self._partitions, self._random = range(partitions), Random(number)
        self._codec = journal_codec(FrozenIds())
        self._limits = Limits(transaction_s=PATIENCE_S, silence_s=PATIENCE_S)
        self._next = dict.fromkeys(self._partitions, 0)
        self._seen: dict[int, tuple[str, ...]] = dict.fromkeys(self._partitions, ())
        self._stop, self._once_more = Flag(), False
        self._thread = Thread(target=self._run, name=f"observer {number}")
        self.looks: list[Look] = []
        # When a look was begun that got no answer, and why.
        self.unanswered: list[tuple[float, str]] = []
        self.broken: list[BaseException] = []

    def __enter__(self) -> "Observer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def end(self) -> None:
        """Look at every partition once more, and be done."""
        self._once_more = True
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for partition in cycle(self._partitions):
                if self._stop.wait(PAUSE_S):
                    break
                self._look(partition)
            for partition in self._partitions if self._once_more else ():
                self._look(partition)
        except BaseException as exc:  # noqa: BLE001 - the run's own thread looks at it
            self.broken.append(exc)

    def _look(self, partition: int) -> None:
        if self._random.random() < ANEW:
            self._next[partition], self._seen[partition] = 0, ()
        asked = time.monotonic()
        try:
            self._read(partition)
        except (TopicUnavailable, TransactionOpen, OffsetLost) as exc:
            # A log that ends before what was seen: told by a broker that was frozen and knows nothing of its successor.
            self.unanswered.append((asked, str(exc)))
            return
        self.looks.append(Look(self._number, partition, asked, time.monotonic(), self._seen[partition]))

    def _read(self, partition: int) -> None:
        new, start = list[str](), {partition: self._next[partition]}
        with TopicReading(
            self._client, self._journal, partitions=[partition], start=start, limits=self._limits
        ) as reading:
            for message in reading:
                value = message.value()
                assert value is not None, "a record of the journal has a value"
                event = decides(self._codec.decode(value))
                if event is not None:
                    new.append(event)
            self._next[partition] = reading.positions[partition]
        self._seen[partition] += tuple(new)
