"""The live view for readers: what holds now of an application, a queue, a place, an organisation.

Every answer is one script, so it is what one journal sequence says, never half of a record, whoever writes or rebuilds
meanwhile. Never writes. Numbers are computed from ranks and the phase (R3.5), in O(log n).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import redis
from redis.exceptions import RedisError

from consumers.live_view.entries import (
    APPLICATIONS,
    FORMAT,
    IDS,
    ORGANISATIONS,
    PLACES,
    Application,
    LiveReferral,
    Place,
    several,
)
from consumers.live_view.errors import Ambiguous, LiveViewUnavailable, NotReady
from consumers.live_view.order import Waiting
from consumers.live_view.scripts import Scripts
from consumers.live_view.views import (
    ApplicationView,
    OrganisationView,
    PlaceRow,
    PlaceView,
    Position,
    QueueSummary,
    QueueView,
    ReferralView,
)
from schemas.instants import Instant
from schemas.outputs import OrderRow, OrderStatus
from schemas.words import Group, Stage

GROUPS = (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)
STAGES = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN, Stage.REFERRED)
LATER_STAGES = (Stage.FILLED, Stage.RECALLED, Stage.ENDED)
# More than any queue holds: Redis's numbers are exact up to here.
EVERYBODY = 1 << 52
PAGE_MAX = 10_000


class LiveView:
    """The live view under one prefix. As safe between threads as the client.

    Every method may raise NotReady (nothing is shown now: not built yet, or wiped) and LiveViewUnavailable; what takes
    an id without its locality may raise Ambiguous. An id that nobody knows gives none.
    """

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        """Ask nothing yet. Raises: ValueError for a client that turns answers into text: here they are bytes."""
        if client.get_encoder().decode_responses:
            raise ValueError("the live view needs a client of Redis without decode_responses")
        self._scripts = Scripts(client, prefix)

    def number(self, application_id: str, locality: str | None = None) -> int | None:
        """The queue number (R3.5), 1-based; none while it is off the order or unknown."""
        found = self._entry("applications", application_id, locality)
        if found is None or not found[3]:
            return None
        _, head, value, ranked = found
        return _ranked(_application(value), head, ranked)[0]

    def application(self, application_id: str, locality: str | None = None) -> ApplicationView | None:
        """One application."""
        found = self._entry("applications", application_id, locality)
        if found is None:
            return None
        name, head, value, ranked = found
        entry = _application(value)
        number, rank = _ranked(entry, head, ranked) if ranked else (None, None)
        referrals = tuple(
            _referral(each, temporary=each is entry.temporary)
            for each in (entry.referral, entry.temporary)
            if each is not None
        )
        lasting = entry.place_id if entry.referral is None else entry.referral.place_id
        return ApplicationView(
            application_id=application_id,
            locality=name.decode(),
            state=entry.state,
            queue=entry.queue,
            submitted_at=Instant(entry.submitted_at),
            record=entry.sequence,
            position=_position(head),
            group=entry.group,
            number=number,
            number_in_group=rank,
            status=entry.status(),
            until=_moment(entry.until),
            access_until=_moment(entry.access_until),
            referrals=referrals,
            place_id=lasting,
            stay=entry.stay,
            reason=entry.reason,
        )

    def place(self, place_id: str, locality: str | None = None) -> PlaceView | None:
        """One place."""
        found = self._entry("places", place_id, locality)
        if found is None:
            return None
        name, head, value, _ = found
        entry = PLACES.decode(several(1, value))[0]
        assert entry is not None, "the script found it"
        return PlaceView(
            name.decode(),
            _place_row(place_id, entry, _listed(head)),
            entry.sequence,
            _position(head),
            entry.application_id,
        )

    def organisation(self, organisation_id: str, locality: str | None = None) -> OrganisationView | None:
        """One organisation with its places on offer."""
        found = self._entry("organisations", organisation_id, locality)
        if found is None:
            return None
        name, head, value, (ids, count, values) = found
        entry = ORGANISATIONS.decode(several(1, value))[0]
        assert entry is not None, "the script found it"
        return OrganisationView(
            organisation_id=organisation_id,
            locality=name.decode(),
            name=entry.name,
            ownership=entry.ownership,
            kind=entry.kind,
            closed=entry.closed,
            places=_place_rows((count, ids, values), _listed(head)),
            position=_position(head),
        )

    def places(self, organisation_id: str, locality: str | None = None) -> tuple[PlaceRow, ...] | None:
        """An organisation's places on offer, in the order of their arrival."""
        found = self.organisation(organisation_id, locality)
        return None if found is None else found.places

    def localities(self) -> tuple[str, ...]:
        """All localities, by code."""
        return tuple(sorted(self._positions("")))

    def positions(self) -> dict[str, Position]:
        """How far the journal of each locality is in the view, by code."""
        return dict(sorted(self._positions("").items()))

    def position(self, locality: str) -> Position | None:
        """How far the journal of a locality is in the view."""
        return self._positions(locality).get(locality)

    def queues(self, locality: str) -> tuple[QueueSummary, ...]:
        """All queues of a locality by id, in figures."""
        reply = self._ask("queue", FORMAT, locality, "", 1, 0, "")
        pairs = zip(reply[1::2], reply[2::2], strict=True)
        return tuple(sorted((_summary(name, counts) for name, counts in pairs), key=_queue_id))

    def queue(self, locality: str, queue_id: str, first: int = 1, count: int = 100) -> QueueView | None:
        """A page of a queue: those with the numbers `first` and on, at most `count` (1 to 10,000). O(log n + page).

        Raises: ValueError for a page out of these bounds.
        """
        if first < 1 or not 1 <= count <= PAGE_MAX:
            raise ValueError(f"a page begins at 1 or later and has 1 to {PAGE_MAX} rows")
        return self._queue(locality, queue_id, min(first, EVERYBODY), count, off_order=False)

    def snapshot(self, locality: str, queue_id: str) -> QueueView | None:
        """A whole queue, those off the order included. Its `rows` may be published (R7.3)."""
        return self._queue(locality, queue_id, 1, EVERYBODY, off_order=True)

    def _queue(self, locality: str, queue_id: str, first: int, count: int, *, off_order: bool) -> QueueView | None:
        reply = self._ask("queue", FORMAT, locality, queue_id, first, count, 1 if off_order else "")
        if len(reply) == 1:
            return None
        head, name, counts, blocks, off, offered = reply
        summary = _summary(name, counts)
        extraordinary, priority, general = counts[:3]
        waiting = Waiting(extraordinary, priority, general, summary.phase, int(head[3]))
        rows = [
            row
            for group, block in zip(GROUPS, blocks, strict=True)
            for row in _numbered(waiting, group, summary.queue, block)
        ]
        rows.sort(key=itemgetter(0))
        ordered = [row for _, row in rows]
        ordered += [_row(key, entry, summary.queue, None) for key, entry in _applications(*off)]
        return QueueView(
            locality, summary, tuple(ordered), _place_rows(offered, _listed(head), by_arrival=True), _position(head)
        )

    def _positions(self, locality: str) -> dict[str, Position]:
        reply = self._ask("localities", FORMAT, locality)
        return {name.decode(): _position(head) for name, head in zip(reply[::2], reply[1::2], strict=True)}

    def _entry(self, kind: str, key: str, locality: str | None) -> Any:
        found = self._ask("entry", FORMAT, kind, key, locality or "")
        if len(found) > 1:
            names = ", ".join(sorted(each[0].decode() for each in found))
            raise Ambiguous(f"{key!r} is known in several localities ({names}): name the one that is meant")
        return found[0] if found else None

    def _ask(self, script: str, *words: str | int) -> Any:
        with _errors():
            reply = self._scripts(script, *map(_word, words))
        if reply is None:
            raise NotReady("no live view is shown now: it is being built, or no `oryn reader live-view` has run yet")
        return reply


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as exc:
        raise LiveViewUnavailable(f"Redis: {exc}") from exc


def _word(word: str | int) -> bytes | int:
    """As Redis is asked. What is no text (half of a surrogate pair, as people may type) gives bytes that no id has."""
    return word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word


def _moment(value: int | None) -> Instant | None:
    return None if value is None else Instant(value)


def _position(head: list[bytes]) -> Position:
    return Position(int(head[0]), Instant(int(head[1])), head[2].decode())


def _listed(head: list[bytes]) -> int:
    return int(head[4])


def _queue_id(summary: QueueSummary) -> str:
    return summary.queue


def _application(value: bytes) -> Application:
    entry = APPLICATIONS.decode(several(1, value))[0]
    assert entry is not None, "the script found it"
    return entry


def _ranked(entry: Application, head: list[bytes], ranked: list[int]) -> tuple[int, int]:
    """Queue number and number in the group."""
    rank, extraordinary, priority, general, phase = ranked
    assert entry.group is not None, "who waits has a group"
    waiting = Waiting(extraordinary, priority, general, phase, int(head[3]))
    return waiting.number(entry.group, rank + 1), rank + 1


def _referral(referral: LiveReferral, *, temporary: bool) -> ReferralView:
    return ReferralView(
        referral.number,
        referral.place_id,
        temporary,
        referral.active,
        _moment(referral.documents_until),
        _moment(referral.until),
    )


def _applications(count: int, ids: bytes, values: bytes) -> Iterator[tuple[str, Application]]:
    for key, entry in zip(IDS.decode(ids) if count else (), APPLICATIONS.decode(several(count, values)), strict=True):
        assert entry is not None, "an index names what is there"
        yield key, entry


def _numbered(waiting: Waiting, group: Group, queue: str, block: list[Any]) -> Iterator[tuple[int, OrderRow]]:
    for rank, (key, entry) in enumerate(_applications(*block[1:]), start=block[0]):
        number = waiting.number(group, rank)
        yield number, _row(key, entry, queue, number)


def _row(key: str, entry: Application, queue: str, number: int | None) -> OrderRow:
    assert entry.group is not None, "who has a place in the order has a group"
    return OrderRow(key, queue, entry.group, Instant(entry.submitted_at), entry.status() or OrderStatus.WAITING, number)


def _place_rows(packed: Any, listed: int, *, by_arrival: bool = False) -> tuple[PlaceRow, ...]:
    count, ids, values = packed
    if not count:
        return ()
    pairs = list(zip(IDS.decode(ids), PLACES.decode(several(count, values)), strict=True))
    if by_arrival:
        pairs.sort(key=_arrival)
    return tuple(_place_row(key, entry, listed) for key, entry in pairs if entry is not None)


def _arrival(pair: tuple[str, Place | None]) -> int:
    return 0 if pair[1] is None else pair[1].arrival


def _place_row(place_id: str, entry: Place, listed: int) -> PlaceRow:
    return PlaceRow(
        place_id=place_id,
        organisation_id=entry.organisation_id,
        queue=entry.queue,
        stage=entry.stage_now(listed),
        released_at=Instant(entry.released_at),
        birth_year=entry.birth_year,
        age_from=entry.age_from,
        age_to=entry.age_to,
        language=entry.language,
        group_type=entry.group_type,
        regime=entry.regime,
        admission=entry.admission,
        admission_from=entry.admission_from,
        admission_until=entry.admission_until,
        attendance=entry.attendance,
        until=_moment(entry.until),
    )


def _summary(name: bytes, counts: list[int]) -> QueueSummary:
    extraordinary, priority, general, off_order, *staged = counts
    places, (phase, standing, access), later = staged[:5], staged[5:8], staged[8:]
    return QueueSummary(
        queue=name.decode(),
        waiting=dict(zip(GROUPS, (extraordinary, priority, general), strict=True)),
        phase=phase,
        standing=standing,
        off_order=off_order,
        access=access,
        places={
            stage: count for stage, count in zip((*STAGES, *LATER_STAGES), (*places, *later), strict=True) if count
        },
    )
