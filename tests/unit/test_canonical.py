"""Our own canonical encoding against the test vectors of `schemas/vectors/`."""

import json
from importlib.resources import files
from typing import Any, TypeAlias

import msgspec
import pytest

from schemas.codec import journal_codec
from schemas.facts import BulletinEntry, RecalledEntry
from schemas.ids import FrozenIds
from schemas.instants import Instant, parse_instant
from schemas.journal import JournalCodec, decode_record
from schemas.zones import zone_of

Json: TypeAlias = Any
VECTORS = files("schemas") / "vectors"
RECORDS: list[Json] = json.loads((VECTORS / "records.json").read_text(encoding="utf-8"))
BULLETINS: list[Json] = json.loads((VECTORS / "bulletins.json").read_text(encoding="utf-8"))


def by_name(vector: Json) -> str:
    return str(vector["name"])


def line_of(vector: Json) -> bytes:
    return json.dumps(vector["record"], ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("vector", RECORDS, ids=by_name)
def test_sealing_a_record_gives_the_vectors_hash(vector: Json) -> None:
    record = decode_record(line_of(vector))
    assert record.hash == vector["hash"] == vector["record"]["hash"]
    assert JournalCodec(zone_of(record.locality).render).seal(record).hash == vector["hash"]


@pytest.mark.parametrize("vector", RECORDS, ids=by_name)
def test_a_records_line_is_its_json_form_byte_for_byte(vector: Json) -> None:
    record = decode_record(line_of(vector))
    assert JournalCodec(zone_of(record.locality).render).line(record) == line_of(vector)


@pytest.mark.parametrize("vector", RECORDS, ids=by_name)
def test_a_record_that_went_over_the_wire_has_the_same_line_and_hash(vector: Json) -> None:
    record = decode_record(line_of(vector))
    codec = journal_codec(FrozenIds())
    again = codec.decode(codec.encode(record))
    writer = JournalCodec(zone_of(again.locality).render)
    assert writer.line(again) == line_of(vector)
    assert writer.seal(again).hash == vector["hash"]


@pytest.mark.parametrize("vector", BULLETINS, ids=by_name)
def test_a_bulletin_gives_the_vectors_hash(vector: Json) -> None:
    bulletin = vector["bulletin"]

    def decode_hook(kind: type, value: str) -> Instant:
        assert kind is Instant
        return parse_instant(value)

    def read(kind: Any, value: Json) -> Any:
        return msgspec.convert(value, kind, dec_hook=decode_hook)

    computed = JournalCodec(zone_of(bulletin["locality"]).render).bulletin_hash(
        bulletin["locality"],
        bulletin["number"],
        bulletin["date"],
        read(tuple[BulletinEntry, ...], bulletin["entries"]),
        read(tuple[RecalledEntry, ...], bulletin["recalled"]),
        bulletin["previous_bulletin_hash"],
    )
    assert computed == vector["hash"] == bulletin["bulletin_hash"]


def test_partition_and_offset_change_the_line_and_not_the_hash() -> None:
    first, second, *_ = RECORDS
    assert first["record"]["cause"] != second["record"]["cause"]
    assert first["hash"] == second["hash"]
    assert first["canonical"] == second["canonical"]


def test_every_character_is_written_as_the_document_says() -> None:
    encoder = msgspec.json.Encoder(order="sorted")
    named = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    characters = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x110000))]
    expected = "".join(named.get(c) or (f"\\u00{ord(c):02x}" if c < " " else c) for c in characters)
    assert encoder.encode("".join(characters)) == f'"{expected}"'.encode()
