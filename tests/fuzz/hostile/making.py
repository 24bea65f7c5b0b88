"""Events made of choices, field by field from the types of the contracts: few names, moments beside each other.

Owns which values a byte may mean: mostly those that meet others, some at the bounds of their type. Never asks whether
an event makes sense; each can be written and read.
"""

from datetime import date, timedelta
from typing import Any

from msgspec import inspect as types

from schemas.events import EVENTS_BY_TOPIC, EventData
from schemas.instants import Instant
from tests.fuzz.hostile.choices import Choices

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ODD = 0xF8  # bytes from here on mean something at the bounds of a type
NAMES = {"application_id": ("a", 6), "applicant_id": ("r", 2), "child_id": ("c", 4), "place_id": ("p", 6)}
NAMES |= {"organisation_id": ("o", 2)}
ODD_NAMES = (".", ":", "-", "a" * 64, "P0", "__class__", "0", "a0.")
PROFILES = ("", "A", "B", "я" * 64, " ", "A ")
TEXTS = ("t", "", "№ 5 «Балапан»", "\U0001f423" * 256, "{x}", "%s")
LANGUAGES = ("kk", "ru", "zz")
CLOCKS = ("18:00", "07:00", "00:00", "09:00", "23:30", "23:59")
PATTERNS = {
    r"\A[^\x00-\x1f\x7f]*\Z": TEXTS,
    r"\A[^\x00-\x1f\x7f/]*\Z": PROFILES,
    r"\A[a-z]{2}\Z": LANGUAGES,
    r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z": CLOCKS,
}
DAYS = (0, 1, 10, -1, -29, 30, 200, 350, -40, 2, 5, 100)
ODD_DAYS = (date.min, date.max, date(2004, 12, 31), date(2060, 1, 1), date(2024, 2, 29), date(2100, 3, 1))
SUBMITTED = (0, 0, 0, -1, -HOUR, -4 * DAY, -9 * DAY, 1, 400 * DAY)
INSTANT_BOUNDS = (-62_135_596_800_000, 253_402_214_400_000, 0, -1)
BIRTHS = ((9, 1), (8, 31), (9, 2), (2, 28), (1, 1), (12, 31), (6, 15))
INT32 = (-(2**31), 2**31 - 1, 0, -1, 9_999, 10_000)
TOPIC_OF = {kind: topic for topic, kinds in EVENTS_BY_TOPIC.items() for kind in kinds}
TYPES: dict[type[EventData], types.StructType] = {}
for _kind in TOPIC_OF:
    _type = types.type_info(_kind)
    assert isinstance(_type, types.StructType)
    TYPES[_kind] = _type


class Maker:
    """Makes the data of events around a moment."""

    def __init__(self, choices: Choices, now: int, today: date) -> None:
        """`today`: the local date of `now`."""
        self._choices, self._now, self._today = choices, now, today

    def data(self, kind: type[EventData]) -> EventData:
        """The data of an event of a kind."""
        made = self._struct(TYPES[kind])
        assert isinstance(made, EventData)
        return made

    def _struct(self, kind: types.StructType) -> Any:
        return kind.cls(**{each.name: self._value(each.type, each.name) for each in kind.fields})

    def _value(self, kind: types.Type, name: str) -> Any:  # noqa: PLR0911  one for each form of a value
        choices = self._choices
        match kind:
            case types.StrType(pattern=pattern):
                return self._text(name, pattern)
            case types.IntType(ge=low, le=high):
                return self._number(name, low, high)
            case types.DateType():
                return self._date(name)
            case types.CustomType():
                byte = choices.byte()
                if byte >= ODD:
                    return Instant(choices.pick(INSTANT_BOUNDS))
                return Instant(self._now + SUBMITTED[byte % len(SUBMITTED)])
            case types.BoolType():
                return choices.byte() % 2 == 1
            case types.EnumType(cls=cls):
                return choices.pick(list(cls))
            case types.VarTupleType(item_type=item, min_length=least, max_length=most):
                byte = choices.byte()
                count = (most or 0) if byte >= ODD else max(least or 0, byte % 4)
                return tuple(self._value(item, name) for _ in range(count))
            case types.StructType():
                return self._struct(kind)
            case types.UnionType(types=branches):
                (other,) = [each for each in branches if not isinstance(each, types.NoneType)]
                return None if choices.byte() % 2 == 0 else self._value(other, name)
        raise NotImplementedError(kind)

    def _text(self, name: str, pattern: str | None) -> str:
        if name not in NAMES:
            assert pattern is not None
            return self._choices.pick(PATTERNS[pattern])
        byte = self._choices.byte()
        if byte >= ODD:
            return ODD_NAMES[byte - ODD]
        letter, count = NAMES[name]
        return f"{letter}{byte % count}"

    def _number(self, name: str, low: int | None, high: int | None) -> int:
        byte = self._choices.byte()
        if name == "birth_year" and byte < ODD:
            return self._today.year - byte % 9
        if byte < ODD:
            return max(byte % 9, low or 0)
        return min(max(self._choices.pick(INT32), low or INT32[0]), high or INT32[1])

    def _date(self, name: str) -> date:
        byte = self._choices.byte()
        if byte >= ODD:
            return ODD_DAYS[byte % len(ODD_DAYS)]
        if name == "child_born":
            month, day = BIRTHS[byte % len(BIRTHS)]
            return date(self._today.year - byte // len(BIRTHS) % 8, month, day)
        return self._today + timedelta(days=DAYS[byte % len(DAYS)])
