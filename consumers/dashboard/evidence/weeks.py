"""A queue week by week, from its timeline: who came, who was served, who went, how long it was, how 1 : 3 came out.

Never asks a source.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from consumers.dashboard.evidence.timeline import GROUPS, NOWHERE, QueueTimeline
from consumers.dashboard.words import Words
from consumers.history.fold import Move
from schemas.instants import Instant
from schemas.words import Group
from schemas.zones import date_to_day

DAYS_OF_WEEK: Final = 7
_GENERAL: Final = GROUPS.index(Group.GENERAL)
_PRIORITY: Final = GROUPS.index(Group.PRIORITY)


@dataclass(slots=True)
class Week:
    """One week of local days, from its Monday. `both`: served of a group while general and priority ones waited."""

    monday: date
    joined: int = 0
    served: Counter[Group] = field(default_factory=Counter)
    returned: int = 0
    paused: int = 0
    left: int = 0
    waiting: int = 0
    both: Counter[Group] = field(default_factory=Counter)


def weeks_of(timeline: QueueTimeline, records: int, until: Instant, w: Words) -> list[Week]:
    """All weeks from the first change to that of `until`, empty ones too, the first one first."""
    length = timeline.length_at(records)
    if not length:
        return []
    monday = _monday(w.local_day(timeline.moments[0]))
    last = _monday(w.local_day(until))
    found = []
    begin = 0
    while monday <= last:
        following = monday + timedelta(days=DAYS_OF_WEEK)
        end = bisect_left(timeline.moments, w.zone.at(date_to_day(following)), begin, length)
        known = timeline.kept.get((w.zone.name, monday))
        if isinstance(known, Week):
            found.append(known)
        else:
            week = Week(monday)
            _count(timeline, week, begin, end)
            week.waiting = _waiting(timeline, end - 1) if end else 0
            found.append(week)
            if end < length:  # there is a later change, and so none of this week any more
                timeline.kept[w.zone.name, monday] = week
        monday, begin = following, end
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _waiting(timeline: QueueTimeline, index: int) -> int:
    return timeline.extraordinary[index] + timeline.priority[index] + timeline.general[index]


def _count(timeline: QueueTimeline, week: Week, begin: int, end: int) -> None:
    moves = [cause.move for cause in timeline.causes]
    for index in range(begin, end):
        move = moves[timeline.cause[index]]
        left = timeline.left[index]
        if move is Move.SERVED:
            group = GROUPS[left]
            week.served[group] += 1
            if _both_waited(timeline, index, left):
                week.both[group] += 1
        elif move is Move.QUEUED:
            week.joined += 1
        elif move is Move.RETURNED:
            week.returned += 1
        elif left != NOWHERE and move is Move.ARCHIVED:
            week.left += 1
        elif left != NOWHERE and move is not Move.REGROUPED:
            week.paused += 1


def _both_waited(timeline: QueueTimeline, index: int, left: int) -> bool:
    """Whether priority and general applications waited before this one was served."""
    priority = timeline.priority[index] + (left == _PRIORITY)
    general = timeline.general[index] + (left == _GENERAL)
    return left in (_PRIORITY, _GENERAL) and priority > 0 and general > 0
