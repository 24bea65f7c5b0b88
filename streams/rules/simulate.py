"""Decides a whole set of events at once: sorted, locality by locality, timers included. Never does I/O."""

from collections.abc import Iterable, Iterator

from schemas.events import Event
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import TOPIC_ORDER
from streams.rules.book import Book
from streams.rules.pack import Pack, Schedule


def simulate(events: Iterable[Event], pack: Pack | Schedule, until: Instant | None = None) -> Iterator[Record]:
    """Records of all localities in order of their codes. Equal times go by topic, then as given (contracts, section 4).

    Each locality's time ends at its last event, or at `until` when that is later.
    """
    by_locality: dict[str, list[Event]] = {}
    for event in events:
        by_locality.setdefault(event.locality, []).append(event)
    for locality in sorted(by_locality):
        yield from simulate_book(Book(locality, pack), by_locality.pop(locality), until)


def simulate_book(book: Book, events: list[Event], until: Instant | None = None) -> Iterator[Record]:
    """The records of one locality; the book is at its end afterwards."""
    events.sort(key=lambda event: (event.time, TOPIC_ORDER[event.topic]))
    for event in events:
        if book.is_due(event.time):
            yield from book.advance(event.time)
        yield book.decide(event)
    if until is not None and until > book.time:
        yield from book.advance(until)
