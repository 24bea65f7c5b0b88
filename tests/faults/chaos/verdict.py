"""What must be true at the end, whatever happened: of the inputs, the journal, what was told, and each reader's copy.

Each check gives what it counted, or raises; all of them run, so that a report shows every one.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from consumers.indicators.settings import IndicatorsSettings
from consumers.notification_gateway.tables import connect
from infra.commands import verify
from infra.readers.indicators import indicators_settings
from infra.readers.registers import registers_settings
from infra.settings import Settings
from infra.settings_services import redis_url
from schemas.cloudevents import RawHeaders, read_event
from schemas.codec import event_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.journal import Record
from schemas.outputs import Notification
from schemas.topic_reading import TopicReading
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from tests.faults.chaos.traffic import At
from tests.integration.indicators import tools as indicators
from tests.integration.live_view import live
from tests.integration.live_view import tools as live_view
from tests.integration.pipeline.checks import read_told, told_of, told_once
from tests.integration.registers import tools as registers

FRESH: Final = "chaos_fresh"


@dataclass(frozen=True)
class Finding:
    """One promise. `said`: what was counted, or what is wrong."""

    promise: str
    held: bool
    said: str


@dataclass(frozen=True)
class World:
    """All that a run leaves. `kafka`: the brokers past the proxy; `records`: as they were read while it ran."""

    settings: Settings
    kafka: str
    bulletins: Path
    messages: Path
    ledger: Mapping[At, tuple[str, float]]
    records: Sequence[Record]

    @property
    def prefix(self) -> str:
        """Before each topic's name."""
        return self.settings.kafka.topic_prefix

    @property
    def by_locality(self) -> dict[str, list[Record]]:
        """The journal, each locality in its order."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            found.setdefault(record.locality, []).append(record)
        return found


def judge(world: World) -> list[Finding]:
    """Look at everything."""
    promises: dict[str, Callable[[World], str]] = {
        "every confirmed event has exactly one outcome": _each_once,
        "the journal is what the rules make of the inputs in the order taken; state = fold": _decided_right,
        "an independent check of journal, inputs and bulletins": _verified,
        "messages, outcomes, referrals, stages, bulletins: each once, in order": _told_once,
        "registers equal a fresh copy": _registers_equal,
        "live view equals a fresh copy": _live_view_equal,
        "indicators equal a fresh copy": _indicators_equal,
        "every message was delivered, with its id": _delivered,
    }
    findings = []
    for promise, check in promises.items():
        try:
            findings.append(Finding(promise, True, check(world)))
        except Exception as exc:  # noqa: BLE001 - the report shows it, and the run fails
            findings.append(Finding(promise, False, f"{type(exc).__name__}: {exc}"[:2_000]))
    return findings


def _each_once(world: World) -> str:
    answered = Counter(
        (each.cause.topic, each.cause.partition, each.cause.offset) for each in world.records if each.cause.topic
    )
    assert max(answered.values()) == 1, answered.most_common(3)
    lost = [at for at in world.ledger if at not in answered]
    assert not lost, f"{len(lost)} confirmed events have no outcome, for example {lost[0]}: {world.ledger[lost[0]]}"
    return f"{len(world.ledger):,} confirmed events, {len(answered):,} outcomes, {len(world.records):,} records"


def _inputs(world: World) -> dict[At, Event]:
    found: dict[At, Event] = {}
    for topic in EVENTS_BY_TOPIC:
        codec = event_codec(topic, FrozenIds())
        with TopicReading({"bootstrap.servers": world.kafka}, world.prefix + topic) as reading:
            for each in reading:
                partition, offset = cast("int", each.partition()), cast("int", each.offset())
                moment, headers = each.timestamp()[1], cast("RawHeaders", each.headers())
                event = read_event(topic, codec, each.key(), headers, each.value(), moment, partition, offset)
                found[topic, partition, offset] = event
    return found


def _decided_right(world: World) -> str:
    events = _inputs(world)
    for locality, records in world.by_locality.items():
        book, expected = Book(locality, KZ_2020), list[Record]()
        fold = Book(locality, KZ_2020)
        for record in records:
            cause = record.cause
            if cause.topic is not None and cause.partition is not None and cause.offset is not None:
                expected += book.handle(events[cause.topic, cause.partition, cause.offset])
            fold.apply(record)
        assert [each.hash for each in expected] == [each.hash for each in records], f"{locality}: decided otherwise"
        assert fold.snapshot() == book.snapshot(), f"{locality}: the state is not that of the journal"
    return f"{len(events):,} events decided once more in {len(world.by_locality)} localities: the same hashes"


def _verified(world: World) -> str:
    code = verify.command("kafka:", world.bulletins, quiet=True, inputs=True, kafka=world.kafka, prefix=world.prefix)
    assert code == 0, f"oryn verify kafka: --inputs --bulletins ended with {code}"
    return f"{len(list(world.bulletins.glob('*/bulletin-*.json'))):,} bulletins"


def _told_once(world: World) -> str:
    wanted = told_of(record for records in world.by_locality.values() for record in records)
    return f"{told_once(read_told({'bootstrap.servers': world.kafka}, world.prefix), wanted):,} records"


def _registers_equal(world: World) -> str:
    own = registers_settings(world.settings)
    fresh = replace(own, schema=FRESH)
    registers.drop(fresh)
    registers.fill(fresh, world.records, batch=5_000)
    there, here = registers.contents(own), registers.contents(fresh)
    registers.drop(fresh)
    wrong = registers.differences(there, here)
    assert not wrong, wrong
    return f"{sum(len(rows) for rows in here.values()):,} rows in {len(here)} tables"


def _live_view_equal(world: World) -> str:
    with live.client_of(redis_url(world.settings)) as client:
        live_view.fill(live_view.store_of(client, FRESH), live_view.messages_of(world.records))
        there, here = live.shown(client, world.settings), live_view.contents(client, FRESH)
        live_view.store_of(client, FRESH).generations.forget()
    del here[live.POSITIONS]
    wrong = [name for name in {*there, *here} if there.get(name) != here.get(name)]
    assert not wrong, f"{len(wrong)} of {len(here)} keys differ, for example {wrong[0]}"
    return f"{len(here):,} keys"


def _indicators_equal(world: World) -> str:
    own = indicators_settings(world.settings)
    fresh = replace(own, schema=FRESH)
    indicators.drop(fresh)
    assert world.settings.kafka.partitions is not None
    indicators.fill(fresh, indicators.rows_of(world.records, world.settings.kafka.partitions, every=5_000))
    there, here = _measures(own), _measures(fresh)
    indicators.drop(fresh)
    assert there == here, f"{len(there ^ here)} rows differ, for example {min(there ^ here)[:500]}"
    return f"{len(here):,} rows"


def _measures(where: IndicatorsSettings) -> set[str]:
    """All rows, but for the offset up to which each was counted: the copy is made of records without markers."""
    connection = indicators.asking(where)
    try:
        cursor = connection.execute("SELECT * FROM measures")
        names = [each.name for each in cursor.description or ()]
        return {
            repr([each for name, each in zip(names, row, strict=True) if name != "through"])
            for row in cursor.fetchall()
        }
    finally:
        connection.close()


def _delivered(world: World) -> str:
    told = set[str]()
    for locality, records in world.by_locality.items():
        projection = Projection(locality)
        for record in records:
            told |= {each.id for each in projection.project(record) if isinstance(each, Notification)}
    with connect(world.settings.postgres.url or "", world.settings.schema("gateway")) as connection:
        logged = dict(connection.execute("SELECT id, state FROM messages").fetchall())
    files = sorted(world.messages.rglob("*.jsonl"))
    arrived = Counter(json.loads(line)["data"]["id"] for file in files for line in file.read_bytes().splitlines())
    assert set(logged) == told, f"{len(told - set(logged))} lost, {len(set(logged) - told)} of nobody"
    assert set(logged.values()) <= {"DELIVERED"}, Counter(logged.values())
    assert set(arrived) == told, f"{len(told - set(arrived))} never arrived"
    return f"{len(told):,} messages, {sum(arrived.values()) - len(arrived)} of them repeated with their id"
