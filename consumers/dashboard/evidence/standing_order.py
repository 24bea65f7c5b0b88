"""The published order of one queue in memory: read once, and read on with each question, so that a page of fifty rows
costs no look at thousands.

Who stands in which group is kept in the order of R3.2; numbers come from ranks and the phase in closed form (R3.5).
Equal to what `order.order_of` reads at once. Never decides.
"""

from bisect import bisect_left, insort
from functools import partial
from threading import Lock
from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.order import Row, status_of
from consumers.dashboard.evidence.snapshot import Head, read
from consumers.dashboard.evidence.timeline import GROUPS, QueueTimeline
from consumers.dashboard.sources import Connection
from consumers.live_view.order import Waiting
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.outputs import OrderStatus
from schemas.words import Group

_ROWS: Final[LiteralString] = (
    'SELECT application_id, state, "group", submitted_at, access_until IS NOT NULL FROM applications'
    " WHERE locality = %s AND queue = %s AND state IN ('QUEUED', 'REFERRED', 'STOPPED', 'SUSPENDED')"
)
_CHANGED: Final[LiteralString] = (
    'SELECT application_id, state, "group", submitted_at, access_until IS NOT NULL FROM applications'
    " WHERE locality = %s AND queue = %s AND last_record > %s"
)
_LIVE: Final[LiteralString] = "SELECT application_id FROM referrals WHERE locality = %s AND state <> 'ENDED'"
_IN_ORDER: Final = frozenset({"QUEUED", "REFERRED", "STOPPED", "SUSPENDED"})
_QUEUED: Final = "QUEUED"


class _Found(NamedTuple):
    application_id: str
    state: str
    group: str | None
    submitted_at: Instant
    access: bool


class _Live(NamedTuple):
    application_id: str


class Asked(NamedTuple):
    """Which rows: `rows` of them from number `first` on, or around the application `find`, `before` of them in front of
    it."""

    first: int
    rows: int
    find: str = ""
    before: int = 0


class Page(NamedTuple):
    """What a page shows. `total`: with those off the order; `counts`: how many have a status; `known`: whether who was
    looked for is there; `number`: its number, none off the order."""

    rows: list[Row]
    first: int
    total: int
    counts: dict[OrderStatus, int]
    known: bool
    number: int | None


class StandingOrder:
    """One queue's. As safe between threads as its lock."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._lock = Lock()
        self._through = 0
        self._rows: dict[str, _Found] = {}
        # Who waits, by group, in order.
        self._groups: dict[Group, list[tuple[Instant, str]]] = {group: [] for group in GROUPS}
        self._access: set[str] = set()
        self._off: set[str] = set()

    def page(self, connection: Connection, head: Head, queue: str, waiting: Waiting, asked: Asked) -> Page:
        """The rows that were asked for, at the snapshot. Raises: BrokenJournal where rows and movements differ."""
        with self._lock:
            kept = self if head.records >= self._through else StandingOrder()  # somebody has a newer snapshot
            kept._read_on(connection, head, queue)
            live = {each.application_id for each in read(connection, _Live, _LIVE, (head.locality,))}
            sizes = tuple(len(kept._groups[group]) for group in GROUPS)
            if sizes != (waiting.extraordinary, waiting.priority, waiting.general):
                kept._through = 0  # the next question begins anew
                raise BrokenJournal(f"rows of queue {queue} and its movements differ: {sizes} wait")
            return kept._page(waiting, live, asked)

    def _read_on(self, connection: Connection, head: Head, queue: str) -> None:
        if not self._through:
            self._rows.clear()
            self._groups = {group: [] for group in GROUPS}
            self._access.clear()
            self._off.clear()
            for each in read(connection, _Found, _ROWS, (head.locality, queue)):
                self._keep(each)
                if each.state == _QUEUED:
                    self._groups[Group(each.group or "")].append((each.submitted_at, each.application_id))
            # Ids are compared letter by letter as the rules do, never by the database's collation.
            for group in self._groups.values():
                group.sort()
        elif self._through < head.records:
            for each in read(connection, _Found, _CHANGED, (head.locality, queue, self._through)):
                self._change(each)
        self._through = head.records

    def _change(self, row: _Found) -> None:
        before = self._rows.pop(row.application_id, None)
        if before is not None and before.state == _QUEUED:
            group = self._groups[Group(before.group or "")]
            del group[bisect_left(group, (before.submitted_at, before.application_id))]
        self._access.discard(row.application_id)
        self._off.discard(row.application_id)
        if row.state in _IN_ORDER:
            self._keep(row)
            if row.state == _QUEUED:
                insort(self._groups[Group(row.group or "")], (row.submitted_at, row.application_id))

    def _keep(self, row: _Found) -> None:
        self._rows[row.application_id] = row
        if row.state != _QUEUED:
            self._off.add(row.application_id)
        elif row.access:
            self._access.add(row.application_id)

    def _page(self, waiting: Waiting, live: set[str], asked: Asked) -> Page:
        known = asked.find in self._rows
        number = self._number(waiting, asked.find) if known else None
        first = asked.first
        if asked.find:
            first = 1 if number is None else max(1, number - asked.before)
        first = min(first, max(1, waiting.total))
        counts = dict.fromkeys(OrderStatus, 0)
        for application_id in self._off | self._access | (live & self._rows.keys()):
            counts[self._status(application_id, live)] += 1
        counts[OrderStatus.WAITING] = len(self._rows) - sum(counts.values())
        return Page(
            self._between(waiting, live, first, first + asked.rows), first, len(self._rows), counts, known, number
        )

    def _between(self, waiting: Waiting, live: set[str], first: int, end: int) -> list[Row]:
        """Those with numbers from `first` on, before `end`."""
        rows = []
        for group, members in self._groups.items():
            ranks = range(1, len(members) + 1)
            begin = bisect_left(ranks, first, key=partial(waiting.number, group))
            for rank in ranks[begin:]:
                number = waiting.number(group, rank)
                if number >= end:
                    break
                submitted_at, application_id = members[rank - 1]
                rows.append(Row(number, application_id, group, submitted_at, self._status(application_id, live)))
        rows.sort(key=lambda each: each.number or 0)
        return rows

    def _number(self, waiting: Waiting, application_id: str) -> int | None:
        row = self._rows[application_id]
        if row.state != _QUEUED:
            return None
        group = Group(row.group or "")
        return waiting.number(group, bisect_left(self._groups[group], (row.submitted_at, application_id)) + 1)

    def _status(self, application_id: str, live: set[str]) -> OrderStatus:
        row = self._rows[application_id]
        return status_of(row.state, row.access, application_id in live)


def standing_order(timeline: QueueTimeline) -> StandingOrder:
    """That of a timeline's queue: kept as long as the timeline is."""
    found = timeline.kept.setdefault(StandingOrder, StandingOrder())
    assert isinstance(found, StandingOrder)
    return found
