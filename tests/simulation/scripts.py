"""What publishers say in a simulated history, and what a book makes of it: made once, shared by all histories.

Owns the choice of scripts. A script is a made-up history of one locality in the order of its times; a simulated history
takes the beginning of one or more.
"""

from dataclasses import dataclass
from functools import cache

from schemas.cloudevents import event_headers
from schemas.codec import event_codec
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.words import TOPIC_ORDER
from streams.rules.book import Book
from streams.rules.pack import Pack
from streams.rules.simulate import simulate_book
from tests.fuzz.histories import LOCALITIES, STARTS, History
from tests.simulation.log import Headers

IDS = FrozenIds()
EVENTS = 32
# Scripts that begin in the same days, so that they can be played together by the clock.
SEASONS = STARTS[:4]
PER_SEASON = 6
_CODECS = {topic: event_codec(topic, IDS) for topic in EVENTS_BY_TOPIC}
# A record that is no event: it must become a dead letter.
GARBAGE = (b"", b"\x00\x00\x00\x00\x00", b"not an event")


@dataclass(frozen=True)
class Line:
    """One record of an input topic, as its publisher sends it."""

    topic: str
    time: int
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True)
class Script:
    """One locality's events in the order of time, and the hashes of the journal records after each of them."""

    locality: str
    pack_name: str
    pack: Pack
    lines: tuple[Line, ...]
    hashes: tuple[str, ...]
    # How many journal records there are after so many lines.
    records: tuple[int, ...]


@cache
def script(season: int, number: int) -> Script:
    """The same for the same numbers, everywhere."""
    locality = LOCALITIES[(season * PER_SEASON + number) % len(LOCALITIES)]
    seed = 7_000_000 + 1_000 * (season * PER_SEASON + number)
    while True:
        made = History(seed, EVENTS, locality=locality)
        if _begins(made).startswith(SEASONS[season][:7]):
            break
        seed += 1
    made.pace = "dense"  # others pass months without an event, which are all timers
    events = sorted(made, key=lambda event: (event.time, TOPIC_ORDER[event.topic]))
    pack = made.model.pack
    book = Book(locality, pack)
    hashes: list[str] = []
    records = [0]
    for event in events:
        hashes += [record.hash or "" for record in simulate_book(book, [event])]
        records.append(len(hashes))
    return Script(locality, made.pack_name, pack, tuple(map(line, events)), tuple(hashes), tuple(records))


def _begins(made: History) -> str:
    return f"{made.model.days.day(made.now):%Y-%m-%d}"


def line(event: Event) -> Line:
    """An event as bytes."""
    headers = event_headers(event.event_id, event.source, type(event.data).__name__, event.time)
    value = _CODECS[event.topic].encode(event.data)
    return Line(event.topic, int(event.time), event.locality.encode(), value, tuple(headers))


def garbage(topic: str, time: int, key: bytes, number: int) -> Line:
    """A record that is no event."""
    return Line(topic, time, key, GARBAGE[number % len(GARBAGE)], (("ce_id", b"x"),))
