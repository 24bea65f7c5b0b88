"""State and position are one thing: cut anywhere, restored, repeated, in any company, the rows are the same."""

import random
from collections import Counter
from functools import cache
from heapq import merge
from itertools import pairwise

import msgspec
import pytest

from schemas.errors import BrokenJournal
from schemas.indicators import Level, Window
from schemas.journal import Record
from streams.monitoring.partition import SHARED, Partition
from tests.unit.monitoring.folding import Rows, flows, fold, folded, keep, levels, season, take

# In three zones, of two of them several.
LOCALITIES = ("710000000", "150000001", "271034100", "153830100")
STARTS = ("2021-06-07T09:00:00+06:00", "2021-06-08T01:00:00+06:00", "2021-06-20T12:00:00+06:00")


def histories() -> list[list[Record]]:
    return [season(seed, each, STARTS[seed % len(STARTS)]).records for seed, each in enumerate(LOCALITIES)]


@cache
def together() -> Rows:
    """All of them in one partition, in order of time."""
    return fold(by_time(histories()))


def by_time(some: list[list[Record]]) -> list[Record]:
    return list(merge(*some, key=lambda record: record.time))


def one_after_the_other(some: list[list[Record]]) -> list[Record]:
    return [record for each in some for record in each]


def at_random(some: list[list[Record]]) -> list[Record]:
    """Each history in its own order, but nothing else in order."""
    rest, chance, mixed = [list(reversed(each)) for each in some], random.Random(7), list[Record]()
    while rest := [each for each in rest if each]:
        chosen = chance.choice(rest)
        mixed += [chosen.pop() for _ in range(min(len(chosen), chance.randrange(1, 40)))]
    return mixed


@pytest.mark.parametrize("every", [3, 100_000])
def test_when_rows_are_taken_changes_no_row(every: int) -> None:
    records = by_time(histories()[:2])[:400]
    assert fold(records, every) == fold(records, 50)


def test_cut_and_restored_anywhere_the_rows_are_equal() -> None:
    records = by_time(histories()[:3])[:600]
    expected = fold(records)
    chance = random.Random(3)
    for _ in range(4):
        cuts = [0, *sorted(chance.sample(range(1, len(records)), 4)), len(records)]
        figures, rows = Partition(0), Rows()
        for first, last in pairwise(cuts):
            figures = Partition.restored(0, figures.next_offset, figures.states()) if first else figures
            for offset in range(first, last):
                figures.fold(records[offset], offset)
            take(figures, rows)
            assert figures.clean
        assert rows == expected


def test_what_was_not_taken_before_the_end_is_made_again() -> None:
    records = by_time(histories()[:2])[:600]
    rows, figures = Rows(), Partition(0)
    for offset in range(300):
        figures.fold(records[offset], offset)
    take(figures, rows)
    position, states = figures.next_offset, figures.states()
    for offset in range(300, 450):
        figures.fold(records[offset], offset)
        keep(rows, figures.take_final())  # a process that dies here has sent some of it
    again = Partition.restored(0, position, states)
    for offset in range(300, 600):
        again.fold(records[offset], offset)
        if offset % 40 == 0:
            take(again, rows)
    take(again, rows)
    assert rows == fold(records)


def test_repeated_records_change_nothing() -> None:
    records = season(0).records[:300]
    figures, rows = Partition(0), Rows()
    offset = 0
    for number, record in enumerate(records):
        assert figures.fold(record, offset)
        take(figures, rows)
        assert not figures.fold(record, offset), "the same offset once more"
        for earlier in (record, records[number // 2]):  # the same record at another offset
            offset += 1
            assert not figures.fold(earlier, offset)
        assert figures.clean
        offset += 1
    plain = fold(records)
    assert {each: row.values for each, row in rows.items()} == {each: row.values for each, row in plain.items()}


def test_a_chain_that_does_not_go_on_is_an_error() -> None:
    records = season(0).records
    figures = Partition(0)
    for offset in range(50):
        figures.fold(records[offset], offset)
    with pytest.raises(BrokenJournal, match="does not continue"):
        figures.fold(records[51], 50)
    with pytest.raises(BrokenJournal, match="two records"):
        figures.fold(msgspec.structs.replace(records[49], hash="0" * 64), 50)
    with pytest.raises(BrokenJournal, match="does not continue"):
        figures.fold(msgspec.structs.replace(records[50], previous_hash="0" * 64), 50)
    with pytest.raises(BrokenJournal, match="does not continue"):
        Partition(0).fold(records[3], 3)


def test_a_snapshot_of_another_form_is_refused() -> None:
    figures = Partition(0)
    figures.fold(season(0).records[0], 0)
    states = figures.states()
    states[SHARED] = states[SHARED].replace(b"oryn-monitoring", b"oryn-monitorinX")
    with pytest.raises(ValueError, match="form"):
        Partition.restored(0, 1, states)


def shares(rows: Rows, level: Level) -> dict[str, dict[tuple[str, str], int]]:
    subjects = {row.subject for row in rows.values() if row.level is level}
    return {each: levels(rows, level, each) for each in subjects}


@pytest.mark.parametrize("order", [by_time, one_after_the_other, at_random])
def test_in_whatever_order_localities_come_the_sums_are_equal(order: object) -> None:
    assert callable(order)
    some = histories()
    rows = together() if order is by_time else fold(order(some))
    alone: Rows = {}
    for each in (folded(seed, each, STARTS[seed % len(STARTS)]) for seed, each in enumerate(LOCALITIES)):
        alone |= {row.id: row for row in each.values() if row.level not in (Level.NATION, Level.REGION)}
    own = {each: (row.final, row.values) for each, row in rows.items() if each in alone}
    assert own == {each: (row.final, row.values) for each, row in alone.items()}, "what is about one locality only"
    for window in (Window.HOUR, Window.DAY, Window.WEEK):
        expected: Counter[tuple[str, str, str]] = Counter()
        for (_, starts, name, key), figures in flows(alone, Level.LOCALITY, window, final=False).items():
            expected[starts, name, key] += figures[0]
        for level in (Level.NATION, Level.REGION):
            found: Counter[tuple[str, str, str]] = Counter()
            for (_, starts, name, key), figures in flows(rows, level, window, final=False).items():
                found[starts, name, key] += figures[0]
            assert +found == +expected
    total: Counter[tuple[str, str]] = Counter()
    for stocks in shares(alone, Level.LOCALITY).values():
        total.update(stocks)
    assert shares(rows, Level.NATION)[""] == total
    late = {row.locality for row in rows.values() if row.level is Level.NATION and row.locality}
    assert late or order is by_time


@pytest.mark.parametrize("partitions", [2, 4])
def test_sums_do_not_depend_on_the_number_of_partitions(partitions: int) -> None:
    some = histories()
    rows: Rows = {}
    for number in range(partitions):
        rows |= fold(by_time(some[number::partitions]), partition=number)
    whole = together()
    for level in (Level.NATION, Level.REGION):
        assert shares(rows, level) == shares(whole, level)
        for window in (Window.HOUR, Window.DAY, Window.WEEK):
            assert flows(rows, level, window, final=False) == flows(whole, level, window, final=False)


def test_parts_become_final_when_all_localities_are_past_or_patience_is_over() -> None:
    slow, quick = histories()[0][:200], histories()[1]
    figures, rows = Partition(0), Rows()
    for offset, record in enumerate([*slow, *quick]):
        figures.fold(record, offset)
    take(figures, rows)
    days = [row for row in rows.values() if row.level is Level.NATION and row.window is Window.DAY and not row.locality]
    open_days = sorted(row.starts for row in days if not row.final)
    assert any(row.final for row in days), "the slow one has stopped long ago, and is not waited for"
    assert 1 <= len(open_days) <= 3
