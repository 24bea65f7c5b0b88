"""The invariants of the rules, section 9, after every record: of long histories, and of what hypothesis makes up."""

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from schemas.journal import Record
from streams.rules import daily
from streams.rules.book import Book
from tests.fuzz.histories import DAY, HOUR, LOCALITIES, PACKS_UNDER_TEST, History
from tests.properties.watch import Watch

SEEDS = range(40)
CHUNK = 3  # facts of one opening's record, so that small openings are split as large ones are


@pytest.mark.parametrize("seed", SEEDS)
def test_every_record_of_a_long_history_keeps_the_invariants(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "OPENING_FACTS_MAX", CHUNK)
    history = History(500_000 + seed, 200)
    book, watch = Book(history.locality, history.model.pack), Watch(history.locality, history.model.pack)
    for event in history:
        outcomes = 0
        for record in book.handle(event):
            watch.record(record)
            outcomes += record.cause.event_id is not None
        assert outcomes == 1, "one event, one outcome (invariant 5)"
        assert watch.hash == book.hash


class BookMachine(RuleBasedStateMachine):
    """A book that lives as hypothesis likes: events of any kind at any moment, restarts anywhere."""

    @initialize(
        pack=st.sampled_from(sorted(PACKS_UNDER_TEST)), locality=st.sampled_from(LOCALITIES), seed=st.integers(0, 999)
    )
    def start(self, pack: str, locality: str, seed: int) -> None:
        self.history = History(seed, 0, pack, locality)
        self.pack = self.history.model.pack
        self.book = Book(locality, self.pack)
        self.watch = Watch(locality, self.pack)
        self.records: list[Record] = []

    @rule(random=st.randoms(use_true_random=False), count=st.integers(1, 4))
    def events(self, random: Random, count: int) -> None:
        self.history.random = random
        for _ in range(count):
            event = self.history.next()
            self.take(list(self.book.handle(event)))

    @rule(span=st.sampled_from([0, 1, HOUR, DAY, 4 * DAY, 11 * DAY]))
    def time_passes(self, span: int) -> None:
        if self.book.sequence:
            self.history.model.advance(self.history.now + span)
            self.take(list(self.book.advance(type(self.book.time)(self.history.now + span))))
            self.history.now += span
            self.history.model.now = max(self.history.model.now or 0, self.history.now)

    @rule()
    def restart_from_a_snapshot(self) -> None:
        snapshot = self.book.snapshot()
        self.book = Book.restore(snapshot, self.pack)
        assert self.book.snapshot() == snapshot

    @rule()
    def restart_from_the_journal(self) -> None:
        snapshot = self.book.snapshot()
        self.book = Book(self.book.locality, self.pack)
        for record in self.records:
            self.book.apply(record)
        assert self.book.snapshot() == snapshot

    def take(self, records: list[Record]) -> None:
        for record in records:
            self.watch.record(record)
        self.records += records
        for name, queue in self.history.model.queues.items():
            assert [each["id"] for each in self.watch.queues[name].order()] == [each["id"] for each in queue.order()]


TestBook = BookMachine.TestCase
TestBook.settings = settings(stateful_step_count=40)
