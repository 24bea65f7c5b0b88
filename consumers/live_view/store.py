"""The live view as the store of a reader: loads what a batch names, folds it, sends one script call per slice.

Nothing is kept here between batches but the positions, and those only to notice that Redis stands elsewhere: after a
lost tail (a restart with an older file), a wipe, or the work of a second reader. Then the reader asks Redis again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import redis
from confluent_kafka import Message

from consumers.live_view.changes import Changes
from consumers.live_view.entries import APPLICATIONS, ORGANISATIONS, PLACES, several
from consumers.live_view.fold import Names, fold_record
from consumers.live_view.generations import Entered, Generations, Showing
from consumers.live_view.journal_end import End
from consumers.live_view.loaded import Head, Loaded
from consumers.live_view.order import QueueState
from consumers.live_view.packs import GENERAL_PER_PRIORITY
from consumers.live_view.scripts import Scripts, store_errors
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.codec import ValueCodec
from schemas.errors import BrokenJournal, Malformed
from schemas.journal import Record

log = logging.getLogger(__name__)

# Redis does nothing else while a script runs: so many facts take it about 2 ms. A record is never cut; the largest of
# a season of Astana, one part of an opening, holds 500.
SLICE_FACTS = 600
# As many are loaded at a time: the same for what they name.
WINDOW_FACTS = 2_400
QUEUE_FIELDS = 7
_PACK = msgspec.msgpack.encode
Work = list[tuple[int, Record]]  # offsets and records of one partition


class _Overtaken(StoreUnavailable):
    """Redis stands elsewhere than thought: a tail was lost, or another reader was quicker."""


class LiveViewStore:
    """A `consumers.reading.store.Store`."""

    def __init__(
        self,
        client: redis.Redis,
        prefix: str,
        codec: ValueCodec[Record],
        end: End,
        *,
        ratios: Mapping[str, int] = GENERAL_PER_PRIORITY,
        rebuild: bool = False,
        shown: Callable[[], None] | None = None,
    ) -> None:
        """`rebuild`: fill a new hidden generation beside what is shown. `shown`: called once that is shown, too."""
        self._client, self._codec, self._end, self._ratios = client, codec, end, ratios
        self._scripts = Scripts(client, prefix)
        self.generations = Generations(client, prefix, self._scripts)
        self._rebuild, self._shown = rebuild, shown
        self._entered: Entered | None = None
        self._sweeping = True

    def open(self) -> Mapping[int, int]:
        """As `Store.open`."""
        with store_errors():
            entered = self._enter()
            shown = self.generations.shown_positions() if entered.building else {}
        if entered.positions:
            self._check(entered.positions)
        if shown and self._end.before(shown):  # of a journal that is no more: nobody could come to where it stands
            entered.reached = shown
        self._entered, self._sweeping = entered, True
        log.info("live view entered", extra={"generation": entered.generation, "building": entered.building})
        return dict(entered.positions)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`: each slice of a partition's records is one step, with the position behind it.

        A second reader at work is no trouble: what it has stored is left out here.
        """
        entered = self._state
        try:
            with store_errors():
                while True:
                    try:
                        self._apply(entered, messages, after)
                        break
                    except _Overtaken:
                        if not self._follow(entered):
                            raise
                self._after(entered, at_rest=False)
        except BrokenJournal as exc:
            raise StoreConflict(str(exc)) from exc

    def idle(self) -> None:
        """As `Store.idle`: a build may be at its end, a wipe be noticed, an old generation be deleted."""
        entered = self._state
        with store_errors():
            self._follow(entered)
            self._after(entered, at_rest=True)

    def close(self) -> None:
        """As `Store.close`. The connections stay with the client."""
        self._client.close()

    def give_up(self) -> None:
        """Delete what was built and is not shown. State: closed; it is not opened again."""
        if self._entered is not None and self._entered.building:
            with store_errors():
                self.generations.discard(self._entered.generation)
                while self.generations.sweep():
                    pass

    @property
    def _state(self) -> Entered:
        assert self._entered is not None, "the store is open"
        return self._entered

    def _enter(self) -> Entered:
        """Find where to go on. A rebuild goes on with the generation that it began, whatever came between."""
        before = self._entered if self._rebuild else None
        if before is None:
            return self.generations.enter(self._end, new=self._rebuild)
        current, building = self.generations.names()
        if before.generation not in (current, building):
            if current is None and building is None:  # wiped
                return self.generations.enter(self._end, new=True)
            raise StoreConflict("another build of the live view has begun since: this one gives up")
        before.positions = self.generations.positions(before.generation)
        if before.building and before.generation == current:
            self._is_shown(before)
        return before

    def _check(self, positions: Mapping[int, int]) -> None:
        """Refuse positions that the topic does not have: it was made again, or is another one."""
        for partition, end in self._end.before(positions).items():
            raise StoreConflict(
                f"the live view holds partition {partition} up to offset {positions[partition]}, but the journal ends"
                f" at {end}; if it was made again, `oryn live-view rebuild` makes the view anew"
            )

    def _decode(self, message: Message) -> Record:
        try:
            return self._codec.decode(message.value())
        except Malformed as exc:
            where = f"{message.topic()}/{message.partition()}, offset {message.offset()}"
            raise StoreConflict(f"{where}: {exc}") from exc

    def _follow(self, entered: Entered) -> bool:
        """Take over how far another reader has come. Returns: whether one has come further than this one.

        Raises: StoreUnavailable when Redis is behind, or holds another generation.
        """
        stored, before = self.generations.positions(entered.generation), entered.positions
        if entered.generation not in self.generations.names():
            raise StoreUnavailable("the live view was wiped or built anew")
        if any(stored.get(partition, 0) < position for partition, position in before.items()):
            raise StoreUnavailable("Redis has lost the end of what was stored")
        entered.positions = stored
        return stored != before

    def _apply(self, entered: Entered, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        work: dict[int, Work] = {}
        for message in messages:
            partition, offset = message.partition(), message.offset()
            assert partition is not None
            assert offset is not None
            if offset >= entered.positions.get(partition, 0):
                work.setdefault(partition, []).append((offset, self._decode(message)))
        for partition, records in work.items():
            for window, behind in _windows(records, after[partition]):
                self._window(entered, partition, window, behind)

    def _window(self, entered: Entered, partition: int, work: Work, after: int) -> None:
        """Load what some records of one partition name, and apply them slice by slice."""
        folds = self._load(entered, partition, [record for _, record in work])
        changes = {locality: Changes(fold) for locality, fold in folds.items()}
        touched: dict[str, None] = {}
        facts = 0
        for index, (_, record) in enumerate(work):
            fold_record(folds[record.locality], record)
            touched[record.locality] = None
            facts += 1 + len(record.facts)
            last = index + 1 == len(work)
            if facts >= SLICE_FACTS or last:
                following = after if last else work[index + 1][0]
                self._commit(entered, partition, following, [changes[locality].take() for locality in touched])
                touched.clear()
                facts = 0

    def _load(self, entered: Entered, partition: int, records: Sequence[Record]) -> dict[str, Loaded]:
        """What the records' facts name, as it stands in Redis. Two calls, whatever their number."""
        by_locality: dict[str, list[Record]] = {}
        for record in records:
            by_locality.setdefault(record.locality, []).append(record)
        names = {locality: Names() for locality in by_locality}
        for locality, own in by_locality.items():
            for record in own:
                names[locality].add(record)
        asked = [[key, [*each.applications], [*each.places], [*each.organisations]] for key, each in names.items()]
        reply = self._scripts("load", entered.generation, partition, _PACK(asked))
        if reply[0] != b"OK":
            raise StoreUnavailable("the live view was wiped or built anew")
        if int(reply[1] or 0) != entered.positions.get(partition, 0):
            raise _Overtaken("the live view stands elsewhere than this reader left it")
        folds = {}
        for index, (locality, wanted) in enumerate(names.items()):
            parts = reply[2 + 4 * index : 6 + 4 * index]
            folds[locality] = _fold(locality, wanted, parts, self._ratios)
        self._load_queues(entered, names, folds, by_locality)
        return folds

    def _load_queues(
        self,
        entered: Entered,
        names: Mapping[str, Names],
        folds: Mapping[str, Loaded],
        records: Mapping[str, list[Record]],
    ) -> None:
        asked = []
        for locality, fold in folds.items():
            wanted = names[locality].queues
            for application in fold.applications.values():
                if application is not None:
                    wanted[application.queue] = None
            asked.append([locality, [*wanted], fold.changes_ratio(records[locality])])
        reply = self._scripts("queues", entered.generation, _PACK(asked))
        for fold, words in zip(folds.values(), reply, strict=True):
            for first in range(0, len(words), QUEUE_FIELDS):
                fold.queues[words[first].decode()] = QueueState(*words[first + 1 : first + QUEUE_FIELDS])

    def _commit(self, entered: Entered, partition: int, following: int, changes: list[Any]) -> None:
        expected = entered.positions.get(partition, "")
        status = self._scripts("commit", entered.generation, partition, expected, following, _PACK(changes))
        if status != b"OK":
            raise _Overtaken("the live view was wiped or built anew, or another reader was quicker")
        entered.positions[partition] = following

    def _after(self, entered: Entered, *, at_rest: bool) -> None:
        """Show a build that has come to its end; delete something of what is retired."""
        if entered.building:
            passed = all(entered.positions.get(each, 0) >= end for each, end in entered.goal.items())
            if passed or (at_rest and self._end.reached(entered.positions, entered.goal)):
                self._show(entered, at_rest=at_rest)
        if self._sweeping:
            self._sweeping = self.generations.sweep()

    def _show(self, entered: Entered, *, at_rest: bool) -> None:
        """Show a build that has come to its goal, once it is not behind what is shown: until then it goes on."""
        showing = self.generations.show(entered.generation, entered.reached)
        if showing is Showing.BEHIND and at_rest:
            shown = self.generations.shown_positions()
            if self._end.reached(entered.positions, shown):
                entered.reached = shown
                showing = self.generations.show(entered.generation, shown)
        if showing is Showing.GONE:
            raise StoreUnavailable("another build of the live view has begun")
        if showing is Showing.SHOWN:
            self._is_shown(entered)

    def _is_shown(self, entered: Entered) -> None:
        entered.building, self._sweeping = False, True
        log.info("live view shown", extra={"generation": entered.generation})
        if self._shown is not None:
            self._shown()


def _windows(work: Work, after: int) -> Iterator[tuple[Work, int]]:
    """Records in parts of bounded weight, each with the position behind it. A record is never cut."""
    first, facts = 0, 0
    for index, (_, record) in enumerate(work):
        facts += 1 + len(record.facts)
        last = index + 1 == len(work)
        if facts >= WINDOW_FACTS or last:
            yield work[first : index + 1], after if last else work[index + 1][0]
            first, facts = index + 1, 0


def _fold(locality: str, names: Names, parts: Sequence[Any], ratios: Mapping[str, int]) -> Loaded:
    """A locality's loaded entries."""
    head, applications, places, organisations = parts
    fold = Loaded(locality, _head(head), ratios)
    fold.applications = dict(
        zip(names.applications, APPLICATIONS.decode(several(len(names.applications), applications)), strict=True)
    )
    fold.places = dict(zip(names.places, PLACES.decode(several(len(names.places), places)), strict=True))
    fold.organisations = dict(
        zip(names.organisations, ORGANISATIONS.decode(several(len(names.organisations), organisations)), strict=True)
    )
    return fold


def _head(words: Sequence[bytes | None]) -> Head:
    sequence, moment, digest, pack, ratio, arrivals, listed = words
    if sequence is None:
        return Head()
    assert moment is not None and digest is not None and pack is not None
    return Head(
        int(sequence),
        int(moment),
        digest.decode(),
        pack.decode(),
        int(ratio or 0),
        int(arrivals or 0),
        int(listed or 0),
    )
