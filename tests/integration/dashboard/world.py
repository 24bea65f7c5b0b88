"""A world for the dashboard's tests: two localities in two zones, one of which says only hostile things, in registers,
indicators and live view; and the dashboard over it, asked in this process as whoever a test wants to be.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import psycopg
import redis as client_library
from confluent_kafka import Message
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from psycopg import sql
from starlette.requests import Request
from starlette.testclient import TestClient

from consumers.dashboard.access import NOBODY, Viewer
from consumers.dashboard.app import Dashboard
from consumers.dashboard.figures import Figures
from consumers.dashboard.pages import Page
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.sources import Sources, StoreSettings
from consumers.dashboard.watching import Probe
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.store import INDICATORS, IndicatorStore
from consumers.live_view.generations import Generations
from consumers.live_view.scripts import Scripts
from consumers.live_view.view import LiveView
from consumers.registers.settings import RegistersSettings
from infra.dashboard_parts import probes
from schemas import events as e
from schemas.codec import output_codec
from schemas.ids import FrozenIds
from schemas.indicators import IndicatorRow
from schemas.journal import Record
from tests.integration.live_view.tools import fill as fill_live_view
from tests.integration.live_view.tools import messages_of, store_of
from tests.integration.registers.tools import drop
from tests.integration.registers.tools import fill as fill_registers
from tests.unit.monitoring.folding import fold
from tests.unit.verification.seasons import Season

HOME, AWAY = "710000000", "270000000"
STEPS = 200
SECRET = "of the tests, and long enough for them"  # noqa: S105
CODEC = output_codec("indicators", IndicatorRow, FrozenIds())
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;]]></script></name>",
    '=HYPERLINK("http://evil")',
    "+1-1",
    "-2+3",
    "@SUM(A1)",
    "\uff1d1+1",
    "\u202egnirts \u200b hidden",
    "../../etc/passwd",
    'a, "b"\nc',
    "javascript:alert(1)",
    "%{x}$(x)`x`",
)
PROFILES = {"SPEECH": '<b onclick="x">SPEECH', "SIGHT": "SIGHT'&\"><i>"}


class HostileSeason(Season):
    """A season in which every text that an event may bring is hostile."""

    def send(self, data: e.EventData, event_id: str | None = None) -> None:
        """One event, with its words replaced."""
        nasty = NASTY[self.count % len(NASTY)]
        changed: dict[str, Any] = {}
        for name in data.__struct_fields__:
            value = getattr(data, name)
            if name in ("name", "number") or (name == "reason" and type(value) is str):
                changed[name] = nasty
            elif name == "missing":
                changed[name] = (nasty, NASTY[0])
            elif name == "profile" and value in PROFILES:
                changed[name] = PROFILES[value]
            elif name == "profiles":
                changed[name] = tuple(PROFILES.get(each, each) for each in value)
        before = len(self.events)
        super().send(replace(data, **changed), event_id)
        assert len(self.events) == before + 1


@cache
def journal() -> tuple[Record, ...]:
    """All records, mixed as they came."""
    seasons = [HostileSeason(11, HOME), Season(12, AWAY)]
    for season in seasons:
        season.run(STEPS)
    return tuple(sorted((each for season in seasons for each in season.records), key=lambda each: int(each.time)))


@dataclass
class World:
    """Where everything is. `viewer`: who asks next."""

    postgres: str
    registers: RegistersSettings
    indicators: IndicatorsSettings
    redis: str
    keys: str
    viewer: Viewer = NOBODY
    asked: list[str] = field(default_factory=list)

    def rows(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """The registers' answer to a question of a test."""
        options = f"-csearch_path={self.registers.schema}"
        with psycopg.connect(self.postgres, autocommit=True, options=options) as connection:
            return connection.execute(text.encode(), values).fetchall()

    def one(self, text: str, *values: object) -> str:
        """The first of them."""
        return str(self.rows(text, *values)[0][0])

    async def identify(self, _: Request) -> Viewer:
        """Whoever the test wants to be."""
        return self.viewer

    def sources(self) -> "CountingSources":
        """The sources of a dashboard, which note what they are asked."""
        client = client_library.Redis.from_url(self.redis)
        names = StoreSettings(self.postgres, self.registers.schema, self.indicators.schema, connections=4)
        return CountingSources(names, LiveView(client, self.keys), self.asked)


class Probing(threading.local):
    """Whether this thread asks for the watcher, whose questions are nobody's request."""

    on = False


def unnoted(sources: "CountingSources", each: Probe) -> Probe:
    """A probe whose questions are not noted."""

    def ask() -> Mapping[str, str]:
        sources.probing.on = True
        try:
            return each.ask()
        finally:
            sources.probing.on = False

    return Probe(each.name, ask)


class CountingSources(Sources):
    """Notes every snapshot that is asked for: the same number of them is the same class of time."""

    def __init__(self, settings: StoreSettings, live_view: LiveView, asked: list[str]) -> None:
        """`asked`: where it is noted."""
        super().__init__(settings, live_view)
        self.noted = asked
        self.probing = Probing()

    @contextmanager
    def _snapshot(self, schema: str) -> Iterator[Any]:
        if not self.probing.on:
            self.noted.append(schema)
        with super()._snapshot(schema) as connection:
            yield connection


@contextmanager
def made(postgres: str, redis: str, records: Sequence[Record] | None = None) -> Iterator[World]:
    """The world, filled; and away with it."""
    name = uuid4().hex[:10]
    found = World(
        postgres,
        RegistersSettings(postgres, f"d{name}"),
        IndicatorsSettings(postgres, f"i{name}"),
        redis,
        f"t{name}",
    )
    listed = journal() if records is None else records
    with client_library.Redis.from_url(redis) as client:
        try:
            fill_registers(found.registers, listed)
            messages = messages_of(listed)
            fill_live_view(store_of(client, found.keys, len(messages)), messages)
            fill_indicators(found.indicators, listed)
            yield found
        finally:
            drop(found.registers)
            with psycopg.connect(postgres, autocommit=True) as connection:
                schema = sql.Identifier(found.indicators.schema)
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            Generations(client, found.keys, Scripts(client, found.keys)).forget()


def fill_indicators(settings: IndicatorsSettings, records: Sequence[Record]) -> None:
    """The rows of the monitoring's own fold, straight into the store."""
    store = IndicatorStore(settings, INDICATORS, lambda: "id-3", CODEC)
    try:
        store.open()
        rows = list(fold(list(records), every=10_000).values())
        messages = [
            Message(topic=INDICATORS, partition=0, offset=at, value=CODEC.encode(row)) for at, row in enumerate(rows)
        ]
        for begin in range(0, len(messages), 5_000):
            part = messages[begin : begin + 5_000]
            store.take(part, {0: begin + len(part)})
    finally:
        store.close()


@contextmanager
def dashboard(
    world: World, listed: Sequence[Page] | None = None, **changed: Any
) -> Iterator[tuple[Dashboard, TestClient]]:
    """A dashboard over a world, and a client that asks it in this process."""
    settings = DashboardSettings(SECRET, **changed)
    sources = world.sources()
    asking = [unnoted(sources, each) for each in probes(sources, sources.live_view)]
    found = Dashboard(settings, sources, asking, Figures(CollectorRegistry()), identify=world.identify, listed=listed)
    with TestClient(found.app, base_url="http://localhost", follow_redirects=False) as client:
        yield found, client


def headers_of(answer: Any) -> Mapping[str, str]:
    """Everything that an answer says beside its body."""
    return {name: value for name, value in sorted(answer.headers.items()) if name not in ("date", "location")}
