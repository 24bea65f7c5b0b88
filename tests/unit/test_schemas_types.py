"""The .avsc files and the Python types say the same: every field, option, symbol, in both directions."""

import json
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias, get_args

import fastavro
import msgspec
import pytest
from msgspec import Struct
from msgspec import inspect as types

from schemas.codec import VALUE_TYPES
from schemas.events import EVENTS_BY_TOPIC
from schemas.facts import AnyFact
from schemas.ids import COMPATIBILITY, schema_text
from schemas.instants import Instant

Json: TypeAlias = Any
INT32 = range(-(2**31), 2**31)
PRIMITIVES: dict[type, str] = {types.StrType: "string", types.BoolType: "boolean", types.BytesType: "bytes"}


def namespace(kind: type) -> str:
    return f"oryn.{kind.__module__.rpartition('.')[2]}"


class Expectation:
    """The schema that a type comes to, without documentation; a named type in full where it is first met."""

    def __init__(self) -> None:
        self.met: set[type] = set()

    def of(self, kind: types.Type) -> Json:
        if type(kind) in PRIMITIVES:
            return PRIMITIVES[type(kind)]
        match kind:
            case types.UnionType(members):
                nullable = [each for each in members if isinstance(each, types.NoneType)]
                rest = [self.of(each) for each in members if not isinstance(each, types.NoneType)]
                return ["null", *rest] if nullable else rest
            case types.IntType(ge=low, le=high):
                return "int" if low is not None and high is not None and low in INT32 and high in INT32 else "long"
            case types.DateType():
                return {"type": "int", "logicalType": "date"}
            case types.CustomType(cls=cls) if cls is Instant:
                return {"type": "long", "logicalType": "timestamp-millis"}
            case types.VarTupleType(item_type=item):
                return {"type": "array", "items": self.of(item)}
            case types.EnumType(cls=words):
                return self.named(words, lambda: {"type": "enum", "symbols": [each.value for each in words]})
            case types.StructType(cls=cls, fields=fields):
                return self.named(cls, lambda: {"type": "record", "fields": [self.field(each) for each in fields]})
        raise NotImplementedError(kind)

    def field(self, field: types.Field) -> Json:
        schema = self.of(field.type)
        optional = isinstance(schema, list) and schema[0] == "null"
        # What the JSON form may leave out has the default null in Avro, and nothing else has a default.
        assert field.required is not optional, field.name
        return {"name": field.encode_name, "type": schema} | ({"default": None} if optional else {})

    def named(self, kind: type, body: Callable[[], Json]) -> Json:
        if kind in self.met:
            return f"{namespace(kind)}.{kind.__name__}"
        self.met.add(kind)
        return body() | {"name": kind.__name__, "namespace": namespace(kind)}

    def value_of(self, topic: str) -> Json:
        if topic not in EVENTS_BY_TOPIC:
            return self.of(types.type_info(VALUE_TYPES[topic]))
        variants = [self.of(types.type_info(kind)) for kind in EVENTS_BY_TOPIC[topic]]
        name = "".join(word.title() for word in topic.split("-"))
        fields = [{"name": "data", "type": variants}]
        return {"type": "record", "name": name, "namespace": "oryn.events", "fields": fields}


def without_doc(node: Json) -> Json:
    if isinstance(node, dict):
        return {key: without_doc(each) for key, each in node.items() if key != "doc"}
    if isinstance(node, list):
        return [without_doc(each) for each in node]
    return node


def parts(node: Json) -> Json:
    """Every dictionary of a schema."""
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)


@pytest.mark.parametrize("topic", COMPATIBILITY)
def test_a_schema_says_exactly_what_the_type_says(topic: str) -> None:
    assert without_doc(json.loads(schema_text(topic))) == Expectation().value_of(topic)


@pytest.mark.parametrize("topic", COMPATIBILITY)
def test_every_record_field_enum_and_symbol_is_documented(topic: str) -> None:
    for part in parts(json.loads(schema_text(topic))):
        if part.get("type") in ("record", "enum") or "default" in part or isinstance(part.get("type"), dict | list):
            assert part.get("doc", "").strip(), part
        for field in part.get("fields", ()):
            assert field.get("doc", "").strip().endswith("."), field["name"]
        for symbol in part.get("symbols", ()):
            assert re.search(rf"(?<![A-Z_]){symbol}: \S", part["doc"]), symbol


@pytest.mark.parametrize("topic", COMPATIBILITY)
def test_an_independent_parser_takes_the_schema(topic: str) -> None:
    import avro.schema  # noqa: PLC0415  # its import is slow

    parsed = avro.schema.parse(schema_text(topic))
    assert isinstance(parsed, avro.schema.RecordSchema)
    own = fastavro.parse_schema(json.loads(schema_text(topic)))
    assert isinstance(own, dict) and own["name"] == parsed.fullname


def test_a_name_means_the_same_in_every_schema() -> None:
    meanings: dict[str, Any] = {}
    for topic in COMPATIBILITY:
        for part in parts(json.loads(schema_text(topic))):
            if part.get("type") == "enum" or (
                part.get("type") == "record" and part["name"] in ("Attendance", "ClockTick")
            ):
                name = f"{part['namespace']}.{part['name']}"
                assert meanings.setdefault(name, part) == part, f"{name} in {topic}"


def test_every_input_topic_carries_the_clock_tick_and_nothing_twice() -> None:
    for topic, kinds in EVENTS_BY_TOPIC.items():
        names = [kind.__name__ for kind in kinds]
        assert names[-1] == "ClockTick" and len(set(names)) == len(names), topic


def test_every_fact_type_is_a_variant_of_the_journal() -> None:
    record = json.loads(schema_text("journal"))
    (facts,) = [field for field in record["fields"] if field["name"] == "facts"]
    variants = [part["name"] for part in facts["type"]["items"]]
    assert variants == [kind.__name__ for kind in get_args(AnyFact)]


class Colour(StrEnum):
    RED = "RED"


class Sample(Struct):
    a: str
    b: Colour | None = None


def test_the_comparison_sees_a_lost_option_a_changed_symbol_and_a_renamed_field() -> None:
    colour = {"type": "enum", "name": "Colour", "namespace": namespace(Colour), "symbols": ["RED"]}
    fields = [{"name": "a", "type": "string"}, {"name": "b", "type": ["null", colour], "default": None}]
    right = {"type": "record", "name": "Sample", "namespace": namespace(Sample), "fields": fields}
    expected = Expectation().of(types.type_info(Sample))
    assert expected == right
    for old, new in (
        ('"RED"', '"BLUE"'),
        ('"name": "a"', '"name": "c"'),
        ('["null", ', '["string", '),
        (', "default": null', ""),
    ):
        text = json.dumps(right)
        assert old in text
        assert json.loads(text.replace(old, new)) != expected


def test_the_json_form_and_the_schema_name_the_members_alike() -> None:
    for topic, kinds in EVENTS_BY_TOPIC.items():
        variants = {part["name"]: part for part in json.loads(schema_text(topic))["fields"][0]["type"]}
        for kind in kinds:
            members = [field.encode_name for field in msgspec.structs.fields(kind)]
            assert [field["name"] for field in variants[kind.__name__]["fields"]] == members
