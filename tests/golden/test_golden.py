"""Journals written by earlier schemas are restored by the present code, to the same state and the same bytes.

The files of a version are never changed, whatever becomes of the schema: they stand for the journals that installations
have. A new version of the schema gets new files beside them (`python -m tests.golden.make`), and a line in `GOLDEN`. If
this test fails, it is the code that must change, not the files.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from consumers.register_files.fold import LocalityRegisters
from consumers.verification.topic import LogRecord
from consumers.verification.verify import verify_topic
from consumers.verification.wire import Wire
from schemas.codec import journal_codec
from schemas.facts import AnyFact
from schemas.ids import FrozenIds
from schemas.journal import JournalCodec, Record, decode_record
from schemas.murmur2 import partition_of
from schemas.zones import zone_of
from streams.rules.book import Book
from streams.rules.pack import KZ_2020
from streams.rules.view import view_queues
from tests.golden.make import kinds_of, records_of

FOLDER = Path(__file__).parent
# Version of the schema -> SHA-256 of its frames.
GOLDEN = {"v1": "7a3aef1a827b710baa0a59a2ce2ebae9bf86edfbbec7a75a4db0fbf707ee6032"}
PARTITIONS = 12
# Facts that later versions added: v1 can't have them.
LATER: dict[str, set[str]] = {"v1": set()}


@pytest.fixture(params=GOLDEN)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def values(version: str) -> list[bytes]:
    frames = (FOLDER / f"journal-{version}.avro-frames").read_bytes()
    assert sha256(frames).hexdigest() == GOLDEN[version], "a golden journal was changed"
    return records_of(frames)


@pytest.fixture
def records(values: list[bytes]) -> list[Record]:
    codec = journal_codec(FrozenIds())
    return [codec.decode(value) for value in values]


@pytest.fixture
def lines(version: str) -> list[bytes]:
    return (FOLDER / f"journal-{version}.jsonl").read_bytes().splitlines()


@pytest.fixture
def state(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"journal-{version}.state.json").read_text("utf-8"))
    return found


def test_it_has_every_type_of_fact(version: str, records: list[Record]) -> None:
    assert kinds_of(records) | LATER[version] == {kind.__name__ for kind in get_args(AnyFact)}


def test_each_record_is_read_as_it_was_written(records: list[Record], lines: list[bytes]) -> None:
    codecs = {each: JournalCodec(zone_of(each).render) for each in {record.locality for record in records}}
    assert [codecs[record.locality].line(record) for record in records] == lines
    assert [decode_record(line) for line in lines] == records


def test_the_independent_reader_reads_the_same(values: list[bytes], lines: list[bytes]) -> None:
    wire = Wire(FrozenIds().schema_of)
    assert [wire.line(value) for value in values] == lines


def test_the_books_are_restored(records: list[Record], state: dict[str, Any]) -> None:
    books = {locality: Book(locality, KZ_2020) for locality in state}
    for record in records:
        books[record.locality].apply(record)
    restored = {
        locality: {"sequence": book.sequence, "hash": book.hash, "queues": view_queues(book)}
        for locality, book in books.items()
    }
    assert json.loads(msgspec.json.encode(restored)) == state


def test_the_journal_holds(values: list[bytes], records: list[Record]) -> None:
    log = [
        LogRecord(partition_of(key, PARTITIONS), offset, key, value)
        for offset, (value, key) in enumerate(
            (value, record.locality.encode()) for value, record in zip(values, records, strict=True)
        )
    ]
    report = verify_topic(log, PARTITIONS, FrozenIds().schema_of)
    assert report.findings == []
    assert report.records == len(values) > 500


def test_the_registers_are_folded(records: list[Record], state: dict[str, Any]) -> None:
    registers = {locality: LocalityRegisters(locality) for locality in state}
    for record in records:
        registers[record.locality].take(record)
    assert {locality: each.summary.head for locality, each in registers.items()} == {
        locality: each["hash"] for locality, each in state.items()
    }
