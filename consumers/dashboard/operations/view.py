"""What the machinery says of itself, as one value. Types only: who asks the processes is wired from outside.

Nothing here is about people: names of processes, numbers of partitions, counts, reasons in the processes' own words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from schemas.instants import Instant


class Condition(StrEnum):
    """How a process stands."""

    READY = "ready"
    NOT_READY = "not-ready"
    # It noted where it listens and does not answer: killed, or hanging.
    DOWN = "down"
    # It ended in a way that a new start can't cure; its supervisor says so.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Process:
    """One process. `lag`: records that it has not done yet; `restarts`: as its supervisor counts; `memory`: bytes.

    None where nobody says.
    """

    name: str
    role: str
    condition: Condition
    reasons: tuple[str, ...] = ()
    lag: int | None = None
    restarts: int | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the journal, as workers, fan-out and monitoring tell.

    `waiting`: inputs not decided; `behind_s`: age of the next of them; `untold`, `uncounted`: journal records that the
    fan-out has not told, that monitoring has not counted; `last`: time of the last decision, by the log's clock.
    """

    number: int
    worker: str = ""
    stopped: bool = False
    waiting: int | None = None
    behind_s: float | None = None
    untold: int | None = None
    uncounted: int | None = None
    last: Instant | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """What one reader keeps of one topic. `away`: of its store and the brokers, what it waits for now."""

    name: str
    topic: str
    lag: int
    away: tuple[str, ...] = ()
    outages: int = 0
    last: Instant | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker or fan-out has met since its start. Times in seconds."""

    name: str
    transactions: int
    aborted: int
    doubtful: int
    restores: int
    restore_s: float
    restoring: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Messages:
    """The notification gateway. `oldest_s`: how long the oldest message has waited; `left_alone`: endpoints."""

    waiting: int
    oldest_s: float
    at_risk: int
    undelivered: int
    left_alone: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A warning or an error that a process logged, in its own words."""

    at: Instant
    process: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class OperationsView:
    """Everything at one look. `asked`: when, by this machine's clock."""

    asked: Instant
    processes: tuple[Process, ...] = ()
    partitions: tuple[Partition, ...] = ()
    readers: tuple[Reader, ...] = ()
    work: tuple[Work, ...] = ()
    messages: Messages | None = None
    troubles: tuple[Trouble, ...] = ()


# Looks now; takes no longer than processes that hang are waited for. Raises nothing of a process that is away.
Operations = Callable[[], OperationsView]
