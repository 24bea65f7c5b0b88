"""The courses of applications in memory: made when first asked for, and gone on with each question.

The one that was asked for longest ago gives way when too much is kept. A course belongs to one timeline: after a
rebuild of the registers, or for others, it is made anew.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final, NamedTuple

from consumers.dashboard.evidence.course import Course
from consumers.dashboard.evidence.timeline import QueueTimeline
from schemas.zones import Zone

# Of the capital's longest queue some 500.
COURSES_BYTES_MAX: Final = 96_000_000


class Asked(NamedTuple):
    """Whose course. `public`: of the steps that the published orders show."""

    locality: str
    application_id: str
    public: bool


class _Kept:
    """One course and who may go on with it."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.lock = Lock()
        self.size = 0


class Courses:
    """Those of one set of registers. As safe between threads as the lock of each."""

    def __init__(self, bytes_max: int = COURSES_BYTES_MAX) -> None:
        """Empty."""
        self._kept: OrderedDict[Asked, _Kept] = OrderedDict()
        self._lock = Lock()
        self._bytes_max = bytes_max
        self.bytes_kept = 0

    @contextmanager
    def of(self, asked: Asked, timeline: QueueTimeline, through: int, ratio: int, zone: Zone) -> Iterator[Course]:
        """A course as of a record; inside, nobody goes on with it. Raises: BrokenJournal."""

        def new() -> Course:
            return Course(timeline, asked.application_id, ratio, zone, public=asked.public)

        with self._lock:
            kept = self._kept.get(asked)
            if kept is None or kept.course.timeline is not timeline:
                self._drop(asked)
                kept = self._kept[asked] = _Kept(new())
            self._kept.move_to_end(asked)
        with kept.lock:
            course = kept.course
            if course.length > timeline.length_at(through):  # somebody has a newer snapshot: nobody goes back
                course = new()
            try:
                course.on(through)
            except BaseException:
                with self._lock:
                    if self._kept.get(asked) is kept:
                        self._drop(asked)
                raise
            if course is kept.course:
                self._weigh(asked, kept)
            yield course

    def keep_only(self, timelines: Collection[QueueTimeline]) -> None:
        """Let the courses of all other timelines go."""
        known = {id(each) for each in timelines}
        with self._lock:
            for asked in [each for each, kept in self._kept.items() if id(kept.course.timeline) not in known]:
                self._drop(asked)

    def _weigh(self, asked: Asked, kept: _Kept) -> None:
        with self._lock:
            if self._kept.get(asked) is not kept:
                return
            self.bytes_kept += kept.course.size - kept.size
            kept.size = kept.course.size
            while self.bytes_kept > self._bytes_max and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def _drop(self, asked: Asked) -> None:
        kept = self._kept.pop(asked, None)
        if kept is not None:
            self.bytes_kept -= kept.size
