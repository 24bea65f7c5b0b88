"""Follows the journal and publishes: the store behind `oryn reader bulletins` (see `consumers.reading`).

Its positions are kept beside the pages, in `state/`: of each locality the last record, its hash and what its
organisations are called, and of the topic where to go on. What a locality's state says is the truth: a position only
saves reading, and a record that was seen is passed over. So two of these readers at once, or one that was killed
anywhere, write the same files. Never folds an order: `order_board` asks the live view.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
from confluent_kafka import Message
from msgspec import Struct

from consumers.public_bulletins.model import LOCALITY, Names, issued_by
from consumers.public_bulletins.order_board import OrderBoard
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store import FileStore
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.codec import ValueCodec
from schemas.errors import BrokenJournal, Malformed, OrynError
from schemas.facts import BulletinIssued, OrganisationChanged
from schemas.journal import GENESIS_HASH, Record

log = logging.getLogger(__name__)

POSITIONS_PATH = "state/positions.txt"
# What is only read is noted that often; what is published, at once.
SAVE_S = 60.0
SAVE_IDLE_S = 1.0
EMPTY_STORE = "publish to an empty store (public.store)"


class LocalityState(Struct):
    """Up to where a locality was published, and what was learnt on the way."""

    sequence: int = 0
    hash: str = GENESIS_HASH
    names: dict[str, str] = msgspec.field(default_factory=dict)


class _Positions(Struct):
    """Where to go on reading: partition -> offset."""

    topic: str
    offsets: dict[int, int]


Kept = TypeVar("Kept", LocalityState, _Positions)


class BulletinStore:
    """The public pages as what a reader fills; `consumers.reading.store.Store`."""

    def __init__(
        self,
        topic: str,
        store: FileStore,
        site: Site,
        codec: "ValueCodec[Record]",
        clock: Callable[[], float],
        board: OrderBoard | None = None,
    ) -> None:
        """`topic`: the journal's full name. `clock`: seconds that only grow. `board`: None: no orders."""
        self._topic, self._store, self._site, self._codec, self._clock = topic, store, site, codec, clock
        self._board = board
        self._states: dict[str, LocalityState] = {}
        self._changed: set[str] = set()
        self._positions: dict[int, int] = {}
        self._saved_positions: dict[int, int] = {}
        self._from_beginning: set[int] = set()
        # Whether all that was taken is published: only then positions may be saved.
        self._whole = False
        self._saved_at = 0.0

    def open(self) -> Mapping[int, int]:
        """Look up where to go on. Raises: StoreUnavailable, StoreConflict, StoreRefused."""
        self._whole = False
        self._states.clear()
        self._changed.clear()
        self._site.forget()
        if self._board is not None:
            self._board.forget()
        self._store.check()
        data = self._store.get(POSITIONS_PATH)
        found = _Positions(self._topic, {}) if data is None else _decoded(data, _Positions, POSITIONS_PATH)
        if found.topic != self._topic:
            raise StoreConflict(
                f"the store's pages come from the topic {found.topic}, not {self._topic}; {EMPTY_STORE}"
            )
        if data is None:
            self._site.frame()
        self._positions = dict(found.offsets)
        self._saved_positions = dict(found.offsets)
        self._whole, self._saved_at = True, self._clock()
        return dict(found.offsets)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """Publish the bulletins of some records. Repeatable. Raises: StoreUnavailable, StoreConflict."""
        self._whole = False
        published = False
        for message in messages:
            published |= self._record(message)
        if published:
            self._site.finish()
        self._positions.update(after)
        self._whole = True
        if published or self._clock() - self._saved_at >= SAVE_S:
            self._save()
        if self._board is not None:
            self._board.step()

    def idle(self) -> None:
        """Note how far it is, and renew the orders."""
        if self._clock() - self._saved_at >= SAVE_IDLE_S:
            self._save()
        if self._board is not None:
            self._board.step()

    def close(self) -> None:
        """Note how far it is, if that is certain."""
        try:
            if self._whole:
                self._save()
        except OrynError as exc:
            log.warning("positions were not saved", extra={"reason": str(exc)})
        self._whole = False
        self._store.close()

    def _record(self, message: Message) -> bool:
        """Take a record. Returns: whether it brought a bulletin."""
        try:
            record = self._codec.decode(message.value())
        except Malformed as exc:
            raise StoreConflict(f"{self._topic}/{message.partition()}, offset {message.offset()}: {exc}") from exc
        if not LOCALITY.fullmatch(record.locality):
            raise StoreConflict(f"{self._topic}: a record of locality {record.locality[:32]!r}")
        state = self._state(record.locality)
        if record.sequence <= state.sequence:
            if record.sequence == state.sequence and record.hash != state.hash:
                raise self._other_journal(record)
            return False
        if record.sequence != state.sequence + 1:
            raise self._gap(record, state, message.partition())
        if record.previous_hash != state.hash:
            raise self._other_journal(record)
        published = False
        names = Names(state.names)
        for fact in record.facts:
            if isinstance(fact, OrganisationChanged):
                names.take(fact.organisation_id, fact.name)
                state.names = names.known
            elif isinstance(fact, BulletinIssued):
                try:
                    view = names.view(issued_by(record, fact))
                except BrokenJournal as exc:
                    raise StoreConflict(f"{exc}. `oryn verify` says more") from exc
                self._site.publish(view)
                published = True
        assert record.hash is not None
        state.sequence, state.hash = record.sequence, record.hash
        self._changed.add(record.locality)
        return published

    def _state(self, locality: str) -> LocalityState:
        state = self._states.get(locality)
        if state is None:
            path = state_path(locality)
            data = self._store.get(path)
            state = LocalityState() if data is None else _decoded(data, LocalityState, path)
            self._states[locality] = state
        return state

    def _gap(self, record: Record, state: LocalityState, partition: int | None) -> OrynError:
        """A state may be behind the positions only if another reader wrote it: then read this partition anew, once."""
        assert partition is not None
        where = f"record {record.sequence} of {record.locality} follows record {state.sequence}"
        if partition in self._from_beginning or partition not in self._saved_positions:
            return StoreConflict(f"{self._topic}: {where}: records are missing in the topic; {EMPTY_STORE}")
        self._from_beginning.add(partition)
        offsets = {each: offset for each, offset in self._saved_positions.items() if each != partition}
        self._store.put(POSITIONS_PATH, msgspec.json.encode(_Positions(self._topic, offsets)))
        return StoreUnavailable(f"{where}: its partition is read again from the beginning")

    def _other_journal(self, record: Record) -> StoreConflict:
        return StoreConflict(
            f"record {record.sequence} of {record.locality} does not follow what was published: the pages are of "
            f"another journal; {EMPTY_STORE}"
        )

    def _save(self) -> None:
        """States first: a position never is ahead of one."""
        for locality in sorted(self._changed):
            self._store.put(state_path(locality), msgspec.json.encode(self._states[locality]))
        self._changed.clear()
        if self._positions != self._saved_positions:
            self._store.put(POSITIONS_PATH, msgspec.json.encode(_Positions(self._topic, self._positions)))
            self._saved_positions = dict(self._positions)
        self._saved_at = self._clock()


def state_path(locality: str) -> str:
    """Where is kept up to where a locality was published."""
    return f"state/{locality}.txt"


def _decoded(data: bytes, kind: type[Kept], path: str) -> Kept:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError) as exc:
        raise StoreConflict(f"{path} is damaged: {exc}. Take the folder state/ away: it is made again") from exc
