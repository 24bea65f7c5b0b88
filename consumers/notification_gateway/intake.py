"""Takes the topic `notifications` over into the delivery log. Never delivers.

From the transaction on that keeps a message and the position behind it, only PostgreSQL has to be there.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import psycopg
from confluent_kafka import Message

from consumers.notification_gateway.channels import Recipient
from consumers.notification_gateway.policy import SECOND_MS, Policy, deliver_by
from consumers.notification_gateway.stored import to_json
from consumers.notification_gateway.tables import GONE, INTAKE, connect, lock_class, upgrade
from consumers.reading.store import StoreConflict, StoreUnavailable
from schemas.codec import ValueCodec, output_codec
from schemas.errors import Malformed
from schemas.ids import SchemaIds
from schemas.outputs import Notification

log = logging.getLogger(__name__)
Cursor = psycopg.Cursor[tuple[Any, ...]]

TOPIC = "notifications"
# Several gateways share them; far more than there will be gateways. In the log: never change it.
SHARDS = 64
ERROR_CHARACTERS_MAX = 500
# Columns as they are, without defaults or keys; emptied by each commit.
ARRIVED = (
    "CREATE TEMP TABLE arrived (place int, id text, shard smallint, audience text, recipient text, kind text,"
    " locality text, at timestamptz, arrived_at timestamptz, deliver_by timestamptz, notification text)"
    " ON COMMIT DELETE ROWS"
)
TYPES = ["int4", "text", "int2", "text", "text", "text", "text", "timestamptz", "timestamptz", "timestamptz", "text"]
# In the order of the topic; a message that is known stays as it is.
KEEP = """
INSERT INTO messages (id, shard, audience, recipient, kind, locality, at, arrived_at, deliver_by, notification)
SELECT id, shard, audience, recipient, kind, locality, at, arrived_at, deliver_by, notification::json
FROM arrived ORDER BY place
ON CONFLICT (id) DO NOTHING
"""


def shard_of(recipient: Recipient) -> int:
    """The shard of a recipient."""
    return crc32(f"{recipient.audience}:{recipient.id}".encode()) % SHARDS


def moment(milliseconds: int) -> datetime:
    """A moment for PostgreSQL."""
    return datetime.fromtimestamp(milliseconds / SECOND_MS, UTC)


class Intake:
    """As `consumers.reading.store.Store`, for messages. `taken`: called after each commit, from the reader's thread."""

    def __init__(
        self,
        url: str,
        schema: str,
        topic: str,
        ids: SchemaIds,
        policy: Policy,
        taken: Callable[[int], None] = lambda count: None,
        identify: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`topic`: its full name; `identify`: its id (`schemas.topic_offsets.topic_id`), asked when it is opened; none:
        a topic that is made again under its name is not noticed. Connects to nothing."""
        self._url, self._schema, self._topic = url, schema, topic
        self._codec: ValueCodec[Notification] = output_codec(TOPIC, Notification, ids)
        self._policy, self._taken, self._identify = policy, taken, identify
        self._topic_id: str | None = None
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        # What this process believes; the log may be ahead of it when a second gateway runs.
        self._positions: dict[int, int] = {}

    def open(self) -> Mapping[int, int]:
        """As `Store.open`. Raises: StoreConflict when the topic is not the one that was taken over until now."""
        self.close()
        upgrade(self._url, self._schema)
        self._topic_id = self._identify()
        self._connection = connect(self._url, self._schema)
        with self._translated():
            with self._connection.cursor() as cursor:
                self._positions = self._stored(cursor)
                known = cursor.execute(
                    "SELECT DISTINCT topic_id FROM positions WHERE topic = %s AND topic_id <> %s",
                    [self._topic, self._topic_id],
                ).fetchall()
            self._connection.execute(ARRIVED)
        if known:
            raise StoreConflict(f"{self._topic} was made again: it is not the topic that was taken over until now")
        return dict(self._positions)

    def take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        """As `Store.take`. Offsets that another gateway has taken meanwhile are passed over."""
        connection = self._connection
        assert connection is not None, "opened"
        with self._translated(), connection.transaction(), connection.cursor() as cursor:
            # One at a time, so that numbers become visible in their order: delivery reads on from the last it saw.
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock_class(self._schema), INTAKE])
            stored = self._stored(cursor)
            for partition, known in self._positions.items():
                if stored.get(partition, 0) < known:  # restored from a copy, or told to begin anew
                    raise StoreUnavailable(f"{self._topic}/{partition}: the log went back from {known}")
            fresh = [each for each in messages if _offset(each) >= stored.get(_partition(each), 0)]
            if fresh:
                self._keep(cursor, fresh)
            positions = {each: max(offset, stored.get(each, 0)) for each, offset in after.items()}
            cursor.executemany(
                "INSERT INTO positions VALUES (%s, %s, %s, %s)"
                ' ON CONFLICT (topic, "partition") DO UPDATE'
                " SET next_offset = excluded.next_offset, topic_id = excluded.topic_id",
                [(self._topic, partition, offset, self._topic_id) for partition, offset in positions.items()],
            )
        self._positions.update(positions)
        self._taken(len(fresh))

    def idle(self) -> None:
        """As `Store.idle`: nothing waits here."""

    def close(self) -> None:
        """As `Store.close`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _stored(self, cursor: Cursor) -> dict[int, int]:
        found = cursor.execute('SELECT "partition", next_offset FROM positions WHERE topic = %s', [self._topic])
        return {int(partition): int(offset) for partition, offset in found}

    def _keep(self, cursor: Cursor, messages: Sequence[Message]) -> None:
        now = int(time.time() * SECOND_MS)
        arrived = moment(now)
        unreadable = []
        with cursor.copy("COPY arrived FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(TYPES)
            for place, message in enumerate(messages):
                try:
                    row = self._row(place, self._codec.decode(message.value()), now, arrived)
                except Malformed as exc:
                    unreadable.append((message, str(exc)))
                    continue
                copy.write_row(row)
        cursor.execute(KEEP)
        # One record that can't be read must not silence everybody: it is noted, counted, and passed.
        for message, error in unreadable:
            where = (self._topic, _partition(message), _offset(message))
            log.error("unreadable message", extra={"topic": where[0], "partition": where[1], "offset": where[2]})
            cursor.execute(
                "INSERT INTO unreadable VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (*where, arrived, error[:ERROR_CHARACTERS_MAX]),
            )

    def _row(self, place: int, found: Notification, now: int, arrived: datetime) -> tuple[Any, ...]:
        if "\0" in f"{found.id}{found.recipient}{found.locality}":  # PostgreSQL can't keep it; no id of ours has one
            raise Malformed("an id holds a NUL character")
        return (
            place,
            found.id,
            shard_of(Recipient(found.audience, found.recipient)),
            found.audience.value,
            found.recipient,
            found.kind.value,
            found.locality,
            moment(found.at),
            arrived,
            moment(deliver_by(found, now, self._policy)),
            to_json(found).decode(),
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except GONE as exc:
            raise StoreUnavailable(f"the delivery log is away: {exc}") from exc


def _partition(message: Message) -> int:
    partition = message.partition()
    assert partition is not None
    return partition


def _offset(message: Message) -> int:
    offset = message.offset()
    assert offset is not None
    return offset
