"""Writers as generated source: an expression for each record of a schema, from our types straight to the bytes.

A generated writer gives the same bytes as any writer of Avro, each array in one block. Bounds beyond the schema are
the readers' concern. For a value that the schema does not hold it raises one of `NO_VALUE`.
"""

from collections.abc import Callable
from typing import Any

from msgspec import inspect as types

from schemas import avro_parts as parts
from schemas.avro_source import Plain, Source, branches_of, fields_of, form_of, present_of

FastWriter = Callable[[Any], bytes]
NO_VALUE = (ValueError, TypeError, KeyError, AttributeError)


def writer_source(schema: Plain, kind: types.StructType | types.UnionType) -> tuple[str, dict[str, Any]]:
    """The source of a function `write`, a `FastWriter`, and the objects that it names. As `reader_source`."""
    return _WriterSource(schema).make(kind)


class _WriterSource(Source):
    """Each method for a form gives an expression for the bytes of the value that an expression names."""

    def __init__(self, schema: Plain) -> None:
        super().__init__(schema)
        self._root = schema
        self.names |= {
            "count": parts.write_count,
            "dates": parts.written_dates,
            "int32": parts.write_int,
            "join": b"".join,
            "long": parts.write_long,
            "moment": parts.write_moment,
            "refuse": parts.refuse,
            "small": parts.SMALL,
        }
        # Values that an expression keeps, each under a name of its own.
        self._kept = 0

    def make(self, kind: types.StructType | types.UnionType) -> tuple[str, dict[str, Any]]:
        with self.function("def write(value):"):
            schema = self._root if isinstance(kind, types.StructType) else self._root["fields"][0]["type"]
            self.put(f"return {self._value('value', schema, kind)}")
        return self.text(), self.names

    def _value(self, value: str, schema: Plain, kind: types.Type) -> str:
        schema = self.schema(schema)
        expression: str = getattr(self, f"_{form_of(schema, kind)}")(value, schema, kind)
        return expression

    def _keep(self, value: str) -> tuple[str, str]:
        """An expression that gives a value a name, and the name."""
        self._kept += 1
        return f"({(name := f'v{self._kept}')} := {value})", name

    # --------------------------------------------------------------------------------------------- single values

    def _boolean(self, value: str, schema: Plain, kind: types.Type) -> str:
        kept, name = self._keep(value)
        return rf'(b"\x01" if {kept} is True else b"\x00" if {name} is False else refuse({name}))'

    def _long(self, value: str, schema: Plain, kind: types.Type) -> str:
        return f"long({value})"

    def _int(self, value: str, schema: Plain, kind: types.Type) -> str:
        return f"int32({value})"

    def _date(self, value: str, schema: Plain, kind: types.Type) -> str:
        return f"dates[{value}]"

    def _moment(self, value: str, schema: Plain, kind: types.Type) -> str:
        return f"moment({value})"

    def _bytes(self, value: str, schema: Plain, kind: types.Type) -> str:
        kept, name = self._keep(value)
        return f"long(len({kept})) + {name}"

    def _string(self, value: str, schema: Plain, kind: types.Type) -> str:
        kept, name = self._keep(f"{value}.encode()")
        length = f"n := len({kept})"
        return f"(small[n] if ({length}) < {parts.SMALL_END} else long(n)) + {name}"

    def _enum(self, value: str, schema: Plain, kind: types.EnumType) -> str:
        words = {symbol: parts.write_long(index) for index, symbol in enumerate(schema["symbols"])}
        return f"{self.name(f'{kind.cls.__name__}_words', words)}[{value}]"

    # ------------------------------------------------------------------------------------------- compound values

    def _optional(self, value: str, schema: Plain, kind: types.UnionType) -> str:
        kept, name = self._keep(value)
        present = self._value(name, *present_of(schema, kind))
        return rf'(b"\x00" if {kept} is None else b"\x02" + {present})'

    def _array(self, value: str, schema: Plain, kind: types.VarTupleType) -> str:
        kept, name = self._keep(value)
        item = self._value("item", schema["items"], kind.item_type)
        return rf'(count(len({name})) + join([{item} for item in {name}]) + b"\x00" if {kept} else b"\x00")'

    def _variants(self, value: str, schema: Plain, kind: types.UnionType) -> str:
        writers = {}
        for index, (branch, branch_kind) in enumerate(branches_of(schema, kind)):
            writers[self.name(branch_kind.cls.__name__, branch_kind.cls)] = self._function(
                branch, branch_kind, parts.write_long(index)
            )
        with self.in_front():
            self.put("writers = {", *(f"    {kind}: {writer}," for kind, writer in writers.items()), "}")
        return f"writers[type({value})]({value})"

    def _record(self, value: str, schema: Plain, kind: types.StructType) -> str:
        return f"{self._function(schema, kind)}({value})"

    def _function(self, schema: Plain, kind: types.StructType, prefix: bytes = b"") -> str:
        """The name of a function that writes a record, behind the number of its branch."""
        name = f"write_{kind.cls.__name__}"
        with self.function(f"def {name}(value):"):
            pieces = [repr(prefix)] * bool(prefix)
            for field, field_schema in fields_of(schema, kind):
                pieces.append(self._value(f"value.{field.name}", field_schema, field.type))
            self.put("return join((", *(f"    {piece}," for piece in pieces), "))")
        return name
