"""The stores that the reader fills: indicators as their topic has them, and dead letters, counted.

A batch is one transaction: positions, rows, the newest of each subject. Of a row that comes more than once the one
with the largest `through` stays, so the order of records, repeats and two writers of the topic change nothing. Old
windows of an hour and of a day are dropped when there is nothing else to do. Never decides, and adds nothing up.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from consumers.indicators.adding import figures_json
from consumers.indicators.connection import Connection, connect, store_errors
from consumers.indicators.retention import drop_old
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.tables import upgrade
from consumers.reading.store import StoreConflict, StoreUnavailable
from consumers.registers import positions
from consumers.registers.positions import Origin
from schemas.codec import ValueCodec
from schemas.dead_letter_headers import unwrap
from schemas.errors import Malformed
from schemas.indicators import IndicatorRow, Level
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN
from schemas.message_headers import headers_of
from schemas.zones import EPOCH_ORDINAL, zone_of

INDICATORS, DEAD_LETTERS = "indicators", "dead-letters"
# What a crash of the server may lose is whole transactions with their positions: they are made again from the topic.
_BEGIN: Final = "BEGIN; SET LOCAL synchronous_commit = off"
# A look for old windows asks every subject; more often would find nothing new.
CLEAN_EVERY_S: Final = 60.0

_KEY: Final = 'level, subject, locality, "window", partition, late, starts'
_ARRIVED: Final = (
    'CREATE TEMPORARY TABLE arrived (level text, subject text, locality text, "window" text, partition integer,'
    " late text, starts timestamp, final boolean, through bigint, until timestamptz, figures text)"
    " ON COMMIT DELETE ROWS"
)
_TYPES: Final = (
    "text", "text", "text", "text", "int4", "text", "timestamp", "bool", "int8", "timestamptz", "text",
)  # fmt: skip
# In the order of the key: two writers never wait for each other in a circle, and indexes are filled from left to right.
_KEEP: Final = f"""
INSERT INTO measures AS m ({_KEY}, final, through, until, figures)
SELECT {_KEY}, final, through, until, figures::jsonb FROM arrived ORDER BY {_KEY}
ON CONFLICT ({_KEY}) DO UPDATE
SET (final, through, until, figures) = ROW (excluded.final, excluded.through, excluded.until, excluded.figures)
WHERE m.through < excluded.through OR (m.through = excluded.through AND m.figures <> excluded.figures)
"""  # noqa: S608
_SUBJECTS: Final = """
INSERT INTO subjects AS s (level, subject, locality, partition, late, until, newest)
SELECT level, subject, locality, partition, late, max(until), max(starts) FROM arrived
WHERE "window" IN ('HOUR', 'DAY')
GROUP BY level, subject, locality, partition, late ORDER BY level, subject, locality, partition, late
ON CONFLICT (level, subject, locality, partition, late) DO UPDATE
SET until = greatest(s.until, excluded.until), newest = greatest(s.newest, excluded.newest)
WHERE s.until < excluded.until OR s.newest < excluded.newest
"""
_COUNT: Final = (
    "INSERT INTO dead_letters AS d (day, locality, publisher, topic, cause, count) VALUES (%s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (day, locality, publisher, topic, cause) DO UPDATE SET count = d.count + excluded.count"
)


class _TopicStore:
    """What both stores share: the connection and the positions of one topic."""

    source: str

    def __init__(self, settings: IndicatorsSettings, topic: str, identify: Callable[[], str]) -> None:
        """Connect to nothing yet. `topic`: its full name; `identify` asks for its id."""
        self._settings, self.topic, self._identify = settings, topic, identify
        self._origin = Origin(self.source, topic, "", "indicators")
        self._connection: Connection | None = None
        self._here: dict[int, int] = {}

    def open(self) -> Mapping[int, int]:
        """As `Store.open`. Makes the tables that are missing."""
        self.close()
        # First: where there is no such topic, no schema is made.
        self._origin = Origin(self.source, self.topic, self._identify(), "indicators")
        upgrade(self._settings)
        self._connection = connect(self._settings, f"indicators {self.source}")
        with store_errors():
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


class IndicatorStore(_TopicStore):
    """The indicators, as monitoring tells them."""

    source = INDICATORS

    def __init__(
        self, settings: IndicatorsSettings, topic: str, identify: Callable[[], str], codec: ValueCodec[IndicatorRow]
    ) -> None:
        """As for every topic; `codec`: its values'."""
        super().__init__(settings, topic, identify)
        self._codec = codec
        # Whether old windows may have come since they were last dropped, and when that was.
        self._unclean, self._cleaned_at = True, -CLEAN_EVERY_S

    def _opened(self, connection: Connection) -> None:
        connection.execute(_ARRIVED)
        self._unclean = True

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`. Raises: StoreConflict for what is no row of indicators."""
        rows = _newest(self._decoded(message) for message in messages)
        cells = [_cells(row) for row in rows]
        with self._transaction(after) as connection:
            with connection.cursor() as cursor, cursor.copy("COPY arrived FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_TYPES)
                for each in cells:
                    copy.write_row(each)
            connection.execute(_KEEP)
            connection.execute(_SUBJECTS)
        self._unclean = True

    def idle(self) -> None:
        """Drop some of the windows that are kept no longer."""
        connection = self._connection
        if connection is None or not self._unclean or time.monotonic() - self._cleaned_at < CLEAN_EVERY_S:
            return
        with store_errors():
            if not drop_old(connection, self._settings):
                self._unclean, self._cleaned_at = False, time.monotonic()

    def _decoded(self, message: Message) -> IndicatorRow:
        try:
            return self._codec.decode(message.value())
        except Malformed as exc:
            raise StoreConflict(f"partition {message.partition()}, offset {message.offset()}: {exc}") from exc


class DeadLetterStore(_TopicStore):
    """Dead letters by day, locality, publisher, topic and cause. Reads their headers only: values are anybody's."""

    source = DEAD_LETTERS

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`."""
        counted = Counter(_letter(message) for message in messages)
        with self._transaction(after) as connection, connection.cursor() as cursor:
            cursor.executemany(_COUNT, [(*each, count) for each, count in sorted(counted.items())])


def _newest(rows: Iterable[IndicatorRow]) -> Iterable[IndicatorRow]:
    """Of each row the newest; of equally new ones the last, which a newer version of monitoring may have counted."""
    found: dict[str, IndicatorRow] = {}
    for row in rows:
        known = found.get(row.id)
        if known is None or known.through <= row.through:
            found[row.id] = row
    return found.values()


def _cells(row: IndicatorRow) -> tuple[Any, ...]:
    try:
        starts = datetime.fromisoformat(row.starts)
    except ValueError as exc:
        raise StoreConflict(f"{row.id}: {row.starts!r} is no moment of local time") from exc
    part = row.level in (Level.NATION, Level.REGION)
    locality = row.locality or ""
    return (
        row.level.value, row.subject, "" if part else locality, row.window.value, row.partition,
        locality if part else "", starts, row.final, row.through, row.until, figures_json(row.values),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ dead letters

PUBLISHER_HEADER: Final = "ce_source"
PUBLISHER_CHARACTERS_MAX: Final = 256
LOCALITY_LENGTH: Final = 9
# A record of the topic that no worker wrote.
STRANGER: Final = "NO_DEAD_LETTER"
NATION: Final = ""
NO_DAY: Final = date(1, 1, 1)


def _letter(message: Message) -> tuple[date, str, str, str, str]:
    """Day (of the locality's time), locality, publisher, topic and cause of a dead letter; empty where unknown."""
    key = message.key()
    text = key.decode(errors="replace") if isinstance(key, bytes) else ""
    locality = text if len(text) == LOCALITY_LENGTH and text.isascii() and text.isdecimal() else NATION
    kind, moment = message.timestamp()
    written = moment if kind != TIMESTAMP_NOT_AVAILABLE else None
    try:
        found = unwrap(headers_of(message))
    except Malformed:
        return _day(locality, written), locality, "", "", STRANGER
    day = _day(locality, found.origin.timestamp, written)
    return day, locality, _publisher(found.headers), _kept(found.origin.topic), found.cause.value


def _day(locality: str, *moments: int | None) -> date:
    """The local day of the first moment that is one; a sender may write any."""
    for moment in moments:
        if moment is not None and EVENT_TIME_MIN <= moment < EVENT_TIME_MAX:
            return date.fromordinal(zone_of(locality).day_of(moment) + EPOCH_ORDINAL)
    return NO_DAY


def _publisher(headers: Sequence[tuple[str, str | bytes | None]]) -> str:
    """Who says to have sent the record; empty where nobody does."""
    values = [value for name, value in headers if name == PUBLISHER_HEADER]
    if not values:
        return ""
    value = values[-1]
    return _kept(value.decode(errors="replace") if isinstance(value, bytes) else value or "")


def _kept(text: str) -> str:
    """What PostgreSQL can keep of foreign text."""
    return text[:PUBLISHER_CHARACTERS_MAX].encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
