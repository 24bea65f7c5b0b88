"""One decision in the making: facts are emitted and folded at once, so that each rule sees what those before it did.

Owns the list of facts and the look-ups with their rejections. Never decides what follows from an event.
"""

from collections.abc import Callable

from schemas.facts import AnyFact
from schemas.instants import Instant
from schemas.words import Reason
from streams.rules.fold import FOLDS
from streams.rules.model import Application, Organisation, Place, Referral
from streams.rules.state import State


class Refused(Exception):
    """An event has no effect. Raised before anything is emitted; the book turns it into the fact `Rejected`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Take the reason and its words for the sender."""
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class AlreadyDecided(Exception):
    """An event repeats an accepted one word for word (contracts, section 2)."""

    def __init__(self, sequence: int) -> None:
        """Take the sequence of the first."""
        super().__init__(sequence)
        self.sequence = sequence


class Step:
    """The decision of one record."""

    __slots__ = ("facts", "state")

    def __init__(self, state: State) -> None:
        """Start without effects."""
        self.state = state
        self.facts: list[AnyFact] = []

    @property
    def now(self) -> Instant:
        """The record's time."""
        return self.state.now

    @property
    def day(self) -> int:
        """The day from which terms count."""
        return self.state.day

    def emit(self, fact: AnyFact) -> None:
        """A fact happened."""
        FOLDS[type(fact)](self.state, fact)
        self.facts.append(fact)

    def emit_numbered(self, application: Application, fact: Callable[[int], AnyFact]) -> None:
        """A fact that moves an application in the order and names the queue number it then has (R3.5)."""
        self.emit(fact(0))
        self.facts[-1] = fact(self.state.queue(application.queue).number(application))

    def organisation(self, organisation_id: str) -> Organisation:
        """A registered organisation that is not closed. Raises: Refused."""
        found = self.state.organisations.get(organisation_id)
        if found is None:
            raise Refused(Reason.UNKNOWN_ORGANISATION, f"{organisation_id} is not registered in this locality")
        if found.closed:
            raise Refused(Reason.ORGANISATION_CLOSED, f"{organisation_id} is closed")
        return found

    def application(self, application_id: str) -> Application:
        """An application of this locality. Raises: Refused."""
        found = self.state.applications.get(application_id)
        if found is None:
            raise Refused(Reason.UNKNOWN_APPLICATION, f"{application_id} is not registered in this locality")
        return found

    def place(self, place_id: str) -> Place:
        """A place of this locality. Raises: Refused."""
        found = self.state.places.get(place_id)
        if found is None:
            raise Refused(Reason.UNKNOWN_PLACE, f"{place_id} was not released in this locality")
        return found


def own_application(application: Application, applicant_id: str) -> None:
    """R4.6. Raises: Refused when the application is another applicant's."""
    if application.applicant_id != applicant_id:
        raise Refused(Reason.NOT_YOURS, f"{application.id} belongs to another applicant")


def own_place(step: Step, place: Place, organisation_id: str) -> None:
    """R4.6. Raises: Refused when the place is another organisation's, or the organisation is none."""
    if organisation_id not in step.state.organisations:
        raise Refused(Reason.UNKNOWN_ORGANISATION, f"{organisation_id} is not registered in this locality")
    if place.terms.organisation_id != organisation_id:
        raise Refused(Reason.NOT_YOURS, f"{place.id} belongs to another organisation")


def live_referral(application: Application, place: Place) -> Referral:
    """The live referral of an application to a place. Raises: Refused."""
    for referral in (application.referral, application.temporary):
        if referral is not None and referral.place_id == place.id:
            return referral
    raise Refused(Reason.NO_REFERRAL, f"{application.id} has no live referral to {place.id}")
