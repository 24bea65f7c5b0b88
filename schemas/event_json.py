"""The JSON form of input events (contracts, section 5): one event a line. Never decides whether an event is right."""

from typing import Any

import msgspec
from msgspec import Struct

from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, Event, EventData, Key, Locality
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN, Instant, parse_instant

LINE_BYTES_MAX = 1_000_000


class _Envelope(Struct, frozen=True, gc=False):
    topic: str
    time: Instant
    id: Key
    source: Key
    type: str
    locality: Locality
    data: msgspec.Raw


class _EventLine(Struct, frozen=True, gc=False):
    topic: str
    time: Instant
    id: str
    source: str
    type: str
    locality: str
    data: EventData


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


def _unknown(topic: str, kind: str) -> str:
    if topic not in EVENTS_BY_TOPIC:
        return f"topic {topic!r} is none of {', '.join(EVENTS_BY_TOPIC)}"
    names = ", ".join(each.__name__ for each in EVENTS_BY_TOPIC[topic])
    return f"event type {kind!r} does not belong to topic {topic}: expected one of {names}"
