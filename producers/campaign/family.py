"""A family that waits for a place: an agent that hears messages, answers and its own plans.

It knows its own children, the messages it was sent, the answers to its own events and the public page. Nothing else.
"""

from collections.abc import Sequence

from producers.campaign.household import OUT, REFERRED, Household
from producers.campaign.looking import answered
from producers.campaign.plans import PLANS
from producers.campaign.reactions import REACTIONS
from producers.campaign.world import (
    Action,
    Answer,
    News,
    Step,
    Word,
)
from schemas.outputs import Notification, OutcomeResult


class Family(Household):
    """One applicant, awake."""

    __slots__ = ()

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """React to a message, an answer or an own plan."""
        if isinstance(word, News):
            return self._news(word.message, now)
        if isinstance(word, Answer):
            return self._answer(word, now)
        if isinstance(word, Step):
            return PLANS[word.plan](self, word.subject, now)
        return ()

    def _news(self, message: Notification, now: int) -> Sequence[Action]:
        case = self.case(message.application_id)
        react = REACTIONS.get(message.kind)
        return () if case is None or react is None else react(self, case, message, now)

    def _answer(self, answer: Answer, now: int) -> Sequence[Action]:
        case, outcome = self.case(answer.subject), answer.outcome
        if case is None or outcome.result is OutcomeResult.DUPLICATE:
            return ()
        if outcome.type == "PlacesChosen":
            return answered(self, case, outcome, now)
        if outcome.type == "DocumentsPresented" and outcome.result is OutcomeResult.ACCEPTED:
            return (self.papers(case, case.place_id if case.state == REFERRED else "", now),)
        if outcome.type == "ApplicationSubmitted" and outcome.result is OutcomeResult.REJECTED:
            case.state = OUT
        return ()
