"""The numbers that a history states, against a naive model that sorts and merges the whole queue after every record."""

from pathlib import Path

import pytest

from consumers.history.answer import why
from consumers.history.fold import QueueFold
from consumers.history.journal_file import JournalFile
from schemas.words import EndCause, Group
from streams.rules.pack import KZ_2020, KZ_2020_IMMEDIATE, Pack, Schedule
from tests.unit.history.journals import QUEUE, TO_IMMEDIATE, TO_SCHEDULED, NaiveQueue, RandomTown, ended, write

SEEDS = range(12)
STEPS = 220


@pytest.mark.parametrize(
    ("seed", "packs"),
    [
        *((seed, KZ_2020) for seed in SEEDS),
        *((seed, packs) for seed in range(3) for packs in (KZ_2020_IMMEDIATE, TO_IMMEDIATE, TO_SCHEDULED)),
    ],
)
def test_r8_3_every_number_and_its_cause_agree_with_a_naive_sort(
    seed: int, packs: Pack | Schedule, tmp_path: Path
) -> None:
    town = RandomTown(seed, packs).live(STEPS)
    path = write(tmp_path / "journal.jsonl", town.records)
    naive = NaiveQueue()
    after: dict[int, dict[str, int]] = {0: {}}
    for record in town.records:
        for fact in record.facts:
            naive.fold(fact)
        after[record.sequence] = naive.numbers()
    for name in town.names[::3]:
        report = why(JournalFile(path), name, limit=10_000)
        told: set[int] = set()
        number = None
        for entry in report.entries:
            records = {each for clause in entry.clauses for each in clause.records.shown}
            assert entry.before == number == after[min(records) - 1].get(name)
            assert entry.after == after[max(records)].get(name)
            if not entry.own:
                assert entry.before is not None
                assert entry.after is not None
                assert sum(clause.delta for clause in entry.clauses) == entry.after - entry.before
            number = entry.after
            told |= records
        changed = {
            sequence for sequence in range(1, len(after)) if after[sequence].get(name) != after[sequence - 1].get(name)
        }
        assert changed <= told
        assert number == after[len(after) - 1].get(name)


def test_the_random_towns_meet_the_hard_cases() -> None:
    causes: set[EndCause] = set()
    for seed in SEEDS:
        causes |= ended(RandomTown(seed).live(STEPS).records)
    assert causes >= {
        EndCause.CANCELLED,
        EndCause.LAPSED,
        EndCause.REFUSED,
        EndCause.BENEFIT_NOT_CONFIRMED,
        EndCause.DOCUMENTS_REFUSED,
        EndCause.ENROLLED,
        EndCause.RECALLED,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_r3_5_closed_form_and_walk_through_the_order_agree(seed: int) -> None:
    fold, naive = QueueFold(QUEUE), NaiveQueue()
    seen: set[Group] = set()
    for record in RandomTown(seed).live(STEPS).records:
        for fact in record.facts:
            fold.apply(fact)
            naive.fold(fact)
        assert fold.order.phase == naive.phase
        walked = [member for _, member in fold.order.numbered()]
        assert [member.application_id for member in walked] == naive.order()
        assert [fold.order.number(member) for member in walked] == list(range(1, len(walked) + 1))
        seen |= {member.group for member in walked}
    assert seen == set(Group)
