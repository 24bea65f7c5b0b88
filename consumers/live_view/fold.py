"""Folds records of one locality into the entries of the live view, as far as they were loaded. Pure: no Redis here.

A reading of its own: it shares no code with what decides. Never decides, and stops at a fact about something that no
fact made. `Names` says beforehand what a record's facts need, so that exactly that is loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from consumers.live_view.entries import OFF_ORDER, Application, ApplicationState, LiveReferral, Organisation, Place
from consumers.live_view.loaded import Loaded
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import Record
from schemas.words import Admission, EndCause, Stage


@dataclass
class Names:
    """The ids that some records name. Dictionaries as sets that keep their order."""

    applications: dict[str, None] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=dict)
    organisations: dict[str, None] = field(default_factory=dict)
    queues: dict[str, None] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Note what the facts of one more record name."""
        fact: Any
        for fact in record.facts:
            application, place, organisation, queue = _NAMED.get(type(fact), _NOTHING)
            if application:
                self.applications[fact.application_id] = None
            if place:
                self.places[fact.place_id] = None
            if organisation:
                self.organisations[fact.organisation_id] = None
            if queue:
                self.queues[fact.queue] = None


def fold_record(fold: Loaded, record: Record) -> None:
    """Fold the next record. Raises: BrokenJournal for one that is not the next, or names what is not there."""
    fold.begin(record)
    for fact in record.facts:
        handle = _FOLDS.get(type(fact))
        if handle is not None:
            handle(fold, fact)


# ------------------------------------------------------------------------------------------- organisations, places


def _organisation_changed(fold: Loaded, fact: f.OrganisationChanged) -> None:
    entry = Organisation(fact.name, fact.ownership, fact.kind)
    fold.organisations[fact.organisation_id] = fold.changed_organisations[fact.organisation_id] = entry


def _organisation_closed(fold: Loaded, fact: f.OrganisationClosed) -> None:
    fold.organisation(fact.organisation_id).closed = True


def _place_released(fold: Loaded, fact: f.PlaceReleased) -> None:
    fold.head.arrivals += 1
    fold.queue(fact.queue)
    fold.places[fact.place_id] = fold.changed_places[fact.place_id] = Place(
        Stage.RELEASED,
        fact.queue,
        fact.organisation_id,
        fold.head.arrivals,
        fold.now,
        fold.head.sequence,
        fact.birth_year,
        fact.age_from,
        fact.age_to,
        fact.language,
        fact.group_type,
        fact.regime,
        fact.admission,
        fact.admission_from,
        fact.admission_until,
        fact.attendance,
    )


def _moved(fold: Loaded, place_id: str, stage: Stage, until: int | None = None) -> Place:
    place = fold.place(place_id)
    place.stage, place.until = stage, until
    return place


def _place_returned(fold: Loaded, fact: f.PlaceReturned) -> None:
    place = _moved(fold, fact.place_id, Stage.RELEASED)
    fold.head.arrivals += 1
    place.arrival, place.released_at, place.application_id = fold.head.arrivals, fold.now, None


def _place_recalled(fold: Loaded, fact: f.PlaceRecalled) -> None:
    _moved(fold, fact.place_id, Stage.RECALLED)


def _place_ended(fold: Loaded, fact: f.PlaceEnded) -> None:
    _moved(fold, fact.place_id, Stage.ENDED)


def _place_vacated(fold: Loaded, fact: f.PlaceVacated) -> None:
    _vacate(fold.place(fact.place_id))


def _place_filled(fold: Loaded, fact: f.PlaceFilled) -> None:
    _vacate(_moved(fold, fact.place_id, Stage.FILLED))


def _vacate(place: Place) -> None:
    if place.admission is Admission.EARLY:
        place.admission = Admission.REGULAR


def _bulletin_issued(fold: Loaded, _fact: f.BulletinIssued) -> None:
    # All that has arrived and is still released. Access at once leaves no place released until a bulletin (R5.7).
    fold.head.listed = fold.head.arrivals


def _place_prioritised(fold: Loaded, fact: f.PlacePrioritised) -> None:
    _moved(fold, fact.place_id, Stage.PRIORITY, int(fact.until))


def _place_opened(fold: Loaded, fact: f.PlaceOpened) -> None:
    _moved(fold, fact.place_id, Stage.OPEN)


# --------------------------------------------------------------------------------------------------- applications


def _application_registered(fold: Loaded, fact: f.ApplicationRegistered) -> None:
    fold.queue(fact.queue)
    fold.applications[fact.application_id] = fold.changed_applications[fact.application_id] = Application(
        ApplicationState.REGISTERED,
        fact.queue,
        int(fact.submitted_at),
        fold.head.sequence,
        until=int(fact.documents_until),
    )


def _application_deferred(fold: Loaded, fact: f.ApplicationDeferred) -> None:
    application = fold.application(fact.application_id)
    application.state, application.until = ApplicationState.DEFERRED, int(fact.until)


def _application_queued(fold: Loaded, fact: f.ApplicationQueued) -> None:
    application = fold.application(fact.application_id)
    application.state, application.group, application.until = ApplicationState.QUEUED, fact.group, None
    fold.queue(application.queue).join(fact.group)


def _application_refused(fold: Loaded, fact: f.ApplicationRefused) -> None:
    application = fold.application(fact.application_id)
    application.state, application.until, application.reason = ApplicationState.REFUSED, None, fact.reason.value


def _application_regrouped(fold: Loaded, fact: f.ApplicationRegrouped) -> None:
    application = fold.application(fact.application_id)
    waiting = application.state is ApplicationState.QUEUED
    if waiting or application.state in OFF_ORDER:
        fold.queue(application.queue).regroup(fact.from_, fact.to, fold.head.ratio, waiting=waiting)
    application.group = fact.to


def _off_order(fold: Loaded, application: Application, *, returns: bool) -> None:
    """Leave the order, or give up the return to it."""
    group = application.group
    if group is None:
        return  # it was never queued
    queue = fold.queue(application.queue)
    if application.state is ApplicationState.QUEUED:
        queue.leave(group, fold.head.ratio, returns=returns)
    elif not returns and application.state in OFF_ORDER:
        queue.give_up(group, fold.head.ratio)
    if not returns:
        application.change = application.forgotten = 0


def _application_archived(fold: Loaded, fact: f.ApplicationArchived) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=False)
    application.state, application.until, application.reason = ApplicationState.ARCHIVED, None, fact.reason.value


def _application_stopped(fold: Loaded, fact: f.ApplicationStopped) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=True)
    application.state, application.until = ApplicationState.STOPPED, int(fact.until)


def _application_suspended(fold: Loaded, fact: f.ApplicationSuspended) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=True)
    application.state = ApplicationState.SUSPENDED


def _application_returned(fold: Loaded, fact: f.ApplicationReturned) -> None:
    application = fold.application(fact.application_id)
    queue = fold.queue(application.queue)
    if application.group is None:
        raise BrokenJournal(f"record {fold.head.sequence} of {fold.locality}: {fact.application_id!r} was never queued")
    change = application.change if application.forgotten == queue.forgotten else 0
    queue.come_back(application.group, change, fold.head.ratio)
    application.state, application.until = ApplicationState.QUEUED, None
    application.change = application.forgotten = 0


# --------------------------------------------------------------------------------------------- accesses, referrals


def _access_granted(fold: Loaded, fact: f.AccessGranted) -> None:
    fold.application(fact.application_id).access_until = int(fact.until)


def _access_over(fold: Loaded, fact: f.AccessLapsed | f.AccessRevoked | f.AccessUsed) -> None:
    fold.application(fact.application_id).access_until = None


def _referral_issued(fold: Loaded, fact: f.ReferralIssued) -> None:
    application = fold.application(fact.application_id)
    place = _moved(fold, fact.place_id, Stage.REFERRED)
    place.application_id = fact.application_id
    documents_until = None if fact.documents_until is None else int(fact.documents_until)
    referral = LiveReferral(fact.referral, fact.place_id, documents_until)
    if place.admission is Admission.TEMPORARY:  # it stays in the order (R6.9)
        application.temporary = referral
        return
    if application.state is not ApplicationState.QUEUED or application.group is None:
        raise BrokenJournal(
            f"record {fold.head.sequence} of {fold.locality} refers {fact.application_id!r} off the order"
        )
    queue = fold.queue(application.queue)
    application.change = queue.serve(application.group, fold.head.ratio)
    application.forgotten = queue.forgotten if application.change else 0
    application.state, application.referral = ApplicationState.REFERRED, referral


def _referral(fold: Loaded, application_id: str, place_id: str) -> LiveReferral:
    application = fold.application(application_id)
    for referral in (application.referral, application.temporary):
        if referral is not None and referral.place_id == place_id:
            return referral
    raise BrokenJournal(
        f"record {fold.head.sequence} of {fold.locality} names a referral of {application_id!r} to {place_id!r},"
        " which is not there"
    )


def _referral_activated(fold: Loaded, fact: f.ReferralActivated) -> None:
    referral = _referral(fold, fact.application_id, fact.place_id)
    referral.active, referral.until = True, None if fact.until is None else int(fact.until)


def _referral_extended(fold: Loaded, fact: f.ReferralExtended) -> None:
    _referral(fold, fact.application_id, fact.place_id).until = int(fact.until)


def _referral_ended(fold: Loaded, fact: f.ReferralEnded) -> None:
    referral = _referral(fold, fact.application_id, fact.place_id)
    application = fold.application(fact.application_id)
    enrolled = fact.cause is EndCause.ENROLLED
    if referral is application.temporary:
        application.temporary = None
        if enrolled:
            application.stay = fact.place_id
    else:
        application.referral = None
        if enrolled:
            application.place_id = fact.place_id
    if not enrolled:
        fold.place(fact.place_id).application_id = None


def _stay_ended(fold: Loaded, fact: f.StayEnded) -> None:
    fold.application(fact.application_id).stay = None
    place = fold.place(fact.place_id)
    if place.stage in (Stage.FILLED, Stage.RECALLED):
        place.application_id = None


def _child_left(fold: Loaded, fact: f.ChildLeft) -> None:
    application = fold.application(fact.application_id)
    if application.place_id == fact.place_id:
        application.place_id = None
    fold.place(fact.place_id).application_id = None


# Facts without a fold (reminders, papers shown, benefits, interest, local acts, kept recalls) change no entry.
_FOLDS: dict[type[f.Fact], Callable[[Loaded, Any], None]] = {
    f.OrganisationChanged: _organisation_changed,
    f.OrganisationClosed: _organisation_closed,
    f.PlaceReleased: _place_released,
    f.PlaceReturned: _place_returned,
    f.PlaceRecalled: _place_recalled,
    f.PlaceEnded: _place_ended,
    f.PlaceVacated: _place_vacated,
    f.PlaceFilled: _place_filled,
    f.BulletinIssued: _bulletin_issued,
    f.PlacePrioritised: _place_prioritised,
    f.PlaceOpened: _place_opened,
    f.AccessGranted: _access_granted,
    f.AccessLapsed: _access_over,
    f.AccessRevoked: _access_over,
    f.AccessUsed: _access_over,
    f.ApplicationRegistered: _application_registered,
    f.ApplicationDeferred: _application_deferred,
    f.ApplicationQueued: _application_queued,
    f.ApplicationRefused: _application_refused,
    f.ApplicationRegrouped: _application_regrouped,
    f.ApplicationArchived: _application_archived,
    f.ApplicationStopped: _application_stopped,
    f.ApplicationSuspended: _application_suspended,
    f.ApplicationReturned: _application_returned,
    f.ReferralIssued: _referral_issued,
    f.ReferralActivated: _referral_activated,
    f.ReferralExtended: _referral_extended,
    f.ReferralEnded: _referral_ended,
    f.StayEnded: _stay_ended,
    f.ChildLeft: _child_left,
}
_NOTHING = (False, False, False, False)
# For each fact that is folded: whether it names an application, a place, an organisation, a queue that must be loaded.
# The queue of what is there already is found with it. A bulletin's places need not be: see its fold.
_NAMED: dict[type[f.Fact], tuple[bool, bool, bool, bool]] = {
    kind: (
        "application_id" in kind.__struct_fields__,
        "place_id" in kind.__struct_fields__,
        kind in (f.OrganisationChanged, f.OrganisationClosed),
        kind in (f.PlaceReleased, f.ApplicationRegistered),
    )
    for kind in _FOLDS
}
