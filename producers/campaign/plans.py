"""What a family does when one of its own plans comes due: applies, shows papers, visits, withdraws.

It knows its own memory and the public page, nothing else.
"""

from collections.abc import Callable, Sequence
from math import fsum

from producers.campaign import assumptions, looking
from producers.campaign.dice import Quantiles, Weighted
from producers.campaign.household import (
    OFFICE,
    PORTAL,
    REFERRED,
    REGISTERED,
    SOURCES,
    STATE_CHANNELS,
    STOPPED,
    WAITING,
    Household,
)
from producers.campaign.outbox import send
from producers.campaign.world import (
    Action,
    Arrival,
    BenefitPapers,
    Enter,
    Leaving,
    Opened,
    OtherParent,
    Tell,
)
from schemas.events import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DocumentsPresented,
    InterestConfirmed,
    ReferralCancelled,
    ReferralExtended,
)
from schemas.instants import Instant
from schemas.words import Admission, Benefit, Channel
from schemas.zones import DAY_MS

_EXTENSION_DAYS = (5, 30)
_SUBMISSION = Quantiles(assumptions.SUBMISSION_DELAY_MS.value)
_CHECK = Quantiles(assumptions.CHECK_REACTION.value)
_EXTENSIONS = Weighted(assumptions.EXTENSION_REASONS.value)
_LIFE = Weighted(
    {
        "withdraw": assumptions.WITHDRAWN.value,
        "interest": assumptions.INTEREST_CONFIRMED.value,
        "benefits": assumptions.BENEFIT_GAINED.value,
        "link": assumptions.LINKED.value,
        "second": assumptions.SECOND_APPLICATION.value,
        "other": assumptions.NOT_MINE.value,
    }
)
_LIFE_SHARE = fsum(
    each.value
    for each in (
        assumptions.WITHDRAWN,
        assumptions.INTEREST_CONFIRMED,
        assumptions.BENEFIT_GAINED,
        assumptions.LINKED,
        assumptions.SECOND_APPLICATION,
        assumptions.NOT_MINE,
    )
)


def apply(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    assert case is not None
    event = ApplicationSubmitted(
        application_id=case.application_id,
        applicant_id=family.name,
        child_id=case.child_id,
        child_born=case.born,
        queue_kind=case.queue_kind,
        submitted_at=Instant(now),
        benefits=case.claimed,
        special_needs=case.special,
        commission_conclusion=case.commission,
        channel=case.channel,
        organisation_id=case.organisation_id,
        profile=case.profile,
    )
    at = now + 1 + int(_SUBMISSION.draw(family.dice))
    return send(family.dice, family.name, SOURCES[case.channel], at, event, asked=subject)


def life(family: Household, now: int) -> list[Action]:
    """What else will happen to a family that waits: at most one thing for each case, some time in the season."""
    dice, plans = family.dice, []
    for case in family.cases:
        if dice.chance(_LIFE_SHARE) and family.around.ends > now:
            at = now + 1 + int(dice.unit() * (family.around.ends - now))
            plan = _LIFE.draw(dice)
            plans.append(family.plan(family.around.daytime.awake(dice, at), plan, case.application_id))
    return list(plans)


def live(family: Household, subject: str, now: int) -> Sequence[Action]:
    return [*life(family, now), *apply(family, subject, now)] if subject else life(family, now)


def show(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state != REGISTERED:
        return ()
    if case.channel in STATE_CHANNELS:
        return (family.papers(case, "", now),)
    at = (
        now + 1
        if case.channel in (Channel.PORTAL, Channel.MOBILE)
        else family.around.daytime.office(family.dice, now + 1)
    )
    event = DocumentsPresented(case.application_id)
    return send(family.dice, family.name, SOURCES[case.channel], at, event, asked=subject)


def cancel(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state != REFERRED:
        return ()
    event = ReferralCancelled(subject, family.name, case.place_id)
    late = family.within(now, max(now + DAY_MS, case.deadline), _CHECK, "check", subject)
    return [*send(family.dice, family.name, PORTAL, now + 1, event, asked=subject), late]


def check(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state != REFERRED or case.shown == case.place_id:
        return ()
    case.shown = case.place_id
    event = DocumentsPresented(subject, case.place_id)
    return send(family.dice, family.name, OFFICE, now + 1, event, asked=subject)


def extend(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state != REFERRED:
        return ()
    reason, days = _EXTENSIONS.draw(family.dice), family.dice.between(*_EXTENSION_DAYS)
    return send(
        family.dice,
        family.name,
        PORTAL,
        now + 1,
        ReferralExtended(subject, family.name, case.place_id, reason, days),
    )


def visit(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    entry = None if case is None else family.around.page.printed(case.place_id)
    if case is None or case.state != REFERRED or entry is None:
        return ()
    visit = Tell(now + 1, entry.organisation_id, Arrival(subject, case.place_id))
    if entry.admission is Admission.TEMPORARY:
        # A stay on a temporary place keeps the position in the queue (rules, R6.9): the family waits on.
        case.state, case.staying = WAITING, True
    return (visit,)


def leave(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    entry = None if case is None else family.around.page.printed(case.place_id)
    if case is None or entry is None:
        return ()
    return (Tell(now + 1, entry.organisation_id, Leaving(subject, case.place_id)),)


def again(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    assert case is not None
    other = case.copy(family.dice.name("a-"))
    family.cases.append(other)
    return apply(family, other.application_id, now)


def second(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    return again(family, subject, now) if case is not None and case.state in (WAITING, REFERRED, STOPPED) else ()


def withdraw(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state not in (REGISTERED, WAITING, REFERRED, STOPPED):
        return ()
    return send(family.dice, family.name, PORTAL, now + 1, ApplicationWithdrawn(subject, family.name))


def interest(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state not in (WAITING, REFERRED, STOPPED):
        return ()
    return send(family.dice, family.name, PORTAL, now + 1, InterestConfirmed(subject, family.name))


def benefits(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state not in (WAITING, REFERRED, STOPPED):
        return ()
    case.proven = () if case.proven else (Benefit.LARGE_FAMILY,)
    return (Tell(now + 1, family.around.department, BenefitPapers(subject, case.proven)),)


def link(family: Household, subject: str, now: int) -> Sequence[Action]:
    case = family.case(subject)
    if case is None or case.state not in (WAITING, REFERRED, STOPPED) or len(family.cases) > 1:
        return ()
    family.name = family.dice.name("p-")
    word = OtherParent(subject, family.name)
    return (Enter(now + 1, family.name, family, Opened()), Tell(now + 1, family.around.department, word))


def other(family: Household, subject: str, now: int) -> Sequence[Action]:
    """The other parent acts from an account that is not the applicant's."""
    case = family.case(subject)
    if case is None or case.state != WAITING:
        return ()
    event = ApplicationWithdrawn(subject, family.dice.name("p-"))
    return send(family.dice, family.name, PORTAL, now + 1, event)


PLANS: dict[str, Callable[[Household, str, int], Sequence[Action]]] = {
    "apply": apply,
    "live": live,
    "show": show,
    "look": looking.look,
    "browse": looking.browse,
    "cancel": cancel,
    "check": check,
    "extend": extend,
    "visit": visit,
    "leave": leave,
    "again": again,
    "second": second,
    "withdraw": withdraw,
    "interest": interest,
    "benefits": benefits,
    "link": link,
    "other": other,
}
