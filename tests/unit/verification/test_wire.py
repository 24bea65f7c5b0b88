"""The reader of the topic's bytes: the same lines as a file, any writer's schema, and no harm from hostile bytes."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.verification.wire import ITEMS_MAX, Wire
from schemas.avro_parts import write_long
from schemas.codec import journal_codec
from schemas.errors import Malformed
from schemas.ids import FrozenIds, schema_text
from schemas.journal import JournalCodec, Record, decode_record
from schemas.zones import zone_of
from tests.unit.schema_values import structs

CODEC = journal_codec(FrozenIds())
WIRE = Wire(FrozenIds().schema_of)
NEWER_ID = 900


def test_the_topic_gives_the_lines_of_the_file(journal: list[bytes]) -> None:
    assert [WIRE.line(CODEC.encode(decode_record(line))) for line in journal] == journal


@given(record=structs(Record))
def test_any_record_reads_as_the_file_has_it(record: Record) -> None:
    assert WIRE.line(CODEC.encode(record)) == JournalCodec(zone_of(record.locality).render).line(record)


def test_a_member_that_a_newer_writer_added_comes_through(journal: list[bytes]) -> None:
    newer = json.loads(schema_text("journal"))
    newer["fields"].append({"name": "officer", "type": ["null", "string"], "default": None})
    line = json.loads(journal[3])

    def schema_of(schema_id: int) -> Any:
        return newer if schema_id == NEWER_ID else FrozenIds().schema_of(schema_id)

    old = CODEC.encode(decode_record(journal[3]))
    new = bytes((0,)) + NEWER_ID.to_bytes(4, "big") + old[5:]
    assert json.loads(Wire(schema_of).line(new + b"\x02\x06ana")) == {**line, "officer": "ana"}
    assert json.loads(Wire(schema_of).line(new + b"\x00")) == line
    with pytest.raises(Malformed, match="ends inside"):
        Wire(schema_of).line(new)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, "without a value"),
        (b"", "wire format"),
        (b"\x01\x00\x00\x00\x05\x00", "wire format"),
        (b"\x00\x00\x00\x03\xe7", "schema id 999"),
        (b"\x00\x00\x00\x00\x01\x00", "not that of the journal"),
    ],
)
def test_what_is_no_record_is_malformed(value: bytes | None, error: str) -> None:
    with pytest.raises(Malformed, match=error):
        WIRE.line(value)


def test_every_cut_is_malformed(journal: list[bytes]) -> None:
    whole = CODEC.encode(decode_record(journal[4]))
    for length in range(len(whole)):
        with pytest.raises(Malformed):
            WIRE.line(whole[:length])
    with pytest.raises(Malformed, match="1 bytes behind"):
        WIRE.line(whole + b"\x00")


@given(data=st.data())
def test_changed_bytes_are_malformed_or_another_record(journal: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(CODEC.encode(decode_record(data.draw(st.sampled_from(journal)))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(5, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        line = WIRE.line(bytes(whole))
    except Malformed:
        return
    assert isinstance(json.loads(line), dict)


def test_a_count_beyond_all_bounds_is_refused_before_anything_is_read() -> None:
    whole = CODEC.encode(decode_record(_SMALL))
    count = write_long(ITEMS_MAX + 1)
    # No facts: the byte behind the pack says that their list ends.
    assert whole.count(b"kz-2020\x00") == 1
    with pytest.raises(Malformed, match="more than"):
        WIRE.line(whole.replace(b"kz-2020\x00", b"kz-2020" + count + b"\x00"))


def test_a_schema_that_does_not_begin_with_the_locality_is_refused() -> None:
    schema = copy.deepcopy(json.loads(schema_text("journal")))
    schema["fields"].reverse()
    with pytest.raises(Malformed, match="begin with its locality"):
        Wire(lambda _: schema).line(bytes(6))


_SMALL = (
    b'{"locality":"710000000","sequence":1,"time":"2021-06-10T18:00:00.000+06:00",'
    b'"cause":{"timer":"BULLETIN","due":"2021-06-10T18:00:00.000+06:00","subject":"710000000"},'
    b'"pack":"kz-2020","facts":[],"previous_hash":"' + b"0" * 64 + b'","hash":"' + b"1" * 64 + b'"}'
)
