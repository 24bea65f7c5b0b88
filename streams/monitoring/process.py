"""One process of the monitoring: Faust hands it records, it counts them and sends rows. `run` it once.

Owns when rows go out and when the process has to end. Faust acknowledges a batch whose handler raised, and swallows
what made it; so whatever goes wrong is kept here, nothing more is counted, and `run` raises it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from threading import Event as Flag
from typing import Any, Final, cast

from faust.types import TP

from schemas.errors import BrokenJournal, Malformed, OrynError
from schemas.indicators import IndicatorRow
from schemas.journal import Record
from schemas.topic_offsets import TopicMissing, TopicUnavailable
from streams.monitoring.figures import MonitoringFigures
from streams.monitoring.keeping import Keeper, Kept
from streams.monitoring.outage import Outage
from streams.monitoring.reading import MonitoringApp, monitoring_app
from streams.monitoring.sending import Sender
from streams.monitoring.settings import MonitoringSettings
from streams.runtime.errors import Fatal, Misconfigured, UnknownOffset

log = logging.getLogger(__name__)

BATCH_RECORDS: Final = 500
BATCH_WITHIN_S: Final = 0.1
LOOK_S: Final = 0.05
LAG_EVERY_S: Final = 1.0
# So often it is asked whether brokers answer; with the time for an answer, an outage is known within 5 s.
ASK_EVERY_S: Final = 2.0
# How long Faust may take to start, with brokers that answer slowly, and to stop.
STOP_TIMEOUT_S: Final = 15.0
# So often it is asked whether the journal is still the one that was counted.
SAME_EVERY_S: Final = 5.0
# So long the journal may seem shorter than what was counted.
SHORT_S: Final = 30.0
# So long one batch may take before the process counts as stuck.
STUCK_AFTER_S: Final = 300.0


class Monitoring:
    """`run` it once, in the main thread; `live` and `ready` may be asked from others."""

    def __init__(
        self,
        settings: MonitoringSettings,
        decode: Callable[[bytes | None], Record],
        encode: Callable[[IndicatorRow], bytes],
        figures: MonitoringFigures,
        *,
        from_start: bool = False,
    ) -> None:
        """Nothing connects before `run`."""
        self.settings = settings
        self._decode, self._figures = decode, figures
        self._keeper = Keeper(settings, figures, from_start=from_start)
        self._encode = encode
        # A filter for whoever handles this process's log.
        self.outage = Outage(figures)
        self._stop: Flag | None = None
        self._failure: BaseException | None = None
        # Held by whoever counts, sends or saves: a snapshot must not know of rows that were not delivered.
        self._lock = asyncio.Lock()
        self._reasons: dict[str, str] = {"process": "starting"}
        self._working_since: float | None = None
        self._emitted_at = 0.0
        self._looked_at = 0.0

    def live(self) -> str | None:
        """Why this process should be started anew; none while it need not."""
        since = self._working_since
        if self.outage.reason is not None:
            return None  # a batch whose rows can't be sent waits, as long as it takes
        if since is not None and time.monotonic() - since > STUCK_AFTER_S:
            return f"one batch of journal records has taken {STUCK_AFTER_S:g} s"
        return None

    def ready(self) -> Mapping[str, str]:
        """Why its rows are not up to date; empty when they are. One without a partition stands by, and is ready."""
        away = self.outage.reason
        return self._reasons | ({} if away is None else {"brokers": f"none answers: {away}"})

    def run(self, stop: Flag) -> None:
        """Count until told to stop.

        Raises: UnknownOffset when the journal does not go on from what was counted; Misconfigured; Fatal.
        """
        try:
            asyncio.run(self._run(stop))
        except (BrokenJournal, Malformed) as exc:
            raise UnknownOffset(f"{self.settings.journal}: {exc}") from exc
        except TopicMissing as exc:
            raise Misconfigured(f"{exc}: make the topics with `oryn topics apply`") from exc
        except Fatal:
            raise
        except OrynError as exc:
            raise Fatal(str(exc)) from exc
        except Exception as exc:  # a mistake of ours: told with its traceback, and started again at that very record
            raise Fatal(f"{type(exc).__name__}: {exc}") from exc

    async def _run(self, stop: Flag) -> None:
        sender = Sender(self.settings.client, self.settings.indicators, self._encode, self._figures)
        app = monitoring_app(self.settings, self._positions)
        app.agent(app.topic(self.settings.journal, value_type=bytes, value_serializer="raw", key_serializer="raw"))(
            self._agent(app, sender)
        )
        app.on_partitions_revoked.connect(self._on_revoked(sender), weak=False)
        self._stop = stop
        started = asyncio.ensure_future(app.start())
        asking = asyncio.ensure_future(self._ask(sender))
        try:
            await self._watch(stop, app, sender, started)
            if self._failure is None:
                async with self._lock:
                    await self._save(sender, list(self._keeper.kept))
        finally:
            self._reasons = {"process": "stopping"}
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            await _stop(app, started)
            sender.close()
        if self._failure is not None:
            raise self._failure

    async def _watch(self, stop: Flag, app: MonitoringApp, sender: Sender, started: "asyncio.Future[Any]") -> None:
        """Look after everything until the end is asked for, or something has failed."""
        while not stop.is_set() and self._failure is None:
            if started.done() and started.exception() is not None:
                raise Fatal(f"Faust did not start: {started.exception()}") from started.exception()
            if app.crashed or (app.should_stop and started.done()):
                raise Fatal("Faust has stopped") from app.crash_reason
            try:
                await self._look(app, sender)
            except BaseException as exc:  # noqa: BLE001 - raised again when Faust has stopped
                self._fail(exc)
            await asyncio.sleep(LOOK_S)

    async def _ask(self, sender: Sender) -> None:
        """Know within a bounded time whether brokers answer: at the end of the journal, silence alone says nothing."""
        run = asyncio.get_running_loop().run_in_executor
        checked_at = time.monotonic()
        while True:
            away = await run(None, sender.ask)
            self.outage.found(away)
            if away is None and time.monotonic() - checked_at >= SAME_EVERY_S:
                checked_at = time.monotonic()
                # What is missing may only not be known yet to a broker that has just started.
                with contextlib.suppress(TopicUnavailable, TopicMissing):
                    if await run(None, self._keeper.made_anew):
                        self._fail(UnknownOffset(f"{self.settings.journal} was made anew while it was counted"))
            await asyncio.sleep(ASK_EVERY_S)

    async def _look(self, app: MonitoringApp, sender: Sender) -> None:
        sender.poll()
        now = time.monotonic()
        if not self._lock.locked():  # else the batch at hand does all this itself
            async with self._lock:
                await self._upkeep(sender)
        if now - self._looked_at >= LAG_EVERY_S:
            self._looked_at = now
            await self._look_behind(app)

    async def _look_behind(self, app: MonitoringApp) -> None:
        reasons: dict[str, str] = {}
        if app.rebalancing or not app.flow_control.is_active():
            reasons["process"] = "partitions are being shared out"
        for partition, kept in list(self._keeper.kept.items()):
            tp = TP(self.settings.journal, partition)
            try:
                behind = await cast(Any, app.consumer).behind(tp, kept.state.next_offset)
            except (TimeoutError, OSError) as exc:
                reasons["brokers"] = f"no position known: {exc}"
                continue
            if behind is None:
                continue
            if behind < 0:
                reasons[f"{self.settings.journal}/{partition}"] = self._look_short(partition, kept, -behind)
                continue
            kept.short_since = None
            self._figures.lag.labels(str(partition)).set(behind)
            kept.caught_up = kept.caught_up or not behind
            if not kept.caught_up:
                reasons[f"{self.settings.journal}/{partition}"] = f"catching up: {behind} offsets to go"
        self._reasons = reasons

    def _look_short(self, partition: int, kept: Kept, missing: int) -> str:
        """A log that ends before what was counted. A leader that is new may say so for a moment.

        Raises: UnknownOffset when it stays so.
        """
        now = time.monotonic()
        kept.short_since = kept.short_since or now
        said = f"{self.settings.journal}/{partition} ends {missing} offsets before what was counted"
        if now - kept.short_since > SHORT_S:
            raise UnknownOffset(f"{said}: part of it is gone")
        return said

    # ------------------------------------------------------------------------------------------------------- partitions

    async def _positions(self, wanted: set[int]) -> Mapping[int, int]:
        """Where the partitions go on that are ours now: asked by the consumer before it reads."""
        while self._failure is None and not (self._stop is not None and self._stop.is_set()):
            try:
                async with self._lock:
                    return await asyncio.get_running_loop().run_in_executor(None, self._keeper.assign, wanted)
            except TopicUnavailable as exc:  # brokers went away while they shared out: they are waited for
                self.outage.found(str(exc))
                await asyncio.sleep(ASK_EVERY_S)
            except BaseException as exc:
                self._fail(exc)  # Faust would try again and again, or go on without
                raise
        return {}

    def _fail(self, error: BaseException) -> None:
        """Keep what went wrong first."""
        if self._failure is None:
            self._failure = error

    def _on_revoked(self, sender: Sender) -> Callable[..., Any]:
        async def revoked(_app: Any, partitions: set[TP], **_: Any) -> None:
            """Leave a snapshot to whoever gets the partitions."""
            if self._failure is None:
                async with self._lock:
                    await self._save(sender, [each.partition for each in partitions])

        return revoked

    # ---------------------------------------------------------------------------------------------------------- records

    def _agent(self, app: MonitoringApp, sender: Sender) -> Callable[[Any], Any]:
        async def journal(stream: Any) -> None:
            async for events in stream.take_events(BATCH_RECORDS, within=BATCH_WITHIN_S):
                began = self._working_since = time.monotonic()
                try:
                    async with self._lock:
                        await self._count(app, sender, events)
                        await self._upkeep(sender)
                except BaseException as exc:  # noqa: BLE001 - raised by `run`
                    self._fail(exc)
                self._working_since = None
                self._figures.batch_seconds.observe(time.monotonic() - began)
                if self._failure is not None:
                    # Never back to Faust, which would acknowledge the batch and go on.
                    await asyncio.Event().wait()

        return journal

    async def _count(self, app: MonitoringApp, sender: Sender, events: list[Any]) -> None:
        """Count a batch; the rows that are final now go out at once."""
        touched: dict[int, int] = {}
        kept, decode = self._keeper.kept, self._decode
        counted = 0
        for event in events:
            message = event.message
            partition = kept.get(message.partition)
            if partition is None or message.generation_id != app.consumer_generation_id:
                continue  # read before the partitions were shared out anew; read again by whoever has them now
            if message.offset < partition.state.next_offset:
                continue
            if partition.state.fold(decode(message.value), message.offset):
                touched[message.partition] = touched.get(message.partition, 0) + 1
                counted += 1
        self._figures.records.inc(counted)
        self._figures.skipped.inc(len(events) - counted)
        for number, count in touched.items():
            if number in kept:
                kept[number].unsaved += count
                self._keeper.note(number)
                await sender.send(kept[number].state.take_final())

    async def _upkeep(self, sender: Sender) -> None:
        """What is due by time."""
        if time.monotonic() - self._emitted_at >= self.settings.emit_ms / 1000:
            await self._emit(sender)
        if due := self._keeper.due():
            await self._save(sender, due)

    async def _emit(self, sender: Sender) -> None:
        """Send all rows that have changed."""
        self._emitted_at = time.monotonic()
        for kept in list(self._keeper.kept.values()):
            await sender.send(kept.state.take_final())
            await sender.send(kept.state.take_changed())

    async def _save(self, sender: Sender, partitions: list[int]) -> None:
        """Save partitions once all their rows are delivered; without that, not now."""
        await self._emit(sender)
        if await sender.flush():
            for partition in partitions:
                kept = self._keeper.kept.get(partition)
                if kept is not None and kept.state.clean:
                    self._keeper.save(partition)


async def _stop(app: MonitoringApp, started: "asyncio.Future[Any]") -> None:
    """End Faust, whatever state it is in. What it commits last is a hint only."""
    try:
        await asyncio.wait_for(app.stop(), STOP_TIMEOUT_S)
    except Exception as exc:  # noqa: BLE001 - it ends anyway; nothing of ours depends on it
        log.warning("Faust did not stop in order", extra={"error": repr(exc)})
    if not started.done():
        started.cancel()
    await asyncio.gather(started, return_exceptions=True)
