"""Holds stored indicators against what the registers know, window by window. Shares nothing with what counts them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from consumers.indicators.settings import IndicatorsSettings
from consumers.registers.settings import RegistersSettings
from schemas import facts as f
from schemas.journal import Record

HERE = Path(__file__).parent
SHOWN = 8
# What registers do not keep.
_TOLD = "CREATE TEMPORARY TABLE told (locality text, at timestamptz, application_id text, indicator text, key text)"

_DIFFERENT = """
SELECT level, subject, within, "window", starts, indicator, key, c.count, c.total, s.count, s.total
FROM (SELECT * FROM counted WHERE count <> 0 OR NOT stock) c
FULL JOIN (SELECT * FROM stored WHERE count <> 0 OR NOT stock) s
    USING (level, subject, within, "window", starts, indicator, key)
WHERE (c.count, c.total) IS DISTINCT FROM (s.count, s.total)
ORDER BY starts, indicator, level
LIMIT %(shown)s
"""
_WRONG_LEVELS = """
SELECT s.level, s.subject, s."window", s.starts, s.indicator, s.key, s.level_at_end, coalesce(t.level_then, 0)
FROM stored s
LEFT JOIN LATERAL (
    SELECT level_then FROM standing t
    WHERE t.level = s.level AND t.subject = s.subject AND t.within = s.within AND t.indicator = s.indicator
        AND t.key = s.key AND t.starts < s.ends
    ORDER BY t.starts DESC LIMIT 1
) t ON true
WHERE s.stock AND coalesce(t.level_then, 0) <> s.level_at_end
LIMIT %(shown)s
"""
# A stock that stands and is not told is missed by the statement above.
_MISSED_LEVELS = """
SELECT s.level, s.subject, s."window", s.starts, s.stocks, coalesce(t.stocks, 0)
FROM (
    SELECT level, subject, within, "window", starts, ends, count(*) FILTER (WHERE stock AND level_at_end <> 0) AS stocks
    FROM stored GROUP BY level, subject, within, "window", starts, ends
) s
LEFT JOIN LATERAL (
    SELECT stocks FROM standing_stocks t
    WHERE t.level = s.level AND t.subject = s.subject AND t.within = s.within AND t.starts < s.ends
    ORDER BY t.starts DESC LIMIT 1
) t ON true
WHERE s.stocks <> coalesce(t.stocks, 0)
LIMIT %(shown)s
"""
_WRONG_FINALS = """
SELECT s.level, s.subject, s."window", s.starts, s.final, l.until
FROM stored s JOIN localities l ON l.locality = s.within
WHERE s.final <> (date_trunc('hour', l.until AT TIME ZONE l.zone) >= s.ends)
LIMIT %(shown)s
"""


class Proof:
    """The comparison of one season, made once; then asked."""

    def __init__(self, registers: RegistersSettings, indicators: IndicatorsSettings, records: Iterable[Record]) -> None:
        """Put both sides beside each other. Both schemas are in one database; `records`: the season itself."""
        with psycopg.connect(registers.url, autocommit=True, options=f"-csearch_path={registers.schema}") as connection:
            connection.execute("SET jit = off")
            connection.execute("SET work_mem = '64MB'")
            connection.execute(f"ANALYZE {indicators.schema}.measures, {indicators.schema}.subjects")
            connection.execute(_TOLD)
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO told VALUES (%s, %s, %s, %s, %s)", list(_told(records)))
            connection.execute((HERE / "expected.sql").read_text())
            compare = (HERE / "compare.sql").read_text().replace("{figures}", f"{indicators.schema}.figures")
            connection.execute(compare)

            def found(question: LiteralString) -> Sequence[Any]:
                return connection.execute(question, {"shown": SHOWN}).fetchall()

            self.wrong: Mapping[str, Sequence[Any]] = {
                name: rows
                for name, question in {
                    "counts": _DIFFERENT,
                    "levels": _WRONG_LEVELS,
                    "missed levels": _MISSED_LEVELS,
                    "finals": _WRONG_FINALS,
                }.items()
                if (rows := found(question))
            }
            self.occurred = {
                name for (name,) in connection.execute("SELECT DISTINCT indicator FROM counted WHERE count <> 0")
            }
            self.compared = {
                (level, window): count
                for level, window, count in connection.execute(
                    'SELECT level, "window", count(*) FROM stored GROUP BY 1, 2'
                )
            }


def _told(records: Iterable[Record]) -> Iterator[tuple[str, datetime, str | None, str, str]]:
    """What only the journal knows: repeats by their senders, interest that was asked for or confirmed."""
    for record in records:
        at = datetime.fromtimestamp(int(record.time) / 1000, UTC)
        for fact in record.facts:
            if isinstance(fact, f.Duplicate):
                yield record.locality, at, None, "repeated", str(record.cause.source)
            elif isinstance(fact, f.ReminderDue) and fact.of == "INTEREST":
                yield record.locality, at, fact.application_id, "interest", "REMINDED"
            elif isinstance(fact, f.InterestConfirmed):
                yield record.locality, at, fact.application_id, "interest", "CONFIRMED"
