"""One locality's record after record: which facts a cause may have, each fact, and what must hold afterwards."""

from collections import deque
from typing import Any

from consumers.verification import access, applications, bulletins, places, referrals, timers
from consumers.verification.book import Account, Step
from consumers.verification.findings import Broken
from consumers.verification.form import Moments, Row
from consumers.verification.shapes import (
    ApplicationDeferred,
    ApplicationQueued,
    ApplicationRefused,
    ApplicationRegistered,
    ApplicationSuspended,
    Duplicate,
    LocalActAdopted,
    OrganisationChanged,
    OrganisationClosed,
    PlaceEnded,
    PlaceFilled,
    PlaceReleased,
    RecallExpired,
    RecallKept,
    ReferralExtended,
    Rejected,
    ReminderDue,
)
from consumers.verification.tables import PackTable
from schemas.words import Timer

# Ids of events are remembered for at least 7 days of book time (contracts, section 3); so does this reader.
REMEMBERED_MS = 7 * 86_400_000
NATURAL = ("PlaceReleased", "ApplicationSubmitted", "PlaceRecalled")
HANDLERS: dict[type, Any] = {
    **places.HANDLERS,
    **applications.HANDLERS,
    **referrals.HANDLERS,
    **access.HANDLERS,
    **bulletins.HANDLERS,
}
# Facts that only these causes have; what is not named is judged by its handler.
CAUSES: dict[type, tuple[str, ...]] = {
    OrganisationChanged: ("OrganisationRegistered",),
    OrganisationClosed: ("OrganisationClosed",),
    LocalActAdopted: ("LocalActAdopted",),
    PlaceReleased: ("PlaceReleased",),
    PlaceFilled: ("ChildEnrolled",),
    PlaceEnded: (Timer.TEMPORARY_END,),
    RecallKept: ("PlaceRecalled",),
    RecallExpired: (Timer.RECALL, "PlaceReleased"),
    ApplicationRegistered: ("ApplicationSubmitted",),
    ApplicationDeferred: ("DocumentsConfirmed",),
    ApplicationQueued: ("DocumentsConfirmed", Timer.JOINING),
    ApplicationRefused: ("DocumentsRefused", Timer.REGISTRATION),
    ApplicationSuspended: ("ApplicationSuspended",),
    ReferralExtended: ("ReferralExtended",),
    ReminderDue: (Timer.REMINDER, Timer.INTEREST),
}


class Events:
    """Which events were decided in the last days, and by which record."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._by_id: dict[tuple[str, str], int] = {}
        self._accepted: dict[int, str] = {}
        self._recent: deque[tuple[int, tuple[str, str], int]] = deque()
        self._oldest = 1
        # Repeats of what this reader has forgotten, with the record that they named. Whether they repeated an id or a
        # content only it cannot tell: a later one of that id may name either, or a third, or be decided anew.
        self._older: dict[int, int] = {}

    def take(self, row: Row) -> None:
        """R8.2: an event is decided once; a repeat names the record that did. Raises: Broken."""
        cause, facts, sequence = row.shape.cause, row.shape.facts, row.shape.sequence
        while self._recent and self._recent[0][0] < row.time - REMEMBERED_MS:
            _, key, old = self._recent.popleft()
            if self._by_id.get(key) == old:
                del self._by_id[key]
            self._accepted.pop(old, None)
            self._older.pop(old, None)
            self._oldest = old + 1
        assert cause.source is not None and cause.event_id is not None and cause.type is not None
        key = (cause.source, cause.event_id)
        known = self._by_id.get(key)
        single = facts[0] if len(facts) == 1 else None
        if isinstance(single, Duplicate):
            self._check_duplicate(single.sequence, known, cause.type, sequence)
            if known is not None and (single.sequence == known or known not in self._older):
                return
        elif known is not None and known not in self._older:
            raise Broken("R8.2", "event {id} was decided by record {known} already", id=cause.event_id, known=known)
        self._by_id[key] = sequence
        self._recent.append((row.time, key, sequence))
        if cause.type in NATURAL and not isinstance(single, Rejected | Duplicate):
            self._accepted[sequence] = cause.type

    def _check_duplicate(self, named: int, known: int | None, kind: str, sequence: int) -> None:
        if known is not None and known not in self._older and named != known:
            raise Broken("R8.2", "the first record of this event is {known}, not {named}", known=known, named=named)
        if named == known:
            return
        lawful = 1 <= named < sequence
        if lawful and named >= self._oldest:
            lawful = self._accepted.get(named) == kind
        if lawful and named < self._oldest:
            self._older[sequence] = named
        if not lawful:
            raise Broken("R8.2", "record {named} did not decide this event", named=named)


class LocalityRules:
    """The rules of one locality, checked record by record."""

    def __init__(self, locality: str, moments: Moments, table: PackTable) -> None:
        """Start before the first record."""
        self.account = Account(locality, moments, table)
        self._events = Events()

    def take(self, row: Row, table: PackTable) -> None:
        """Check a record under the pack that it names, and fold it.

        Raises: Broken, after which nothing more can be said of this locality.
        """
        account, cause = self.account, row.shape.cause
        timer = cause.timer
        name = (timer if timer is not None else cause.type) or ""
        subject = cause.subject or ""
        step = Step(row, row.time, row.due, name, timer, subject)
        if not account.started:
            timers.start(account, row.time)
        if table is not account.table:
            timers.change_packs(account, table, step)
        if account.obligations:
            timers.check_overdue(account, step)
        access.drop_walk(account, row.due, subject)
        if timer is None:
            self._events.take(row)
        self._check_single(row, timer)
        for fact in row.shape.facts:
            kind = type(fact)
            causes = CAUSES.get(kind)
            if causes is not None and name not in causes:
                raise Broken("R8.2", "{cause} does not cause {fact}", cause=name, fact=kind.__name__)
            handler = HANDLERS.get(kind)
            if handler is not None:
                handler(account, fact, step)
        self._settle(step)
        account.last_time = row.time

    @staticmethod
    def _check_single(row: Row, timer: Timer | None) -> None:
        facts = row.shape.facts
        if timer is not None:
            if not facts:
                raise Broken("contracts 4", "a timer that changes nothing leaves no record")
        elif not facts and row.shape.cause.type != "ClockTick":
            raise Broken("R8.2", "the event has no outcome")
        for fact in facts:
            if isinstance(fact, Rejected | Duplicate) and (len(facts) > 1 or timer is not None):
                raise Broken("R8.2", "a rejected or repeated event has that one fact and no other")

    def _settle(self, step: Step) -> None:
        account = self.account
        for place in step.places:
            places.settle_place(account, place)
        for application in step.applications:
            if account.applications.get(application.id) is application:
                applications.settle_application(account, application, step)
            elif application.referrals or application.held is not None:
                raise Broken("R4.5", "application {id} left with a live referral or access", id=application.id)
        if step.issued:
            referrals.settle_choice(account, step)
        if account.touched:
            access.settle_access(account, step)
            account.touched.clear()
        if step.closed is not None:
            places.settle_closed(account, step.closed)
        if step.cause == "LocalActAdopted":
            timers.reschedule(account, step.time)
