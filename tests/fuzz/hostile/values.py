"""Values of every topic: both readers of the codec, what was written again, and the verifier's own reader."""

from typing import Any

from consumers.verification.wire import Wire
from schemas.codec import VALUE_TYPES, ValueCodec, event_codec, journal_codec, output_codec
from schemas.errors import BrokenJournal, Malformed
from schemas.events import EVENTS_BY_TOPIC
from schemas.ids import FrozenIds
from schemas.journal import JournalCodec, Record, decode_record
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import PACKS
from tests.fuzz.hostile.choices import Choices
from tests.fuzz.hostile.records import wire_header

JOURNAL = "journal"
# The journal has by far the most to read.
TOPICS = (JOURNAL, JOURNAL, JOURNAL, *VALUE_TYPES)
RAW = 7
FORMS = 8

IDS = FrozenIds()
WIRE = Wire(IDS.schema_of)


def _codec(topic: str) -> ValueCodec[Any]:
    if topic in EVENTS_BY_TOPIC:
        return event_codec(topic, IDS)
    return journal_codec(IDS) if topic == JOURNAL else output_codec(topic, VALUE_TYPES[topic], IDS)


CODECS = {topic: _codec(topic) for topic in VALUE_TYPES}


def check(data: bytes) -> None:
    """A value that can be written and read again, the same from every reader; or `Malformed` from the strict one."""
    choices = Choices(data)
    topic = choices.pick(TOPICS)
    raw = choices.byte() % FORMS == RAW
    value = choices.rest()
    codec = CODECS[topic]
    message = value if raw else wire_header(topic) + value
    usual = codec.decode_usual(message)
    try:
        found = codec.decode_strictly(message)
    except Malformed as exc:
        assert str(exc).strip()
        assert usual is None, "the usual reader gives what the strict one refuses"
        return
    assert usual is None or usual == found
    assert codec.decode(codec.encode(found)) == found
    if isinstance(found, Record):
        check_record(found, message)


def check_record(record: Record, message: bytes) -> None:
    """The verifier reads what we read; the JSON form gives it back; an empty book refuses it in words."""
    line = JournalCodec(zone_of(record.locality).render).line(record)
    assert decode_record(WIRE.line(message)) == decode_record(line) == record
    book = Book(record.locality, PACKS["kz-2020"])
    before = book.snapshot()
    try:
        book.apply(record)
    except BrokenJournal:
        assert book.snapshot() == before
