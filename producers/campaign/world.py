"""The border between the simulated people and everything else: what reaches an agent, and what it does about it.

An agent is told what its real counterpart would be told, at the moment it would learn of it, and answers with actions
in the future: events to send, words to say to somebody in person. Whether an in-process allocation or a live system
answers makes no difference to it. Never decides, never sends.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.facts import BulletinEntry
from schemas.instants import Instant
from schemas.outputs import Notification, Outcome
from schemas.words import Benefit, QueueKind

TOPIC_BY_TYPE = {kind: topic for topic, kinds in EVENTS_BY_TOPIC.items() for kind in kinds}


class Word(msgspec.Struct, frozen=True, gc=False):
    """Something that is said or shown in person, or a plan that an agent made for itself."""


class Step(Word, frozen=True):
    """An agent's own plan has come due. `subject`: the application or place that it is about."""

    plan: str
    subject: str


class Answer(Word, frozen=True):
    """What became of an event that the agent sent and asked about. `subject`: as given with the event."""

    subject: str
    outcome: Outcome


class News(Word, frozen=True):
    """A message that the gateway delivered to an applicant or an organisation (rules, R7.1)."""

    message: Notification


class Papers(Word, frozen=True):
    """Papers shown to the provider: for a registration (`place_id` empty) or for a referral.

    `benefits`: what the papers prove. `queue_kind`: which queue they are for.
    """

    application_id: str
    applicant_id: str
    place_id: str
    claimed: tuple[Benefit, ...]
    proven: tuple[Benefit, ...]
    queue_kind: QueueKind


class Opened(Word, frozen=True):
    """From now on this agent can be reached under this name; there is nothing to do yet."""


class BenefitPapers(Word, frozen=True):
    """Papers that prove another set of benefits than before."""

    application_id: str
    proven: tuple[Benefit, ...]


class OtherParent(Word, frozen=True):
    """The child's other legal representative takes the application over."""

    application_id: str
    applicant_id: str


class Arrival(Word, frozen=True):
    """A family stands at the kindergarten's door with its referral."""

    application_id: str
    place_id: str


class Leaving(Word, frozen=True):
    """A family takes its child out of the kindergarten."""

    application_id: str
    place_id: str


class Vacancy(Word, frozen=True):
    """A seat becomes free, or will: what the head of a kindergarten knows and nobody else."""

    birth_year: int
    how: str


class Send(msgspec.Struct, frozen=True, gc=False):
    """Send an event. `asked`: tell the sender what became of it, calling it by this subject."""

    at: int
    sender: str
    source: str
    event_id: str
    data: EventData
    asked: str | None = None

    def event(self, locality: str, offset: int | None = None) -> Event:
        """The event as the log takes it."""
        return Event(
            topic=TOPIC_BY_TYPE[type(self.data)],
            time=Instant(self.at),
            event_id=self.event_id,
            source=self.source,
            locality=locality,
            data=self.data,
            partition=None if offset is None else 0,
            offset=offset,
        )


class Tell(msgspec.Struct, frozen=True, gc=False):
    """Say a word to an agent in person (or to oneself, as a plan)."""

    at: int
    to: str
    word: Word


class Enter(msgspec.Struct, frozen=True, gc=False):
    """Somebody new, or a second name of somebody: from now on the name is this agent's. It is told the word at once."""

    at: int
    to: str
    agent: "Agent"
    word: Word


Action = Send | Tell | Enter


class Agent(Protocol):
    """Somebody who reacts. `name`: the id that messages and words are addressed to."""

    name: str

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """React to what is heard at this moment. Every action lies after it."""
        ...


class Page(Protocol):
    """The public page of free places (rules, R7.3), as anyone may open it in a browser."""

    def organisations(self, queue: str) -> Sequence[str]:
        """Who has places of a queue on offer, in the order in which they first offered one."""
        ...

    def offered(self, queue: str, organisation_id: str) -> Sequence[BulletinEntry]:
        """An organisation's places of a queue that are not chosen yet, oldest first."""
        ...

    def printed(self, place_id: str) -> BulletinEntry | None:
        """A place as the last bulletin with it printed it."""
        ...

    def is_open(self, place_id: str) -> bool:
        """The place's window has ended: the first of the queue may choose it."""
        ...

    def number(self, application_id: str) -> int | None:
        """The application's number in the published order of its queue, null while it has none."""
        ...

    def is_private(self, organisation_id: str) -> bool:
        """A private organisation with a state order."""
        ...
