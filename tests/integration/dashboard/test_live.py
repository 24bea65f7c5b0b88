"""The live channel: what a listener gets, in which order, once for many; and when it ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis as client_library
from prometheus_client import CollectorRegistry

from consumers.dashboard.access import NOBODY, Role, Viewer
from consumers.dashboard.app import Dashboard
from consumers.dashboard.figures import Figures
from consumers.dashboard.settings import DashboardSettings
from infra.dashboard_parts import probes
from tests.integration.dashboard.world import AWAY, SECRET, World, made
from tests.integration.live_view.tools import messages_of, store_of
from tests.integration.registers.tools import journal_store
from tests.integration.registers.tools import messages_of as journal_messages
from tests.unit.verification.seasons import Season

pytestmark = pytest.mark.integration

PATIENCE_S = 60.0
PATH = f"/en/localities/{AWAY}"
OFFICE = Viewer(Role.LOCALITY, AWAY, "office")
STEP = 12


class Town:
    """A locality whose season goes on when a test says so."""

    def __init__(self, world: World, records: list[Any]) -> None:
        self.world, self._records, self._at = world, records, len(records) // 2

    def go_on(self) -> None:
        """Some records more, in registers and live view."""
        first, self._at = self._at, self._at + STEP
        assert self._at <= len(self._records), "the season is over: more steps are needed"
        part = self._records[first : self._at]
        store = journal_store(self.world.registers)
        try:
            store.open()
            store.take(journal_messages(part, first), {0: self._at})
        finally:
            store.close()
        with client_library.Redis.from_url(self.world.redis) as client:
            live = store_of(client, self.world.keys, self._at)
            live.open()
            live.take(messages_of(part, first), {0: self._at})
            live.idle()


@pytest.fixture(scope="module")
def town(postgres: str, redis: str) -> Iterator[Town]:
    """Half of a season; the tests bring it on."""
    records = list(Season(12, AWAY).run(180))
    with made(postgres, redis, records[: len(records) // 2]) as world:
        yield Town(world, records)


@dataclass
class Listener:
    """A browser that listens: takes what comes, unless it is told to be slow."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 0
    taking: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    async def send(self, message: Any) -> None:
        """What the server sends."""
        await self.taking.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        for each in message.get("body", b"").decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in each.splitlines() if ": " in line and not line.startswith(":"))
            if lines:
                self.events.append((lines["event"], json.loads(lines["data"])))

    async def receive(self) -> Any:
        """The request's end, and then silence until the browser leaves."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def named(self, name: str) -> list[Any]:
        """The data of the events of a name."""
        return [data for event, data in self.events if event == name]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something, not for a time."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(world: World, **changed: Any) -> AsyncIterator[Dashboard]:
    """A dashboard that runs in this loop."""
    settings = DashboardSettings(SECRET, poll_s=0.05, renew_s=0.1, **{"heartbeat_s": 0.2, **changed})
    sources = world.sources()
    asked = probes(sources, sources.live_view)
    found = Dashboard(settings, sources, asked, Figures(CollectorRegistry()), identify=world.identify)
    async with found._lifespan(None):  # type: ignore[arg-type]  # as the server does
        yield found


def listen(found: Dashboard, query: str = "live", *, slow: bool = False, last: str = "", path: str = PATH) -> Listener:
    """Begin to listen."""
    listener = Listener()
    if not slow:
        listener.taking.set()
    headers = [(b"host", b"localhost"), *([(b"last-event-id", last.encode())] if last else [])]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
    }
    scope |= {"scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode()}
    scope |= {"root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 80)}

    async def run() -> None:
        await found.app(scope, listener.receive, listener.send)

    listener.task = asyncio.create_task(run())
    return listener


async def leave(*listeners: Listener) -> None:
    """The browsers are closed."""
    for each in listeners:
        each.gone.set()
        assert each.task is not None
        each.task.cancel()
        await asyncio.gather(each.task, return_exceptions=True)


def played(scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario in a loop of its own."""

    async def run() -> None:
        await scenario()

    asyncio.run(run())


def test_a_listener_gets_the_state_then_changes_and_goes_on_where_it_was(town: Town) -> None:
    town.world.viewer = NOBODY

    async def scenario() -> None:
        async with serving(town.world) as found:
            one = listen(found)
            await until(lambda: len(one.named("change")) == 1)
            assert one.status == 200
            assert [event for event, _ in one.events] == ["hello", "change"]
            first = one.named("change")[0]
            assert set(first["fragments"]) >= {"queues", "bulletin"}
            known = listen(found, f"live&at={first['version']}")
            await until(lambda: bool(known.named("hello")))
            await asyncio.to_thread(town.go_on)
            await until(lambda: len(one.named("change")) >= 2 and bool(known.named("change")))
            newest = one.named("change")[-1]
            assert newest["version"] != first["version"]
            assert known.named("change")[0]["version"] != first["version"], "who has the state gets only what follows"
            await until(lambda: known.named("change")[-1]["version"] == one.named("change")[-1]["version"])
            last = one.named("change")[-1]["version"]
            again = listen(found, last=last)
            await until(lambda: bool(again.named("hello")))
            await until(lambda: found.figures.listeners._value.get() == 3)
            await leave(one, known)
            assert all(each["version"] != last for each in again.named("change")), "it is not told what it has"
            await leave(again)
            await until(lambda: found.figures.listeners._value.get() == 0)

    played(scenario)


def test_many_who_listen_cost_one_renewal(town: Town) -> None:
    town.world.viewer = NOBODY

    async def scenario() -> None:
        async with serving(town.world, heartbeat_s=PATIENCE_S) as found:
            many = [listen(found) for _ in range(30)]
            await until(lambda: all(each.named("change") for each in many))
            before = renewals(found)
            await asyncio.to_thread(town.go_on)
            await until(lambda: all(len(each.named("change")) >= 2 for each in many))
            await until(lambda: len({each.named("change")[-1]["version"] for each in many}) == 1)
            # Registers and live view move one after the other: a renewal for each, at most, not one for each listener.
            assert 1 <= renewals(found) - before <= 4
            await leave(*many)

    played(scenario)


def renewals(found: Dashboard) -> int:
    """How often the page was made anew."""
    return int(found.figures.renewals.labels("locality")._value.get())


@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
def test_whose_login_has_ended_is_cut_off(town: Town, busy: bool) -> None:
    town.world.viewer = OFFICE

    async def scenario() -> None:
        async with serving(town.world) as found:
            office = listen(found)
            await until(lambda: bool(office.named("change")))
            town.world.viewer = NOBODY
            channel = next(iter(found.live._channels.values()))
            assert office.task is not None
            async with asyncio.timeout(PATIENCE_S):
                while not office.task.done():
                    if busy:
                        channel.wake()  # a page that always has something new
                    await asyncio.sleep(0.01)
            assert office.events[-1][0] == "gone"
            assert found.figures.listeners._value.get() == 0

    played(scenario)


def test_an_applicant_whose_application_has_gone_over_to_another_is_cut_off(town: Town) -> None:
    world = town.world
    application, applicant = world.rows(
        "SELECT application_id, applicant_id FROM applications WHERE locality = %s AND state = 'QUEUED' LIMIT 1", AWAY
    )[0]
    text = "UPDATE applications SET applicant_id = %s WHERE application_id = %s RETURNING 1"
    world.viewer = Viewer(Role.APPLICANT, applicant, "family")

    async def scenario() -> None:
        async with serving(world) as found:
            family = listen(found, path=f"{PATH}/applications/{application}")
            await until(lambda: bool(family.named("change")))
            assert "own" in family.named("change")[0]["fragments"]
            await asyncio.to_thread(world.rows, text, "somebody-else", application)
            assert family.task is not None
            await asyncio.wait([family.task], timeout=PATIENCE_S)
            assert family.task.done()
            assert family.events[-1][0] == "gone"
            assert found.figures.listeners._value.get() == 0

    try:
        played(scenario)
    finally:
        world.rows(text, applicant, application)


def test_who_reads_slowly_gets_the_newest_state_and_who_takes_nothing_is_let_go(town: Town) -> None:
    town.world.viewer = NOBODY

    async def scenario() -> None:
        async with serving(town.world, slow_s=PATIENCE_S) as found:
            slow, quick = listen(found, slow=True), listen(found)
            await until(lambda: bool(quick.named("change")))
            for _ in range(2):
                seen = len(quick.named("change"))
                await asyncio.to_thread(town.go_on)
                await until(lambda seen=seen: len(quick.named("change")) > seen)  # type: ignore[misc]
            slow.taking.set()
            await until(lambda: bool(slow.named("change")))
            await until(lambda: slow.named("change")[-1]["version"] == quick.named("change")[-1]["version"])
            assert len(slow.named("change")) < len(quick.named("change")), "nothing in between"
            await leave(slow, quick)
        async with serving(town.world, slow_s=0.2) as found:
            stuck = listen(found, slow=True)
            assert stuck.task is not None
            await asyncio.wait([stuck.task], timeout=PATIENCE_S)
            assert stuck.task.done()
            stuck.task.exception()  # the server closes its connection
            assert found.figures.listeners._value.get() == 0

    played(scenario)


def test_a_stopping_server_ends_every_stream_and_too_many_are_told(town: Town) -> None:
    town.world.viewer = NOBODY

    async def scenario() -> None:
        async with serving(town.world, listeners_max=1) as found:
            one = listen(found)
            await until(lambda: bool(one.named("hello")))
            other = listen(found)
            assert other.task is not None
            await asyncio.wait([other.task], timeout=PATIENCE_S)
            assert other.status == 503
            found.live.close()
            assert one.task is not None
            await asyncio.wait([one.task], timeout=PATIENCE_S)
            assert one.task.done()
            assert one.task.exception() is None

    played(scenario)
