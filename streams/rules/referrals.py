"""Referrals: how they are issued, checked, extended and ended (R6). Owns what follows from each end."""

from schemas import events as e
from schemas import facts as f
from schemas.instants import Instant
from schemas.words import (
    Admission,
    ArchiveReason,
    EndCause,
    Group,
    How,
    Reason,
    RecallReason,
    Stage,
    StayCause,
)
from schemas.zones import date_to_day
from streams.rules.model import Application, Place, Referral, Status
from streams.rules.state import queue_kind
from streams.rules.step import Refused, Step, live_referral, own_application, own_place

HOUR_MS = 3_600_000


# Issuing


def issue(step: Step, application: Application, place: Place, how: How) -> None:
    """R6.1: reserve a place. A temporary referral not yet enrolled gives way to a lasting one (R6.9)."""
    state = step.state
    second_check = state.second_check(step.day)
    early = place.terms.admission is Admission.EARLY
    temporary = place.terms.admission is Admission.TEMPORARY
    step.emit(
        f.ReferralIssued(
            referral=state.referral_count + 1,
            application_id=application.id,
            place_id=place.id,
            how=how,
            number=state.queue(application.queue).number(application),
            documents_until=(
                state.calendar.working_deadline(step.day, state.pack.second_check_days) if second_check else None
            ),
            vacate_until=_vacate_until(step, place) if early else None,
        )
    )
    if not second_check:
        _activate(step, application, place)
    given_way = application.temporary
    if given_way is not None and not temporary:
        end(step, application, given_way, EndCause.SERVED_REGULAR)
        step.emit(f.PlaceReturned(given_way.place_id, EndCause.SERVED_REGULAR))


def _vacate_until(step: Step, place: Place) -> Instant:
    """When a referral to a place that nobody vacates ends (R6.2); a term already past counts from the decision."""
    calendar, days = step.state.calendar, step.state.pack.vacate_calendar_days
    until = calendar.calendar_deadline(date_to_day(place.terms.admission_from), days)
    return until if until > step.now else calendar.calendar_deadline(step.day, days)


def _activate(step: Step, application: Application, place: Place) -> None:
    until = None
    if place.terms.admission is not Admission.EARLY:
        until = step.state.calendar.working_deadline(step.day, step.state.pack.referral_days)
    step.emit(f.ReferralActivated(application.id, place.id, until))


# Ending


def end(step: Step, application: Application, referral: Referral, cause: EndCause, reason: str | None = None) -> None:
    """A referral is over. What becomes of its place and its application, the caller says next."""
    step.emit(f.ReferralEnded(referral.number, application.id, referral.place_id, cause, reason))


def give_back(step: Step, application: Application, referral: Referral, cause: EndCause) -> None:
    """A referral ended without enrolment and without fault: the application is back at its old place, or archived
    where the age cap had waited for this (R1.3). One that never left the order does not return (R6.9)."""
    if archive_over_age(step, application):
        return
    if application.status is Status.REFERRED:
        bring_back(step, application, cause)


def bring_back(step: Step, application: Application, cause: EndCause) -> None:
    """The application stands in the order again. Its number is that of its old place."""
    step.emit_numbered(application, lambda number: f.ApplicationReturned(application.id, cause, number))


def archive_over_age(step: Step, application: Application) -> bool:
    """R1.3: the age cap had waited for the end of a live referral."""
    live = application.referral is not None or application.temporary is not None
    if live or application.status is Status.ARCHIVED or not step.state.over_age(application, step.day):
        return False
    archive(step, application, ArchiveReason.AGE_LIMIT)
    return True


def archive(step: Step, application: Application, reason: ArchiveReason) -> None:
    """Leave for good; a live access is revoked, a live temporary referral was ended by the caller."""
    revoke(step, application)
    step.emit(f.ApplicationArchived(application.id, reason))


def revoke(step: Step, application: Application) -> None:
    """R5.6: access of an application that leaves the order."""
    if application.access_until is not None:
        step.emit(f.AccessRevoked(application.id))


def stop(step: Step, application: Application, *, counted: bool) -> None:
    """R6.6, R6.3: on the stop list."""
    revoke(step, application)
    until = step.state.calendar.working_deadline(step.day, step.state.pack.stop_list_days)
    step.emit(f.ApplicationStopped(application.id, until, True if counted else None))


def end_live(step: Step, application: Application, cause: EndCause) -> None:
    """End what an application has of live referrals, and release their places again."""
    for referral in (application.referral, application.temporary):
        if referral is not None:
            end(step, application, referral, cause)
            step.emit(f.PlaceReturned(referral.place_id, cause))


def end_stays(step: Step, child_id: str) -> None:
    """R6.9: enrolment on a lasting place ends every stay of the child; the rest of it is released again."""
    state = step.state
    for application in state.applications_of(child_id):
        place_id = application.stay
        if place_id is not None:
            step.emit(f.StayEnded(application.id, place_id, StayCause.SERVED_REGULAR))
            organisation = state.organisations[state.places[place_id].terms.organisation_id]
            step.emit(f.PlaceReturned(place_id, EndCause.SERVED_REGULAR))
            if organisation.closed:
                # What was filled when it closed is recalled as soon as it is filled no longer (R2.3).
                step.emit(f.PlaceRecalled(place_id, RecallReason.CLOSURE))


# Events of the second check


def documents_confirmed(step: Step, event: e.ReferralDocumentsConfirmed) -> None:
    """R6.2, R6.3."""
    application, place = step.application(event.application_id), step.place(event.place_id)
    referral = live_referral(application, place)
    if referral.active:
        raise Refused(Reason.WRONG_STATE, "the referral is active already")
    if event.benefit_confirmed or referral.group is Group.GENERAL:
        _activate(step, application, place)
        return
    cause = EndCause.BENEFIT_NOT_CONFIRMED
    end(step, application, referral, cause)
    step.emit(f.PlaceReturned(place.id, cause))
    if application.benefits:
        step.emit(f.BenefitsChanged(application.id, ()))
    if application.group is not Group.GENERAL:
        regroup(step, application, Group.GENERAL)
    give_back(step, application, referral, cause)


def regroup(step: Step, application: Application, group: Group) -> None:
    """R3.6: another group at the original submission time; the number is null while off the order."""
    old = application.group
    if application.status is Status.QUEUED:
        step.emit_numbered(application, lambda number: f.ApplicationRegrouped(application.id, old, group, number))
    else:
        step.emit(f.ApplicationRegrouped(application.id, old, group))


def documents_refused(step: Step, event: e.ReferralDocumentsRefused) -> None:
    """R6.3: identity, kinship or papers refused: ten working days, no lapse."""
    application, place = step.application(event.application_id), step.place(event.place_id)
    referral = live_referral(application, place)
    if referral.active:
        raise Refused(Reason.WRONG_STATE, "the referral is active already")
    end(step, application, referral, EndCause.DOCUMENTS_REFUSED, event.reason)
    step.emit(f.PlaceReturned(place.id, EndCause.DOCUMENTS_REFUSED))
    if not archive_over_age(step, application):
        stop(step, application, counted=False)


def documents_presented(step: Step, application: Application, place: Place) -> None:
    """R6.2: the applicant's clock stops, the provider's runs to the end of the next working day."""
    referral = live_referral(application, place)
    if referral.active or referral.provider_until is not None:
        raise Refused(Reason.WRONG_STATE, "papers for this referral were shown already")
    until = step.state.calendar.working_deadline(step.day, step.state.pack.second_check_answer_days)
    step.emit(f.DocumentsPresented(application.id, until, place.id))


# Events of the applicant


def cancelled(step: Step, event: e.ReferralCancelled) -> None:
    """R6.4, with the exceptions of R6.2: a place not vacated, a provider who is late."""
    application, place = step.application(event.application_id), step.place(event.place_id)
    own_application(application, event.applicant_id)
    referral = live_referral(application, place)
    in_time = step.now < referral.issued_at + step.state.pack.cancellation_hours * HOUR_MS
    not_vacated = place.terms.admission is Admission.EARLY
    provider = referral.provider_until
    provider_late = not referral.active and provider is not None and step.now >= provider
    if not (in_time or not_vacated or provider_late):
        raise Refused(Reason.TOO_LATE, f"{step.state.pack.cancellation_hours} hours after the issue are over")
    end(step, application, referral, EndCause.CANCELLED)
    step.emit(f.PlaceReturned(place.id, EndCause.CANCELLED))
    give_back(step, application, referral, EndCause.CANCELLED)


def extended(step: Step, event: e.ReferralExtended) -> None:
    """R6.5."""
    application, place = step.application(event.application_id), step.place(event.place_id)
    own_application(application, event.applicant_id)
    referral = live_referral(application, place)
    if not referral.active:
        raise Refused(Reason.NOT_ACTIVE, "the second check is not passed yet")
    if referral.extended:
        raise Refused(Reason.ALREADY_EXTENDED, "a referral is extended once")
    if referral.until is None:
        raise Refused(Reason.WRONG_STATE, "the clock of an early place starts when it is vacated")
    if event.days > step.state.pack.extension_calendar_days_max:
        most = step.state.pack.extension_calendar_days_max
        raise Refused(Reason.WRONG_STATE, f"by {most} calendar days at most")
    zone = step.state.zone
    until = zone.at(zone.day_of(referral.until) + event.days)
    step.emit(f.ReferralExtended(application.id, place.id, until, event.reason, event.days))


# Events of the organisation


def _for_organisation(step: Step, event: e.ChildEnrolled | e.AdmissionRefused) -> tuple[Application, Place, Referral]:
    application, place = step.application(event.application_id), step.place(event.place_id)
    own_place(step, place, event.organisation_id)
    referral = live_referral(application, place)
    if not referral.active:
        raise Refused(Reason.NOT_ACTIVE, "the second check is not passed yet")
    return application, place, referral


def child_enrolled(step: Step, event: e.ChildEnrolled) -> None:
    """R6.7, R6.9."""
    application, place, referral = _for_organisation(step, event)
    temporary = referral is application.temporary
    step.emit(f.PlaceFilled(place.id))
    end(step, application, referral, EndCause.ENROLLED)
    if temporary:
        archive_over_age(step, application)
        return
    archive(step, application, ArchiveReason.ENROLLED)
    end_stays(step, application.child_id)
    if step.state.pack.enrolment_archives_other_kinds:
        _archive_other_kinds(step, application)


def _archive_other_kinds(step: Step, enrolled: Application) -> None:
    for other in step.state.applications_of(enrolled.child_id):
        another_kind = queue_kind(other.queue) is not queue_kind(enrolled.queue)
        if another_kind and other.status not in (Status.ARCHIVED, Status.REFUSED):
            end_live(step, other, EndCause.SERVED_REGULAR)
            archive(step, other, ArchiveReason.ENROLLED_ELSEWHERE)


def admission_refused(step: Step, event: e.AdmissionRefused) -> None:
    """R6.8: back to the old place in the order; this place is not offered to the application again (R5.3)."""
    application, place, referral = _for_organisation(step, event)
    end(step, application, referral, EndCause.REFUSED, event.reason)
    step.emit(f.PlaceReturned(place.id, EndCause.REFUSED))
    give_back(step, application, referral, EndCause.REFUSED)


def child_left(step: Step, event: e.ChildLeft) -> None:
    """R6.7: the place stays filled; a stay ends."""
    application, place = step.application(event.application_id), step.place(event.place_id)
    own_place(step, place, event.organisation_id)
    if place.stage is not Stage.FILLED or place.application_id != application.id:
        raise Refused(Reason.WRONG_STATE, f"{application.id} does not attend {place.id}")
    staying = application.stay == place.id
    step.emit(f.ChildLeft(application.id, place.id))
    if staying:
        step.emit(f.StayEnded(application.id, place.id, StayCause.LEFT))


# The timer


def due(step: Step, application: Application, moment: Instant) -> None:
    """R6.2, R6.6: documents not shown, validity over, or an early place never vacated."""
    for referral in (application.referral, application.temporary):
        if referral is None:
            continue
        place = step.state.places[referral.place_id]
        if place.terms.admission is Admission.EARLY and referral.vacate_until == moment:
            end(step, application, referral, EndCause.NOT_VACATED)
            step.emit(f.PlaceReturned(place.id, EndCause.NOT_VACATED))
            give_back(step, application, referral, EndCause.NOT_VACATED)
            continue
        unshown = not referral.active and referral.provider_until is None
        if referral.until == moment or (unshown and referral.documents_until == moment):
            _lapse(step, application, referral)


def _lapse(step: Step, application: Application, referral: Referral) -> None:
    end(step, application, referral, EndCause.LAPSED)
    step.emit(f.PlaceReturned(referral.place_id, EndCause.LAPSED))
    if archive_over_age(step, application):
        return
    counted = not referral.automatic
    if counted and application.lapses + 1 >= step.state.pack.lapses_until_archived:
        archive(step, application, ArchiveReason.SECOND_LAPSE)
    else:
        stop(step, application, counted=counted)
