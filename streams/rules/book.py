"""One locality's ordered history: decides events and timers, folds records, takes and restores snapshots.

The pure core's front door. Time is given to it; it never asks a clock, never does I/O. Every record it returns is
sealed and already folded, so the book stands behind it.
"""

from collections.abc import Iterator

from schemas.errors import BrokenJournal
from schemas.events import Event
from schemas.instants import Instant
from schemas.journal import Cause, JournalCodec, Record
from schemas.words import TIMER_RANK, Timer
from streams.rules import applications, daily, fold, timers
from streams.rules.decide import decide
from streams.rules.pack import Mode, Pack, Schedule, as_schedule
from streams.rules.queue import Queue
from streams.rules.settle import change_of_packs, settle
from streams.rules.snapshot import restore_state, snapshot_state
from streams.rules.state import State
from streams.rules.step import Step

AGE_LIMIT_APPLICATIONS_MAX = 250
# Timers that one record may not exhaust: the same one fires again until nothing is left to do.
_REPEATING = frozenset({Timer.OPENING, Timer.AGE_LIMIT})


class Book:
    """The book of one locality."""

    def __init__(self, locality: str, pack: Pack | Schedule) -> None:
        """Open an empty book. `locality`: 9-digit KATO code; `pack`: one for good, or which from when on."""
        self._take(State(locality, as_schedule(pack)))

    def _take(self, state: State) -> None:
        self.state = state
        self._codec = JournalCodec(state.zone.render)
        self._laid_out = False

    @property
    def locality(self) -> str:
        """Whose book it is."""
        return self.state.locality

    @property
    def time(self) -> Instant:
        """The last record's time; 0 before the first."""
        return self.state.time

    @property
    def sequence(self) -> int:
        """The last record's sequence; 0 before the first."""
        return self.state.sequence

    @property
    def hash(self) -> str:
        """The last record's hash; 64 zeros before the first."""
        return self.state.hash

    def handle(self, event: Event) -> Iterator[Record]:
        """Fire what is due at or before the event's time, then decide the event: exactly one record for it.

        A late event is decided at the book's time (contracts, section 2). The iterator must be exhausted before the
        book is used again.
        """
        time = Instant(max(event.time, self.state.time))
        if self.is_due(time):
            yield from self.advance(time)
        yield self.decide(event)

    def is_due(self, moment: int) -> bool:
        """Whether a timer may fire at or before a moment."""
        due = self.next_due()
        return due is not None and due <= moment

    def decide(self, event: Event) -> Record:
        """Decide an event whose time has come: all timers due at or before it have fired."""
        assert event.locality == self.state.locality, "an event belongs to its locality's book"
        time = event.time if event.time > self.state.time else self.state.time
        cause = Cause(event.topic, event.partition, event.offset, event.source, event.event_id, event.type)
        step = self._begin(time, cause)
        decide(step, event)
        return self._finish(step, cause)

    def advance(self, until: Instant) -> Iterator[Record]:
        """Fire every timer due at or before a moment, in order of (due, rank, subject)."""
        state = self.state
        if state.started_at is None:
            return
        if not self._laid_out:
            state.schedule_daily()
            self._laid_out = True
        agenda = state.agenda
        while (due := agenda.next_due()) is not None and due <= until:
            entry = agenda.pop(self._stands)
            if entry is None or not self._stands(entry[1], entry[2], entry[0]):
                continue
            due, timer, subject = entry
            if timer is Timer.OPENING and not subject:
                self._open(due)
            elif (record := self._fire(due, timer, subject)) is not None:
                yield record

    def next_due(self) -> Instant | None:
        """The earliest moment at which a timer may fire; none before the first event."""
        if self.state.started_at is not None and not self._laid_out:
            self.state.schedule_daily()
            self._laid_out = True
        return self.state.agenda.next_due()

    def _stands(self, timer: Timer, subject: str, due: Instant) -> bool:
        """Whether the reason of an entry may still stand, and the journal is not beyond it already: after a restore
        the agenda holds old ones, too."""
        if not timers.pending(self.state, timer, subject, due):
            return False
        rank, cursor = TIMER_RANK[timer], self.state.cursor
        if timer in _REPEATING:
            return (due, rank) >= cursor[:2]
        return (due, rank, subject) > cursor

    def _open(self, due: Instant) -> None:
        """The daily opening, or a change of packs: one timer for each queue that may have something to do."""
        state = self.state
        daily_one, changes = state.opening_at(state.zone.day_of(due)) == due, state.changes_pack(due)
        if daily_one or not changes:
            state.agenda.add(state.opening_after(due), Timer.OPENING, "")
        if not daily_one and not changes:
            return  # a local act has moved it
        for queue in state.queues.values():
            if changes or (queue.mode is Mode.SCHEDULED and queue.has_openings):
                state.agenda.add(due, Timer.OPENING, queue.id)

    def _fire(self, due: Instant, timer: Timer, subject: str) -> Record | None:
        cause = Cause(timer=timer, due=due, subject=subject)
        step = self._begin(due, cause)
        again = False
        if timer is Timer.OPENING:
            again = self._open_queue(step, self.state.queue(subject), due)
        elif timer is Timer.BULLETIN:
            if self.state.next_bulletin() == due:
                daily.bulletin(step, self._codec)
        elif timer is Timer.AGE_LIMIT:
            again = applications.age_limit_due(step, AGE_LIMIT_APPLICATIONS_MAX)
            self.state.agenda.add(due if again else self.state.age_limit_after(due), timer, subject)
        else:
            timers.fire(step, timer, subject, due)
        if again and timer is Timer.OPENING:
            self.state.touched.clear()  # the next record goes on
            self.state.agenda.add(due, timer, subject)
        else:
            settle(step)
        if not step.facts:
            self.state.sequence -= 1
            return None
        return self._finish(step, cause)

    def _open_queue(self, step: Step, queue: Queue, due: Instant) -> bool:
        again = self.state.changes_pack(due) and change_of_packs(step, queue)
        if again or queue.mode is not Mode.SCHEDULED or self.state.opening_at(step.day) != due:
            return again
        return daily.opening(step, queue)

    def _begin(self, time: Instant, cause: Cause) -> Step:
        fold.begin(self.state, time, cause)
        return Step(self.state)

    def _finish(self, step: Step, cause: Cause) -> Record:
        state = self.state
        record = self._codec.seal(
            Record(
                locality=state.locality,
                sequence=state.sequence,
                time=state.now,
                cause=cause,
                pack=state.pack.id,
                facts=tuple(step.facts),
                previous_hash=state.hash,
            )
        )
        fold.finish(state, record)
        return record

    def apply(self, record: Record) -> None:
        """Fold one record of a journal; never decides. Raises: BrokenJournal when it is not the next one."""
        state = self.state
        if record.locality != state.locality:
            raise BrokenJournal(f"record of {record.locality} in the book of {state.locality}")
        if record.sequence != state.sequence + 1:
            raise BrokenJournal(f"{state.locality}: record {record.sequence} follows {state.sequence}")
        if record.previous_hash != state.hash or self._codec.digest(record) != record.hash:
            raise BrokenJournal(f"{state.locality}: the hash of record {record.sequence} does not hold")
        fold.apply(state, record)
        self._laid_out = False

    def snapshot(self) -> bytes:
        """The state as bytes: equal books give equal bytes, on any machine."""
        return snapshot_state(self.state)

    @classmethod
    def restore(cls, snapshot: bytes, pack: Pack | Schedule) -> "Book":
        """The book that a snapshot was taken of. Raises: BrokenJournal when it is none, or of another pack."""
        book = cls.__new__(cls)
        book._take(restore_state(snapshot, as_schedule(pack)))
        return book
