"""How the tables of the indicators are: their form, how many rows, up to where they go. Only looks."""

from dataclasses import dataclass
from typing import Any

from consumers.indicators.connection import connect, store_errors
from consumers.indicators.settings import IndicatorsSettings
from consumers.indicators.tables import form_of
from schemas.instants import Instant


@dataclass(frozen=True)
class State:
    """The tables. `form`: none when they were never made; `positions`: topic without prefix -> partition -> next
    offset; `until`: time of the newest record of the journal in them; `all_until`: of the locality furthest behind."""

    form: str | None
    positions: dict[str, dict[int, int]]
    subjects: int = 0
    rows: int = 0
    until: Instant | None = None
    all_until: Instant | None = None

    def shown(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "form": self.form,
            "positions": self.positions,
            "subjects": self.subjects,
            "rows": self.rows,
            "until": self.until,
            "all_until": self.all_until,
        }


def state(settings: IndicatorsSettings) -> State | None:
    """How they are; none when there is no such schema. Raises: StoreUnavailable."""
    connection = connect(settings, "indicators upkeep")
    try:
        with store_errors(), connection.cursor(binary=True) as cursor:
            if cursor.execute("SELECT to_regnamespace(%s)::text", [settings.schema]).fetchone() == (None,):
                return None
            form = form_of(connection)
            if form is None:
                return State(None, {})
            positions: dict[str, dict[int, int]] = {}
            cursor.execute("SELECT source, partition, next_offset FROM positions")
            for source, partition, offset in cursor.fetchall():
                positions.setdefault(source, {})[partition] = offset
            cursor.execute(
                "SELECT (SELECT count(*) FROM subjects), (SELECT count(*) FROM measures), max(until), min(until)"
                " FROM subjects WHERE level = 'LOCALITY'"
            )
            ((subjects, rows, until, all_until),) = cursor.fetchall()
            return State(form, positions, subjects, rows, until, all_until)
    finally:
        connection.close()
