"""Choosing places (R5.5, R5.6, R5.8): who may choose what, and which promise stands against it."""

from schemas import events as e
from schemas import facts as f
from schemas.words import How, Reason, Stage
from streams.rules.eligibility import allows
from streams.rules.model import Application, Place, Status
from streams.rules.pack import Mode
from streams.rules.queue import Queue, position_of
from streams.rules.referrals import issue
from streams.rules.step import Refused, Step, own_application

Pair = tuple[Application, Place]

_APPLICATION_STATES = {Status.STOPPED: Reason.ON_STOP_LIST, Status.SUSPENDED: Reason.ON_STOP_LIST}
_PLACE_STATES = {Stage.REFERRED: Reason.PLACE_TAKEN, Stage.FILLED: Reason.PLACE_TAKEN}


def places_chosen(step: Step, event: e.PlacesChosen) -> None:
    """All or nothing, checked in the order of contracts, section 3."""
    pairs = [(step.application(each.application_id), step.place(each.place_id)) for each in event.choices]
    for application, _ in pairs:
        own_application(application, event.applicant_id)
    for application, place in pairs:
        _check_states(step, application, place)
    turn = any(application.access_until is not None for application, _ in pairs)
    if not turn and any(place.stage is Stage.PRIORITY for _, place in pairs):
        raise Refused(Reason.NO_ACCESS, "a priority place is for the holders of access")
    _check_eligible(step, pairs)
    for queue in {place.terms.queue: step.state.queue(place.terms.queue) for _, place in pairs}.values():
        _check_promise(queue, [pair for pair in pairs if pair[0].queue == queue.id])
    if not turn:
        _check_rank(step, pairs)
    for application, place in pairs:
        if application.access_until is not None:
            step.emit(f.AccessUsed(application.id))
        issue(step, application, place, How.OPEN_CHOICE if place.stage is Stage.OPEN else How.CHOICE)


def _check_states(step: Step, application: Application, place: Place) -> None:
    if application.status is not Status.QUEUED:
        reason = _APPLICATION_STATES.get(application.status, Reason.NOT_QUEUED)
        raise Refused(reason, f"{application.id} is {application.status}")
    if place.stage in (Stage.PRIORITY, Stage.OPEN):
        return
    if place.stage in (Stage.RELEASED, Stage.LISTED) and _own_again(step, application, place):
        return
    raise Refused(_PLACE_STATES.get(place.stage, Reason.WRONG_STATE), f"{place.id} is {place.stage}")


def _own_again(step: Step, application: Application, place: Place) -> bool:
    """R5.7: in an automatic queue, a place that this application itself cancelled and nobody else can have."""
    automatic = step.state.queue(place.terms.queue).mode is Mode.AUTOMATIC
    return automatic and place.terms.queue == application.queue and place.id in application.cancelled


def _check_eligible(step: Step, pairs: list[Pair]) -> None:
    children = {application.child_id for application, _ in pairs}
    if len(children) < len(pairs) or len({place.id for _, place in pairs}) < len(pairs):
        raise Refused(Reason.NOT_ELIGIBLE, "one place for each child, one choice for each place")
    if len({place.terms.organisation_id for _, place in pairs}) > 1:
        raise Refused(Reason.NOT_ELIGIBLE, "siblings choose places of one organisation")
    for application, place in pairs:
        again = place.stage in (Stage.RELEASED, Stage.LISTED)
        eligible = _eligible_but_for_cancelling if again else _eligible
        if not eligible(step, application, place):
            raise Refused(Reason.NOT_ELIGIBLE, f"{application.id} may not have {place.id}")


def _eligible(step: Step, application: Application, place: Place) -> bool:
    return step.state.eligible(application, place)


def _eligible_but_for_cancelling(step: Step, application: Application, place: Place) -> bool:
    kind = application.kind
    refused = kind.excluded - set(application.cancelled)
    return allows(
        step.state.interned_kind(
            kind.born,
            exempt=kind.exempt,
            private_only=kind.private_only,
            on_temporary=kind.on_temporary,
            excluded=refused,
        ),
        step.state.place_class(place),
    )


def _check_rank(step: Step, pairs: list[Pair]) -> None:
    """R5.5: without access, an open place is for the first of the queue."""
    if any(place.stage is not Stage.OPEN for _, place in pairs):
        return
    first = step.state.pack.open_stage_first
    best = min(step.state.queue(application.queue).number(application) for application, _ in pairs)
    if best > first:
        raise Refused(Reason.OUTSIDE_FIRST_1000, f"number {best}: an open place is for the first {first}")


def _plain(queue: Queue, application: Application, place: Place) -> bool:
    """Whether a holder leaves with a place that, by the flow at hand, is its own or nobody's."""
    return application.access_until is not None and queue.matching.swaps(application.kind, queue.classes[place.id])


def _check_promise(queue: Queue, pairs: list[Pair]) -> None:
    """R5.6: the holders before the chooser can still be given different places, judged for all chosen together.

    Tried on the matching and taken back: the choosers and their places go, and who then has no place must stand
    behind the last of those who chose a priority place.
    """
    priority = [(application, place) for application, place in pairs if place.stage is Stage.PRIORITY]
    if not priority:
        return
    if len(pairs) == 1 and _plain(queue, *pairs[0]):
        return
    last = max(queue.number(application) for application, _ in priority)
    holders = [application for application, _ in pairs if application.access_until is not None]
    matching = queue.matching
    for application in holders:
        matching.remove_holder(application.kind, application.group, position_of(application))
    for _, place in priority:
        matching.remove_place(queue.classes[place.id])
    losers: list[Application] = []
    while (loser := queue.last_of_too_many()) is not None:
        losers.append(loser)
        matching.remove_holder(loser.kind, loser.group, position_of(loser))
    promised = next((loser for loser in losers if queue.number(loser) < last), None)
    for _, place in priority:
        matching.add_place(queue.classes[place.id])
    for application in (*losers, *holders):
        matching.add_holder(application.kind, application.group, position_of(application))
    assert matching.deficit == 0, "taking a trial back restores the matching"
    if promised is not None:
        raise Refused(Reason.PROMISED, "this place is promised to an application before")
