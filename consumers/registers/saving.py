"""Writes the rows of one batch: by COPY, and where rows change through a temporary table. Begins no transaction.

What is new goes straight into its table, so that a row which is there already is an error and never overwritten in
silence. What changes goes through a table of this connection alone and is set from there in one statement.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import psycopg

from consumers.register_files.rows import LocalityRow, MovementRow, Row, VersionedRow
from consumers.registers.connection import Connection
from consumers.registers.tables import BY_KIND, CHANGING, ENDED, LOCALITIES, MOVEMENTS, Cells, Table, quoted, span_text
from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import ServiceStage
from schemas.zones import zone_of

ENTRY_COLUMNS: Final = (
    "locality", "number", "part", "line", "place_id", "organisation_id", "queue", "at", "birth_year", "age_from",
    "age_to", "language", "group_type", "regime", "admission", "admission_from", "admission_until", "attendance",
    "reason",
)  # fmt: skip
STAGE_COLUMNS: Final = (
    "locality", "record", "nth", "application_id", "stage", "at", "result", "due", "bound", "in_time", "referral",
)  # fmt: skip
STAGE_KEY: Final = ("locality", "record", "nth")
LOCALITY_COLUMNS: Final = (*LOCALITIES.columns, "zone")


class Changes:
    """What a batch makes of the rows: those that are new, those that changed, the versions that ended, movements.

    It is the `History` of the fold.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        # By identity: the fold names a row each time that it changes it.
        self._rows: dict[int, Row] = {}
        self._loaded: set[int] = set()
        self.movements: list[MovementRow] = []
        self.versions: dict[str, list[Cells]] = {}
        self.entries: list[Cells] = []

    def loaded(self, rows: Iterable[Row]) -> None:
        """These rows are in the database. Whoever calls keeps them alive."""
        self._loaded.update(map(id, rows))

    def ended(self, row: VersionedRow, at: Instant, record: int) -> None:
        """As `History.ended`."""
        table = BY_KIND[type(row)]
        assert table.history is not None, "only versioned rows end"
        (cells,) = table.cells((row,))
        self.versions.setdefault(table.history, []).append((*cells, at, record))

    def moved(self, movement: MovementRow) -> None:
        """As `History.moved`."""
        self.movements.append(movement)

    def changed(self, rows: Iterable[Row]) -> None:
        """A record made or changed these rows, some perhaps twice."""
        for row in rows:
            self._rows[id(row)] = row

    def issued(self, record: Record) -> None:
        """Keep the lines of the bulletins of a record."""
        for fact in record.facts:
            if type(fact) is f.BulletinIssued:
                self.entries.extend(_entries(record.locality, fact))

    def split(self) -> tuple[dict[type, list[Row]], dict[type, list[Row]]]:
        """The rows by their kinds: new ones, and ones that were there."""
        new: dict[type, list[Row]] = {}
        known: dict[type, list[Row]] = {}
        for key, row in self._rows.items():
            (known if key in self._loaded else new).setdefault(type(row), []).append(row)
        return new, known


def _entries(locality: str, fact: f.BulletinIssued) -> Iterable[Cells]:
    for line, entry in enumerate(fact.entries, start=1):
        attendance = None if entry.attendance is None else [span_text(each) for each in entry.attendance]
        yield (
            locality, fact.number, "RELEASED", line, entry.place_id, entry.organisation_id, entry.queue, entry.at,
            entry.birth_year, entry.age_from, entry.age_to, entry.language, entry.group_type, entry.regime,
            entry.admission, entry.admission_from, entry.admission_until, attendance, None,
        )  # fmt: skip
    for line, recalled in enumerate(fact.recalled, start=1):
        nothing = (None,) * (len(ENTRY_COLUMNS) - 9)
        yield (
            locality, fact.number, "RECALLED", line, recalled.place_id, None, None, recalled.at, *nothing,
            recalled.reason,
        )  # fmt: skip


class Writer:
    """Writes into the tables of one connection. Raises: psycopg.Error."""

    def __init__(self, connection: Connection) -> None:
        """Ask for nothing yet."""
        self._connection = connection
        self._types: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._staged: set[str] = set()

    def save(self, changes: Changes, heads: Iterable[LocalityRow]) -> None:
        """Write what a batch changed and where its localities stand then."""
        new, known = changes.split()
        # What has ended first: a place has one live referral, an application one live access.
        for table in CHANGING:
            if rows := known.get(table.kind, []):
                self._update(table, rows)
        for kind, rows in new.items():
            table = BY_KIND[kind]
            self.copy(table.name, table.columns, table.cells(rows))
        for history, versions in changes.versions.items():
            self.copy(history, _version_columns(history), versions)
        if changes.movements:
            self.copy(MOVEMENTS.name, MOVEMENTS.columns, MOVEMENTS.cells(changes.movements))
        if changes.entries:
            self.copy("bulletin_entries", ENTRY_COLUMNS, changes.entries)
        with self._connection.cursor() as cursor:
            cursor.executemany(_SET_HEAD, [_head(each) for each in heads])

    def copy(self, table: str, columns: tuple[str, ...], rows: Sequence[Cells]) -> None:
        """Add rows."""
        with self._connection.cursor() as cursor:
            types = self._types_of(cursor, table, columns)
            with cursor.copy(f"COPY {table} ({quoted(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    def add_missing(self, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Cells]) -> None:
        """Add those rows that are not there."""
        staging = self._stage(table, columns, rows)
        names = quoted(columns)
        self._connection.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging} ON CONFLICT ({quoted(key)}) DO NOTHING"  # noqa: S608
        )

    def _update(self, table: Table[Any], rows: Sequence[Row]) -> None:
        staging = self._stage(table.name, table.columns, table.cells(rows))
        done = self._connection.execute(_update_from(table, staging)).rowcount
        assert done == len(rows), "rows that were loaded under the lock of their position are there"

    def _stage(self, table: str, columns: tuple[str, ...], rows: Sequence[Cells]) -> str:
        staging = f"staging_{table}"
        if staging not in self._staged:
            # Its name is found before the schema's: temporary tables come first in every search path.
            self._connection.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS AS"  # noqa: S608
                f" SELECT {quoted(columns)} FROM {table} WITH NO DATA"
            )
            self._staged.add(staging)
        self.copy(staging, columns, rows)
        return staging

    def _types_of(self, cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...]) -> list[int]:
        types = self._types.get((table, columns))
        if types is None:
            cursor.execute(f"SELECT {quoted(columns)} FROM {table} LIMIT 0")  # noqa: S608
            assert cursor.description is not None, "a query has columns"
            types = self._types[table, columns] = [each.type_code for each in cursor.description]
        return types


def stage_cells(stage: ServiceStage) -> Cells:
    """A stage as it is written."""
    _, record, nth = stage.id.split(":")
    return (
        stage.locality, int(record), int(nth), stage.application_id, stage.stage, stage.at, stage.result, stage.due,
        stage.bound, stage.in_time, stage.referral,
    )  # fmt: skip


@cache
def _version_columns(history: str) -> tuple[str, ...]:
    (table,) = (each for each in CHANGING if each.history == history)
    return (*table.columns, *ENDED)


@cache
def _update_from(table: Table[Any], staging: str) -> str:
    values = [each for each in table.columns if each not in table.key]
    same = " AND ".join(f"t.{each} = s.{each}" for each in table.key)
    return (
        f"UPDATE {table.name} t SET ({quoted(values)}) = ROW ({', '.join(f's.{quoted([each])}' for each in values)})"  # noqa: S608
        f" FROM {staging} s WHERE {same}"
    )


def _head(row: LocalityRow) -> Cells:
    (cells,) = LOCALITIES.cells((row,))
    return (*cells, zone_of(row.locality).name)


_SET_HEAD: Final = (
    f"INSERT INTO localities ({quoted(LOCALITY_COLUMNS)}) VALUES ({', '.join(['%s'] * len(LOCALITY_COLUMNS))})"  # noqa: S608
    " ON CONFLICT (locality) DO UPDATE SET (records, until, head, bulletins, last_bulletin_hash) ="
    " ROW (excluded.records, excluded.until, excluded.head, excluded.bulletins, excluded.last_bulletin_hash)"
)
