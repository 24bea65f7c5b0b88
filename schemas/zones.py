"""Local time of a locality: region to zone, zone to offset. The offsets are data (`zone_table`), never asked of the
machine, so that every machine writes and decides alike. Never reads a clock or a file."""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

from schemas.instants import Instant
from schemas.zone_table import OFFSETS

DAY_MS = 86_400_000
MINUTE_MS = 60_000
# Behind every moment that a date can name: the last offset holds until then.
FOREVER_MS = 10_000 * 366 * DAY_MS
UNIX_EPOCH = date(1970, 1, 1)
EPOCH_ORDINAL = UNIX_EPOCH.toordinal()
DEFAULT_ZONE = "Asia/Almaty"
ZONE_BY_REGION = {
    "15": "Asia/Aqtobe",
    "23": "Asia/Atyrau",
    "27": "Asia/Oral",
    "39": "Asia/Qostanay",
    "43": "Asia/Qyzylorda",
    "47": "Asia/Aqtau",
}
# Minutes written lately: most moments are new, but records of one minute follow each other, and deadlines recur.
# Beyond it the cache starts anew.
CACHE_ENTRIES_MAX = 20_000
CACHED_DAYS_MAX = 8_192
# The parts of a moment's text.
MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(DAY_MS // MINUTE_MS)]
SECONDS = [f"{second:02}." for second in range(60)]
THOUSANDTHS = [f"{thousandth:03}" for thousandth in range(1000)]


class Zone:
    """One zone of the tz database as a table of offsets."""

    def __init__(self, name: str) -> None:
        """Take the zone's table. Raises: KeyError for a zone that the table does not hold."""
        self.name = name
        self._starts = [start for start, _ in OFFSETS[name]] + [FOREVER_MS]
        self._offsets = [minutes * MINUTE_MS for _, minutes in OFFSETS[name]]
        self._offsets.append(self._offsets[-1])
        self._minutes: dict[int, tuple[str, str]] = {}
        # The span of the offset asked for last, and the offset: spans last for years.
        self._span = (0, 0, 0)

    def offset_ms(self, moment: int) -> int:
        """How far local time is ahead of UTC at a moment, in milliseconds."""
        start, end, offset = self._span
        if start <= moment < end:
            return offset
        index = max(0, bisect_right(self._starts, moment) - 1)
        offset = self._offsets[index]
        if index + 1 < len(self._starts):
            self._span = (self._starts[index], self._starts[index + 1], offset)
        return offset

    def day_of(self, moment: int) -> int:
        """The local calendar day of a moment, as days since 1970-01-01."""
        return (moment + self.offset_ms(moment)) // DAY_MS

    def at(self, day: int, minutes: int = 0) -> Instant:
        """The moment at which a local day (days since 1970-01-01) has run for `minutes` on the wall clock.

        A wall-clock time that happens twice means the first; one that is skipped means the moment of the change.
        """
        local = day * DAY_MS + minutes * MINUTE_MS
        for offset in (self.offset_ms(local - DAY_MS), self.offset_ms(local + DAY_MS)):
            if self.offset_ms(local - offset) == offset:
                return Instant(local - offset)
        return Instant(self._starts[bisect_right(self._starts, local + DAY_MS) - 1])

    def render(self, moment: int) -> str:
        """ISO 8601 with three decimals and the zone's offset: `2021-06-10T18:00:00.000+06:00`."""
        minute = moment // MINUTE_MS
        parts = self._minutes.get(minute)
        if parts is None:
            if len(self._minutes) >= CACHE_ENTRIES_MAX:
                self._minutes.clear()
            parts = self._minutes[minute] = self._render_minute(minute * MINUTE_MS)
        rest = moment % MINUTE_MS
        return f"{parts[0]}{SECONDS[rest // 1000]}{THOUSANDTHS[rest % 1000]}{parts[1]}"

    def _render_minute(self, moment: int) -> tuple[str, str]:
        """What stands before and behind the seconds. Offsets are whole minutes, so a minute has one."""
        offset = self.offset_ms(moment)
        day, rest = divmod(moment + offset, DAY_MS)
        return f"{_render_day(day)}{MINUTES[rest // MINUTE_MS]}", _render_offset(offset)


@lru_cache(CACHED_DAYS_MAX)
def day_to_date(day: int) -> date:
    """The calendar date of a day number. Raises: OverflowError or ValueError outside the years 1 to 9999."""
    return UNIX_EPOCH + timedelta(days=day)


@lru_cache(CACHED_DAYS_MAX)
def _render_day(day: int) -> str:
    return day_to_date(day).isoformat()


@lru_cache
def _render_offset(offset: int) -> str:
    sign, span = ("+", offset) if offset >= 0 else ("-", -offset)
    hour, minute = divmod(span // MINUTE_MS, 60)
    return f"{sign}{hour:02}:{minute:02}"


def date_to_day(value: date) -> int:
    """Days since 1970-01-01."""
    return value.toordinal() - EPOCH_ORDINAL


_ZONES = {name: Zone(name) for name in OFFSETS}


def zone_of(locality: str) -> Zone:
    """The zone of a locality, by the region in its KATO code (rules, section 0)."""
    return _ZONES[ZONE_BY_REGION.get(locality[:2], DEFAULT_ZONE)]
