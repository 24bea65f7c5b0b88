"""Python source made of a schema and our types: what the makers of readers and of writers share.

Owns lines, names and the walk over a schema's types. The source is made of our own schemas and types only, never of
anything received, and can be read: in a traceback, in a profile, and by `schemas.codec.generated_source`.
"""

import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec import inspect as types

from schemas.instants import Instant

Plain: TypeAlias = Any  # a parsed schema as JSON data
# What msgspec calls a type, and the schema's word for it; and the name of the form that its values have on the wire.
FORMS: dict[tuple[type[types.Type], str], str] = {
    (types.BoolType, "boolean"): "boolean",
    (types.BytesType, "bytes"): "bytes",
    (types.IntType, "int"): "int",
    (types.IntType, "long"): "long",
    (types.StrType, "string"): "string",
    (types.DateType, "date"): "date",
    (types.CustomType, "long"): "moment",
    (types.EnumType, "enum"): "enum",
    (types.VarTupleType, "array"): "array",
    (types.StructType, "record"): "record",
    (types.UnionType, "optional"): "optional",
    (types.UnionType, "variants"): "variants",
}


def full_name(kind: type) -> str:
    """The name that our schemas give a type: `oryn.facts.AccessUsed`."""
    return f"oryn.{kind.__module__.rpartition('.')[2]}.{kind.__name__}"


def struct_type(kind: type[Struct]) -> types.StructType:
    """What msgspec knows of a type."""
    info = types.type_info(kind)
    assert isinstance(info, types.StructType)
    return info


def form_of(schema: Plain, kind: types.Type) -> str:
    """Which of `FORMS` values have. Raises: ValueError where schema and type do not say the same."""
    form = FORMS.get((type(kind), _word(schema)))
    if isinstance(kind, types.StructType | types.EnumType) and form and schema["name"] != full_name(kind.cls):
        form = None
    if isinstance(kind, types.CustomType) and kind.cls is not Instant:
        form = None
    if form is None:
        raise ValueError(f"the schema {schema} does not say what the type {kind} says")
    return form


def _word(schema: Plain) -> str:
    if isinstance(schema, list):
        return "optional" if schema[0] == "null" else "variants"
    return str(schema if isinstance(schema, str) else schema.get("logicalType") or schema["type"])


def present_of(schema: Plain, kind: types.Type) -> tuple[Plain, types.Type]:
    """What an optional value is when it is there."""
    assert isinstance(kind, types.UnionType)
    _, present = schema  # ValueError for more than two
    (present_kind,) = (each for each in kind.types if not isinstance(each, types.NoneType))
    return present, present_kind


def fields_of(schema: Plain, kind: types.StructType) -> list[tuple[types.Field, Plain]]:
    """A record's fields in the order of the schema. Raises: ValueError if the type has others."""
    members = {field.encode_name: field for field in kind.fields}
    schemas = {field["name"]: field["type"] for field in schema["fields"]}
    if members.keys() != schemas.keys():
        raise ValueError(f"{schema['name']} has other fields than {kind.cls.__name__}")
    return [(members[name], schemas[name]) for name in schemas]


def branches_of(schema: Plain, kind: types.UnionType) -> list[tuple[Plain, types.StructType]]:
    """A union of records, in the order of the schema."""
    kinds = {full_name(each.cls): each for each in kind.types if isinstance(each, types.StructType)}
    names = [branch["name"] if isinstance(branch, dict) else branch for branch in schema]
    if sorted(kinds) != sorted(names):
        raise ValueError("a union has other branches than its type")
    return [(branch, kinds[name]) for branch, name in zip(schema, names, strict=True)]


class Source:
    """Lines under construction, and the objects that they name."""

    def __init__(self, schema: Plain) -> None:
        """Take the whole schema, for its named types."""
        self.names: dict[str, Any] = {}
        self._finished: list[str] = []
        self._lines: list[str] = []
        self._depth = 0
        self._schemas: dict[str, Plain] = {}
        self._collect(schema)

    def _collect(self, node: Plain) -> None:
        if isinstance(node, list):
            for each in node:
                self._collect(each)
        elif isinstance(node, dict):
            if node.get("type") in ("record", "enum"):
                self._schemas[node["name"]] = node
            for each in node.values():
                self._collect(each)

    def schema(self, node: Plain) -> Plain:
        """A named type in full: a schema spells it out only where it is first met."""
        return self._schemas.get(node, node) if isinstance(node, str) else node

    def put(self, *lines: str) -> None:
        """Add lines at the present depth."""
        self._lines += ["    " * self._depth + line for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is put inside stands below the head."""
        self.put(head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def in_front(self) -> Iterator[None]:
        """What is put inside stands at depth 0, in front of the function that is being written, which needs it."""
        lines, depth = self._lines, self._depth
        self._lines, self._depth = [], 0
        yield
        self._finished += [*self._lines, "", ""]
        self._lines, self._depth = lines, depth

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """A function in front of the one being written."""
        with self.in_front(), self.block(head):
            yield

    def name(self, stem: str, value: object) -> str:
        """The name of an object in the source: the stem, with a number if another object has it."""
        name, number = stem, 1
        while self.names.setdefault(name, value) != value:
            number += 1
            name = f"{stem}_{number}"
        return name

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._finished).strip() + "\n"


def compiled(source: str, names: dict[str, Any], title: str, entry: str) -> Callable[..., Any]:
    """A function of a source. Tracebacks and profiles find its lines under the title."""
    place = f"<oryn {title}>"
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    exec(compile(source, place, "exec"), names)  # noqa: S102  # made here, of our own schemas and types
    function: Callable[..., Any] = names[entry]
    return function
