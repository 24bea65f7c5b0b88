"""Brings the books of one partition to the end of the journal, and finds where the inputs go on.

The journal is the authority: each of its records names the input record that it decided. The group's offsets may lie
behind it (then they are skipped forward) or ahead of it, if all in between became dead letters. Folds, never decides.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from schemas.errors import BrokenJournal
from schemas.journal import Record
from schemas.murmur2 import partition_of
from streams.allocation.intake import TOPICS, Intake, Refused
from streams.rules.book import Book
from streams.rules.pack import Pack, Schedule
from streams.runtime.errors import Misconfigured, UnknownOffset
from streams.runtime.snapshots import FORM, Saver, Snapshot
from streams.runtime.task import Logs, Offsets, Restore

log = logging.getLogger(__name__)

JOURNAL = "journal"
Packs = Callable[[str], Pack | Schedule]
Decode = Callable[[bytes | None], Record]
Progress = Callable[[float], None]


class JournalContradicted(BrokenJournal):
    """The group's offsets say that an event was decided of which the journal does not know."""


@dataclass(slots=True)
class Base:
    """Books at a position of the journal, and the next input offsets that the journal has named until then."""

    partition: int
    # Of each input and of the journal.
    partitions: int
    log_id: str
    packs: Packs
    next_offset: int
    books: dict[str, Book] = field(default_factory=dict)
    inputs: Offsets = field(default_factory=dict)
    # Records folded or decided since the last snapshot.
    unsaved: int = 0
    # Books of a snapshot: the journal has not yet been seen to have their last record.
    unconfirmed: bool = False

    @classmethod
    def empty(cls, partition: int, partitions: int, log_id: str, packs: Packs, start: int) -> "Base":
        """Stand before the first record. Raises: UnknownOffset when the journal has lost its beginning."""
        if start != 0:
            raise UnknownOffset(
                f"{JOURNAL}/{partition} begins at {start}: its first records are gone, and with them the books"
            )
        return cls(partition, partitions, log_id, packs, 0)

    @classmethod
    def load(cls, partition: int, partitions: int, saver: Saver, log_id: str, packs: Packs) -> "Base | None":
        """The books of the last snapshot; none if there is none that holds."""
        snapshot = saver.load(partition, log_id)
        if snapshot is None:
            return None
        try:
            books = {locality: Book.restore(state, packs(locality)) for locality, state in snapshot.states.items()}
        except BrokenJournal as exc:
            log.warning("snapshot not used", extra={"partition": partition, "error": str(exc)})
            return None
        base = cls(
            partition, partitions, log_id, packs, snapshot.next_offset, books, dict(snapshot.inputs), unconfirmed=True
        )
        for locality in books:
            base._check_home(locality)
        return base

    def snapshot(self) -> Snapshot:
        """The books as bytes."""
        states = {locality: book.snapshot() for locality, book in self.books.items()}
        return Snapshot(FORM, self.log_id, self.partition, self.next_offset, dict(self.inputs), states)

    def fold(self, record: Record, offset: int) -> None:
        """The next record of the partition. Raises: BrokenJournal."""
        book = self.books.get(record.locality)
        if self.unconfirmed:
            if book is None or (book.sequence, book.hash) != (record.sequence, record.hash):
                raise BrokenJournal(f"record {record.sequence} of {record.locality} is not the last one of the books")
            self.unconfirmed = False
            return
        if book is None:
            self._check_home(record.locality)
            book = self.books[record.locality] = Book(record.locality, self.packs(record.locality))
        book.apply(record)
        cause = record.cause
        if cause.topic is not None:
            if cause.partition != self.partition or cause.offset is None:
                raise BrokenJournal(
                    f"{record.locality}: record {record.sequence} in partition {self.partition} was decided from "
                    f"{cause.topic}/{cause.partition}: was the number of partitions changed?"
                )
            self.inputs[cause.topic] = max(self.inputs.get(cause.topic, 0), cause.offset + 1)
        self.next_offset = offset + 1
        self.unsaved += 1

    def _check_home(self, locality: str) -> None:
        """Raises: Misconfigured when the locality belongs to another partition: it would get a second chain there."""
        home = partition_of(locality.encode(), self.partitions)
        if home != self.partition:
            raise Misconfigured(
                f"{locality} has its journal in partition {self.partition}, but of {self.partitions} partitions it "
                f"belongs to {home}: were partitions added to topics that hold records?"
            )


def fold_journal(base: Base, decode: Decode, logs: Logs, progress: Progress) -> Restore:
    """Fold what the journal has beyond the base, up to its end. Raises: BrokenJournal, UnknownOffset."""
    end = logs.end(JOURNAL, base.partition)
    if end < base.next_offset:
        raise UnknownOffset(f"{JOURNAL}/{base.partition} ends at {end}, before {base.next_offset}, where we stood")
    # The last record that the books know stands just before: of a snapshot, it is read once more.
    start = base.next_offset - base.unconfirmed
    replay = logs.replay(JOURNAL, base.partition, start, end)
    try:
        while not replay.done:
            # All of them are decoded first: one kind of work at a time stays in the processor's caches.
            for record, offset in [(decode(message.value()), message.offset()) for message in replay.read()]:
                assert offset is not None
                base.fold(record, offset)
            progress((replay.position - start) / (end - start))
            yield
    finally:
        replay.close()
    if base.unconfirmed:
        raise BrokenJournal(f"{JOURNAL}/{base.partition} does not have the last record of the books")
    progress(1.0)
    return base.inputs


def find_positions(base: Base, intake: Intake, logs: Logs, committed: Mapping[str, int | None]) -> Restore:
    """Where each input goes on. Raises: UnknownOffset, JournalContradicted.

    `committed`: the group's offsets, asked for before the journal's end that the base was folded to: younger ones
    could be those of another worker, who has had the partition meanwhile and decided more.
    """
    offsets: Offsets = {}
    for topic in TOPICS:
        decided, told = base.inputs.get(topic), committed[topic]
        begin, end = logs.start(topic, base.partition), logs.end(topic, base.partition)
        if decided is None and told is None and begin > 0:
            # Not the same as empty: what stood before `begin` may be undecided, and is gone.
            raise UnknownOffset(f"{topic}/{base.partition} begins at {begin}, and nothing says what was decided of it")
        if decided is not None and told is None and any(each is not None for each in committed.values()):
            # All inputs' offsets are committed together, and go together unless one topic went alone.
            raise UnknownOffset(f"the group has lost its offset of {topic}/{base.partition} alone: was it made again?")
        offset = max((known for known in (decided, told) if known is not None), default=begin)
        if not begin <= offset <= end:
            raise UnknownOffset(f"{topic}/{base.partition} goes from {begin} to {end}; {offset} is next")
        offsets[topic] = offset
        yield from _check_skipped(topic, base.partition, max(decided or begin, begin), offset, intake, logs)
    return offsets


def _check_skipped(topic: str, partition: int, start: int, end: int, intake: Intake, logs: Logs) -> Restore:
    """Whether all that the group is ahead of the journal became dead letters."""
    events = []
    replay = logs.replay(topic, partition, start, end)
    try:
        while not replay.done:
            for message in replay.read():
                if not isinstance(intake.read(topic, message), Refused):
                    events.append(message.offset())
            yield
    finally:
        replay.close()
    if events:
        # Events by what we know today; perhaps they were none by what was known then.
        letters = logs.dead_letter_origins()
        for offset in events:
            if (topic, partition, offset) not in letters:
                raise JournalContradicted(
                    f"{topic}/{partition}: the group's offset {end} says that {offset} was decided, but the journal "
                    "has no record of it"
                )
    return {}
