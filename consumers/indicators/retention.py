"""Drops windows that are kept no longer, in small pieces. By the book time of each subject, never by the clock: a
replayed season keeps what a lived one does, and a subject that is far behind loses nothing.
"""

from typing import Final

from consumers.indicators.connection import Connection
from consumers.indicators.settings import IndicatorsSettings
from schemas.indicators import Window

# What one statement drops: it takes some tens of milliseconds, and whoever writes waits no longer.
PIECE_ROWS: Final = 2_000
HOURLY: Final = (Window.HOUR, Window.LAST_24_HOURS)
DAILY: Final = (Window.DAY, Window.LAST_7_DAYS)

# The newest window before the limit stays: it tells how many there were when the kept ones begin.
_DROP: Final = """
DELETE FROM measures WHERE ctid = ANY (ARRAY(
    SELECT m.ctid
    FROM subjects s
    CROSS JOIN LATERAL (
        SELECT max(each.starts) AS starts FROM measures each
        WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
            AND each."window" = %(window)s AND each.partition = s.partition AND each.late = s.late
            AND each.starts <= date_trunc('day', s.newest) - make_interval(days => %(days)s)
    ) kept
    CROSS JOIN LATERAL (
        SELECT each.ctid FROM measures each
        WHERE each.level = s.level AND each.subject = s.subject AND each.locality = s.locality
            AND each."window" = %(window)s AND each.partition = s.partition AND each.late = s.late
            AND each.starts < kept.starts
        LIMIT %(piece)s
    ) m
    LIMIT %(piece)s
))
"""


def drop_old(connection: Connection, settings: IndicatorsSettings) -> int:
    """Drop one piece; how many rows it was: none when nothing is left to drop. Raises: psycopg.Error."""
    for windows, days in ((HOURLY, settings.keep_hours_days), (DAILY, settings.keep_days_days)):
        if days is None:
            continue
        for window in windows:
            wanted = {"window": window.value, "days": days, "piece": PIECE_ROWS}
            dropped = connection.execute(_DROP, wanted).rowcount
            if dropped:
                return dropped
    return 0
