"""Hostile bytes: nothing but `Malformed` comes of them, and no memory on the word of a length."""

import io
import json
import tracemalloc
from typing import Any

import fastavro
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from schemas.avro_binary import ITEMS_MAX, Source, compile_reader
from schemas.avro_parts import write_long as number
from schemas.codec import HEADER_BYTES, OUTPUT_BYTES_MAX, ValueCodec, journal_codec
from schemas.errors import Malformed
from schemas.ids import FrozenIds
from tests.unit.schema_values import EVENTS
from tests.unit.test_codec import CODECS, RECORD, VALUES

IDS = FrozenIds()
ANY_CODEC = st.sampled_from(list(CODECS.values()))
HUGE = (2**62, 2**63 - 1, -(2**63), 2**31, -1, 10**9)


def header(topic: str) -> bytes:
    return b"\x00" + IDS.id_of(topic).to_bytes(4, "big")


def value_or_malformed(codec: ValueCodec[Any], message: bytes) -> None:
    try:
        value = codec.decode(message)
    except Malformed as exc:
        assert str(exc)
    else:
        # What is taken is a whole value: it can be written and read again.
        assert codec.decode(codec.encode(value)) == value


@given(ANY_CODEC, st.binary(max_size=300))
def test_random_bytes_are_malformed(codec: ValueCodec[Any], message: bytes) -> None:
    value_or_malformed(codec, message)


@given(ANY_CODEC, st.binary(max_size=300))
def test_random_bodies_behind_a_right_header_give_a_value_or_malformed(codec: ValueCodec[Any], body: bytes) -> None:
    value_or_malformed(codec, header(codec.topic) + body)


@given(VALUES, st.data())
def test_every_cut_message_is_malformed(case: tuple[str, Struct], data: st.DataObject) -> None:
    topic, value = case
    message = CODECS[topic].encode(value)
    with pytest.raises(Malformed):
        CODECS[topic].decode(message[: data.draw(st.integers(0, len(message) - 1))])


@given(VALUES, st.binary(min_size=1, max_size=20))
def test_every_lengthened_message_is_malformed(case: tuple[str, Struct], more: bytes) -> None:
    topic, value = case
    with pytest.raises(Malformed, match="too many"):
        CODECS[topic].decode(CODECS[topic].encode(value) + more)


@given(VALUES, st.data())
def test_changed_bytes_give_a_value_or_malformed(case: tuple[str, Struct], data: st.DataObject) -> None:
    topic, value = case
    message = bytearray(CODECS[topic].encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    value_or_malformed(CODECS[topic], bytes(message))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "wire format"),
        (b"\x00\x00\x00\x00", "wire format"),
        (b'{"type": "PlaceReleased"}', "wire format"),
        (b"\x01" + header("journal")[1:], "wire format"),
        (b"\x00\xff\xff\xff\xff\x00", "schema id 4294967295"),
        (b"\x00\x00\x00\x00\x00\x00", "schema id 0"),
        (header("journal"), "at byte 5: the message ends before a text"),
        (header("journal") + b"\x09", "at byte 6: a length of -5"),
        (header("journal") + b"\x04\xff\xff", "at byte 8: a text that is not UTF-8"),
        (header("journal") + b"\x80" * 20, "more than 64 bits"),
        (header("journal") + b"\x80\x80", "ends inside a number"),
    ],
)
def test_the_reason_says_what_is_wrong_and_where(message: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        CODECS["journal"].decode(message)


def test_a_record_without_a_value_is_malformed() -> None:
    with pytest.raises(Malformed, match="without a value"):
        CODECS["journal"].decode(None)


@pytest.mark.parametrize("index", [-1, -2, 3, 2**40])
def test_an_unknown_variant_is_malformed_also_where_python_would_count_from_the_end(index: int) -> None:
    with pytest.raises(Malformed, match=f"variant {index} where there are 3"):
        CODECS["vacancy-releases"].decode(header("vacancy-releases") + number(index))


@pytest.mark.parametrize("index", [-1, 6, 2**40])
def test_an_unknown_symbol_is_malformed(index: int) -> None:
    with pytest.raises(Malformed, match=f"symbol {index} where there are 6"):
        CODECS["vacancy-recalls"].decode(header("vacancy-recalls") + b"\x00\x02p\x02o" + number(index))


@pytest.mark.parametrize("huge", HUGE)
@pytest.mark.parametrize("where", ["text", "items", "block"])
def test_a_huge_length_or_count_allocates_nothing(huge: int, where: str) -> None:
    before = CODECS["journal"].encode(RECORD)[HEADER_BYTES:]
    at_facts = before.index(b"kz-2020") + len(b"kz-2020")
    body = {
        "text": number(huge) + b"710000000",
        "items": before[:at_facts] + number(huge) + before[at_facts + 1 :],
        "block": before[:at_facts] + number(-1) + number(huge) + before[at_facts + 1 :],
    }[where]
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            CODECS["journal"].decode(header("journal") + body)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_many_tiny_items_in_a_large_message_stop_at_the_limit() -> None:
    opened = number([variant["name"] for variant in fact_variants()].index("PlaceOpened")) + b"\x02p"
    before = CODECS["journal"].encode(RECORD)[HEADER_BYTES:]
    head = before[: before.index(b"kz-2020") + len(b"kz-2020")]
    count = (OUTPUT_BYTES_MAX - 1000) // len(opened)
    message = header("journal") + head + number(count) + opened * count
    with pytest.raises(Malformed, match=f"more than {ITEMS_MAX} items"):
        CODECS["journal"].decode(message)
    in_blocks = header("journal") + head + (number(1) + opened) * (ITEMS_MAX + 1)
    with pytest.raises(Malformed, match=f"more than {ITEMS_MAX} items"):
        CODECS["journal"].decode(in_blocks)


def fact_variants() -> list[dict[str, Any]]:
    schema = IDS.schema_of(IDS.id_of("journal"))
    (facts,) = [field for field in schema["fields"] if field["name"] == "facts"]
    variants: list[dict[str, Any]] = facts["type"]["items"]
    return variants


def test_an_array_in_several_blocks_with_sizes_is_read_as_avro_allows() -> None:
    read = compile_reader({"type": "array", "items": "string"})
    two_blocks = number(-2) + number(4) + b"\x02a\x02b" + number(1) + b"\x02c" + b"\x00"
    assert read(Source(two_blocks)) == ["a", "b", "c"]


@given(st.integers(-(2**63), 2**63 - 1))
@example(-(2**63))
@example(2**63 - 1)
@example(63)
@example(64)
@example(-64)
@example(-65)
def test_numbers_are_written_and_read_as_fastavro_does(value: int) -> None:

    theirs = io.BytesIO()
    fastavro.schemaless_writer(theirs, "long", value)
    assert number(value) == theirs.getvalue()
    assert compile_reader("long")(Source(number(value))) == value


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_a_number_of_more_than_64_bits_is_not_written(value: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        number(value)


@pytest.mark.parametrize("days", [-719_163, 2_932_897, 2**31 - 1])
def test_a_date_outside_the_years_1_to_9999_is_malformed(days: int) -> None:
    read = compile_reader({"type": "int", "logicalType": "date"})
    with pytest.raises(Malformed, match="years 1 to 9999"):
        read(Source(number(days)))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": "null"},
        {"type": "array", "items": {"type": "record", "name": "a.Empty", "fields": []}},
        {"type": "map", "values": "string"},
        {"type": "fixed", "name": "a.F", "size": 4},
        {"type": "string", "logicalType": "uuid"},
        ["string", "null"],
        ["null", "string", "long"],
        "double",
        {"type": "record", "name": "a.Self", "fields": [{"name": "next", "type": ["null", "a.Self"]}]},
    ],
)
def test_a_schema_beyond_the_contracts_is_refused_when_compiled(schema: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        compile_reader(schema)


class OneSchema:
    """Ids under which anything may be registered."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def id_of(self, topic: str) -> int:
        return 1

    def schema_of(self, schema_id: int) -> Any:
        return self.schema


@pytest.mark.parametrize(
    "schema",
    [
        None,
        7,
        "string",
        [],
        {},
        {"type": "record"},
        {"type": "record", "name": "oryn.journal.Record", "fields": 7},
        {"type": "record", "name": "oryn.journal.Record", "fields": [{"name": "x", "type": "nothing"}]},
        {
            "type": "record",
            "name": "oryn.journal.Record",
            "fields": [{"name": "x", "type": {"type": "map", "values": "int"}}],
        },
        {"type": "record", "name": "oryn.journal.Record", "fields": [{"name": "x", "type": "string"}]},
        json.loads('{"type": "enum", "name": "oryn.journal.Record", "symbols": ["A"]}'),
    ],
)
def test_a_registered_schema_that_is_no_version_of_ours_is_malformed(schema: Any) -> None:

    codec = journal_codec(OneSchema(schema))
    with pytest.raises(Malformed, match="schema id 2"):
        codec.decode(b"\x00\x00\x00\x00\x02\x00")


@settings(max_examples=20)
@given(EVENTS["application-changes"])
def test_a_message_is_read_alike_however_often(value: Any) -> None:
    codec = CODECS["application-changes"]
    message = codec.encode(value)
    assert codec.decode(message) == codec.decode(message) == value
