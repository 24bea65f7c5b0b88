"""Records of the input topics, as a worker's intake reads them: an event, or a dead letter that gives all back."""

from confluent_kafka import TIMESTAMP_CREATE_TIME, TIMESTAMP_NOT_AVAILABLE, Message

from schemas.cloudevents import HEADER_TYPE, REQUIRED_HEADERS, event_headers
from schemas.codec import HEADER_BYTES, MAGIC, event_codec, output_codec
from schemas.dead_letter_headers import unwrap
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.ids import FrozenIds
from schemas.instants import EVENT_TIME_MAX, EVENT_TIME_MIN
from schemas.message_headers import headers_of
from schemas.murmur2 import partition_of
from schemas.outputs import DeadLetter
from streams.allocation.intake import TOPICS, Intake, Refused, dead_letter
from tests.fuzz.hostile.choices import Choices

DEAD_LETTERS = "dead-letters"
PARTITIONS = 2
OFFSET = 7
LOCALITY = "710000000"
NOW = 1_623_315_600_123
TIMES = (NOW, EVENT_TIME_MIN, EVENT_TIME_MIN - 1, EVENT_TIME_MAX - 1, EVENT_TIME_MAX, 0, -1, 2**63 - 1, -(2**63))
KEYS = (LOCALITY.encode(), None, b"", b"\xff\xfe", b"71000000", b"7100000000", "７１0000000".encode(), b"710000000\n")
RIGHT, RAW, OTHER_ID, NULL = "right", "raw", "other id", "null"
VALUES = (RIGHT, RIGHT, RIGHT, RAW, OTHER_ID, NULL)
CHANGES_MAX = 3

IDS = FrozenIds()
INTAKE = Intake(IDS, PARTITIONS)
EVENTS = {topic: event_codec(topic, IDS) for topic in TOPICS}
LETTERS = output_codec(DEAD_LETTERS, DeadLetter, IDS)
Headers = list[tuple[str, bytes | None]]


def wire_header(topic: str) -> bytes:
    """What stands before every value of a topic."""
    return bytes((MAGIC,)) + IDS.id_of(topic).to_bytes(HEADER_BYTES - 1, "big")


def headers(choices: Choices, topic: str) -> Headers:
    """Right ones, with up to three changes."""
    kind = choices.pick(EVENTS_BY_TOPIC[topic]).__name__
    made: Headers = list(event_headers("e-1", "urn:fuzz", kind, NOW))
    for _ in range(choices.byte() % (CHANGES_MAX + 1)):
        name = choices.pick((*REQUIRED_HEADERS, "note", ""))
        change = choices.byte() % 4
        if change == 0:
            made = [each for each in made if each[0] != name]
        elif change == 1:
            made.append((name, choices.some()))
        elif change == 2:
            made = [(each, choices.some() if each == name else value) for each, value in made]
        else:
            made = [(each, None if each == name else value) for each, value in made]
    return made


def message(data: bytes) -> tuple[str, Message]:
    """The topic and the record that some bytes mean."""
    choices = Choices(data)
    topic = choices.pick(TOPICS)
    timestamp = choices.pick(TIMES)
    key = choices.pick((*KEYS, choices.some()))
    given = headers(choices, topic)
    form, other = choices.pick(VALUES), choices.pick((*TOPICS, DEAD_LETTERS))
    body = choices.rest()
    value = {RIGHT: wire_header(topic) + body, RAW: body, OTHER_ID: wire_header(other) + body, NULL: None}[form]
    home = partition_of(key, PARTITIONS) if key else 0
    kind = TIMESTAMP_NOT_AVAILABLE if timestamp == -1 else TIMESTAMP_CREATE_TIME
    return topic, Message(
        topic=topic,
        partition=home,
        offset=OFFSET,
        key=key,
        value=value,
        headers=list(given),
        timestamp=(kind, timestamp),
    )


def check(data: bytes) -> None:
    """Whatever stands there is an event that can be written again, or a dead letter that holds the record whole."""
    topic, record = message(data)
    found = INTAKE.read(topic, record)
    if isinstance(found, Event):
        check_event(topic, found, record.value())
        return
    assert isinstance(found, Refused)
    check_letter(topic, record, found)


def check_event(topic: str, event: Event, value: bytes | None) -> None:
    """The same from either reader, and after being written; the header says its type."""
    codec = EVENTS[topic]
    assert value is not None
    usual = codec.decode_usual(value)
    assert usual is None or usual == event.data == codec.decode_strictly(value)
    assert codec.decode(codec.encode(event.data)) == event.data
    assert type(event.data) in EVENTS_BY_TOPIC[topic]
    assert EVENT_TIME_MIN <= event.time < EVENT_TIME_MAX


def check_letter(topic: str, record: Message, refused: Refused) -> None:
    """Nothing of the record is lost, and the letter can be read."""
    assert refused.error.strip()
    given = headers_of(record)
    key, letter, wrapped = dead_letter(topic, record, refused)
    back = LETTERS.decode(LETTERS.encode(letter))
    assert back == letter
    assert (back.key, back.value, key) == (record.key(), record.value(), record.key())
    found = unwrap(wrapped)
    assert found.headers == given
    assert (found.cause, found.origin.offset, found.cut_bytes) == (refused.cause, OFFSET, None)
    assert HEADER_TYPE not in dict(wrapped) or HEADER_TYPE in dict(given)
