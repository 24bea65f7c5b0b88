"""The figures that officials compare: of which indicators each is made, over which window, and which list is behind it.

Owns formulas over values of one subject. Never asks a store: `consumers.indicators.questions` brings the values, and
the words of each figure are in `locales/` under its name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from consumers.indicators.figures import Duration, Value, duration, summed
from schemas.indicators import LATE, Window
from schemas.words import Stage

ON_OFFER: Final = (Stage.RELEASED, Stage.LISTED, Stage.PRIORITY, Stage.OPEN)
# A median of fewer says nothing: a region is not called the slowest for the sake of two families.
ENOUGH: Final = 5


class Scale(StrEnum):
    """What a measure's number is, and so how it is written."""

    COUNT = "count"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure. `name`: of its words and of itself in addresses; `window`: of what it counts, none for what holds now.

    `list_name`: the list of records behind it. `value`: of one subject's values; none where nothing can be said.
    """

    name: str
    scale: Scale
    window: Window | None
    list_name: str
    indicators: tuple[str, ...]
    value: Callable[[Sequence[Value]], float | None]


def level(values: Iterable[Value], indicator: str, keys: Iterable[str] | None = None) -> int:
    """How many there are, of these keys or of all."""
    chosen = None if keys is None else frozenset(keys)
    return sum(
        each.level or 0 for each in values if each.indicator == indicator and (chosen is None or each.key in chosen)
    )


def count(values: Iterable[Value], indicator: str, ending: str = "") -> int:
    """How often it happened; `ending`: only of keys whose last part is this."""
    return sum(
        each.count
        for each in values
        if each.indicator == indicator and (not ending or each.key.rpartition("/")[2] == ending)
    )


def by_key(values: Iterable[Value], indicator: str) -> dict[str, Value]:
    """An indicator's values by their keys."""
    return {each.key: each for each in values if each.indicator == indicator}


def lasted(values: Iterable[Value], indicator: str, key: str | None = None) -> Duration | None:
    """How long it took, over all keys or of one; none if nothing ended."""
    return duration(
        summed(indicator, (each for each in values if each.indicator == indicator and key in (None, each.key)))
    )


def _median(indicator: str) -> Callable[[Sequence[Value]], float | None]:
    def value(values: Sequence[Value]) -> float | None:
        found = lasted(values, indicator)
        return None if found is None else found.median

    return value


def _level(indicator: str, *keys: str) -> Callable[[Sequence[Value]], float | None]:
    return lambda values: level(values, indicator, keys or None)


def _count(indicator: str, ending: str = "") -> Callable[[Sequence[Value]], float | None]:
    return lambda values: count(values, indicator, ending)


_COUNT, _MINUTES = Scale.COUNT, Scale.MINUTES
_SEVEN: Final = Window.LAST_7_DAYS
_DAY: Final = Window.DAY
_TABLE: Final = (
    Measure("waiting", _COUNT, None, "waiting", ("waiting",), _level("waiting")),
    Measure("waiting-time", _MINUTES, _SEVEN, "referred", ("waiting_time",), _median("waiting_time")),
    Measure("on-offer", _COUNT, None, "on-offer", ("places",), _level("places", *ON_OFFER)),
    Measure("idle", _COUNT, None, "idle", ("places",), _level("places", Stage.OPEN)),
    Measure("late", _COUNT, _SEVEN, "checked-late", ("documents_checked",), _count("documents_checked", LATE)),
    Measure("referrals-today", _COUNT, _DAY, "referred", ("referrals",), _count("referrals")),
    Measure("enrolled-today", _COUNT, _DAY, "enrolled", ("enrolled",), _count("enrolled")),
    Measure("released-today", _COUNT, _DAY, "released", ("released",), _count("released")),
    Measure("with-access", _COUNT, None, "with-access", ("accesses_live",), _level("accesses_live")),
    Measure("filling-time", _MINUTES, _SEVEN, "enrolled", ("filling_time",), _median("filling_time")),
    Measure("early-overdue", _COUNT, None, "early-overdue", ("early_overdue",), _level("early_overdue")),
    Measure(
        "recalled-after-referral",
        _COUNT,
        _SEVEN,
        "recalled-after-referral",
        ("recalled_after_referral",),
        _count("recalled_after_referral"),
    ),
    Measure(
        "admission-refused", _COUNT, _SEVEN, "admission-refused", ("admission_refused",), _count("admission_refused")
    ),
    Measure("passive-heads", _COUNT, _SEVEN, "passive-heads", ("passive_heads",), _count("passive_heads")),
    Measure("rejected", _COUNT, _SEVEN, "rejections", ("rejected",), _count("rejected")),
)
MEASURES: Final = {each.name: each for each in _TABLE}
# What the headline says, what a map or a table of subjects compares, and what may need attention.
HEADLINE: Final = (
    "waiting",
    "on-offer",
    "referrals-today",
    "enrolled-today",
    "waiting-time",
    "late",
)
COMPARED: Final = ("waiting", "waiting-time", "idle", "late")
WATCHED: Final = (
    "waiting",
    "waiting-time",
    "idle",
    "late",
    "recalled-after-referral",
    "admission-refused",
    "early-overdue",
    "passive-heads",
)


def steps(values: Iterable[float | None], most: int = 5) -> list[float]:
    """The lower bounds of at most `most` steps of colour, so that each has about as many subjects; the first is 0.

    Subjects of equal value get equal colours. Nothing to compare: no step.
    """
    known = sorted(each for each in values if each is not None and each > 0)
    if not known:
        return []
    found = sorted({known[index * len(known) // most] for index in range(most)})
    return [0.0, *(each for each in found[1:])] if len(found) > 1 else [0.0]


def step(value: float | None, bounds: Sequence[float]) -> int:
    """Which step of colour a value has: 0 for none or nothing, else 1 and on."""
    if value is None or value <= 0 or not bounds:
        return 0
    return sum(1 for each in bounds if value >= each)


def worst(values: dict[str, float | None], few: int = 3) -> list[tuple[str, float]]:
    """The subjects with the highest values above 0, at most `few`, the highest first, equal ones by their names."""
    known = [(name, value) for name, value in values.items() if value is not None and value > 0]
    return sorted(known, key=lambda each: (-each[1], each[0]))[:few]
