"""The core as a peer would use it: the same rules, decoded and encoded by the same codecs, in the process of its
framework. What the framework keeps for it are the journal's records; the book is folded from them."""

from collections.abc import Iterable, Mapping

from schemas.cloudevents import HEADER_TYPE, RawHeaders, read_event
from schemas.codec import event_codec, journal_codec
from schemas.events import EVENTS_BY_TOPIC
from schemas.ids import FrozenIds
from streams.rules.book import Book
from streams.rules.pack import PACKS

_IDS = FrozenIds()
_CODECS = {topic: event_codec(topic, _IDS) for topic in EVENTS_BY_TOPIC}
_JOURNAL = journal_codec(_IDS)
_TOPICS: Mapping[bytes, str] = {
    kind.__name__.encode(): topic for topic, kinds in EVENTS_BY_TOPIC.items() for kind in kinds
}
SEQUENCE_DIGITS = 12


def record_key(locality: str, sequence: int) -> bytes:
    """Under which the record is kept; keys of a locality sort as its records do."""
    return f"{locality}:{sequence:0{SEQUENCE_DIGITS}}".encode()


class Core:
    """Books of all localities of a partition."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.books: dict[str, Book] = {}

    def restore(self, records: Iterable[bytes]) -> None:
        """Fold a journal from its beginning; forgets what was known. Raises: BrokenJournal."""
        self.books.clear()
        for value in records:
            record = _JOURNAL.decode(value)
            self._book(record.locality).apply(record)

    def decide(
        self, key: bytes, headers: RawHeaders, value: bytes, at: int, partition: int, offset: int
    ) -> list[tuple[bytes, bytes]]:
        """The journal's records of one input record, with their keys."""
        topic = _TOPICS[dict(headers)[HEADER_TYPE] or b""]
        event = read_event(topic, _CODECS[topic], key, headers, value, at, partition, offset)
        records = self._book(event.locality).handle(event)
        return [(record_key(each.locality, each.sequence), _JOURNAL.encode(each)) for each in records]

    def _book(self, locality: str) -> Book:
        book = self.books.get(locality)
        if book is None:
            book = self.books[locality] = Book(locality, PACKS["kz-2020"])
        return book
