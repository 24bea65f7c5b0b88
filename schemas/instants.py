"""Moments: the type of every time in events, facts and state. Never reads a clock."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
# The span in which the calendar of working days holds: an event outside it is a mistake of its sender.
EVENT_TIME_MIN = 1_104_537_600_000  # 2005-01-01T00:00:00Z
EVENT_TIME_MAX = 2_840_140_800_000  # 2060-01-01T00:00:00Z
# Texts read lately: records share their deadlines.
CACHE_ENTRIES_MAX = 8_192


class Instant(int):
    """Milliseconds since 1970-01-01T00:00:00Z (Avro `timestamp-millis`).

    A type of its own so that the JSON form can write it as ISO 8601 with the offset of the locality. Arithmetic
    gives plain integers: wrap the result again where it becomes a field.
    """

    __slots__ = ()


@lru_cache(CACHE_ENTRIES_MAX)
def parse_instant(text: str) -> Instant:
    """The moment that an ISO 8601 text with an offset names; fractions below a millisecond are cut off.

    Raises: ValueError when the text is no such moment or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return Instant((moment - EPOCH) // MILLISECOND)
