"""The queue number of one application among many (R3.5), beside an indexed table and a list that is sorted again."""

import random
import sqlite3
from bisect import bisect_left

from schemas.words import Group
from streams.rules.order import Order, Position
from tests.benchmarks.measure import (
    Row,
    Sample,
    in_turns,
    median,
    no_garbage_collection,
    number,
    plain,
    ratios,
    span,
    timed,
)
from tests.benchmarks.plan import Plan

AIM_MICROSECONDS = 20
AIM_GROWTH = 3
RATIO = 3
PHASE = 2
# The peers read every row before the answer: a few questions are enough, and more would take hours.
PEER_ROWS_MAX = 5_000_000
GROUPS = (Group.EXTRAORDINARY, Group.PRIORITY, Group.GENERAL)
SHARES = (5, 25, 70)

Where = tuple[Group, Position]


class _Crowd:
    """So many who wait, as the core keeps them and as the peers would."""

    def __init__(self, waiting: int, questions: int) -> None:
        chance = random.Random(waiting)
        everybody = [
            (
                chance.choices(GROUPS, SHARES)[0],
                (1_500_000_000_000 + chance.randrange(200_000_000_000), f"a-{chance.getrandbits(64):016x}"),
            )
            for _ in range(waiting)
        ]
        self.order = Order(RATIO)
        for group, position in everybody:
            self.order.join(group, position)
        self.order.phase = PHASE
        self.asked = [everybody[chance.randrange(waiting)] for _ in range(questions)]
        self.few = self.asked[: max(3, min(questions, PEER_ROWS_MAX // waiting))]
        self.table = sqlite3.connect(":memory:")
        self.table.execute("CREATE TABLE waiting (grp TEXT, submitted INTEGER, id TEXT)")
        rows = [(group.value, *position) for group, position in everybody]
        self.table.executemany("INSERT INTO waiting VALUES (?, ?, ?)", rows)
        self.table.execute("CREATE UNIQUE INDEX by_order ON waiting (grp, submitted, id)")
        self.lists = {group: [position for each, position in everybody if each is group] for group in Group}
        for each in self.lists.values():
            each.sort()

    def ask_core(self) -> Sample:
        """Microseconds for one number."""
        ask, asked = self.order.number, self.asked

        def run() -> None:
            for group, position in asked:
                ask(group, position)

        return timed(run).scaled(1e6 / len(asked))

    def ask_changing(self) -> Sample:
        """Microseconds for one number and the change before it: the same one leaves and comes back."""
        order, asked = self.order, self.asked

        def run() -> None:
            for group, position in asked:
                order.leave(group, position, returns=False)
                order.join(group, position)
                order.number(group, position)

        return timed(run).scaled(1e6 / len(asked))

    def ask_table(self) -> Sample:
        """Microseconds for one number by counting rows of an index."""
        return timed(lambda: [self._count(each) for each in self.few]).scaled(1e6 / len(self.few))

    def ask_sorting(self) -> Sample:
        """Microseconds for one number where a list takes a newcomer at its end and is sorted again."""
        return timed(lambda: [self._sort(each) for each in self.few]).scaled(1e6 / len(self.few))

    def agree(self) -> bool:
        """Whether all give the same numbers."""
        return all(self.order.number(*each) == self._count(each) == self._sort(each) for each in self.few[:50])

    def _count(self, where: Where) -> int:
        group, (submitted, application_id) = where
        count = self.table.execute
        rank = count(
            "SELECT count(*) FROM waiting WHERE grp = ? AND (submitted, id) < (?, ?)",
            (group.value, submitted, application_id),
        ).fetchone()[0]
        sizes = {
            each: count("SELECT count(*) FROM waiting WHERE grp = ?", (each.value,)).fetchone()[0] for each in GROUPS
        }
        return _number(group, rank + 1, sizes)

    def _sort(self, where: Where) -> int:
        group, position = where
        waiting = self.lists[group]
        waiting.remove(position)
        waiting.append(position)
        waiting.sort()
        return _number(group, bisect_left(waiting, position) + 1, {each: len(self.lists[each]) for each in GROUPS})


def _number(group: Group, rank: int, sizes: dict[Group, int]) -> int:
    if group is Group.EXTRAORDINARY:
        return rank
    if group is Group.PRIORITY:
        return sizes[Group.EXTRAORDINARY] + rank + min(sizes[Group.GENERAL], max(0, RATIO * rank - PHASE))
    return sizes[Group.EXTRAORDINARY] + rank + min(sizes[Group.PRIORITY], max(0, (rank + PHASE - 1) // RATIO))


def measure(plan: Plan) -> list[Row]:
    """Rows of the table."""
    crowds = [_Crowd(waiting, plan.questions) for waiting in plan.waiting]
    assert all(crowd.agree() for crowd in crowds), "core and peers number alike"
    with no_garbage_collection():
        core = in_turns(plan.rounds, *(crowd.ask_core for crowd in crowds))
        changing = in_turns(plan.rounds, *(crowd.ask_changing for crowd in crowds))
        table = in_turns(min(plan.rounds, 3), *(crowd.ask_table for crowd in crowds))
        sorting = in_turns(min(plan.rounds, 3), *(crowd.ask_sorting for crowd in crowds))
    rows = []
    for index, waiting in enumerate(plan.waiting):
        growth = ratios(core[index], core[0])
        row = Row(f"queue number among {waiting:,}", "µs", core[index]).held(at_most=AIM_MICROSECONDS)
        ratio = "" if not index else f"{span(growth)} × {plan.waiting[0]:,}"
        rows.append(row.beside(ratio))
    if len(plan.waiting) > 1:
        whole = [plain(each) for each in ratios(core[-1], core[0])]
        what = f"  growth from {plan.waiting[0]:,} to {plan.waiting[-1]:,}"
        rows.append(Row(what, "×", whole).held(at_most=AIM_GROWTH))
    rows += _peers("  with a change before each question", plan, changing, core)
    rows += _peers("  SQLite, count(*) over an index", plan, table, core)
    rows += _peers("  sorted list, sorted again", plan, sorting, core)
    return rows


def _peers(what: str, plan: Plan, samples: list[list[Sample]], core: list[list[Sample]]) -> list[Row]:
    return [
        Row(f"{what}, {waiting:,}", "µs", taken, ratio=f"{_times(taken, own)} × the core")
        for waiting, taken, own in zip(plan.waiting, samples, core, strict=True)
    ]


def _times(taken: list[Sample], own: list[Sample]) -> str:
    return number(median([each.cpu for each in taken]) / median([each.cpu for each in own]))
