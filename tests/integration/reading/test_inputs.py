"""`oryn verify kafka: --inputs` on a real broker: each event of the inputs has one outcome, or is named."""

import json
from collections import Counter
from pathlib import Path

import pytest
from confluent_kafka import Producer

from schemas.dead_letter_headers import Cause, Origin, letter
from schemas.words import Topic
from tests.integration.reading.test_live_journal import oryn
from tests.integration.reading.topics import Writer, create_topic, journal_records
from tests.unit.verification.seasons import Season, lines

pytestmark = pytest.mark.integration
LOCALITY = "710000000"
NOISE = Topic.VACANCY_RELEASES


def _fill(kafka: str, prefix: str, *, letters: int, lost: int = 0) -> int:
    """A season's inputs with noise at the head of one topic, its dead letters and the journal; how many events.

    `lost`: events of the noise that get no letter.
    """
    for name in (*Topic, "dead-letters", "journal"):
        create_topic(kafka, prefix + name, 1)
    offsets: Counter[str] = Counter({NOISE: letters + lost})
    journal = []
    for line in lines(LOCALITY, Season(31, LOCALITY).run(150)):
        record = json.loads(line)
        cause = record["cause"]
        if "topic" in cause:  # no hash covers where an event stood
            cause["partition"], cause["offset"] = 0, offsets[cause["topic"]]
            offsets[cause["topic"]] += 1
        journal.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
    producer = Producer({"bootstrap.servers": kafka, "enable.idempotence": True})
    for topic, count in offsets.items():
        for _ in range(count):
            producer.produce(prefix + topic, b"x", LOCALITY.encode())
    for offset in range(lost, lost + letters):
        origin = Origin(NOISE, 0, offset, 0)
        key, _, headers = letter(b"k", b"x", None, origin, Cause.UNDECODABLE, "noise")
        producer.produce(f"{prefix}dead-letters", b"x", key, headers=headers)
    assert producer.flush(30) == 0
    Writer(kafka, f"{prefix}journal").commit(journal_records(journal, 1))
    return sum(offsets.values()) - letters - lost


def _verify(kafka: str, prefix: str) -> tuple[int, str]:
    code, out, err = oryn("verify", "kafka:", "--inputs", "--lang", "en", kafka=kafka, prefix=prefix)
    assert err == ""
    return code, out.decode()


def test_all_events_have_an_outcome_and_later_ones_wait(kafka: str, prefix: str) -> None:
    events = _fill(kafka, prefix, letters=3)
    assert events > 50
    code, out = _verify(kafka, prefix)
    assert code == 0
    assert f"{events:,} input events have their record, 3 their dead letter, 0 wait." in out
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(prefix + NOISE, b"x", LOCALITY.encode())
    assert producer.flush(30) == 0
    code, out = _verify(kafka, prefix)
    assert code == 0
    assert "3 their dead letter, 1 wait." in out


def test_an_event_without_outcome_is_named(kafka: str, prefix: str) -> None:
    _fill(kafka, prefix, letters=2, lost=1)
    code, out = _verify(kafka, prefix)
    assert code == 1
    assert f"{NOISE}/0, offset 0, has no outcome" in out
    assert "The journal is broken." in out


def test_it_needs_a_whole_live_journal(kafka: str, prefix: str, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(b"")
    for arguments in ([str(file)], ["kafka:", "--locality", LOCALITY]):
        assert oryn("verify", *arguments, "--inputs", kafka=kafka, prefix=prefix)[0] == 2
