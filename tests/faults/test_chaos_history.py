"""What several have seen of a run: what may be passes, each kind of contradiction is found, the form is readable."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.facts import Duplicate
from schemas.instants import Instant
from schemas.journal import Cause, Record
from tests.faults.chaos.history import Append, courses, write_history
from tests.faults.chaos.looking import Look, decides

APPENDS = [
    Append("a", "71", 4, 1.0, 2.0),
    Append("b", "71", 4, 1.0, 2.5),
    Append("c", "75", 4, 3.0, 6.0),
    Append("d", "71", 4, 3.0, None),
]
LOOKS = [
    Look(0, 4, 1.5, 1.8, ()),
    Look(1, 4, 2.1, 2.4, ("a",)),
    Look(0, 4, 2.6, 3.5, ("a", "b")),
    # Both overlap: one of them may see less.
    Look(1, 4, 3.4, 5.0, ("a", "b", "c")),
    Look(0, 4, 4.0, 5.5, ("a", "b")),
    Look(0, 4, 7.0, 8.0, ("a", "b", "c", "d")),
]


def judged(appends: list[Append], looks: list[Look]) -> list[str]:
    """Everything that is wrong."""
    found = courses(appends, looks)
    return [
        *(said for course in found for said in course.contradictions()),
        *(f"{len(each.look.seen)} seen, {each.known} known" for course in found for each in course.stale()),
    ]


def seeing(number: int, *seen: str) -> list[Look]:
    """The looks, with one that saw something else."""
    return [*LOOKS[:number], replace(LOOKS[number], seen=seen), *LOOKS[number + 1 :]]


def test_what_may_be_is_no_contradiction() -> None:
    assert judged(APPENDS, LOOKS) == []
    # Seen decided when the last look had begun: nobody had to see it.
    assert judged([*APPENDS, Append("e", "71", 4, 3.0, 7.5)], LOOKS) == []
    assert judged([], []) == []


@pytest.mark.parametrize(
    ("appends", "looks", "said"),
    [
        (APPENDS, seeing(1, "b"), "partition 4: observer 1 saw another order than others"),
        # Of each locality it would be a beginning; of the partition it is none.
        (APPENDS, seeing(4, "c"), "partition 4: observer 0 saw another order than others"),
        (APPENDS, seeing(5, "a", "b"), "2 seen, 3 known"),
        (APPENDS, seeing(2), "0 seen, 2 known"),
        (APPENDS, seeing(2, "a"), "1 seen, 2 known"),
        (APPENDS, seeing(5, "a", "b", "c", "a"), "partition 4: an event was decided twice"),
        (APPENDS, seeing(5, "a", "b", "c", "e"), "partition 4: e was decided and never sent"),
        ([*APPENDS, Append("e", "71", 4, 3.0, 6.5)], LOOKS, "partition 4: e was seen decided, and no look has it"),
        ([*APPENDS, Append("e", "71", 2, 3.0, 2.5)], LOOKS, "partition 2: e was decided before it was sent"),
        (
            [*APPENDS[:2], Append("c", "75", 4, 7.1, 7.2), Append("d", "71", 4, 3.0, 7.0)],
            LOOKS,
            "partition 4: c was sent when 4 events were decided, and became number 3",
        ),
    ],
)
def test_a_contradiction_is_found(appends: list[Append], looks: list[Look], said: str) -> None:
    assert said in judged(appends, looks)


def test_timers_and_what_was_decided_before_decide_no_event() -> None:
    cause = Cause(topic="application-changes", partition=0, offset=7, source="s", event_id="e", type="t")
    record = Record("710000000", 1, Instant(0), cause, "kz", (), "0")
    assert decides(record) == "e"
    assert decides(Record("710000000", 2, Instant(0), cause, "kz", (Duplicate(1),), "0")) is None
    assert decides(Record("710000000", 3, Instant(0), Cause(), "kz", (), "0")) is None


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[list[Append], list[Look]], list[str]]:
    def written(appends: list[Append], looks: list[Look]) -> list[str]:
        write_history(tmp_path / "history.edn", appends, looks)
        return (tmp_path / "history.edn").read_text("utf-8").splitlines()

    return written


def test_the_form_that_checkers_read(lines: Callable[[list[Append], list[Look]], list[str]]) -> None:
    found = lines(APPENDS, LOOKS)
    assert found[0] == '{:index 0, :time 0, :type :invoke, :process 2, :f :txn, :value [[:append "71" 0]]}'
    assert found[-1] == '{:index 19, :time 7000000000, :type :info, :process 5, :f :txn, :value [[:append "71" 3]]}'
    assert found[-2].endswith(':type :ok, :process 0, :f :txn, :value [[:r "71" [0 1 3]] [:r "75" [2]]]}')
    assert any(line.endswith(':type :ok, :process 0, :f :txn, :value [[:r "71" []] [:r "75" []]]}') for line in found)
    times = [int(at[1]) for line in found if (at := re.search(r":time (\d+)", line))]
    assert times == sorted(times)
    # Each operation begins, and ends once.
    open_ones = set()
    for line in found:
        process, kind = re.findall(r":process (\d+)", line)[0], re.findall(r":type :(\w+)", line)[0]
        if kind == "invoke":
            assert process not in open_ones, line
            open_ones.add(process)
        else:
            open_ones.remove(process)
    assert not open_ones
    assert lines([], []) == []
