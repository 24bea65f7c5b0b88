"""Checks referrals and stays: R5.3, R5.5, R5.7, R5.8, R6. Owns what serving somebody does to the order."""

from typing import Any

from consumers.verification.book import Account, Step
from consumers.verification.findings import Broken
from consumers.verification.shapes import (
    ReferralActivated,
    ReferralEnded,
    ReferralExtended,
    ReferralIssued,
    StayEnded,
)
from consumers.verification.state import Application, Place, Referral, Where, kind_of, profile_of, suits
from schemas.words import Admission, EndCause, Group, How, Ownership, QueueKind, Stage, StayCause, Timer
from schemas.zones import date_to_day

CAUSES: dict[EndCause, tuple[str, ...]] = {
    EndCause.CANCELLED: ("ReferralCancelled",),
    EndCause.LAPSED: (Timer.REFERRAL,),
    EndCause.NOT_VACATED: (Timer.REFERRAL,),
    EndCause.RECALLED: ("PlaceRecalled", "OrganisationClosed"),
    EndCause.REFUSED: ("AdmissionRefused",),
    EndCause.BENEFIT_NOT_CONFIRMED: ("ReferralDocumentsConfirmed",),
    EndCause.DOCUMENTS_REFUSED: ("ReferralDocumentsRefused",),
    EndCause.WITHDRAWN: ("ApplicationWithdrawn",),
    EndCause.SUSPENDED: ("ApplicationSuspended",),
    EndCause.ENROLLED: ("ChildEnrolled",),
    EndCause.TEMPORARY_ENDED: (Timer.TEMPORARY_END,),
}


def eligible(account: Account, application: Application, place: Place) -> bool:
    """R5.3, for an application that is queued."""
    organisation = account.organisations[place.terms.organisation_id]
    if application.queue is not place.queue or organisation.closed:
        return False
    return suits(profile_of(application), kind_of(place, organisation), account.table)


def referral_issued(account: Account, fact: ReferralIssued, step: Step) -> None:
    """R5, R6.1, R6.11: the next number, a queued and eligible application, a place on offer, the right to have it."""
    application, place = account.application(fact.application_id, step), account.place(fact.place_id, step)
    account.referrals += 1
    if fact.referral != account.referrals:
        raise Broken("R6.11", "the referral should have the number {number}", number=account.referrals)
    if application.where is not Where.WAITING:
        raise Broken(
            "R6.1", "application {id} is {where}, not queued", id=application.id, where=application.where.value
        )
    if place.referral is not None:
        raise Broken("invariant 1", "place {id} has a live referral already", id=place.terms.place_id)
    number = account.number(application)[0]
    if fact.number != number:
        raise Broken(
            "R3.5",
            "application {id} has the queue number {number}, not {found}",
            id=application.id,
            number=number,
            found=fact.number,
        )
    _check_right(account, fact, application, place)
    step.issued.append((application, place, place.stage, number, application.id in step.used))
    account.withdraw(place, Stage.REFERRED)
    _serve(account, fact, application, place, step)


def _check_right(account: Account, fact: ReferralIssued, application: Application, place: Place) -> None:
    queue, stage = place.queue, place.stage
    if queue.automatic:
        if stage not in (Stage.RELEASED, Stage.LISTED):
            raise Broken("R2.2", "place {id} is {stage}", id=fact.place_id, stage=stage)
        own = application.barred is not None and fact.place_id in application.barred
        if fact.how is not How.AUTOMATIC and own:
            others = first_eligible(account, place)
            if others is not None:
                raise Broken("R5.7", "place {id} is for application {other}", id=fact.place_id, other=others.id)
            return
        _check_automatic(account, fact, application, place)
        return
    if fact.how is How.AUTOMATIC or stage not in (Stage.PRIORITY, Stage.OPEN):
        raise Broken("R5.5", "place {id} is {stage} and cannot be had so", id=fact.place_id, stage=stage)
    if fact.how is How.OPEN_CHOICE and stage is not Stage.OPEN:
        raise Broken("R5.5", "place {id} is {stage}, not OPEN", id=fact.place_id, stage=stage)
    if application.access_until:
        raise Broken("R5.5", "application {id} keeps the access that it uses", id=application.id)
    if not eligible(account, application, place):
        raise Broken("R5.3", "application {id} is not eligible for {place}", id=application.id, place=fact.place_id)


def _check_automatic(account: Account, fact: ReferralIssued, application: Application, place: Place) -> None:
    """R5.7: the first eligible application, and of several places the oldest."""
    if fact.how is not How.AUTOMATIC:
        raise Broken("R5.7", "place {id} is not chosen but given", id=fact.place_id)
    first = first_eligible(account, place)
    if first is not application:
        if first is None:
            raise Broken("invariant 4", "place {place} suits nobody who waits", place=fact.place_id)
        raise Broken(
            "invariant 4",
            "place {place} goes to {id}, though it suits {first} before",
            place=fact.place_id,
            id=application.id,
            first=first.id,
        )
    for arrived, other_id in place.queue.waiting:
        other = account.places[other_id]
        assert isinstance(other, Place)
        if arrived >= place.arrived:
            break
        if eligible(account, application, other):
            raise Broken(
                "R5.7", "the older place {other} waits for application {id}", other=other_id, id=application.id
            )


def first_eligible(account: Account, place: Place) -> Application | None:
    """The first of the order that a place suits."""
    for application_id in place.queue.order.ids():
        application = account.applications[application_id]
        assert application is not None
        if eligible(account, application, place):
            return application
    return None


def _serve(account: Account, fact: ReferralIssued, application: Application, place: Place, step: Step) -> None:
    referral = Referral(fact.referral, application, place, fact.how, step.time, application.group)
    place.referral = referral
    application.referrals.append(referral)
    if place.temporary:
        application.child.temporary += 1
        account.profile_changed(application.child)
    else:
        order = application.queue.order
        application.remembered = order.serve(application.group, application.key)
        application.remembered_at = order.forgotten
        application.where = Where.REFERRED
    if fact.documents_until is not None:
        referral.documents_until = account.moments.of(fact.documents_until)
        account.check_deadline(referral.documents_until, step.since, account.table.second_check_days, "R6.2")
        account.oblige(referral.documents_until, Timer.REFERRAL, application.id)
    elif not any(act.second_check is False for act in account.acts):
        raise Broken("R5.9", "no local act drops the second check", id=application.id)
    if fact.vacate_until is not None:
        referral.vacate_until = account.moments.of(fact.vacate_until)
        account.oblige(referral.vacate_until, Timer.REFERRAL, application.id)
    account.touch(application.queue)


def settle_choice(account: Account, step: Step) -> None:
    """R5.5, R5.8: at least one of those served by a choice had the right to choose, and the others go with it."""
    chosen = [each for each in step.issued if not each[1].queue.automatic]
    if not chosen:
        return
    if len(chosen) > 1:
        organisations = {place.terms.organisation_id for _, place, _, _, _ in chosen}
        applicants = {application.applicant for application, *_ in chosen}
        if len(organisations) > 1 or len(applicants) > 1:
            raise Broken("R5.8", "the children of one choice are not one applicant's in one organisation")
    if any(used for *_, used in chosen):
        return
    for application, place, stage, _, _ in chosen:
        if stage is not Stage.OPEN:
            raise Broken(
                "R5.5",
                "application {id} takes the {stage} place {place} without access",
                id=application.id,
                stage=stage,
                place=place.terms.place_id,
            )
    rank = min(number for _, _, _, number, _ in chosen)
    if rank > account.table.open_rank_max:
        raise Broken(
            "R5.5", "the queue number {number} is beyond {most}", number=rank, most=account.table.open_rank_max
        )


def _referral(application: Application, place: Place) -> Referral:
    referral = place.referral
    if referral is None or referral.application is not application:
        raise Broken(
            "R6", "application {id} has no live referral to {place}", id=application.id, place=place.terms.place_id
        )
    return referral


def referral_activated(account: Account, fact: ReferralActivated, step: Step) -> None:
    """R6.2: once, and for an early place once more when it is vacated."""
    place = account.place(fact.place_id, step)
    referral = _referral(account.application(fact.application_id, step), place)
    waiting = place.terms.admission is Admission.EARLY and not place.vacated
    if (fact.until is None) != waiting or (referral.active and (referral.until or waiting)):
        raise Broken("R6.2", "the referral of application {id} cannot become active so", id=fact.application_id)
    referral.active = True
    if fact.until is not None:
        referral.until = account.moments.of(fact.until)
        account.check_deadline(referral.until, step.since, account.table.referral_days, "R6.2")
        account.oblige(referral.until, Timer.REFERRAL, fact.application_id)


def referral_extended(account: Account, fact: ReferralExtended, step: Step) -> None:
    """R6.5: once, an active one with a running clock, by the days asked for."""
    referral = _referral(account.application(fact.application_id, step), account.place(fact.place_id, step))
    if not referral.active or not referral.until or referral.until <= step.time or referral.extended:
        raise Broken("R6.5", "the referral of application {id} cannot be extended", id=fact.application_id)
    expected = account.zone.at(account.zone.day_of(referral.until) + fact.days)
    until = account.moments.of(fact.until)
    if until != expected or not 1 <= fact.days <= account.table.extension_days_max:
        raise Broken("R6.5", "{days} more days end at {until}", days=fact.days, until=account.zone.render(expected))
    referral.until, referral.extended = until, True
    account.oblige(until, Timer.REFERRAL, fact.application_id)


def referral_ended(account: Account, fact: ReferralEnded, step: Step) -> None:
    """R6: by a cause that its record tells, and no sooner than the rules let it."""
    application, place = account.application(fact.application_id, step), account.place(fact.place_id, step)
    referral = _referral(application, place)
    if fact.referral != referral.number:
        raise Broken("R6.11", "the referral has the number {number}", number=referral.number)
    _check_end(account, fact.cause, referral, step)
    place.referral, place.ended = None, fact.cause
    application.referrals.remove(referral)
    application.ended = fact.cause
    if fact.cause is EndCause.LAPSED and referral.how is not How.AUTOMATIC:
        application.lapses += 1
    if fact.cause is EndCause.ENROLLED:
        place.occupant = application
        _bind(account, referral)
    _bar(fact.cause, application, place)
    if place.temporary:
        if fact.cause is not EndCause.ENROLLED:
            application.child.temporary -= 1
            account.profile_changed(application.child)
    else:
        application.where = Where.ADRIFT
    account.touch(application.queue)


def _bind(account: Account, referral: Referral) -> None:
    """R4.3: through a stronger group of the general queue, on a lasting place of a state organisation."""
    application, place = referral.application, referral.place
    organisation = account.organisations[place.terms.organisation_id]
    stronger = referral.group is not Group.GENERAL and application.queue.kind is QueueKind.GENERAL
    if stronger and not place.temporary and organisation.ownership is Ownership.STATE:
        application.child.bound = True


def _bar(cause: EndCause, application: Application, place: Place) -> None:
    """R5.3: a place that refused it, or that it gave back in an automatic queue, is not offered to it again."""
    if cause is EndCause.REFUSED or (cause is EndCause.CANCELLED and place.queue.automatic):
        application.barred = (application.barred or frozenset()) | {place.terms.place_id}
        place.barred = True


def _check_end(account: Account, cause: EndCause, referral: Referral, step: Step) -> None:
    application, place = referral.application, referral.place
    if cause is EndCause.SERVED_REGULAR:
        lawful = place.temporary and any(other is application for other, *_ in step.issued)
    else:
        lawful = step.cause in CAUSES.get(cause, ())
    if lawful and cause is EndCause.LAPSED:
        deadline = referral.until if referral.active else (0 if referral.presented else referral.documents_until)
        lawful = deadline == step.due and step.subject == application.id
    elif lawful and cause is EndCause.NOT_VACATED:
        lawful = referral.vacate_until == step.due and step.subject == application.id
    elif lawful and cause is EndCause.ENROLLED:
        lawful = referral.active
    elif lawful and cause is EndCause.CANCELLED:
        early = place.terms.admission is Admission.EARLY and not place.vacated
        unanswered = referral.presented and not referral.active
        lawful = early or unanswered or step.time < referral.issued + account.table.cancel_ms
    elif lawful and cause is EndCause.TEMPORARY_ENDED:
        until = place.terms.admission_until
        lawful = until is not None and account.zone.at(date_to_day(until) + 1) <= step.time
    if not lawful:
        raise Broken("R6", "the referral of application {id} may not end so ({cause})", id=application.id, cause=cause)


def stay_ended(account: Account, fact: StayEnded, step: Step) -> None:
    """R2.1, R6.9: of the child that sits on a temporary place."""
    place = account.place(fact.place_id, step)
    application = place.occupant
    if application is None or application.id != fact.application_id or not place.temporary:
        raise Broken("R6.9", "application {id} has no stay on {place}", id=fact.application_id, place=fact.place_id)
    place.occupant = None
    application.child.temporary -= 1
    if fact.cause is StayCause.SERVED_REGULAR:
        place.ended = EndCause.SERVED_REGULAR
    account.profile_changed(application.child)


HANDLERS: dict[type, Any] = {
    ReferralIssued: referral_issued,
    ReferralActivated: referral_activated,
    ReferralExtended: referral_extended,
    ReferralEnded: referral_ended,
    StayEnded: stay_ended,
}
