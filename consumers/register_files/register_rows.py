"""The registers of one locality as rows that a record may change: where they stand, which rows are known, who is told.

Owns what every fact's fold needs; what a fact does to rows is in `fold`. Never reads a fact's content.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from consumers.register_files.rows import (
    AccessRow,
    AccessState,
    ApplicationRow,
    ApplicationState,
    BulletinRow,
    LocalityRow,
    MovementRow,
    OrganisationRow,
    PlaceRow,
    ReferralRow,
    ReferralState,
    RejectionRow,
    Row,
    VersionedRow,
)
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import GENESIS_HASH, Cause, Record
from schemas.words import ArchiveReason, EndCause, Group, How, RefusalReason

Value = TypeVar("Value")
Changing = TypeVar("Changing", OrganisationRow, PlaceRow, ApplicationRow, ReferralRow)


class History(Protocol):
    """Who wants to know what rows were before, and how applications moved."""

    def ended(self, row: VersionedRow, at: Instant, record: int) -> None:
        """A record is about to change a row: this is its version that ends. Told once for each row and record."""

    def moved(self, movement: MovementRow) -> None:
        """A fact gave an application a state or a group."""


class RegisterRows:
    """The rows of one locality, in the order in which their things came to be."""

    def __init__(self, locality: str, history: History | None = None) -> None:
        """Stand before the first record."""
        self.locality = locality
        self._history = history
        self.organisations: dict[str, OrganisationRow] = {}
        self.places: dict[str, PlaceRow] = {}
        self.applications: dict[str, ApplicationRow] = {}
        self.referrals: dict[int, ReferralRow] = {}
        self.accesses: list[AccessRow] = []
        self.bulletins: list[BulletinRow] = []
        self.rejections: list[RejectionRow] = []
        self._live_accesses: dict[str, AccessRow] = {}
        # By place: an application may for a moment have two referrals, a place never (R6.9, invariant 1).
        self._live_referrals: dict[str, ReferralRow] = {}
        self._sequence = 0
        self._hash = GENESIS_HASH
        self._now = Instant(0)
        self._cause = Cause()
        self._fact: f.AnyFact | None = None
        self._index = 0
        self._bulletins_issued = 0
        self._last_bulletin_hash: str | None = None
        self._changed: list[Row] = []
        self._handlers = self._all_handlers()

    def take(self, record: Record) -> list[Row]:
        """Fold the next record; the rows that it made or changed, some perhaps twice.

        Raises: BrokenJournal for a record that is not the next one, or that names what no fact made. The registers are
        then of no further use.
        """
        if record.locality != self.locality or record.sequence != self._sequence + 1:
            raise BrokenJournal(
                f"record {record.sequence} of {record.locality} does not follow {self._sequence} of {self.locality}"
            )
        if record.previous_hash != self._hash or record.hash is None:
            raise BrokenJournal(f"record {record.sequence} of {record.locality} does not follow the hash before it")
        self._sequence, self._hash, self._now, self._cause = record.sequence, record.hash, record.time, record.cause
        self._changed = []
        handlers = self._handlers
        for self._index, fact in enumerate(record.facts):
            handle = handlers.get(type(fact))
            if handle is not None:
                self._fact = fact
                handle(fact)
        return self._changed

    def resume(self, summary: LocalityRow) -> None:
        """Stand behind the record that a summary names, still without any row."""
        assert summary.locality == self.locality, "a summary of this locality"
        self._sequence, self._hash, self._now = summary.records, summary.head, summary.until
        self._bulletins_issued, self._last_bulletin_hash = summary.bulletins, summary.last_bulletin_hash

    def know(self, rows: Iterable[VersionedRow | AccessRow]) -> None:
        """Take over rows as they were left behind the record where the registers stand. They are not copied."""
        for row in rows:
            match row:
                case ApplicationRow():
                    self.applications[row.application_id] = row
                case PlaceRow():
                    self.places[row.place_id] = row
                case ReferralRow():
                    self.referrals[row.referral] = row
                    if row.state is not ReferralState.ENDED:
                        self._live_referrals[row.place_id] = row
                case AccessRow():
                    self.accesses.append(row)
                    if row.state is AccessState.LIVE:
                        self._live_accesses[row.application_id] = row
                case OrganisationRow():
                    self.organisations[row.organisation_id] = row

    @property
    def summary(self) -> LocalityRow:
        """Where the journal stands."""
        return LocalityRow(
            locality=self.locality,
            records=self._sequence,
            until=self._now,
            head=self._hash,
            bulletins=self._bulletins_issued,
            last_bulletin_hash=self._last_bulletin_hash,
        )

    # ------------------------------------------------------------------------------------------------- rows

    def _known(self, rows: dict[Any, Value], key: str | int, what: str) -> Value:
        row = rows.get(key)
        if row is None:
            raise BrokenJournal(f"record {self._sequence} of {self.locality} names {what} {key!r}, which is not there")
        return row

    def _place(self, place_id: str) -> PlaceRow:
        return self._touched(self._known(self.places, place_id, "place"))

    def _application(self, application_id: str) -> ApplicationRow:
        return self._touched(self._known(self.applications, application_id, "application"))

    def _touched(self, row: Changing) -> Changing:
        """The row, before it changes."""
        if row.last_record != self._sequence:
            if self._history is not None:
                self._history.ended(row, self._now, self._sequence)
            row.last_record, row.changed_at = self._sequence, self._now
        self._changed.append(row)
        return row

    def _tell_movement(
        self,
        row: ApplicationRow,
        state: ApplicationState | None,
        group: Group | None,
        reason: RefusalReason | ArchiveReason | EndCause | How | None = None,
    ) -> None:
        """Tell what became of an application, behind the change; `state` and `group` are those before it."""
        if self._history is None:
            return
        fact = self._fact
        self._history.moved(
            MovementRow(
                locality=self.locality,
                application_id=row.application_id,
                record=self._sequence,
                fact=self._index,
                at=self._now,
                queue=row.queue,
                what=type(fact).__name__,
                from_state=state,
                to_state=row.state,
                from_group=group,
                to_group=row.group,
                reason=reason,
                number_stated=getattr(fact, "number", None),
                referral=row.referral,
                event=self._cause.type,
                timer=self._cause.timer,
            )
        )

    def _all_handlers(self) -> dict[type[f.Fact], Callable[[Any], None]]:
        """What each type of fact does; a type that is missing changes no row."""
        raise NotImplementedError
