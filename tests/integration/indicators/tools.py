"""What the tests of the indicators share: rows as monitoring makes them, messages, stores, what a schema holds."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from confluent_kafka import Message
from psycopg import sql

from consumers.indicators.connection import Connection, connect
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.store import DeadLetterStore, IndicatorStore
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.indicators import IndicatorRow, IndicatorValue, Level, Window, row_id
from schemas.instants import Instant
from schemas.journal import Record
from schemas.murmur2 import partition_of
from streams.monitoring.partition import Partition

CODEC = output_codec("indicators", IndicatorRow, FrozenIds())
TABLES = ("measures", "subjects", "dead_letters")


def rows_of(records: Iterable[Record], partitions: int = 3, every: int = 60) -> list[IndicatorRow]:
    """What monitoring tells of a journal of so many partitions, when it tells what changed every so many records."""
    folds = [Partition(number) for number in range(partitions)]
    rows: list[IndicatorRow] = []
    for count, record in enumerate(records, start=1):
        fold = folds[partition_of(record.locality.encode(), partitions)]
        fold.fold(record, fold.next_offset)
        if count % every == 0:
            for each in folds:
                rows += [*each.take_final(), *each.take_changed()]
    for each in folds:
        rows += [*each.take_final(), *each.take_changed()]
    return rows


def messages_of(rows: Iterable[IndicatorRow], first: int = 0) -> list[Message]:
    """Rows of one partition of the topic, as the client would give them."""
    return [
        Message(topic="indicators", partition=0, offset=offset, value=CODEC.encode(row))
        for offset, row in enumerate(rows, first)
    ]


def store_of(settings: IndicatorsSettings, identity: str = "id-1", topic: str = "indicators") -> IndicatorStore:
    """The store of the topic."""
    return IndicatorStore(settings, topic, lambda: identity, CODEC)


def letter_store(settings: IndicatorsSettings) -> DeadLetterStore:
    """The store of dead letters."""
    return DeadLetterStore(settings, "dead-letters", lambda: "id-2")


def fill(settings: IndicatorsSettings, rows: Sequence[IndicatorRow], batch: int = 2_000) -> None:
    """Write rows straight into the store: no Kafka, no fault."""
    store, messages = store_of(settings), messages_of(rows)
    try:
        store.open()
        for begin in range(0, len(messages), batch):
            part = messages[begin : begin + batch]
            store.take(part, {0: begin + len(part)})
    finally:
        store.close()


def contents(settings: IndicatorsSettings) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but positions, in order."""
    connection = connect(settings, "test")
    try:
        found = {}
        for name in TABLES:
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
            found[name] = sorted(cursor.fetchall(), key=repr)
        return found
    finally:
        connection.close()


def asking(settings: IndicatorsSettings) -> Connection:
    """A connection of somebody who asks; to be closed."""
    return connect(settings, "test")


def drop(settings: IndicatorsSettings) -> None:
    """Wipe a schema."""
    with psycopg.connect(settings.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(settings.schema)))


def row(  # made by hand
    level: Level,
    subject: str,
    starts: str,
    *values: IndicatorValue,
    window: Window = Window.DAY,
    partition: int = 0,
    through: int = 1,
    final: bool = False,
    locality: str | None = None,
) -> IndicatorRow:
    """A row; its `until` is as many minutes after 2021 began as `through` says."""
    until = Instant(1_609_459_200_000 + 60_000 * through)
    named = row_id(level, subject, locality, window, starts, partition)
    return IndicatorRow(named, level, subject, window, starts, partition, through, until, final, values, locality)
