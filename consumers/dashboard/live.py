"""The live channel: pages that renew themselves in the browser by server-sent events.

A page that anybody listens to is rendered anew when its sources have moved, at most once a second, once for all who
listen with the same view, and together with the others that are due: who has waited longest comes first. Listeners get
the fragments that changed since what they have: the same bytes for all who have the same. There is no queue: who reads
slowly gets the newest state next, and nothing in between; who takes nothing at all for a minute is let go. Whose login
has ended gets nothing more, also on a page that changes all the time.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from hashlib import blake2b
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Send

from consumers.dashboard.access import NOBODY, Viewer
from consumers.dashboard.cache import Entry
from consumers.dashboard.figures import Figures
from consumers.dashboard.identity import Identify
from consumers.dashboard.pages import Content
from consumers.dashboard.renewing import RENEWALS_AT_ONCE, Renewals
from consumers.dashboard.serving import Asked, Pages
from consumers.dashboard.settings import DashboardSettings
from consumers.dashboard.watching import Watcher

log = logging.getLogger(__name__)

NOT_FOUND, UNAVAILABLE = 404, 503
# So many pages are looked at in one go.
BATCH_MAX: Final = 64
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Cookie"}
HELLO: Final = b"event: hello\ndata: {}\n\n"
AWAY: Final = b"event: away\ndata: {}\n\n"
GONE: Final = b"event: gone\ndata: {}\n\n"
HEARTBEAT: Final = b": \n\n"
# Ways from an older state to the present one that are kept as bytes.
WAYS_MAX: Final = 32
HASH_BYTES: Final = 8


class Channel:
    """One page with one view, and what its listeners have to get."""

    def __init__(self, asked: Asked) -> None:
        """Nothing is known yet: the first renewal brings it."""
        self.asked = asked
        self.listeners = 0
        self.state: str | None = None
        # The sources' state when its renewal began.
        self.seen: str | None = None
        self.renewed_at = float("-inf")
        self.version = ""
        self.problem: int | None = None
        self.hashes: Mapping[str, bytes] = {}
        self.renewing = False
        self._fragments: Mapping[str, str] = {}
        self._ways: dict[frozenset[str], bytes] = {}
        self._news = asyncio.Event()

    def take(self, version: str, fragments: Mapping[str, str]) -> bool:
        """The page as it is now. Returns: whether listeners have to get something."""
        if version == self.version and self.problem is None:
            return False
        self.version, self._fragments, self.problem = version, fragments, None
        self.hashes = {
            name: blake2b(text.encode(), digest_size=HASH_BYTES).digest() for name, text in fragments.items()
        }
        self._ways.clear()
        self.wake()
        return True

    def fail(self, status: int) -> None:
        """The page can't be had now."""
        if self.problem != status:
            self.problem = status
            self.wake()

    def wake(self) -> None:
        """Let every listener look."""
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, timeout_s: float) -> bool:
        """Whether something came within so long."""
        try:
            async with asyncio.timeout(timeout_s):  # wait_for loses a cancellation that comes together with the news
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    def news(self, known: Mapping[str, bytes]) -> bytes:
        """What leads from what a listener has to the present state."""
        changed = frozenset(name for name, digest in self.hashes.items() if known.get(name) != digest)
        found = self._ways.get(changed)
        if found is None:
            data = {"version": self.version, "fragments": {name: self._fragments[name] for name in sorted(changed)}}
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            found = f"id: {self.version}\nevent: change\ndata: {text}\n\n".encode()
            if len(self._ways) < WAYS_MAX:
                self._ways[changed] = found
        return found


class Stream(StreamingResponse):
    """A stream whose reader is let go when it has taken nothing for so long: it would keep its place for ever."""

    def __init__(self, content: AsyncIterator[bytes], slow_s: float, **more: Any) -> None:
        """`slow_s`: how long one piece may wait to be taken."""
        super().__init__(content, **more)
        self._content, self._slow_s = content, slow_s

    async def stream_response(self, send: Send) -> None:
        """As the framework's, with an end to each piece."""

        async def bounded(message: Message) -> None:
            try:
                async with asyncio.timeout(self._slow_s):
                    await send(message)
            except TimeoutError as exc:
                raise OSError("a reader of a live page has taken nothing for long") from exc

        try:
            await super().stream_response(bounded)
        finally:
            close = getattr(self._content, "aclose", None)
            if close is not None:  # at once, not when the collector comes
                await close()


class Live:
    """All channels of one process."""

    def __init__(
        self, settings: DashboardSettings, pages: Pages, watcher: Watcher, figures: Figures, identify: Identify
    ) -> None:
        """Nobody listens yet."""
        self._settings = settings
        self._pages = pages
        self._renewals = Renewals(pages, figures)
        self._watcher = watcher
        self._figures = figures
        self._identify = identify
        self._channels: dict[object, Channel] = {}
        self._listeners = 0
        self._closing = False
        pages.watched = self._watched

    async def run(self) -> None:
        """Renew what has listeners until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(RENEWALS_AT_ONCE):
                group.create_task(self._lane())

    async def _lane(self) -> None:
        while True:
            if not await self._renew_batch():
                await asyncio.sleep(self._settings.poll_s / 2)

    def _watched(self, key: object) -> bool:
        """Whether a page is being renewed as its sources move."""
        return key in self._channels

    def close(self) -> None:
        """End every stream: a server that stops waits for nobody. Repeatable."""
        self._closing = True
        for channel in self._channels.values():
            channel.wake()

    async def listen(self, request: Request, asked: Asked) -> Response:
        """The stream of a page's changes, from the state that the browser has. Raises: HTTPException."""
        if not asked.page.fragments:
            raise HTTPException(NOT_FOUND)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=HEADERS)
        if self._listeners >= self._settings.listeners_max or self._closing:
            raise HTTPException(UNAVAILABLE)
        # Who may not have the page, or asks for one that is not there, is told so here.
        entry = self._pages.recent(asked) or await self._pages.entry(asked)
        if not isinstance(entry.content, Content):
            raise HTTPException(NOT_FOUND)
        at = request.headers.get("last-event-id") or request.query_params.get("at", "")
        stream = self._stream(request, asked, at, entry)
        return Stream(stream, self._settings.slow_s, media_type="text/event-stream", headers=HEADERS)

    async def _stream(self, request: Request, asked: Asked, at: str, entry: Entry) -> AsyncIterator[bytes]:
        channel = self._channels.get(asked.key)
        if channel is None:
            channel = self._channels[asked.key] = Channel(asked)
            channel.state = entry.state
            self._take(channel, entry)
            channel.renewed_at = entry.made_at  # the loop's clock, too, is the monotonic one
        channel.listeners += 1
        self._listeners += 1
        self._figures.listeners.set(self._listeners)
        viewer = getattr(request.state, "viewer", NOBODY)
        now = asyncio.get_running_loop().time
        try:
            yield HELLO
            # Who comes to a page that was renewed a moment ago gets that, and the next state with all others.
            if asyncio.get_running_loop().time() - channel.renewed_at >= self._settings.renew_s:
                await self._renew(channel)
            known = channel.hashes if at == channel.version else {}
            told: int | None = None
            looked_at = now()
            while not self._closing:
                if now() - looked_at >= self._settings.heartbeat_s:
                    over = await self._over(request, asked, viewer)
                    if over is not None:
                        yield over
                        return
                    looked_at = now()
                if channel.problem is not None and channel.problem != told:
                    told = channel.problem
                    yield AWAY if told == UNAVAILABLE else GONE
                elif channel.problem is None and (told is not None or known != channel.hashes):
                    told, news, known = None, channel.news(known), channel.hashes
                    self._figures.events.inc()
                    yield news
                elif not await channel.wait(self._settings.heartbeat_s):
                    yield HEARTBEAT
        finally:
            self._left(asked, channel)

    async def _over(self, request: Request, asked: Asked, viewer: Viewer) -> bytes | None:
        """What a stream ends with when its login has ended, when an application has gone over to another applicant
        (R4.6), or when nobody can say whether that is so; none to go on."""
        try:
            known = await self._identify(request) == viewer
            return None if known and await self._pages.still(asked, viewer) else GONE
        except HTTPException:
            return AWAY

    def _left(self, asked: Asked, channel: Channel) -> None:
        channel.listeners -= 1
        self._listeners -= 1
        self._figures.listeners.set(self._listeners)
        if not channel.listeners and self._channels.get(asked.key) is channel:
            del self._channels[asked.key]

    async def _renew_batch(self) -> bool:
        """Renew those that have waited longest. Returns: whether there was anything to do."""
        now = asyncio.get_running_loop().time()
        due = [each for each in self._channels.values() if self._due(each, now)]
        due.sort(key=lambda each: each.renewed_at)
        batch = {each.asked.key: each for each in due[:BATCH_MAX]}
        if not batch:
            return False
        for channel in batch.values():
            channel.renewing = True
            channel.seen = self._watcher.state(channel.asked.subject)
        try:
            # A page in an order of its own is made of what is known of the page: it comes behind the others.
            await self._renewals([each.asked for each in batch.values() if not _sorted(each)], self._found)
        except Exception:
            log.exception("pages could not be renewed")
            await asyncio.sleep(self._settings.renew_s)
        finally:
            for channel in batch.values():
                channel.renewing = False
                channel.wake()
        for channel in batch.values():
            if _sorted(channel):
                await self._renew(channel)
        return True

    def _found(self, asked: Asked, made: Entry | int) -> None:
        """A page that was looked at, or what is wrong with it."""
        channel = self._channels.get(asked.key)
        if channel is not None:
            channel.state = channel.seen
            self._take(channel, made)

    def _take(self, channel: Channel, made: Entry | int) -> None:
        if isinstance(made, int):
            channel.fail(made)
        elif not isinstance(made.content, Content):
            channel.fail(NOT_FOUND)
        elif channel.take(made.rendered.version, made.rendered.fragments):
            self._figures.renewals.labels(channel.asked.page.name).inc()
        channel.renewed_at = asyncio.get_running_loop().time()

    def _due(self, channel: Channel, now: float) -> bool:
        if channel.renewing or now - channel.renewed_at < self._settings.renew_s:
            return False
        if channel.state != self._watcher.state(channel.asked.subject) or channel.problem is not None:
            return True
        again = self._pages.fresh_for(channel.asked)
        return again is not None and now - channel.renewed_at >= again

    async def _renew(self, channel: Channel) -> None:
        if channel.renewing:
            await channel.wait(self._settings.heartbeat_s)
            return
        channel.renewing = True
        try:
            channel.state = self._watcher.state(channel.asked.subject)
            self._take(channel, await self._pages.entry(channel.asked))
        except HTTPException as exc:
            self._take(channel, exc.status_code)
        except Exception:
            log.exception("a page could not be renewed", extra={"page": channel.asked.page.name})
            self._take(channel, UNAVAILABLE)
        finally:
            channel.renewing = False
            channel.wake()


def _sorted(channel: Channel) -> bool:
    return "sort" in channel.asked.params
