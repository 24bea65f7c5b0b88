"""What an answer consists of: phrases without a language, entries of a timeline, orders at a moment.

Owns shapes only: how they are worded is `texts`' task, how they are printed `rendering`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas.instants import Instant
from schemas.words import Group


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a term: midnight is written as 24:00 of the day that it ends (rules, section 0)."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message of the locales with its arguments."""

    message: str
    arguments: Mapping[str, "Argument"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LanguageName:
    """A language by its ISO 639-1 code."""

    code: str


Argument = str | int | Instant | Deadline | date | Phrase | LanguageName


class Records:
    """Sequences of records: the first `limit` of them, how many there are, and the last."""

    __slots__ = ("count", "last", "limit", "shown")

    def __init__(self, limit: int) -> None:
        """Empty. `limit`: at least 1."""
        self.limit = limit
        self.shown: list[int] = []
        self.count = 0
        self.last = 0

    def add(self, sequence: int) -> None:
        """One more; the same one twice counts once."""
        if self.count and sequence == self.last:
            return
        if self.count < self.limit:
            self.shown.append(sequence)
        self.count += 1
        self.last = sequence


@dataclass(slots=True)
class Clause:
    """One thing that happened, how often, what it did to the number, and the records that prove it."""

    phrase: Phrase
    records: Records
    delta: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """One application in an order at a moment."""

    number: int
    application_id: str
    group: Group
    access: bool
    served: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """Who was eligible at a moment, in queue order: the first of them, those with access and the one served, and how
    many there were."""

    eligible: int
    with_access: int
    waiting: int
    rows: tuple[Standing, ...]


@dataclass(slots=True)
class Entry:
    """One line of a timeline: a moment, or a day's changes of one number."""

    first: Instant
    last: Instant
    clauses: list[Clause]
    own: bool
    before: int | None = None
    after: int | None = None
    order: OrderView | None = None


@dataclass(slots=True)
class Report:
    """A whole answer. `now`: how far the locality's time had come; `by`: the next deadline."""

    kind: str
    id: str
    locality: str
    queue: str | None
    now: Instant
    head: list[Phrase] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    closing: list[Phrase] = field(default_factory=list)
    by: Instant | None = None
    order: OrderView | None = None
