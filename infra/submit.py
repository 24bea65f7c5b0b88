"""One run of `oryn submit`: from a file into the spool, from there to the brokers, and what became of the events.

Owns the order of these steps, what a run that was broken off goes on with, and the figures of the summary. How far a
file was accepted is written in one transaction with the events themselves, so no line is left out or accepted twice, at
whatever moment a run is killed. Never reads settings and never draws on a terminal.
"""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from producers.client.outcomes import OutcomeReader
from producers.client.publisher import Publisher
from producers.client.spool import Checkpoint
from schemas.errors import Malformed
from schemas.events import Event
from schemas.outputs import Outcome, OutcomeResult

BATCH_EVENTS: Final = 500
LOOK_S: Final = 0.1
Problem = Callable[[int, str], None]


@dataclass
class Figures:
    """What a run did so far, in events."""

    accepted: int = 0
    # Accepted by an earlier run of the same file.
    before: int = 0
    # In the spool, not yet confirmed by the brokers; those of other files, too.
    waiting: int = 0
    decided: Counter[OutcomeResult] = field(default_factory=Counter)
    # Of those that are followed: without an outcome yet.
    undecided: int = 0


class Following:
    """Reads outcomes in a thread of its own, so that neither sending nor reading waits for the other."""

    def __init__(self, reader: Callable[[], OutcomeReader], shown: Callable[[Outcome], None]) -> None:
        """Take how to get a reader, which is closed with this, and whom to tell of each outcome. Reads nothing yet."""
        self._open, self._shown = reader, shown
        self._expected: set[tuple[str, str]] = set()
        self._found: queue.SimpleQueue[list[Outcome] | BaseException] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def expect(self, events: Iterable[Event]) -> None:
        """Wait for the outcomes of these events, too. Before they are sent, or before `start`."""
        self._expected.update((event.source, event.event_id) for event in events)

    def start(self) -> None:
        """Begin to read. Repeatable. Raises: as `OutcomeReader`."""
        if self._thread is None:
            reader = self._open()
            self._thread = threading.Thread(target=self._read, args=(reader,), name="oryn-outcomes", daemon=True)
            self._thread.start()

    def take(self, figures: Figures, wait: float = 0) -> bool:
        """Tell of the outcomes that came; says whether there were any. Waits so many seconds for the first.

        Raises: what reading the topic raises.
        """
        came = False
        while True:
            try:
                found = self._found.get(timeout=wait) if wait else self._found.get_nowait()
            except queue.Empty:
                figures.undecided = len(self._expected)
                return came
            if isinstance(found, BaseException):
                raise found
            wait = 0
            for outcome in found:
                name = (outcome.source, outcome.event_id)
                if name in self._expected:  # the first outcome of an event is its own, what follows are repeats
                    came = True
                    self._expected.discard(name)
                    figures.decided[outcome.result] += 1
                    self._shown(outcome)

    def close(self) -> None:
        """End the thread and the reader. Repeatable."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _read(self, reader: OutcomeReader) -> None:
        try:
            with reader:
                for batch in reader.batches():
                    if batch:
                        self._found.put(batch)
                    if self._stop.is_set():
                        return
        except BaseException as exc:  # noqa: BLE001  # handed over to whoever takes
            self._found.put(exc)


class Submission:
    """One run over one file. `tick` is called often, to draw what there is to tell."""

    def __init__(
        self,
        publisher: Publisher,
        checkpoint: Checkpoint | None,
        following: Following | None,
        problem: Problem,
        tick: Callable[[Figures], None],
    ) -> None:
        """Take the parts; the caller owns and closes them. `checkpoint`: how far the file was accepted before, from 0;
        null for a file that can't be told from others (standard input)."""
        self._publisher, self._checkpoint, self._following = publisher, checkpoint, following
        self._problem, self._tick = problem, tick
        self.figures = Figures(waiting=publisher.pending)
        # Events of the file, in the order of sending, that need not be looked at again.
        self._passed = checkpoint.line if checkpoint is not None else 0

    def feed(self, events: Iterable[Event]) -> None:
        """Accept all events behind those that an earlier run accepted; these are only looked at, to be followed.

        Raises: SpoolFull, SpoolFailed, PublisherStopped.
        """
        skip = self._checkpoint.line if self._checkpoint is not None else 0
        batch: list[Event] = []
        for event in events:
            if self.figures.before < skip:
                self.figures.before += 1
                if self._following is not None:
                    self._following.expect((event,))
                continue
            batch.append(event)
            if len(batch) == BATCH_EVENTS:
                self._accept(batch)
                batch = []
        self._accept(batch)

    def finish(self, patience: float) -> None:
        """Wait until all is confirmed and, followed, decided; or until nothing moved for so many seconds.

        Raises: PublisherStopped; what reading the outcomes raises.
        """
        moved, left = time.monotonic(), -1
        while time.monotonic() - moved < patience:
            pending = self._publisher.flush(LOOK_S if self._following is None else 0)
            came = self._following.take(self.figures, LOOK_S) if self._following is not None else False
            if came or pending != left:
                moved, left = time.monotonic(), pending
            self._look()
            if pending == 0 and self.figures.undecided == 0:
                return

    def _accept(self, batch: Sequence[Event]) -> None:
        if self._following is not None:
            self._following.start()
        try:
            self._take(batch)
        except Malformed:
            # Rare: its form is right, but it is too large, say. One by one it is clear which event it is.
            for event in batch:
                try:
                    self._take((event,))
                except Malformed as exc:
                    assert event.offset is not None
                    self._problem(event.offset + 1, str(exc))
        if self._following is not None:
            self._following.take(self.figures)
        self._look()

    def _take(self, events: Sequence[Event]) -> None:
        self._passed += len(events)
        note = None if self._checkpoint is None else replace(self._checkpoint, line=self._passed)
        try:
            self._publisher.submit_events(events, note)
        except Malformed:
            self._passed -= len(events) if len(events) > 1 else 0  # a single one is reported, and passed over
            raise
        self.figures.accepted += len(events)
        if self._following is not None:
            self._following.expect(events)

    def _look(self) -> None:
        self.figures.waiting = self._publisher.pending
        self._tick(self.figures)
