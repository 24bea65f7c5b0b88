"""Terms in local time: working days, deadlines, reminders, ages (rules, section 0). Pure: its days are data."""

from bisect import bisect_right
from calendar import monthrange
from datetime import date
from functools import cache

from schemas.instants import Instant
from schemas.zones import Zone, date_to_day, day_to_date
from streams.rules.holiday_table import DAYS_OFF, FIRST_YEAR, LAST_YEAR, WORKING_DAYS
from streams.rules.pack import Pack

FIRST_DAY = date_to_day(date(FIRST_YEAR, 1, 1))
LAST_DAY = date_to_day(date(LAST_YEAR, 12, 31))
THURSDAY = 3  # 1970-01-01 was one
SATURDAY = 5
SCHOOL_YEAR_START = (9, 1)  # month and day


@cache
def _working_days(extra_working_days: frozenset[int], extra_days_off: frozenset[int]) -> list[int]:
    """All working days of the table's years, in order: the same for all localities of a pack. Never change it."""
    off = DAYS_OFF - extra_working_days | extra_days_off
    worked = (WORKING_DAYS | extra_working_days) - extra_days_off
    return [
        day
        for day in range(FIRST_DAY, LAST_DAY + 1)
        if day in worked or ((day + THURSDAY) % 7 < SATURDAY and day not in off)
    ]


class Calendar:
    """The calendar of one zone under one pack. Moments are `Instant`; days are days since 1970-01-01.

    Known limit: the public holidays reach from 2005 to 2060; before the first year every term ends with it.
    """

    def __init__(self, zone: Zone, pack: Pack) -> None:
        """Lay out the working days of the table's years."""
        self.zone = zone
        self._reminder_minutes = pack.reminder_at_minutes
        self._working_days = _working_days(pack.extra_working_days, pack.extra_days_off)
        self._working: dict[tuple[int, int], Instant] = {}
        self._reminders: dict[int, Instant] = {}
        self._months: dict[tuple[int, int], Instant] = {}

    def working_deadline(self, day: int, days: int) -> Instant:
        """24:00 of the n-th working day after a day."""
        key = (day, days)
        found = self._working.get(key)
        if found is None:
            index = min(bisect_right(self._working_days, day) + days, len(self._working_days)) - 1
            found = self._working[key] = self.zone.at(self._working_days[index] + 1)
        return found

    def calendar_deadline(self, day: int, days: int) -> Instant:
        """24:00 of the n-th day after a day."""
        return self.zone.at(day + days + 1)

    def months_deadline(self, day: int, months: int) -> Instant:
        """24:00 of the corresponding day n months later, or of that month's last day."""
        found = self._months.get((day, months))
        if found is None:
            start = day_to_date(day)
            years, month = divmod(start.month - 1 + months, 12)
            year, month = start.year + years, month + 1
            last = monthrange(year, month)[1]
            found = self.zone.at(date_to_day(date(year, month, min(start.day, last))) + 1)
            self._months[day, months] = found
        return found

    def reminder(self, deadline: int) -> Instant:
        """09:00 of the day that a deadline ends, or of the last working day before it (R6.10)."""
        found = self._reminders.get(deadline)
        if found is None:
            index = max(0, bisect_right(self._working_days, self.zone.day_of(deadline - 1)) - 1)
            found = self._reminders[deadline] = self.zone.at(self._working_days[index], self._reminder_minutes)
        return found


def school_year(of: date) -> int:
    """The year in which the school year of a date began (R1.3)."""
    return of.year if (of.month, of.day) >= SCHOOL_YEAR_START else of.year - 1


def full_years(born: date, on: date) -> int:
    """How many years a child has completed on a date; negative before birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_in_school_year(born: date, year: int) -> int:
    """Full years on 1 September of a year (R1.3, R5.3)."""
    return year - born.year - ((born.month, born.day) > SCHOOL_YEAR_START)
