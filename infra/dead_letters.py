"""Dead letters: found in their topic, looked at, and sent once more as what they were meant to be.

Owns the way from a record of `dead-letters` back to the record that it was, and the check before that is sent again.
Never deletes a letter, never changes a value, and never judges differently than the worker does: both read with
`schemas.cloudevents`.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import msgspec
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.cloudevents import read_event
from schemas.codec import HEADER_BYTES, MAGIC, event_codec, output_codec
from schemas.dead_letter_headers import WHOLE_BYTES_MAX, Cause, Headers, Origin, unwrap
from schemas.errors import Malformed, OrynError
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import SchemaIds
from schemas.instants import EPOCH, MILLISECOND, Instant
from schemas.message_headers import headers_of
from schemas.murmur2 import partition_of
from schemas.outputs import DeadLetter
from schemas.topic_offsets import client_log
from schemas.topic_reading import Limits, Progress, TopicReading

DEAD_LETTERS = "dead-letters"
# Somebody waits at the terminal: brokers that are away are reported soon.
LIMITS = Limits(silence_s=15)
SEND_TIMEOUT_S = 30
METADATA_TIMEOUT_S = 15
HINT_CHARACTERS_MAX = 2_000
ORIGIN = re.compile(r"([A-Za-z0-9._-]+)[/:]([0-9]{1,10})[/:]([0-9]{1,19})")
HEX_ROW_BYTES = 16
NO_TIMESTAMP = -1
PRINTABLE = range(0x20, 0x7F)


class Place(NamedTuple):
    """Where a record stands: a topic without prefix, partition, offset."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return "/".join(map(str, self))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. `offset`: its own, in `dead-letters`; `headers`: those of the bad record."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    origin: Origin
    cause: Cause
    error: str
    # The size of the record where the letter does not hold it all.
    cut_bytes: int | None

    @property
    def place(self) -> Place:
        """What names the letter: where the bad record stood."""
        return Place(*self.origin[:3])


@dataclass(frozen=True, slots=True)
class Stranger:
    """A record of `dead-letters` that no worker wrote."""

    partition: int
    offset: int
    error: str


@dataclass(frozen=True, slots=True)
class Resubmission:
    """A record to be sent once more; its topic is without prefix. `timestamp`: of the record, in milliseconds."""

    place: Place
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int


def parse_place(text: str) -> Place:
    """TOPIC/PARTITION/OFFSET. Raises: ValueError."""
    match = ORIGIN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not TOPIC/PARTITION/OFFSET, as in vacancy-releases/3/1041")
    return Place(match[1], int(match[2]), int(match[3]))


def read_letters(
    client: Mapping[str, str], topic: str, ids: SchemaIds, progress: Progress | None = None
) -> Iterator[Letter | Stranger]:
    """All dead letters that there are now, by partition in the order of their writing. `topic`: with its prefix.

    Raises: TopicMissing, TopicUnavailable, TransactionOpen, RegistryUnavailable.
    """
    codec = output_codec(DEAD_LETTERS, DeadLetter, ids)
    with TopicReading(client, topic, progress=progress, limits=LIMITS) as reading:
        for message in reading:
            partition, offset = message.partition(), message.offset()
            assert partition is not None and offset is not None, "a fetched record has its place"
            try:
                body, found = codec.decode(message.value()), unwrap(_headers(message))
            except Malformed as exc:
                yield Stranger(partition, offset, str(exc))
                continue
            yield Letter(
                partition,
                offset,
                body.key,
                body.value,
                found.headers,
                found.origin,
                found.cause,
                found.error,
                found.cut_bytes,
            )


def find_letters(
    client: Mapping[str, str], topic: str, ids: SchemaIds, places: Sequence[Place], progress: Progress | None = None
) -> list[Letter]:
    """The letters of these records, in the order asked. Raises: OrynError for a record that has none."""
    wanted: dict[Place, Letter | None] = dict.fromkeys(places)
    for letter in read_letters(client, topic, ids, progress):
        if isinstance(letter, Letter) and letter.place in wanted:
            wanted[letter.place] = letter
    missing = [str(place) for place, letter in wanted.items() if letter is None]
    if missing:
        raise OrynError(f"no dead letter of {', '.join(missing)}; `oryn dead-letters list` shows them all")
    return [letter for letter in wanted.values() if letter is not None]


# -------------------------------------------------------------------------------------------------------- looking


def hexdump(data: bytes) -> Iterator[str]:
    """The bytes as rows of offset, sixteen numbers and their ASCII."""
    for start in range(0, len(data), HEX_ROW_BYTES):
        row = data[start : start + HEX_ROW_BYTES]
        text = "".join(chr(byte) if byte in PRINTABLE else "." for byte in row)
        yield f"{start:08x}  {row.hex(' '):<{3 * HEX_ROW_BYTES - 1}}  {text}"


def printable(data: str | bytes | None) -> str:
    """Foreign text for a terminal: whatever could steer one is written as an escape."""
    if data is None:
        return "none"
    text = data.decode(errors="backslashreplace") if isinstance(data, bytes) else data
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def moment_text(moment: int) -> str:
    """A timestamp in UTC, also one that is none or no date."""
    if moment < 0:
        return "none" if moment == NO_TIMESTAMP else f"{moment} ms"
    try:
        text = (EPOCH + moment * MILLISECOND).isoformat(timespec="milliseconds")
    except OverflowError:
        return f"{moment} ms"
    return text.replace("+00:00", "Z")


def hints(letter: Letter, ids: SchemaIds) -> list[str]:
    """What the value looks like, for somebody who has to find out where it came from. Raises: RegistryUnavailable."""
    value = letter.value
    if value is None:
        return ["no value at all"]
    if letter.cut_bytes is not None:
        return [f"only the first {len(value):,} bytes of the value are kept; the record had {letter.cut_bytes:,}"]
    if len(value) < HEADER_BYTES or value[0] != MAGIC:
        return [_foreign_form(value)]
    schema_id = int.from_bytes(value[1:HEADER_BYTES], "big")
    try:
        name = ids.schema_of(schema_id).get("name", "a schema without a name")
    except Malformed:
        return [f"in the wire format, but schema id {schema_id} is not known"]
    found = [f"in the wire format, schema id {schema_id}: {printable(str(name))}"]
    for topic in EVENTS_BY_TOPIC:
        try:
            data = event_codec(topic, ids).decode(value)
        except Malformed as exc:
            if topic == letter.origin.topic:
                found.append(f"not readable as {topic}: {printable(str(exc))}")
            continue
        text = msgspec.json.encode(data, enc_hook=_json_hook).decode()[:HINT_CHARACTERS_MAX]
        found.append(f"readable as {topic}: {type(data).__name__} {printable(text)}")
    return found


def _foreign_form(value: bytes) -> str:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return "not in the wire format: it does not begin with a zero byte and a schema id"
    return "plain JSON, not in the wire format: publish it with `oryn submit` or a client library"


def _json_hook(value: object) -> Any:
    if isinstance(value, Instant):
        return moment_text(value)
    raise TypeError(type(value).__name__)


# --------------------------------------------------------------------------------------------------- sending again


def resubmission(
    letter: Letter,
    *,
    topic: str | None = None,
    key: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    timestamp: int | None = None,
) -> Resubmission:
    """The record that a letter was, with what is to be different. A header replaces all of its name.

    Raises: OrynError for a letter that does not hold its whole record, or a topic that takes no events.
    """
    if letter.cut_bytes is not None:
        raise OrynError(f"{letter.place}: the record had {letter.cut_bytes:,} bytes and is not held in full")
    target = topic or letter.origin.topic
    if target not in EVENTS_BY_TOPIC:
        raise OrynError(f"{target} takes no events; {', '.join(EVENTS_BY_TOPIC)} do")
    replaced = {name for name, _ in headers}
    kept = [each for each in letter.headers if each[0] not in replaced]
    return Resubmission(
        letter.place,
        target,
        letter.key if key is None else key.encode(),
        letter.value,
        [*kept, *((name, text.encode()) for name, text in headers)],
        letter.origin.timestamp if timestamp is None else timestamp,
    )


def event_of(record: Resubmission, ids: SchemaIds, *, log_time: bool) -> Event:
    """The event that the worker will read. `log_time`: the broker will give the record the present time.

    Raises: Malformed, with the reason why it would be a dead letter again; RegistryUnavailable.
    """
    moment = time.time_ns() // 1_000_000 if log_time else record.timestamp
    codec = event_codec(record.topic, ids)
    raw = [(name, text.encode() if isinstance(text, str) else text) for name, text in record.headers]
    return read_event(record.topic, codec, record.key, raw, record.value, moment, None, None)


def send(client: Mapping[str, str], prefix: str, records: Sequence[Resubmission]) -> list[Place]:
    """Send records, each to the partition of its key (without one: where it was), and wait for all: where they are now.

    The id of an event stays the same, so sending it twice has no second effect. Raises: OrynError.
    """
    producer = Producer(
        {
            **client,
            "enable.idempotence": True,
            "acks": "all",
            "message.max.bytes": WHOLE_BYTES_MAX,
            "delivery.timeout.ms": SEND_TIMEOUT_S * 1_000,
            "allow.auto.create.topics": False,
        },
        logger=client_log,
    )
    places: dict[int, Place] = {}
    failed: list[str] = []

    def told(number: int, error: KafkaError | None, message: Message) -> None:
        partition, offset = message.partition(), message.offset()
        if error is not None or partition is None or offset is None:
            failed.append(f"{records[number].place}: {'no offset' if error is None else error.str()}")
        else:
            places[number] = Place(records[number].topic, partition, offset)

    try:
        for number, record in enumerate(records):
            topic = prefix + record.topic
            producer.produce(
                topic,
                record.value,
                record.key,
                partition=_partition(producer, topic, record),
                timestamp=max(record.timestamp, 0),  # 0: now
                headers=list(record.headers),
                on_delivery=partial(told, number),
            )
        left = producer.flush(SEND_TIMEOUT_S + 1)
    except (KafkaException, BufferError) as exc:
        raise OrynError(f"not sent: {exc}") from exc
    if failed or left or len(places) < len(records):
        raise OrynError(f"{len(places)} of {len(records)} sent. " + "; ".join(failed))
    return [places[number] for number in range(len(records))]


def _partition(producer: Producer, topic: str, record: Resubmission) -> int:
    found = producer.list_topics(topic, timeout=METADATA_TIMEOUT_S).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    if record.key is None:
        return min(record.place.partition, len(found.partitions) - 1)
    return partition_of(record.key, len(found.partitions))


def _headers(message: Message) -> Headers:
    try:
        return headers_of(message)
    except Malformed as exc:
        raise Malformed(f"no dead letter: {exc}") from exc
