"""What each timer does when it fires (contracts, section 4). An entry whose reason is gone does nothing."""

from schemas.instants import Instant
from schemas.words import Timer
from streams.rules import applications, places, referrals
from streams.rules.step import Step


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


_OF_APPLICATION = {
    Timer.REGISTRATION: applications.registration_due,
    Timer.REFERRAL: referrals.due,
    Timer.STOP_LIST: applications.stop_list_due,
    Timer.ACCESS: applications.access_due,
    Timer.JOINING: applications.joining_due,
    Timer.INTEREST: applications.interest_due,
    Timer.REMINDER: applications.reminder_due,
}
