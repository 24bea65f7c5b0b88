"""Values of the topics between our types and the Confluent wire format: a zero byte, four bytes of schema id, Avro.

Owns the way from bytes to validated types and back. Never knows what a value means, and never reads headers or keys.
The types live elsewhere (`events`, `journal`, `outputs`), so that the rules need neither this module nor fastavro.
"""

import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import fastavro
import msgspec
from fastavro.schema import SchemaParseException
from msgspec import Struct
from msgspec import inspect as types

from schemas.avro_binary import ITEMS_MAX, Plain, Reader, Source, compile_reader
from schemas.avro_reader_source import LEFT_TO_THE_STRICT, FastReader, reader_source
from schemas.avro_source import compiled, full_name, struct_type
from schemas.avro_writer_source import NO_VALUE, FastWriter, writer_source
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, EventData
from schemas.ids import SchemaIds, schema_text
from schemas.indicators import IndicatorRow
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import Bulletin, DeadLetter, Notification, Outcome, ReferralView, ServiceStage

MAGIC = 0
HEADER_BYTES = 5
# The largest event within its bounds takes some 66 kB (64 texts of 256 characters of 4 bytes).
EVENT_BYTES_MAX = 131_072
# The bulletin of a campaign of 25,000 places takes about 2 MB; far below what one record may do to memory.
OUTPUT_BYTES_MAX = 16_777_216

VALUE_TYPES: dict[str, type[Struct]] = {
    **dict.fromkeys(EVENTS_BY_TOPIC, EventData),
    "journal": Record,
    "outcomes": Outcome,
    "notifications": Notification,
    "bulletins": Bulletin,
    "referrals": ReferralView,
    "service-stages": ServiceStage,
    "indicators": IndicatorRow,
    "dead-letters": DeadLetter,
}
# What the JSON form can say, and what can be written in the local time of any zone, east of UTC as they are.
INSTANT_MIN = -62_135_596_800_000  # 0001-01-01T00:00:00Z
INSTANT_MAX = 253_402_214_400_000  # 9999-12-31T00:00:00Z
Value = TypeVar("Value", bound=Struct)
Tree = dict[str, Any]


def event_codec(topic: str, ids: SchemaIds) -> "ValueCodec[EventData]":
    """The codec of an input topic. Raises: KeyError for a topic that is none."""
    kinds = {full_name(kind): kind for kind in EVENTS_BY_TOPIC[topic]}

    def lift(tree: Tree) -> EventData:
        name, data = tree["data"]
        return msgspec.convert(data, kinds[name], dec_hook=_decode_hook)

    return ValueCodec(topic, ids, lift, EVENT_BYTES_MAX)


def journal_codec(ids: SchemaIds) -> "ValueCodec[Record]":
    """The codec of the journal."""

    def lift(tree: Tree) -> Record:
        facts = []
        for name, fact in tree["facts"]:
            fact["type"] = name.rpartition(".")[2]
            facts.append(fact)
        tree["facts"] = facts
        return msgspec.convert(tree, Record, dec_hook=_decode_hook)

    return ValueCodec("journal", ids, lift, OUTPUT_BYTES_MAX)


def output_codec(topic: str, kind: type[Value], ids: SchemaIds) -> "ValueCodec[Value]":
    """The codec of a topic whose value is one type. Raises: ValueError if the topic carries another type."""
    if VALUE_TYPES.get(topic) is not kind:
        raise ValueError(f"topic {topic} does not carry {kind.__name__}")

    def lift(tree: Tree) -> Value:
        return msgspec.convert(tree, kind, dec_hook=_decode_hook)

    return ValueCodec(topic, ids, lift, OUTPUT_BYTES_MAX)


class ValueCodec(Generic[Value]):
    """Encodes with a topic's present schema; decodes what any of its versions wrote."""

    def __init__(self, topic: str, ids: SchemaIds, lift: Callable[[Tree], Value], bytes_max: int) -> None:
        """Use `event_codec`, `journal_codec` or `output_codec`. Asks for the present schema's id.

        Raises: RegistryUnavailable, SchemaMissing.
        """
        self.topic = topic
        self._ids = ids
        self._lift = lift
        self._bytes_max = bytes_max
        # The generated reader does not count items, of which none is shorter than a byte.
        self._usual_bytes_max = min(bytes_max, ITEMS_MAX)
        self._plain, self._read, self._write, _ = _generated(topic)
        schema_id = ids.id_of(topic)
        self._header = bytes((MAGIC,)) + schema_id.to_bytes(HEADER_BYTES - 1, "big")
        self._readers: dict[int, Reader] = {schema_id: compile_reader(self._plain)}

    def encode(self, value: Value) -> bytes:
        """The message of a value. Raises: Malformed for a value that the schema does not hold, or a longer one than
        `decode` takes. Bounds beyond the schema (lengths, patterns) are checked by `decode` only."""
        try:
            message = self._header + self._write(value)
        except NO_VALUE as exc:
            raise Malformed(f"no value of {self.topic}: {type(exc).__name__}: {exc}") from exc
        if len(message) > self._bytes_max:
            raise Malformed(f"{len(message)} bytes, but a value of {self.topic} has at most {self._bytes_max}")
        return message

    def decode(self, message: bytes | None) -> Value:
        """The value of a message, within the bounds of its types. Repeatable, keeps no state of the message.

        Raises: Malformed for anything that is no such value; RegistryUnavailable, which says nothing about it.
        """
        value = self.decode_usual(message) if message is not None else None
        return value if value is not None else self.decode_strictly(message)

    def decode_usual(self, message: bytes) -> Value | None:
        """The value of a message of the present schema in its usual form; null if another is there, or none."""
        if message[:HEADER_BYTES] != self._header or len(message) > self._usual_bytes_max:
            return None
        try:
            value, end = self._read(message, HEADER_BYTES)
        except LEFT_TO_THE_STRICT:
            return None
        return value if end == len(message) else None

    def decode_strictly(self, message: bytes | None) -> Value:
        """As `decode`: what has the last word on every message, and says what is wrong with it."""
        if message is None:
            raise Malformed("a record without a value")
        if len(message) > self._bytes_max:
            raise Malformed(f"{len(message)} bytes, but a value of {self.topic} has at most {self._bytes_max}")
        if len(message) < HEADER_BYTES or message[0] != MAGIC:
            raise Malformed("not in the Confluent wire format: no zero byte and schema id at its start")
        schema_id = int.from_bytes(message[1:HEADER_BYTES], "big")
        read = self._readers.get(schema_id)
        if read is None:
            read = self._readers[schema_id] = self._reader_of(schema_id)
        source = Source(message, HEADER_BYTES)
        tree = read(source)
        if source.position != len(message):
            raise source.malformed(f"{len(message) - source.position} bytes too many")
        try:
            return self._lift(tree)
        except (msgspec.ValidationError, OverflowError) as exc:
            raise Malformed(str(exc)) from exc

    def _reader_of(self, schema_id: int) -> Reader:
        """How to read what another version of the schema wrote."""
        try:
            written = _plain_schema(self._ids.schema_of(schema_id))
            if written["name"] != self._plain["name"]:
                raise Malformed(f"schema id {schema_id} is {written['name']}, not {self._plain['name']}")
            check = compile_reader(written)
        except (ValueError, TypeError, KeyError, AttributeError, SchemaParseException) as exc:
            raise Malformed(f"schema id {schema_id} is no version of {self.topic}: {exc}") from exc

        def read(source: Source) -> Plain:
            # First strictly, with its limits: fastavro's own reading is lenient about counts and indexes.
            start = source.position
            check(source)
            body = io.BytesIO(source.data[start : source.position])
            try:
                return fastavro.schemaless_reader(body, written, self._plain, return_record_name=True)
            except (fastavro.read.SchemaResolutionError, ValueError, TypeError, KeyError, IndexError) as exc:
                raise Malformed(f"schema id {schema_id} does not resolve to the present schema: {exc}") from exc

        return read


class _Generated(NamedTuple):
    """What a topic's present schema and types come to."""

    schema: Plain
    read: FastReader
    write: FastWriter
    source: str


@cache
def _generated(topic: str) -> _Generated:
    schema = _plain_schema(json.loads(schema_text(topic)))
    kind: types.StructType | types.UnionType
    if topic in EVENTS_BY_TOPIC:
        kind = types.UnionType(tuple(struct_type(each) for each in EVENTS_BY_TOPIC[topic]))
    else:
        kind = struct_type(VALUE_TYPES[topic])
    reader, names = reader_source(schema, kind)
    read = compiled(reader, names, f"reader of {topic}", "read")
    writer, names = writer_source(schema, kind)
    write = compiled(writer, names, f"writer of {topic}", "write")
    return _Generated(schema, read, write, f"{reader}\n\n{writer}")


def generated_source(topic: str) -> str:
    """The Python source of a topic's reader and writer, to be looked at. Raises: KeyError for no topic of ours."""
    return _generated(topic).source


def _plain_schema(schema: Plain) -> Plain:
    """A parsed schema, names in full, moments as the plain numbers that an `Instant` is."""
    return fastavro.parse_schema(_without_moments(schema))


def _without_moments(node: Plain) -> Plain:
    if isinstance(node, dict):
        if node.get("logicalType") == "timestamp-millis":
            return node["type"]
        return {key: _without_moments(each) for key, each in node.items()}
    if isinstance(node, list):
        return [_without_moments(each) for each in node]
    return node


def _decode_hook(kind: type, value: object) -> Instant:
    if kind is Instant and type(value) is int and INSTANT_MIN <= value <= INSTANT_MAX:
        return Instant(value)
    raise ValueError(f"expected a moment in the years 1 to 9999, not {value!r}")
