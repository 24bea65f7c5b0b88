"""From a raw input record to an event, or to a dead letter. Owns which records are no events, and nothing they say."""

from confluent_kafka import Message

from schemas.cloudevents import Flaw, MalformedRecord, read_event
from schemas.codec import EVENT_BYTES_MAX, HEADER_BYTES, MAGIC, event_codec
from schemas.dead_letter_headers import Cause, Headers, Origin, letter
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import SchemaIds
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN
from schemas.message_headers import headers_of
from schemas.murmur2 import partition_of
from schemas.outputs import DeadLetter
from schemas.words import TOPIC_ORDER

# Equal times are decided in this order (contracts, section 4).
TOPICS = tuple(sorted(EVENTS_BY_TOPIC, key=TOPIC_ORDER.__getitem__))
_NO_TIMESTAMP = -1
_CAUSES = {
    Flaw.HEADER_MISSING: Cause.BAD_HEADERS,
    Flaw.HEADER_REPEATED: Cause.BAD_HEADERS,
    Flaw.SPEC_VERSION: Cause.BAD_HEADERS,
    Flaw.ID: Cause.BAD_HEADERS,
    Flaw.SOURCE: Cause.BAD_HEADERS,
    Flaw.TYPE: Cause.BAD_HEADERS,
    Flaw.KEY: Cause.BAD_KEY,
    Flaw.TIME: Cause.BAD_TIME,
}


class Refused:
    """A record that is no event of the contracts."""

    __slots__ = ("cause", "error")

    def __init__(self, cause: Cause, error: str) -> None:
        """`error`: for people."""
        self.cause = cause
        self.error = error


class Intake:
    """Reads the input records of any partition."""

    def __init__(self, ids: SchemaIds, partitions: int) -> None:
        """`partitions`: of each input topic. Raises: RegistryUnavailable, SchemaMissing."""
        self._ids = ids
        self._partitions = partitions
        self._codecs = {topic: event_codec(topic, ids) for topic in TOPICS}

    def read(self, topic: str, message: Message) -> Event | Refused:
        """What a record is. Repeatable. Raises: RegistryUnavailable, which says nothing about it."""
        key, value = message.key(), message.value()
        partition = message.partition()
        try:
            event = read_event(
                topic,
                self._codecs[topic],
                key,
                headers_of(message),
                value,
                time_of(message),
                partition,
                message.offset(),
            )
        except MalformedRecord as exc:
            cause = _CAUSES.get(exc.flaw) or self._cause_of_value(value)
            return Refused(cause, str(exc))
        home = partition_of(event.locality.encode(), self._partitions)
        if home != partition:
            return Refused(Cause.WRONG_PARTITION, f"key {event.locality} belongs to partition {home}")
        return event

    def _cause_of_value(self, value: bytes | None) -> Cause:
        if value is None:
            return Cause.NO_VALUE
        if len(value) > EVENT_BYTES_MAX:
            return Cause.OVERSIZED
        if len(value) >= HEADER_BYTES and value[0] == MAGIC:
            try:
                self._ids.schema_of(int.from_bytes(value[1:HEADER_BYTES], "big"))
            except Malformed:
                return Cause.UNKNOWN_SCHEMA
        return Cause.UNDECODABLE


def time_of(message: Message) -> int:
    """The record's timestamp in milliseconds; -1 if it has none."""
    kind, timestamp = message.timestamp()
    return timestamp if kind else _NO_TIMESTAMP


def is_event_time(moment: int) -> bool:
    """Whether a timestamp can be an event's: others must not move time."""
    return EVENT_TIME_MIN <= moment < EVENT_TIME_MAX


def dead_letter(topic: str, message: Message, refused: Refused) -> tuple[bytes | None, DeadLetter, Headers]:
    """Key, value and headers of the dead letter of a record."""
    partition, offset = message.partition(), message.offset()
    assert partition is not None and offset is not None, "a fetched record has its place"
    origin = Origin(topic, partition, offset, time_of(message))
    return letter(message.key(), message.value(), headers_of(message), origin, refused.cause, refused.error)
