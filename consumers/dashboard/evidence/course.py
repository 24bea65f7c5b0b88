"""What a page tells of one application's curve, kept compactly, so that it goes on from its last step.

All of it follows from the steps of the curve and from nothing else: a course that went on is equal to one that was made
at once. Never asks the database, never reads a page's words twice for a day that is over.
"""

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from consumers.dashboard.evidence.causes import Published, causes_words, effects, in_words
from consumers.dashboard.evidence.curve import Effect, Standing, Step, Walk
from consumers.dashboard.evidence.story import DAILY_MAX, RECORDS_SHOWN, Daily, Day, Line, curve_chart, own_mark
from consumers.dashboard.evidence.thinning import Thinned
from consumers.dashboard.evidence.timeline import Cause, QueueTimeline
from consumers.dashboard.pages import Chart
from consumers.dashboard.words import Words
from schemas.instants import Instant
from schemas.zones import Zone, day_to_date

# Days that the page tells in words; the table has every change.
DAYS_SHOWN: Final = 14
# What a course takes beside its points: its slices, the days that are told, their words.
COURSE_BYTES: Final = 80_000
POINT_BYTES: Final = 12
Form = tuple[str, bool, bool]


@dataclass(slots=True)
class Sum:
    """One of the days that are told. `told`: its lines in words, once the day is over."""

    day: int
    before: int | None
    after: int | None = None
    own: list[Cause] = field(default_factory=list)
    causes: dict[Cause, Effect] = field(default_factory=dict)
    records: list[int] = field(default_factory=list)
    count: int = 0
    told: dict[Form, list[Line]] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """A step of this day."""
        self.after = step.after
        self.count += 1
        self.own += step.own
        for cause, effect in step.causes.items():
            sum_ = self.causes.setdefault(cause, Effect())
            sum_.count += effect.count
            sum_.delta += effect.delta
        if len(self.records) < RECORDS_SHOWN:
            self.records.append(step.record)


class Course:
    """One application's, for one form of its page. Not for several threads at once."""

    def __init__(self, timeline: QueueTimeline, application_id: str, ratio: int, zone: Zone, *, public: bool) -> None:
        """Before the first record. `zone`: where days begin; `public`: of the steps that the published orders show."""
        self.timeline = timeline
        self._zone = zone
        known = application_id in timeline.numbers
        self._walk = Walk(timeline, application_id, ratio) if known else None
        self._published = Published() if public else None
        self._points = Thinned()
        self._own: list[tuple[int, tuple[Cause, ...]]] = []
        self._recent: deque[Sum] = deque(maxlen=DAYS_SHOWN)
        # Local days on which the number changed, and the number behind each (0: none).
        self._days, self._numbers = array("l"), array("I")
        self.first: int | None = None
        self.best: int | None = None

    @property
    def length(self) -> int:
        """How many changes of the queue it has seen."""
        return 0 if self._walk is None else self._walk.length

    @property
    def size(self) -> int:
        """What it takes of memory, roughly."""
        return COURSE_BYTES + POINT_BYTES * len(self._points) + (0 if self._walk is None else self._walk.size)

    def on(self, through: int) -> None:
        """Go on to a record, all changes of which the timeline has. Raises: BrokenJournal; then it can't go on."""
        if self._walk is None:
            return
        steps: Iterable[Step] = self._walk.on(through)
        for step in steps if self._published is None else self._published(steps):
            self._take(step)

    def _take(self, step: Step) -> None:
        number = step.after
        self._points.add(step.at, number, stays=bool(step.own))
        if step.own:
            self._own.append((step.at, step.own))
        if number is not None:
            self.first = number if self.first is None else self.first
            self.best = number if self.best is None else min(self.best, number)
        day = self._zone.day_of(step.at)
        if not self._days or self._days[-1] != day:
            self._days.append(day)
            self._numbers.append(0)
            self._recent.append(Sum(day, step.before))
        self._numbers[-1] = number or 0
        self._recent[-1].add(step)

    # ------------------------------------------------------------------------------------------------- what is told

    @property
    def standing(self) -> Standing | None:
        """Where the application stands; none before it joined."""
        return None if self._walk is None else self._walk.standing

    @property
    def changes(self) -> int:
        """How many steps there are."""
        return len(self._points)

    @property
    def more_days(self) -> int:
        """How many days there are beside those that are told in words."""
        return len(self._days) - len(self._recent)

    def number_at(self, moment: int) -> int | None:
        """The number at a moment."""
        index = bisect_right(self._points.moments, moment)
        return (self._points.numbers[index - 1] or None) if index else None

    def days(self, w: Words, *, full: bool, reasons: bool) -> list[Day]:
        """The last days in words, the newest first, as `story.days_of`."""
        form = (w.language.value, full, reasons)
        found: list[Day] = []
        for each in reversed(self._recent):
            lines = each.told.get(form)
            if lines is None:
                others = effects(each.causes.items(), full=reasons)
                lines = [Line(text) for text in causes_words(each.own, w, full=full)]
                lines += [Line(text, delta) for text, delta in in_words(others, w)]
                if found:  # the day is over
                    each.told[form] = lines
            day = Day(day_to_date(each.day), each.before, each.after, records=each.records[:], count=each.count)
            day.lines = lines
            found.append(day)
        return found

    def daily(self) -> Sequence[Daily]:
        """The number at the end of each day, the newest first, as far as it is shown."""
        days, numbers = self._days[: -DAILY_MAX - 1 : -1], self._numbers[: -DAILY_MAX - 1 : -1]
        return [(day_to_date(day), number or None) for day, number in zip(days, numbers, strict=True)]

    def chart(self, until: Instant, w: Words, *, full: bool) -> Chart:
        """The curve."""
        marks = [own_mark(at, own, w, full=full) for at, own in self._own]
        return curve_chart(self._points.points(), marks, self.daily(), until, w)
