"""Which fold belongs to which fact, and what every record does to the book. Never decides."""

from collections.abc import Callable
from typing import cast

from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.facts import AnyFact
from schemas.instants import Instant
from schemas.journal import Cause, Record
from schemas.words import TIMER_RANK
from streams.rules import fold_applications as applications
from streams.rules import fold_places as places
from streams.rules.state import EVENT_RANK, TERM_END_TIMERS, State

Fold = Callable[[State, AnyFact], None]


def _nothing(_state: State, _fact: AnyFact) -> None:
    """The fact is for its readers: the state is what it was."""


_FOLDS: dict[type, Callable[..., None]] = {
    f.Rejected: _nothing,
    f.Duplicate: _nothing,
    f.OrganisationChanged: places.organisation_changed,
    f.OrganisationClosed: places.organisation_closed,
    f.LocalActAdopted: places.local_act_adopted,
    f.PlaceReleased: places.place_released,
    f.PlaceReturned: places.place_returned,
    f.PlaceRecalled: places.place_recalled,
    f.RecallKept: places.recall_kept,
    f.RecallExpired: places.recall_expired,
    f.PlaceEnded: places.place_ended,
    f.PlaceVacated: places.place_vacated,
    f.PlaceFilled: places.place_filled,
    f.BulletinIssued: places.bulletin_issued,
    f.PlacePrioritised: places.place_prioritised,
    f.PlaceOpened: places.place_opened,
    f.AccessGranted: applications.access_granted,
    f.AccessLapsed: applications.access_ended,
    f.AccessRevoked: applications.access_ended,
    f.AccessUsed: applications.access_ended,
    f.ApplicationRegistered: applications.application_registered,
    f.ApplicationDeferred: applications.application_deferred,
    f.ApplicationQueued: applications.application_queued,
    f.ApplicationRefused: applications.application_refused,
    f.ApplicationRegrouped: applications.application_regrouped,
    f.ApplicationArchived: applications.application_archived,
    f.ApplicationStopped: applications.application_stopped,
    f.ApplicationSuspended: applications.application_suspended,
    f.BenefitsChanged: applications.benefits_changed,
    f.StayEnded: applications.stay_ended,
    f.ApplicationReturned: applications.application_returned,
    f.ReferralIssued: applications.referral_issued,
    f.DocumentsPresented: applications.documents_presented,
    f.ReferralActivated: applications.referral_activated,
    f.ReferralExtended: applications.referral_extended,
    f.ReferralEnded: applications.referral_ended,
    f.InterestConfirmed: applications.interest_confirmed,
    f.ReminderDue: applications.reminder_due,
    f.ApplicantLinked: applications.applicant_linked,
    f.ChildLeft: applications.child_left,
}
FOLDS = cast("dict[type, Fold]", _FOLDS)


def begin(state: State, time: Instant, cause: Cause) -> None:
    """Before a record's facts: the moment, the day from which its terms count, its sequence."""
    state.sequence += 1
    state.now = time
    state.event_type = cause.type
    day = state.zone.day_of(time)
    if state.started_at is None:
        state.started_at = time
    if state.packs.later:
        # By the moment, not by the day that a term's end belongs to: at one midnight no old pack comes back.
        pack = state.packs.at(day)
        if pack is not state.pack:
            state.use(pack)
    if cause.timer is not None and cause.timer in TERM_END_TIMERS:
        # A term's end at 24:00 belongs to the day that it ends (rules, section 0).
        day = state.zone.day_of(time - 1)
    state.day = day


def finish(state: State, record: Record) -> None:
    """After a record's facts: where the book stands now."""
    cause = record.cause
    state.time = record.time
    assert record.hash is not None, "a record is sealed before it is finished"
    state.hash = record.hash
    if cause.timer is None:
        assert cause.source is not None and cause.event_id is not None, "a cause names its event or its timer"
        state.cursor = (record.time, EVENT_RANK, "")
        _remember(state, record, cause.source, cause.event_id)
    else:
        assert cause.subject is not None, "a timer names its subject"
        state.cursor = (record.time, TIMER_RANK[cause.timer], cause.subject)


def _remember(state: State, record: Record, source: str, event_id: str) -> None:
    repeated = record.facts and type(record.facts[0]) is f.Duplicate
    if not repeated or state.repeats.first(source, event_id) is None:
        state.repeats.remember(source, event_id, record.sequence, record.time)


def apply(state: State, record: Record) -> None:
    """Fold one whole record of a journal. The caller has checked sequence and hash."""
    begin(state, record.time, record.cause)
    if record.pack != state.pack.id:
        raise BrokenJournal(f"{state.locality}: record {record.sequence} was decided under {record.pack}")
    for fact in record.facts:
        FOLDS[type(fact)](state, fact)
    # The record holds all that these queues called for.
    for queue in state.touched.values():
        queue.settled()
    state.touched.clear()
    finish(state, record)
