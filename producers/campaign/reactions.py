"""What a family does about a message (rules, R7.1). It knows the message and its own memory, nothing else."""

from collections.abc import Callable, Sequence

from producers.campaign import assumptions
from producers.campaign.daytime import HOUR_MS, SECOND_MS, after
from producers.campaign.dice import Quantiles
from producers.campaign.household import (
    NEW,
    OUT,
    REFERRED,
    REGISTERED,
    STOPPED,
    WAITING,
    Case,
    Household,
)
from producers.campaign.world import (
    Action,
)
from schemas.outputs import MessageKind, Notification, Term
from schemas.words import Channel, QueueKind
from schemas.zones import DAY_MS

CANCELLATION_MS = 24 * HOUR_MS
# Closer to a deadline than this, a family presses the button whatever the clock says.
_HURRY_MS = 60 * SECOND_MS
_CANCEL_HOURS = (1, 20)
_CANCEL_LATE_HOURS = (24, 60)
_NOT_AGAIN = frozenset({"WITHDRAWN", "ENROLLED_ELSEWHERE", "AGE_LIMIT"})

_REACTION = Quantiles(assumptions.ACCESS_REACTION.value)
_PAPERS = Quantiles(assumptions.PAPERS_DELAY_HOURS.value)
_CHECK = Quantiles(assumptions.CHECK_REACTION.value)
_VISIT = Quantiles(assumptions.VISIT_REACTION.value)
_AGAIN = Quantiles(assumptions.APPLY_AGAIN_DAYS.value)
_FIRST_VISIT = Quantiles(assumptions.DISTANT_DAYS.value)
_TAKEN_OUT = Quantiles(assumptions.TAKEN_OUT_DAYS.value)


def registered(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    if case.state != NEW:
        return ()
    case.state = REGISTERED
    if case.channel is Channel.MIGRATION:
        return ()
    if family.dice.chance(assumptions.PAPERS_NEVER.value):
        return ()
    return (family.plan(after(family.dice, now, _PAPERS, HOUR_MS), "show", case.application_id),)


def queued(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    if case.state in (NEW, REGISTERED):
        case.state = WAITING
    return watch(family, case, now)


def watch(family: Household, case: Case, now: int) -> Sequence[Action]:
    """Whether the family will watch the open stage, which no message announces."""
    if case.watching or case.queue_kind is not QueueKind.GENERAL:
        return ()
    if not family.dice.chance(assumptions.OPEN_STAGE_WATCHERS.value):
        return ()
    case.watching = True
    at = family.around.daytime.awake(family.dice, after(family.dice, now, _FIRST_VISIT, DAY_MS))
    return (family.plan(at, "browse", case.application_id),)


def returned(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    if case.state == REFERRED and message.reason is None:
        return ()
    case.state = WAITING
    case.place_id = ""
    return watch(family, case, now)


def stopped(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    case.state = STOPPED
    case.access_until = 0
    return ()


def gone(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    """Refused or archived: enrolled children live on, others may apply again."""
    place, case.state = case.place_id, OUT
    if message.reason == "ENROLLED":
        if place and family.dice.chance(assumptions.CHILD_LEAVES.value):
            return (family.plan(after(family.dice, now, _TAKEN_OUT, DAY_MS), "leave", case.application_id),)
        return ()
    if message.reason in _NOT_AGAIN or not family.dice.chance(assumptions.APPLY_AGAIN.value):
        return ()
    return (family.plan(after(family.dice, now, _AGAIN, DAY_MS), "again", case.application_id),)


def turn(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    until = message.deadline or 0
    case.access_until, case.looks, case.promised = until, 0, None
    dice = family.dice
    case.idle = dice.chance(assumptions.ACCESS_IGNORED.value)
    if case.idle or until <= now:
        return ()
    if dice.chance(assumptions.LAST_MOMENT.value):
        at = until - dice.between(1, _HURRY_MS)
    else:
        at = family.around.daytime.awake(dice, now + 1 + int(_REACTION.draw(dice) * (until - now)))
    return (family.plan(max(now + 1, at), "look", case.application_id),)


def access_ending(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    """The reminder reaches some of those who had not looked."""
    left = case.access_until - now
    if not case.idle or left <= 0 or not family.dice.chance(assumptions.REMINDED.value):
        return ()
    case.idle = False
    at = family.around.daytime.awake(family.dice, now + 1 + int(family.dice.unit() * left))
    return (family.plan(at, "look", case.application_id),)


def referral_ending(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    """The reminder reaches some of those who had done nothing."""
    if not case.idle or message.deadline is None or not family.dice.chance(assumptions.REMINDED.value):
        return ()
    case.idle = False
    plan = "check" if message.term is Term.DOCUMENTS else "visit"
    return (family.within(now, message.deadline, _VISIT, plan, case.application_id),)


def access_gone(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    case.access_until = 0
    return ()


def referred(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    asked_for = case.wanted == message.place_id
    case.state, case.place_id, case.access_until = REFERRED, message.place_id or "", 0
    case.deadline, case.shown = message.deadline or 0, ""
    dice = family.dice
    if dice.chance(assumptions.CANCEL.value):
        late = dice.chance(assumptions.CANCEL_TOO_LATE.value)
        low, high = _CANCEL_LATE_HOURS if late else _CANCEL_HOURS
        at = message.at + dice.between(low * HOUR_MS, high * HOUR_MS)
        if dice.chance(assumptions.LAST_MOMENT.value):
            at = message.at + CANCELLATION_MS + dice.between(-3, 3)
        return (family.plan(max(now + 1, at), "cancel", case.application_id),)
    never = assumptions.CHECK_NEVER.value if asked_for else assumptions.AUTOMATIC_IGNORED.value
    case.idle = dice.chance(never)
    if message.deadline is None or case.idle:
        return ()
    plans: list[Action] = [family.within(now, message.deadline, _CHECK, "check", case.application_id)]
    if dice.chance(assumptions.HASTY_ENROLMENT.value):
        plans.append(family.plan(family.around.daytime.office(dice, now + HOUR_MS), "visit", case.application_id))
    return plans


def active(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    case.state, case.place_id = REFERRED, message.place_id or case.place_id
    if message.deadline is None:
        return ()
    dice = family.dice
    case.deadline = message.deadline
    fate = dice.unit()
    if message.term is Term.VACATING:
        # The place is still taken: wait for the next message, or lose patience.
        if fate < assumptions.EARLY_GIVEN_UP.value:
            at = family.around.daytime.awake(dice, after(dice, now, _AGAIN, DAY_MS))
            return (family.plan(at, "cancel", case.application_id),)
        return ()
    case.idle = fate < assumptions.VISIT_NEVER.value
    if case.idle:
        return ()
    if fate < assumptions.VISIT_NEVER.value + assumptions.EXTENDED.value:
        return (family.within(now, message.deadline, _VISIT, "extend", case.application_id),)
    return (family.within(now, message.deadline, _VISIT, "visit", case.application_id),)


def extended(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    if message.deadline is None:
        return ()
    return (family.within(now, message.deadline, _VISIT, "visit", case.application_id),)


def referral_over(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    if case.place_id == (message.place_id or case.place_id) and case.state == REFERRED:
        case.state, case.place_id = WAITING, ""
    return ()


def interest_due(family: Household, case: Case, message: Notification, now: int) -> Sequence[Action]:
    at = family.around.daytime.awake(family.dice, after(family.dice, now, _AGAIN, DAY_MS))
    return (family.plan(at, "interest", case.application_id),)


REACTIONS: dict[MessageKind, Callable[[Household, Case, Notification, int], Sequence[Action]]] = {
    MessageKind.REGISTERED: registered,
    MessageKind.QUEUED: queued,
    MessageKind.REFUSED: gone,
    MessageKind.TURN_CAME: turn,
    MessageKind.ACCESS_ENDING: access_ending,
    MessageKind.ACCESS_LAPSED: access_gone,
    MessageKind.ACCESS_REVOKED: access_gone,
    MessageKind.REFERRAL_ISSUED: referred,
    MessageKind.REFERRAL_ACTIVE: active,
    MessageKind.REFERRAL_ENDING: referral_ending,
    MessageKind.REFERRAL_EXTENDED: extended,
    MessageKind.REFERRAL_CANCELLED: referral_over,
    MessageKind.REFERRAL_LAPSED: referral_over,
    MessageKind.REFERRAL_VOIDED: referral_over,
    MessageKind.REFERRAL_REFUSED: referral_over,
    MessageKind.STOPPED: stopped,
    MessageKind.SUSPENDED: stopped,
    MessageKind.RESTORED: returned,
    MessageKind.RETURNED: returned,
    MessageKind.ARCHIVED: gone,
    MessageKind.INTEREST_DUE: interest_due,
}
