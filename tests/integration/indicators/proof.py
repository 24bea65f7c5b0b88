"""Holds stored indicators against what the registers know, window by window. Shares nothing with what counts them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from consumers.indicators.settings import IndicatorsSettings
from consumers.registers.settings import RegistersSettings
from schemas.indicators import INDICATORS

HERE = Path(__file__).parent
# Registers keep neither repeats of events nor confirmations of interest and their reminders.
UNKNOWN_TO_REGISTERS = ("repeated", "interest/CONFIRMED", "interest/REMINDED")
SHOWN = 8

_DIFFERENT = """
SELECT level, subject, within, "window", starts, indicator, key, c.count, c.total, s.count, s.total
FROM (SELECT * FROM counted WHERE count <> 0 OR NOT stock) c
FULL JOIN (SELECT * FROM stored WHERE count <> 0 OR NOT stock) s
    USING (level, subject, within, "window", starts, indicator, key)
WHERE (c.count, c.total) IS DISTINCT FROM (s.count, s.total)
    AND NOT (indicator = ANY (%(unknown)s) OR indicator || '/' || key = ANY (%(unknown)s))
ORDER BY starts, indicator, level
LIMIT %(shown)s
"""
_WRONG_LEVELS = """
SELECT s.level, s.subject, s."window", s.starts, s.indicator, s.key, s.level_at_end, coalesce(t.level_then, 0)
FROM stored s
LEFT JOIN LATERAL (
    SELECT level_then FROM standing t
    WHERE t.level = s.level AND t.subject = s.subject AND t.within = s.within AND t.indicator = s.indicator
        AND t.key = s.key AND t.starts < s.starts + CASE s."window"
            WHEN 'HOUR' THEN interval '1 hour' WHEN 'DAY' THEN interval '1 day'
            WHEN 'LAST_24_HOURS' THEN interval '1 day' ELSE interval '7 days' END
    ORDER BY t.starts DESC LIMIT 1
) t ON true
WHERE s.stock AND coalesce(t.level_then, 0) <> s.level_at_end
LIMIT %(shown)s
"""


class Proof:
    """The comparison of one season, made once; then asked."""

    def __init__(self, registers: RegistersSettings, indicators: IndicatorsSettings) -> None:
        """Put both sides beside each other. Both schemas are in one database."""
        with psycopg.connect(registers.url, autocommit=True, options=f"-csearch_path={registers.schema}") as connection:
            connection.execute("SET jit = off")
            connection.execute(f"ANALYZE {indicators.schema}.measures, {indicators.schema}.subjects")
            connection.execute((HERE / "expected.sql").read_text())
            compare = (HERE / "compare.sql").read_text().replace("{figures}", f"{indicators.schema}.figures")
            connection.execute(compare)
            asked = {"unknown": list(UNKNOWN_TO_REGISTERS), "shown": SHOWN}
            self.different: Sequence[Any] = connection.execute(_DIFFERENT, asked).fetchall()
            self.wrong_levels: Sequence[Any] = connection.execute(_WRONG_LEVELS, asked).fetchall()
            self.occurred = {
                name for (name,) in connection.execute("SELECT DISTINCT indicator FROM counted WHERE count <> 0")
            }
            ((self.figures,),) = connection.execute("SELECT count(*) FROM stored").fetchall()


def known_to_registers() -> set[str]:
    """The indicators that registers can prove."""
    return set(INDICATORS) - set(UNKNOWN_TO_REGISTERS)
