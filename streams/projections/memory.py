"""The light state that messages, referral views and stages need beside a fact: who applied, whose place it is, which
terms run. Folded from the facts of one locality. Never decides, never reads a clock, never holds a book.

Bounded by what is live. An application is forgotten at the end of the record that refuses or archives it, a referral
when it ends, a place when it is filled, recalled or ended. Nothing is kept for a stay on a temporary place: the facts
that may still name an archived application (`StayEnded`, `ChildLeft`, `ApplicantLinked`) have no message and no stage.
A temporary place alone outlives its filling, for it may be offered again when a stay ends early (R6.9).
"""

import datetime
from collections.abc import Callable

from msgspec import Struct, field

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.words import Admission


class LiveApplication(Struct, gc=False):
    """An application that may still be written to. Terms are missing when they don't run."""

    applicant_id: str
    # While it waits for its documents (R4.1): the applicant's term, and the provider's once papers were shown.
    documents_until: Instant | None
    provider_until: Instant | None = None
    access_until: Instant | None = None
    # The place of its newest live referral.
    place_id: str | None = None


class LiveReferral(Struct, gc=False):
    """A referral that has not ended (R6)."""

    number: int
    application_id: str
    organisation_id: str
    documents_until: Instant | None
    vacate_until: Instant | None
    provider_until: Instant | None = None
    active: bool = False
    until: Instant | None = None


class Memory(Struct):
    """What one locality's journal has said so far, as far as outputs need it. A snapshot is its encoding."""

    applications: dict[str, LiveApplication] = field(default_factory=dict)
    # By place: a place has at most one live referral, while an application may for a moment have two (R6.9).
    referrals: dict[str, LiveReferral] = field(default_factory=dict)
    # Place to organisation.
    organisations: dict[str, str] = field(default_factory=dict)
    # Temporary place to its last day.
    last_days: dict[str, datetime.date] = field(default_factory=dict)

    def application(self, application_id: str) -> LiveApplication:
        """The live application of this id. Raises: BrokenJournal when no fact made it, or one ended it."""
        application = self.applications.get(application_id)
        if application is None:
            raise BrokenJournal(f"application {application_id!r} is named, but is not live")
        return application

    def referral(self, place_id: str) -> LiveReferral:
        """The live referral to this place. Raises: BrokenJournal when there is none."""
        referral = self.referrals.get(place_id)
        if referral is None:
            raise BrokenJournal(f"a referral to place {place_id!r} is named, but none is live")
        return referral

    def organisation_of(self, place_id: str) -> str:
        """Whose place this is. Raises: BrokenJournal when no such place is on offer."""
        organisation_id = self.organisations.get(place_id)
        if organisation_id is None:
            raise BrokenJournal(f"place {place_id!r} is named, but is not on offer")
        return organisation_id

    def forget(self, application_id: str) -> None:
        """Drop an application that was refused or archived. Raises: BrokenJournal while a referral of it is live."""
        application = self.applications.pop(application_id, None)
        if application is not None and application.place_id is not None:
            raise BrokenJournal(f"application {application_id!r} left with a live referral to {application.place_id!r}")


def _registered(memory: Memory, fact: f.ApplicationRegistered) -> None:
    memory.applications[fact.application_id] = LiveApplication(fact.applicant_id, fact.documents_until)


def _released(memory: Memory, fact: f.PlaceReleased) -> None:
    memory.organisations[fact.place_id] = fact.organisation_id
    if fact.admission is Admission.TEMPORARY and fact.admission_until is not None:
        memory.last_days[fact.place_id] = fact.admission_until


def _issued(memory: Memory, fact: f.ReferralIssued) -> None:
    if fact.place_id in memory.referrals:
        raise BrokenJournal(f"place {fact.place_id!r} is referred to a second time")
    memory.referrals[fact.place_id] = LiveReferral(
        number=fact.referral,
        application_id=fact.application_id,
        organisation_id=memory.organisation_of(fact.place_id),
        documents_until=fact.documents_until,
        vacate_until=fact.vacate_until,
    )


def _linked(memory: Memory, fact: f.ApplicantLinked) -> None:
    application = memory.applications.get(fact.application_id)
    if application is not None:
        application.applicant_id = fact.applicant_id


def _off_offer(memory: Memory, fact: f.PlaceRecalled | f.PlaceEnded) -> None:
    memory.organisations.pop(fact.place_id, None)
    memory.last_days.pop(fact.place_id, None)


def _filled(memory: Memory, fact: f.PlaceFilled) -> None:
    if fact.place_id not in memory.last_days:
        memory.organisations.pop(fact.place_id, None)


def _presented(memory: Memory, fact: f.DocumentsPresented) -> None:
    if fact.place_id is None:
        memory.application(fact.application_id).provider_until = fact.provider_until
    else:
        memory.referral(fact.place_id).provider_until = fact.provider_until


def _documents_done(memory: Memory, fact: f.ApplicationQueued | f.ApplicationDeferred) -> None:
    application = memory.application(fact.application_id)
    application.documents_until = None
    application.provider_until = None


def _access_granted(memory: Memory, fact: f.AccessGranted) -> None:
    memory.application(fact.application_id).access_until = fact.until


def _access_over(memory: Memory, fact: f.AccessLapsed | f.AccessRevoked) -> None:
    memory.application(fact.application_id).access_until = None


def _referred(memory: Memory, fact: f.ReferralIssued) -> None:
    application = memory.application(fact.application_id)
    application.place_id = fact.place_id
    # `AccessUsed` stands before its referral and leaves the term, so that the referral's stage can be held against it.
    application.access_until = None


def _activated(memory: Memory, fact: f.ReferralActivated) -> None:
    referral = memory.referral(fact.place_id)
    referral.active = True
    referral.until = fact.until


def _extended(memory: Memory, fact: f.ReferralExtended) -> None:
    memory.referral(fact.place_id).until = fact.until


def _ended(memory: Memory, fact: f.ReferralEnded) -> None:
    memory.referral(fact.place_id)
    del memory.referrals[fact.place_id]
    application = memory.application(fact.application_id)
    if application.place_id == fact.place_id:
        application.place_id = None


# What the outputs of a fact must already see.
OPENS: dict[type[f.Fact], Callable[..., None]] = {
    f.ApplicationRegistered: _registered,
    f.PlaceReleased: _released,
    f.ReferralIssued: _issued,
    f.ApplicantLinked: _linked,
}
# What the outputs of a fact must not see yet.
CLOSES: dict[type[f.Fact], Callable[..., None]] = {
    f.PlaceRecalled: _off_offer,
    f.PlaceEnded: _off_offer,
    f.PlaceFilled: _filled,
    f.DocumentsPresented: _presented,
    f.ApplicationQueued: _documents_done,
    f.ApplicationDeferred: _documents_done,
    f.AccessGranted: _access_granted,
    f.AccessLapsed: _access_over,
    f.AccessRevoked: _access_over,
    f.ReferralIssued: _referred,
    f.ReferralActivated: _activated,
    f.ReferralExtended: _extended,
    f.ReferralEnded: _ended,
}
