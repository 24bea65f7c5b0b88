"""Checks what happens to applications: R1.2, R1.3, R3, R4, R6.6. Never looks at places on offer."""

import re
from typing import Any

from consumers.verification.book import Account, Step
from consumers.verification.findings import Broken
from consumers.verification.shapes import (
    ApplicantLinked,
    ApplicationArchived,
    ApplicationDeferred,
    ApplicationQueued,
    ApplicationRefused,
    ApplicationRegistered,
    ApplicationRegrouped,
    ApplicationReturned,
    ApplicationStopped,
    ApplicationSuspended,
    BenefitsChanged,
    ChildLeft,
    DocumentsPresented,
    InterestConfirmed,
    ReminderDue,
)
from consumers.verification.state import Application, Child, Where, age_in_school_year, profile_of, school_year
from schemas.words import ArchiveReason, EndCause, Group, QueueKind, RefusalReason, Subject, Timer

ID_PATTERN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
OFF_ORDER = (Where.REFERRED, Where.STOPPED, Where.SUSPENDED, Where.ADRIFT)


def _queue_name(fact: ApplicationRegistered) -> str:
    if fact.queue_kind is QueueKind.GENERAL:
        return f"general/{fact.child_born.year}"
    return f"{fact.queue_kind.lower()}/{fact.organisation_id}/{fact.child_born.year}/{fact.profile or ''}"


def application_registered(account: Account, fact: ApplicationRegistered, step: Step) -> None:
    """R1.1 to R1.3, R3.2: a new id, in the queue of its kind and birth year, submitted no later than recorded."""
    if fact.application_id in account.applications or not ID_PATTERN.fullmatch(fact.application_id):
        raise Broken("R8.2", "application {id} was registered before", id=fact.application_id[:64])
    if fact.queue != _queue_name(fact):
        raise Broken("R1.1", "application {id} belongs to {name}", id=fact.application_id, name=_queue_name(fact))
    if fact.queue_kind is not QueueKind.GENERAL:
        organisation = account.organisations.get(fact.organisation_id or "")
        if organisation is None or organisation.closed:
            raise Broken("R2.3", "organisation {id} is unknown or closed", id=fact.organisation_id)
        if organisation.kind != fact.queue_kind.value or not organisation.admits(fact.profile or ""):
            raise Broken("R1.1", "organisation {id} has no queue {name}", id=fact.organisation_id, name=fact.queue)
    submitted = account.moments.of(fact.submitted_at)
    if submitted > step.time:
        raise Broken("R3.2", "application {id} is submitted later than it is recorded", id=fact.application_id)
    exempt = fact.special_needs and fact.commission_conclusion
    year = school_year(account.date_of(step.time))
    if age_in_school_year(fact.child_born, year) >= account.table.age_cap and not exempt:
        raise Broken("R1.3", "the child of application {id} is too old", id=fact.application_id)
    until = account.moments.of(fact.documents_until)
    account.check_deadline(until, submitted, account.table.documents_days, "R4.1")
    child = account.children.setdefault(fact.child_id, Child())
    _check_child(child, fact)
    if bool(fact.private_only) != (child.bound and fact.queue_kind is QueueKind.GENERAL):
        raise Broken("R4.3", "application {id} is wrongly marked for private places", id=fact.application_id)
    application = Application(
        id=fact.application_id,
        applicant=fact.applicant_id,
        child=child,
        born=fact.child_born,
        queue=account.queue(fact.queue),
        key=(submitted, fact.application_id),
        benefits=fact.benefits,
        exempt=exempt,
        special_needs=fact.special_needs,
        private_only=bool(fact.private_only),
        documents_until=until,
    )
    child.queues[fact.queue] = fact.application_id
    account.applications[fact.application_id] = application
    account.oblige(until, Timer.REGISTRATION, fact.application_id)


def _check_child(child: Child, fact: ApplicationRegistered) -> None:
    if fact.queue in child.queues:
        raise Broken("R1.2", "the child of application {id} stands in this queue already", id=fact.application_id)
    kinds = {name.split("/", 1)[0] for name in child.queues} | {fact.queue_kind.lower()}
    if len(kinds) > 1 and not fact.special_needs:
        raise Broken("R1.2", "application {id} is for a second kind without special needs", id=fact.application_id)


def application_deferred(account: Account, fact: ApplicationDeferred, step: Step) -> None:
    """R4.3: confirmed, but joins later; only a child that is bound to private places."""
    application = account.application(fact.application_id, step)
    if application.where is not Where.REGISTERED or not application.private_only:
        raise Broken("R4.3", "application {id} has nothing to wait for", id=application.id)
    application.where, application.until = Where.DEFERRED, account.moments.of(fact.until)
    account.oblige(application.until, Timer.JOINING, application.id)


def application_queued(account: Account, fact: ApplicationQueued, step: Step) -> None:
    """R3, R4.1: in its queue, in the group of its benefits, with the numbers of the closed form."""
    application = account.application(fact.application_id, step)
    joining = application.where is Where.DEFERRED
    if application.where is not Where.REGISTERED and not joining:
        raise Broken(
            "R4.1", "application {id} is {where} and cannot be queued", id=application.id, where=_where(application)
        )
    if joining and (step.timer is not Timer.JOINING or step.due != application.until or step.subject != application.id):
        # A term that was over when the papers were confirmed lets it join at once.
        raise Broken("R4.3", "application {id} joins at another time", id=application.id)
    if fact.queue != application.queue.name:
        raise Broken("R1.1", "application {id} belongs to {name}", id=application.id, name=application.queue.name)
    application.group, application.until, application.examined = fact.group, 0, True
    account.enter(application)
    expected = account.number(application)
    _check_number(application, expected[0], fact.number)
    if fact.number_in_group != expected[1]:
        raise Broken(
            "R3.5", "the number in its group is {number}, not {found}", number=expected[1], found=fact.number_in_group
        )


def _check_number(application: Application, expected: int, found: int) -> None:
    if expected != found:
        raise Broken(
            "R3.5",
            "application {id} has the queue number {number}, not {found}",
            id=application.id,
            number=expected,
            found=found,
        )


def _where(application: Application) -> str:
    return application.where.value


def application_refused(account: Account, fact: ApplicationRefused, step: Step) -> None:
    """R4.1: by the provider, or by the deadline that nobody met."""
    application = account.application(fact.application_id, step)
    if application.where is not Where.REGISTERED:
        raise Broken(
            "R4.1", "application {id} is {where} and cannot be refused", id=application.id, where=_where(application)
        )
    by_time = fact.reason is RefusalReason.NOT_SHOWN_IN_TIME
    if by_time != (step.timer is Timer.REGISTRATION):
        raise Broken("R4.1", "application {id} is refused for another reason than its cause", id=application.id)
    if by_time and (application.presented or step.due != application.documents_until or step.subject != application.id):
        raise Broken("R4.1", "the documents' deadline of application {id} has not run out", id=application.id)
    account.forget(application)


def application_regrouped(account: Account, fact: ApplicationRegrouped, step: Step) -> None:
    """R3.6: to the other group at its original submission time."""
    application = account.application(fact.application_id, step)
    if fact.from_ is not application.group or fact.to is fact.from_:
        raise Broken("R3.6", "application {id} is in the group {group}", id=application.id, group=application.group)
    if step.cause == "ReferralDocumentsConfirmed":
        application.unproven = True
    order = application.queue.order
    if application.where is Where.WAITING:
        order.leave(application.group, application.key, may_return=False)
        _regroup_holder(application, fact.to)
        order.put(application.group, application.key)
        if fact.number is not None:
            _check_number(application, account.number(application)[0], fact.number)
    else:
        if application.where not in OFF_ORDER:
            raise Broken("R3.6", "application {id} is {where}", id=application.id, where=_where(application))
        if fact.number is not None:
            raise Broken("R3.6", "application {id} is off the order and has no number", id=application.id)
        if fact.to is Group.PRIORITY:
            order.returning += 1
        order.lose(application.group)
        application.group = fact.to
    account.touch(application.queue)


def _regroup_holder(application: Application, to: Group) -> None:
    if application.held is not None:
        application.queue.pool.remove_holder((application.group, application.key))
        application.queue.pool.add_holder(application.held, (to, application.key))
    application.group = to


def benefits_changed(account: Account, fact: BenefitsChanged, step: Step) -> None:
    """R3.6: what the provider checked. The group must agree when the record ends."""
    application = account.application(fact.application_id, step)
    application.benefits, application.unproven, application.examined = fact.benefits, False, True


def application_archived(account: Account, fact: ApplicationArchived, step: Step) -> None:
    """R1.3, R2.3, R4.4, R4.5, R6.6, R6.7: each reason has its cause."""
    application = account.application(fact.application_id, step)
    reason = fact.reason
    lawful = {
        ArchiveReason.WITHDRAWN: step.cause == "ApplicationWithdrawn",
        ArchiveReason.ENROLLED: application.ended is EndCause.ENROLLED and application.where is Where.ADRIFT,
        ArchiveReason.ENROLLED_ELSEWHERE: step.cause == "ChildEnrolled",
        ArchiveReason.AGE_LIMIT: _over_age(account, application, step.time),
        ArchiveReason.INTEREST_NOT_CONFIRMED: application.interest_until != 0
        and application.interest_until <= step.time,
        ArchiveReason.SECOND_LAPSE: application.lapses >= account.table.lapses_max
        and application.ended is EndCause.LAPSED,
        ArchiveReason.ORGANISATION_CLOSED: step.closed is not None
        and application.queue.name.split("/")[1:2] == [step.closed],
    }
    if not lawful[reason]:
        raise Broken("R4", "application {id} may not be archived for {reason}", id=application.id, reason=reason)
    account.forget(application)


def _over_age(account: Account, application: Application, moment: int) -> bool:
    year = school_year(account.date_of(moment))
    return not application.exempt and age_in_school_year(application.born, year) >= account.table.age_cap


def application_stopped(account: Account, fact: ApplicationStopped, step: Step) -> None:
    """R6.3, R6.6: after a lapse or refused papers, for ten working days."""
    application = account.application(fact.application_id, step)
    until = account.moments.of(fact.until)
    if application.where is Where.SUSPENDED and step.cause == "ApplicationRestored":
        if until != application.stop_until or until <= step.time:
            raise Broken("R4.7", "application {id} has another term on the stop list", id=application.id)
    else:
        if application.ended not in (EndCause.LAPSED, EndCause.DOCUMENTS_REFUSED):
            raise Broken("R6.6", "application {id} is stopped without a lapse", id=application.id)
        account.check_deadline(until, step.since, account.table.stop_days, "R6.6")
    account.step_aside(application, Where.STOPPED)
    application.until = application.stop_until = until
    account.oblige(until, Timer.STOP_LIST, application.id)


def application_suspended(account: Account, fact: ApplicationSuspended, step: Step) -> None:
    """R4.7: only a queued, stopped or referred one."""
    application = account.application(fact.application_id, step)
    if application.where not in (Where.WAITING, Where.STOPPED, Where.ADRIFT):
        raise Broken("R4.7", "application {id} is {where}", id=application.id, where=_where(application))
    account.step_aside(application, Where.SUSPENDED)


def application_returned(account: Account, fact: ApplicationReturned, step: Step) -> None:
    """R2.4, R4.7, R6: back to the old place in the order, with the number that this gives."""
    application = account.application(fact.application_id, step)
    if fact.cause is EndCause.RESTORED:
        lawful = application.where is Where.SUSPENDED and step.cause == "ApplicationRestored"
    elif fact.cause is EndCause.STOP_LIST_ENDED:
        in_time = step.timer is Timer.STOP_LIST and step.due == application.until and step.subject == application.id
        lawful = application.where is Where.STOPPED and in_time
    else:
        lawful = application.where is Where.ADRIFT and application.ended is fact.cause
        lawful = lawful and fact.cause not in (EndCause.ENROLLED, EndCause.LAPSED, EndCause.DOCUMENTS_REFUSED)
    if not lawful:
        raise Broken("R6", "application {id} may not return for {cause}", id=application.id, cause=fact.cause)
    account.come_back(application)
    _check_number(application, account.number(application)[0], fact.number)


def documents_presented(account: Account, fact: DocumentsPresented, step: Step) -> None:
    """R4.1, R6.2: stops the clock that binds the applicant."""
    application = account.application(fact.application_id, step)
    if fact.place_id is None:
        if application.where is not Where.REGISTERED:
            raise Broken("R4.1", "application {id} is {where}", id=application.id, where=_where(application))
        application.presented = True
        return
    for referral in application.referrals:
        if referral.place.terms.place_id == fact.place_id:
            referral.presented = True
            return
    raise Broken("R6.2", "application {id} has no live referral to {place}", id=application.id, place=fact.place_id)


def interest_confirmed(account: Account, fact: InterestConfirmed, step: Step) -> None:
    """R4.4."""
    account.application(fact.application_id, step).interest_until = 0


def reminder_due(account: Account, fact: ReminderDue, step: Step) -> None:
    """R6.10, R4.4: only of a deadline that lives."""
    application = account.application(fact.application_id, step)
    until = account.moments.of(fact.until)
    if fact.of is Subject.INTEREST:
        application.interest_until = until
        lawful = True
    elif fact.of is Subject.ACCESS:
        lawful = application.access_until == until
    else:
        lawful = any(until in (each.documents_until, each.until, each.vacate_until) for each in application.referrals)
    if not lawful or until <= step.time:
        raise Broken("R6.10", "application {id} has no such deadline", id=application.id)


def applicant_linked(account: Account, fact: ApplicantLinked, step: Step) -> None:
    """R4.6."""
    account.application(fact.application_id, step).applicant = fact.applicant_id


def child_left(account: Account, fact: ChildLeft, step: Step) -> None:
    """R6.7: a child that sits on the place."""
    place = account.places.get(fact.place_id)
    if isinstance(place, str):
        if place == fact.application_id:
            account.places[fact.place_id] = None
            return
    elif place is not None and place.occupant is not None and place.occupant.id == fact.application_id:
        step.places.append(place)
        return
    raise Broken(
        "R6.7", "the child of application {id} does not sit on {place}", id=fact.application_id, place=fact.place_id
    )


def settle_application(account: Account, application: Application, step: Step) -> None:
    """What must hold of an application when a record ends (invariant 2, R3.1, R5.6)."""
    if application.where is Where.ADRIFT:
        raise Broken("R6", "the referral of application {id} ended, and nothing followed", id=application.id)
    if len(application.referrals) > 1:
        raise Broken("invariant 2", "application {id} has two live referrals", id=application.id)
    if application.held is not None:
        if application.where is not Where.WAITING:
            raise Broken("R5.6", "application {id} is off the order and keeps its access", id=application.id)
        if application.held != profile_of(application):
            account.profile_changed(application.child)
    application.ended = None
    application.queue.recount(application)
    if application.examined:
        application.examined, application.entitled = False, account.table.group_of(application.benefits)
    if application.where is Where.WAITING and not application.private_only and not application.unproven:
        expected = application.entitled
        if application.group is not expected:
            raise Broken(
                "R3.1",
                "application {id} stands in {group}, not in {expected}",
                id=application.id,
                group=application.group,
                expected=expected,
            )


HANDLERS: dict[type, Any] = {
    ApplicationRegistered: application_registered,
    ApplicationDeferred: application_deferred,
    ApplicationQueued: application_queued,
    ApplicationRefused: application_refused,
    ApplicationRegrouped: application_regrouped,
    BenefitsChanged: benefits_changed,
    ApplicationArchived: application_archived,
    ApplicationStopped: application_stopped,
    ApplicationSuspended: application_suspended,
    ApplicationReturned: application_returned,
    DocumentsPresented: documents_presented,
    InterestConfirmed: interest_confirmed,
    ReminderDue: reminder_due,
    ApplicantLinked: applicant_linked,
    ChildLeft: child_left,
}
