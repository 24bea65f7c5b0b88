"""Delivers, as long as one session with the delivery log lasts: loads, attempts, records, in order for each recipient.

One event loop; between awaits nothing else runs. The rule that keeps the order: the head of a lane is attempted, its
result is recorded, and only when that is committed does the lane go on. Owns no decision about a result (`judging`),
no statement (`delivery_log`), no connection.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from consumers.notification_gateway.channels import (
    Channel,
    Delivered,
    Directory,
    Failed,
    Letter,
    NotRendered,
    Recipient,
    Refused,
    Renderer,
    Result,
)
from consumers.notification_gateway.delivery_log import Attempt, DeliveryLog
from consumers.notification_gateway.endpoints import Endpoint
from consumers.notification_gateway.figures import GatewayFigures
from consumers.notification_gateway.judging import Reason, State, Waiting, channel_until, finish, give_up, judge, route
from consumers.notification_gateway.lanes import Lane, Memory
from consumers.notification_gateway.policy import SECOND_MS, Policy
from schemas.instants import Instant

log = logging.getLogger(__name__)

TICK_S = 0.05
RECORD_MAX = 2_000
ENDPOINTS_KEPT = 10_000
RESULTS = {Delivered: "DELIVERED", Refused: "REFUSED", Failed: "FAILED"}
LaneEndpoint = Endpoint[Lane]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a session works with."""

    channels: Mapping[str, Channel]
    directory: Directory
    renderer: Renderer
    policy: Policy
    figures: GatewayFigures
    random: Random
    # Milliseconds since 1970.
    now: Callable[[], int]
    # Results that the session before could not record, by message: what is known is not attempted again.
    unrecorded: dict[str, tuple[Waiting, Attempt]] = field(default_factory=dict)


class Session:
    """The attempts and results of one session with the log. `feeding` gives it lanes; it never loads by itself."""

    def __init__(self, delivery_log: DeliveryLog, parts: Parts) -> None:
        """Holds nothing yet."""
        self.memory = Memory()
        # The shards that are held, and up to which number each was loaded.
        self.cursors: dict[int, int] = {}
        # Recipients to be loaded anew.
        self.reload: dict[Recipient, None] = {}
        # Messages that ended while a load was underway: what it brings of them is out of date.
        self.ended: set[int] = set()
        self.closing = False
        # When it last saw to what waits (monotonic seconds).
        self.ticked = time.monotonic()
        self._log, self._parts, self._policy = delivery_log, parts, parts.policy
        self._endpoints: dict[tuple[str, str], LaneEndpoint] = {}
        # Endpoints that are left alone, or that recipients wait for.
        self._resting: set[LaneEndpoint] = set()
        # Endpoints that had to wait because as much as may be was underway.
        self._held_up: dict[LaneEndpoint, None] = {}
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[tuple[Lane, Waiting, Attempt | None]] = []
        self._result_came = asyncio.Event()
        self._busy = 0

    # ------------------------------------------------------------------------------------------------ a lane's way

    def advance(self, lane: Lane) -> None:
        """Take the next step of a lane that is not busy."""
        if lane.shard not in self.cursors:
            self.memory.drop(lane)
            return
        if not lane.messages:
            if lane.more:
                self.memory.send_away(lane, 0)
            else:
                self.memory.drop(lane)
            return
        message, now = lane.messages[0], self._parts.now()
        known, attempt = self._parts.unrecorded.pop(message.id, (None, None))
        if known is not None and (known.number, known.attempts) == (message.number, message.attempts + 1):
            lane.messages[0] = known
            self._to_record(lane, known, attempt)
            return
        if message.next_attempt_at is not None and now < message.next_attempt_at:
            self.memory.send_away(lane, message.next_attempt_at)
            return
        steps = route(lane.contact, message.given_up, self._parts.channels)
        if not self._may_go(message, [each.channel for each in steps], now):
            self._to_record(lane, message, None)
            return
        lane.address, lane.steps = steps[0], len(steps)
        endpoint = self._endpoint(lane.address.channel, lane.address.where)
        if endpoint.rests(now) or (endpoint.crowded and endpoint.room <= 0):
            self._park(lane, endpoint, now)
        else:
            endpoint.waiting.append(lane)
            self._pump(endpoint)

    def _may_go(self, message: Waiting, channels: list[str], now: int) -> bool:
        """Whether a head may be attempted now. If not, it has changed."""
        if message.notification is None:
            finish(message, State.UNDELIVERED, now, Reason.UNREADABLE)
        elif now >= message.deliver_by:
            finish(message, State.UNDELIVERED, now, Reason.EXPIRED)
        elif not channels:
            finish(message, State.UNDELIVERED, now, Reason.NO_CONTACT)
        else:
            if message.channel != channels[0]:
                message.channel, message.channel_attempts, message.channel_since = channels[0], 0, None
            if message.channel_since is None:
                message.channel_since = now
            if now < channel_until(message, len(channels), now, self._policy):
                return True
            self._escalated(message, Reason.CHANNEL_TIME)
            give_up(message, len(channels), Reason.CHANNEL_TIME, now)
        return False

    def _park(self, lane: Lane, endpoint: LaneEndpoint, now: int) -> None:
        """Let a lane wait for its endpoint, without its messages, but no longer than its head may be tried there."""
        endpoint.parked.append(lane.recipient)
        self._resting.add(endpoint)
        self.memory.send_away(lane, channel_until(lane.messages[0], lane.steps, now, self._policy), endpoint)

    def _endpoint(self, channel: str, where: str) -> LaneEndpoint:
        try:
            name = self._parts.channels[channel].endpoint(where)
        except Exception:  # a channel may be anybody's; what it makes of one address must not stop all others
            log.exception("a channel can't tell an endpoint", extra={"channel": channel})
            name = ""
        key = (channel, name)
        found = self._endpoints.get(key)
        if found is None:
            found = self._endpoints[key] = Endpoint(channel, self._policy, self._parts.random)
        return found

    # ---------------------------------------------------------------------------------------------------- attempts

    def _pump(self, endpoint: LaneEndpoint) -> None:
        """Begin as many attempts as may be."""
        now = self._parts.now()
        waiting = endpoint.waiting
        while waiting and endpoint.admits(now) and not self.closing:
            if self._in_flight >= self._policy.parallel:
                self._held_up[endpoint] = None
                return
            lane = waiting.popleft()
            if lane.dropped:
                continue
            if now < lane.messages[0].deliver_by:
                self._begin(lane, endpoint)
            else:
                self.advance(lane)
        if endpoint.rests(now):
            while waiting:
                lane = waiting.popleft()
                if not lane.dropped:
                    self._park(lane, endpoint, now)
        elif not endpoint.parked:
            endpoint.crowded = False

    def make_room(self) -> None:
        """Memory has been full for a while: keep only heads, then of the slowest endpoint's only the next."""
        if self.memory.cut():
            return
        endpoint = max(self._endpoints.values(), key=lambda each: len(each.waiting), default=None)
        if endpoint is None:
            return
        endpoint.crowded, now = True, self._parts.now()
        while endpoint.room < 0:
            lane = endpoint.waiting.pop()
            if not lane.dropped:
                self._park(lane, endpoint, now)

    def _wake(self, endpoint: LaneEndpoint, count: int) -> None:
        """Have some of those that wait for an endpoint loaded."""
        while endpoint.parked and count > 0:
            recipient = endpoint.parked.popleft()
            away = self.memory.away.get(recipient)
            if away is not None and away.parked_at is endpoint:
                self.reload[recipient] = None
                count -= 1

    def _begin(self, lane: Lane, endpoint: LaneEndpoint) -> None:
        lane.busy = True
        self._busy += 1
        self._in_flight += 1
        endpoint.in_flight += 1
        task = asyncio.create_task(self._attempt(lane, endpoint))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, lane: Lane, endpoint: LaneEndpoint) -> None:
        message = lane.messages[0]
        began, started = self._parts.now(), time.perf_counter()
        try:
            letter = self._letter(lane, message)
            result = None if letter is None else await self._send(endpoint.channel, letter)
        finally:
            self._in_flight -= 1
            endpoint.in_flight -= 1
        now = self._parts.now()
        if result is None:
            finish(message, State.UNDELIVERED, now, Reason.NOT_RENDERED)
            self._results_in(lane, message, None)
        else:
            seconds = time.perf_counter() - started
            self._judged(lane, endpoint, result, began, seconds)
        self._go_on(endpoint)

    def _go_on(self, endpoint: LaneEndpoint) -> None:
        """An attempt has ended there: of all endpoints that wait, the one with the fewest underway has its place."""
        self._held_up[endpoint] = None
        while self._held_up and self._in_flight < self._policy.parallel:
            other = min(self._held_up, key=lambda each: each.in_flight)
            del self._held_up[other]
            self._pump(other)

    def _letter(self, lane: Lane, message: Waiting) -> Letter | None:
        """The message in words; none when there are none."""
        contact, address, notification = lane.contact, lane.address, message.notification
        assert contact is not None
        assert address is not None
        assert notification is not None
        try:
            text = self._parts.renderer.render(notification, contact.language)
        except Exception as exc:  # a renderer may be anybody's, too; its mistake is told with its trace
            known = isinstance(exc, NotRendered)
            log.error("no words", extra={"message_id": message.id, "reason": repr(exc)}, exc_info=not known)
            return None
        return Letter(
            id=message.id,
            recipient=message.recipient,
            language=contact.language,
            subject=text.subject,
            text=text.body,
            deliver_by=Instant(message.deliver_by),
            notification=notification,
            address=address.where,
            short=text.short,
        )

    async def _send(self, channel: str, letter: Letter) -> Result:
        try:
            async with asyncio.timeout(self._policy.attempt_s_on(channel)):
                return await self._parts.channels[channel].send(letter)
        except TimeoutError:
            return Failed("TIMEOUT")
        except Exception:  # a channel may be anybody's; its mistake is an attempt that failed, and is told
            log.exception("a channel failed", extra={"channel": channel, "message_id": letter.id})
            return Failed("CHANNEL_ERROR", endpoint_down=False)

    def _judged(self, lane: Lane, endpoint: LaneEndpoint, result: Result, began: int, seconds: float) -> None:
        message, figures, now = lane.messages[0], self._parts.figures, self._parts.now()
        endpoint.take(result, began, now)
        if endpoint.is_open:
            self._resting.add(endpoint)
        word = RESULTS[type(result)]
        error = None if isinstance(result, Delivered) else result.error
        figures.attempted(endpoint.channel, word, error or "", seconds)
        reason = judge(message, result, lane.steps, now, self._policy, self._parts.random)
        if reason is not None:
            self._escalated(message, reason, endpoint.channel)
        attempt = Attempt(
            message_id=message.id,
            number=message.attempts,
            at=began,
            channel=endpoint.channel,
            result=word,
            error=error,
            status=result.status,
            duration_ms=int(seconds * SECOND_MS),
        )
        self._results_in(lane, message, attempt)

    def _escalated(self, message: Waiting, reason: Reason, channel: str | None = None) -> None:
        if message.state is State.PENDING:
            self._parts.figures.escalated.labels(channel or message.channel, reason.value).inc()

    # ----------------------------------------------------------------------------------------------------- results

    def _to_record(self, lane: Lane, message: Waiting, attempt: Attempt | None) -> None:
        """Have a change recorded."""
        lane.busy = True
        self._busy += 1
        self._results_in(lane, message, attempt)

    def _results_in(self, lane: Lane, message: Waiting, attempt: Attempt | None) -> None:
        self._results.append((lane, message, attempt))
        self._result_came.set()

    async def record_forever(self) -> None:
        """Record results, many in one transaction, and let their lanes go on. Raises: StoreUnavailable."""
        while True:
            await self._result_came.wait()
            if len(self._results) < RECORD_MAX:
                await asyncio.sleep(self._policy.gather_s)
            batch = self._results[:RECORD_MAX]
            await self._log.record(
                [message for _, message, _ in batch], [attempt for *_, attempt in batch if attempt is not None]
            )
            del self._results[: len(batch)]
            if not self._results:
                self._result_came.clear()
            for lane, message, _ in batch:
                self._recorded(lane, message)

    def _recorded(self, lane: Lane, message: Waiting) -> None:
        lane.busy = False
        self._busy -= 1
        if message.state is not State.PENDING:
            self.ended.add(message.number)
            lane.messages.popleft()
            self.memory.held -= 1
            self._count(message)
        self.advance(lane)

    def _count(self, message: Waiting) -> None:
        figures = self._parts.figures
        kind = "" if message.notification is None else message.notification.kind.value
        channel = message.channel or ""
        if message.state is State.DELIVERED:
            assert message.finished_at is not None
            figures.was_delivered(kind, channel, (message.finished_at - message.arrived_at) / SECOND_MS)
        else:
            assert message.reason is not None
            figures.undelivered.labels(kind, channel, message.reason.value).inc()

    # ---------------------------------------------------------------------------------------------------- its time

    async def tick_forever(self) -> None:
        """Wake what has waited long enough."""
        while True:
            await asyncio.sleep(TICK_S)
            now, self.ticked = self._parts.now(), time.monotonic()
            for recipient in self.memory.due(now):
                self.reload[recipient] = None
            for endpoint in list(self._resting):
                if not endpoint.is_open and not endpoint.parked:
                    self._resting.discard(endpoint)
                elif not endpoint.is_open:
                    self._wake(endpoint, endpoint.room)
                elif not endpoint.rests(now) and not endpoint.in_flight and not endpoint.waiting:
                    self._wake(endpoint, 1)  # one goes out to see
                self._pump(endpoint)
            self._show()
            if len(self._endpoints) > ENDPOINTS_KEPT:
                self._forget_endpoints()

    def _show(self) -> None:
        figures = self._parts.figures
        figures.in_flight.set(self._in_flight)
        for channel in self._parts.channels:
            count = sum(1 for each in self._resting if each.channel == channel and each.is_open)
            figures.open_endpoints.labels(channel).set(count)

    def _forget_endpoints(self) -> None:
        idle = [
            key
            for key, each in self._endpoints.items()
            if not (each.is_open or each.in_flight or each.waiting or each.parked)
        ]
        for key in idle:
            del self._endpoints[key]

    @property
    def busy(self) -> int:
        """How many lanes have a head underway or being recorded."""
        return self._busy

    async def cancel(self) -> None:
        """End the attempts that are underway. Results that are known wait for the next session."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        unrecorded = self._parts.unrecorded
        if len(unrecorded) > self._policy.window:  # of messages that others have delivered since
            unrecorded.clear()
        unrecorded.update((message.id, (message, made)) for _, message, made in self._results if made is not None)
