"""Sequences of events, from bytes through the wire into a book: what a locality may meet in any order.

A frame of bytes is an event, so that a changed byte changes one of them. Every event goes the whole way: written, read
by a worker's intake, decided; every record is written, read and folded again. What must hold are the invariants of
the rules (section 9) that `tests.properties.watch` counts, and no exception at all.
"""

from schemas.cloudevents import event_headers, read_event
from schemas.codec import event_codec, journal_codec
from schemas.events import (
    ApplicationSubmitted,
    ClockTick,
    DocumentsConfirmed,
    Event,
    EventData,
    OrganisationRegistered,
    PlaceReleased,
    PlacesChosen,
    ReferralDocumentsConfirmed,
)
from schemas.ids import FrozenIds
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN, Instant
from schemas.journal import Record
from schemas.zones import day_to_date
from streams.projections.projection import Projection
from streams.rules import daily
from streams.rules.book import Book
from streams.rules.pack import Pack
from tests.fuzz.histories import LOCALITIES, PACKS_UNDER_TEST
from tests.fuzz.hostile.choices import Choices
from tests.fuzz.hostile.making import DAY, HOUR, MINUTE, TOPIC_OF, Maker
from tests.properties.watch import Watch

HEAD_BYTES = 4
FRAME_BYTES = 24
EVENTS_MAX = 64
# What makes a history go on comes more often than the rest.
OFTEN: tuple[type[EventData], ...] = (OrganisationRegistered, ClockTick, ReferralDocumentsConfirmed)
OFTEN += (PlaceReleased, ApplicationSubmitted, DocumentsConfirmed, PlacesChosen) * 3
KINDS: tuple[type[EventData] | None, ...] = (*OFTEN, *sorted(set(TOPIC_OF), key=lambda kind: kind.__name__), None)
DUE, BEFORE_DUE, AFTER_DUE = "due", "before", "after"
STEPS: tuple[int | str, ...] = (0, MINUTE, DUE, HOUR, AFTER_DUE, BEFORE_DUE, DAY, 1, -HOUR, 4 * DAY, 11 * DAY, -9 * DAY)
FAR: tuple[int | str, ...] = (30 * DAY, 370 * DAY)
STEP_CHOICES = STEPS * 4 + FAR
# Bulletins of idle years cost time and find nothing.
SPAN_MAX = 800 * DAY
STARTS = (1_623_315_600_123, 1_703_638_800_000, 1_708_900_000_000, EVENT_TIME_MIN, EVENT_TIME_MAX - 30 * DAY)
# Facts of one record of an opening: few, so that small openings are split as large ones are.
OPENING_FACTS = (3, daily.OPENING_FACTS_MAX)
REST = 10 * DAY

IDS = FrozenIds()
EVENTS = {topic: event_codec(topic, IDS) for topic in set(TOPIC_OF.values())}
JOURNAL = journal_codec(IDS)


def check(data: bytes) -> None:
    """Decide what the bytes say. Raises: whatever is wrong."""
    choices = Choices(data[:HEAD_BYTES])
    pack = choices.pick(tuple(PACKS_UNDER_TEST.values()))
    locality, start = choices.pick(LOCALITIES), choices.pick(STARTS)
    daily.OPENING_FACTS_MAX = choices.pick(OPENING_FACTS)
    history = _History(locality, pack, start)
    for index, at in enumerate(range(HEAD_BYTES, len(data), FRAME_BYTES)[:EVENTS_MAX]):
        history.frame(Choices(data[at : at + FRAME_BYTES]), index)
    history.close()


class _History:
    def __init__(self, locality: str, pack: Pack, start: int) -> None:
        self.book, self.watch = Book(locality, pack), Watch(locality, pack)
        self.projection = Projection(locality)
        self.pack, self.now, self.start = pack, start, start
        self.records: list[Record] = []

    def frame(self, choices: Choices, index: int) -> None:
        kind = choices.pick(KINDS)
        moment = self.moment(choices)
        if kind is None:
            self.restart()
            return
        today = day_to_date(self.book.state.zone.day_of(moment))
        # Few sources and some ids twice: one event that comes again (contracts, section 3).
        byte = choices.byte()
        name = f"e{index if byte < 240 else byte - 240}"
        self.decide(kind, Maker(choices, moment, today).data(kind), moment, name, index)

    def moment(self, choices: Choices) -> int:
        step = choices.pick(STEP_CHOICES)
        if isinstance(step, str):
            due = self.book.next_due() or self.now
            step = max(0, due + {DUE: 0, BEFORE_DUE: -1, AFTER_DUE: 1}[step] - self.now)
        moment = self.now + step
        if not EVENT_TIME_MIN <= moment < EVENT_TIME_MAX or moment - self.start > SPAN_MAX:
            return self.now
        self.now = max(self.now, moment)
        return moment

    def decide(self, kind: type[EventData], data: EventData, moment: int, name: str, index: int) -> None:
        topic, codec = TOPIC_OF[kind], EVENTS[TOPIC_OF[kind]]
        headers = event_headers(name, "s", kind.__name__, moment)
        locality = self.book.locality
        event = read_event(topic, codec, locality.encode(), list(headers), codec.encode(data), moment, 0, index)
        assert event.data == data
        self.hand(event)

    def hand(self, event: Event) -> None:
        outcomes = 0
        for record in self.book.handle(event):
            self.take(record)
            outcomes += record.cause.event_id is not None
        assert outcomes == 1, "one event, one outcome (invariant 5)"
        assert self.watch.hash == self.book.hash

    def take(self, record: Record) -> None:
        self.watch.record(record)
        written = JOURNAL.encode(record)
        usual = JOURNAL.decode_usual(written)
        assert JOURNAL.decode_strictly(written) == record
        assert usual is None or usual == record
        self.projection.project(record)
        self.records.append(record)

    def restart(self) -> None:
        snapshot = self.book.snapshot()
        self.book = Book.restore(snapshot, self.pack)
        assert self.book.snapshot() == snapshot
        told = self.projection.snapshot()
        self.projection = Projection.restore(told)
        assert self.projection.snapshot() == told

    def close(self) -> None:
        """Ten days without events, then the fold of the journal is the state, byte for byte (invariant 6)."""
        if self.book.sequence:
            for record in self.book.advance(Instant(min(self.now + REST, EVENT_TIME_MAX))):
                self.take(record)
        again = Book(self.book.locality, self.pack)
        for record in self.records:
            again.apply(record)
        assert again.snapshot() == self.book.snapshot()
