"""Headers of the CloudEvents Kafka binding (binary mode, version 1.0) to our envelope and back.

Owns the names and bounds of headers and keys, and the way from a raw input record to an `Event`. Never decides whether
an event is right, and never looks into a partition's number: who knows how many there are compares it with
`schemas.murmur2`. The value is the codec's business.

The record's timestamp is the event's time (contracts, section 2). `ce_time` only tells a reader when the sender thinks
it happened; it is optional, never read back and never trusted.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from schemas.codec import ValueCodec
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, KEY_PATTERN, LOCALITY_DIGITS, TEXT_LENGTH_MAX, Event, EventData
from schemas.instants import EPOCH, EVENT_TIME_MAX, EVENT_TIME_MIN, MILLISECOND, Instant
from schemas.zones import DAY_MS, MINUTE_MS, MINUTES, SECONDS, THOUSANDTHS

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/avro"
# Who speaks in what Oryn itself writes.
OWN_SOURCE = "oryn"

HEADER_SPEC_VERSION = "ce_specversion"
HEADER_ID = "ce_id"
HEADER_SOURCE = "ce_source"
HEADER_TYPE = "ce_type"
HEADER_TIME = "ce_time"
HEADER_CONTENT_TYPE = "content-type"
# Those that a record of an input topic must have, once each.
REQUIRED_HEADERS = (HEADER_SPEC_VERSION, HEADER_ID, HEADER_SOURCE, HEADER_TYPE)

Headers: TypeAlias = list[tuple[str, bytes]]
# As a client hands them over: any header may come without a value.
RawHeaders: TypeAlias = Sequence[tuple[str, bytes | None]]

_SPEC_VERSION_BYTES = SPEC_VERSION.encode()
_SPEC_VERSION_HEADER = (HEADER_SPEC_VERSION, _SPEC_VERSION_BYTES)
_CONTENT_TYPE_HEADER = (HEADER_CONTENT_TYPE, CONTENT_TYPE.encode())
# The parts of a moment's text: putting them together takes a third of formatting.
_MINUTES = [text.encode() for text in MINUTES]
_SECONDS = [text.encode() for text in SECONDS]
_THOUSANDTHS = [f"{text}Z".encode() for text in THOUSANDTHS]
_CACHED_DAYS_MAX = 512
_KEY = re.compile(KEY_PATTERN)
# The usual name, told by one pattern over the bytes. What fits neither is looked at as text.
_ASCII_NAME = re.compile(rb"[\x21-\x7e]{1,%d}" % TEXT_LENGTH_MAX)
_LOCALITY = re.compile(rb"[0-9]{%d}" % LOCALITY_DIGITS)
_KINDS: Mapping[str, Mapping[bytes | None, type[EventData]]] = {
    topic: {kind.__name__.encode(): kind for kind in kinds} for topic, kinds in EVENTS_BY_TOPIC.items()
}
# Error texts go into headers and terminals: enough to recognise a value, never all of it.
_SHOWN_MAX = 80


class Flaw(StrEnum):
    """What is wrong with a record: a closed set, for headers of dead letters and labels of metrics."""

    HEADER_MISSING = "HEADER_MISSING"
    HEADER_REPEATED = "HEADER_REPEATED"
    SPEC_VERSION = "SPEC_VERSION"
    ID = "ID"
    SOURCE = "SOURCE"
    TYPE = "TYPE"
    KEY = "KEY"
    TIME = "TIME"
    VALUE = "VALUE"


class MalformedRecord(Malformed):
    """A record of an input topic that is no event of the contracts; `flaw` says in which respect."""

    def __init__(self, flaw: Flaw, text: str) -> None:
        """Take the respect and the words."""
        super().__init__(text)
        self.flaw = flaw


def event_headers(event_id: str, source: str, type: str, time: int) -> Headers:
    """The headers of an input event; `time` is when it happened, in milliseconds since 1970."""
    return [
        _SPEC_VERSION_HEADER,
        (HEADER_ID, event_id.encode()),
        (HEADER_SOURCE, source.encode()),
        (HEADER_TYPE, type.encode()),
        (HEADER_TIME, _utc_text(time)),
        _CONTENT_TYPE_HEADER,
    ]


def output_headers(output_id: str, kind: str, time: int, source: str = OWN_SOURCE) -> Headers:
    """The headers of a record that Oryn derives from the journal.

    `output_id` is made from the journal (`locality:sequence:index`), so a repeat has the same; `kind` is the name of
    the value's type (`Notification`), `time` the moment of the decision in milliseconds since 1970.
    """
    return event_headers(output_id, source, kind, time)


def read_event(
    topic: str,
    codec: ValueCodec[EventData],
    key: bytes | None,
    headers: RawHeaders | None,
    value: bytes | None,
    timestamp_ms: int,
    partition: int | None,
    offset: int | None,
) -> Event:
    """The event that a record of an input topic is. Keeps nothing of it; repeatable.

    `timestamp_ms` is the record's own timestamp. Raises: MalformedRecord for a record that is no event, with the
    first flaw found; RegistryUnavailable, which says nothing about the record; KeyError for a topic that is none.
    """
    found = dict(headers) if headers else {}
    if headers and len(found) != len(headers):
        _refuse_repeats(headers)
    kind = _KINDS[topic].get(found.get(HEADER_TYPE))
    if found.get(HEADER_SPEC_VERSION) != _SPEC_VERSION_BYTES or kind is None:
        raise _envelope_flaw(topic, found)
    event_id = _name(found, HEADER_ID, Flaw.ID)
    source = _name(found, HEADER_SOURCE, Flaw.SOURCE)
    if key is None or not _LOCALITY.fullmatch(key):
        raise MalformedRecord(Flaw.KEY, f"the key is no locality of {LOCALITY_DIGITS} digits: {_shown(key)}")
    if not EVENT_TIME_MIN <= timestamp_ms < EVENT_TIME_MAX:
        raise MalformedRecord(Flaw.TIME, f"the record's time lies outside the years 2005 to 2059: {timestamp_ms} ms")
    try:
        data = codec.decode(value)
    except Malformed as exc:
        raise MalformedRecord(Flaw.VALUE, str(exc)) from exc
    if type(data) is not kind:
        raise MalformedRecord(Flaw.TYPE, f"{HEADER_TYPE} is {kind.__name__}, but the value is {type(data).__name__}")
    return Event(topic, Instant(timestamp_ms), event_id, source, key.decode(), data, partition, offset)


def _name(found: Mapping[str, bytes | None], header: str, flaw: Flaw) -> str:
    """The id or source of a header, within the bounds that the JSON form has too."""
    raw = found.get(header)
    if raw is None:
        raise MalformedRecord(Flaw.HEADER_MISSING, f"no header {header}")
    if _ASCII_NAME.fullmatch(raw):
        return raw.decode()
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise MalformedRecord(flaw, f"{header} is not UTF-8: {_shown(raw)}") from exc
    if len(text) > TEXT_LENGTH_MAX or not _KEY.fullmatch(text):
        wanted = f"1 to {TEXT_LENGTH_MAX} characters without spaces or control characters"
        raise MalformedRecord(flaw, f"{header} is not {wanted}: {_shown(raw)}")
    return text


def _refuse_repeats(headers: RawHeaders) -> None:
    """Which of two values counts would be a guess. Headers that we don't read may repeat."""
    names = [name for name, _ in headers]
    for name in REQUIRED_HEADERS:
        if names.count(name) > 1:
            raise MalformedRecord(Flaw.HEADER_REPEATED, f"header {name} comes {names.count(name)} times")


def _envelope_flaw(topic: str, found: Mapping[str, bytes | None]) -> MalformedRecord:
    """What is wrong with a record whose version or type did not fit."""
    for name in REQUIRED_HEADERS:
        if found.get(name) is None:
            return MalformedRecord(Flaw.HEADER_MISSING, f"no header {name}")
    version = found[HEADER_SPEC_VERSION]
    if version != _SPEC_VERSION_BYTES:
        return MalformedRecord(Flaw.SPEC_VERSION, f"{HEADER_SPEC_VERSION} is {_shown(version)}, not {SPEC_VERSION}")
    kind = _shown(found[HEADER_TYPE])
    return MalformedRecord(Flaw.TYPE, f"{HEADER_TYPE} {kind} does not belong to topic {topic}")


def _shown(raw: bytes | None) -> str:
    if raw is None:
        return "none"
    return repr(raw[:_SHOWN_MAX].decode(errors="backslashreplace")) + ("…" if len(raw) > _SHOWN_MAX else "")


def _utc_text(time: int) -> bytes:
    """A moment as RFC 3339 has it, in UTC."""
    day, rest = divmod(time, DAY_MS)
    minute, milliseconds = divmod(rest, MINUTE_MS)
    return _date_text(day) + _MINUTES[minute] + _SECONDS[milliseconds // 1_000] + _THOUSANDTHS[milliseconds % 1_000]


@lru_cache(_CACHED_DAYS_MAX)
def _date_text(day: int) -> bytes:
    return f"{EPOCH + day * DAY_MS * MILLISECOND:%Y-%m-%d}".encode()
