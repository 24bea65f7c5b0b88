"""What the tests of the registers share: messages as the client gives them, what a schema holds and should hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from confluent_kafka import Message
from psycopg import sql

from consumers.registers.settings import RegistersSettings
from consumers.registers.store import JournalStore, StageStore
from schemas.codec import journal_codec, output_codec
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.outputs import ServiceStage
from streams.projections.projection import Projection
from tests.integration.pipeline.seasons import villages
from tests.unit.verification.seasons import Season

JOURNAL_CODEC = journal_codec(FrozenIds())
STAGE_CODEC = output_codec("service-stages", ServiceStage, FrozenIds())
Rows = list[tuple[Any, ...]]
# What differs between copies that hold the same.
OWN = {"about": ("copy", "made_at"), "positions": ("stored_at",)}


@cache
def campaign() -> tuple[Record, ...]:
    """Two villages in two zones through a month and more, as the campaign's families live it."""
    return villages(2).records


@cache
def lively() -> tuple[Record, ...]:
    """A town and a village in which every kind of event happens, also what is rare elsewhere; mixed with each other."""
    seasons = [Season(11, "710000000"), Season(12, "270000000")]
    for season in seasons:
        season.run(350)
    return tuple(sorted((record for season in seasons for record in season.records), key=lambda each: int(each.time)))


def stages_of(records: Iterable[Record]) -> list[ServiceStage]:
    """What the topic of the stages has."""
    projections: dict[str, Projection] = {}
    found = []
    for record in records:
        projection = projections.setdefault(record.locality, Projection(record.locality))
        found += [each for each in projection.project(record) if isinstance(each, ServiceStage)]
    return found


def messages_of(records: Iterable[Record], first: int = 0) -> list[Message]:
    """Records of one partition, as the client would give them."""
    return [
        Message(topic="journal", partition=0, offset=offset, value=JOURNAL_CODEC.encode(record))
        for offset, record in enumerate(records, first)
    ]


def stage_messages(stages: Iterable[ServiceStage]) -> list[Message]:
    """Stages of one partition, as the client would give them."""
    return [
        Message(topic="service-stages", partition=0, offset=offset, value=STAGE_CODEC.encode(stage))
        for offset, stage in enumerate(stages)
    ]


def journal_store(settings: RegistersSettings, topic: str = "journal", identity: str = "id-1") -> JournalStore:
    """The store of the journal."""
    return JournalStore(settings, topic, lambda: identity, JOURNAL_CODEC)


def stage_store(settings: RegistersSettings, identity: str = "id-2") -> StageStore:
    """The store of the stages."""
    return StageStore(settings, "service-stages", lambda: identity, STAGE_CODEC)


def fill(settings: RegistersSettings, records: Sequence[Record], batch: int = 500) -> None:
    """Write a journal and its stages straight into the stores: no Kafka, no fault."""
    store, stages = journal_store(settings), stage_store(settings)
    try:
        for each, messages in ((store, messages_of(records)), (stages, stage_messages(stages_of(records)))):
            each.open()
            for begin in range(0, len(messages), batch):
                part = messages[begin : begin + batch]
                each.take(part, {0: begin + len(part)})
    finally:
        store.close()
        stages.close()


@contextmanager
def asking(settings: RegistersSettings) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection of somebody who asks the registers."""
    with psycopg.connect(settings.url, autocommit=True, options=f"-csearch_path={settings.schema}") as connection:
        yield connection


def contents(settings: RegistersSettings, *, positions: bool = False) -> dict[str, Rows]:
    """All rows of all tables, sorted; without what two copies never share. `positions`: those, too."""
    with asking(settings) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY 1",
                [settings.schema],
            ).fetchall()
        ]
        assert len(names) > 15
        found: dict[str, Rows] = {}
        for name in names:
            if name == "positions" and not positions:
                continue
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
            assert cursor.description is not None
            kept = [at for at, each in enumerate(cursor.description) if each.name not in OWN.get(name, ())]
            found[name] = sorted((tuple(row[at] for at in kept) for row in cursor.fetchall()), key=repr)
    return found


def differences(here: Mapping[str, Rows], there: Mapping[str, Rows]) -> dict[str, tuple[Rows, Rows]]:
    """For each table that differs, some rows that only one of the two has."""
    wrong = {}
    for name in sorted({*here, *there}):
        one, other = here.get(name, []), there.get(name, [])
        if one != other:
            ones, others = set(map(repr, one)), set(map(repr, other))
            wrong[name] = (
                [row for row in one if repr(row) not in others][:3],
                [row for row in other if repr(row) not in ones][:3],
            )
    return wrong


def drop(settings: RegistersSettings) -> None:
    """Wipe a schema and those beside it."""
    with psycopg.connect(settings.url, autocommit=True) as connection:
        for each in (settings, settings.following, settings.replaced):
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(each.schema)))
