"""What every change of a queue calls for: revoked promises, immediate access, automatic referrals (R5.6, R5.7)."""

from schemas import facts as f
from schemas.words import How, Stage
from streams.rules.daily import OPENING_FACTS_MAX, grant, open_ended, prioritise
from streams.rules.model import Application, Place
from streams.rules.pack import Mode
from streams.rules.queue import OFFERED, Queue
from streams.rules.referrals import issue
from streams.rules.step import Step

# Access that is granted at once belongs to the record of its cause, however much it is.
UNBOUNDED = 2**31


def settle(step: Step) -> None:
    """Go through the touched queues, by their ids, until none is touched: the register's numbers follow from it."""
    touched = step.state.touched
    while touched:
        queue = touched.pop(min(touched))
        if queue.mode is Mode.AUTOMATIC:
            _end_accesses(step, queue)
            _match(step, queue)
        elif queue.mode is Mode.IMMEDIATE_ACCESS:
            _immediate(step, queue, UNBOUNDED)
        else:
            _revoke(step, queue)


def change_of_packs(step: Step, queue: Queue) -> bool:
    """R5.9: what a queue's new mode, ages and numbers call for, at the midnight from which they hold. True when the
    record is full and more is to do: the same timer fires again."""
    step.state.touch(queue)
    if queue.mode is Mode.AUTOMATIC:
        queue.match_anew()
    return queue.mode is Mode.IMMEDIATE_ACCESS and _immediate(step, queue, OPENING_FACTS_MAX)


def _immediate(step: Step, queue: Queue, most: int) -> bool:
    """R5.7: places are offered, ended windows opened, access granted, in this order. True when more is to do."""
    _revoke(step, queue)
    return (
        prioritise(step, queue, Stage.RELEASED, most)
        or prioritise(step, queue, Stage.LISTED, most)
        or open_ended(step, queue, most)
        or grant(step, queue, most)
    )


def _revoke(step: Step, queue: Queue) -> None:
    """R5.6: the last in order who is too many loses the access."""
    if not queue.holders:
        return
    while (loser := queue.last_of_too_many()) is not None:
        step.emit(f.AccessRevoked(loser.id))


def _end_accesses(step: Step, queue: Queue) -> None:
    """Only after a change of packs: where places are given automatically, nobody is promised a choice."""
    for application_id in list(queue.holders):
        step.emit(f.AccessRevoked(application_id))


def _match(step: Step, queue: Queue) -> None:
    """R5.7: of several waiting places the oldest first, each to the first eligible application."""
    while (pair := _first_match(step, queue)) is not None:
        application, place = pair
        issue(step, application, place, How.AUTOMATIC)
    queue.settled()


def _first_match(step: Step, queue: Queue) -> tuple[Application, Place] | None:
    """The next match among the places and applications that are new; all others were looked at before."""
    if not queue.new_places and not queue.new_applications:
        return None
    applications = step.state.applications
    newcomers = sorted(
        (application for each in queue.new_applications if _waits(application := applications[each])),
        key=queue.number,
    )
    for place in queue.oldest_first(OFFERED):
        fresh = place.id in queue.new_places
        candidates = (applications[each] for each in queue.order) if fresh else iter(newcomers)
        for application in candidates:
            if step.state.eligible(application, place):
                return application, place
    return None


def _waits(application: Application) -> bool:
    return application.status.value == "QUEUED"
