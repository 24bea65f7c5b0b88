"""How a family looks for a place with its access or in the open stage, and what it does about the answer.

It reads the public page at the moment at which it looks; by the time it has chosen, the page may be out of date.
"""

from collections.abc import Sequence

from producers.campaign import assumptions
from producers.campaign.choosing import pick, pick_together
from producers.campaign.daytime import HOUR_MS, SECOND_MS, after
from producers.campaign.dice import Quantiles
from producers.campaign.household import NEW, OUT, PORTAL, WAITING, Case, Household
from producers.campaign.outbox import send
from producers.campaign.world import Action
from schemas.events import Choice, PlacesChosen
from schemas.facts import BulletinEntry
from schemas.outputs import Outcome
from schemas.words import QueueKind, Reason
from schemas.zones import DAY_MS

# Closer to a deadline than this, a family presses the button whatever the clock says.
_HURRY_MS = 60 * SECOND_MS
_HURRY_BEFORE_MS, _HURRY_AFTER_MS = 4_000, 1_500
_OPEN_STAGE_NUMBER, _OPTIMISTS_NUMBER = 1_000, 3_000
_WORTH_ANOTHER_LOOK = frozenset({Reason.PLACE_TAKEN, Reason.PROMISED, Reason.WRONG_STATE, Reason.NOT_ELIGIBLE})
_THINKING = Quantiles(assumptions.THINKING_SECONDS.value)
_LOOK_AGAIN = Quantiles(assumptions.LOOK_AGAIN_HOURS.value)
_OPEN_DAYS = Quantiles(assumptions.OPEN_STAGE_DAYS.value)
_DISTANT_DAYS = Quantiles(assumptions.DISTANT_DAYS.value)


def look(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state != WAITING or now >= case.access_until:
        return ()
    found = find(family, case, only_open=False)
    if found is None:
        case.looks += 1
        at = family.around.daytime.awake(family.dice, after(family.dice, now, _LOOK_AGAIN, HOUR_MS))
        if case.looks >= assumptions.LOOKS.value or at >= case.access_until:
            return ()
        return (family.plan(at, "look", subject),)
    at = after(family.dice, now, _THINKING, SECOND_MS)
    if case.access_until - now < _HURRY_MS:
        at = max(now + 1, case.access_until + family.dice.between(-_HURRY_BEFORE_MS, _HURRY_AFTER_MS))
    return choose(family, case, found, at)


def find(family: Household, case: Case, *, only_open: bool) -> list[tuple[Case, BulletinEntry]] | None:
    """A place for the case, and for its brothers and sisters that wait as well where one organisation has them all."""
    others = [each for each in family.cases if each is not case and may_join(each, case)]
    if others:
        together = pick_together(family.dice, family.around, family.wishes, [case, *others], only_open=only_open)
        if together is not None:
            return list(zip([case, *others], together, strict=True))
    entry = pick(family.dice, family.around, family.wishes, case, only_open=only_open)
    return None if entry is None else [(case, entry)]


def choose(family: Household, case: Case, found: list[tuple[Case, BulletinEntry]], at: int) -> Sequence[Action]:
    dice, actions = family.dice, list[Action]()
    for each, entry in found:
        each.wanted = entry.place_id
    if dice.chance(assumptions.MISTYPED.value):
        wrong = PlacesChosen(family.name, (Choice(case.application_id, dice.name("pl-")),))
        actions += send(dice, family.name, PORTAL, at, wrong, retried=False)
        at = after(dice, at, _THINKING, SECOND_MS)
    event = PlacesChosen(
        family.name,
        tuple(Choice(each.application_id, entry.place_id) for each, entry in found),
        dice.name("sig-"),
    )
    actions += send(dice, family.name, PORTAL, at, event, asked=case.application_id)
    return actions


def browse(family: Household, subject: str, now: int) -> Sequence[Action]:
    """A visit to the page in the open stage, and the plan for the next one."""
    case = family.case(subject)
    if case is None or case.state in (OUT, NEW):
        return ()
    actions: list[Action] = []
    number = family.around.page.number(subject) if case.state == WAITING and now >= case.access_until else None
    near = number is not None and number <= _OPEN_STAGE_NUMBER
    hopes = number is not None and number <= _OPTIMISTS_NUMBER
    if near or (hopes and family.dice.chance(assumptions.OPEN_STAGE_OPTIMISTS.value)):
        found = find(family, case, only_open=True)
        if found is not None:
            actions += choose(family, case, found, after(family.dice, now, _THINKING, SECOND_MS))
    at = after(family.dice, now, _OPEN_DAYS if near else _DISTANT_DAYS, DAY_MS)
    actions.append(family.plan(family.around.daytime.awake(family.dice, at), "browse", subject))
    return actions


def may_join(other: Case, case: Case) -> bool:
    """A brother or sister may be part of the same choice (rules, R5.8)."""
    return other.state == WAITING and other.queue_kind is case.queue_kind is QueueKind.GENERAL


def answered(family: Household, case: Case, outcome: Outcome, now: int) -> Sequence[Action]:
    """What became of a choice: a refused one is worth another look while the access lasts."""
    if outcome.reason not in _WORTH_ANOTHER_LOOK:
        return ()
    case.looks += 1
    wanted = family.around.page.printed(case.wanted)
    if outcome.reason is Reason.PROMISED and wanted is not None:
        case.promised = family.around.page.is_private(wanted.organisation_id)
    if case.looks >= assumptions.LOOKS.value or now >= case.access_until:
        return ()
    return (family.plan(after(family.dice, now, _THINKING, SECOND_MS), "look", case.application_id),)
