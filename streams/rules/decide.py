"""Which rule answers which event. Owns the table and the order of the first two questions: repeated, then allowed."""

from collections.abc import Callable
from typing import cast

from schemas import events as e
from schemas import facts as f
from schemas.events import Event, EventData
from streams.rules import applications, choices, places, referrals
from streams.rules.settle import settle
from streams.rules.step import AlreadyDecided, Refused, Step

Decide = Callable[[Step, EventData], None]


def _clock_tick(_step: Step, _event: e.ClockTick) -> None:
    """Time has moved; that is all."""


_DECISIONS: dict[type, Callable[..., None]] = {
    e.OrganisationRegistered: places.organisation_registered,
    e.LocalActAdopted: places.local_act_adopted,
    e.OrganisationClosed: places.organisation_closed,
    e.PlaceReleased: places.released,
    e.PlaceVacated: places.vacated,
    e.PlaceRecalled: places.recalled,
    e.DocumentsPresented: applications.documents_presented,
    e.DocumentsConfirmed: applications.documents_confirmed,
    e.DocumentsRefused: applications.documents_refused,
    e.BenefitsChanged: applications.benefits_changed,
    e.InterestConfirmed: applications.interest_confirmed,
    e.ApplicationWithdrawn: applications.withdrawn,
    e.ApplicantLinked: applications.linked,
    e.ApplicationSuspended: applications.suspended,
    e.ApplicationRestored: applications.restored,
    e.PlacesChosen: choices.places_chosen,
    e.ReferralDocumentsConfirmed: referrals.documents_confirmed,
    e.ReferralDocumentsRefused: referrals.documents_refused,
    e.ReferralCancelled: referrals.cancelled,
    e.ReferralExtended: referrals.extended,
    e.ChildEnrolled: referrals.child_enrolled,
    e.AdmissionRefused: referrals.admission_refused,
    e.ChildLeft: referrals.child_left,
    e.ClockTick: _clock_tick,
}
DECISIONS = cast("dict[type, Decide]", _DECISIONS)


def decide(step: Step, event: Event) -> None:
    """Everything that an event causes, as facts of the step."""
    first = step.state.repeats.first(event.source, event.event_id)
    if first is not None:
        step.emit(f.Duplicate(first))
        return
    try:
        if isinstance(event.data, e.ApplicationSubmitted):
            applications.submitted(step, event.data, event.time)
        else:
            DECISIONS[type(event.data)](step, event.data)
    except Refused as refused:
        assert not step.facts, "a rejected event has no effect"
        step.emit(_rejected(refused, event.data))
    except AlreadyDecided as repeated:
        assert not step.facts, "a repeated event has no effect"
        step.emit(f.Duplicate(repeated.sequence))
    settle(step)


def _rejected(refused: Refused, data: EventData) -> f.Rejected:
    """Names the subjects of the event, as far as it names one of each: whom it concerned stays provable (R8.3)."""
    if isinstance(data, e.PlacesChosen) and len(data.choices) == 1:
        choice = data.choices[0]
        return f.Rejected(refused.reason, refused.detail, None, choice.place_id, choice.application_id)
    return f.Rejected(
        refused.reason,
        refused.detail,
        getattr(data, "organisation_id", None),
        getattr(data, "place_id", None),
        getattr(data, "application_id", None),
    )
