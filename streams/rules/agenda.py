"""What is due when (contracts, section 4). Derived from the state: an entry may be stale, whoever fires it checks.

Owns no truth: it is not in a snapshot, and a lost agenda is laid out again from the fields of the state.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

from schemas.instants import Instant
from schemas.words import TIMER_RANK, Timer

Moment = tuple[Instant, int]  # due, rank of the timer

_TIMERS = {rank: timer for timer, rank in TIMER_RANK.items()}


class Agenda:
    """Timers by (due, rank, subject). Deadlines fall on few moments: the subjects of each share one bucket."""

    def __init__(self) -> None:
        """Start empty."""
        self._moments: list[Moment] = []
        self._buckets: dict[Moment, list[str]] = {}
        self._open: Moment | None = None  # whose bucket is a heap

    def add(self, due: Instant, timer: Timer, subject: str) -> None:
        """Remember that a timer is due. The same entry twice does no harm."""
        moment = (due, TIMER_RANK[timer])
        bucket = self._buckets.get(moment)
        if bucket is None:
            bucket = self._buckets[moment] = []
            heappush(self._moments, moment)
        if moment == self._open:
            heappush(bucket, subject)
        else:
            bucket.append(subject)

    def next_due(self) -> Instant | None:
        """The earliest moment, or none."""
        return self._moments[0][0] if self._moments else None

    def pop(self, stands: Callable[[Timer, str, Instant], bool]) -> tuple[Instant, Timer, str] | None:
        """Take the first entry of the first moment, or none where no reason stands there any longer.

        `stands` sifts the entries once, when their moment comes: most deadlines were met long before they are due.
        Raises: IndexError when the agenda is empty.
        """
        moment = self._moments[0]
        due, timer = moment[0], _TIMERS[moment[1]]
        bucket = self._buckets[moment]
        if self._open != moment:
            bucket[:] = [subject for subject in dict.fromkeys(bucket) if stands(timer, subject, due)]
            heapify(bucket)
            self._open = moment
        subject = heappop(bucket) if bucket else None
        if not bucket:
            heappop(self._moments)
            del self._buckets[moment]
            self._open = None
        return None if subject is None else (due, timer, subject)
