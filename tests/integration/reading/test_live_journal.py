"""The commands that read the live journal, on a real broker: each says of the topic what it says of the same file."""

import csv
import json
import os
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

from schemas.journal import decode_record
from schemas.murmur2 import partition_of
from tests.integration.reading.topics import CODEC, Sent, Writer, create_topic, journal_records
from tests.unit.verification.seasons import Season, lines

pytestmark = pytest.mark.integration
PARTITIONS = 4
PREFIX = "reading."
TOPIC = f"{PREFIX}journal"
# Two zones; the last two share a partition, the first has one of its own.
LOCALITIES = ("270000000", "710000000", "750000000")
TRANSACTION = 97


def oryn(*arguments: str, kafka: str, prefix: str = PREFIX) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "infra", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "ORYN_KAFKA_BOOTSTRAP": kafka, "ORYN_KAFKA_TOPIC_PREFIX": prefix, "LC_ALL": "C.UTF-8"},
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal file of three localities, as `oryn simulate` orders it."""
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    found = []
    for seed, locality in enumerate(LOCALITIES, start=11):
        found += lines(locality, Season(seed, locality).run(220))
    path.write_bytes(b"".join(line + b"\n" for line in found))
    return path


@pytest.fixture(scope="module")
def live(kafka: str, file: Path) -> str:
    """The same journal on the topic: localities mixed, many transactions, and some that were aborted between them."""
    create_topic(kafka, TOPIC, PARTITIONS)
    by_locality: dict[bytes, list[Sent]] = {}
    for sent in journal_records(file.read_bytes().splitlines(), PARTITIONS):
        by_locality.setdefault(sent.key or b"", []).append(sent)
    mixed = [sent for several in zip_longest(*by_locality.values()) for sent in several if sent is not None]
    writer = Writer(kafka, TOPIC)
    for number, start in enumerate(range(0, len(mixed), TRANSACTION)):
        batch = mixed[start : start + TRANSACTION]
        if number % 3 == 1:
            writer.abort(batch[: TRANSACTION // 2])
        writer.commit(batch)
    writer.abort(mixed[:5])
    return kafka


def test_the_live_journal_holds_and_has_the_heads_of_its_file(live: str, file: Path) -> None:
    code, out, err = oryn("verify", "kafka:", "--lang", "en", kafka=live)
    assert (code, err) == (0, "")
    assert b"The journal holds." in out
    heads = {line["locality"]: line["hash"] for line in map(json.loads, file.read_bytes().splitlines())}
    assert len(heads) == len(LOCALITIES)
    for head in heads.values():
        assert head.encode() in out
    options = [f"--head={locality}={head}" for locality, head in heads.items()]
    assert oryn("verify", f"kafka:{TOPIC}", "-q", *options, kafka=live, prefix="")[0] == 0
    wrong = f"--head=710000000={heads['750000000']}"
    assert oryn("verify", "kafka:", "-q", "--locality", "710000000", wrong, kafka=live)[0] == 1


@pytest.mark.parametrize("fault", ["key", "partition", "twice", "noise"])
def test_a_broken_topic_is_found_and_the_place_is_named(kafka: str, prefix: str, file: Path, fault: str) -> None:
    topic = f"{prefix}journal"
    create_topic(kafka, topic, PARTITIONS)
    sent = journal_records(file.read_bytes().splitlines()[:40], PARTITIONS)
    home = sent[0].partition
    broken = {
        "key": sent[30]._replace(key=b"710000000"),
        "partition": sent[30]._replace(partition=(home + 1) % PARTITIONS),
        "twice": sent[29],
        "noise": sent[30]._replace(value=b"\x00\x00\x00\x00\x05noise"),
    }[fault]
    Writer(kafka, topic).commit([*sent[:30], broken, *sent[31:]])
    # What is looked at first of two partitions is chance, so more than one finding is asked for.
    code, out, _ = oryn("verify", "kafka:", "--lang", "en", "--all", "9", kafka=kafka, prefix=prefix)
    assert code == 1
    offset = 0 if fault == "partition" else 30
    assert f"partition {broken.partition}, offset {offset}".encode() in out


def test_an_export_is_the_file(live: str, file: Path, tmp_path: Path) -> None:
    exported = tmp_path / "exported.jsonl"
    assert oryn("journal", "export", str(exported), "-q", kafka=live) == (0, b"", "")
    assert exported.read_bytes() == file.read_bytes()
    code, out, err = oryn("journal", "export", "-", "--no-offsets", "--locality", "710000000", kafka=live)
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        _without_place(line) for line in file.read_bytes().splitlines() if b'"locality":"710000000"' in line
    ]
    assert "records written" in err


def _without_place(line: bytes) -> object:
    record = json.loads(line)
    for name in ("partition", "offset"):
        record["cause"].pop(name, None)
    return record


def test_an_export_equals_what_simulate_writes(kafka: str, prefix: str, tmp_path: Path) -> None:
    events, simulated, exported = (tmp_path / name for name in ("events", "simulated", "exported"))
    assert oryn("campaign", "village", "--events", str(events), "-q", kafka=kafka)[0] == 0
    assert oryn("simulate", str(events), "--journal", str(simulated), "-q", kafka=kafka)[0] == 0
    create_topic(kafka, f"{prefix}journal", 1)
    Writer(kafka, f"{prefix}journal").commit(journal_records(simulated.read_bytes().splitlines(), 1))
    assert oryn("journal", "export", str(exported), "-q", kafka=kafka, prefix=prefix)[0] == 0
    assert exported.read_bytes() == simulated.read_bytes()


def test_a_record_is_shown_with_its_place(live: str, file: Path) -> None:
    line = next(each for each in file.read_bytes().splitlines() if b'"750000000","sequence":100,' in each)
    assert oryn("journal", "show", "750000000", "100", "--json", kafka=live) == (0, line + b"\n", "")
    code, out, _ = oryn("journal", "show", "750000000", "100", kafka=live)
    record = decode_record(line)
    assert code == 0
    assert f"{TOPIC}, partition {partition_of(b'750000000', PARTITIONS)}, offset" in out.decode()
    assert record.hash is not None
    assert record.hash in out.decode()
    assert all(type(fact).__name__ in out.decode() for fact in record.facts)
    assert oryn("journal", "show", "750000000", "100000", kafka=live)[0] == 1


def test_histories_of_the_topic_are_those_of_the_file(live: str, file: Path) -> None:
    record = next(each for each in file.read_bytes().splitlines() if b'"ReferralIssued"' in each)
    application = next(
        fact["application_id"] for fact in json.loads(record)["facts"] if fact["type"] == "ReferralIssued"
    )
    locality = json.loads(record)["locality"]
    told = oryn("why", application, "--locality", locality, "--journal", "kafka:", kafka=live)
    assert told == oryn("why", application, "--locality", locality, "--journal", str(file), kafka=live)
    assert told[0] == 0
    assert application.encode() in told[1]


def test_registers_and_bulletins_of_the_topic_are_those_of_the_file(live: str, file: Path, tmp_path: Path) -> None:
    for source, folder in (("kafka:", "live"), (str(file), "file")):
        registers, bulletins = tmp_path / folder / "registers", tmp_path / folder / "bulletins"
        assert oryn("registers", "export", str(registers), "--journal", source, "-q", kafka=live) == (0, b"", "")
        assert oryn("bulletins", str(bulletins), "--journal", source, "-q", kafka=live) == (0, b"", "")
    found = {each.relative_to(tmp_path / "live"): each for each in (tmp_path / "live").rglob("*") if each.is_file()}
    expected = {each.relative_to(tmp_path / "file"): each for each in (tmp_path / "file").rglob("*") if each.is_file()}
    assert found.keys() == expected.keys()
    assert {name: path.read_bytes() for name, path in found.items()} == {
        name: path.read_bytes() for name, path in expected.items()
    }
    with (tmp_path / "live" / "registers" / "localities.csv").open(encoding="utf-8") as table:
        assert [row["locality"] for row in csv.DictReader(table)] == list(LOCALITIES)
    published = str(tmp_path / "live" / "bulletins")
    assert oryn("verify", "kafka:", "-q", "--bulletins", published, kafka=live)[0] == 0


def test_a_follower_sees_records_as_they_come(kafka: str, prefix: str, file: Path) -> None:
    lines_of_file = file.read_bytes().splitlines()
    topic = f"{prefix}journal"
    create_topic(kafka, topic, 1)
    writer = Writer(kafka, topic)
    key = lines_of_file[0][13:22]
    writer.commit([Sent(0, key, CODEC.encode(decode_record(line))) for line in lines_of_file[:10]])
    follower = subprocess.Popen(
        [sys.executable, "-m", "infra", "journal", "follow", "--json", "--last", "3"],
        stdout=subprocess.PIPE,
        env={**os.environ, "ORYN_KAFKA_BOOTSTRAP": kafka, "ORYN_KAFKA_TOPIC_PREFIX": prefix},
    )
    assert follower.stdout is not None
    try:
        # One of the last three offsets is the marker of the transaction.
        assert [follower.stdout.readline() for _ in range(2)] == [line + b"\n" for line in lines_of_file[8:10]]
        writer.abort([Sent(0, key, CODEC.encode(decode_record(lines_of_file[12])))])
        writer.commit([Sent(0, key, CODEC.encode(decode_record(lines_of_file[10])))])
        assert follower.stdout.readline() == lines_of_file[10] + b"\n"
    finally:
        follower.terminate()
        follower.wait(30)
        follower.stdout.close()


def test_a_topic_that_is_missing_is_said_with_what_to_do(kafka: str, prefix: str) -> None:
    code, out, err = oryn("verify", "kafka:", kafka=kafka, prefix=prefix)
    assert (code, out) == (1, b"")
    assert "oryn topics apply" in err
    assert "Traceback" not in err
