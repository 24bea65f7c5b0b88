"""People at the dashboard, in a process of their own: `python -m tests.benchmarks.dashboard.readers`, the task on its
standard input as one line of JSON.

Each opens a page as a browser does (packed, on a connection that is kept), listens to its live channel for a while, and
goes on to another page. Says `ready` when all of them listen; a second line ends them, and what they saw is printed as
JSON. Times are of the machine's monotonic clock, so that another process may compare them.
"""

import asyncio
import gzip
import random
import re
import sys
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from msgspec import Struct

# Not all at one moment: people come one after the other.
ARRIVE_S: Final = 3.0
LINE_BYTES: Final = 1 << 20
PATIENCE_S: Final = 240.0
GIVE_UP_S: Final = 1.0
KEPT_S: Final = 3.0
VERSION: Final = re.compile(rb'data-version="([0-9a-f]+)"')
# Pages of proof say how far they go.
RECORD: Final = re.compile(rb"up to record ([0-9]+)")


class Task(Struct, frozen=True, kw_only=True):
    """Who reads what. `pages`: for each reader those that it turns over, with the cookie that it shows; `stay_s`: how
    long it stays with one, at the mean."""

    host: str
    port: int
    stay_s: float
    pages: list[tuple[str, list[str]]]


class Stream(Struct):
    """One stay: the record that the page went up to, and when each later state came. `left`: when it ended."""

    record: int
    changes: list[tuple[float, int]]
    left: float


class Seen(Struct):
    """What they saw. `pages`: seconds from the request to the last byte; `listening`: seconds until a stream's first
    word; `statuses`: by code; `again`: asked on a new connection; `bytes_read`: as they came over the wire."""

    pages: list[float] = msgspec.field(default_factory=list)
    listening: list[float] = msgspec.field(default_factory=list)
    streams: list[Stream] = msgspec.field(default_factory=list)
    statuses: dict[int, int] = msgspec.field(default_factory=dict)
    again: int = 0
    events: int = 0
    bytes_read: int = 0
    largest: int = 0


class Reader:
    """One of them."""

    def __init__(self, task: Task, number: int, seen: Seen, stop: asyncio.Event) -> None:
        """`number`: which one; what it does by chance follows from it."""
        self._task = task
        self._cookie, self._paths = task.pages[number]
        self._chance = random.Random(number)
        self._seen = seen
        self._stop = stop
        self._kept: tuple[StreamReader, StreamWriter] | None = None
        self._used = 0.0
        self.listens = asyncio.Event()

    async def live(self) -> None:
        """Read until it is told to stop."""
        await _unless(self._stop, self._chance.uniform(0, ARRIVE_S))
        while not self._stop.is_set():
            path = self._chance.choice(self._paths)
            body = await self._page(path)
            version = VERSION.search(body)
            stay_s = self._chance.expovariate(1 / self._task.stay_s)
            if version is None:  # a page that does not renew itself
                self.listens.set()
                await _unless(self._stop, stay_s)
                continue
            record = RECORD.search(body)
            await self._listen(f"{path}?live&at={version[1].decode()}", int(record[1]) if record else 0, stay_s)
        if self._kept is not None:
            self._kept[1].close()

    async def _page(self, path: str) -> bytes:
        begun = time.monotonic()
        if self._kept is not None and begun - self._used > KEPT_S:  # servers let go what is idle, and so do browsers
            self._kept[1].close()
            self._kept = None
        if self._kept is None:
            self._kept = await self._connect()
        try:
            status, headers, body = await self._answer(self._kept, path)
        except (ConnectionError, asyncio.IncompleteReadError):  # let go at this very moment: browsers ask again
            self._seen.again += 1
            self._kept = await self._connect()
            status, headers, body = await self._answer(self._kept, path)
        self._used = time.monotonic()
        self._seen.pages.append(time.monotonic() - begun)
        self._seen.statuses[status] = self._seen.statuses.get(status, 0) + 1
        self._seen.bytes_read += len(body)
        self._seen.largest = max(self._seen.largest, len(body))
        return gzip.decompress(body) if headers.get(b"content-encoding") == b"gzip" else body

    async def _answer(
        self, kept: tuple[StreamReader, StreamWriter], path: str
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        reader, writer = kept
        writer.write(self._request(path))
        status, headers = await self._head(reader)
        return status, headers, await reader.readexactly(int(headers.get(b"content-length", b"0")))

    async def _listen(self, path: str, record: int, stay_s: float) -> None:
        begun = time.monotonic()
        reader, writer = await self._connect()
        stream = Stream(record, [], 0.0)
        try:
            writer.write(self._request(path))
            status, _ = await self._head(reader)
            self._seen.statuses[status] = self._seen.statuses.get(status, 0) + 1
            if status == 200:
                async with asyncio.timeout(stay_s):
                    await self._take(reader, stream, begun)
        except TimeoutError:
            pass  # it has seen enough of this page
        finally:
            self.listens.set()
            stream.left = time.monotonic()
            self._seen.streams.append(stream)
            writer.close()

    async def _take(self, reader: StreamReader, stream: Stream, begun: float) -> None:
        async for part in _parts(reader):
            now = time.monotonic()
            if not self.listens.is_set() or begun:
                self._seen.listening.append(now - begun)
                begun = 0.0
                self.listens.set()
            self._seen.bytes_read += len(part)
            if b"event: change" not in part:
                continue
            self._seen.events += 1
            found = RECORD.search(part)
            if found:
                stream.changes.append((now, int(found[1])))
            if self._stop.is_set():
                return

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection(self._task.host, self._task.port, limit=LINE_BYTES)

    def _request(self, path: str) -> bytes:
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        return (
            f"GET {path} HTTP/1.1\r\nHost: {self._task.host}\r\nAccept-Encoding: gzip\r\n"
            f"Accept-Language: en\r\n{cookie}\r\n"
        ).encode("ascii")

    @staticmethod
    async def _head(reader: StreamReader) -> tuple[int, dict[bytes, bytes]]:
        lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(b":") for each in lines[1:])}
        return int(lines[0].split()[1]), headers


async def _parts(reader: StreamReader) -> AsyncIterator[bytes]:
    """What a server sends in pieces, piece by piece."""
    while size := int(await reader.readline() or b"0", 16):
        yield (await reader.readexactly(size + 2))[:-2]


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, unless it is over before."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


@asynccontextmanager
async def _commands() -> AsyncIterator[StreamReader]:
    reader = StreamReader(limit=1 << 24)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    try:
        yield reader
    finally:
        transport.close()


async def _run() -> Seen:
    async with _commands() as commands:
        task = msgspec.json.decode(await commands.readline(), type=Task)
        seen, stop = Seen(), asyncio.Event()
        readers = [Reader(task, number, seen, stop) for number in range(len(task.pages))]
        running = [asyncio.create_task(each.live()) for each in readers]
        async with asyncio.timeout(PATIENCE_S):
            for each in readers:
                await each.listens.wait()
        # What the crowd at the door met is not what readers meet.
        seen.pages.clear()
        seen.listening.clear()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await commands.readline()
        stop.set()
        await asyncio.wait(running, timeout=GIVE_UP_S)
        for task_ in running:
            task_.cancel()
        for found in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(found, Exception):
                raise found
        return seen


def main() -> None:
    """Read until told to stop; print what was seen."""
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(_run())) + b"\n")


if __name__ == "__main__":
    main()
