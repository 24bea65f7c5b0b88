"""From an event to what the spool keeps: every record is first read as the worker will read it."""

import datetime
from typing import Final

import msgspec

from producers.client.spool import Row
from schemas.cloudevents import event_headers, read_event
from schemas.codec import ValueCodec, event_codec
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, Event, EventData
from schemas.ids import SchemaIds
from schemas.instants import Instant

# Type of the data -> its topic; null for a type that several topics carry.
_TOPICS: Final[dict[type[EventData], str | None]] = {}
for _topic, _kinds in EVENTS_BY_TOPIC.items():
    for _kind in _kinds:
        _TOPICS[_kind] = None if _kind in _TOPICS else _topic


def topic_of(data: EventData) -> str:
    """The one topic that carries this type. Raises: Malformed for a type of several topics, or of none."""
    topic = _TOPICS.get(type(data))
    if topic is None:
        raise Malformed(f"{type(data).__name__} belongs to several topics or to none: name one")
    return topic


class Validation:
    """Turns events into rows of the spool. May be used from any thread."""

    def __init__(self, ids: SchemaIds, topic_prefix: str) -> None:
        """Raises: RegistryUnavailable, SchemaMissing."""
        self._prefix = topic_prefix
        self._codecs: dict[str, ValueCodec[EventData]] = {topic: event_codec(topic, ids) for topic in EVENTS_BY_TOPIC}

    def row(self, event: Event) -> Row:
        """What the spool keeps of an event. Raises: Malformed, with the field's name."""
        codec = self._codecs.get(event.topic)
        if codec is None:
            raise Malformed(f"topic {event.topic!r} is none of {', '.join(self._codecs)}")
        try:
            value = codec.encode(event.data)
        except Malformed as exc:
            raise _named(event.data) or exc from exc
        try:
            headers = event_headers(event.event_id, event.source, event.type, event.time)
            key = event.locality.encode()
        except (UnicodeEncodeError, OverflowError, AttributeError, TypeError) as exc:
            raise Malformed(f"id, source, time or locality: {exc}") from exc
        read = read_event(event.topic, codec, key, headers, value, event.time, event.partition, event.offset)
        assert read == event, "what the worker will read is what was submitted"
        return (
            self._prefix + event.topic,
            event.locality,
            event.source,
            event.event_id,
            event.type,
            int(event.time),
            value,
        )


def _named(data: EventData) -> Malformed | None:
    """The error of a value that its type's bounds refuse, with the field: the encoder only knows that it broke."""
    try:
        tree = msgspec.to_builtins(data, builtin_types=(datetime.date, bytes), enc_hook=_keep)
        msgspec.convert(tree, type(data), dec_hook=_check_hook)
    except (msgspec.ValidationError, TypeError, OverflowError) as exc:
        return Malformed(f"{type(data).__name__}: {exc}")
    for field in msgspec.structs.fields(data):
        try:
            msgspec.json.encode(getattr(data, field.name), enc_hook=_keep)
        except (TypeError, ValueError, OverflowError) as exc:  # a text that is no Unicode
            return Malformed(f"{type(data).__name__}: {exc} - at `$.{field.encode_name}`")
    return None


def _keep(value: object) -> object:
    if isinstance(value, Instant):
        return int(value)
    raise TypeError(f"{type(value).__name__} has no place in an event")


def _check_hook(kind: type, value: object) -> object:
    if kind is Instant and isinstance(value, int):
        return Instant(value)
    raise ValueError(f"expected a moment, not {value!r}")
