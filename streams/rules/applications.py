"""Applications: registration, documents, benefits, interest, withdrawal, suspension (R1, R3.6, R4)."""

from datetime import date

from schemas import events as e
from schemas import facts as f
from schemas.instants import EVENT_TIME_MIN, Instant
from schemas.words import ArchiveReason, Channel, EndCause, Group, QueueKind, Reason, RefusalReason, Subject
from schemas.zones import day_to_date
from streams.rules import referrals
from streams.rules.calendar import age_in_school_year, school_year
from streams.rules.fold_applications import claim_of
from streams.rules.model import LIVE, STANDING, Application, QueueKey, Status
from streams.rules.referrals import archive, bring_back, end_live, regroup, revoke
from streams.rules.state import queue_kind
from streams.rules.step import AlreadyDecided, Refused, Step, own_application

MINUTE_MS = 60_000
YEAR_FIRST, YEAR_LAST = 1990, 2060  # of birth


# Registration


def submitted(step: Step, event: e.ApplicationSubmitted, record_time: Instant) -> None:
    """R1, R3.2, R4.1. `record_time`: the event's own, which nobody can backdate."""
    known = step.state.applications.get(event.application_id)
    if known is not None and _same(step, known, event):
        raise AlreadyDecided(known.sequence)
    queue_key = _queue_key(step, event)
    if known is not None:
        raise Refused(Reason.CONFLICTING_APPLICATION, f"{event.application_id} stands for another application")
    _check_times(step, event, record_time)
    _check_child(step, event, queue_key)
    _check_eligible(step, event)
    favoured = event.queue_kind is QueueKind.GENERAL and event.child_id in step.state.favoured
    step.emit(
        f.ApplicationRegistered(
            application_id=event.application_id,
            applicant_id=event.applicant_id,
            child_id=event.child_id,
            child_born=event.child_born,
            queue_kind=event.queue_kind,
            queue=str(queue_key),
            submitted_at=event.submitted_at,
            benefits=event.benefits,
            special_needs=event.special_needs,
            commission_conclusion=event.commission_conclusion,
            channel=event.channel,
            documents_until=_documents_until(step, event.submitted_at),
            organisation_id=event.organisation_id,
            profile=event.profile,
            private_only=True if favoured else None,
        )
    )


def _same(step: Step, known: Application, event: e.ApplicationSubmitted) -> bool:
    kind = queue_kind(known.queue)
    return (
        known.first_applicant_id == event.applicant_id
        and known.child_id == event.child_id
        and known.kind.born == event.child_born
        and kind is event.queue_kind
        and known.submitted_at == event.submitted_at
        and known.claim == claim_of(event)
    )


def _queue_key(step: Step, event: e.ApplicationSubmitted) -> QueueKey:
    if event.queue_kind is QueueKind.GENERAL:
        return QueueKey(QueueKind.GENERAL, event.child_born.year)
    if event.organisation_id is None:
        raise Refused(Reason.UNKNOWN_ORGANISATION, "a special or sanatorium queue belongs to an organisation: name it")
    step.organisation(event.organisation_id)
    return QueueKey(event.queue_kind, event.child_born.year, event.organisation_id, event.profile or "")


def _documents_until(step: Step, submitted_at: Instant) -> Instant:
    """Deadline(submission, 5 working days); one already past counts from the decision (section 0)."""
    state = step.state
    until = state.calendar.working_deadline(state.zone.day_of(submitted_at), state.pack.registration_days)
    return until if until > step.now else state.calendar.working_deadline(step.day, state.pack.registration_days)


def _check_times(step: Step, event: e.ApplicationSubmitted, record_time: Instant) -> None:
    """R3.2: nobody can backdate; only a migration brings older times."""
    state = step.state
    if event.submitted_at > record_time:
        raise Refused(Reason.BAD_TIME, "submitted_at is later than the record")
    if event.submitted_at < EVENT_TIME_MIN:
        raise Refused(Reason.BAD_TIME, "submitted_at lies before 2005")
    day = state.zone.day_of(event.submitted_at)
    if event.channel is not Channel.MIGRATION:
        until = state.calendar.working_deadline(day, state.pack.registration_days)
        if record_time >= until:
            raise Refused(Reason.BAD_TIME, f"submitted more than {state.pack.registration_days} working days ago")
    if not date(YEAR_FIRST, 1, 1) <= event.child_born <= day_to_date(day):
        raise Refused(Reason.BAD_DATE, f"child_born is before {YEAR_FIRST} or later than the submission")


def _check_child(step: Step, event: e.ApplicationSubmitted, queue_key: QueueKey) -> None:
    """R1.2, R1.4, R6.7: what the child's other applications allow."""
    state = step.state
    others = state.applications_of(event.child_id)
    cap = state.pack.registrations_max
    if cap is not None and len(others) >= cap:
        raise Refused(Reason.TOO_MANY_REGISTRATIONS, f"the child was registered {cap} times in this locality")
    kind = f"{event.queue_kind.lower()}/"
    second_kind = False
    for other in others:
        if other.status in LIVE:
            if other.queue == str(queue_key):
                raise Refused(Reason.DUPLICATE_APPLICATION, f"the child stands in {other.queue} with {other.id}")
            second_kind = second_kind or not other.queue.startswith(kind)
        else:
            _check_attendance(step, other)
    _check_age(step, event)
    if second_kind and not event.special_needs:
        detail = "only a child with confirmed special needs stands in queues of two kinds"
        raise Refused(Reason.SPECIAL_NEEDS_NOT_CONFIRMED, detail)


def _check_attendance(step: Step, enrolled: Application) -> None:
    """R6.7: whether a child that was enrolled may apply anew is a switch of the pack."""
    pack = step.state.pack
    if pack.reapply_while_attending and pack.reapply_after_leaving:
        return
    if enrolled.enrolled_at is None:
        return
    attends = step.state.places[enrolled.enrolled_at].application_id == enrolled.id
    if attends and not pack.reapply_while_attending:
        raise Refused(Reason.WRONG_STATE, f"the child attends {enrolled.enrolled_at}")
    if not attends and not pack.reapply_after_leaving:
        raise Refused(Reason.WRONG_STATE, f"the child was enrolled on {enrolled.enrolled_at} before")


def _check_age(step: Step, event: e.ApplicationSubmitted) -> None:
    """R1.3: the child's own state, so it is said before anything about its other applications' kinds."""
    state = step.state
    exempt = event.special_needs and event.commission_conclusion
    year = school_year(day_to_date(step.day))
    if not exempt and age_in_school_year(event.child_born, year) >= state.pack.age_limit_years:
        raise Refused(Reason.TOO_OLD, f"{state.pack.age_limit_years} full years on 1 September {year}")


def _check_eligible(step: Step, event: e.ApplicationSubmitted) -> None:
    """R1.1."""
    if event.queue_kind is QueueKind.GENERAL:
        return
    organisation = step.organisation(event.organisation_id or "")
    if organisation.kind.value != event.queue_kind.value:
        raise Refused(Reason.NOT_ELIGIBLE, f"{organisation.id} has no {event.queue_kind.lower()} queue")
    if not profile_fits(event.profile, organisation.profiles):
        raise Refused(Reason.NOT_ELIGIBLE, f"{organisation.id} has no such profile: {event.profile or 'none given'}")


def profile_fits(profile: str | None, profiles: tuple[str, ...]) -> bool:
    """R1.1: one of the organisation's profiles where it states any, else none."""
    return profile in profiles if profiles else not profile


# Documents of the registration


def documents_presented(step: Step, event: e.DocumentsPresented) -> None:
    """R4.1: the applicant's clock stops, the provider's thirty minutes begin. With a place: the second check (R6.2)."""
    application = step.application(event.application_id)
    if event.place_id is not None:
        referrals.documents_presented(step, application, step.place(event.place_id))
        return
    if application.status is not Status.REGISTERED or application.provider_until is not None:
        raise Refused(Reason.WRONG_STATE, f"no papers are awaited: {application.status}")
    until = Instant(step.now + step.state.pack.registration_answer_minutes * MINUTE_MS)
    step.emit(f.DocumentsPresented(application.id, until))


def documents_confirmed(step: Step, event: e.DocumentsConfirmed) -> None:
    """R4.1, R3.6, R4.3: queued now, or a month after the application for a child that R4.3 binds."""
    application = _registered(step, event.application_id)
    if event.benefits is not None and event.benefits != application.benefits:
        step.emit(f.BenefitsChanged(application.id, event.benefits))
    if application.kind.private_only:
        state = step.state
        day = state.zone.day_of(application.submitted_at)
        until = state.calendar.months_deadline(day, state.pack.joining_months)
        if until > step.now:
            step.emit(f.ApplicationDeferred(application.id, until))
            return
    enqueue(step, application)


def _registered(step: Step, application_id: str) -> Application:
    application = step.application(application_id)
    if application.status is not Status.REGISTERED:
        raise Refused(Reason.WRONG_STATE, f"not waiting for documents: {application.status}")
    return application


def enqueue(step: Step, application: Application) -> None:
    """The application takes its place in the order."""
    group = Group.GENERAL if application.kind.private_only else step.state.group_of(application.benefits)
    queue = step.state.queue(application.queue)
    position = (application.submitted_at, application.id)
    # Joining changes nothing before it, so its numbers are known before it stands there.
    number, in_group = queue.order.number(group, position), queue.order.number_in_group(group, position)
    step.emit(f.ApplicationQueued(application.id, queue.id, group, number, in_group))


def documents_refused(step: Step, event: e.DocumentsRefused) -> None:
    """R4.1."""
    application = _registered(step, event.application_id)
    step.emit(f.ApplicationRefused(application.id, RefusalReason(event.reason), event.missing))


# While it stands


def benefits_changed(step: Step, event: e.BenefitsChanged) -> None:
    """R3.6: as checked by the provider."""
    application = _live(step, event.application_id)
    step.emit(f.BenefitsChanged(application.id, event.benefits))
    if application.status in STANDING and not application.kind.private_only:
        group = step.state.group_of(event.benefits)
        if group is not application.group:
            regroup(step, application, group)


def _live(step: Step, application_id: str) -> Application:
    application = step.application(application_id)
    if application.status not in LIVE:
        raise Refused(Reason.WRONG_STATE, f"{application.id} is {application.status}")
    return application


def interest_confirmed(step: Step, event: e.InterestConfirmed) -> None:
    """R4.4."""
    application = step.application(event.application_id)
    own_application(application, event.applicant_id)
    if application.status not in STANDING:
        raise Refused(Reason.WRONG_STATE, f"{application.id} is {application.status}")
    step.emit(f.InterestConfirmed(application.id))


def withdrawn(step: Step, event: e.ApplicationWithdrawn) -> None:
    """R4.5."""
    application = step.application(event.application_id)
    own_application(application, event.applicant_id)
    if application.status not in LIVE:
        raise Refused(Reason.WRONG_STATE, f"{application.id} is {application.status}")
    end_live(step, application, EndCause.WITHDRAWN)
    archive(step, application, ArchiveReason.WITHDRAWN)


def linked(step: Step, event: e.ApplicantLinked) -> None:
    """R4.6."""
    application = _live(step, event.application_id)
    step.emit(f.ApplicantLinked(application.id, event.applicant_id))


def suspended(step: Step, event: e.ApplicationSuspended) -> None:
    """R4.7."""
    application = step.application(event.application_id)
    if application.status not in (Status.QUEUED, Status.STOPPED, Status.REFERRED):
        raise Refused(Reason.WRONG_STATE, f"{application.id} is {application.status}")
    end_live(step, application, EndCause.SUSPENDED)
    if referrals.archive_over_age(step, application):
        return
    revoke(step, application)
    step.emit(f.ApplicationSuspended(application.id, event.reason))


def restored(step: Step, event: e.ApplicationRestored) -> None:
    """R4.7: back to the old place, or to what is left of the stop list."""
    application = step.application(event.application_id)
    if application.status is not Status.SUSPENDED:
        raise Refused(Reason.WRONG_STATE, f"{application.id} is {application.status}")
    if application.deadline is not None and application.deadline > step.now:
        step.emit(f.ApplicationStopped(application.id, application.deadline))
    else:
        bring_back(step, application, EndCause.RESTORED)


# Timers


def registration_due(step: Step, application: Application, moment: Instant) -> None:
    """R4.1: nothing was shown in time."""
    waits = application.status is Status.REGISTERED and application.provider_until is None
    if waits and application.deadline == moment:
        step.emit(f.ApplicationRefused(application.id, RefusalReason.NOT_SHOWN_IN_TIME, ()))


def stop_list_due(step: Step, application: Application, moment: Instant) -> None:
    """R6.6: back to the old place."""
    if application.status is Status.STOPPED and application.deadline == moment:
        bring_back(step, application, EndCause.STOP_LIST_ENDED)


def joining_due(step: Step, application: Application, moment: Instant) -> None:
    """R4.3: the month is over."""
    if application.status is Status.DEFERRED and application.deadline == moment:
        enqueue(step, application)


def access_due(step: Step, application: Application, moment: Instant) -> None:
    """R5.4: lapses without penalty."""
    if application.access_until == moment:
        step.emit(f.AccessLapsed(application.id))


def interest_due(step: Step, application: Application, moment: Instant) -> None:
    """R4.4: reminded after a year, archived 30 days later, never while referred."""
    if application.interest_due != moment:
        return
    if not application.interest_reminded:
        until = step.state.calendar.calendar_deadline(step.day, step.state.pack.interest_calendar_days)
        step.emit(f.ReminderDue(application.id, Subject.INTEREST, until))
    elif application.referral is None and application.temporary is None:
        archive(step, application, ArchiveReason.INTEREST_NOT_CONFIRMED)


def reminder_due(step: Step, application: Application, moment: Instant) -> None:
    """R6.10: of an access, and of a referral's deadline that binds the applicant."""
    reminder = step.state.calendar.reminder
    until = application.access_until
    if until is not None and reminder(until) == moment:
        step.emit(f.ReminderDue(application.id, Subject.ACCESS, until))
    for referral in (application.referral, application.temporary):
        if referral is None:
            continue
        due = referral.until
        if not referral.active and referral.provider_until is None:
            due = referral.documents_until
        if due is not None and reminder(due) == moment:
            step.emit(f.ReminderDue(application.id, Subject.REFERRAL, due))


def age_limit_due(step: Step, most: int) -> bool:
    """R1.3: on 1 September. At most `most` in one record; true when more are left."""
    state = step.state
    if not state.over_age_left:
        state.over_age_left = sorted(
            (
                application.id
                for application in state.applications.values()
                if application.status in LIVE
                and application.referral is None
                and application.temporary is None
                and state.over_age(application, step.day)
            ),
            reverse=True,
        )
    for _ in range(min(most, len(state.over_age_left))):
        archive(step, state.applications[state.over_age_left.pop()], ArchiveReason.AGE_LIMIT)
    return bool(state.over_age_left)
