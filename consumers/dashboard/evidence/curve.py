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
    if application_id not in timeline.numbers:
        return Curve((), None)
    walk = Walk(timeline, application_id, ratio)
    steps = tuple(walk.on(through))
    return Curve(steps, walk.standing)


class Walk:
    """One application along the timeline of its queue, from record to record. Not for several threads at once."""

    def __init__(self, timeline: QueueTimeline, application_id: str, ratio: int) -> None:
        """Before the first record. The timeline knows the application."""
        self._timeline = timeline
        self._me = timeline.numbers[application_id]
        self._ratio = ratio
        self._steps: list[Step] = []
        # Who waits before me, by group; the last item takes those who are nowhere.
        self._before = [0] * (NOWHERE + 1)
        self._group = NOWHERE
        self._now = 0  # none
        # Which of those that the timeline knows stand before me in my group.
        self._earlier = bytearray()
        self.length = 0

    def on(self, through: int) -> list[Step]:
        """The steps from where it stood up to a record, all changes of which the timeline has. Raises: BrokenJournal;
        then it can't go on."""
        timeline, me, before, begin = self._timeline, self._me, self._before, self.length
        end = timeline.length_at(through)
        if end <= begin:
            return []
        key, earlier = timeline.keys[me], self._earlier
        earlier.extend(each < key for each in timeline.keys[len(earlier) :])
        part = slice(begin, end)
        # Bound once: the loop runs for each change of a queue, of which a city has a hundred thousand.
        changes = zip(
            range(begin, end), timeline.who[part], timeline.left[part], timeline.entered[part],
            timeline.extraordinary[part], timeline.priority[part], timeline.general[part], timeline.phase[part],
            strict=True,
        )  # fmt: skip
        ratio, group, number = self._ratio, self._group, self._now
        for index, who, left, entered, extraordinary, priority, general, phase in changes:
            if who == me:
                number = self._own(index, number, left, entered)
                group = self._group
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
        self._now, self.length = number, end
        found, self._steps = self._steps, []
        return found

    @property
    def standing(self) -> Standing | None:
        """Where it stands; none before it joined."""
        if self._group == NOWHERE:
            return None
        number = self._now
        rank = self._before[self._group] + 1 if number else 0
        return Standing(number or None, GROUPS[self._group], rank, self._waiting(self.length - 1))

    @property
    def size(self) -> int:
        """What it takes of memory, roughly."""
        return len(self._earlier)

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
