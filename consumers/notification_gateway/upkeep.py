"""What an operator asks of the delivery log and does to it: figures, messages, anew, forget, read again. Delivers
nothing itself. Every function opens a connection of its own. Raises: StoreUnavailable."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.rows import class_row

from consumers.notification_gateway.intake import moment
from consumers.notification_gateway.judging import Reason, State
from consumers.notification_gateway.policy import SECOND_MS
from consumers.notification_gateway.tables import GONE, HEAD, INTAKE, connect, lock_class, version
from consumers.reading.store import StoreUnavailable
from schemas.errors import OrynError

FORGET_BATCH = 5_000

COUNTS = """
SELECT state, reason, channel, count(*) AS messages, min(arrived_at) AS oldest
FROM messages GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
ERRORS = """
SELECT last_error AS error, channel, count(*) AS messages FROM messages
WHERE state = 'PENDING' AND last_error IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1
"""
FOUND = """
SELECT id, kind, audience, recipient, locality, at, arrived_at, deliver_by, state, reason, channel, given_up, attempts,
       next_attempt_at, last_error, finished_at
FROM messages
WHERE (%(id)s::text IS NULL OR id = %(id)s) AND (%(recipient)s::text IS NULL OR recipient = %(recipient)s)
  AND (%(state)s::text IS NULL OR state = %(state)s) AND (%(kind)s::text IS NULL OR kind = %(kind)s)
ORDER BY number DESC LIMIT %(limit)s
"""
ATTEMPTS = """
SELECT message_id, number, at, channel, result, error, status, duration_ms FROM attempts
WHERE message_id = ANY(%s) ORDER BY message_id, number
"""
# Behind all others, so that a gateway that has read further meets them.
ANEW = """
UPDATE messages SET state = 'PENDING', reason = NULL, finished_at = NULL, channel = NULL, given_up = '{}',
    channel_attempts = 0, channel_since = NULL, next_attempt_at = NULL,
    deliver_by = greatest(deliver_by, now() + %(term_s)s * interval '1 second'),
    number = nextval(pg_get_serial_sequence('messages', 'number'))
WHERE state = 'UNDELIVERED' AND (%(ids)s::text[] IS NULL OR id = ANY(%(ids)s))
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
"""
FORGET = """
WITH old AS (
    SELECT id FROM messages WHERE state = 'DELIVERED' AND finished_at < %s LIMIT %s
), gone AS (
    DELETE FROM messages m USING old WHERE m.id = old.id AND m.state = 'DELIVERED' RETURNING m.id
), tried AS (
    DELETE FROM attempts a USING gone WHERE a.message_id = gone.id
)
SELECT count(*) FROM gone
"""


class NoLog(OrynError):
    """There is no delivery log where the settings say."""


class Count(Struct, frozen=True):
    """How many messages are in one state, for one reason, on one channel."""

    state: str
    reason: str | None
    channel: str | None
    messages: int
    oldest: datetime


class Trouble(Struct, frozen=True):
    """How many pending messages failed last by one class of error."""

    error: str
    channel: str | None
    messages: int


class Found(Struct, frozen=True, omit_defaults=True):
    """A message as the log has it."""

    id: str
    kind: str
    audience: str
    recipient: str
    locality: str
    at: datetime
    arrived_at: datetime
    deliver_by: datetime
    state: str
    reason: str | None
    channel: str | None
    given_up: list[str]
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    finished_at: datetime | None


class Tried(Struct, frozen=True):
    """An attempt as the log has it."""

    message_id: str
    number: int
    at: datetime
    channel: str
    result: str
    error: str | None
    status: int | None
    duration_ms: int


class Overview(Struct, frozen=True):
    """The log as a whole."""

    counts: list[Count]
    troubles: list[Trouble]
    unreadable: int

    def count(self, state: State) -> int:
        """How many messages are in a state."""
        return sum(each.messages for each in self.counts if each.state == state)


def overview(url: str, schema: str) -> Overview:
    """How many messages are where. Raises: NoLog."""
    with _log(url, schema) as log:
        unreadable = log.execute("SELECT count(*) FROM unreadable").fetchone()
        assert unreadable is not None
        return Overview(
            counts=log.cursor(row_factory=class_row(Count)).execute(COUNTS).fetchall(),
            troubles=log.cursor(row_factory=class_row(Trouble)).execute(ERRORS).fetchall(),
            unreadable=unreadable[0],
        )


def find(
    url: str,
    schema: str,
    *,
    id_: str | None = None,
    recipient: str | None = None,
    state: State | None = None,
    kind: str | None = None,
    limit: int,
) -> tuple[list[Found], list[Tried]]:
    """Messages, the newest first, and their attempts. Raises: NoLog."""
    wanted = {"id": id_, "recipient": recipient, "state": state, "kind": kind, "limit": limit}
    with _log(url, schema) as log:
        found = log.cursor(row_factory=class_row(Found)).execute(FOUND, wanted).fetchall()
        ids = [each.id for each in found]
        return found, log.cursor(row_factory=class_row(Tried)).execute(ATTEMPTS, [ids]).fetchall()


def deliver_anew(url: str, schema: str, *, ids: Sequence[str] | None, reason: Reason | None, term_s: float) -> int:
    """Have undelivered messages tried again on all channels, by `term_s` from now at least; how many. Raises: NoLog.

    They come behind all that wait by now: what was told later may have arrived before.
    """
    values = {"ids": None if ids is None else list(ids), "reason": reason, "term_s": term_s}
    with _log(url, schema) as log, log.transaction():
        log.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock_class(schema), INTAKE])
        count: int = log.execute(ANEW, values).rowcount
        return count


def forget(url: str, schema: str, keep_s: float) -> int:
    """Delete messages that were delivered longer ago than that, with their attempts; how many. Never one that waits or
    reached nobody. Raises: NoLog."""
    before, total = moment(int((time.time() - keep_s) * SECOND_MS)), 0
    with _log(url, schema) as log:
        while True:
            row = log.execute(FORGET, [before, FORGET_BATCH]).fetchone()
            assert row is not None
            count: int = row[0]
            total += count
            if count < FORGET_BATCH:
                return total


def read_again(url: str, schema: str) -> int:
    """Forget up to where the topic was read: it is read from its beginning, and messages that are known stay as they
    are. How many partitions that concerned. Raises: NoLog."""
    with _log(url, schema) as log, log.transaction():
        log.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock_class(schema), INTAKE])
        return log.execute("DELETE FROM positions").rowcount


@contextmanager
def _log(url: str, schema: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    if version(url, schema) != HEAD:
        raise NoLog(f"no delivery log of this version in schema {schema}: `oryn reader gateway` makes it")
    connection = connect(url, schema)
    try:
        yield connection
    except GONE as exc:
        raise StoreUnavailable(f"the delivery log is away: {exc}") from exc
    finally:
        connection.close()
