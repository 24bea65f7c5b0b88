"""What every page of this folder begins with: where the registers stand, and the timelines that are kept beside them.

Never keeps an answer: a timeline is what the registers say, folded, and is read on with each question.
"""

from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Final, LiteralString, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from psycopg.rows import args_row

from consumers.dashboard.evidence.course import Course
from consumers.dashboard.evidence.courses import Asked
from consumers.dashboard.evidence.curve import Curve, curve_of
from consumers.dashboard.evidence.timeline import QueueTimeline, common_ratio
from consumers.dashboard.evidence.timelines import Timelines
from consumers.dashboard.pages import NotThere
from consumers.dashboard.sources import Connection, Sources
from schemas.instants import Instant
from schemas.zones import Zone

Row = TypeVar("Row")

_TIMELINES: Final[WeakKeyDictionary[Sources, Timelines]] = WeakKeyDictionary()
_LOCK: Final = Lock()
_HEAD: Final[LiteralString] = (
    "SELECT a.copy::text, l.locality, l.records, l.until FROM about a, localities l WHERE l.locality = %s"
)


class Head(NamedTuple):
    """Where the registers of a locality stand in a snapshot. `copy`: changes with each rebuild."""

    copy: str
    locality: str
    records: int
    until: Instant


def head_of(connection: Connection, locality: str) -> Head:
    """Raises: NotThere for a locality that nobody knows."""
    found = read(connection, Head, _HEAD, (locality,))
    if not found:
        raise NotThere(locality)
    return found[0]


def read(connection: Connection, kind: type[Row], text: LiteralString, values: tuple[Any, ...]) -> list[Row]:
    """The rows of a question as what they are. Values never become part of the text."""
    with connection.cursor(binary=True, row_factory=args_row(kind)) as cursor:
        return cursor.execute(text, values).fetchall()


def timeline_of(sources: Sources, connection: Connection, head: Head, queue: str) -> QueueTimeline:
    """The timeline of a queue, at least as far as the snapshot. Raises: BrokenJournal."""
    return _timelines(sources).of(connection, head.copy, head.locality, queue, head.records)


def course_of(
    sources: Sources, timeline: QueueTimeline, application_id: str, head: Head, zone: Zone, *, public: bool
) -> AbstractContextManager[Course]:
    """What a page tells of an application's curve, as of the snapshot. Raises: BrokenJournal."""
    asked = Asked(head.locality, application_id, public)
    return _timelines(sources).courses.of(asked, timeline, head.records, common_ratio(), zone)


def _timelines(sources: Sources) -> Timelines:
    with _LOCK:
        return _TIMELINES.setdefault(sources, Timelines())


def curve_in(timeline: QueueTimeline, application_id: str, head: Head) -> Curve:
    """An application's curve as of the snapshot. Raises: BrokenJournal."""
    return curve_of(timeline, application_id, head.records, common_ratio())
