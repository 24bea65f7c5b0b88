"""What only the log can show: key, partition, order of offsets; and that all else is checked as in a file."""

from collections.abc import Callable

import pytest

from consumers.history.texts import Language
from consumers.verification.texts import what, where
from consumers.verification.topic import LogRecord
from consumers.verification.verify import Options, Report, verify_topic
from schemas.codec import journal_codec
from schemas.errors import Malformed
from schemas.ids import FrozenIds, RegistryUnavailable
from schemas.journal import decode_record
from schemas.murmur2 import partition_of
from tests.unit.verification.tools import check

PARTITIONS = 4
KEY = b"710000000"
HOME = partition_of(KEY, PARTITIONS)


@pytest.fixture(scope="module")
def log(journal: list[bytes]) -> list[LogRecord]:
    """The season on a topic; every third offset is a marker's."""
    codec = journal_codec(FrozenIds())
    values = [codec.encode(decode_record(line)) for line in journal]
    return [LogRecord(HOME, number * 3 // 2, KEY, value) for number, value in enumerate(values)]


def _verify(records: list[LogRecord], findings_max: int = 1) -> Report:
    return verify_topic(records, PARTITIONS, FrozenIds().schema_of, Options(findings_max=findings_max))


def test_a_topic_gets_the_verdict_and_the_summary_of_its_file(journal: list[bytes], log: list[LogRecord]) -> None:
    live, file = _verify(log), check(journal)
    assert live.holds
    assert live.localities == file.localities
    assert live.records == file.records == len(journal)
    assert live.bytes == sum(len(each.value or b"") for each in log)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda each: each._replace(key=b"750000000"), "the key is '750000000', not the locality"),
        (lambda each: each._replace(key=None), "the key is '-', not the locality"),
        (lambda each: each._replace(key=b"\xff\x1b[0m"), "the key is"),
        (lambda each: each._replace(partition=(HOME + 1) % PARTITIONS), f"the locality belongs to partition {HOME}"),
        (lambda each: each._replace(offset=0), "the offset does not grow: it follows 28"),
        (lambda each: each._replace(value=None), "not a journal record: a record without a value"),
        (lambda each: each._replace(value=each.value[:-3]), "not a journal record: "),
        (lambda each: each._replace(value=b"noise"), "not a journal record: not in the Confluent wire format"),
    ],
)
def test_a_fault_that_only_the_log_shows_is_found_where_it_stands(
    log: list[LogRecord], change: Callable[[LogRecord], LogRecord], found: str
) -> None:
    changed = change(log[20])
    report = _verify([*log[:20], changed, *log[21:]])
    (finding,) = report.findings
    assert finding.text.startswith(found)
    assert (finding.partition, finding.offset) == (changed.partition, changed.offset)
    assert f"partition {changed.partition}, offset {changed.offset}" in where(Language.ENGLISH, finding)
    assert "\x1b" not in what(Language.ENGLISH, finding)


def test_a_record_that_is_missing_or_doubled_is_found(log: list[LogRecord]) -> None:
    (gap,) = _verify([*log[:20], *log[21:]]).findings
    assert (gap.sequence, gap.offset) == (22, log[21].offset)
    twice = log[20]._replace(offset=log[20].offset + 1)
    (double,) = _verify([*log[:21], twice, *log[21:]]).findings
    assert (double.sequence, double.offset) == (21, twice.offset)


def test_a_changed_value_is_found_by_its_hash(log: list[LogRecord]) -> None:
    value = log[20].value
    assert value is not None
    report = _verify([*log[:20], log[20]._replace(value=value.replace(b"kz-2020", b"kz-2021")), *log[21:]])
    assert "it was changed" in report.findings[0].text


def test_a_cut_topic_is_found_against_its_head_at_its_last_record(journal: list[bytes], log: list[LogRecord]) -> None:
    head = decode_record(journal[-1]).hash
    assert head is not None
    options = Options(heads={"710000000": head})
    assert verify_topic(log, PARTITIONS, FrozenIds().schema_of, options).holds
    (finding,) = verify_topic(log[:-1], PARTITIONS, FrozenIds().schema_of, options).findings
    assert finding.offset == log[-2].offset


def test_an_empty_topic_is_no_journal() -> None:
    assert not _verify([]).holds


def test_a_registry_that_is_away_says_nothing_about_the_journal(log: list[LogRecord]) -> None:
    def away(schema_id: int) -> object:
        raise RegistryUnavailable("away")

    with pytest.raises(RegistryUnavailable):
        verify_topic(log, PARTITIONS, away)


def test_an_unknown_schema_id_is_a_finding(log: list[LogRecord]) -> None:
    def unknown(schema_id: int) -> object:
        raise Malformed(f"schema id {schema_id} is unknown")

    assert "is unknown" in verify_topic(log, PARTITIONS, unknown).findings[0].text
