"""The timelines of queues in memory: read from the registers when first asked for, and read on with each question.

The one that was asked for longest ago gives way when too much is kept. Never writes to the registers.
"""

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any, Final, LiteralString

import psycopg

from consumers.dashboard.evidence.courses import Courses
from consumers.dashboard.evidence.timeline import MOVES, Movement, QueueTimeline
from schemas.instants import Instant

# About 60 bytes each: the changes of a season of the capital are 200,000.
CHANGES_KEPT_MAX: Final = 2_000_000
BATCH_ROWS: Final = 5_000

Connection = psycopg.Connection[tuple[Any, ...]]

_APPLICATIONS: Final[LiteralString] = (
    "SELECT application_id, submitted_at FROM applications WHERE locality = %s AND queue = %s"
)
_NEW: Final[LiteralString] = (
    "SELECT application_id, submitted_at FROM applications WHERE locality = %s AND application_id = ANY(%s)"
)
# `at` never goes back along the records, and has the index.
_MOVEMENTS: Final[LiteralString] = (
    "SELECT record, at, application_id, what, from_state, from_group, to_group, reason, number_stated FROM movements"
    " WHERE locality = %s AND queue = %s AND at >= %s AND record > %s AND what = ANY(%s) ORDER BY record, fact"
)
_FIRST: Final[LiteralString] = (
    "SELECT record, at, application_id, what, from_state, from_group, to_group, reason, number_stated FROM movements"
    " WHERE locality = %s AND queue = %s AND what = ANY(%s) ORDER BY record, fact"
)


class _Kept:
    """One timeline and who may write it."""

    def __init__(self) -> None:
        self.timeline = QueueTimeline()
        self.lock = Lock()


class Timelines:
    """The timelines of one set of registers, and the courses along them. As safe between threads as each one's lock."""

    def __init__(self, changes_max: int = CHANGES_KEPT_MAX) -> None:
        """Empty."""
        self._kept: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()
        self._lock = Lock()
        self._changes_max = changes_max
        self.courses = Courses()

    def of(self, connection: Connection, copy: str, locality: str, queue: str, records: int) -> QueueTimeline:
        """The timeline of a queue, at least up to `records`, where the snapshot of the connection stands.

        `copy`: which copy of the registers that is; after a rebuild everything is read anew. Raises: BrokenJournal,
        psycopg.Error.
        """
        key = copy, locality, queue
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
        with kept.lock:
            if kept.timeline.through < records:
                try:
                    self._read_on(connection, kept.timeline, locality, queue)
                except BaseException:
                    with self._lock:  # it may hold half of a record: the next question begins anew
                        self._kept.pop(key, None)
                    raise
                kept.timeline.through = records
        self._forget(copy)
        return kept.timeline

    def _read_on(self, connection: Connection, timeline: QueueTimeline, locality: str, queue: str) -> None:
        through, moves = timeline.through, list(MOVES)
        with connection.cursor(binary=True) as cursor:
            if not through:
                timeline.know(cursor.execute(_APPLICATIONS, (locality, queue)))
                timeline.take(_movements(cursor.execute(_FIRST, (locality, queue, moves))))
                return
            since = timeline.moments[-1] if len(timeline) else Instant(0)
            found = list(_movements(cursor.execute(_MOVEMENTS, (locality, queue, Instant(since), through, moves))))
            new = {each.application_id for each in found} - timeline.numbers.keys()
            if new:
                timeline.know(cursor.execute(_NEW, (locality, list(new))))
            timeline.take(found)

    def _forget(self, copy: str) -> None:
        with self._lock:
            count = len(self._kept)
            for key in [each for each in self._kept if each[0] != copy]:
                del self._kept[key]
            total = sum(len(each.timeline) for each in self._kept.values())
            while total > self._changes_max and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                total -= len(oldest.timeline)
            left = None if len(self._kept) == count else [each.timeline for each in self._kept.values()]
        if left is not None:
            self.courses.keep_only(left)


def _movements(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Iterator[Movement]:
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield from map(Movement._make, rows)
