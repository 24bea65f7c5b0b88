"""The closed loop of a season: simulated people on one side, the allocation in this process on the other.

Owns the order of simulated time, one locality at a time: actions wait in a heap, the book answers, its journal is
projected, and what concerns an agent is delivered to that agent alone. Never decides and never tells an agent more
than its real counterpart would be told.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from producers.campaign import assumptions
from producers.campaign.daytime import SECOND_MS
from producers.campaign.dice import Dice, Quantiles, seed_of
from producers.campaign.page import PublicPage
from producers.campaign.scenario import LocalityPlan, Scenario
from producers.campaign.town import Town
from producers.campaign.world import TOPIC_BY_TYPE, Action, Agent, Answer, News, Send, Tell, Word
from schemas.events import Event
from schemas.journal import Record
from schemas.outputs import Notification, Outcome
from schemas.words import TOPIC_ORDER
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.model import Status
from streams.rules.pack import Pack

_NEWS_DELAY = Quantiles(assumptions.NEWS_DELAY_SECONDS.value)
# The answer to an event is on the sender's screen within a second or so.
_ANSWER_MS = (40, 1_500)
_RANKS = {kind: 1 + TOPIC_ORDER[topic] for kind, topic in TOPIC_BY_TYPE.items()}
_IN_PERSON = 0


class LocalityLoop:
    """One locality's season, event by event."""

    def __init__(
        self, plan: LocalityPlan, scenario: Scenario, seed: int, pack: Pack, listen: Callable[[Record], None]
    ) -> None:
        """`listen` gets every record of the journal in its order."""
        self.locality = plan.locality
        self.book = Book(plan.locality, pack)
        self.town = Town(plan, scenario, PublicPage(self._number), seed)
        self._page = self.town.around.page
        assert isinstance(self._page, PublicPage)
        self._fold = self._page.fold
        self._projection = Projection(plan.locality)
        self._listen = listen
        self._gateway = Dice(seed_of(seed, "gateway", plan.locality))
        self._agents: dict[str, Agent] = {}
        self._heap: list[tuple[int, int, int, Action]] = []
        self._count = 0
        # Who asked to be told about which event; and when each recipient was last told something: messages to one
        # recipient keep their order.
        self._asked: dict[tuple[str, str], tuple[str, str]] = {}
        self._told: dict[str, int] = {}

    def _number(self, application_id: str) -> int | None:
        """The published number of an application in the order (rules, R7.3)."""
        application = self.book.state.applications.get(application_id)
        if application is None or application.status is not Status.QUEUED:
            return None
        return self.book.state.queue(application.queue).number(application)

    def run(self) -> Iterator[Event]:
        """The season's events in order of time, each of them decided when it comes out."""
        for action in self.town.opening():
            self._push(action)
        heap, book, stops = self._heap, self.book, self.town.stops
        while heap:
            at = heap[0][0]
            if at >= stops:
                return
            due = book.next_due()
            if due is not None and due <= at:
                # What falls due may call somebody to act before the next action that is planned so far.
                for record in book.advance(due):
                    self._hear(record)
                continue
            action = heappop(heap)[3]
            if isinstance(action, Send):
                yield self._send(action)
            elif isinstance(action, Tell):
                self._tell(action.to, action.word, at)
            else:
                self._agents[action.to] = action.agent
                self._tell(action.to, action.word, at)

    def _push(self, action: Action) -> None:
        self._count += 1
        rank = _RANKS[type(action.data)] if isinstance(action, Send) else _IN_PERSON
        heappush(self._heap, (action.at, rank, self._count, action))

    def _send(self, action: Send) -> Event:
        if action.asked is not None:
            self._asked[action.source, action.event_id] = (action.sender, action.asked)
        event = action.event(self.locality)
        assert event.time >= self.book.time, "the loop never lags behind the book"
        for record in self.book.handle(event):
            self._hear(record)
        return event

    def _tell(self, to: str, word: Word, now: int) -> None:
        agent = self._agents.get(to)
        if agent is None:
            return
        for action in agent.hear(word, now):
            # Nobody acts before having heard; an equal moment is possible only for what is said in person.
            assert action.at > now or not isinstance(action, Send), f"{to} acts in the past: {action}"
            self._push(action)

    def _hear(self, record: Record) -> None:
        """Project a record and put every output on its way to the one whom it concerns."""
        self._listen(record)
        self._fold(record)
        for output in self._projection.project(record):
            if isinstance(output, Notification):
                self._deliver(output)
            elif isinstance(output, Outcome):
                asked = self._asked.pop((output.source, output.event_id), None)
                if asked is not None:
                    at = record.time + self._gateway.between(*_ANSWER_MS)
                    self._push(Tell(at, asked[0], Answer(asked[1], output)))

    def _deliver(self, message: Notification) -> None:
        if message.recipient not in self._agents:
            return
        at = message.at + 1 + int(_NEWS_DELAY.draw(self._gateway) * SECOND_MS)
        last = self._told.get(message.recipient, 0)
        at = self._told[message.recipient] = max(at, last + 1)
        self._push(Tell(at, message.recipient, News(message)))
