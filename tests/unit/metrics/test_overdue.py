"""How late bulletins, openings and deadlines are by the wall clock, from books of real decisions."""

import pytest

from schemas.instants import Instant
from streams.allocation.overdue import ANY, BULLETIN, OPENING, overdue
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from tests.integration.pipeline.seasons import season

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(scope="module")
def book() -> Book:
    """One locality after its first events."""
    events = season("village", days=3).events
    locality = events[0].locality
    book = Book(locality, KZ_2020)
    for event in events:
        if event.locality == locality:
            for _ in book.handle(event):
                pass
    return book


def test_nothing_is_late_before_it_is_due(book: Book) -> None:
    due = book.next_due()
    assert due is not None
    assert overdue([book], due - 1) == {ANY: 0, BULLETIN: 0, OPENING: 0}
    assert overdue([Book(book.locality, KZ_2020)], due) == {ANY: 0, BULLETIN: 0, OPENING: 0}, "no event, no timers"


def test_a_bulletin_is_late_from_its_moment_on(book: Book) -> None:
    bulletin = book.state.next_bulletin()
    found = overdue([book], bulletin + 11 * MINUTE_MS)
    assert found[BULLETIN] == 11 * MINUTE_MS
    assert found[ANY] >= found[BULLETIN]


def test_an_opening_is_late_while_what_is_due_before_it_waits(book: Book) -> None:
    zone = book.state.zone
    due = book.next_due()
    assert due is not None
    opening = book.state.opening_at(zone.day_of(due) + 2)
    assert overdue([book], opening + 6 * MINUTE_MS)[OPENING] == 6 * MINUTE_MS
    assert overdue([book], opening - 1)[OPENING] == 0, "of this day; the bulletin tells of the days before"
    assert overdue([book], opening - 1)[BULLETIN] > 0


def test_what_was_carried_out_is_not_late(book: Book) -> None:
    moment = Instant(book.state.next_bulletin() + 20 * HOUR_MS)
    for _ in book.advance(moment):
        pass
    assert overdue([book], moment) == {ANY: 0, BULLETIN: 0, OPENING: 0}
