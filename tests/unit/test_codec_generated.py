"""Generated readers and writers: they never differ from the strict reader, and what usually comes is theirs to read."""

import datetime
import json
from enum import StrEnum
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct

from schemas import avro_parts
from schemas.avro_binary import ITEMS_MAX, Source, compile_reader
from schemas.avro_reader_source import LEFT_TO_THE_STRICT, reader_source
from schemas.avro_source import compiled, full_name, struct_type
from schemas.avro_writer_source import NO_VALUE, writer_source
from schemas.codec import HEADER_BYTES, VALUE_TYPES, ValueCodec, generated_source
from schemas.errors import Malformed
from schemas.events import EVENTS_BY_TOPIC, ApplicationSubmitted, ChildEnrolled
from schemas.facts import BulletinEntry, BulletinIssued, PlaceOpened
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH, Record, decode_record
from schemas.outputs import Bulletin
from schemas.words import Admission, Channel, GroupType, QueueKind, Regime
from tests.unit.test_codec import CODECS, IDS, MOMENT, RECORD, VALUES

DAY = datetime.date(2019, 3, 2)
SUBMITTED = ApplicationSubmitted("a-1", "p-1", "c-1", DAY, QueueKind.GENERAL, MOMENT, (), False, False, Channel.PORTAL)


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


class Sample(Struct, frozen=True):
    name: str
    colour: Colour | None = None
    seen: tuple[Instant, ...] = ()


class Numbered(Struct, frozen=True):
    number: int


MODULE = full_name(Sample).rpartition(".")[0]
SAMPLE = {
    "type": "record",
    "name": full_name(Sample),
    "fields": [
        {"name": "name", "type": "string"},
        {"name": "colour", "type": ["null", {"type": "enum", "name": full_name(Colour), "symbols": ["RED", "BLUE"]}]},
        {"name": "seen", "type": {"type": "array", "items": "long"}},
    ],
}
SAMPLE_READER = """\
def read(data, at):
    n = data[at]
    at += 1
    if n & 129:
        if n & 1:
            raise Unusual
        n += (data[at] << 7) - 128
        at += 1
        if not 127 < n < 16384:
            raise Unusual
    end = at + (n >> 1)
    value_name = data[at:end].decode()
    at = end
    n = data[at]
    at += 1
    if n == 0:
        value_colour = None
    elif n == 2:
        value_colour = Colour_words[data[at]]
        at += 1
    else:
        raise Unusual
    n = data[at]
    at += 1
    if n == 0:
        value_seen = ()
    else:
        if n & 129:
            if n & 1:
                raise Unusual
            n += (data[at] << 7) - 128
            at += 1
            if not 127 < n < 16384:
                raise Unusual
        value_seen = []
        for _ in range(n >> 1):
            value_seen_item, at = moment(data, at)
            value_seen.append(value_seen_item)
        if data[at]:
            raise Unusual
        at += 1
        value_seen = tuple(value_seen)
    value = Sample(value_name, value_colour, value_seen)
    return value, at
"""
SAMPLE_WRITER = r"""
def write_Sample(value):
    return join((
        (small[n] if (n := len((v1 := value.name.encode()))) < 256 else long(n)) + v1,
        (b"\x00" if (v2 := value.colour) is None else b"\x02" + Colour_words[v2]),
        (count(len(v3)) + join([moment(item) for item in v3]) + b"\x00" if (v3 := value.seen) else b"\x00"),
    ))


def write(value):
    return write_Sample(value)
"""


def test_the_source_can_be_read() -> None:
    reader, names = reader_source(SAMPLE, struct_type(Sample))
    assert reader == SAMPLE_READER
    assert names["Colour_words"] == {0: Colour.RED, 2: Colour.BLUE}
    assert writer_source(SAMPLE, struct_type(Sample))[0] == SAMPLE_WRITER.lstrip()


@pytest.mark.parametrize("topic", VALUE_TYPES)
def test_every_topic_has_a_reader_and_a_writer_for_each_of_its_records(topic: str) -> None:
    source = generated_source(topic)
    for kind in EVENTS_BY_TOPIC.get(topic, ()):
        assert f"def read_{kind.__name__}(data, at):" in source
        assert f"def write_{kind.__name__}(value):" in source
    assert "def read(data, at):" in source and "def write(value):" in source


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"string"', '"bytes"'),
        ('"long"', '"int"'),
        ('"name": "name"', '"name": "title"'),
        (f"{MODULE}.Colour", f"{MODULE}.Color"),
        (f"{MODULE}.Sample", "oryn.other.Sample"),
        ('["null", ', '["string", '),
    ],
)
def test_a_schema_that_does_not_say_what_the_type_says_is_refused(old: str, new: str) -> None:
    text = json.dumps(SAMPLE)
    assert old in text
    for source_of in (reader_source, writer_source):
        with pytest.raises(ValueError, match=r"type|fields|branches"):
            source_of(json.loads(text.replace(old, new)), struct_type(Sample))


# --------------------------------------------------------------------------------------- against the strict reader


def usual_and_strict_agree(codec: ValueCodec[Any], message: bytes) -> None:
    usual = codec.decode_usual(message)
    try:
        strict = codec.decode_strictly(message)
    except Malformed:
        assert usual is None
        with pytest.raises(Malformed):
            codec.decode(message)
    else:
        assert usual is None or usual == strict
        assert codec.decode(message) == strict
        # Equality is not enough: True equals 1, and an Instant any number.
        assert repr(codec.decode(message)) == repr(strict)


@given(VALUES)
def test_both_readers_give_the_same_value(case: tuple[str, Struct]) -> None:
    topic, value = case
    usual_and_strict_agree(CODECS[topic], CODECS[topic].encode(value))


@given(VALUES, st.data())
def test_both_readers_agree_about_changed_bytes(case: tuple[str, Struct], data: st.DataObject) -> None:
    topic, value = case
    message = bytearray(CODECS[topic].encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(HEADER_BYTES, len(message) - 1))
        changed = st.integers(0, 255) | st.sampled_from(
            [message[place] ^ 1, message[place] ^ 128, 0, 1, 2, 3, 127, 128]
        )
        message[place] = data.draw(changed)
    usual_and_strict_agree(CODECS[topic], bytes(message))


@given(VALUES, st.data())
def test_both_readers_agree_about_bytes_left_out_or_put_in(case: tuple[str, Struct], data: st.DataObject) -> None:
    topic, value = case
    message = CODECS[topic].encode(value)
    start = data.draw(st.integers(HEADER_BYTES, len(message)))
    end = data.draw(st.integers(start, min(len(message), start + 3)))
    usual_and_strict_agree(CODECS[topic], message[:start] + data.draw(st.binary(max_size=3)) + message[end:])


@given(st.sampled_from(list(CODECS.values())), st.binary(max_size=200))
def test_both_readers_agree_about_random_bodies(codec: ValueCodec[Any], body: bytes) -> None:
    usual_and_strict_agree(codec, b"\x00" + IDS.id_of(codec.topic).to_bytes(HEADER_BYTES - 1, "big") + body)


NUMBERED = {"type": "record", "name": full_name(Numbered), "fields": [{"name": "number", "type": "long"}]}
NUMBER = compiled(*reader_source(NUMBERED, struct_type(Numbered)), "reader of a number", "read")


@given(st.binary(max_size=12))
@example(bytes(12))
@example(b"\x80" * 9 + b"\x01")
@example(b"\xff" * 9 + b"\x01")
@example(b"\xff" * 8 + b"\x7f")
@example(b"\xff\xff\x7f")
@example(b"\x80\x80\x00")
def test_a_number_is_read_as_the_strict_reader_does_or_left_to_it(raw: bytes) -> None:
    try:
        value, end = NUMBER(raw, 0)
    except LEFT_TO_THE_STRICT:
        return
    source = Source(raw)
    assert compile_reader("long")(source) == value.number
    assert source.position == end


@given(st.integers(-(2**62), 2**62))
@example(-(2**62))
@example(2**62 - 1)
def test_every_number_of_up_to_nine_bytes_is_read_by_the_generated_reader(number: int) -> None:
    raw = avro_parts.write_long(number)
    if len(raw) < 10:
        assert NUMBER(raw, 0) == (Numbered(number), len(raw))


# ------------------------------------------------------------------------------------------------------- what is usual


def entry(number: int) -> BulletinEntry:
    return BulletinEntry(
        f"p-{number}", "o-1", "general/2019", MOMENT, 2019, 2, 3, "kk", GroupType.GENERAL_DEVELOPMENTAL,
        Regime.FULL_DAY, Admission.REGULAR, DAY,
    )  # fmt: skip


def issued(entries: int) -> Record:
    bulletin = BulletinIssued(1, DAY, tuple(map(entry, range(entries))), (), GENESIS_HASH, GENESIS_HASH)
    return Record("710000000", 1, MOMENT, RECORD.cause, "kz-2020", (bulletin, PlaceOpened("p-1")), GENESIS_HASH)


def test_both_readers_give_the_same_value_for_each_of_the_vectors() -> None:
    vectors = json.loads((files("schemas") / "vectors" / "records.json").read_text("utf-8"))
    unusual = set()
    for vector in vectors:
        message = CODECS["journal"].encode(decode_record(json.dumps(vector["record"]).encode()))
        usual_and_strict_agree(CODECS["journal"], message)
        if CODECS["journal"].decode_usual(message) is None:
            unusual.add(vector["name"])
    assert unusual == {"false is a value and null is not; a time before 1970", "large numbers"}


@pytest.mark.parametrize("record", [RECORD, issued(0), issued(64), issued(1_000)], ids=lambda record: len(record.facts))
def test_usual_records_are_read_by_the_generated_reader(record: Record) -> None:
    assert CODECS["journal"].decode_usual(CODECS["journal"].encode(record)) == record


def test_usual_events_are_read_by_the_generated_reader() -> None:
    codec = CODECS["application-changes"]
    for event in (SUBMITTED, ChildEnrolled("a" * 64, "o-1", "p-1")):
        assert codec.decode_usual(codec.encode(event)) == event


def test_a_message_with_room_for_too_many_items_is_left_to_the_strict_reader() -> None:
    bulletin = Bulletin("710000000", 1, DAY, tuple(map(entry, range(5_000))), (), GENESIS_HASH, GENESIS_HASH, 1, MOMENT)
    message = CODECS["bulletins"].encode(bulletin)
    assert len(message) > ITEMS_MAX
    assert CODECS["bulletins"].decode_usual(message) is None
    assert CODECS["bulletins"].decode(message) == bulletin


def test_what_readers_and_writers_keep_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avro_parts, "TABLE_ENTRIES_MAX", 10)
    for day in range(100):
        moment, date = Instant(MOMENT + day * 86_400_000), DAY + datetime.timedelta(day)
        raw = avro_parts.write_moment(moment)
        assert raw == avro_parts.write_long(int(moment))
        assert avro_parts.read_moment(raw, 0) == (moment, len(raw))
        assert avro_parts.read_date(avro_parts.written_dates[date], 0) == (date, avro_parts.DATE_BYTES)
    for table in (avro_parts.dates, avro_parts.written_dates, avro_parts._upper, avro_parts._written_upper):
        assert 0 < len(table) <= 10


# ------------------------------------------------------------------------------------------------- what is not written


@pytest.mark.parametrize(
    "change",
    [
        {"submitted_at": float(MOMENT)},
        {"submitted_at": None},
        {"submitted_at": 2**63},
        {"child_born": datetime.datetime(2019, 3, 2, tzinfo=datetime.UTC)},
        {"child_born": "2019-03-02"},
        {"special_needs": 1},
        {"special_needs": None},
        {"channel": "PIGEON"},
        {"channel": None},
        {"child_id": b"c-1"},
        {"profile": 7},
        {"benefits": (None,)},
        {"benefits": 7},
    ],
)
def test_a_field_that_the_schema_does_not_hold_is_not_written(change: dict[str, Any]) -> None:
    event = ApplicationSubmitted(**({name: getattr(SUBMITTED, name) for name in SUBMITTED.__struct_fields__} | change))
    with pytest.raises(Malformed, match="no value of application-changes"):
        CODECS["application-changes"].encode(event)


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_a_number_of_more_than_32_bits_is_not_written_as_an_int(number: int) -> None:
    with pytest.raises(NO_VALUE, match="32 bits"):
        avro_parts.write_int(number)


def test_more_items_than_are_read_are_not_written() -> None:
    with pytest.raises(NO_VALUE, match="items"):
        avro_parts.write_count(ITEMS_MAX + 1)
