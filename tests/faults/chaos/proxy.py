"""A TCP proxy between clients and brokers that makes bad weather: delay, throttle, hold, reset, lost answers.

One listener for each broker. Never reads what it carries. Runs in a thread of its own; every method may be called from
any thread.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from threading import Thread
from typing import Any, Final

from infra.stack.ports import HOST

PIECE_BYTES: Final = 64 << 10
THROTTLED_BYTES_S: Final = 50_000
DELAY_S: Final = 0.25
RESET_EVERY_S: Final = 0.5
LOOK_S: Final = 0.05


class Weather(StrEnum):
    """What happens to what goes through."""

    FAIR = "fair"
    DELAY = "delay"
    THROTTLE = "throttle"
    # Nothing arrives on either side while it lasts, as when packets are lost; afterwards all of it does.
    HOLD = "hold"
    # Connections break again and again.
    RESET = "reset"
    # Requests arrive and take effect, their answers are lost; at the end the connection breaks.
    HALF_CLOSE = "half-close"


@dataclass(eq=False)
class _Connection:
    """One client's, and ours to the broker."""

    client: asyncio.StreamWriter
    broker: asyncio.StreamWriter

    def abort(self) -> None:
        """Break both sides at once."""
        for each in (self.client, self.broker):
            each.transport.abort()


@dataclass(eq=False)
class _Link:
    """The way to one broker."""

    port: int
    target: int
    weather: Weather = Weather.FAIR
    connections: set[_Connection] = field(default_factory=set)
    carried: int = 0


class Proxy:
    """The ways to several brokers. A context manager."""

    def __init__(self, ways: dict[int, int]) -> None:
        """`ways`: our port -> the broker's."""
        self._links = [_Link(port, target) for port, target in ways.items()]
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def carried(self) -> int:
        """Bytes that went through until now."""
        return sum(link.carried for link in self._links)

    def connections(self, broker: int) -> int:
        """How many connections a broker has through us at this moment. `broker`: counted from 0."""
        return len(self._links[broker].connections)

    def set(self, broker: int, weather: Weather) -> int:
        """Make the weather on the way to one broker. Gives how many connections it met."""
        link = self._links[broker]
        met = len(link.connections)
        before, link.weather = link.weather, weather
        if before is Weather.HALF_CLOSE or weather is Weather.RESET:
            self._loop.call_soon_threadsafe(self._break, link)
        return met

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        for link in self._links:
            self._servers.append(await asyncio.start_server(partial(self._serve, link), HOST, link.port))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for link in self._links:
            link.weather = Weather.FAIR
            self._break(link)
        own = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not own]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _break(self, link: _Link) -> None:
        for connection in list(link.connections):
            connection.abort()
        if link.weather is Weather.RESET:
            self._loop.call_later(RESET_EVERY_S, self._break, link)

    async def _serve(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, requests = await asyncio.open_connection(HOST, link.target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, requests)
        link.connections.add(connection)
        pumps = [
            asyncio.ensure_future(self._pump(link, reader, requests, answer=False)),
            asyncio.ensure_future(self._pump(link, answers, writer, answer=True)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            connection.abort()
            link.connections.discard(connection)

    async def _pump(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answer: bool
    ) -> None:
        with suppress(OSError):
            while piece := await source.read(PIECE_BYTES):
                if await self._weathered(link, len(piece), answer=answer):
                    continue
                link.carried += len(piece)
                sink.write(piece)
                await sink.drain()

    @staticmethod
    async def _weathered(link: _Link, size: int, *, answer: bool) -> bool:
        """Wait as the weather demands. Gives whether the piece is lost."""
        if link.weather is Weather.HALF_CLOSE:
            return answer
        if link.weather is Weather.DELAY:
            await asyncio.sleep(DELAY_S)
        elif link.weather is Weather.THROTTLE:
            await asyncio.sleep(size / THROTTLED_BYTES_S)
        while link.weather is Weather.HOLD:
            await asyncio.sleep(LOOK_S)
        return False
