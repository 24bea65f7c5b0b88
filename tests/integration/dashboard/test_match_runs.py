"""Match runs beside the pages, from a real Kafka: equal to those of the whole journal, once for many, whatever dies."""

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from consumers.dashboard.evidence.match_runs import ROWS_MAX, WAITING_MAX, Asked, MatchRuns
from consumers.dashboard.evidence.place import looks_of
from consumers.dashboard.words import Language, words
from consumers.history.journal_file import JournalFile, Kind, Subject
from consumers.history.place import place_history
from infra.journal_copy import NOTE, copy_journal
from infra.settings import Settings
from schemas.errors import BrokenJournal
from schemas.facts import PlaceReleased
from schemas.journal import JournalCodec
from schemas.zones import zone_of
from tests.integration.dashboard.holding import held, until
from tests.integration.registers.live import Topics
from tests.integration.registers.tools import lively

pytestmark = pytest.mark.integration

HOME = "710000000"


@pytest.fixture
def settings(kafka: str, prefix: str, tmp_path: Path) -> Settings:
    """A cluster of this test's own topics, with half of a season."""
    records = lively()
    Topics(kafka, prefix).write(records[: len(records) // 2], [])
    found = Settings()
    return replace(found, kafka=replace(found.kafka, bootstrap=kafka, topic_prefix=prefix), data=tmp_path / "data")


def test_a_copy_goes_on_where_it_was_and_what_was_cut_off_is_mended(
    kafka: str, prefix: str, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / f"{HOME}.jsonl"
    half = sum(each.locality == HOME for each in lively()[: len(lively()) // 2])
    assert copy_journal(settings, HOME, path) == half
    noted, bytes_then = path.with_suffix(NOTE).read_bytes(), path.read_bytes()
    with path.open("ab") as file:  # killed between the file and its note
        file.write(b'{"locality": "71')
    Topics(kafka, prefix).write(lively()[len(lively()) // 2 :], [])
    whole = sum(each.locality == HOME for each in lively())
    assert copy_journal(settings, HOME, path) == whole
    assert path.read_bytes().startswith(bytes_then)
    complete = path.read_bytes()
    path.with_suffix(NOTE).write_bytes(noted)  # killed after the file, before its note
    assert copy_journal(settings, HOME, path) == whole
    assert path.read_bytes() == complete
    with pytest.raises(BrokenJournal):
        copy_journal(settings, "999999999", tmp_path / "nobody.jsonl")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of the home locality as a file."""
    path, codec = tmp_path / "journal.jsonl", JournalCodec(zone_of(HOME).render)
    path.write_bytes(b"".join(codec.line(each) + b"\n" for each in lively() if each.locality == HOME))
    return path


def place() -> tuple[str, str]:
    """The first place of a general queue, and its queue."""
    for record in lively():
        for fact in record.facts:
            if isinstance(fact, PlaceReleased) and record.locality == HOME and fact.queue.startswith("general/"):
                return fact.place_id, fact.queue
    raise AssertionError("a town without places")


def test_a_run_is_that_of_the_whole_journal_and_comes_from_kafka(settings: Settings, tmp_path: Path) -> None:
    place_id, queue = place()
    runs = MatchRuns(partial(copy_journal, settings))
    try:
        assert runs.ask(HOME, place_id, queue, 1) == Asked(None, True)
        until(lambda: runs.ask(HOME, place_id, queue, 1).run is not None)
        found = runs.ask(HOME, place_id, queue, 1)
        assert found.run is not None
        assert not found.computing
        path = tmp_path / "whole.jsonl"
        assert copy_journal(settings, HOME, path) == found.run.through
        expected = place_history(JournalFile(path), Subject(Kind.PLACE, place_id, HOME, queue), None, ROWS_MAX)
        w = words(Language.ENGLISH, HOME)
        assert looks_of(found.run.report.entries, w) == looks_of(expected.entries, w)
        assert any(each.order is not None for each in looks_of(expected.entries, w)), "somebody was eligible"
        folder = runs._folder
        assert folder is not None
    finally:
        runs.close()
    assert not folder.exists(), "the copies are gone with the process"
    runs.close()


def test_many_who_ask_at_once_begin_one_run_and_a_killed_child_is_not_the_end(journal: Path, tmp_path: Path) -> None:
    gate, asked = tmp_path / "gate", tmp_path / "asked"
    place_id, queue = place()
    runs = MatchRuns(partial(held, gate, journal), again_s=0.0)
    try:
        answers: list[Asked] = []
        threads = [Thread(target=lambda: answers.append(runs.ask(HOME, place_id, queue, 1))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [Asked(None, True)] * 8
        until(lambda: asked.exists() and asked.read_text().endswith("\n"))
        for number in range(3 * WAITING_MAX):  # more places than may wait: each is answered at once
            runs.ask(HOME, f"other-{number}", queue, 1)
        assert len(runs._running) <= WAITING_MAX
        assert asked.read_text().count("\n") == 1, "one child, one run at a time"
        os.kill(int(asked.read_text()), signal.SIGKILL)
        until(lambda: not runs._running)
        gate.touch()
        until(lambda: runs.ask(HOME, place_id, queue, 1).run is not None)
        assert len(set(asked.read_text().split())) == 2, "another child"
    finally:
        runs.close()
