"""Loads from the database those rows that the facts of a batch name, and no others. Never folds, never writes.

Which rows a fact touches is fixed by its type. What a fact makes anew need not be loaded: that it is there already
would be found when it is written.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from msgspec import Struct

from consumers.register_files.rows import LocalityRow, Row
from consumers.registers.connection import Connection
from consumers.registers.tables import (
    ACCESSES,
    APPLICATIONS,
    LOCALITIES,
    ORGANISATIONS,
    PLACES,
    REFERRALS,
    Table,
    quoted,
)
from schemas import facts as f
from schemas.journal import Record

Kind = TypeVar("Kind", bound=Struct)
Key = tuple[str, str]

_APPLICATION: Final = frozenset({
    f.ApplicationDeferred, f.ApplicationQueued, f.ApplicationRefused, f.ApplicationRegrouped, f.ApplicationArchived,
    f.ApplicationStopped, f.ApplicationSuspended, f.ApplicationReturned, f.ApplicantLinked, f.AccessGranted,
    f.AccessLapsed, f.AccessRevoked, f.AccessUsed, f.ReferralIssued, f.ReferralEnded, f.StayEnded, f.ChildLeft,
})  # fmt: skip
_PLACE: Final = frozenset({
    f.PlaceReturned, f.PlaceRecalled, f.PlaceEnded, f.PlaceVacated, f.PlaceFilled, f.PlacePrioritised, f.PlaceOpened,
    f.ReferralIssued, f.ReferralEnded, f.StayEnded, f.ChildLeft,
})  # fmt: skip
# Not ReferralIssued: that a place has one already would be found by the index that allows one.
_LIVE_REFERRAL: Final = frozenset({f.ReferralActivated, f.ReferralExtended, f.ReferralEnded})
_LIVE_ACCESS: Final = frozenset({f.AccessLapsed, f.AccessRevoked, f.AccessUsed})
_ORGANISATION: Final = frozenset({f.OrganisationChanged, f.OrganisationClosed})


def _where(table: Table[Any], column: str, also: str = "") -> str:
    return (
        f"SELECT {', '.join(f't.{quoted([each])}' for each in table.columns)}"  # noqa: S608 - our own names only
        f" FROM unnest(%s::text[], %s::text[]) AS k (locality, id)"
        f" JOIN {table.name} t ON t.locality = k.locality AND t.{column} = k.id{also}"
    )


_QUERIES: Final[tuple[tuple[str, Table[Any], str], ...]] = (
    ("organisations", ORGANISATIONS, _where(ORGANISATIONS, "organisation_id")),
    ("places", PLACES, _where(PLACES, "place_id")),
    ("applications", APPLICATIONS, _where(APPLICATIONS, "application_id")),
    ("referrals", REFERRALS, _where(REFERRALS, "place_id", " AND t.state <> 'ENDED'")),
    ("accesses", ACCESSES, _where(ACCESSES, "application_id", " AND t.state = 'LIVE'")),
)
_HEADS: Final = f"SELECT {quoted(LOCALITIES.columns)} FROM localities WHERE locality = ANY(%s)"  # noqa: S608


class Names:
    """What the facts of a batch name."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Look at every fact."""
        self.localities: set[str] = set()
        self.organisations: set[Key] = set()
        self.places: set[Key] = set()
        self.applications: set[Key] = set()
        # By the place: an application may for a moment have two.
        self.referrals: set[Key] = set()
        self.accesses: set[Key] = set()
        # What the batch makes itself is not in the database.
        self._made_applications: set[Key] = set()
        self._made_places: set[Key] = set()
        for record in records:
            self.localities.add(record.locality)
            for fact in record.facts:
                self._add(record.locality, fact)
        self.applications -= self._made_applications
        self.places -= self._made_places

    def _add(self, locality: str, fact: Any) -> None:
        kind = type(fact)
        if kind is f.ApplicationRegistered:
            self._made_applications.add((locality, fact.application_id))
        elif kind is f.PlaceReleased:
            self._made_places.add((locality, fact.place_id))
        if kind in _APPLICATION:
            self.applications.add((locality, fact.application_id))
            if kind in _LIVE_ACCESS:
                self.accesses.add((locality, fact.application_id))
        if kind in _PLACE:
            self.places.add((locality, fact.place_id))
        if kind in _LIVE_REFERRAL:
            self.referrals.add((locality, fact.place_id))
        elif kind in _ORGANISATION:
            self.organisations.add((locality, fact.organisation_id))
        elif kind is f.BulletinIssued:
            self.places.update((locality, entry.place_id) for entry in fact.entries)


def load_heads(connection: Connection, localities: Iterable[str]) -> dict[str, LocalityRow]:
    """Where localities stand; those that are new are missing. Raises: psycopg.Error."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_HEADS, [sorted(localities)])
        return {row.locality: row for row in map(LOCALITIES.row, cursor.fetchall())}


def load_rows(connection: Connection, names: Names) -> list[Row]:
    """The rows that are named, as they are. Raises: psycopg.Error."""
    found: list[Row] = []
    for what, table, query in _QUERIES:
        keys: set[Key] = getattr(names, what)
        if not keys:
            continue
        localities, ids = zip(*sorted(keys), strict=True)
        with connection.cursor(binary=True) as cursor:
            cursor.execute(query, [list(localities), list(ids)])
            found.extend(map(table.row, cursor.fetchall()))
    return found
