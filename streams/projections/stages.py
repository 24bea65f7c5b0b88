"""The stages of the service for the national monitoring (R7.2, p.9): one record for each stage that is reached.

Never decides whose fault a delay is beyond naming whose term it was. A stage is reached once: an early place that is
vacated after the activation changes the referral's term, not its stage; what returns to the order was queued before.
"""

from collections.abc import Callable
from typing import NamedTuple

from schemas import facts as f
from schemas.instants import Instant
from schemas.outputs import BoundParty, ServiceStage, ServiceStageName, StageResult
from schemas.words import ArchiveReason, EndCause, How, RefusalReason
from streams.projections.memory import LiveReferral
from streams.projections.view import View

_REFUSED = {reason: StageResult(reason.value) for reason in RefusalReason}
_HOW = {how: StageResult(how.value) for how in How}
_ARCHIVED = {reason: StageResult(reason.value) for reason in ArchiveReason}
# Two causes are only of returns to the order, never of an end.
_ENDED = {cause: StageResult(cause.value) for cause in set(EndCause) - {EndCause.STOP_LIST_ENDED, EndCause.RESTORED}}
# A confirmation may reach three stages at once: each has its own position among them, so ids do not move.
_NTH = {ServiceStageName.CONFIRMED: 1, ServiceStageName.QUEUED: 2}


class _Term(NamedTuple):
    """Whose term a stage is held against, its end, and the number of the referral that the stage belongs to."""

    bound: BoundParty | None = None
    due: Instant | None = None
    referral: int | None = None


_NO_TERM = _Term()


def _stage(
    view: View,
    application_id: str,
    stage: ServiceStageName,
    term: _Term = _NO_TERM,
    result: StageResult = StageResult.DONE,
) -> ServiceStage:
    return ServiceStage(
        id=view.stage_id(_NTH.get(stage, 0)),
        locality=view.locality,
        application_id=application_id,
        stage=stage,
        at=view.at,
        result=result,
        due=term.due,
        bound=term.bound,
        in_time=None if term.due is None else view.at < term.due,
        referral=term.referral,
    )


def _applicants(due: Instant | None, referral: int | None = None) -> _Term:
    return _Term(None if due is None else BoundParty.APPLICANT, due, referral)


def _running(referral: LiveReferral) -> _Term:
    """The term that a live referral is in: papers, the provider's answer, admission, or vacating (R6.2)."""
    if referral.until is not None:
        return _applicants(referral.until, referral.number)
    if referral.active:
        bound = None if referral.vacate_until is None else BoundParty.ORGANISATION
        return _Term(bound, referral.vacate_until, referral.number)
    if referral.provider_until is not None:
        return _Term(BoundParty.PROVIDER, referral.provider_until, referral.number)
    return _applicants(referral.documents_until, referral.number)


def _submitted(view: View, fact: f.ApplicationRegistered) -> tuple[ServiceStage, ...]:
    return (
        ServiceStage(
            id=view.stage_id(0),
            locality=view.locality,
            application_id=fact.application_id,
            stage=ServiceStageName.SUBMITTED,
            # The moment of application, which a channel may hand in later (R3.2).
            at=fact.submitted_at,
            result=StageResult.DONE,
        ),
    )


def _presented(view: View, fact: f.DocumentsPresented) -> tuple[ServiceStage, ...]:
    if fact.place_id is None:
        until = view.memory.application(fact.application_id).documents_until
        return (_stage(view, fact.application_id, ServiceStageName.PRESENTED, _applicants(until)),)
    referral = view.memory.referral(fact.place_id)
    term = _applicants(referral.documents_until, referral.number)
    return (_stage(view, fact.application_id, ServiceStageName.PRESENTED, term),)


def _confirmed(view: View, application_id: str, result: StageResult) -> tuple[ServiceStage, ...]:
    """Papers confirmed; shown in the same moment when nobody had reported that before (R4.1)."""
    application = view.memory.application(application_id)
    if application.provider_until is not None:
        term = _Term(BoundParty.PROVIDER, application.provider_until)
        return (_stage(view, application_id, ServiceStageName.CONFIRMED, term, result),)
    shown = _applicants(application.documents_until)
    return (
        _stage(view, application_id, ServiceStageName.PRESENTED, shown),
        ServiceStage(
            id=view.stage_id(_NTH[ServiceStageName.CONFIRMED]),
            locality=view.locality,
            application_id=application_id,
            stage=ServiceStageName.CONFIRMED,
            at=view.at,
            result=result,
            in_time=True,
        ),
    )


def _queued(view: View, fact: f.ApplicationQueued) -> tuple[ServiceStage, ...]:
    before: tuple[ServiceStage, ...] = ()
    # A deferred application was confirmed earlier and joins only now (R4.3).
    if view.memory.application(fact.application_id).documents_until is not None:
        before = _confirmed(view, fact.application_id, StageResult.DONE)
    return (*before, _stage(view, fact.application_id, ServiceStageName.QUEUED))


def _deferred(view: View, fact: f.ApplicationDeferred) -> tuple[ServiceStage, ...]:
    return _confirmed(view, fact.application_id, StageResult.DEFERRED)


def _refused(view: View, fact: f.ApplicationRefused) -> tuple[ServiceStage, ...]:
    application = view.memory.application(fact.application_id)
    if application.provider_until is not None:
        term = _Term(BoundParty.PROVIDER, application.provider_until)
    else:
        term = _applicants(application.documents_until)
    return (_stage(view, fact.application_id, ServiceStageName.REFUSED, term, _REFUSED[fact.reason]),)


def _access(view: View, fact: f.AccessGranted) -> tuple[ServiceStage, ...]:
    return (_stage(view, fact.application_id, ServiceStageName.ACCESS),)


def _referral(view: View, fact: f.ReferralIssued) -> tuple[ServiceStage, ...]:
    term = _applicants(view.memory.application(fact.application_id).access_until, fact.referral)
    return (_stage(view, fact.application_id, ServiceStageName.REFERRAL, term, _HOW[fact.how]),)


def _active(view: View, fact: f.ReferralActivated) -> tuple[ServiceStage, ...]:
    referral = view.memory.referral(fact.place_id)
    if referral.active:
        return ()
    return (_stage(view, fact.application_id, ServiceStageName.ACTIVE, _running(referral)),)


def _ended(view: View, fact: f.ReferralEnded) -> tuple[ServiceStage, ...]:
    term = _running(view.memory.referral(fact.place_id))
    return (_stage(view, fact.application_id, ServiceStageName.ENDED, term, _ENDED[fact.cause]),)


def _archived(view: View, fact: f.ApplicationArchived) -> tuple[ServiceStage, ...]:
    result = _ARCHIVED[fact.reason]
    return (_stage(view, fact.application_id, ServiceStageName.ARCHIVED, _NO_TERM, result),)


STAGES: dict[type[f.Fact], Callable[..., tuple[ServiceStage, ...]]] = {
    f.ApplicationRegistered: _submitted,
    f.DocumentsPresented: _presented,
    f.ApplicationQueued: _queued,
    f.ApplicationDeferred: _deferred,
    f.ApplicationRefused: _refused,
    f.AccessGranted: _access,
    f.ReferralIssued: _referral,
    f.ReferralActivated: _active,
    f.ReferralEnded: _ended,
    f.ApplicationArchived: _archived,
}
