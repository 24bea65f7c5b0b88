"""What was sent, decided and seen in a run, as one history: appends of events to the journal, and looks at it.

An append lasts from the moment an event was handed to the publisher until its decision was first seen; a look from its
question where a partition ends until it had read so far. Each must seem to happen at one moment in between, in one
order for all (strict serializability). Owns that judgement, partition by partition, and the form of a history that
Jepsen's checkers read (https://github.com/jepsen-io/elle, list-append; a list for each locality).
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeAlias

from tests.faults.chaos.looking import Look

NANOSECONDS: Final = 1_000_000_000
# Moment, whether it is an end, process, type, value.
_End: TypeAlias = tuple[float, int, int, str, str]


@dataclass(frozen=True)
class Append:
    """One event; `handed` when it was first. `decided`: when its decision was first seen, none if never. Monotonic
    seconds."""

    event: str
    locality: str
    partition: int
    handed: float
    decided: float | None


@dataclass(frozen=True)
class Stale:
    """A look that saw less than was known when it began."""

    look: Look
    known: int


class Course:
    """One partition: its order of decisions, and how much of it was known when."""

    def __init__(self, partition: int, appends: Sequence[Append], looks: Sequence[Look]) -> None:
        """Of all appends and looks those that are of this partition."""
        self._name = f"partition {partition}"
        self._appends = {each.event: each for each in appends if each.partition == partition}
        self._looks = [look for look in looks if look.partition == partition]
        self._order = max((look.seen for look in self._looks), key=len, default=())
        self._places = {event: place for place, event in enumerate(self._order)}
        known = [
            (each.decided, self._places[each.event] + 1)
            for each in self._appends.values()
            if each.decided is not None and each.event in self._places
        ]
        known += [(look.had, len(look.seen)) for look in self._looks]
        known.sort()
        self._times = [at for at, _ in known]
        self._lengths = list(accumulate((length for _, length in known), max, initial=0))

    def _known(self, moment: float) -> int:
        """How many events were known to be decided before that moment."""
        return self._lengths[bisect_left(self._times, moment)]

    def stale(self) -> Iterator[Stale]:
        """Looks that saw less than they should have."""
        for look in self._looks:
            known = self._known(look.asked)
            if len(look.seen) < known:
                yield Stale(look, known)

    def contradictions(self) -> Iterator[str]:
        """What can't be, but for stale looks."""
        if len(self._places) < len(self._order):
            yield f"{self._name}: an event was decided twice"
        for event in self._places.keys() - self._appends.keys():
            yield f"{self._name}: {event} was decided and never sent"
        last = max((look.asked for look in self._looks), default=0.0)
        for each in self._appends.values():
            if each.decided is None:
                continue
            if each.decided < each.handed:
                yield f"{self._name}: {each.event} was decided before it was sent"
            if each.event not in self._places and each.decided < last:
                yield f"{self._name}: {each.event} was seen decided, and no look has it"
        for look in self._looks:
            if look.seen != self._order[: len(look.seen)]:
                yield f"{self._name}: observer {look.observer} saw another order than others"
        for event, place in self._places.items():
            if event in self._appends and place < (known := self._known(self._appends[event].handed)):
                yield f"{self._name}: {event} was sent when {known} events were decided, and became number {place + 1}"


def courses(appends: Sequence[Append], looks: Sequence[Look]) -> list[Course]:
    """Of each partition that something is known of."""
    partitions = sorted({each.partition for each in appends} | {look.partition for look in looks})
    return [Course(partition, appends, looks) for partition in partitions]


def write_history(path: Path, appends: Sequence[Append], looks: Sequence[Look]) -> None:
    """A line for each beginning and end of an operation, in the order of time, as EDN.

    Events are numbered, observers are processes from 0 on, and each append is one of its own. A look reads the lists of
    all localities of its partition. An append that nobody saw decided may have happened: it ends with `:info`,
    behind everything. What was never sent, which `Course` tells, is left out.
    """
    numbers = {each.event: (number, each.locality) for number, each in enumerate(appends)}
    observers = 1 + max((look.observer for look in looks), default=-1)
    localities: dict[int, dict[str, list[str]]] = {}
    for each in sorted(appends, key=lambda each: each.locality):
        localities.setdefault(each.partition, {})[each.locality] = []
    ends: list[_End] = []
    for number, each in enumerate(appends):
        value = f"[[:append {json.dumps(each.locality)} {number}]]"
        ends.append((each.handed, 0, observers + number, "invoke", value))
        decided = (float("inf"), 1, observers + number, "info", value)
        ends.append(decided if each.decided is None else (each.decided, 1, observers + number, "ok", value))
    for look in looks:
        lists = {locality: list[str]() for locality in localities.get(look.partition, ())}
        for number, locality in (numbers[event] for event in look.seen if event in numbers):
            lists[locality].append(str(number))
        if lists:
            question = " ".join(f"[:r {json.dumps(locality)} nil]" for locality in lists)
            answer = " ".join(f"[:r {json.dumps(locality)} [{' '.join(each)}]]" for locality, each in lists.items())
            ends.append((look.asked, 0, look.observer, "invoke", f"[{question}]"))
            ends.append((look.had, 1, look.observer, "ok", f"[{answer}]"))
    # What ends and begins at one moment overlaps: beginnings first.
    ends.sort(key=itemgetter(0, 1, 2))
    moments = [each[0] for each in ends if each[0] < float("inf")]
    first, last = (moments[0], moments[-1]) if moments else (0.0, 0.0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for index, (at, _, process, kind, value) in enumerate(ends):
            time = round((min(at, last) - first) * NANOSECONDS)
            file.write(
                f"{{:index {index}, :time {time}, :type :{kind}, :process {process}, :f :txn, :value {value}}}\n"
            )
