"""The number of one application at every record of its queue, each change with its causes (R3.5, R8.3). Exact.

One pass over the queue's timeline, in closed form. Holds every number that the register states of this application
against its own, and stops at the first difference. Never asks the database.
"""

from dataclasses import dataclass, field
from typing import Final

from consumers.dashboard.evidence.timeline import GROUPS, NOWHERE, Cause, QueueTimeline
from consumers.history.fold import Move
from consumers.live_view.order import Waiting
from schemas.errors import BrokenJournal
from schemas.instants import Instant

_GENERAL: Final = len(GROUPS) - 1
_PRIORITY: Final = 1


@dataclass(slots=True)
class Effect:
    """What others did to a number: how many of them did the same, and by how much it changed."""

    count: int = 0
    delta: int = 0


@dataclass(slots=True)
class Step:
    """A record that changed a number, or happened to the application itself. `after` is none while off the order."""

    record: int
    at: Instant
    before: int | None
    after: int | None
    own: tuple[Cause, ...] = ()
    causes: dict[Cause, Effect] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands behind the last record."""

    number: int | None
    group: str
    rank: int
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Curve:
    """All steps of one application, and where it stands behind the last of them (none: it never joined)."""

    steps: tuple[Step, ...]
    standing: Standing | None


def curve_of(timeline: QueueTimeline, application_id: str, through: int, ratio: int) -> Curve:
    """The curve up to a record. An application that is not of this queue has none.

    Raises: BrokenJournal where the register states another number.
    """
    me = timeline.numbers.get(application_id)
    if me is None:
        return Curve((), None)
    return _Pass(timeline, me, ratio).run(timeline.length_at(through))


class _Pass:
    """One pass over a timeline."""

    def __init__(self, timeline: QueueTimeline, me: int, ratio: int) -> None:
        self._timeline = timeline
        self._me = me
        self._ratio = ratio
        self._steps: list[Step] = []
        # Who waits before me, by group; the last item takes those who are nowhere.
        self._before = [0] * (NOWHERE + 1)
        self._group = NOWHERE

    def run(self, length: int) -> Curve:
        """All changes, of which `length` are looked at."""
        timeline, me, before = self._timeline, self._me, self._before
        key = timeline.keys[me]
        earlier = bytearray(each < key for each in timeline.keys)
        number = 0  # none
        last = None
        # Bound once: the loop runs for each change of a queue, of which a city has a hundred thousand.
        changes = zip(
            range(length), timeline.who, timeline.left, timeline.entered, timeline.extraordinary, timeline.priority,
            timeline.general, timeline.phase, strict=False,
        )  # fmt: skip
        ratio, group = self._ratio, NOWHERE
        for index, who, left, entered, extraordinary, priority, general, phase in changes:
            if who == me:
                number = self._own(index, number, left, entered)
                group = self._group
                last = index
                continue
            if earlier[who]:
                before[left] -= 1
                before[entered] += 1
            if not number:
                continue
            rank = before[group] + 1
            if group == _GENERAL:
                now = extraordinary + rank + min(priority, max(0, (rank + phase - 1) // ratio))
            elif group == _PRIORITY:
                now = extraordinary + rank + min(general, max(0, ratio * rank - phase))
            else:
                now = rank
            if now != number:
                self._others(index, number, now)
                number = now
        return Curve(tuple(self._steps), self._standing(length, number) if last is not None else None)

    def _own(self, index: int, number: int, left: int, entered: int) -> int:
        timeline = self._timeline
        waiting = number > 0
        cause = timeline.causes[timeline.cause[index]]
        if entered != NOWHERE:
            self._group, waiting = entered, True
        elif left != NOWHERE:
            waiting = False
        elif cause.move is Move.REGROUPED:  # off the order
            self._group = GROUPS.index(next(each for each in GROUPS if each.value == cause.detail))
        after = self._number(index) if waiting else 0
        stated = timeline.stated[index]
        served = cause.move is Move.SERVED
        if stated and stated != (number if served else after):
            raise BrokenJournal(
                f"record {timeline.records[index]} states number {stated} of {timeline.keys[self._me][1]}, "
                f"but the movements before it make it {(number if served else after) or 'off the order'}"
            )
        step = self._step(index, number)
        step.own += (cause,)
        step.after = after or None
        return after

    def _others(self, index: int, number: int, now: int) -> None:
        timeline = self._timeline
        step = self._step(index, number)
        effect = step.causes.setdefault(timeline.causes[timeline.cause[index]], Effect())
        effect.count += 1
        effect.delta += now - number
        step.after = now

    def _step(self, index: int, number: int) -> Step:
        """The step of this change's record: the last one, or a new one."""
        timeline = self._timeline
        record = timeline.records[index]
        if not self._steps or self._steps[-1].record != record:
            self._steps.append(Step(record, Instant(timeline.moments[index]), number or None, number or None))
        return self._steps[-1]

    def _waiting(self, index: int) -> Waiting:
        timeline = self._timeline
        return Waiting(
            timeline.extraordinary[index],
            timeline.priority[index],
            timeline.general[index],
            timeline.phase[index],
            self._ratio,
        )

    def _number(self, index: int) -> int:
        return self._waiting(index).number(GROUPS[self._group], self._before[self._group] + 1)

    def _standing(self, length: int, number: int) -> Standing | None:
        if self._group == NOWHERE:
            return None
        rank = self._before[self._group] + 1 if number else 0
        return Standing(number or None, GROUPS[self._group], rank, self._waiting(length - 1))
