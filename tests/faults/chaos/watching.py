"""Reads the journal while everything breaks, and notes at once what must never be; and once a second how it goes."""

import time
from dataclasses import dataclass
from threading import Event as Flag
from threading import Thread
from typing import Final

from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.journal import GENESIS_HASH, Record
from schemas.topic_reading import Limits, TopicReading
from tests.faults.chaos.looking import decides
from tests.faults.chaos.traffic import At, Traffic

SAMPLE_S: Final = 1.0
# Longer than any outage that the schedule makes.
SILENCE_S: Final = 300.0


@dataclass(frozen=True)
class Sample:
    """One second. `lag`: events that are confirmed and not decided."""

    at: float
    confirmed: int
    decided: int
    lag: int


class Watching:
    """The committed journal as it grows. A context manager."""

    def __init__(self, bootstrap: str, journal: str, traffic: Traffic, began: float) -> None:
        """`began`: monotonic second of the run's start."""
        self._client, self._journal = {"bootstrap.servers": bootstrap}, journal
        self._traffic, self._began = traffic, began
        self._codec = journal_codec(FrozenIds())
        self._last: dict[str, Record] = {}
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="watching")
        self.records: list[Record] = []
        self.decided: set[At] = set()
        # Event's id -> when its decision was seen here first, in monotonic seconds.
        self.seen: dict[str, float] = {}
        self.violations: list[str] = []
        self.broken: list[BaseException] = []
        self.samples: list[Sample] = []
        # When an event was confirmed (seconds of the run), and how long after that it was decided.
        self.delays: list[tuple[float, float]] = []

    def __enter__(self) -> "Watching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def lag(self) -> int:
        """Events that are confirmed and not decided."""
        return self._traffic.confirmed - len(self.decided)

    def await_caught_up(self, seconds: float) -> float:
        """Wait until all that is confirmed now is decided, whatever is published meanwhile. Gives how long it took."""
        started, left = time.monotonic(), self._traffic.confirmed_now()
        while left := {at for at in left if at not in self.decided}:
            assert not self.broken, self.broken
            assert not self.violations, self.violations[:3]
            if time.monotonic() - started > seconds:
                raise AssertionError(f"{len(left)} events are still undecided after {seconds:.0f} s: {min(left)}")
            time.sleep(0.05)
        return time.monotonic() - started

    def _run(self) -> None:
        try:
            limits = Limits(transaction_s=SILENCE_S, silence_s=SILENCE_S)
            with TopicReading(self._client, self._journal, follow=True, limits=limits) as reading:
                sampled = 0.0
                for batch in reading.batches():
                    for message in batch:
                        value = message.value()
                        assert value is not None
                        self._take(self._codec.decode(value))
                    now = time.monotonic()
                    if now - sampled >= SAMPLE_S:
                        sampled = now
                        self.samples.append(
                            Sample(now - self._began, self._traffic.confirmed, len(self.decided), self.lag)
                        )
                    if self._stop.is_set():
                        return
        except BaseException as exc:  # noqa: BLE001 - the run's own thread looks at it
            self.broken.append(exc)

    def _take(self, record: Record) -> None:
        last = self._last.get(record.locality)
        sequence, previous = (0, GENESIS_HASH) if last is None else (last.sequence, last.hash)
        if record.sequence != sequence + 1 or record.previous_hash != previous:
            self.violations.append(f"{record.locality}: record {record.sequence} follows {sequence}")
        self._last[record.locality] = record
        self.records.append(record)
        event = decides(record)
        if event is not None:
            self.seen.setdefault(event, time.monotonic())
        cause = record.cause
        if cause.topic is None or cause.partition is None or cause.offset is None:
            return
        at = (cause.topic, cause.partition, cause.offset)
        if at in self.decided:
            self.violations.append(f"decided twice: {at}")
        self.decided.add(at)
        now = time.monotonic()
        # A decision may be seen before the publisher has noticed its own confirmation.
        confirmed = self._traffic.confirmed_at(at) or now
        self.delays.append((confirmed - self._began, now - confirmed))
