"""What of a partition is late by the wall clock: bulletins, openings, whatever comes next. Never fires anything."""

from collections.abc import Iterable, Mapping
from typing import Final

from streams.rules.book import Book

BULLETIN: Final = "bulletin"
OPENING: Final = "opening"
ANY: Final = "any"


def overdue(books: Iterable[Book], now_ms: int) -> Mapping[str, int]:
    """By how many milliseconds the latest bulletin, opening and timer of any kind are late; 0 for what is not.

    Timers fire in the order in which they are due: while one that is due before the opening waits, the opening waits.
    A book without an event has no timers.
    """
    late = {BULLETIN: 0, OPENING: 0, ANY: 0}
    for book in books:
        due, state = book.next_due(), book.state
        if due is None or due > now_ms:
            continue
        opening = state.opening_at(state.zone.day_of(now_ms))
        late[ANY] = max(late[ANY], now_ms - due)
        late[BULLETIN] = max(late[BULLETIN], now_ms - state.next_bulletin())
        if due <= opening:
            late[OPENING] = max(late[OPENING], now_ms - opening)
    return late
