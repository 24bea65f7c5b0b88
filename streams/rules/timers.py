"""What each timer does when it fires (contracts, section 4). An entry whose reason is gone does nothing."""

from schemas.instants import Instant
from schemas.words import Timer
from streams.rules import applications, places, referrals
from streams.rules.model import Application, Referral
from streams.rules.state import State
from streams.rules.step import Step


def pending(state: State, timer: Timer, subject: str, due: Instant) -> bool:
    """Whether the reason of an entry may still stand: most deadlines were met long before they are due."""
    application = state.applications.get(subject)
    if application is None:
        return True
    if timer is Timer.ACCESS:
        return application.access_until == due
    if timer is Timer.INTEREST:
        return application.interest_due == due
    if timer is Timer.REFERRAL:
        return any(due in (each.until, each.documents_until, each.vacate_until) for each in _referrals(application))
    if timer is Timer.REMINDER:
        reminder, until = state.calendar.reminder, application.access_until
        return (until is not None and reminder(until) == due) or any(
            term is not None and reminder(term) == due
            for each in _referrals(application)
            for term in (each.until, each.documents_until)
        )
    return timer not in _ONE_DEADLINE or application.deadline == due


def _referrals(application: Application) -> list[Referral]:
    return [each for each in (application.referral, application.temporary) if each is not None]


def fire(step: Step, timer: Timer, subject: str, due: Instant) -> None:
    """Fire one timer of an application or a place at its moment."""
    state = step.state
    if timer is Timer.RECALL:
        places.recall_due(step, subject, due)
    elif timer is Timer.TEMPORARY_END:
        places.temporary_end_due(step, state.places[subject])
    elif timer is Timer.WINDOW:
        state.touch(state.queue(state.places[subject].terms.queue))
    else:
        _OF_APPLICATION[timer](step, state.applications[subject], due)


_ONE_DEADLINE = (Timer.REGISTRATION, Timer.STOP_LIST, Timer.JOINING)
_OF_APPLICATION = {
    Timer.REGISTRATION: applications.registration_due,
    Timer.REFERRAL: referrals.due,
    Timer.STOP_LIST: applications.stop_list_due,
    Timer.ACCESS: applications.access_due,
    Timer.JOINING: applications.joining_due,
    Timer.INTEREST: applications.interest_due,
    Timer.REMINDER: applications.reminder_due,
}
