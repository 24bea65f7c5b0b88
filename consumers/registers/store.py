"""The stores that readers fill: what the journal says, and the stages of the service. Each has its own connection.

A batch is one transaction: positions, rows, versions, movements, heads of localities. Between batches nothing is
remembered but where the topic is; the rows that a batch needs are loaded in its transaction. Never decides, and never
goes on over a contradiction.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from confluent_kafka import Message
from msgspec import Struct
from psycopg.errors import UniqueViolation

from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.register_files.fold import LocalityRegisters
from consumers.register_files.rows import LocalityRow
from consumers.registers import positions
from consumers.registers.connection import Connection, connect, store_errors
from consumers.registers.loading import Names, load_heads, load_rows
from consumers.registers.positions import Origin
from consumers.registers.saving import STAGE_COLUMNS, STAGE_KEY, Changes, Writer, stage_cells
from consumers.registers.settings import RegistersSettings
from consumers.registers.upgrading import make_ready
from schemas.codec import ValueCodec
from schemas.errors import BrokenJournal, Malformed
from schemas.journal import GENESIS_HASH, Record
from schemas.outputs import ServiceStage

Value = TypeVar("Value", bound=Struct)
log = logging.getLogger(__name__)

# What a crash of the server may lose is whole transactions with their positions: they are made again from the topic.
_BEGIN = "BEGIN; SET LOCAL synchronous_commit = off"
# Every row that is asked for is named by its key, so a look-up by index for each is right, whatever the statistics say:
# a plan made for full tables, or for empty ones, would read whole tables for a batch. Plans are made anew for tables as
# they are; kept ones were made when they were smaller. With plans forbidden, costs look high, and PostgreSQL would
# compile each query.
_PLANS = (
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),"
    " set_config('enable_mergejoin', 'off', false), set_config('enable_bitmapscan', 'off', false),"
    " set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_custom_plan', false)"
)


class _TopicStore:
    """What both stores share: the connection and the positions of one topic."""

    source: str

    def __init__(self, settings: RegistersSettings, topic: str, identify: Callable[[], str]) -> None:
        """Connect to nothing yet. `topic`: its full name; `identify` asks for its id."""
        self._settings, self.topic, self._identify = settings, topic, identify
        self._origin = Origin(self.source, topic, "")
        self._connection: Connection | None = None
        self._here: dict[int, int] = {}

    def open(self) -> Mapping[int, int]:
        """As `Store.open`. Applies migrations that are pending."""
        self.close()
        # First: where there is no such topic, no schema is made.
        self._origin = Origin(self.source, self.topic, self._identify())
        make_ready(self._settings)
        self._connection = connect(self._settings, f"registers {self.source}")
        with store_errors():
            self._connection.execute(_PLANS)
            self._here = positions.read(self._connection, self._origin)
        self._opened(self._connection)
        return dict(self._here)

    def _opened(self, connection: Connection) -> None:
        """A new connection is there."""

    def idle(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """As `Store.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self, after: Mapping[int, int]) -> Iterator[Connection]:
        """One transaction that goes from the stored positions to `after`. Raises: StoreUnavailable, StoreConflict."""
        connection = self._connection
        if connection is None:
            raise StoreUnavailable("the store is not open")
        with store_errors():
            try:
                connection.execute(_BEGIN)
                positions.move(connection, self._origin, self._here, after)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Whatever it was: the next batch begins with a new connection and the positions that are stored.
                connection.close()
                raise
        self._here.update(after)


class JournalStore(_TopicStore):
    """The registers, as the journal makes them."""

    source = "journal"

    def __init__(
        self, settings: RegistersSettings, topic: str, identify: Callable[[], str], codec: ValueCodec[Record]
    ) -> None:
        """As for every topic; `codec`: its values'."""
        super().__init__(settings, topic, identify)
        self._codec = codec
        self._writer: Writer | None = None

    def _opened(self, connection: Connection) -> None:
        self._writer = Writer(connection)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`. Raises: BrokenJournal for what is no record, or follows no record."""
        records = [_decoded(self._codec, message) for message in messages]
        names = Names(records)
        with self._transaction(after) as connection:
            assert self._writer is not None, "opened"
            heads = load_heads(connection, names.localities)
            rows = load_rows(connection, names)
            changes = Changes()
            changes.loaded(rows)
            folds = {each: _resumed(each, heads.get(each), changes) for each in names.localities}
            for row in rows:
                folds[row.locality].know((row,))  # type: ignore[arg-type]  # only rows that change are loaded
            begun: set[str] = set()
            for record in records:
                fold = folds[record.locality]
                if record.locality not in begun:
                    begun.add(record.locality)
                    _check_follows(record, fold.summary)
                changes.changed(fold.take(record))
                changes.issued(record)
            self._writer.save(changes, (fold.summary for fold in folds.values()))


class StageStore(_TopicStore):
    """The stages of the service, as their topic has them."""

    source = "service-stages"

    def __init__(
        self, settings: RegistersSettings, topic: str, identify: Callable[[], str], codec: ValueCodec[ServiceStage]
    ) -> None:
        """As for every topic; `codec`: its values'."""
        super().__init__(settings, topic, identify)
        self._codec = codec
        self._writer: Writer | None = None

    def _opened(self, connection: Connection) -> None:
        self._writer = Writer(connection)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`: a stage that was told before is not told again. Raises: BrokenJournal for what is none."""
        rows = [stage_cells(_decoded(self._codec, message)) for message in messages]
        with self._transaction(after) as connection:
            assert self._writer is not None, "opened"
            try:
                with connection.transaction():
                    self._writer.copy("stages", STAGE_COLUMNS, rows)
            except UniqueViolation:  # rare: the fan-out told its stages anew, from the beginning
                self._writer.add_missing("stages", STAGE_COLUMNS, STAGE_KEY, rows)


def _resumed(locality: str, head: LocalityRow | None, changes: Changes) -> LocalityRegisters:
    fold = LocalityRegisters(locality, changes)
    if head is not None:
        fold.resume(head)
    return fold


def _check_follows(record: Record, stored: LocalityRow) -> None:
    """Hold the first record of a locality against what is stored. Raises: StoreConflict."""
    if record.sequence != stored.records + 1 or record.previous_hash != (stored.head or GENESIS_HASH):
        raise StoreConflict(
            f"the registers hold {record.locality} up to record {stored.records} with hash {stored.head[:16]}, but the"
            f" journal goes on with record {record.sequence} behind {record.previous_hash[:16]}: they are of another"
            " journal. `oryn verify kafka:` checks the journal, `oryn registers rebuild` makes the registers anew"
        )


def _decoded(codec: ValueCodec[Value], message: Message) -> Value:
    try:
        return codec.decode(message.value())
    except Malformed as exc:
        raise BrokenJournal(f"partition {message.partition()}, offset {message.offset()}: {exc}") from exc
