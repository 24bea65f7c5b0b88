"""`oryn verify` at the command line: exit codes, languages, standard input."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.verification.tools import Json


def _verify(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from infra.cli import main; main()", "verify", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def file(tmp_path: Path, journal: list[bytes]) -> Path:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in journal))
    return path


def test_a_good_journal_gives_zero_and_its_head(file: Path, records: list[Json]) -> None:
    code, out, err = _verify(str(file), "--lang", "en")
    assert (code, err) == (0, "")
    assert records[-1]["hash"] in out
    assert "The journal holds." in out


def test_standard_input_is_read(file: Path, records: list[Json]) -> None:
    code, out, _ = _verify("-", "--head", f"710000000={records[-1]['hash']}", stdin=file.read_bytes())
    assert code == 0
    assert records[-1]["hash"] in out


@pytest.mark.parametrize(("language", "verdict"), [("en", "broken"), ("ru", "нарушен"), ("kk", "бұзылған")])
def test_a_broken_journal_gives_one_and_the_place(file: Path, language: str, verdict: str) -> None:
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join(lines[:20] + lines[21:]) + b"\n")
    code, out, _ = _verify(str(file), "--lang", language)
    assert code == 1
    assert verdict in out
    assert "710000000" in out
    assert "21" in out
    assert "R8.1" in out


def test_a_cut_journal_gives_one_against_its_head(file: Path, records: list[Json]) -> None:
    file.write_bytes(b"\n".join(file.read_bytes().splitlines()[:-1]) + b"\n")
    assert _verify(str(file))[0] == 0
    assert _verify(str(file), "--head", records[-1]["hash"])[0] == 1


@pytest.mark.parametrize(
    "arguments", [["missing.jsonl"], ["-", "--head", "x"], ["-", "--bulletins", "nowhere"], ["-", "--all", "0"], []]
)
def test_wrong_usage_gives_two(arguments: list[str]) -> None:
    code, _, err = _verify(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_quiet_prints_nothing_about_a_good_journal(file: Path) -> None:
    assert _verify(str(file), "--quiet")[:2] == (0, "")


def test_control_characters_of_a_journal_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"locality":"\\u001b[31m"}\n', "utf-8")
    code, out, _ = _verify(str(path))
    assert code == 1
    assert "\x1b[31m" not in out
