"""Organisations, local acts and places: release, vacating, recall, ends (R1.1, R2, R5.9)."""

from msgspec.structs import replace

from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant
from schemas.words import (
    Admission,
    ArchiveReason,
    EndCause,
    QueueKind,
    Reason,
    RecallReason,
    Stage,
    StayCause,
)
from schemas.zones import date_to_day
from streams.rules.applications import YEAR_FIRST, YEAR_LAST, profile_fits
from streams.rules.calendar import FIRST_DAY, LAST_DAY
from streams.rules.model import LIVE, Application, Organisation, Place, PlaceTerms, QueueKey
from streams.rules.referrals import HOUR_MS, archive, end, give_back
from streams.rules.step import AlreadyDecided, Refused, Step, own_place

# Organisations and local acts


def organisation_registered(step: Step, event: e.OrganisationRegistered) -> None:
    """R1.1: a new organisation, or an update. Kind never changes; stated profiles never go."""
    known = step.state.organisations.get(event.organisation_id)
    if known is not None:
        step.organisation(event.organisation_id)
        if known.kind is not event.kind:
            raise Refused(Reason.WRONG_STATE, f"{known.id} is {known.kind}: the kind never changes")
        if bool(known.profiles) != bool(event.profiles) or not set(known.profiles) <= set(event.profiles):
            stated = ", ".join(known.profiles) or "none"
            raise Refused(Reason.WRONG_STATE, f"{known.id} states {stated}: an update may only add to some")
    step.emit(f.OrganisationChanged(event.organisation_id, event.name, event.ownership, event.kind, event.profiles))


def local_act_adopted(step: Step, event: e.LocalActAdopted) -> None:
    """R5.9."""
    if not FIRST_DAY <= date_to_day(event.in_force_from) <= LAST_DAY:
        raise Refused(Reason.BAD_DATE, "in_force_from lies outside the calendar")
    step.emit(
        f.LocalActAdopted(
            event.number, event.date, event.in_force_from, event.bulletin_at, event.opening_at, event.second_check
        )
    )


def organisation_closed(step: Step, event: e.OrganisationClosed) -> None:
    """R2.3: its places that are not filled are recalled, its own queues' applications archived."""
    state = step.state
    organisation = step.organisation(event.organisation_id)
    step.emit(f.OrganisationClosed(organisation.id))
    for place_id in sorted(organisation.places):
        place = state.places[place_id]
        if place.stage not in (Stage.FILLED, Stage.RECALLED, Stage.ENDED):
            _recall(step, place, RecallReason.CLOSURE)
    own = sorted(
        (application for application in state.applications.values() if _own(application, organisation)),
        key=lambda application: application.id,
    )
    for application in own:
        archive(step, application, ArchiveReason.ORGANISATION_CLOSED)


def _own(application: Application, organisation: Organisation) -> bool:
    if application.status not in LIVE or application.queue.startswith("general/"):
        return False
    return application.queue.split("/", 2)[1] == organisation.id


# Release


def released(step: Step, event: e.PlaceReleased) -> None:
    """R2, R2.3: a place is offered, unless a kept recall is waiting for it (R2.4)."""
    state = step.state
    organisation = state.organisations.get(event.organisation_id)
    known = state.places.get(event.place_id)
    terms = _terms(event)
    if known is not None and _same_release(known, terms):
        raise AlreadyDecided(known.sequence)
    if organisation is None:
        raise Refused(Reason.UNKNOWN_ORGANISATION, f"{event.organisation_id} is not registered in this locality")
    if known is not None:
        raise Refused(Reason.CONFLICTING_PLACE, f"{event.place_id} stands for another place")
    step.organisation(organisation.id)
    _check_dates(step, event)
    if organisation.kind.value != event.queue_kind.value:
        raise Refused(Reason.NOT_ELIGIBLE, f"{organisation.id} has no {event.queue_kind.lower()} queue")
    if not profile_fits(event.profile, organisation.profiles):
        raise Refused(Reason.NOT_ELIGIBLE, f"{organisation.id} has no such profile: {event.profile or 'none given'}")
    kept = state.kept_recalls.get((event.place_id, organisation.id))
    step.emit(
        f.PlaceReleased(
            event.place_id,
            organisation.id,
            terms.queue,
            event.birth_year,
            event.age_from,
            event.age_to,
            event.language,
            event.group_type,
            event.regime,
            event.admission,
            event.admission_from,
            event.admission_until,
            event.attendance,
        )
    )
    place = state.places[event.place_id]
    if kept is not None:
        if kept.reason is RecallReason.PUPIL_RETURNED and event.admission is not Admission.TEMPORARY:
            step.emit(f.RecallExpired(place.id, organisation.id, kept.until))
        else:
            step.emit(f.PlaceRecalled(place.id, kept.reason))


def _terms(event: e.PlaceReleased) -> PlaceTerms:
    key = QueueKey(event.queue_kind, event.birth_year)
    if event.queue_kind is not QueueKind.GENERAL:
        key = QueueKey(event.queue_kind, event.birth_year, event.organisation_id, event.profile or "")
    return PlaceTerms(
        organisation_id=event.organisation_id,
        queue=str(key),
        birth_year=event.birth_year,
        age_from=event.age_from,
        age_to=event.age_to,
        language=event.language,
        group_type=event.group_type,
        regime=event.regime,
        admission=event.admission,
        admission_from=event.admission_from,
        admission_until=event.admission_until,
        attendance=event.attendance,
    )


def _same_release(known: Place, terms: PlaceTerms) -> bool:
    """Whether these are the terms that the place was released with: a vacated one was `EARLY` then (R2.1)."""
    if not known.vacated:
        return known.terms == terms
    return terms.admission is Admission.EARLY and known.terms == replace(terms, admission=Admission.REGULAR)


def _check_dates(step: Step, event: e.PlaceReleased) -> None:
    """R2.3: an impossible date."""
    temporary = event.admission is Admission.TEMPORARY
    until = event.admission_until
    if not FIRST_DAY <= date_to_day(event.admission_from) <= LAST_DAY:
        raise Refused(Reason.BAD_DATE, "admission_from lies outside the calendar")
    if not YEAR_FIRST <= event.birth_year <= YEAR_LAST:
        raise Refused(Reason.BAD_DATE, f"birth_year is not in {YEAR_FIRST} to {YEAR_LAST}")
    if not 0 <= event.age_from <= event.age_to:
        raise Refused(Reason.BAD_DATE, "age_from and age_to are no span of ages")
    if temporary != (until is not None):
        raise Refused(Reason.BAD_DATE, "a temporary place, and no other, has admission_until")
    if until is not None:
        if not event.admission_from <= until or date_to_day(until) > LAST_DAY:
            raise Refused(Reason.BAD_DATE, "admission_until is before admission_from or outside the calendar")
        if step.state.zone.at(date_to_day(until) + 1) <= step.now:
            raise Refused(Reason.BAD_DATE, "admission_until has passed")
    if any(span.until < span.from_ for span in event.attendance or ()):
        raise Refused(Reason.BAD_DATE, "an attendance ends before it begins")


# Vacating


def vacated(step: Step, event: e.PlaceVacated) -> None:
    """R2.1: an early place is free; the clock of an active referral starts (R6.2)."""
    place = step.place(event.place_id)
    own_place(step, place, event.organisation_id)
    gone = place.stage in (Stage.FILLED, Stage.RECALLED, Stage.ENDED)
    if gone or place.terms.admission is not Admission.EARLY:
        raise Refused(Reason.WRONG_STATE, "not an early place that waits to be vacated")
    step.emit(f.PlaceVacated(place.id))
    if place.stage is not Stage.REFERRED or place.application_id is None:
        return
    application = step.state.applications[place.application_id]
    referral = application.referral
    assert referral is not None and referral.place_id == place.id, "an early place is never a temporary one"
    if referral.active:
        until = step.state.calendar.working_deadline(step.day, step.state.pack.referral_days)
        step.emit(f.ReferralActivated(application.id, place.id, until))


# Recall


def recalled(step: Step, event: e.PlaceRecalled) -> None:
    """R2.4: now, or kept for a release that may come within 24 hours."""
    state = step.state
    place = state.places.get(event.place_id)
    if place is None:
        _keep(step, event)
        return
    own = place.terms.organisation_id == event.organisation_id
    if own and place.recall_sequence is not None and place.recall_reason is event.reason:
        raise AlreadyDecided(place.recall_sequence)
    own_place(step, place, event.organisation_id)
    if place.stage in (Stage.RECALLED, Stage.ENDED):
        raise Refused(Reason.WRONG_STATE, f"{place.id} is {place.stage}")
    if event.reason is RecallReason.PUPIL_RETURNED:
        if place.terms.admission is not Admission.TEMPORARY:
            raise Refused(Reason.WRONG_STATE, "PUPIL_RETURNED withdraws temporary places only")
    elif place.stage is Stage.FILLED:
        raise Refused(Reason.PLACE_FILLED, f"a child was enrolled on {place.id}")
    _recall(step, place, event.reason)


def _recall(step: Step, place: Place, reason: RecallReason) -> None:
    holder = step.state.applications.get(place.application_id or "")
    was = place.stage
    step.emit(f.PlaceRecalled(place.id, reason))
    if holder is None:
        return
    if was is Stage.REFERRED:
        for referral in (holder.referral, holder.temporary):
            if referral is not None and referral.place_id == place.id:
                end(step, holder, referral, EndCause.RECALLED)
                give_back(step, holder, referral, EndCause.RECALLED)
    elif holder.stay == place.id:
        step.emit(f.StayEnded(holder.id, place.id, StayCause.RECALLED))


def _keep(step: Step, event: e.PlaceRecalled) -> None:
    step.organisation(event.organisation_id)
    kept = step.state.kept_recalls.get((event.place_id, event.organisation_id))
    if kept is not None:
        if kept.reason is event.reason:
            raise AlreadyDecided(kept.sequence)
        raise Refused(Reason.WRONG_STATE, f"{event.place_id} is recalled already")
    until = Instant(step.now + step.state.pack.recall_kept_hours * HOUR_MS)
    step.emit(f.RecallKept(event.place_id, event.organisation_id, event.reason, until))


# Timers


def recall_due(step: Step, place_id: str, moment: Instant) -> None:
    """R2.4: no release came in time."""
    waiting = step.state.kept_recalls
    for organisation_id in sorted(organisation for place, organisation in waiting if place == place_id):
        if waiting[place_id, organisation_id].until == moment:
            step.emit(f.RecallExpired(place_id, organisation_id, moment))


def temporary_end_due(step: Step, place: Place) -> None:
    """R2.1: off offer, a referral ends without penalty, a stay ends."""
    if place.stage in (Stage.RECALLED, Stage.ENDED):
        return
    holder = step.state.applications.get(place.application_id or "")
    referral = holder.temporary if holder is not None else None
    if holder is not None and place.stage is Stage.REFERRED and referral is not None:
        end(step, holder, referral, EndCause.TEMPORARY_ENDED)
    elif holder is not None and holder.stay == place.id:
        step.emit(f.StayEnded(holder.id, place.id, StayCause.TEMPORARY_ENDED))
        referral = None
    step.emit(f.PlaceEnded(place.id))
    if holder is not None and referral is not None:
        give_back(step, holder, referral, EndCause.TEMPORARY_ENDED)
