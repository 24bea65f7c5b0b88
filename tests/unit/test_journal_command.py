"""`oryn journal`, `oryn registers` and `oryn bulletins` on journal files: order, places, what is shown."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from infra.journal_export import in_order, without_places
from infra.journal_shown import ITEMS_SHOWN_MAX, in_full, in_one_line
from schemas.errors import BrokenJournal
from schemas.journal import decode_record
from tests.unit.verification.seasons import Season, lines

LOCALITIES = ("270000000", "710000000", "750000000")


@pytest.fixture(scope="module")
def journal() -> list[bytes]:
    """Three localities, one after the other."""
    found = []
    for seed, locality in enumerate(LOCALITIES, start=21):
        found += lines(locality, Season(seed, locality).run(120))
    return found


@pytest.fixture
def file(tmp_path: Path, journal: list[bytes]) -> Path:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in journal))
    return path


def _oryn(*arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    done = subprocess.run(
        [sys.executable, "-m", "infra", *arguments], input=stdin, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr.decode()


def _mixed(journal: list[bytes]) -> list[bytes]:
    """The localities in turns of random length, each in its own order."""
    by_locality = {each: [line for line in journal if each.encode() in line[:25]] for each in LOCALITIES}
    chance = random.Random(7)
    mixed = []
    while any(by_locality.values()):
        rows = by_locality[chance.choice([each for each, rows in by_locality.items() if rows])]
        for _ in range(min(len(rows), chance.randint(1, 5))):
            mixed.append(rows.pop(0))
    return mixed


def test_lines_come_out_by_locality_and_each_in_its_order(journal: list[bytes]) -> None:
    mixed = _mixed(journal)
    assert mixed != journal
    assert b"".join(in_order(mixed)) == b"".join(line + b"\n" for line in journal)
    assert list(in_order([])) == []


def test_a_line_without_its_locality_is_refused() -> None:
    with pytest.raises(BrokenJournal, match="begin with its locality"):
        list(in_order([b'{"sequence":1}']))


def test_only_the_place_of_the_event_is_left_out() -> None:
    line = (
        b'{"locality":"710000000","cause":{"topic":"t","partition":3,"offset":12,"source":"a \\"offset\\":5, b",'
        b'"event_id":"e"},"facts":[{"detail":"\\"partition\\":7,"}]}'
    )
    shorter = without_places(line)
    expected = json.loads(line)
    del expected["cause"]["partition"], expected["cause"]["offset"]
    assert json.loads(shorter) == expected
    assert without_places(shorter) == shorter


def test_an_export_of_a_file_puts_it_in_order(tmp_path: Path, file: Path, journal: list[bytes]) -> None:
    mixed, out = tmp_path / "mixed.jsonl", tmp_path / "out.jsonl"
    mixed.write_bytes(b"".join(line + b"\n" for line in _mixed(journal)))
    code, printed, err = _oryn("journal", "export", str(out), "--journal", str(mixed))
    assert (code, printed) == (0, b"")
    assert f"{len(journal):,} records" in err
    assert out.read_bytes() == file.read_bytes()
    piped = _oryn("journal", "export", "-", "-q", "--journal", "-", "--locality", "710000000", stdin=mixed.read_bytes())
    assert piped == (0, b"".join(line + b"\n" for line in journal if b'"710000000"' in line[:25]), "")


def test_a_record_is_shown_in_full(file: Path, journal: list[bytes]) -> None:
    record = decode_record(next(line for line in journal if b'"BulletinIssued"' in line))
    code, out, _ = _oryn("journal", "show", record.locality, str(record.sequence), "--journal", str(file))
    assert code == 0
    assert f"Record {record.sequence} of {record.locality}" in out.decode()
    assert "timer BULLETIN" in out.decode()
    assert str(record.hash) in out.decode()


def test_a_record_that_is_not_there_gives_one(file: Path) -> None:
    code, out, err = _oryn("journal", "show", "710000000", "99999", "--journal", str(file))
    assert (code, out) == (1, b"")
    assert "no record 99999 of 710000000" in err


def test_every_record_can_be_shown(journal: list[bytes]) -> None:
    for line in journal:
        record = json.loads(line)
        shown = list(in_full(record, "journal, partition 1, offset 2"))
        short = in_one_line(record)
        assert record["hash"] in shown[-1]
        assert all(each.isprintable() for each in (*shown, short))
        for fact in record["facts"]:
            assert fact["type"] in short
            assert any(fact["type"] in each for each in shown)


def test_long_lists_are_cut_and_nothing_paints_on_the_terminal() -> None:
    record = {
        "locality": "710000000",
        "sequence": 1,
        "time": "t\x1b[31m",
        "cause": {"topic": "t", "source": "s", "event_id": "\u202eid", "type": "X"},
        "pack": "p",
        "facts": [{"type": "Y", "values": [{"number": each} for each in range(ITEMS_SHOWN_MAX + 5)]}],
        "previous_hash": "0",
        "hash": "1",
    }
    text = "\n".join(in_full(record, None)) + in_one_line(record)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "and 5 more" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["journal", "export", "-", "--journal", "missing.jsonl"],
        ["journal", "show", "710000000", "0", "--journal", "-"],
        ["journal", "follow", "--journal", "file.jsonl"],
        ["registers", "export", "out", "--journal", "missing.jsonl"],
        ["bulletins", "out", "--journal", "missing.jsonl"],
    ],
)
def test_wrong_usage_gives_two(arguments: list[str]) -> None:
    code, _, err = _oryn(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_registers_and_bulletins_are_written_from_a_file(tmp_path: Path, file: Path) -> None:
    code, _, err = _oryn("registers", "export", str(tmp_path / "r"), "--journal", str(file), "--locality", "750000000")
    assert code == 0
    assert "applications.csv" in err
    heading, *rows = (tmp_path / "r" / "localities.csv").read_text("utf-8").splitlines()
    assert heading.startswith("locality,records,")
    assert [row[:9] for row in rows] == ["750000000"]
    code, _, err = _oryn("bulletins", str(tmp_path / "b"), "--journal", str(file))
    assert code == 0
    assert len(list((tmp_path / "b").glob("*/*.json"))) > 10
    assert _oryn("verify", str(file), "-q", "--bulletins", str(tmp_path / "b"))[0] == 0


def test_what_is_no_journal_is_an_error_that_names_the_record(tmp_path: Path, file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"noise\n")
    for command in (("registers", "export"), ("bulletins",)):
        code, _, err = _oryn(*command, str(tmp_path / "out"), "--journal", str(file))
        if command[0] == "registers":
            assert code == 1
            assert "is not a journal record" in err
        assert "Traceback" not in err
