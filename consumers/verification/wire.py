"""From the bytes of a record on the journal's topic to its line of a journal file: this reader's own understanding of
docs/journal.md, section 9, compiled from the schema with which the record was written.

Shares no code with what encodes journals. A member that a newer writer added comes through by its schema alone, so its
hash still holds. Reads strictly: a length or count that the bytes cannot back is `Malformed`. Never judges a record.
"""

import datetime
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from schemas.errors import Malformed
from schemas.zones import Zone, zone_of

MAGIC = 0
HEADER_BYTES = 5
# As many as a message of 16 MiB could hold at most; what claims more is no record.
ITEMS_MAX = 200_000
VARINT_BITS_MAX = 64
NAMESPACE = "oryn.journal"
EPOCH_ORDINAL = datetime.date(1970, 1, 1).toordinal()
PRESENT = 2  # the number 1, as it stands in the message
MORE = 0x80
LOW = 0x7F

Json: TypeAlias = Any
SchemaOf = Callable[[int], Json]
_ENCODE = msgspec.json.Encoder().encode


class _Bytes:
    """A message, how far it was read, and the zone in which its moments are written."""

    __slots__ = ("data", "items", "position", "zone")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = HEADER_BYTES
        self.items = 0
        self.zone: Zone | None = None

    def number(self) -> int:
        """The next variable-length number. Raises: Malformed, IndexError at the end of the message."""
        data, position = self.data, self.position
        byte = data[position]
        if byte < MORE:
            self.position = position + 1
            return (byte >> 1) ^ -(byte & 1)
        value, shift = byte & LOW, 7
        while byte & MORE:
            position += 1
            if shift >= VARINT_BITS_MAX:
                raise Malformed("a number of more than 64 bits")
            byte = data[position]
            value |= (byte & LOW) << shift
            shift += 7
        if value >> VARINT_BITS_MAX:
            raise Malformed("a number of more than 64 bits")
        self.position = position + 1
        return (value >> 1) ^ -(value & 1)


_Read = Callable[[_Bytes], Json]


class Wire:
    """Reads the values of the journal's topic. Schemas are asked for once each."""

    def __init__(self, schema_of: SchemaOf) -> None:
        """Take who knows the schema behind an id (`SchemaIds.schema_of`)."""
        self._schema_of = schema_of
        self._readers: dict[int, _Read] = {}

    def line(self, value: bytes | None) -> bytes:
        """The line of a journal file, without its line break. Raises: Malformed for what is no journal record; and as
        `schema_of`."""
        if value is None:
            raise Malformed("a record without a value")
        if len(value) < HEADER_BYTES or value[0] != MAGIC:
            raise Malformed("not in the Confluent wire format")
        schema_id = int.from_bytes(value[1:HEADER_BYTES], "big")
        read = self._readers.get(schema_id)
        if read is None:
            read = self._readers[schema_id] = _compile(self._schema_of(schema_id), schema_id)
        source = _Bytes(value)
        try:
            record = read(source)
        except IndexError:
            raise Malformed("the message ends inside a record") from None
        except (UnicodeDecodeError, ValueError, OverflowError) as exc:
            raise Malformed(f"at byte {source.position}: {exc}") from exc
        if source.position != len(value):
            raise Malformed(f"{len(value) - source.position} bytes behind the record")
        return _ENCODE(record)


def _compile(schema: Json, schema_id: int) -> _Read:
    """How to read a whole record. Raises: Malformed for a schema that is no journal's."""
    names: dict[str, _Read] = {}
    if (
        not isinstance(schema, dict)
        or schema.get("type") != "record"
        or _full_name(schema, "") != f"{NAMESPACE}.Record"
    ):
        raise Malformed(f"schema id {schema_id} is not that of the journal")
    try:
        if schema["fields"][0]["name"] != "locality":  # its zone is needed for every moment behind it
            raise Malformed(f"schema id {schema_id}: the record does not begin with its locality")
        return _reader(schema, "", names)
    except (KeyError, IndexError, TypeError, ValueError) as exc:
        raise Malformed(f"schema id {schema_id} is beyond this reader: {exc}") from exc


def _reader(schema: Json, namespace: str, names: dict[str, _Read]) -> _Read:
    if isinstance(schema, list):
        return _union(schema, namespace, names)
    if isinstance(schema, str):
        return _PLAIN.get(schema) or names[schema if "." in schema else f"{namespace}.{schema}"]
    kind = schema["type"]
    if kind in ("record", "enum"):
        name = _full_name(schema, namespace)
        inside = name.rpartition(".")[0]
        read = (
            _record(schema, inside, names, whole=name == f"{NAMESPACE}.Record") if kind == "record" else _enum(schema)
        )
        names[name] = read
        return read
    if kind == "array":
        return _array(_reader(schema["items"], namespace, names))
    logical = schema.get("logicalType")
    return _reader(kind, namespace, names) if logical is None else _LOGICAL[kind, logical]


def _full_name(schema: Json, namespace: str) -> str:
    name: str = schema["name"]
    return name if "." in name else f"{schema.get('namespace', namespace)}.{name}"


def _record(schema: Json, namespace: str, names: dict[str, _Read], *, whole: bool) -> _Read:
    fields = [(each["name"], _reader(each["type"], namespace, names)) for each in schema["fields"]]

    def members(source: _Bytes) -> Json:
        out = {}
        for name, read in fields:
            value = read(source)
            if value is not None:  # null: the member is left out
                out[name] = value
        return out

    if not whole:
        return members
    (first, read_first), *fields = fields

    def record(source: _Bytes) -> Json:
        locality = read_first(source)
        source.zone = zone_of(locality)
        return {first: locality, **members(source)}

    return record


def _union(branches: list[Json], namespace: str, names: dict[str, _Read]) -> _Read:
    readers = [_reader(each, namespace, names) for each in branches]
    if branches[0] == "null":
        _, present = readers  # ValueError for more than two

        def optional(source: _Bytes) -> Json:
            branch = source.data[source.position]
            source.position += 1
            if branch == 0:
                return None
            if branch != PRESENT:
                raise Malformed("neither null nor a value")
            return present(source)

        return optional
    # The branch of a union of records is the member `type`.
    tagged = [
        ({"type": _full_name(each, namespace).rpartition(".")[2]}, read)
        for each, read in zip(branches, readers, strict=True)
    ]

    def variant(source: _Bytes) -> Json:
        branch = source.number()
        if not 0 <= branch < len(tagged):
            raise Malformed(f"branch {branch} where there are {len(tagged)}")
        tag, read = tagged[branch]
        return tag | read(source)

    return variant


def _array(item: _Read) -> _Read:
    def read(source: _Bytes) -> Json:
        values: list[Json] = []
        while count := source.number():
            if count < 0:  # a block that names its size in bytes
                count = -count
                source.number()
            source.items += count
            if source.items > ITEMS_MAX:
                raise Malformed(f"more than {ITEMS_MAX} items")
            for _ in range(count):
                values.append(item(source))
        return values

    return read


def _enum(schema: Json) -> _Read:
    symbols = tuple(schema["symbols"])

    def read(source: _Bytes) -> Json:
        index = source.number()
        if not 0 <= index < len(symbols):
            raise Malformed(f"symbol {index} where there are {len(symbols)}")
        return symbols[index]

    return read


def _string(source: _Bytes) -> Json:
    data, start = source.data, source.position
    byte = data[start]
    if byte & (MORE | 1):  # rare: longer than 63 bytes, or negative
        length = source.number()
        start = source.position
    else:
        length, start = byte >> 1, start + 1
    end = start + length
    if length < 0 or end > len(data):
        raise Malformed(f"a text of {length} bytes where {len(data) - start} are left")
    source.position = end
    return data[start:end].decode()


def _boolean(source: _Bytes) -> Json:
    byte = source.data[source.position]
    if byte > 1:
        raise Malformed("neither true nor false")
    source.position += 1
    return byte == 1


def _date(source: _Bytes) -> Json:
    return datetime.date.fromordinal(source.number() + EPOCH_ORDINAL).isoformat()


def _moment(source: _Bytes) -> Json:
    assert source.zone is not None
    return source.zone.render(source.number())


_PLAIN: dict[str, _Read] = {"string": _string, "boolean": _boolean, "int": _Bytes.number, "long": _Bytes.number}
_PLAIN["null"] = lambda _source: None
_LOGICAL: dict[tuple[str, str], _Read] = {("int", "date"): _date, ("long", "timestamp-millis"): _moment}
