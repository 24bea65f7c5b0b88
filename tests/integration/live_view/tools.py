"""What the tests of the live view share: messages as the client gives them, what Redis holds, what it should say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import redis
from confluent_kafka import Message

from consumers.live_view.packs import GENERAL_PER_PRIORITY
from consumers.live_view.store import LiveViewStore
from consumers.live_view.view import GROUPS, LiveView
from consumers.live_view.views import QueueView
from schemas.codec import journal_codec
from schemas.ids import FrozenIds
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import OrderRow, OrderStatus
from schemas.words import Admission, Group, Stage
from streams.projections.published import status_of
from streams.rules.book import Book
from streams.rules.model import Application, Place, Status
from streams.rules.queue import OFFERED, Queue

CODEC = journal_codec(FrozenIds())
Contents = dict[str, Any]


class KnownEnd:
    """An end of the journal that the test knows: there is no Kafka here."""

    def __init__(self, end: int = 0, there: int | None = None) -> None:
        """`there`: where the journal really ends, if a test cares."""
        self.end, self.there = end, there

    def offsets(self) -> Mapping[int, int]:
        """One partition."""
        return {0: self.end}

    def before(self, positions: Mapping[int, int]) -> Mapping[int, int]:
        """The test gives what is there: only what it says to be gone is."""
        return {} if self.there is None else {each: self.there for each, at in positions.items() if at > self.there}

    def reached(self, positions: Mapping[int, int], goal: Mapping[int, int]) -> bool:
        """No markers here: an offset says it."""
        return positions.get(0, 0) >= goal[0]


def messages_of(records: Iterable[Record], first: int = 0) -> list[Message]:
    """Records of one partition, as the client would give them."""
    return [
        Message(topic="journal", partition=0, offset=offset, value=CODEC.encode(record))
        for offset, record in enumerate(records, first)
    ]


def store_of(
    client: redis.Redis, prefix: str, end: int = 0, *, rebuild: bool = False, ratios: Mapping[str, int] | None = None
) -> LiveViewStore:
    """A store, not yet open."""
    return LiveViewStore(client, prefix, CODEC, KnownEnd(end), rebuild=rebuild, ratios=ratios or GENERAL_PER_PRIORITY)


def fill(store: LiveViewStore, messages: Sequence[Message], batch: int = 400) -> None:
    """Give a store what it lacks, as a reader does, and then nothing for a while."""
    start = store.open().get(0, 0)
    for begin in range(start, len(messages), batch):
        part = messages[begin : begin + batch]
        store.take(part, {0: begin + len(part)})
    store.idle()


def contents(client: redis.Redis, prefix: str, generation: str | None = None) -> Contents:
    """Every key of the generation that is shown, or of another, without what is its own: number and moments."""
    if generation is None:
        generation = text(client.get(f"{prefix}:current"))
    base = f"{prefix}:{generation}"
    found: Contents = {}
    for raw in client.scan_iter(match=f"{base}:*", count=1_000):
        key = text(raw)
        name = key.removeprefix(base)
        if name == ":goal":
            continue
        kind = text(client.type(key))
        if kind == "hash":
            found[name] = client.hgetall(key)
        elif kind == "set":
            found[name] = client.smembers(key)
        else:
            assert kind == "zset", (key, kind)
            found[name] = client.zrange(key, 0, -1, withscores=True)
    return found


def text(value: Any) -> str:
    """What Redis answered in bytes."""
    assert isinstance(value, bytes), value
    return value.decode()


def rows_of(book: Book, queue: Queue) -> list[OrderRow]:
    """The published order as the core has it: those who wait, then those off the order by submission time."""
    applications = book.state.applications
    rows = [_row(applications[application_id], number) for number, application_id in enumerate(queue.order, start=1)]
    off = [
        each
        for each in applications.values()
        if each.queue == queue.id and each.status in (Status.REFERRED, Status.STOPPED, Status.SUSPENDED)
    ]
    off.sort(key=lambda each: (each.submitted_at, each.id))
    return rows + [_row(each, None) for each in off]


def _row(application: Application, number: int | None) -> OrderRow:
    status: OrderStatus = status_of(
        access=application.access_until is not None,
        referred=application.referral is not None or application.temporary is not None,
        stopped=application.status in (Status.STOPPED, Status.SUSPENDED),
    )
    submitted_at = Instant(application.submitted_at)
    return OrderRow(application.id, application.queue, application.group, submitted_at, status, number)


def compare(view: LiveView, book: Book) -> None:
    """Hold all that the live view says of a locality against the core."""
    state = book.state
    position = view.position(book.locality)
    assert position is not None
    assert (position.sequence, position.hash, position.time) == (state.sequence, state.hash, state.time)
    summaries = {each.queue: each for each in view.queues(book.locality)}
    assert set(summaries) == {each.queue for each in [*state.applications.values()]} | {
        each.terms.queue for each in state.places.values()
    }
    for queue_id, summary in summaries.items():
        queue = state.queues[queue_id]
        snapshot = view.snapshot(book.locality, queue_id)
        assert snapshot is not None and snapshot.summary == summary
        _compare_queue(snapshot, queue, book)
    for application in state.applications.values():
        _compare_application(view, queue_of(book, application), application, book)
    for place in state.places.values():
        found = view.place(place.id, book.locality)
        assert found is not None
        assert (found.place.stage, found.application_id) == (place.stage, _holder(book, place)), place
        assert found.place.admission == place.terms.admission
        if place.stage in OFFERED:
            assert found.place.until == place.until
        assert found.place.released_at == place.released_at
    for organisation in state.organisations.values():
        seen = view.organisation(organisation.id, book.locality)
        assert seen is not None and (seen.name, seen.closed) == (organisation.name, organisation.closed)
        offered = [each for each in organisation.places if state.places[each].stage in OFFERED]
        offered.sort(key=lambda each: state.places[each].arrival)
        assert [each.place_id for each in seen.places] == offered


def _holder(book: Book, place: Place) -> str | None:
    """Which application has a place. The core keeps the last one of a recalled temporary place: its stay is over."""
    recalled = place.stage is Stage.RECALLED and place.terms.admission is Admission.TEMPORARY
    holder = None if place.application_id is None else book.state.applications[place.application_id]
    return None if recalled and holder is not None and holder.stay != place.id else place.application_id


def queue_of(book: Book, application: Application) -> Queue:
    """The core's queue of an application."""
    return book.state.queues[application.queue]


def _compare_queue(snapshot: QueueView, queue: Queue, book: Book) -> None:
    summary, order = snapshot.summary, queue.order
    assert list(snapshot.rows) == rows_of(book, queue)
    assert summary.waiting == {group: len(order.groups[group]) for group in GROUPS}
    assert summary.phase == order.phase
    assert summary.standing == len(order.groups[Group.PRIORITY]) + order.returning
    assert summary.access == len(queue.holders)
    stages = [place.stage for place in book.state.places.values() if place.terms.queue == queue.id]
    assert summary.places == {stage: stages.count(stage) for stage in Stage if stage in stages}
    offered = queue.oldest_first(OFFERED)
    assert [(each.place_id, each.stage) for each in snapshot.places] == [(each.id, each.stage) for each in offered]


def _compare_application(view: LiveView, queue: Queue, application: Application, book: Book) -> None:
    waits = application.status is Status.QUEUED
    number = queue.number(application) if waits else None
    assert view.number(application.id, book.locality) == number
    found = view.application(application.id)
    assert found is not None
    position = (application.submitted_at, application.id)
    assert (found.state.value, found.number) == (application.status.value, number)
    assert found.number_in_group == (queue.order.number_in_group(application.group, position) if waits else None)
    assert found.access_until == application.access_until
    assert found.stay == application.stay
    referrals = [each for each in (application.referral, application.temporary) if each is not None]
    assert [(each.referral, each.place_id, each.active) for each in found.referrals] == [
        (each.number, each.place_id, each.active) for each in referrals
    ]
    assert [(each.until, each.documents_until) for each in found.referrals] == [
        (each.until, each.documents_until) for each in referrals
    ]
    if application.status in (Status.REGISTERED, Status.DEFERRED, Status.STOPPED):
        assert found.until == application.deadline
