"""The delivery log as the engine uses it: one session that holds shards, loads what is pending, records results.

Owns the statements. The session that records is the session whose advisory locks hold the shards: when it is lost, both
are, so that nobody can record for a shard that is somebody else's by now (docs/decisions/026).
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

import psycopg
from msgspec import Struct

from consumers.notification_gateway.channels import Recipient
from consumers.notification_gateway.intake import SHARDS, moment
from consumers.notification_gateway.judging import State, Waiting
from consumers.notification_gateway.policy import SECOND_MS
from consumers.notification_gateway.stored import from_json
from consumers.notification_gateway.tables import GONE, MEMBER, lock_class, options
from consumers.reading.store import StoreUnavailable
from schemas.errors import Malformed
from schemas.outputs import Audience

# Messages of one recipient that are loaded at once.
RECIPIENT_MESSAGES = 50
# A server that is silent for longer is as good as gone.
ANSWER_S = 30.0

FIELDS = """
m.number, m.id, m.shard, m.audience, m.recipient, m.arrived_at, m.deliver_by, m.notification::text, m.attempts,
m.channel_attempts, m.channel, m.channel_since, m.given_up, m.next_attempt_at, m.last_error
"""
NEXT = f"""
SELECT m.* FROM unnest(%s::smallint[], %s::bigint[]) AS wanted (shard, after)
CROSS JOIN LATERAL (
    SELECT {FIELDS} FROM messages m
    WHERE m.state = 'PENDING' AND m.shard = wanted.shard AND m.number > wanted.after
    ORDER BY m.number LIMIT %s
) m
"""  # noqa: S608 - put together from constants
OF_RECIPIENTS = f"""
SELECT m.* FROM unnest(%s::text[], %s::text[]) AS wanted (audience, recipient)
CROSS JOIN LATERAL (
    SELECT {FIELDS} FROM messages m
    WHERE m.state = 'PENDING' AND m.audience = wanted.audience AND m.recipient = wanted.recipient
    ORDER BY m.number LIMIT %s
) m
"""  # noqa: S608 - put together from constants
# One statement is one transaction: an attempt and what follows from it are seen together or not at all.
RECORD = """
WITH changed AS (
    UPDATE messages m
    SET state = c.state, reason = c.reason, channel = c.channel,
        given_up = coalesce(string_to_array(nullif(c.given_up, ''), ','), '{}'),
        attempts = c.attempts, channel_attempts = c.channel_attempts, channel_since = c.channel_since,
        next_attempt_at = c.next_attempt_at, last_error = c.last_error, finished_at = c.finished_at,
        notification = CASE WHEN c.state = 'DELIVERED' THEN NULL ELSE m.notification END
    FROM unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::timestamptz[],
        %s::timestamptz[], %s::text[], %s::timestamptz[]
    ) AS c (id, state, reason, channel, given_up, attempts, channel_attempts, channel_since, next_attempt_at,
            last_error, finished_at)
    WHERE m.id = c.id AND m.state = 'PENDING'
    RETURNING m.id
), made AS (
    INSERT INTO attempts (message_id, number, at, channel, result, error, status, duration_ms)
    SELECT * FROM unnest(
        %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[]
    )
)
SELECT count(*) FROM changed
"""
CLAIMS = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = %s::bigint::oid AND objsubid = 2 AND granted AND (objid::bigint < %s OR objid::bigint = %s)
"""
# A row that is always there. Who can't record must not send.
WRITE = "UPDATE alembic_version SET version_num = version_num RETURNING 1"
# Whose time ends within so long is at risk; a message has at least the margin (an hour) from its arrival.
AT_RISK_MINUTES = 30
BACKLOG = """
SELECT count(*), min(arrived_at), count(*) FILTER (WHERE deliver_by < %s)
FROM messages WHERE state = 'PENDING'
"""


class Attempt(Struct, frozen=True):
    """An attempt whose result is known. `at` in milliseconds since 1970."""

    message_id: str
    number: int
    at: int
    channel: str
    result: str
    error: str | None
    status: int | None
    duration_ms: int


class LogDisagrees(StoreUnavailable):
    """A message that was recorded is not pending any more: somebody changed the log. What is in memory is void."""


class DeliveryLog:
    """One session, which begins with a write. Used by one event loop; its methods may be awaited by several tasks.

    Raises: StoreUnavailable.
    """

    def __init__(self, url: str, schema: str) -> None:
        """Connects to nothing."""
        self._url, self._schema = url, schema
        self._class = lock_class(schema)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def __aenter__(self) -> Self:
        with self._translated():
            self._connection = await psycopg.AsyncConnection.connect(self._url, **options(self._schema))
        try:
            await self._rows(WRITE, [])
            await self._rows("SELECT pg_advisory_lock_shared(%s, %s)", [self._class, MEMBER])
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    # ------------------------------------------------------------------------------------------------- shards

    async def claims(self) -> tuple[int, frozenset[int]]:
        """How many gateways there are, this one included, and which shards are held by any of them."""
        found = await self._rows(CLAIMS, [self._class % 2**32, SHARDS, MEMBER])
        members = sum(1 for (key,) in found if key == MEMBER)
        return members, frozenset(key for (key,) in found if key < SHARDS)

    async def claim(self, shards: Sequence[int]) -> list[int]:
        """Try to get shards; those that it got. State: it holds none of them."""
        found = await self._rows(
            "SELECT shard, pg_try_advisory_lock(%s, shard) FROM unnest(%s::int[]) AS wanted (shard)",
            [self._class, list(shards)],
        )
        return [shard for shard, got in found if got]

    async def release(self, shard: int) -> None:
        """Give a shard back. State: nothing of it is underway."""
        await self._rows("SELECT pg_advisory_unlock(%s, %s)", [self._class, shard])

    # -------------------------------------------------------------------------------------------------- rows

    async def load(self, after: Mapping[int, int], limit: int) -> list[Waiting]:
        """Pending messages of shards (shard -> behind which number), in their order: at most `limit` of each."""
        rows = await self._rows(NEXT, [list(after), list(after.values()), limit], binary=True)
        return sorted(map(_waiting, rows), key=_number)

    async def load_of(self, recipients: Collection[Recipient]) -> list[Waiting]:
        """The first `RECIPIENT_MESSAGES` pending messages of each recipient, in their order."""
        audiences, ids = [each.audience.value for each in recipients], [each.id for each in recipients]
        rows = await self._rows(OF_RECIPIENTS, [audiences, ids, RECIPIENT_MESSAGES], binary=True)
        return sorted(map(_waiting, rows), key=_number)

    async def record(self, messages: Sequence[Waiting], attempts: Sequence[Attempt]) -> None:
        """Keep what became of messages, and the attempts. Raises: LogDisagrees."""
        columns = [
            [each.id for each in messages],
            [each.state.value for each in messages],
            [None if each.reason is None else each.reason.value for each in messages],
            [each.channel for each in messages],
            [",".join(each.given_up) for each in messages],
            [each.attempts for each in messages],
            [each.channel_attempts for each in messages],
            [_optional(each.channel_since) for each in messages],
            [_optional(each.next_attempt_at) for each in messages],
            [each.last_error for each in messages],
            [_optional(each.finished_at) for each in messages],
            [each.message_id for each in attempts],
            [each.number for each in attempts],
            [moment(each.at) for each in attempts],
            [each.channel for each in attempts],
            [each.result for each in attempts],
            [each.error for each in attempts],
            [each.status for each in attempts],
            [each.duration_ms for each in attempts],
        ]
        ((count,),) = await self._rows(RECORD, columns)
        if count != len(messages):
            raise LogDisagrees(f"{len(messages) - count} messages are no longer pending in the delivery log")

    async def backlog(self, now: int) -> tuple[int, int | None, int]:
        """How many messages are pending, of all shards, when the oldest arrived, and how many are at risk.

        `now`: milliseconds since 1970.
        """
        soon = moment(now + AT_RISK_MINUTES * 60 * SECOND_MS)
        ((count, oldest, at_risk),) = await self._rows(BACKLOG, [soon])
        return count, None if oldest is None else _milliseconds(oldest), at_risk

    async def _rows(self, query: str, values: Sequence[Any], *, binary: bool = False) -> list[tuple[Any, ...]]:
        assert self._connection is not None, "entered"
        with self._translated():
            async with asyncio.timeout(ANSWER_S):
                cursor = self._connection.cursor(binary=binary)
                await cursor.execute(query, values)
                return await cursor.fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except GONE as exc:
            raise StoreUnavailable(f"the delivery log is away: {exc}") from exc
        except TimeoutError as exc:
            raise StoreUnavailable(f"the delivery log gave no answer for {ANSWER_S:g} s") from exc


def _number(message: Waiting) -> int:
    return message.number


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * SECOND_MS)


def _optional(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    """A row as a message. One whose stored form can't be read comes without it."""
    number, id_, shard, audience, recipient, arrived_at, by, stored, attempts = row[:9]
    channel_attempts, channel, channel_since, given_up, next_attempt_at, last_error = row[9:]
    try:
        notification = from_json(stored)
    except Malformed:
        notification = None
    return Waiting(
        number=number,
        id=id_,
        recipient=Recipient(Audience(audience), recipient),
        shard=shard,
        arrived_at=_milliseconds(arrived_at),
        deliver_by=_milliseconds(by),
        notification=notification,
        attempts=attempts,
        channel_attempts=channel_attempts,
        channel=channel,
        channel_since=None if channel_since is None else _milliseconds(channel_since),
        given_up=tuple(given_up),
        next_attempt_at=None if next_attempt_at is None else _milliseconds(next_attempt_at),
        last_error=last_error,
        state=State.PENDING,
    )
