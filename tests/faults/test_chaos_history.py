"""What several have seen of a run: what may be passes, each kind of contradiction is found, the form is readable."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.chaos.history import Append, contradictions, write_history
from tests.faults.chaos.looking import Look

APPENDS = [
    Append("a", "71", 1.0, 2.0),
    Append("b", "71", 1.0, 2.5),
    Append("c", "71", 3.0, 6.0),
    Append("d", "75", 3.0, None),
]
LOOKS = [
    Look(0, 4, 1.5, 1.8, {}),
    Look(1, 4, 2.1, 2.4, {"71": ("a",)}),
    Look(0, 4, 2.6, 3.5, {"71": ("a", "b")}),
    # Both overlap: one of them may see less.
    Look(1, 4, 3.4, 5.0, {"71": ("a", "b", "c")}),
    Look(0, 4, 4.0, 5.5, {"71": ("a", "b")}),
    Look(0, 4, 7.0, 8.0, {"71": ("a", "b", "c"), "75": ("d",)}),
]


def test_what_may_be_is_no_contradiction() -> None:
    assert list(contradictions(APPENDS, LOOKS)) == []


def changed(number: int, **seen: tuple[str, ...]) -> list[Look]:
    look = LOOKS[number]
    other = Look(look.observer, look.partition, look.asked, look.had, {name[1:]: each for name, each in seen.items()})
    return [*LOOKS[:number], other, *LOOKS[number + 1 :]]


@pytest.mark.parametrize(
    ("appends", "looks", "said"),
    [
        (APPENDS, changed(1, _71=("b",)), "71: observer 1 saw another order than others"),
        (APPENDS, changed(5, _71=("a", "b"), _75=("d",)), "71: observer 0 saw 2 events where 3 were known"),
        (APPENDS, changed(2, _75=("d",)), "71: observer 0 saw 0 events where 2 were known"),
        (APPENDS, changed(5, _71=("a", "b", "c", "a")), "71: an event was decided twice"),
        (APPENDS, changed(5, _71=("a", "b", "c", "e")), "71: e was decided and never sent"),
        ([*APPENDS, Append("e", "71", 3.0, 6.5)], LOOKS, "71: e was seen decided, and no look has it"),
        ([*APPENDS[:2], Append("c", "71", 5.2, 6.0)], LOOKS, "71: c was seen before it was sent"),
        (
            [Append("a", "71", 2.6, 2.7), *APPENDS[1:]],
            LOOKS[3:],
            "71: a was sent when 2 events were decided, and became",
        ),
    ],
)
def test_a_contradiction_is_found(appends: list[Append], looks: list[Look], said: str) -> None:
    assert any(each.startswith(said) for each in contradictions(appends, looks)), list(contradictions(appends, looks))


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[list[Append], list[Look]], list[str]]:
    def written(appends: list[Append], looks: list[Look]) -> list[str]:
        write_history(tmp_path / "history.edn", appends, looks)
        return (tmp_path / "history.edn").read_text("utf-8").splitlines()

    return written


def test_the_form_that_checkers_read(lines: Callable[[list[Append], list[Look]], list[str]]) -> None:
    found = lines(APPENDS, LOOKS)
    assert found[0] == '{:index 0, :time 0, :type :invoke, :process 2, :f :txn, :value [[:append "71" 0]]}'
    assert found[-1] == '{:index 19, :time 7000000000, :type :info, :process 5, :f :txn, :value [[:append "75" 3]]}'
    assert found[-2].endswith(':type :ok, :process 0, :f :txn, :value [[:r "71" [0 1 2]] [:r "75" [3]]]}')
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


def test_nothing_is_a_history_too(lines: Callable[[list[Append], list[Look]], list[str]]) -> None:
    assert lines([], []) == []
    assert list(contradictions([], [])) == []
