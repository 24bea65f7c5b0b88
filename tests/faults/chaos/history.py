"""What was sent, decided and seen in a run, as one history: appends of events to their localities' journals, and looks.

An append lasts from the moment an event was handed to the publisher until its decision was first seen; a look from its
question where a partition ends until it had read so far. Each must seem to happen at one moment in between, in one
order for all (strict serializability). Owns that judgement, locality by locality, and the form of a history that
Jepsen's checkers read (https://github.com/jepsen-io/elle, list-append).
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
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
    """One event. `decided`: when its decision was first seen, in monotonic seconds; none if never."""

    event: str
    locality: str
    handed: float
    decided: float | None


def contradictions(appends: Sequence[Append], looks: Sequence[Look]) -> Iterator[str]:
    """What can't be, locality by locality. Nothing of a history in which each of them is strictly serializable."""
    sent: dict[str, dict[str, Append]] = {}
    for each in appends:
        sent.setdefault(each.locality, {})[each.event] = each
    homes = _homes(looks)
    for locality in sorted({*sent, *homes}):
        of_it = [look for look in looks if look.partition == homes.get(locality)]
        yield from _of_one(locality, sent.get(locality, {}), of_it)


def _homes(looks: Sequence[Look]) -> dict[str, int]:
    """Locality -> its partition."""
    return {locality: look.partition for look in looks for locality in look.seen}


def _of_one(locality: str, appends: Mapping[str, Append], looks: Sequence[Look]) -> Iterator[str]:
    """`looks`: those of its partition, whether or not they saw something of it."""
    order = max((look.seen.get(locality, ()) for look in looks), key=len, default=())
    places = {event: place for place, event in enumerate(order)}
    if len(places) < len(order):
        yield f"{locality}: an event was decided twice"
    if strangers := [event for event in order if event not in appends]:
        yield f"{locality}: {strangers[0]} was decided and never sent"
    if lost := [each.event for each in appends.values() if each.decided is not None and each.event not in places]:
        yield f"{locality}: {lost[0]} was seen decided, and no look has it"
    known = [
        (each.decided, places[each.event] + 1)
        for each in appends.values()
        if each.decided is not None and each.event in places
    ]
    known += [(look.had, len(look.seen.get(locality, ()))) for look in looks]
    reached = _Reached(known)
    for look in looks:
        seen = look.seen.get(locality, ())
        if seen != order[: len(seen)]:
            yield f"{locality}: observer {look.observer} saw another order than others"
        if len(seen) < (there := reached.before(look.asked)):
            yield f"{locality}: observer {look.observer} saw {len(seen)} events where {there} were known"
        if early := [event for event in seen if event in appends and appends[event].handed > look.had]:
            yield f"{locality}: {early[0]} was seen before it was sent"
    for event, place in places.items():
        if event in appends and place < (there := reached.before(appends[event].handed)):
            yield f"{locality}: {event} was sent when {there} events were decided, and became number {place + 1}"


class _Reached:
    """How many events were known to be decided at a moment."""

    def __init__(self, known: Sequence[tuple[float, int]]) -> None:
        ordered = sorted(known)
        self._times = [at for at, _ in ordered]
        self._lengths = list(accumulate((length for _, length in ordered), max, initial=0))

    def before(self, moment: float) -> int:
        """By then, and not only at that moment."""
        return self._lengths[bisect_left(self._times, moment)]


def write_history(path: Path, appends: Sequence[Append], looks: Sequence[Look]) -> None:
    """A line for each beginning and end of an operation, in the order of time, as EDN.

    Events are numbered, observers are processes from 0 on, and each append is one of its own. An append that nobody
    saw decided may have happened: it ends with `:info`, behind everything.
    """
    numbers = {each.event: number for number, each in enumerate(appends)}
    for event in {event for look in looks for seen in look.seen.values() for event in seen} - numbers.keys():
        numbers[event] = len(numbers)
    observers = 1 + max((look.observer for look in looks), default=-1)
    there: dict[int, list[str]] = {}
    for locality, partition in sorted(_homes(looks).items()):
        there.setdefault(partition, []).append(locality)
    ends: list[_End] = []
    for number, each in enumerate(appends):
        value = f"[[:append {json.dumps(each.locality)} {number}]]"
        ends.append((each.handed, 0, observers + number, "invoke", value))
        decided = (float("inf"), 1, observers + number, "info", value)
        ends.append(decided if each.decided is None else (each.decided, 1, observers + number, "ok", value))
    for look in looks:
        localities = there.get(look.partition, [])
        if not localities:
            continue
        question = " ".join(f"[:r {json.dumps(each)} nil]" for each in localities)
        answer = " ".join(
            f"[:r {json.dumps(each)} [{' '.join(str(numbers[event]) for event in look.seen.get(each, ()))}]]"
            for each in localities
        )
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
