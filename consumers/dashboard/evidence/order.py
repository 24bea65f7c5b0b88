"""The order of a queue at the snapshot: who waits with which number, and who is off the order but may return (R7.3).

Numbers come from ranks and the phase in closed form (R3.5). Only what may be published is read.
"""

from typing import Final, LiteralString, NamedTuple

from consumers.dashboard.evidence.snapshot import Head, read
from consumers.dashboard.evidence.timeline import GROUPS, QueueTimeline, common_ratio
from consumers.dashboard.sources import Connection
from consumers.live_view.order import Waiting
from schemas.instants import Instant
from schemas.outputs import OrderStatus
from schemas.words import Group

_ORDER: Final[LiteralString] = (
    'SELECT application_id, state, "group", submitted_at, access_until IS NOT NULL, EXISTS (SELECT FROM referrals r'
    " WHERE r.locality = a.locality AND r.application_id = a.application_id AND r.state <> 'ENDED')"
    " FROM applications a WHERE locality = %s AND queue = %s"
    " AND state IN ('QUEUED', 'REFERRED', 'STOPPED', 'SUSPENDED')"
)
_KNOWN: Final[LiteralString] = (
    "SELECT EXISTS (SELECT FROM applications WHERE locality = %s AND queue = %s)"
    " OR EXISTS (SELECT FROM places WHERE locality = %s AND queue = %s)"
)


class _Found(NamedTuple):
    application_id: str
    state: str
    group: str
    submitted_at: Instant
    access: bool
    referred: bool


class Row(NamedTuple):
    """One application of the published order. `number`: none while it is off the order."""

    number: int | None
    application_id: str
    group: Group
    submitted_at: Instant
    status: OrderStatus


def is_known(connection: Connection, locality: str, queue: str) -> bool:
    """Whether there ever was something in this queue."""
    ((known,),) = connection.execute(_KNOWN, (locality, queue, locality, queue)).fetchall()
    return bool(known)


def waiting_in(timeline: QueueTimeline, head: Head) -> Waiting:
    """How many wait in each group, and the phase, at the snapshot."""
    length = timeline.length_at(head.records)
    ratio = common_ratio()
    if not length:
        return Waiting(0, 0, 0, 0, ratio)
    last = length - 1
    return Waiting(
        timeline.extraordinary[last], timeline.priority[last], timeline.general[last], timeline.phase[last], ratio
    )


def order_of(connection: Connection, head: Head, queue: str, waiting: Waiting) -> list[Row]:
    """The whole order: by number, then those off the order by submission."""
    found = read(connection, _Found, _ORDER, (head.locality, queue))
    # Ids are compared letter by letter as the rules do, never by the database's collation.
    found.sort(key=lambda each: (each.submitted_at, each.application_id))
    rows: list[Row] = []
    off: list[Row] = []
    ranks = dict.fromkeys(GROUPS, 0)
    for each in found:
        group = Group(each.group)
        number = None
        if each.state == "QUEUED":
            ranks[group] += 1
            number = waiting.number(group, ranks[group])
        status = status_of(each.state, each.access, each.referred)
        (off if number is None else rows).append(Row(number, each.application_id, group, each.submitted_at, status))
    rows.sort(key=lambda each: each.number or 0)
    assert [each.number for each in rows] == list(range(1, waiting.total + 1)), "rows and timeline are one snapshot"
    return rows + off


def status_of(state: str, access: bool, referred: bool) -> OrderStatus:
    """What is published of who has a place in the order. `referred`: also to a temporary place (R6.9)."""
    if state in ("STOPPED", "SUSPENDED"):
        return OrderStatus.STOPPED
    if referred or state == "REFERRED":
        return OrderStatus.REFERRED
    return OrderStatus.ACCESS if access else OrderStatus.WAITING
