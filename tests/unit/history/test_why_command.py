"""`oryn why` from outside: exit codes, languages, JSON, pipes, and that it is quick."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from consumers.history.answer import why
from consumers.history.journal_file import JournalFile
from consumers.history.rendering import show
from consumers.history.texts import Language, Texts
from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH, Cause, Record
from schemas.words import ArchiveReason, Channel, Group, QueueKind
from schemas.zones import zone_of
from tests.unit.history.journals import LOCALITY, QUEUE, Town, write

START = 1_623_320_000_000


def oryn_why(*arguments: str, lang: str = "C.UTF-8", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": lang, "COLUMNS": "200"}
    program = "from infra.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "why", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
    )


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    town, other = Town(), Town(locality="750000000")
    town.apply("a-1")
    town.release("pl-1")
    town.go_to("2021-06-11T07:00:00+06:00")
    town.choose("a-1", "pl-1")
    other.apply("a-2")
    yield write(tmp_path_factory.mktemp("why") / "journal.jsonl", town.records + other.records)


def test_an_answer_exits_0_and_is_plain_when_piped(journal: Path) -> None:
    done = oryn_why("a-1", "--journal", str(journal))
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("Application a-1, queue general/2018, locality 710000000\n")
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


def test_standard_input_is_a_journal_too(journal: Path) -> None:
    piped = oryn_why("pl-1", "--journal", "-", stdin=journal.read_bytes())
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout == oryn_why("pl-1", "--journal", str(journal)).stdout


def test_the_language_comes_from_the_option_then_from_the_environment(journal: Path) -> None:
    assert oryn_why("a-1", "--journal", str(journal), lang="kk_KZ.UTF-8").stdout.decode().startswith("Өтініш a-1")
    russian = oryn_why("a-1", "--journal", str(journal), "--lang", "ru", lang="kk_KZ.UTF-8")
    assert russian.stdout.decode().startswith("Заявление a-1")


def test_json_holds_the_whole_answer(journal: Path) -> None:
    done = oryn_why("pl-1", "--journal", str(journal), "--json", "--lang", "kk")
    answer = json.loads(done.stdout)
    assert (answer["kind"], answer["id"], answer["locality"], answer["language"]) == ("place", "pl-1", LOCALITY, "kk")
    served = [row for entry in answer["entries"] if entry["order"] for row in entry["order"]["rows"] if row["served"]]
    assert served == [{"number": 1, "application_id": "a-1", "group": "GENERAL", "access": True, "served": True}]
    assert all(clause["records"] for entry in answer["entries"] for clause in entry["clauses"])
    assert answer["by"] == "2021-06-19T00:00:00.000+06:00"


def test_an_unknown_id_exits_1_with_a_hint(journal: Path) -> None:
    done = oryn_why("pl-11", "--journal", str(journal))
    assert done.returncode == 1
    assert done.stderr.decode() == "oryn: No record of this journal names pl-11. Did you mean: pl-1?\n"


def test_an_ambiguous_id_exits_1_and_names_the_options(journal: Path) -> None:
    done = oryn_why(QUEUE, "--journal", str(journal))
    assert done.returncode == 1
    assert "--kind queue --locality 750000000" in done.stderr.decode()
    assert oryn_why(QUEUE, "--journal", str(journal), "--locality", LOCALITY).returncode == 0


def test_a_contradicting_journal_exits_1_and_names_verify(journal: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(journal.read_bytes().replace(b'"number":1', b'"number":7'))
    done = oryn_why("a-1", "--journal", str(broken))
    assert done.returncode == 1
    assert f"oryn verify {broken}" in done.stderr.decode()


def test_a_missing_file_exits_1_and_a_bad_time_2(journal: Path, tmp_path: Path) -> None:
    missing = oryn_why("a-1", "--journal", str(tmp_path / "none.jsonl"))
    assert missing.returncode == 1
    assert b"No such file" in missing.stderr
    assert oryn_why("a-1", "--journal", str(journal), "--at", "yesterday").returncode == 2
    assert oryn_why("a-1").returncode == 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("subject", ["a-1", "pl-1", "org-s", QUEUE])
def test_a_terminal_gets_tables(journal: Path, language: Language, subject: str) -> None:
    zone = zone_of(LOCALITY)
    out = io.StringIO()
    report = why(JournalFile(journal), subject, LOCALITY)
    show(report, Texts(language, zone), zone, Console(file=out, force_terminal=True, width=120))
    assert subject in out.getvalue()
    assert "\x1b[1m" in out.getvalue()


def test_words_of_a_journal_are_never_markup(tmp_path: Path) -> None:
    town = Town()
    town.apply("a-1")
    last = town.records[-1]
    town.records.append(
        replace(last, sequence=last.sequence + 1, facts=(f.ApplicationSuspended("a-1", "[red]so[/red] [/]"),))
    )
    report = why(JournalFile(write(tmp_path / "journal.jsonl", town.records)), "a-1")
    out = io.StringIO()
    zone = zone_of(LOCALITY)
    show(report, Texts(Language.ENGLISH, zone), zone, Console(file=out, width=200))
    assert "Suspended by the authority: [red]so[/red] [/]" in out.getvalue()


def season(count: int) -> Iterator[Record]:
    """A queue of one locality: every third of `count` earlier applications stays before a-1."""
    registered = f.ApplicationRegistered(
        application_id="a-1",
        applicant_id="p",
        child_id="c",
        child_born=date(2018, 3, 5),
        queue_kind=QueueKind.GENERAL,
        queue=QUEUE,
        submitted_at=Instant(START),
        benefits=(),
        special_needs=False,
        commission_conclusion=False,
        channel=Channel.MIGRATION,
        documents_until=Instant(START),
    )
    facts: list[f.AnyFact] = [registered, f.ApplicationQueued("a-1", QUEUE, Group.GENERAL, 1, 1)]
    waiting = 0
    for index in range(count):
        name = f"g-{index}"
        facts.append(replace(registered, application_id=name, submitted_at=Instant(START - count + index)))
        facts.append(f.ApplicationQueued(name, QUEUE, Group.GENERAL, waiting + 1, waiting + 1))
        if index % 3:
            facts.append(f.ApplicationArchived(name, ArchiveReason.WITHDRAWN))
        else:
            waiting += 1
    cause = Cause(topic="application-changes", source="urn:x", event_id="e", type="DocumentsConfirmed")
    for sequence, fact in enumerate(facts, start=1):
        time_ = Instant(START + sequence * 1000)
        yield Record(LOCALITY, sequence, time_, cause, "kz-2020", (fact,), GENESIS_HASH, GENESIS_HASH)


@pytest.mark.benchmark
def test_half_a_million_records_of_one_queue_take_at_most_15_seconds(tmp_path: Path) -> None:
    count = 190_000
    path = write(tmp_path / "journal.jsonl", season(count))
    begun = time.perf_counter()
    report = why(JournalFile(path), "a-1")
    assert time.perf_counter() - begun < 15
    assert report.entries[-1].after == count // 3 + 2
    assert sum(clause.count for entry in report.entries for clause in entry.clauses if not entry.own) > count
