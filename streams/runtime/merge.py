"""Puts the co-partitioned inputs of one partition into the order of time. Pure: no clock, no client, no decoding.

The head with the lowest time is next; equal times go by the order of the topics. A topic holds time back while its
next record is on its way; read to its end, it does not. What must not happen before everything older is known, a
deadline, asks `known_until`.
"""

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")

# Nothing is known of a topic.
NOTHING_KNOWN = -1
FOREVER = 1 << 63


class _Lane(Generic[Item]):
    """One topic's part: what was fetched and not yet taken out, and how far it is known."""

    __slots__ = ("at_end", "fetched", "floor", "goal", "goal_time", "items", "position", "topic")

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.items: deque[tuple[int, Item]] = deque()
        # The next offset to be fetched; what stood before it was given to us.
        self.position = 0
        self.at_end = False
        # Whether a record came since the start: what is said of the last fetch is said of one that was ours.
        self.fetched = False
        # Every record before this moment is known: it was read up to an end that was asked for after it.
        self.floor = NOTHING_KNOWN
        # An end that was asked for, and the moment that is known once it is reached.
        self.goal: int | None = None
        self.goal_time = NOTHING_KNOWN

    def advance(self, position: int) -> None:
        self.position = max(self.position, position)
        if self.goal is not None and self.position >= self.goal:
            self.floor, self.goal = max(self.floor, self.goal_time), None


class Merge(Generic[Item]):
    """The inputs of one partition, in order of time."""

    def __init__(self, topics: Sequence[str]) -> None:
        """Take the topics in the order in which equal times are decided."""
        self._lanes = [_Lane[Item](topic) for topic in topics]
        self._by_topic = {lane.topic: lane for lane in self._lanes}
        # The lane of the head that was given last; none once it may be another.
        self._first: _Lane[Item] | None = None

    def start(self, topic: str, offset: int) -> None:
        """The first offset that will be given."""
        self._by_topic[topic].position = offset

    def put(self, topic: str, offset: int, time: int, item: Item) -> None:
        """A record was fetched. Offsets grow; `time` places it, and need not grow."""
        lane = self._by_topic[topic]
        assert offset >= lane.position, "records of one topic come in order, none twice"
        lane.items.append((time, item))
        self._first = None
        lane.at_end, lane.fetched = False, True
        lane.advance(offset + 1)

    def end(self, topic: str, offset: int) -> None:
        """The topic was read to its end, which is where the next record will stand."""
        lane = self._by_topic[topic]
        lane.at_end = True
        lane.advance(offset)

    def end_if(self, topic: str, high: int) -> None:
        """The topic is at its end if nothing lies between what was fetched and the watermark of the last fetch."""
        lane = self._by_topic[topic]
        if lane.fetched and 0 <= high <= lane.position:
            lane.at_end = True

    def unsettled(self) -> list[str]:
        """The topics that hold time back: the next record is on its way, or the end is not yet known."""
        return [lane.topic for lane in self._lanes if not lane.items and not lane.at_end]

    def position(self, topic: str) -> int:
        """The next offset of a topic: all before it was given, or is not there."""
        return self._by_topic[topic].position

    def known_before(self, topic: str) -> int:
        """The moment before which every record of a topic was said to be known; negative if nothing was said."""
        return self._by_topic[topic].floor

    def __len__(self) -> int:
        return sum(len(lane.items) for lane in self._lanes)

    def head(self) -> tuple[int, Item] | None:
        """The time and the record that are next; none while that is not known, or nothing is there."""
        best: _Lane[Item] | None = None
        best_time = unknown_from = FOREVER
        for lane in self._lanes:
            if lane.items:
                time = lane.items[0][0]
                if time < best_time:
                    best, best_time = lane, time
            elif not lane.at_end and lane.floor < unknown_from:
                unknown_from = lane.floor
        self._first = best
        return best.items[0] if best is not None and best_time < unknown_from else None

    def oldest(self) -> int | None:
        """The lowest time of what is here, known to be next or not."""
        return min((lane.items[0][0] for lane in self._lanes if lane.items), default=None)

    def pop(self) -> Item:
        """Take the head out, known to be next or not."""
        if self._first is None:
            self.head()
        lane, self._first = self._first, None
        assert lane is not None, "pop needs a record"
        return lane.items.popleft()[1]

    def known_until(self, moment: int) -> bool:
        """Whether every record older than a moment is known: taken out, or here."""
        for lane in self._lanes:
            if lane.floor < moment and not (lane.items and lane.items[0][0] >= moment):
                return False
        return True

    def expect(self, ends: dict[str, int], moment: int) -> None:
        """The ends of the topics, asked for when all older than `moment` had been appended: read up to them, all of
        that is known."""
        for topic, end in ends.items():
            lane = self._by_topic[topic]
            lane.goal, lane.goal_time = end, moment
            lane.advance(lane.position)

    @property
    def expects(self) -> bool:
        """Whether an end that was asked for is not yet reached."""
        return any(lane.goal is not None for lane in self._lanes)
