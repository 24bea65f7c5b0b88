"""Stopping anywhere changes nothing: snapshot and rest, journal and rest, other processes, other hash seeds (R8, 6)."""

import os
import subprocess
import sys
from dataclasses import dataclass
from random import Random

import pytest

from schemas.events import Event
from schemas.journal import Record
from streams.rules import daily
from streams.rules.book import Book
from streams.rules.pack import Pack
from streams.rules.simulate import simulate
from tests.fuzz.histories import History

SEEDS = range(24)
STOPS = 12
CHUNK = 3


@dataclass
class Run:
    """A history and what an undisturbed book made of it."""

    locality: str
    pack: Pack
    events: list[Event]
    records: list[tuple[int, Record, bytes]]  # of which event's handling, the record, the snapshot behind it
    last: str


def play(seed: int, count: int = 150) -> Run:
    """Decide a history without a break."""
    history = History(700_000 + seed, count)
    book = Book(history.locality, history.model.pack)
    run = Run(history.locality, history.model.pack, list(history), [], "")
    for index, event in enumerate(run.events):
        for record in book.handle(event):
            run.records.append((index, record, book.snapshot()))
    run.last = book.hash
    return run


@pytest.fixture(autouse=True)
def small_openings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Openings are split into several records, as large ones are."""
    monkeypatch.setattr(daily, "OPENING_FACTS_MAX", CHUNK)


def go_on(book: Book, run: Run, stop: int) -> None:
    """Decide the rest after the record at `stop`, and compare it with the undisturbed one."""
    index, record, _ = run.records[stop]
    first = index if record.cause.event_id is None else index + 1
    rest = [each for event in run.events[first:] for each in book.handle(event)]
    assert rest == [each for _, each, _ in run.records[stop + 1 :]]
    assert book.snapshot() == run.records[-1][2]


def stops(run: Run, seed: int) -> list[int]:
    """Anywhere, and inside every kind of opening that there was."""
    inside = [at for at, (_, record, _) in enumerate(run.records) if record.cause.timer == "OPENING"]
    random = Random(seed)
    return sorted({*random.sample(range(len(run.records)), STOPS), *random.sample(inside, min(STOPS, len(inside)))})


@pytest.mark.parametrize("seed", SEEDS)
def test_a_snapshot_and_the_rest_are_the_whole(seed: int) -> None:
    run = play(seed)
    for stop in stops(run, seed):
        book = Book.restore(run.records[stop][2], run.pack)
        assert book.snapshot() == run.records[stop][2]
        go_on(book, run, stop)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fold_of_the_journal_is_the_live_book_at_every_record(seed: int) -> None:
    run = play(seed)
    folded = Book(run.locality, run.pack)
    for _, record, snapshot in run.records:
        folded.apply(record)
        assert folded.snapshot() == snapshot
    for stop in stops(run, seed):
        book = Book(run.locality, run.pack)
        for _, record, _ in run.records[: stop + 1]:
            book.apply(record)
        go_on(book, run, stop)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_restart_after_every_record_changes_nothing(seed: int) -> None:
    run = play(seed, 60)
    book, at = Book(run.locality, run.pack), 0
    for event in run.events:
        answered = False
        while not answered:
            record = next(iter(book.handle(event)))
            assert record == run.records[at][1]
            book = Book.restore(book.snapshot(), run.pack)
            assert book.snapshot() == run.records[at][2]
            answered, at = record.cause.event_id is not None, at + 1


def test_simulating_twice_gives_the_same_hashes() -> None:
    for seed in SEEDS:
        run = play(seed)
        first, second = ([each.hash for each in simulate(list(run.events), run.pack)] for _ in range(2))
        assert first == second


def test_processes_with_other_hash_seeds_decide_alike() -> None:
    printed = set()
    for hash_seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", "from tests.properties.test_recovery import hashes; print(hashes())"]
        printed.add(subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout)
    assert printed == {hashes(daily_facts=CHUNK) + "\n"}


def hashes(daily_facts: int = CHUNK) -> str:
    """The last hashes of some histories, for a process to print."""
    daily.OPENING_FACTS_MAX = daily_facts
    return " ".join(play(seed, 100).last for seed in range(8))
