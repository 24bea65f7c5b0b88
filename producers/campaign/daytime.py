"""When people act: local days, office hours, sleep. Knows a locality's zone and never a clock."""

import datetime
from bisect import bisect_right
from itertools import accumulate

from producers.campaign import assumptions
from producers.campaign.dice import Dice, Quantiles
from schemas.zones import DAY_MS, MINUTE_MS, Zone, date_to_day, day_to_date, zone_of

HOUR_MS = 60 * MINUTE_MS
SECOND_MS = 1_000
_SATURDAY = 5
_OPENS, _CLOSES = assumptions.OFFICE_HOURS.value
_NIGHT_FROM, _NIGHT_TO = assumptions.SLEEP_HOURS.value
# How long after opening those come who would have come while the office was closed, and in the morning those who slept.
_MORNING_MS = 5 * HOUR_MS
_WAKING_MS = 2 * HOUR_MS


class Daytime:
    """The days and hours of one locality."""

    def __init__(self, locality: str) -> None:
        """Take the locality's zone."""
        self.zone: Zone = zone_of(locality)
        self._closed = frozenset(date_to_day(day) for day in assumptions.CLOSED_DAYS.value)
        self._online = tuple(accumulate(assumptions.ONLINE_HOURS.value))

    def date(self, moment: int) -> datetime.date:
        """The local date of a moment."""
        return day_to_date(self.zone.day_of(moment))

    def works(self, day: int) -> bool:
        """Offices work on this day (days since 1970-01-01)."""
        return day_to_date(day).weekday() < _SATURDAY and day not in self._closed

    def online(self, dice: Dice, day: int) -> int:
        """A moment of a day by the habits of people at home."""
        hour = bisect_right(self._online, dice.unit() * self._online[-1])
        return self.zone.at(day, min(hour, 23) * 60) + dice.below(HOUR_MS)

    def office(self, dice: Dice, moment: int) -> int:
        """The moment itself in office hours, else one in the morning of the next day on which offices work."""
        day = self.zone.day_of(moment)
        if self.works(day):
            opens = self.zone.at(day, _OPENS * 60)
            if moment < opens:
                return opens + dice.below(_MORNING_MS)
            if moment < self.zone.at(day, _CLOSES * 60):
                return moment
        day += 1
        while not self.works(day):
            day += 1
        return self.zone.at(day, _OPENS * 60) + dice.below(_MORNING_MS)

    def awake(self, dice: Dice, moment: int) -> int:
        """The moment itself by day, else one in the morning after."""
        minute = (moment + self.zone.offset_ms(moment)) % DAY_MS // MINUTE_MS
        if _NIGHT_FROM * 60 <= minute < _NIGHT_TO * 60:
            return self.zone.at(self.zone.day_of(moment), _NIGHT_TO * 60) + dice.below(_WAKING_MS)
        return moment


def after(dice: Dice, now: int, delays: Quantiles, unit_ms: int) -> int:
    """A moment that lies a drawn delay after now, by at least a millisecond; the milliseconds are chance as well."""
    return now + max(1, int(delays.draw(dice) * unit_ms) + dice.below(SECOND_MS))
