"""Readers as generated source: a flat function for each record of a schema, from the bytes straight to our types.

A generated reader takes what writers usually write, within the bounds of the types. For everything else it raises one
of `LEFT_TO_THE_STRICT`, and `schemas.avro_binary` reads it or says what is wrong. So it checks no more than it needs to
never give another value than the strict reader: a text may seem to reach beyond the message, for then the position
does so in the end, which its caller refuses. Never says what is wrong with a message.
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import inspect as types

from schemas import avro_parts as parts
from schemas.avro_source import Plain, Source, branches_of, fields_of, form_of, present_of

# Takes a message and a position; gives the value and where it ends, which the caller compares with the message's end.
FastReader = Callable[[bytes, int], tuple[Any, int]]
LEFT_TO_THE_STRICT = (parts.Unusual, IndexError, KeyError, ValueError, OverflowError)
ASCII = range(128)
# `[…]` once or more, or any number of times, and nothing else: the form of the patterns of ids and free texts.
ONE_CLASS = re.compile(r"\\A\[[^]]+\][+*]\\Z")


def reader_source(schema: Plain, kind: types.StructType | types.UnionType) -> tuple[str, dict[str, Any]]:
    """The source of a function `read`, a `FastReader`, and the objects that it names.

    A record that only wraps a union is read as the value of the branch. Raises: ValueError where schema and type do
    not say the same.
    """
    return _ReaderSource(schema).make(kind)


class _ReaderSource(Source):
    """Each method for a form puts the lines that read a value at `at` into the variable `target`."""

    def __init__(self, schema: Plain) -> None:
        super().__init__(schema)
        self._root = schema
        self.names |= {
            "Unusual": parts.Unusual,
            "booleans": {0: False, 1: True},
            "date": parts.read_date,
            "dates": parts.dates,
            "moment": parts.read_moment,
            "more": parts.read_more,
        }

    def make(self, kind: types.StructType | types.UnionType) -> tuple[str, dict[str, Any]]:
        with self.function("def read(data, at):"):
            if isinstance(kind, types.StructType):
                self._value("value", self._root, kind)
            else:
                (only,) = self._root["fields"]
                self._value("value", only["type"], kind)
            self.put("return value, at")
        return self.text(), self.names

    def _value(self, target: str, schema: Plain, kind: types.Type) -> None:
        schema = self.schema(schema)
        getattr(self, f"_{form_of(schema, kind)}")(target, schema, kind)

    # --------------------------------------------------------------------------------------------- single values

    def _boolean(self, target: str, schema: Plain, kind: types.BoolType) -> None:
        self.put(f"{target} = booleans[data[at]]", "at += 1")

    def _long(self, target: str, schema: Plain, kind: types.IntType) -> None:
        self._number(target, kind, "n, at = more(data, at, n)")

    def _int(self, target: str, schema: Plain, kind: types.IntType) -> None:
        # Three bytes have 21 bits.
        self._number(target, kind, "raise Unusual")

    def _number(self, target: str, kind: types.IntType, otherwise: str) -> None:
        self.put("n = data[at]", "at += 1")
        with self.block("if n > 127:"):
            self.put("n += (data[at] << 7) - 128", "at += 1")
            with self.block("if n > 16383:"):
                self.put("n += (data[at] << 14) - 16384", "at += 1")
                with self.block("if n > 2097151:"):
                    self.put(otherwise)
        self.put(f"{target} = n >> 1 ^ -(n & 1)")
        if kind.ge is not None:
            self._unusual_if(f"{target} < {kind.ge}")
        if kind.le is not None:
            self._unusual_if(f"{target} > {kind.le}")

    def _date(self, target: str, schema: Plain, kind: types.DateType) -> None:
        self.put(f"{target} = dates.get(data[at:at + {parts.DATE_BYTES}])")
        with self.block(f"if {target} is None:"):
            self.put(f"{target}, at = date(data, at)")
        with self.block("else:"):
            self.put(f"at += {parts.DATE_BYTES}")

    def _moment(self, target: str, schema: Plain, kind: types.CustomType) -> None:
        self.put(f"{target}, at = moment(data, at)")

    def _bytes(self, target: str, schema: Plain, kind: types.BytesType) -> None:
        self._length()
        self.put("end = at + (n >> 1)", f"{target} = data[at:end]", "at = end")

    def _string(self, target: str, schema: Plain, kind: types.StrType) -> None:
        self._length()
        self.put("end = at + (n >> 1)")
        if kind.pattern is None:
            self.put(f"{target} = data[at:end].decode()", "at = end")
        else:
            self.put("raw = data[at:end]", f"{target} = raw.decode()", "at = end")
            self._unusual_if(self._unmatched(target, kind.pattern))
        if kind.max_length is not None:  # no text has more characters than bytes
            self._unusual_if(f"n > {2 * kind.max_length} and len({target}) > {kind.max_length}")

    def _unmatched(self, target: str, pattern: str) -> str:
        """When a text breaks a pattern. Bytes are looked up first: a regular expression takes four times as long."""
        search = re.compile(pattern).search
        slow = f"not {self.name('search', search)}({target})"
        if not ONE_CLASS.fullmatch(pattern):
            return slow
        allowed = bytes(code for code in ASCII if search(chr(code)))
        return f"(not raw or raw.translate(None, {self.name('allowed', allowed)})) and {slow}"

    def _enum(self, target: str, schema: Plain, kind: types.EnumType) -> None:
        words = {index << 1: kind.cls(symbol) for index, symbol in enumerate(schema["symbols"])}
        assert len(words) < parts.BRANCHES_MAX
        self.put(f"{target} = {self.name(f'{kind.cls.__name__}_words', words)}[data[at]]", "at += 1")

    def _length(self) -> None:
        """Twice a length or count, of one byte or two, into `n`."""
        self.put("n = data[at]", "at += 1")
        with self.block("if n & 129:"):
            self._second_byte_of_length()

    def _second_byte_of_length(self) -> None:
        self._unusual_if("n & 1")  # negative: the count of a block that names its size
        self.put("n += (data[at] << 7) - 128", "at += 1")
        # A count of no items would be the array's end, if also in two bytes.
        self._unusual_if("not 127 < n < 16384")

    def _unusual_if(self, condition: str) -> None:
        with self.block(f"if {condition}:"):
            self.put("raise Unusual")

    # ------------------------------------------------------------------------------------------- compound values

    def _optional(self, target: str, schema: Plain, kind: types.UnionType) -> None:
        self.put("n = data[at]", "at += 1")
        with self.block("if n == 0:"):
            self.put(f"{target} = None")
        with self.block("elif n == 2:"):
            self._value(target, *present_of(schema, kind))
        with self.block("else:"):
            self.put("raise Unusual")

    def _array(self, target: str, schema: Plain, kind: types.VarTupleType) -> None:
        self.put("n = data[at]", "at += 1")
        with self.block("if n == 0:"):
            self.put("raise Unusual" if kind.min_length else f"{target} = ()")
        with self.block("else:"):
            with self.block("if n & 129:"):
                self._second_byte_of_length()
            if kind.max_length is not None:
                self._unusual_if(f"n > {2 * kind.max_length}")
            assert (kind.min_length or 0) <= 1
            self.put(f"{target} = []")
            with self.block("for _ in range(n >> 1):"):
                self._value(f"{target}_item", schema["items"], kind.item_type)
                self.put(f"{target}.append({target}_item)")
            with self.block("if data[at]:"):  # another block of items
                self.put("raise Unusual")
            self.put("at += 1", f"{target} = tuple({target})")

    def _variants(self, target: str, schema: Plain, kind: types.UnionType) -> None:
        readers: dict[int, str] = {}
        for index, (branch, branch_kind) in enumerate(branches_of(schema, kind)):
            readers[index << 1] = name = f"read_{branch_kind.cls.__name__}"
            with self.function(f"def {name}(data, at):"):
                self._value("value", branch, branch_kind)
                self.put("return value, at")
        assert len(readers) < parts.BRANCHES_MAX
        with self.in_front():
            self.put("readers = {", *(f"    {byte}: {name}," for byte, name in readers.items()), "}")
        self.put(f"{target}, at = readers[data[at]](data, at + 1)")

    def _record(self, target: str, schema: Plain, kind: types.StructType) -> None:
        variables = {}
        for field, field_schema in fields_of(schema, kind):
            variables[field.name] = variable = f"{target}_{field.name}"
            self._value(variable, field_schema, field.type)
        values = ", ".join(variables[field.name] for field in kind.fields)
        self.put(f"{target} = {self.name(kind.cls.__name__, kind.cls)}({values})")
