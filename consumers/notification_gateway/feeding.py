"""Gives a session its work: shards to hold, and their pending messages with the contacts of their recipients.

One task loads, so that what a load brings is put into lanes before the next one begins.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from consumers.notification_gateway.channels import (
    DIRECTORY_BATCH_MAX,
    Contact,
    DirectoryUnavailable,
    Recipient,
)
from consumers.notification_gateway.delivery_log import RECIPIENT_MESSAGES, DeliveryLog
from consumers.notification_gateway.judging import Waiting
from consumers.notification_gateway.lanes import Away, Lane
from consumers.notification_gateway.policy import SECOND_MS
from consumers.notification_gateway.session import Parts, Session
from consumers.notification_gateway.shards import plan

log = logging.getLogger(__name__)

RELOADED_MAX = 500
# A lane that holds so many gets no more for now.
LANE_MESSAGES_MAX = 4 * RECIPIENT_MESSAGES
# Of one load. An answer of the log waits for a turn of a loop that is busy with attempts: few large loads beat many.
LOAD_MESSAGES = 4_000
# Messages of one shard in one load, at least: with few recipients there are few shards that have any.
SHARD_MESSAGES_MIN = 8
FULL_PAUSE_S = 0.02
# Receivers that keep up empty memory faster than that.
FULL_FOR_S = 3.0
DIRECTORY_PAUSE_S = 1.0
# Of a recipient about whom there is no answer: each one that fails doubles its pause up to this.
UNANSWERED_PAUSE_MAX_S = 60.0
BACKLOG_EVERY_S = 15.0


class Feeder:
    """The shards and the loads of one session."""

    def __init__(self, delivery_log: DeliveryLog, session: Session, parts: Parts, wake: asyncio.Event) -> None:
        """`wake`: set when there may be something new."""
        self._log, self._session, self._parts, self._wake = delivery_log, session, parts, wake
        self._policy, self._memory = parts.policy, session.memory
        # Shard -> which claim of it this is: what was loaded under an earlier one is out of date.
        self._claimed: dict[int, int] = {}
        self._claims = 0
        self._leaving: set[int] = set()
        # Recipients about whom the directory gave no answer, and for how long they wait.
        self._unanswered: dict[Recipient, float] = {}
        # Why contacts are not known at present.
        self.trouble: str | None = None

    # ------------------------------------------------------------------------------------------------- shards

    async def claim_forever(self) -> None:
        """Hold a fair share of the shards. Raises: StoreUnavailable."""
        counted = 0.0
        while True:
            await self._balance()
            now = time.monotonic()
            if now - counted >= BACKLOG_EVERY_S:
                counted = now
                await self._count()
            await asyncio.sleep(self._policy.claim_s)

    async def _balance(self) -> None:
        session = self._session
        for shard in [each for each in self._leaving if not self._memory.busy_in(each)]:
            await self._log.release(shard)
            self._leaving.discard(shard)
        members, held = await self._log.claims()
        shift = plan(session.cursors.keys() | self._leaving, held, members, self._parts.random)
        for shard in shift.leave:
            if shard in session.cursors:
                del session.cursors[shard]
                self._leaving.add(shard)
                self._memory.leave_shard(shard)
        if shift.claim:
            for shard in await self._log.claim(shift.claim):
                self._claims += 1
                self._claimed[shard] = self._claims
                session.cursors[shard] = 0
            self._wake.set()
        self._parts.figures.shards.set(len(session.cursors))

    async def _count(self) -> None:
        count, oldest, at_risk = await self._log.backlog(self._parts.now())
        figures = self._parts.figures
        figures.at_risk.set(at_risk)
        figures.away.labels("directory").set(0 if self.trouble is None else 1)
        figures.pending.set(count)
        figures.oldest_seconds.set(0 if oldest is None else max(0, (self._parts.now() - oldest) / SECOND_MS))

    @property
    def held(self) -> int:
        """How many shards it holds."""
        return len(self._session.cursors)

    # -------------------------------------------------------------------------------------------------- loads

    async def feed_forever(self) -> None:
        """Load while there is room. Raises: StoreUnavailable."""
        session, memory, policy = self._session, self._memory, self._policy
        had_room = time.monotonic()
        while True:
            session.ended.clear()
            if session.reload and memory.held < policy.window:
                await self._reload()
            elif self._has_room:
                had_room = time.monotonic()
                if not await self._load():
                    await self._pause(policy.look_s)
            else:
                if time.monotonic() - had_room > FULL_FOR_S:
                    session.make_room()
                await asyncio.sleep(FULL_PAUSE_S)

    @property
    def _has_room(self) -> bool:
        memory, policy = self._memory, self._policy
        return (
            bool(self._session.cursors)
            and memory.held <= policy.window // 2
            and len(memory.away) < policy.waiting_recipients
        )

    async def _pause(self, seconds: float) -> None:
        """Wait for something new, but not without looking."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _load(self) -> bool:
        """Load what comes next in every shard; whether there was anything."""
        session = self._session
        cursors, claims = dict(session.cursors), dict(self._claimed)
        limit = max(SHARD_MESSAGES_MIN, min(LOAD_MESSAGES, self._policy.window // 2) // len(cursors))
        messages = await self._log.load(cursors, limit)
        lanes, away = self._memory.lanes, self._memory.away
        recipients = dict.fromkeys(each.recipient for each in messages if each.recipient not in away)
        # A lane may end while the directory is asked: what it knows of its recipient is kept for the next one.
        known = {each: lanes[each].contact for each in recipients if each in lanes}
        asked = await self._contacts([each for each in recipients if each not in known])
        if asked is None:
            return bool(messages)
        contacts = known | asked
        fresh = [each for each in messages if self._is_current(each, claims)]
        self._admit(fresh, contacts, away)
        for message in fresh:
            session.cursors[message.shard] = message.number
        return bool(messages)

    async def _reload(self) -> None:
        """Load recipients that have waited."""
        session, away = self._session, self._memory.away
        chosen: list[Recipient] = []
        for recipient in list(session.reload):
            del session.reload[recipient]
            if recipient in away:
                chosen.append(recipient)
            if len(chosen) == RELOADED_MAX:
                break
        if not chosen:
            return
        claims = dict(self._claimed)
        messages = await self._log.load_of(chosen)
        contacts = await self._contacts(chosen) or {}  # each waits for itself, so that none of them holds up a load
        back = {each: away.pop(each) for each in chosen if each in away}
        mine = [each for each in messages if each.recipient in back and self._is_current(each, claims)]
        self._admit(mine, contacts, away, back)

    def _is_current(self, message: Waiting, claims: Mapping[int, int]) -> bool:
        """Whether a message is still as it was when it was loaded."""
        shard = message.shard
        return (
            shard in self._session.cursors
            and claims.get(shard) == self._claimed.get(shard)
            and message.number not in self._session.ended
        )

    def _admit(
        self,
        messages: Iterable[Waiting],
        contacts: Mapping[Recipient, Contact | None],
        away: Mapping[Recipient, Away],
        back: Mapping[Recipient, Away] | None = None,
    ) -> None:
        """Put messages into lanes, and let new lanes go. `contacts`: of everybody who is not away, none if unknown,
        missing if not answered; `back`: recipients whose first messages these are."""
        memory, now = self._memory, self._parts.now()
        begun: list[Lane] = []
        counts: dict[Recipient, int] = {}
        for message in messages:
            recipient = message.recipient
            if recipient in away:
                continue  # it is loaded when its time comes
            lane, answered = memory.lanes.get(recipient), recipient in contacts
            if not answered and now < message.deliver_by:
                if lane is None:
                    due = now + self._unanswered_ms(recipient)
                    memory.postpone(recipient, message.shard, due, None if back is None else back[recipient])
                continue
            if lane is None:
                lane = memory.new_lane(recipient, message.shard, contacts.get(recipient))
                # Without an answer only what is over is judged; the rest is loaded again.
                lane.more = not answered
                begun.append(lane)
                if back is not None:
                    back[recipient].remind(message)
            elif (lane.more and answered) or (lane.messages and message.number <= lane.messages[-1].number):
                continue
            if len(lane.messages) >= LANE_MESSAGES_MAX:
                lane.more = True
                continue
            memory.append(lane, message)
            if back is not None:
                counts[recipient] = counts.get(recipient, 0) + 1
        for lane in begun:
            lane.more = lane.more or counts.get(lane.recipient, 0) >= RECIPIENT_MESSAGES
            self._session.advance(lane)

    def _unanswered_ms(self, recipient: Recipient) -> int:
        """How long a recipient waits about whom there was no answer."""
        seconds = self._unanswered.get(recipient, DIRECTORY_PAUSE_S)
        self._unanswered[recipient] = min(2 * seconds, UNANSWERED_PAUSE_MAX_S)
        return int(seconds * SECOND_MS)

    async def _contacts(self, recipients: Sequence[Recipient]) -> dict[Recipient, Contact | None] | None:
        """Each recipient's contact, none if it is unknown; those without an answer are missing. Nothing when the
        directory is away, after a pause."""
        found: dict[Recipient, Contact | None] = dict.fromkeys(recipients)
        try:
            for begin in range(0, len(recipients), DIRECTORY_BATCH_MAX):
                answers = await self._parts.directory.find(recipients[begin : begin + DIRECTORY_BATCH_MAX])
                for recipient, contact in answers.items():
                    if contact is None:
                        del found[recipient]
                    else:
                        found[recipient] = contact
        except DirectoryUnavailable as exc:
            self.trouble = str(exc)
            self._parts.figures.outages.labels("directory").inc()
            log.warning("waiting for the directory", extra={"reason": str(exc)})
            await asyncio.sleep(DIRECTORY_PAUSE_S)
            return None
        self.trouble = None
        if self._unanswered:
            for recipient in found:
                self._unanswered.pop(recipient, None)
        return found
