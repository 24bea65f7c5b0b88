"""How an agent's events leave: source, id, and what goes wrong on the way (retries, double entries). Never decides."""

from producers.campaign import assumptions
from producers.campaign.daytime import SECOND_MS
from producers.campaign.dice import Dice, Quantiles
from producers.campaign.world import Action, Send
from schemas.events import EventData

_RESEND = Quantiles(assumptions.RESEND_SECONDS.value)
_TWICE = assumptions.SENT_TWICE.value
_ENTERED_TWICE = assumptions.ENTERED_TWICE.value


def send(
    dice: Dice, sender: str, source: str, at: int, data: EventData, *, asked: str | None = None, retried: bool = True
) -> list[Action]:
    """The event, now and then followed by itself: with the same id (a retry), or with a new one (entered twice)."""
    event_id = dice.name("")
    actions: list[Action] = [Send(at, sender, source, event_id, data, asked)]
    if retried:
        fate = dice.unit()
        if fate < _TWICE + _ENTERED_TWICE:
            again = at + 1 + int(_RESEND.draw(dice) * SECOND_MS)
            actions.append(Send(again, sender, source, event_id if fate < _TWICE else dice.name(""), data))
    return actions


def source_of(name: str) -> str:
    """The CloudEvents source of a publisher's system."""
    return f"urn:oryn:{name}"
