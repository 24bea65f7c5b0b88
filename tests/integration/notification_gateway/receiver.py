"""A webhook receiver that misbehaves as it is told, and writes down what it really took.

A real HTTP server in a thread of its own. It checks every signature with the reference library of Standard Webhooks.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from threading import Event, Thread
from typing import NamedTuple, Self

import msgspec
from aiohttp import web
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - made for tests
START_S = 10.0
WAIT_S = 40.0
POLL_S = 0.005

# What it does with an arrival: told its path, the message's id and how often the id came before.
Behaviour = Callable[[str, str, int], str]


class Arrival(NamedTuple):
    """A message that was taken."""

    id: str
    recipient: str
    path: str


class Receiver:
    """A context manager. `taken`: what it took, in order; `refused`: how often it did what else."""

    def __init__(self, behave: Behaviour = lambda path, id_, times: "take") -> None:
        self.behave = behave
        self.taken: list[Arrival] = []
        self.bodies: list[dict[str, object]] = []
        self.done: dict[str, int] = defaultdict(int)
        self.url = ""
        self._times: dict[str, int] = defaultdict(int)
        self._ready, self._loop = Event(), asyncio.new_event_loop()
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="receiver", daemon=True)
        self._check = Webhook(SECRET)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_S)
        return self

    def __exit__(self, *error: object) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_post("/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self._check.verify(body, dict(request.headers))
        tree = msgspec.json.decode(body)
        id_, path = request.headers["webhook-id"], request.path
        assert tree["data"]["id"] == id_
        times = self._times[id_]
        self._times[id_] += 1
        what = self.behave(path, id_, times)
        self.done[what] += 1
        if what in ("take", "break", "late"):
            self.taken.append(Arrival(id_, tree["data"]["recipient"], path))
            self.bodies.append(tree)
        if what == "take":
            return web.Response(status=204)
        if what == "break":
            assert request.transport is not None
            request.transport.abort()
        if what in ("hang", "late"):
            await asyncio.sleep(60)
        if what == "429":
            return web.Response(status=429, headers={"Retry-After": "0"})
        if what == "429 for 1 s":
            return web.Response(status=429, headers={"Retry-After": "1"})
        return web.Response(status=int(what) if what.isdigit() else 500)

    def wait_taken(self, count: int) -> None:
        """Wait until it has taken so many."""
        deadline = time.monotonic() + WAIT_S
        while len(self.taken) < count:
            assert time.monotonic() < deadline, f"{len(self.taken)} of {count} were taken"
            time.sleep(POLL_S)

    def first_arrivals(self) -> dict[str, list[str]]:
        """Recipient -> the ids that it took, each where it came first."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for each in self.taken:
            found[each.recipient].setdefault(each.id)
        return {recipient: list(ids) for recipient, ids in found.items()}
