"""What is due when (contracts, section 4). Derived from the state: an entry may be stale, whoever fires it checks.

Owns no truth: it is not in a snapshot, and a lost agenda is laid out again from the fields of the state.
"""

from heapq import heapify, heappop, heappush

from schemas.instants import Instant
from schemas.words import TIMER_RANK, Timer

Entry = tuple[int, str]  # rank of the timer, subject

_TIMERS = {rank: timer for timer, rank in TIMER_RANK.items()}


class Agenda:
    """Timers by (due, rank, subject). Deadlines fall on few moments, so each moment is one bucket."""

    def __init__(self) -> None:
        """Start empty."""
        self._moments: list[Instant] = []
        self._buckets: dict[Instant, list[Entry]] = {}
        self._open: Instant | None = None  # the moment whose bucket is a heap

    def add(self, due: Instant, timer: Timer, subject: str) -> None:
        """Remember that a timer is due. The same entry twice does no harm."""
        bucket = self._buckets.get(due)
        if bucket is None:
            bucket = self._buckets[due] = []
            heappush(self._moments, due)
        if due == self._open:
            heappush(bucket, (TIMER_RANK[timer], subject))
        else:
            bucket.append((TIMER_RANK[timer], subject))

    def next_due(self) -> Instant | None:
        """The earliest moment, or none."""
        return self._moments[0] if self._moments else None

    def pop(self) -> tuple[Instant, Timer, str]:
        """Take the first entry. Raises: IndexError when there is none."""
        due = self._moments[0]
        bucket = self._buckets[due]
        if self._open != due:
            heapify(bucket)
            self._open = due
        rank, subject = heappop(bucket)
        if not bucket:
            heappop(self._moments)
            del self._buckets[due]
            self._open = None
        return due, _TIMERS[rank], subject
