"""The strict reader of Avro's binary encoding, compiled once from a schema into small functions.

It has the last word on every message in which a generated reader (`schemas.avro_reader_source`) meets anything
unusual, and it walks what other versions of a schema wrote. Bytes that are not exactly one value of the schema are
`Malformed`, with the place of the fault, and nothing is allocated on the word of a length or count that the message
itself cannot back. Schemas come parsed and checked (fastavro), and only the part of Avro that the contracts use is
known here: a schema with anything else is refused when it is compiled. Never knows our types, ids or topics, and never
writes (docs/decisions/010-avro-codec.md).

Values: records are dictionaries, a branch of a union of records is `(full name, dictionary)`, dates are
`datetime.date`, moments are milliseconds, enum symbols are strings.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from schemas.errors import Malformed

# A bulletin of the largest campaign lists some 25,000 places; an item costs one byte or more on the wire but
# hundreds in memory, so the message's size alone is no bound.
ITEMS_MAX = 200_000
VARINT_BYTES_MAX = 10
INT_BOUND = 1 << 31
LONG_BOUND = 1 << 63
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
ORDINAL_MAX = date.max.toordinal()
MORE = 128  # the bit of a number's byte that says that another byte follows


class Source:
    """A message being read, and how far."""

    __slots__ = ("data", "items", "position")

    def __init__(self, data: bytes, position: int = 0) -> None:
        """Start at a position of the message."""
        self.data = data
        self.position = position
        self.items = 0

    def malformed(self, what: str) -> Malformed:
        """The error for what was found; its position is how far the message had been read."""
        return Malformed(f"at byte {min(self.position, len(self.data))}: {what}")


Plain: TypeAlias = Any  # a value as the module's docstring says, or a schema as JSON data
Reader = Callable[[Source], Plain]


def compile_reader(schema: Plain) -> Reader:
    """A function that reads one value of a schema. Raises: ValueError for a schema outside the subset."""
    return _Compiler().compile(schema).read


# ------------------------------------------------------------------------------------------------- single values


def _read_long(source: Source) -> int:
    position = source.position
    try:
        byte = source.data[position]
        if byte < MORE:
            source.position = position + 1
            return (byte >> 1) ^ -(byte & 1)
        value = byte & (MORE - 1)
        shift = 7
        while True:
            position += 1
            byte = source.data[position]
            value |= (byte & (MORE - 1)) << shift
            if byte < MORE:
                break
            shift += 7
            if shift >= 7 * VARINT_BYTES_MAX:
                raise source.malformed("a number of more than 64 bits")
    except IndexError:
        raise source.malformed("the message ends inside a number") from None
    if value >> 64:
        raise source.malformed("a number of more than 64 bits")
    source.position = position + 1
    return (value >> 1) ^ -(value & 1)


def _read_int(source: Source) -> int:
    value = _read_long(source)
    if not -INT_BOUND <= value < INT_BOUND:
        raise source.malformed(f"{value} has more than 32 bits")
    return value


def _read_date(source: Source) -> date:
    ordinal = _read_int(source) + EPOCH_ORDINAL
    if not 1 <= ordinal <= ORDINAL_MAX:
        raise source.malformed("a date outside the years 1 to 9999")
    return date.fromordinal(ordinal)


def _read_boolean(source: Source) -> bool:
    byte = source.data[source.position : source.position + 1]
    if byte == b"\x00":
        source.position += 1
        return False
    if byte == b"\x01":
        source.position += 1
        return True
    raise source.malformed("neither true nor false" if byte else "the message ends before a boolean")


def _read_bytes(source: Source) -> bytes:
    length = _read_long(source)
    position = source.position
    end = position + length
    if length < 0 or end > len(source.data):
        raise source.malformed(f"a length of {length} where {len(source.data) - position} bytes are left")
    source.position = end
    return source.data[position:end]


def _read_string(source: Source) -> str:
    data = source.data
    position = source.position
    try:
        byte = data[position]
    except IndexError:
        raise source.malformed("the message ends before a text") from None
    if byte < MORE and not byte & 1:  # up to 63 bytes: nearly every text of ours
        position += 1
        end = position + (byte >> 1)
        if end > len(data):
            raise source.malformed(f"a length of {byte >> 1} where {len(data) - position} bytes are left")
        source.position = end
        raw = data[position:end]
    else:
        raw = _read_bytes(source)
    try:
        return raw.decode()
    except UnicodeDecodeError as exc:
        raise source.malformed(f"a text that is not UTF-8: {exc.reason}") from None


def _read_null(source: Source) -> None:
    return None


class _Compiled(NamedTuple):
    """How a type is read, and the fewest bytes that a value of it takes."""

    read: Reader
    bytes_min: int


_PRIMITIVES = {
    "null": _Compiled(_read_null, 0),
    "boolean": _Compiled(_read_boolean, 1),
    "int": _Compiled(_read_int, 1),
    "long": _Compiled(_read_long, 1),
    "bytes": _Compiled(_read_bytes, 1),
    "string": _Compiled(_read_string, 1),
}
_LOGICAL = {
    ("int", "date"): _Compiled(_read_date, 1),
    ("long", "timestamp-millis"): _Compiled(_read_long, 1),
}


# ------------------------------------------------------------------------------------------------ compound values


class _Compiler:
    """One pass over one schema; named types are compiled once and found again by their full name."""

    def __init__(self) -> None:
        self._named: dict[str, _Compiled] = {}

    def compile(self, schema: Plain) -> _Compiled:
        if isinstance(schema, list):
            return self._union(schema)
        if isinstance(schema, str):
            known = _PRIMITIVES.get(schema) or self._named.get(schema)
            if known is None:
                # Also what a record that contains itself comes to: its depth would have no bound.
                raise ValueError(f"{schema} is not known before it is used")
            return known
        kind = schema["type"]
        if kind == "record":
            self._named[schema["name"]] = compiled = self._record(schema["fields"])
            return compiled
        if kind == "enum":
            self._named[schema["name"]] = compiled = _enum(schema["symbols"])
            return compiled
        if kind == "array":
            return _array(self.compile(schema["items"]))
        logical = schema.get("logicalType")
        primitive = _LOGICAL.get((kind, logical)) if logical else _PRIMITIVES.get(kind)
        if primitive is None:
            raise ValueError(f"type {kind!r} (logical type {logical!r}) is not part of the contracts")
        return primitive

    def _record(self, fields: list[Any]) -> _Compiled:
        compiled = [(field["name"], self.compile(field["type"])) for field in fields]
        readers = [(name, each.read) for name, each in compiled]

        def read(source: Source) -> dict[str, Any]:
            return {name: read_field(source) for name, read_field in readers}

        return _Compiled(read, sum(each.bytes_min for _, each in compiled))

    def _union(self, branches: list[Any]) -> _Compiled:
        if branches[0] == "null":
            _, present = branches  # ValueError for more than two
            return _optional(self.compile(present))
        if not all(isinstance(each, dict) and each["type"] == "record" for each in branches):
            raise ValueError("a union is null and one type, or records only")
        return _variants([(each["name"], self.compile(each)) for each in branches])


def _variants(branches: list[tuple[str, _Compiled]]) -> _Compiled:
    """A union of records."""
    readers = [(name, each.read) for name, each in branches]

    def read(source: Source) -> tuple[str, Any]:
        index = _read_long(source)
        if not 0 <= index < len(readers):
            raise source.malformed(f"variant {index} where there are {len(readers)}")
        name, read_branch = readers[index]
        return name, read_branch(source)

    return _Compiled(read, 1 + min(each.bytes_min for _, each in branches))


def _optional(present: _Compiled) -> _Compiled:
    """A union of null and one type: the only kind of optional field in the contracts."""
    read_present = present.read

    def read(source: Source) -> Plain:
        try:
            byte = source.data[source.position]
        except IndexError:
            raise source.malformed("the message ends before an optional field") from None
        if byte not in (0, 2):
            raise source.malformed("neither null nor a value")
        source.position += 1
        return read_present(source) if byte else None

    return _Compiled(read, 1)


def _enum(symbols: list[str]) -> _Compiled:

    def read(source: Source) -> str:
        index = _read_long(source)
        if not 0 <= index < len(symbols):
            raise source.malformed(f"symbol {index} where there are {len(symbols)}")
        return symbols[index]

    return _Compiled(read, 1)


def _array(item: _Compiled) -> _Compiled:
    read_item, item_bytes_min = item
    if not item_bytes_min:
        raise ValueError("an array's items take at least one byte each: else a count could stand for any number")

    def read(source: Source) -> list[Any]:
        values: list[Any] = []
        while count := _read_long(source):
            if count < 0:  # a block that names its size, so that it could be skipped
                count = -count
                size = _read_long(source)
                if not 0 <= size <= len(source.data) - source.position:
                    raise source.malformed(f"a block of {size} bytes where fewer are left")
            left = len(source.data) - source.position
            if count * item_bytes_min > left:
                raise source.malformed(f"{count} items where {left} bytes are left")
            source.items += count
            if source.items > ITEMS_MAX:
                raise source.malformed(f"more than {ITEMS_MAX} items")
            values.extend(read_item(source) for _ in range(count))
        return values

    return _Compiled(read, 1)
