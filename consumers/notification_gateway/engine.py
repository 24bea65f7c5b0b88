"""The gateway: delivers what the log says is pending, through the channels it is given, until it is told to stop.

Owns when to connect, when to wait, how to end. A log that is away is waited for; what was underway then is given up and
attempted anew, with the same id. Whoever embeds it passes channels, directory and renderer of their own.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from threading import Event as Flag

from prometheus_client import CollectorRegistry

from consumers.notification_gateway.channels import Channel, Directory, Renderer
from consumers.notification_gateway.delivery_log import DeliveryLog
from consumers.notification_gateway.feeding import Feeder
from consumers.notification_gateway.figures import GatewayFigures
from consumers.notification_gateway.policy import SECOND_MS, Policy, PolicyError
from consumers.notification_gateway.session import Parts, Session
from consumers.notification_gateway.tables import upgrade
from consumers.notification_gateway.upkeep import NoLog, forget
from consumers.reading.store import StoreUnavailable

log = logging.getLogger(__name__)

PAUSE_FIRST_S = 0.1
PAUSE_MAX_S = 15.0
# A session that lasted so long was well: the next pause is a first one.
WELL_AFTER_S = 10.0
LOOK_EVERY_S = 0.05
# What an attempt may take beyond its time when the gateway ends, with the recording of its result.
END_S = 5.0
# The event loop turns many times a second; one that does not for so long is held by something.
STUCK_AFTER_S = 60.0
FORGET_EVERY_S = 3_600.0


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * SECOND_MS)


class Gateway:
    """Delivers messages. `run` it once in a thread, or await `deliver` in an event loop of one's own."""

    def __init__(
        self,
        url: str,
        schema: str,
        channels: Sequence[Channel],
        directory: Directory,
        renderer: Renderer,
        policy: Policy | None = None,
        figures: GatewayFigures | None = None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`url`, `schema`: PostgreSQL and the delivery log in it. `prepare`: what has to be done before messages are
        delivered, in a thread; it may raise StoreUnavailable and is then called again. Connects to nothing.

        Raises: PolicyError.
        """
        self.policy = policy or Policy()
        self._channels = {each.name: each for each in channels}
        if len(self._channels) != len(channels):
            raise PolicyError("two channels have the same name")
        if not channels:
            raise PolicyError("no channel: nothing could be delivered")
        self.figures = figures or GatewayFigures(CollectorRegistry())
        self._url, self._schema, self._prepare = url, schema, prepare
        self._parts = Parts(
            channels=self._channels,
            directory=directory,
            renderer=renderer,
            policy=self.policy,
            figures=self.figures,
            random=random.Random(),  # noqa: S311 - pauses, no secrets
            now=wall_clock,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._reason: str | None = "starting"
        self._feeder: Feeder | None = None
        self._at_work: Session | None = None

    # ------------------------------------------------------------------------------------------ from any thread

    def run(self, stop: Flag) -> None:
        """Deliver until told to stop, in an event loop of its own. Raises: OrynError of a channel that can't work."""

        async def watched() -> None:
            asked = asyncio.Event()

            async def watch() -> None:
                while not stop.is_set():
                    await asyncio.sleep(LOOK_EVERY_S)
                asked.set()

            watching = asyncio.create_task(watch())
            try:
                await self.deliver(asked)
            finally:
                watching.cancel()

        asyncio.run(watched())

    def wake(self, count: int = 1) -> None:
        """There is something new in the log. Without it, the gateway looks every `look_s`."""
        loop, event = self._loop, self._wake
        if count and loop is not None and event is not None and not loop.is_closed():
            loop.call_soon_threadsafe(event.set)

    def live(self) -> str | None:
        """Why this process should be started anew; none while it need not."""
        session = self._at_work
        if session is not None and time.monotonic() - session.ticked > STUCK_AFTER_S:
            return f"delivery has not moved for {STUCK_AFTER_S:g} s"
        return None

    def ready(self) -> Mapping[str, str]:
        """What it can't do now, and why; empty when all is well."""
        reasons = {}
        if self._reason is not None:
            reasons["delivery"] = self._reason
        if self._feeder is not None and self._feeder.trouble is not None:
            reasons["directory"] = self._feeder.trouble
        return reasons

    @property
    def shards(self) -> int:
        """How many of the shards it holds now."""
        feeder = self._feeder
        return 0 if feeder is None else feeder.held

    @property
    def waiting_recipients(self) -> int:
        """How many recipients it remembers because they have to wait."""
        session = self._at_work
        return 0 if session is None else len(session.memory.away)

    # ------------------------------------------------------------------------------------------------- deliver

    async def deliver(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; then attempts that are underway are ended and recorded.

        Raises: OrynError of a channel that can't work as it is set. Closes channels and directory.
        """
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._parts.directory.close)
            for channel in self._channels.values():
                stack.push_async_callback(channel.close)
                await channel.open()
            await self._sessions(stop)

    async def _sessions(self, stop: asyncio.Event) -> None:
        pause = PAUSE_FIRST_S
        while not stop.is_set():
            began = time.monotonic()
            try:
                await asyncio.to_thread(upgrade, self._url, self._schema)
                await asyncio.to_thread(self._prepare)
                await self._session(stop)
            except StoreUnavailable as exc:
                self._reason = str(exc)
                pause = PAUSE_FIRST_S if time.monotonic() - began >= WELL_AFTER_S else min(2 * pause, PAUSE_MAX_S)
                self.figures.outages.labels("log").inc()
                self.figures.away.labels("log").set(1)
                log.warning("waiting for the delivery log", extra={"reason": str(exc), "s": pause})
                try:
                    async with asyncio.timeout(random.uniform(0.5, 1) * pause):  # noqa: S311
                        await stop.wait()
                except TimeoutError:
                    continue
        self._reason = "stopped"

    async def _session(self, stop: asyncio.Event) -> None:
        """One session with the log. Raises: StoreUnavailable."""
        assert self._wake is not None
        async with DeliveryLog(self._url, self._schema) as delivery_log:
            session = self._at_work = Session(delivery_log, self._parts)
            feeder = self._feeder = Feeder(delivery_log, session, self._parts, self._wake)
            self.figures.away.labels("log").set(0)
            log.info("delivering", extra={"channels": list(self._channels)})
            self._reason = None
            tasks = [
                asyncio.create_task(each)
                for each in (
                    feeder.claim_forever(),
                    feeder.feed_forever(),
                    session.record_forever(),
                    session.tick_forever(),
                    self._forget_forever(),
                )
            ]
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
                if stop.is_set():
                    await self._finish(session, tasks)
            finally:
                self._at_work = None
                for task in (*tasks, stopping):
                    task.cancel()
                await session.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
            for result in ended:
                if isinstance(result, Exception):
                    raise result

    async def _forget_forever(self) -> None:
        """Forget delivered messages when their time has come. Raises: StoreUnavailable."""
        while True:
            keep_s = self.policy.keep_s
            if keep_s is not None:
                try:
                    await asyncio.to_thread(forget, self._url, self._schema, keep_s)
                except NoLog as exc:  # dropped underneath
                    raise StoreUnavailable(str(exc)) from exc
            await asyncio.sleep(FORGET_EVERY_S)

    async def _finish(self, session: Session, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Let what is underway come to its end and be recorded; nothing new begins."""
        session.closing = True
        longest = max(self.policy.attempt_s_on(channel) for channel in self._channels)
        deadline = time.monotonic() + longest + END_S
        while session.busy and time.monotonic() < deadline and not any(task.done() for task in tasks):
            await asyncio.sleep(LOOK_EVERY_S)
