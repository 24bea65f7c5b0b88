"""Questions that people put to the registers: how an application or a place moved, which bulletins there are.

Each answer is one read-only snapshot with the record that it goes up to. Never writes. The words are those of the
tables (docs/registers.md); who applied is in no answer.
"""

import datetime
from typing import Any, LiteralString

from msgspec import Struct
from psycopg import IsolationLevel
from psycopg.rows import class_row

from consumers.registers.connection import Connection, store_errors
from schemas.errors import OrynError
from schemas.instants import Instant


class AmbiguousSubject(OrynError):
    """Several localities know this id: name the one that is meant."""


class Movement(Struct, frozen=True, omit_defaults=True):
    """One change of an application's state or group, and its cause."""

    record: int
    at: Instant
    what: str
    from_state: str | None
    to_state: str
    from_group: str | None = None
    to_group: str | None = None
    reason: str | None = None
    number_stated: int | None = None
    referral: int | None = None
    event: str | None = None
    timer: str | None = None


class PlaceVersion(Struct, frozen=True, omit_defaults=True):
    """A place from one record on: the stage and what came with it."""

    made_by: int
    valid_from: Instant
    stage: str
    admission: str
    bulletin: int | None = None
    window_until: Instant | None = None
    application_id: str | None = None
    recall_reason: str | None = None


class BulletinLine(Struct, frozen=True):
    """A bulletin among others."""

    locality: str
    number: int
    date: datetime.date
    issued_at: Instant
    places: int
    recalled: int
    bulletin_hash: str
    record: int


class BulletinEntry(Struct, frozen=True, omit_defaults=True):
    """A place in a bulletin. `part`: RELEASED, or RECALLED, which has only place, moment and reason."""

    part: str
    line: int
    place_id: str
    at: Instant
    organisation_id: str | None = None
    name: str | None = None
    queue: str | None = None
    birth_year: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    language: str | None = None
    group_type: str | None = None
    regime: str | None = None
    admission: str | None = None
    admission_from: datetime.date | None = None
    admission_until: datetime.date | None = None
    attendance: list[str] | None = None
    reason: str | None = None


_LOCALITY_OF_APPLICATION: LiteralString = "SELECT locality FROM applications WHERE application_id = %s"
_LOCALITY_OF_PLACE: LiteralString = "SELECT locality FROM places WHERE place_id = %s"
_BULLETIN: LiteralString = (
    "SELECT locality, number, date, issued_at, places, recalled, bulletin_hash, record FROM bulletins"
)


class Questions:
    """One snapshot of the registers, over a connection of `consumers.registers.connection`. A context manager.

    Everything may raise StoreUnavailable.
    """

    def __init__(self, connection: Connection) -> None:
        """State: no transaction is open. The connection is closed at the end."""
        self._connection = connection
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.autocommit = False

    def __enter__(self) -> "Questions":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def movements(self, application_id: str, locality: str | None = None) -> tuple[str, list[Movement]]:
        """The application's locality, and its changes, the first one first; none for one that is unknown.

        Raises: AmbiguousSubject.
        """
        found = self._locality(_LOCALITY_OF_APPLICATION, application_id, locality)
        return found, self._rows(
            Movement,
            "SELECT record, at, what, from_state, to_state, from_group, to_group, reason, number_stated, referral,"
            " event, timer FROM movements WHERE locality = %s AND application_id = %s ORDER BY record, fact",
            (found, application_id),
        )

    def place_versions(self, place_id: str, locality: str | None = None) -> tuple[str, list[PlaceVersion]]:
        """The place's locality, and its versions, the first one first; none for one that is unknown.

        Raises: AmbiguousSubject.
        """
        found = self._locality(_LOCALITY_OF_PLACE, place_id, locality)
        return found, self._rows(
            PlaceVersion,
            "SELECT made_by, valid_from, stage, admission, bulletin, window_until, application_id, recall_reason"
            " FROM place_versions WHERE locality = %s AND place_id = %s ORDER BY made_by",
            (found, place_id),
        )

    def localities(self) -> dict[str, tuple[int, Instant]]:
        """How far each locality's journal is in the registers: its last record and that one's time."""
        with store_errors(), self._connection.cursor(binary=True) as cursor:
            cursor.execute("SELECT locality, records, until FROM localities ORDER BY locality")
            return {locality: (records, until) for locality, records, until in cursor}

    def bulletins(self, locality: str, last: int) -> list[BulletinLine]:
        """The last bulletins of a locality, the newest first."""
        text = _BULLETIN + " WHERE locality = %s ORDER BY number DESC LIMIT %s"
        return self._rows(BulletinLine, text, (locality, last))

    def bulletin(self, locality: str, which: int | datetime.date | None) -> tuple[BulletinLine, list[BulletinEntry]]:
        """One bulletin and its lines: of a number, of a day, or the last one. Raises: OrynError for one that is not."""
        if which is None:
            found = self.bulletins(locality, 1)
        elif isinstance(which, int):
            found = self._rows(BulletinLine, _BULLETIN + " WHERE locality = %s AND number = %s", (locality, which))
        else:
            found = self._rows(BulletinLine, _BULLETIN + " WHERE locality = %s AND date = %s", (locality, which))
        if not found:
            raise OrynError(f"the registers know no such bulletin of {locality}")
        entries = self._rows(
            BulletinEntry,
            "SELECT e.part, e.line, e.place_id, e.at, e.organisation_id, o.name, e.queue, e.birth_year, e.age_from,"
            " e.age_to, e.language, e.group_type, e.regime, e.admission, e.admission_from, e.admission_until,"
            " e.attendance, e.reason FROM bulletin_entries e LEFT JOIN organisations o USING (locality,"
            " organisation_id) WHERE e.locality = %s AND e.number = %s ORDER BY e.part DESC, e.line",
            (locality, found[0].number),
        )
        return found[0], entries

    def _locality(self, text: LiteralString, key: str, locality: str | None) -> str:
        if locality is not None:
            return locality
        with store_errors():
            rows = self._connection.execute(text, (key,)).fetchall()
        if len(rows) > 1:
            names = ", ".join(sorted(name for (name,) in rows))
            raise AmbiguousSubject(f"{key!r} is known in several localities ({names}): name the one that is meant")
        return str(rows[0][0]) if rows else ""

    def _rows(self, kind: type[Any], text: LiteralString, values: tuple[object, ...]) -> list[Any]:
        with store_errors(), self._connection.cursor(binary=True, row_factory=class_row(kind)) as cursor:
            return cursor.execute(text, values).fetchall()
