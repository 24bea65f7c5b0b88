"""A course that goes on says what one says that is made at once, and what the whole curve says: behind every record,
for every form."""

from collections.abc import Sequence
from random import Random

import pytest

from consumers.dashboard.evidence.causes import published
from consumers.dashboard.evidence.course import DAYS_SHOWN, Course
from consumers.dashboard.evidence.courses import Asked, Courses
from consumers.dashboard.evidence.curve import Step, curve_of
from consumers.dashboard.evidence.story import Day, days_of
from consumers.dashboard.evidence.thinning import thinned
from consumers.dashboard.evidence.timeline import QueueTimeline, common_ratio
from consumers.dashboard.words import Language, words
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.zones import zone_of
from tests.unit.dashboard_evidence.movements import timelines_of
from tests.unit.verification.seasons import Season

HOME = "710000000"
EVENTS = 220
W = words(Language.ENGLISH, HOME)


def told(course: Course) -> tuple[object, ...]:
    """All that a page takes from it."""
    forms = [(full, reasons) for full in (False, True) for reasons in (False, True)]
    return (
        course.standing,
        course.changes,
        course.first,
        course.best,
        course.more_days,
        *(course.days(W, full=full, reasons=reasons) for full, reasons in forms),
        course.chart(Instant(10**13), W, full=True) if course.changes else None,
    )


def shown(days: Sequence[Day]) -> list[tuple[object, ...]]:
    return [(e.day, e.before, e.after, e.lines, e.records, e.count) for e in days]


def check(course: Course, steps: Sequence[Step]) -> None:
    """A course against the steps of a curve."""
    numbers = [each.after for each in steps if each.after is not None]
    assert (course.first, course.best) == (numbers[0] if numbers else None, min(numbers, default=None))
    days = days_of(steps, W, full=True, reasons=False)
    assert shown(course.days(W, full=True, reasons=False)) == shown(days[:DAYS_SHOWN])
    assert course.more_days == max(0, len(days) - DAYS_SHOWN)
    assert course.changes == len(steps)
    for step in steps:
        assert course.number_at(step.at) == [each.after for each in steps if each.at <= step.at][-1]
    if steps:
        assert course.number_at(steps[0].at - 1) is None
        chart = course.chart(steps[-1].at, W, full=True)
        points = thinned([(each.at, each.after) for each in steps], [bool(each.own) for each in steps])
        assert list(chart.series[0].values) == [number for _, number in points]
        assert len(chart.marks) == sum(bool(each.own) for each in steps)
        assert chart.table is not None
        assert list(chart.table.rows) == [(each.day, each.after) for each in days]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("public", [True, False])
def test_what_goes_on_is_what_is_made_at_once_behind_every_record(seed: int, *, public: bool) -> None:
    records = Season(seed, HOME).run(EVENTS)
    for timeline in timelines_of(records).values():
        names = Random(seed).sample(list(timeline.numbers), min(5, len(timeline.numbers)))
        for name in names:
            kept = Course(timeline, name, common_ratio(), W.zone, public=public)
            for through in range(len(records) + 1):
                kept.on(through)
                if kept.length == timeline.length_at(through - 1):  # nothing of this queue
                    continue
                anew = Course(timeline, name, common_ratio(), W.zone, public=public)
                anew.on(through)
                assert told(kept) == told(anew)
            whole = curve_of(timeline, name, len(records), common_ratio())
            assert kept.standing == whole.standing
            check(kept, published(whole.steps) if public else whole.steps)


def test_what_grows_out_of_its_slices_is_thinned_as_at_once() -> None:
    random = Random(3)
    points = [(at * 40_000 + random.randrange(30_000), random.randrange(1, 900)) for at in range(6_000)]
    for cut in (799, 800, 801, 2_000, 6_000):
        found = thinned(points[:cut], [False] * cut)
        assert found == sorted(set(found), key=lambda point: point[0])
        assert {points[0], points[cut - 1]} <= set(found)
        numbers = [number or 0 for _, number in found]
        assert (min(numbers), max(numbers)) == (min(n for _, n in points[:cut]), max(n for _, n in points[:cut]))


class Asking:
    """Courses asked for as the pages ask."""

    def __init__(self, courses: Courses) -> None:
        self.courses = courses

    def __call__(self, timeline: QueueTimeline, name: str, through: int) -> tuple[object, ...]:
        """What a page of this moment says."""
        asked = Asked(HOME, name, public=True)
        with self.courses.of(asked, timeline, through, common_ratio(), zone_of(HOME[:2])) as course:
            return told(course)


def expected(timeline: QueueTimeline, name: str, through: int) -> tuple[object, ...]:
    """The same without anything kept."""
    return Asking(Courses())(timeline, name, through)


def test_nobody_is_shown_what_was_kept_of_other_registers_or_of_a_later_moment() -> None:
    """Also not where both know the same applications: a rebuild of the same journal, or another journal."""
    first, second = (timelines_of(Season(seed, HOME).run(EVENTS))["general/2018"] for seed in (1, 2))
    again = timelines_of(Season(1, HOME).run(EVENTS))["general/2018"]
    names = sorted(set(first.numbers) & set(second.numbers))
    assert names
    ask = Asking(Courses())
    for name in names[:8]:
        for timeline, through in ((first, 150), (second, 200), (again, 200), (again, 120), (again, 200), (first, 220)):
            assert ask(timeline, name, through) == expected(timeline, name, through)


def test_what_is_kept_is_bounded_and_goes_with_its_timeline() -> None:
    timeline = timelines_of(Season(1, HOME).run(EVENTS))["general/2018"]
    names = list(timeline.numbers)
    one = Courses()
    Asking(one)(timeline, names[0], EVENTS)
    courses = Courses(bytes_max=3 * one.bytes_kept)
    for _ in range(2):
        for name in names:
            assert Asking(courses)(timeline, name, EVENTS) == expected(timeline, name, EVENTS)
            assert courses.bytes_kept <= 4 * one.bytes_kept
    courses.keep_only([timeline])
    assert courses.bytes_kept > 0
    courses.keep_only([])
    assert courses.bytes_kept == 0


def test_a_register_that_states_another_number_is_said_each_time() -> None:
    timeline = timelines_of(Season(1, HOME).run(EVENTS))["general/2018"]
    index = next(at for at, number in enumerate(timeline.stated) if number)
    name = timeline.keys[timeline.who[index]][1]
    timeline.stated[index] += 7
    ask = Asking(Courses())
    for _ in range(2):
        with pytest.raises(BrokenJournal, match="states number"):
            ask(timeline, name, EVENTS)
