"""Local days of a locality, by the machine's tz database and the holiday library: on purpose not by the project's own
tables. Never decides a rule."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
REGIONS = {
    "15": "Asia/Aqtobe",
    "23": "Asia/Atyrau",
    "27": "Asia/Oral",
    "39": "Asia/Qostanay",
    "43": "Asia/Qyzylorda",
    "47": "Asia/Aqtau",
}
_KAZAKHSTAN = holidays.country_holidays("KZ")


class Days:
    """The calendar of one locality. Moments are milliseconds since 1970 in UTC."""

    def __init__(self, locality: str) -> None:
        self.zone = ZoneInfo(REGIONS.get(locality[:2], "Asia/Almaty"))

    def day(self, moment: int) -> date:
        """The local date of a moment."""
        seconds, milliseconds = divmod(moment, 1000)
        return (datetime.fromtimestamp(seconds, self.zone) + timedelta(milliseconds=milliseconds)).date()

    @lru_cache(maxsize=100_000)  # noqa: B019  a few calendars live as long as the tests
    def at(self, day: date, minutes: int = 0) -> int:
        """The moment of a local wall-clock time."""
        local = datetime.combine(day, time(minutes // 60, minutes % 60), self.zone)
        return round(local.astimezone(UTC).timestamp()) * 1000

    def end(self, day: date) -> int:
        """24:00 of a day."""
        return self.at(day + ONE_DAY)

    def working(self, day: date, count: int) -> int:
        """deadline(day, count working days)."""
        while count:
            day += ONE_DAY
            count -= is_working(day)
        return self.end(day)

    def calendar(self, day: date, count: int) -> int:
        """deadline(day, count calendar days)."""
        return self.end(day + timedelta(days=count))

    def months(self, day: date, count: int) -> int:
        """deadline(day, count months)."""
        month = day.month - 1 + count
        return self.end(clip(day.year + month // 12, month % 12 + 1, day.day))


def clip(year: int, month: int, day: int) -> date:
    """The day of a month, or the month's last day."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


@lru_cache(maxsize=100_000)
def is_working(day: date) -> bool:
    """Whether people work on a day in Kazakhstan."""
    return bool(_KAZAKHSTAN.is_working_day(day))


def full_years(born: date, day: date) -> int:
    """How old somebody is on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def school_year_start(day: date) -> date:
    """1 September of the school year that a day lies in."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)
