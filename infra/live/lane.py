"""One locality's season against a live system: its people, its simulated time, and what they have heard so far.

Time advances in steps. A step is what the people do within a few simulated minutes, and a clock tick at its end, so
that deadlines fall due. What follows from a step is heard before the step after the next one is made; who then would
have acted in the past acts at the present. Which step comes next depends on nothing but the seed, the journal and the
messages, in the journal's order: so the topics hold all of a season, and a lane that starts again makes the same steps.

Never talks to Kafka: it gives steps out and is given records and messages.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from infra.live.public_view import PublicView
from producers.campaign import assumptions
from producers.campaign.daytime import SECOND_MS
from producers.campaign.dice import Dice, Quantiles, seed_of
from producers.campaign.scenario import LocalityPlan, Scenario
from producers.campaign.town import Town
from producers.campaign.world import TOPIC_BY_TYPE, Action, Agent, Answer, News, Send, Tell, Word
from schemas.events import ClockTick, Event
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import Bulletin, Notification, Outcome, Output
from schemas.words import TOPIC_ORDER
from schemas.zones import MINUTE_MS
from streams.rules.pack import Pack

CLOCK_SOURCE = "urn:oryn:season-clock"
# Everybody learns of what others did at the latest so much later, and the page is so old at most.
STEP_MS = 20 * MINUTE_MS
STEP_EVENTS_MAX = 200
# Steps that are on their way at once: while one is decided and told, the people plan the next one.
STEPS_AHEAD = 2

_NEWS_DELAY = Quantiles(assumptions.NEWS_DELAY_SECONDS.value)
# The answer to an event is on the sender's screen within a second or so.
_ANSWER_MS = (40, 1_500)
_RANKS = {kind: 1 + TOPIC_ORDER[topic] for kind, topic in TOPIC_BY_TYPE.items()}
_IN_PERSON = 0
# Where most events are: time moves in the topic of those whom it concerns.
_TICK_TOPIC = "application-changes"


@dataclass(frozen=True, slots=True)
class Step:
    """Events of one locality in the order of their times; the last one is the clock's."""

    events: list[Event]
    tick: Event


# What the people and the public are told.
Told = Notification | Outcome | Bulletin


class Inbox(Protocol):
    """The messages of a season, as they were read from their topics."""

    def fetch(self, output: Told) -> Told | None:
        """Take out the message of an output; none while it was not read yet."""
        ...

    def skip(self, output: Told) -> None:
        """Nobody wants the message of this output."""
        ...


class Lane:
    """One locality."""

    def __init__(
        self, plan: LocalityPlan, scenario: Scenario, seed: int, pack: Pack, publish: Callable[[Bulletin], None]
    ) -> None:
        """Gather the people, which takes some seconds for a large city. `publish` gets every bulletin."""
        self._publish = publish
        self.locality = plan.locality
        self.view = PublicView(plan.locality, pack)
        self.town = Town(plan, scenario, self.view.page, seed)
        # Everything until this moment was given out.
        self.now = int(self.town.starts) - 1
        self.steps = 0
        self.ended = False
        self._gateway = Dice(seed_of(seed, "gateway", plan.locality))
        self._agents: dict[str, Agent] = {}
        self._heap: list[tuple[int, int, int, Action]] = []
        self._count = 0
        # Who asked to be told about which event; and when each recipient was last told something.
        self._asked: dict[tuple[str, str], tuple[str, str]] = {}
        self._told: dict[str, int] = {}
        # Ticks of the steps whose consequences were not heard yet; what the newest record still has to be told of.
        self._ahead: deque[str] = deque()
        self._ticked: set[str] = set()
        self._owed: deque[Output] = deque()
        self._record: Record | None = None
        # Some of a step was heard, and not all of it: no step is made then, for it would depend on how fast we read.
        self._midway = False
        for action in self.town.opening():
            self._push(action)

    # ---------------------------------------------------------------------------------------------------- acting

    @property
    def may_step(self) -> bool:
        """Whether the next step may be made before more is heard."""
        if self.ended or self._midway or len(self._ahead) >= STEPS_AHEAD:
            return False
        return not self._ahead or self._near

    @property
    def _near(self) -> bool:
        """Whether somebody acts within the next step. While something is on its way time goes no further than that:
        it may call somebody to act before the next plan."""
        return bool(self._heap) and self._heap[0][0] <= min(self.now + STEP_MS, self.town.stops - 1)

    @property
    def waits(self) -> bool:
        """Whether consequences are on their way."""
        return bool(self._ahead)

    @property
    def owes(self) -> bool:
        """Whether a message was not read yet that belongs to a record which was."""
        return self._record is not None

    def step(self) -> Step | None:
        """The next step; none at the season's end. State: `may_step`."""
        events: list[Event] = []
        start = self.now
        boundary = self.view.next_moment(start)
        while not events and self.now < boundary:
            if self._ahead and not self._near:
                break
            if not self._heap or self._heap[0][0] >= self.town.stops:
                self.ended = True
                if not events and self.now == start:
                    return None
                break
            first = max(self._heap[0][0], self.now + 1)
            self._act(min(boundary, first + STEP_MS), events)
        self.steps += 1
        tick = Event(
            _TICK_TOPIC, Instant(self.now), f"{self.locality}-{self.steps}", CLOCK_SOURCE, self.locality, ClockTick()
        )
        self._ahead.append(tick.event_id)
        return Step(events, tick)

    def _act(self, end: int, events: list[Event]) -> None:
        """Let the people act until a moment, or until there is enough for one step."""
        heap, earliest = self._heap, self.now + 1
        while heap and heap[0][0] <= end:
            if len(events) >= STEP_EVENTS_MAX:
                end = max(earliest, min(end, heap[0][0] - 1))
                break
            at, _, _, action = heappop(heap)
            at = max(at, earliest)
            if isinstance(action, Send):
                events.append(self._send(action, at))
            elif isinstance(action, Tell):
                self._tell(action.to, action.word, at)
            else:
                self._agents[action.to] = action.agent
                self._tell(action.to, action.word, at)
        self.now = max(end, earliest)

    def _push(self, action: Action) -> None:
        self._count += 1
        rank = _RANKS[type(action.data)] if isinstance(action, Send) else _IN_PERSON
        heappush(self._heap, (action.at, rank, self._count, action))

    def _send(self, action: Send, at: int) -> Event:
        if action.asked is not None:
            self._asked[action.source, action.event_id] = (action.sender, action.asked)
        topic = TOPIC_BY_TYPE[type(action.data)]
        return Event(topic, Instant(at), action.event_id, action.source, self.locality, action.data)

    def _tell(self, to: str, word: Word, now: int) -> None:
        agent = self._agents.get(to)
        if agent is not None:
            for action in agent.hear(word, now):
                self._push(action)

    # --------------------------------------------------------------------------------------------------- hearing

    def hear(self, records: deque[Record], inbox: Inbox) -> list[Record]:
        """Take in records, and the messages that belong to them, until the oldest step on its way is heard out.

        Stops where a message was not read yet, or no record is left: call it again then. Records that were folded are
        taken out of `records` and returned.
        """
        assert not self.may_step, "steps are made at the same points of the journal every time"
        folded: list[Record] = []
        while self._ahead:
            if self._record is None:
                if not records:
                    break
                self._record = records.popleft()
                self._midway = True
                folded.append(self._record)
                self._owed.extend(self.view.fold(self._record))
            if not self._collect(inbox, self._record):
                break
            cause, self._record = self._record.cause, None
            if cause.source == CLOCK_SOURCE and cause.event_id is not None:
                self._ticked.add(cause.event_id)
            if self._ahead[0] in self._ticked:
                self._ticked.discard(self._ahead.popleft())
                self._midway = False
                break
        return folded

    def _collect(self, inbox: Inbox, record: Record) -> bool:
        """Hand out what a record led to; false if something of it was not read yet."""
        owed = self._owed
        while owed:
            output = owed[0]
            if isinstance(output, Notification):
                if not self._notified(output, inbox):
                    return False
            elif isinstance(output, Outcome):
                if not self._answered(output, record, inbox):
                    return False
            elif isinstance(output, Bulletin):
                bulletin = inbox.fetch(output)
                if not isinstance(bulletin, Bulletin):
                    return False
                self._publish(bulletin)
            owed.popleft()
        return True

    def _notified(self, output: Notification, inbox: Inbox) -> bool:
        if output.recipient not in self._agents:
            inbox.skip(output)
            return True
        message = inbox.fetch(output)
        if not isinstance(message, Notification):
            return False
        self._deliver(message)
        return True

    def _answered(self, output: Outcome, record: Record, inbox: Inbox) -> bool:
        asked = self._asked.get((output.source, output.event_id))
        if asked is None:
            inbox.skip(output)
            return True
        answer = inbox.fetch(output)
        if not isinstance(answer, Outcome):
            return False
        del self._asked[output.source, output.event_id]
        at = max(record.time + self._gateway.between(*_ANSWER_MS), self.now + 1)
        self._push(Tell(at, asked[0], Answer(asked[1], answer)))
        return True

    def _deliver(self, message: Notification) -> None:
        at = message.at + 1 + int(_NEWS_DELAY.draw(self._gateway) * SECOND_MS)
        at = max(at, self.now + 1)
        last = self._told.get(message.recipient, 0)
        at = self._told[message.recipient] = max(at, last + 1)
        self._push(Tell(at, message.recipient, News(message)))
