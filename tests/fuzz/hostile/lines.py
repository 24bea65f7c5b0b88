"""Lines of files: events and journal records in JSON, read by us and by the verifier."""

from consumers.history.journal_file import decode
from consumers.verification.findings import Broken
from consumers.verification.form import read_row
from schemas.codec import EVENT_BYTES_MAX, event_codec
from schemas.errors import BrokenJournal, Malformed
from schemas.event_json import decode_event
from schemas.events import EVENTS_BY_TOPIC
from schemas.ids import FrozenIds
from schemas.journal import JournalCodec
from schemas.zones import zone_of

REPORT_CHARACTERS_MAX = 2_000
IDS = FrozenIds()
EVENTS = {topic: event_codec(topic, IDS) for topic in EVENTS_BY_TOPIC}


def check(data: bytes) -> None:
    """An event or a record that its other forms hold as well; or words that are not as long as the line."""
    check_event(data)
    check_record(data)


def check_event(line: bytes) -> None:
    """As an event."""
    try:
        event = decode_event(line)
    except Malformed as exc:
        assert 0 < len(str(exc)) <= max(REPORT_CHARACTERS_MAX, len(line))
        return
    codec = EVENTS[event.topic]
    value = codec.encode(event.data)
    assert len(value) <= EVENT_BYTES_MAX
    assert codec.decode(value) == event.data


def check_record(line: bytes) -> None:
    """As a record of a journal file."""
    try:
        record = decode(line, 1)
    except BrokenJournal as exc:
        assert str(exc)
    else:
        again = JournalCodec(zone_of(record.locality).render).line(record)
        assert decode(again, 1) == record
    try:
        read_row(line, 1)
    except Broken as exc:
        assert str(exc)
