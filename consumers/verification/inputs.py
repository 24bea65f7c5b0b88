"""Whether each event of the input topics has exactly one outcome: a record of the journal, or a dead letter.

Owns the account of offsets. Never reads a topic itself and never looks into an event. Of a partition's events it knows
the order only: what a worker decided of them stands in the journal in the order of their offsets.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TypeAlias

from consumers.verification.findings import Broken
from consumers.verification.shapes import CauseShape
from consumers.verification.topic import LogRecord

RULE = "R8.2"
Part: TypeAlias = tuple[str, int]


@dataclass(slots=True)
class Counts:
    """How many input records were decided, became dead letters, or wait for a worker."""

    decided: int = 0
    dead: int = 0
    waiting: int = 0


@dataclass(slots=True)
class _Outcomes:
    """Of one partition of one input topic; offsets in increasing order. `seen`: decided offsets found in the topic."""

    decided: "array[int]" = field(default_factory=lambda: array("q"))
    dead: set[int] = field(default_factory=set)
    seen: int = 0

    @property
    def last(self) -> int:
        """The last offset with an outcome; -1 without any."""
        return max(self.decided[-1] if self.decided else -1, max(self.dead, default=-1))

    def was_decided(self, offset: int) -> bool:
        place = bisect_left(self.decided, offset)
        return place < len(self.decided) and self.decided[place] == offset


class InputLedger:
    """Filled in three steps, in this order, so that nothing can slip between: journal, dead letters, inputs."""

    def __init__(self) -> None:
        """Know no outcome."""
        self._parts: dict[Part, _Outcomes] = {}
        self._last: dict[Part, int] = {}
        self.counts = Counts()

    def decided(self, cause: CauseShape, log: LogRecord) -> None:
        """A record of the journal. Raises: Broken when its event was decided before, or is not from its partition."""
        if cause.timer is not None:
            return
        if cause.topic is None or cause.partition is None or cause.offset is None:
            raise Broken(RULE, "the cause does not say where its event stands")
        if cause.partition != log.partition:
            raise Broken(RULE, "the event stood in partition {found} of its topic", found=cause.partition)
        part = self._part(cause.topic, cause.partition)
        if part.decided and cause.offset <= part.decided[-1]:
            raise Broken(RULE, "the event at offset {offset} of {topic} comes again, or too late", **_names(cause))
        part.decided.append(cause.offset)

    def dead(self, topic: str, partition: int, offset: int) -> None:
        """A dead letter. Raises: Broken when its record has an outcome already."""
        part = self._part(topic, partition)
        if offset in part.dead or part.was_decided(offset):
            raise Broken(
                RULE, "{topic}/{partition}, offset {offset}, has two outcomes", **_at(topic, partition, offset)
            )
        part.dead.add(offset)

    def event(self, topic: str, partition: int, offset: int) -> None:
        """A committed record of an input topic, each partition's in order. Raises: Broken when it was passed over."""
        key = topic, partition
        part = self._part(topic, partition)
        last = self._last.get(key)
        if last is None:
            last = self._last[key] = part.last
        if part.was_decided(offset):
            part.seen += 1
            self.counts.decided += 1
        elif offset in part.dead:
            self.counts.dead += 1
        elif offset > last:
            self.counts.waiting += 1
        else:
            raise Broken(RULE, "{topic}/{partition}, offset {offset}, has no outcome", **_at(topic, partition, offset))

    def finish(self, topic: str, partition: int, begin: int) -> None:
        """All of an input partition was told, from its first offset on. Raises: Broken when the journal knows more."""
        part = self._part(topic, partition)
        # What the topic no longer holds can't be looked for.
        expected = len(part.decided) - bisect_left(part.decided, begin)
        if part.seen != expected:
            raise Broken(
                RULE,
                "{topic}/{partition} has {found} of the {expected} events that were decided",
                topic=topic,
                partition=partition,
                found=part.seen,
                expected=expected,
            )

    def _part(self, topic: str, partition: int) -> _Outcomes:
        return self._parts.setdefault((topic, partition), _Outcomes())


def _names(cause: CauseShape) -> dict[str, object]:
    return {"topic": cause.topic, "offset": cause.offset}


def _at(topic: str, partition: int, offset: int) -> dict[str, object]:
    return {"topic": topic, "partition": partition, "offset": offset}
