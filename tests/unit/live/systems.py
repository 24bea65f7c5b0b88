"""A live system in this process: it decides the steps of a lane and tells it, in pieces of any size."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from infra.live.lane import Lane, Step, Told
from producers.campaign.scenario import scenario_of
from schemas.journal import Record
from schemas.outputs import Bulletin, Notification, Outcome, Output
from streams.projections.projection import Projection
from streams.rules.book import Book
from streams.rules.pack import KZ_2020


@dataclass
class Inbox:
    """Messages by id; those that were told but not read yet are not in it."""

    messages: dict[tuple[type, str], Told] = field(default_factory=dict)
    fetched: list[tuple[type, str]] = field(default_factory=list)
    skipped: set[tuple[type, str]] = field(default_factory=set)

    def fetch(self, output: Told) -> Told | None:
        found = self.messages.pop(key_of(output), None)
        if found is not None:
            self.fetched.append(key_of(output))
        return found

    def skip(self, output: Told) -> None:
        if self.messages.pop(key_of(output), None) is None:
            self.skipped.add(key_of(output))


def key_of(output: Told) -> tuple[type, str]:
    name = output.id if isinstance(output, Notification) else f"{output.locality}:{output.sequence}"
    return type(output), name


class System:
    """Plays one locality with a lane. `chance` cuts what is read into pieces; without it all comes at once."""

    def __init__(self, name: str = "village", scale: float = 1.0, days: int = 40, chance: Random | None = None) -> None:
        scenario = scenario_of(name, scale, days)
        plan = scenario.localities[0]
        self.bulletins: list[Bulletin] = []
        self.lane = Lane(plan, scenario, 7, KZ_2020, self.bulletins.append)
        self.steps: list[Step] = []
        self.records: list[Record] = []
        self.inbox = Inbox()
        self._book = Book(plan.locality, KZ_2020)
        self._projection = Projection(plan.locality)
        self._chance = chance
        self._log: deque[Record] = deque()
        self._told: deque[Output] = deque()
        self._queue: deque[Record] = deque()

    def play(self) -> "System":
        """To the end of the season."""
        lane = self.lane
        while not lane.ended or lane.waits:
            while lane.may_step:
                step = lane.step()
                if step is not None:
                    self._decide(step)
            self._read()
            if lane.waits and not lane.may_step:
                lane.hear(self._queue, self.inbox)
        return self

    def _decide(self, step: Step) -> None:
        self.steps.append(step)
        for event in [*step.events, step.tick]:
            for record in self._book.handle(event):
                self.records.append(record)
                self._log.append(record)
                self._told.extend(self._projection.project(record))

    def _read(self) -> None:
        """Some of the journal, and some of the messages."""
        self._move(len(self._log), self._log, self._queue)
        count = len(self._told) if self._chance is None else min(len(self._told), self._chance.randrange(9))
        for _ in range(count):
            output = self._told.popleft()
            if isinstance(output, Notification | Outcome | Bulletin) and key_of(output) not in self.inbox.skipped:
                self.inbox.messages[key_of(output)] = output

    def _move(self, most: int, source: deque[Record], target: deque[Record]) -> None:
        for _ in range(most if self._chance is None else min(most, self._chance.randrange(5))):
            target.append(source.popleft())
