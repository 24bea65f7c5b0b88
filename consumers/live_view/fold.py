"""Folds records of one locality into the entries of the live view, as far as they were loaded. Pure: no Redis here.

A reading of its own: it shares no code with what decides. Never decides, and stops at a fact about something that no
fact made. `names` says beforehand what a record's facts need, so that exactly that is loaded.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from consumers.live_view.entries import OFF_ORDER, Application, ApplicationState, LiveReferral, Organisation, Place
from consumers.live_view.order import QueueState
from consumers.live_view.packs import ratio_of
from schemas import facts as f
from schemas.errors import BrokenJournal
from schemas.journal import GENESIS_HASH, Record
from schemas.words import Admission, EndCause, Stage

Entry = TypeVar("Entry")


@dataclass
class Head:
    """Where a locality's journal stands in the live view. `arrivals` counts its releases and returns of places, of
    which the bulletins have listed `listed`. `ratio` is that of `pack`, 0 before the first record."""

    sequence: int = 0
    time: int = 0
    hash: str = GENESIS_HASH
    pack: str = ""
    ratio: int = 0
    arrivals: int = 0
    listed: int = 0


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


class LocalityFold:
    """One locality's loaded entries, and what was changed since `changed` was cleared."""

    def __init__(self, locality: str, head: Head, ratios: Mapping[str, int]) -> None:
        """Stand behind the record that the head names. `ratios`: general applications per priority one, by pack."""
        self.locality = locality
        self.head = head
        self.applications: dict[str, Application | None] = {}
        self.places: dict[str, Place | None] = {}
        self.organisations: dict[str, Organisation | None] = {}
        self.queues: dict[str, QueueState] = {}
        self.changed_applications: dict[str, Application] = {}
        self.changed_places: dict[str, Place] = {}
        self.changed_organisations: dict[str, Organisation] = {}
        self.changed_queues: dict[str, QueueState] = {}
        self.now = 0
        self._ratios = ratios

    def take(self, record: Record) -> None:
        """Fold the next record. Raises: BrokenJournal for one that is not the next, or names what is not there."""
        head = self.head
        if record.sequence != head.sequence + 1 or record.previous_hash != head.hash or record.hash is None:
            raise BrokenJournal(
                f"record {record.sequence} of {self.locality} does not follow what the live view holds, record"
                f" {head.sequence}; if the journal was made again, `oryn live-view rebuild` makes the view anew"
            )
        head.sequence, head.time, head.hash = record.sequence, int(record.time), record.hash
        self.now = head.time
        if record.pack != head.pack:
            self._follow(record.pack)
        for fact in record.facts:
            handle = _FOLDS.get(type(fact))
            if handle is not None:
                handle(self, fact)

    def changes_ratio(self, records: Iterable[Record]) -> bool:
        """Whether some of the records are the first under a pack of another ratio: they touch every queue then."""
        return self.head.sequence > 0 and any(
            ratio_of(pack, self._ratios) != self.head.ratio for pack in {record.pack for record in records}
        )

    def _follow(self, pack: str) -> None:
        """Another pack is in force; with another ratio each phase keeps to its new bounds (R5.9)."""
        ratio, head = ratio_of(pack, self._ratios), self.head
        if head.ratio not in (0, ratio):
            for queue_id, queue in self.queues.items():
                queue.settle(ratio)
                self.changed_queues[queue_id] = queue
        head.pack, head.ratio = pack, ratio

    def queue(self, queue_id: str) -> QueueState:
        """A queue that is about to change. State: loaded, or never heard of."""
        queue = self.queues.get(queue_id)
        if queue is None:
            raise AssertionError(f"queue {queue_id} was not loaded")
        self.changed_queues[queue_id] = queue
        return queue

    def application(self, application_id: str) -> Application:
        """An application that is about to change. Raises: BrokenJournal."""
        application = self._known(self.applications, application_id, "application")
        application.sequence = self.head.sequence
        self.changed_applications[application_id] = application
        return application

    def place(self, place_id: str) -> Place:
        """A place that is about to change. Raises: BrokenJournal."""
        place = self._known(self.places, place_id, "place")
        place.sequence = self.head.sequence
        self.changed_places[place_id] = place
        return place

    def _known(self, entries: Mapping[str, Entry | None], key: str, what: str) -> Entry:
        entry = entries.get(key)
        if entry is None:
            raise BrokenJournal(
                f"record {self.head.sequence} of {self.locality} names {what} {key!r}, which is not there"
            )
        return entry


# ------------------------------------------------------------------------------------------- organisations, places


def _organisation_changed(fold: LocalityFold, fact: f.OrganisationChanged) -> None:
    entry = Organisation(fact.name, fact.ownership, fact.kind)
    fold.organisations[fact.organisation_id] = fold.changed_organisations[fact.organisation_id] = entry


def _organisation_closed(fold: LocalityFold, fact: f.OrganisationClosed) -> None:
    entry = fold._known(fold.organisations, fact.organisation_id, "organisation")
    entry.closed = True
    fold.changed_organisations[fact.organisation_id] = entry


def _place_released(fold: LocalityFold, fact: f.PlaceReleased) -> None:
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


def _moved(fold: LocalityFold, place_id: str, stage: Stage, until: int | None = None) -> Place:
    place = fold.place(place_id)
    place.stage, place.until = stage, until
    return place


def _place_returned(fold: LocalityFold, fact: f.PlaceReturned) -> None:
    place = _moved(fold, fact.place_id, Stage.RELEASED)
    fold.head.arrivals += 1
    place.arrival, place.released_at, place.application_id = fold.head.arrivals, fold.now, None


def _place_recalled(fold: LocalityFold, fact: f.PlaceRecalled) -> None:
    _moved(fold, fact.place_id, Stage.RECALLED)


def _place_ended(fold: LocalityFold, fact: f.PlaceEnded) -> None:
    _moved(fold, fact.place_id, Stage.ENDED)


def _place_vacated(fold: LocalityFold, fact: f.PlaceVacated) -> None:
    _vacate(fold.place(fact.place_id))


def _place_filled(fold: LocalityFold, fact: f.PlaceFilled) -> None:
    _vacate(_moved(fold, fact.place_id, Stage.FILLED))


def _vacate(place: Place) -> None:
    if place.admission is Admission.EARLY:
        place.admission = Admission.REGULAR


def _bulletin_issued(fold: LocalityFold, _fact: f.BulletinIssued) -> None:
    # All that has arrived and is still released. Access at once leaves no place released until a bulletin (R5.7).
    fold.head.listed = fold.head.arrivals


def _place_prioritised(fold: LocalityFold, fact: f.PlacePrioritised) -> None:
    _moved(fold, fact.place_id, Stage.PRIORITY, int(fact.until))


def _place_opened(fold: LocalityFold, fact: f.PlaceOpened) -> None:
    _moved(fold, fact.place_id, Stage.OPEN)


# --------------------------------------------------------------------------------------------------- applications


def _application_registered(fold: LocalityFold, fact: f.ApplicationRegistered) -> None:
    fold.queue(fact.queue)
    fold.applications[fact.application_id] = fold.changed_applications[fact.application_id] = Application(
        ApplicationState.REGISTERED,
        fact.queue,
        int(fact.submitted_at),
        fold.head.sequence,
        until=int(fact.documents_until),
    )


def _application_deferred(fold: LocalityFold, fact: f.ApplicationDeferred) -> None:
    application = fold.application(fact.application_id)
    application.state, application.until = ApplicationState.DEFERRED, int(fact.until)


def _application_queued(fold: LocalityFold, fact: f.ApplicationQueued) -> None:
    application = fold.application(fact.application_id)
    application.state, application.group, application.until = ApplicationState.QUEUED, fact.group, None
    fold.queue(application.queue).join(fact.group)


def _application_refused(fold: LocalityFold, fact: f.ApplicationRefused) -> None:
    application = fold.application(fact.application_id)
    application.state, application.until, application.reason = ApplicationState.REFUSED, None, fact.reason.value


def _application_regrouped(fold: LocalityFold, fact: f.ApplicationRegrouped) -> None:
    application = fold.application(fact.application_id)
    waiting = application.state is ApplicationState.QUEUED
    if waiting or application.state in OFF_ORDER:
        fold.queue(application.queue).regroup(fact.from_, fact.to, fold.head.ratio, waiting=waiting)
    application.group = fact.to


def _off_order(fold: LocalityFold, application: Application, *, returns: bool) -> None:
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


def _application_archived(fold: LocalityFold, fact: f.ApplicationArchived) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=False)
    application.state, application.until, application.reason = ApplicationState.ARCHIVED, None, fact.reason.value


def _application_stopped(fold: LocalityFold, fact: f.ApplicationStopped) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=True)
    application.state, application.until = ApplicationState.STOPPED, int(fact.until)


def _application_suspended(fold: LocalityFold, fact: f.ApplicationSuspended) -> None:
    application = fold.application(fact.application_id)
    _off_order(fold, application, returns=True)
    application.state = ApplicationState.SUSPENDED


def _application_returned(fold: LocalityFold, fact: f.ApplicationReturned) -> None:
    application = fold.application(fact.application_id)
    queue = fold.queue(application.queue)
    if application.group is None:
        raise BrokenJournal(f"record {fold.head.sequence} of {fold.locality}: {fact.application_id!r} was never queued")
    change = application.change if application.forgotten == queue.forgotten else 0
    queue.come_back(application.group, change, fold.head.ratio)
    application.state, application.until = ApplicationState.QUEUED, None
    application.change = application.forgotten = 0


# --------------------------------------------------------------------------------------------- accesses, referrals


def _access_granted(fold: LocalityFold, fact: f.AccessGranted) -> None:
    fold.application(fact.application_id).access_until = int(fact.until)


def _access_over(fold: LocalityFold, fact: f.AccessLapsed | f.AccessRevoked | f.AccessUsed) -> None:
    fold.application(fact.application_id).access_until = None


def _referral_issued(fold: LocalityFold, fact: f.ReferralIssued) -> None:
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


def _referral(fold: LocalityFold, application_id: str, place_id: str) -> LiveReferral:
    application = fold.application(application_id)
    for referral in (application.referral, application.temporary):
        if referral is not None and referral.place_id == place_id:
            return referral
    raise BrokenJournal(
        f"record {fold.head.sequence} of {fold.locality} names a referral of {application_id!r} to {place_id!r},"
        " which is not there"
    )


def _referral_activated(fold: LocalityFold, fact: f.ReferralActivated) -> None:
    referral = _referral(fold, fact.application_id, fact.place_id)
    referral.active, referral.until = True, None if fact.until is None else int(fact.until)


def _referral_extended(fold: LocalityFold, fact: f.ReferralExtended) -> None:
    _referral(fold, fact.application_id, fact.place_id).until = int(fact.until)


def _referral_ended(fold: LocalityFold, fact: f.ReferralEnded) -> None:
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


def _stay_ended(fold: LocalityFold, fact: f.StayEnded) -> None:
    fold.application(fact.application_id).stay = None
    place = fold.place(fact.place_id)
    if place.stage is Stage.FILLED:
        place.application_id = None


def _child_left(fold: LocalityFold, fact: f.ChildLeft) -> None:
    application = fold.application(fact.application_id)
    if application.place_id == fact.place_id:
        application.place_id = None
    fold.place(fact.place_id).application_id = None


# Facts without a fold (reminders, papers shown, benefits, interest, local acts, kept recalls) change no entry.
_FOLDS: dict[type[f.Fact], Callable[[LocalityFold, Any], None]] = {
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
