"""The JSON form of input events (contracts, section 5): one event a line. Never decides whether an event is right."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, KEY_PATTERN, LOCALITY_DIGITS, TEXT_LENGTH_MAX, Event
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN, Instant, parse_instant

LINE_BYTES_MAX = 1_000_000
_KEY = re.compile(KEY_PATTERN)


class _Envelope(Struct, frozen=True, gc=False):
    topic: str
    time: Instant
    # Checked by `_check_names`: a pattern costs more than all the rest of reading an envelope.
    id: str
    source: str
    type: str
    locality: str
    data: msgspec.Raw


def _decode_hook(kind: type, value: Any) -> Any:
    if kind is Instant and isinstance(value, str):
        return parse_instant(value)
    raise ValueError("expected an ISO 8601 time with an offset")


_ENVELOPE = msgspec.json.Decoder(_Envelope, dec_hook=_decode_hook)
_DATA = {
    (topic, kind.__name__): msgspec.json.Decoder(kind, dec_hook=_decode_hook)
    for topic, kinds in EVENTS_BY_TOPIC.items()
    for kind in kinds
}


def decode_event(line: bytes, partition: int | None = None, offset: int | None = None) -> Event:
    """The event that a line says. Raises: Malformed, with what is wrong and where."""
    if len(line) > LINE_BYTES_MAX:
        raise Malformed(f"longer than {LINE_BYTES_MAX} bytes")
    try:
        envelope = _ENVELOPE.decode(line)
        decoder = _DATA.get((envelope.topic, envelope.type))
        if decoder is None:
            raise Malformed(_unknown(envelope.topic, envelope.type))
        data = decoder.decode(envelope.data)
        _check_names(envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError) as exc:
        raise Malformed(str(exc)) from exc
    if not EVENT_TIME_MIN <= envelope.time < EVENT_TIME_MAX:
        raise Malformed("time lies outside the years 2005 to 2059 - at `$.time`")
    return Event(
        topic=envelope.topic,
        time=envelope.time,
        event_id=envelope.id,
        source=envelope.source,
        locality=envelope.locality,
        data=data,
        partition=partition,
        offset=offset,
    )


def _check_names(envelope: _Envelope) -> None:
    """The bounds of `Key` and `Locality`. Raises: Malformed."""
    for name, text in (("id", envelope.id), ("source", envelope.source)):
        plain = text.isascii() and text.isprintable() and " " not in text
        if not 0 < len(text) <= TEXT_LENGTH_MAX or not (plain or _KEY.fullmatch(text)):
            wanted = f"1 to {TEXT_LENGTH_MAX} characters without spaces or control characters"
            raise Malformed(f"expected {wanted} - at `$.{name}`")
    locality = envelope.locality
    if len(locality) != LOCALITY_DIGITS or not (locality.isascii() and locality.isdecimal()):
        raise Malformed(f"expected {LOCALITY_DIGITS} digits - at `$.locality`")


def _unknown(topic: str, kind: str) -> str:
    if topic not in EVENTS_BY_TOPIC:
        return f"topic {topic!r} is none of {', '.join(EVENTS_BY_TOPIC)}"
    names = ", ".join(each.__name__ for each in EVENTS_BY_TOPIC[topic])
    return f"event type {kind!r} does not belong to topic {topic}: expected one of {names}"
