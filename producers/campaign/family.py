"""A family that waits for a place: what it knows, what it wants, and what it does about what it hears.

It knows its own children, the messages it was sent, the answers to its own events and the public page. Nothing else.
"""

import datetime
from collections.abc import Callable, Sequence

from producers.campaign import assumptions
from producers.campaign.choosing import Surroundings, Wishes, pick, pick_together
from producers.campaign.daytime import HOUR_MS, SECOND_MS, after
from producers.campaign.dice import Dice, Quantiles, Weighted
from producers.campaign.outbox import send, source_of
from producers.campaign.world import (
    Action,
    Answer,
    Arrival,
    BenefitPapers,
    Enter,
    Leaving,
    News,
    OtherParent,
    Papers,
    Step,
    Tell,
    Word,
)
from schemas.events import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Choice,
    DocumentsPresented,
    InterestConfirmed,
    PlacesChosen,
    ReferralCancelled,
    ReferralExtended,
)
from schemas.facts import BulletinEntry
from schemas.instants import Instant
from schemas.outputs import MessageKind, Notification, OutcomeResult
from schemas.words import Admission, Benefit, Channel, QueueKind, Reason
from schemas.zones import DAY_MS

NEW, REGISTERED, WAITING, STOPPED, REFERRED, OUT = range(6)
CANCELLATION_MS = 24 * HOUR_MS
# Closer to a deadline than this, a family presses the button whatever the clock says.
_HURRY_MS = 60 * SECOND_MS
_HURRY_BEFORE_MS, _HURRY_AFTER_MS = 4_000, 1_500
_CANCEL_HOURS = (1, 20)
_CANCEL_LATE_HOURS = (24, 60)
_OPEN_STAGE_NUMBER, _OPTIMISTS_NUMBER = 1_000, 3_000
_EXTENSION_DAYS = (5, 30)
_BY_FAMILIES = frozenset({Channel.PORTAL, Channel.MOBILE, Channel.STATE_CORPORATION, Channel.OFFICE})
_STATE_CHANNELS = frozenset({Channel.PROACTIVE, Channel.BIRTH_REGISTRATION})

_REACTION = Quantiles(assumptions.ACCESS_REACTION.value)
_THINKING = Quantiles(assumptions.THINKING_SECONDS.value)
_LOOK_AGAIN = Quantiles(assumptions.LOOK_AGAIN_HOURS.value)
_PAPERS = Quantiles(assumptions.PAPERS_DELAY_HOURS.value)
_SUBMISSION = Quantiles(assumptions.SUBMISSION_DELAY_MS.value)
_CHECK = Quantiles(assumptions.CHECK_REACTION.value)
_VISIT = Quantiles(assumptions.VISIT_REACTION.value)
_AGAIN = Quantiles(assumptions.APPLY_AGAIN_DAYS.value)
_OPEN_DAYS = Quantiles(assumptions.OPEN_STAGE_DAYS.value)
_TAKEN_OUT = Quantiles(assumptions.TAKEN_OUT_DAYS.value)
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
_LIFE_SHARE = sum(
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


class Case:
    """One application as its family knows it."""

    __slots__ = (
        "access_until",
        "application_id",
        "born",
        "channel",
        "child_id",
        "claimed",
        "commission",
        "deadline",
        "looks",
        "organisation_id",
        "place_id",
        "profile",
        "promised",
        "proven",
        "queue",
        "queue_kind",
        "shown",
        "special",
        "state",
        "staying",
        "wanted",
    )

    def __init__(self, application_id: str, child_id: str, born: datetime.date) -> None:
        """A case for the general queue; what is special about it is set by whoever makes it."""
        self.application_id = application_id
        self.child_id = child_id
        self.born = born
        self.queue_kind = QueueKind.GENERAL
        self.queue = f"general/{born.year}"
        self.organisation_id: str | None = None
        self.profile: str | None = None
        self.claimed: tuple[Benefit, ...] = ()
        self.proven: tuple[Benefit, ...] = ()
        self.special = False
        self.commission = False
        self.channel = Channel.PORTAL
        self.state = NEW
        self.access_until = 0
        self.deadline = 0
        self.looks = 0
        self.place_id = ""
        self.wanted = ""
        self.staying = False
        self.promised: bool | None = None
        self.shown = ""

    def copy(self, application_id: str) -> "Case":
        """The same child in the same queue once more, under a new application."""
        other = Case(application_id, self.child_id, self.born)
        for name in ("queue_kind", "queue", "organisation_id", "profile", "claimed", "proven", "special", "commission"):
            setattr(other, name, getattr(self, name))
        other.channel = self.channel if self.channel in _BY_FAMILIES else Channel.PORTAL
        return other


class Family:
    """One applicant with the applications of its children."""

    __slots__ = ("around", "cases", "dice", "name", "wishes")

    def __init__(self, name: str, dice: Dice, around: Surroundings, wishes: Wishes, cases: list[Case]) -> None:
        """`name`: the applicant's id."""
        self.name = name
        self.dice = dice
        self.around = around
        self.wishes = wishes
        self.cases = cases

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """React to a message, an answer or an own plan."""
        if isinstance(word, News):
            return self._news(word.message, now)
        if isinstance(word, Answer):
            return self._answer(word, now)
        if isinstance(word, Step):
            return _PLANS[word.plan](self, word.subject, now)
        return ()

    def _case(self, application_id: str | None) -> Case | None:
        for case in self.cases:
            if case.application_id == application_id:
                return case
        return None

    def _plan(self, at: int, plan: str, subject: str) -> Tell:
        return Tell(at, self.name, Step(plan, subject))

    # ------------------------------------------------------------------------------------------------- messages

    def _news(self, message: Notification, now: int) -> Sequence[Action]:
        case = self._case(message.application_id)
        react = _REACTIONS.get(message.kind)
        if case is None or react is None:
            return ()
        return react(self, case, message, now)

    def _registered(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        if case.state != NEW:
            return ()
        case.state = REGISTERED
        if case.channel is Channel.MIGRATION:
            return ()
        if self.dice.chance(assumptions.PAPERS_NEVER.value):
            return ()
        return (self._plan(after(self.dice, now, _PAPERS, HOUR_MS), "show", case.application_id),)

    def _queued(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        if case.state in (NEW, REGISTERED):
            case.state = WAITING
        return self._watch(case, message.number, now)

    def _watch(self, case: Case, number: int | None, now: int) -> Sequence[Action]:
        """Whether the open stage is worth a visit now and then, by the number that the family was told."""
        if number is None or case.queue_kind is not QueueKind.GENERAL:
            return ()
        share = assumptions.OPEN_STAGE_VISITORS.value if number <= _OPEN_STAGE_NUMBER else 0.0
        if _OPEN_STAGE_NUMBER < number <= _OPTIMISTS_NUMBER:
            share = assumptions.OPEN_STAGE_OPTIMISTS.value
        if not self.dice.chance(share):
            return ()
        case.looks = 0
        at = self.around.daytime.awake(self.dice, after(self.dice, now, _OPEN_DAYS, DAY_MS))
        return (self._plan(at, "browse", case.application_id),)

    def _returned(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        if case.state == REFERRED and message.reason is None:
            return ()
        case.state = WAITING
        case.place_id = ""
        return self._watch(case, message.number, now)

    def _stopped(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        case.state = STOPPED
        case.access_until = 0
        return ()

    def _gone(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        """Refused or archived: enrolled children live on, others may apply again."""
        place, case.state = case.place_id, OUT
        if message.reason == "ENROLLED":
            if place and self.dice.chance(assumptions.CHILD_LEAVES.value):
                return (self._plan(after(self.dice, now, _TAKEN_OUT, DAY_MS), "leave", case.application_id),)
            return ()
        if message.reason in _NOT_AGAIN or not self.dice.chance(assumptions.APPLY_AGAIN.value):
            return ()
        return (self._plan(after(self.dice, now, _AGAIN, DAY_MS), "again", case.application_id),)

    def _turn(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        until = message.deadline or 0
        case.access_until, case.looks, case.promised = until, 0, None
        dice = self.dice
        if dice.chance(assumptions.ACCESS_IGNORED.value) or until <= now:
            return ()
        if dice.chance(assumptions.LAST_MOMENT.value):
            at = until - dice.between(1, _HURRY_MS)
        else:
            at = self.around.daytime.awake(dice, now + 1 + int(_REACTION.draw(dice) * (until - now)))
        return (self._plan(max(now + 1, at), "look", case.application_id),)

    def _access_gone(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        case.access_until = 0
        return ()

    def _referred(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        asked_for = case.wanted == message.place_id
        case.state, case.place_id, case.access_until = REFERRED, message.place_id or "", 0
        case.deadline, case.shown = message.deadline or 0, ""
        dice = self.dice
        if dice.chance(assumptions.CANCEL.value):
            late = dice.chance(assumptions.CANCEL_TOO_LATE.value)
            low, high = _CANCEL_LATE_HOURS if late else _CANCEL_HOURS
            at = message.at + dice.between(low * HOUR_MS, high * HOUR_MS)
            if dice.chance(assumptions.LAST_MOMENT.value):
                at = message.at + CANCELLATION_MS + dice.between(-3, 3)
            return (self._plan(max(now + 1, at), "cancel", case.application_id),)
        never = assumptions.CHECK_NEVER.value if asked_for else assumptions.AUTOMATIC_IGNORED.value
        if message.deadline is None or dice.chance(never):
            return ()
        plans: list[Action] = [self._within(now, message.deadline, _CHECK, "check", case.application_id)]
        if dice.chance(assumptions.HASTY_ENROLMENT.value):
            plans.append(self._plan(self.around.daytime.office(dice, now + HOUR_MS), "visit", case.application_id))
        return plans

    def _within(self, now: int, deadline: int, reaction: Quantiles, plan: str, subject: str) -> Tell:
        """A plan for office hours inside a term."""
        dice, office = self.dice, self.around.daytime.office
        at = office(dice, now + 1 + int(reaction.draw(dice) * (deadline - now)))
        if at >= deadline:
            at = office(dice, now + 1 + (deadline - now) // 3)
        return self._plan(at, plan, subject)

    def _active(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        case.state, case.place_id = REFERRED, message.place_id or case.place_id
        if message.deadline is None:
            return ()
        dice = self.dice
        case.deadline = message.deadline
        fate = dice.unit()
        if fate < assumptions.VISIT_NEVER.value:
            return ()
        if fate < assumptions.VISIT_NEVER.value + assumptions.EXTENDED.value:
            return (self._within(now, message.deadline, _VISIT, "extend", case.application_id),)
        return (self._within(now, message.deadline, _VISIT, "visit", case.application_id),)

    def _extended(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        if message.deadline is None:
            return ()
        return (self._within(now, message.deadline, _VISIT, "visit", case.application_id),)

    def _referral_over(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        if case.place_id == (message.place_id or case.place_id) and case.state == REFERRED:
            case.state, case.place_id = WAITING, ""
        return ()

    def _interest_due(self, case: Case, message: Notification, now: int) -> Sequence[Action]:
        at = self.around.daytime.awake(self.dice, after(self.dice, now, _AGAIN, DAY_MS))
        return (self._plan(at, "interest", case.application_id),)

    # -------------------------------------------------------------------------------------------------- answers

    def _answer(self, answer: Answer, now: int) -> Sequence[Action]:
        case, outcome = self._case(answer.subject), answer.outcome
        if case is None or outcome.result is OutcomeResult.DUPLICATE:
            return ()
        if outcome.type == "DocumentsPresented":
            if outcome.result is OutcomeResult.REJECTED:
                return ()
            place = case.place_id if case.state == REFERRED else ""
            return (self._papers(case, place, now),)
        if outcome.type == "PlacesChosen" and outcome.reason in _WORTH_ANOTHER_LOOK:
            case.looks += 1
            wanted = self.around.page.printed(case.wanted)
            if outcome.reason is Reason.PROMISED and wanted is not None:
                case.promised = self.around.page.is_private(wanted.organisation_id)
            if case.looks < assumptions.LOOKS.value and now < case.access_until:
                return (self._plan(after(self.dice, now, _THINKING, SECOND_MS), "look", case.application_id),)
        if outcome.type == "ApplicationSubmitted" and outcome.result is OutcomeResult.REJECTED:
            case.state = OUT
        return ()

    def _papers(self, case: Case, place: str, now: int) -> Tell:
        proven = case.proven
        word = Papers(case.application_id, self.name, place, case.claimed, proven, case.queue_kind)
        return Tell(now + 1 + self.dice.below(SECOND_MS), self.around.department, word)

    # ---------------------------------------------------------------------------------------------------- plans

    def _apply(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        assert case is not None
        event = ApplicationSubmitted(
            application_id=case.application_id,
            applicant_id=self.name,
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
        at = now + 1 + int(_SUBMISSION.draw(self.dice))
        return send(self.dice, self.name, _SOURCES[case.channel], at, event, asked=subject)

    def live(self, now: int) -> list[Action]:
        """What else will happen to a family that waits: at most one thing for each case, some time in the season."""
        dice, plans = self.dice, []
        for case in self.cases:
            if dice.chance(_LIFE_SHARE) and self.around.ends > now:
                at = now + 1 + int(dice.unit() * (self.around.ends - now))
                plan = _LIFE.draw(dice)
                plans.append(self._plan(self.around.daytime.awake(dice, at), plan, case.application_id))
        return list(plans)

    def _live(self, subject: str, now: int) -> Sequence[Action]:
        return [*self.live(now), *self._apply(subject, now)] if subject else self.live(now)

    def _show(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state != REGISTERED:
            return ()
        if case.channel in _STATE_CHANNELS:
            return (self._papers(case, "", now),)
        at = (
            now + 1
            if case.channel in (Channel.PORTAL, Channel.MOBILE)
            else self.around.daytime.office(self.dice, now + 1)
        )
        event = DocumentsPresented(case.application_id)
        return send(self.dice, self.name, _SOURCES[case.channel], at, event, asked=subject)

    def _look(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state != WAITING or now >= case.access_until:
            return ()
        found = self._find(case, only_open=False)
        if found is None:
            case.looks += 1
            at = self.around.daytime.awake(self.dice, after(self.dice, now, _LOOK_AGAIN, HOUR_MS))
            if case.looks >= assumptions.LOOKS.value or at >= case.access_until:
                return ()
            return (self._plan(at, "look", subject),)
        at = after(self.dice, now, _THINKING, SECOND_MS)
        if case.access_until - now < _HURRY_MS:
            at = max(now + 1, case.access_until + self.dice.between(-_HURRY_BEFORE_MS, _HURRY_AFTER_MS))
        return self._choose(case, found, at)

    def _find(self, case: Case, *, only_open: bool) -> list[tuple[Case, BulletinEntry]] | None:
        """A place for the case, and for its brothers and sisters that wait as well where one organisation has them all."""
        others = [each for each in self.cases if each is not case and _may_join(each, case)]
        if others:
            together = pick_together(self.dice, self.around, self.wishes, [case, *others], only_open=only_open)
            if together is not None:
                return list(zip([case, *others], together, strict=True))
        entry = pick(self.dice, self.around, self.wishes, case, only_open=only_open)
        return None if entry is None else [(case, entry)]

    def _choose(self, case: Case, found: list[tuple[Case, BulletinEntry]], at: int) -> Sequence[Action]:
        dice, actions = self.dice, list[Action]()
        for each, entry in found:
            each.wanted = entry.place_id
        if dice.chance(assumptions.MISTYPED.value):
            wrong = PlacesChosen(self.name, (Choice(case.application_id, dice.name("pl-")),))
            actions += send(dice, self.name, _PORTAL, at, wrong, retried=False)
            at = after(dice, at, _THINKING, SECOND_MS)
        event = PlacesChosen(
            self.name,
            tuple(Choice(each.application_id, entry.place_id) for each, entry in found),
            dice.name("sig-"),
        )
        actions += send(dice, self.name, _PORTAL, at, event, asked=case.application_id)
        return actions

    def _browse(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state in (OUT, NEW) or now > self.around.ends:
            return ()
        actions: list[Action] = []
        if case.state == WAITING and now >= case.access_until:
            number = self.around.page.number(subject)
            if number is not None and number <= _OPTIMISTS_NUMBER:
                found = self._find(case, only_open=True)
                if found is not None and (number <= _OPEN_STAGE_NUMBER or case.looks == 0):
                    actions += self._choose(case, found, after(self.dice, now, _THINKING, SECOND_MS))
                    case.looks += 1
        at = self.around.daytime.awake(self.dice, after(self.dice, now, _OPEN_DAYS, DAY_MS))
        actions.append(self._plan(at, "browse", subject))
        return actions

    def _cancel(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state != REFERRED:
            return ()
        event = ReferralCancelled(subject, self.name, case.place_id)
        late = self._within(now, max(now + DAY_MS, case.deadline), _CHECK, "check", subject)
        return [*send(self.dice, self.name, _PORTAL, now + 1, event, asked=subject), late]

    def _check(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state != REFERRED or case.shown == case.place_id:
            return ()
        case.shown = case.place_id
        event = DocumentsPresented(subject, case.place_id)
        return send(self.dice, self.name, _OFFICE, now + 1, event, asked=subject)

    def _extend(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state != REFERRED:
            return ()
        reason, days = _EXTENSIONS.draw(self.dice), self.dice.between(*_EXTENSION_DAYS)
        return send(
            self.dice,
            self.name,
            _PORTAL,
            now + 1,
            ReferralExtended(subject, self.name, case.place_id, reason, days),
        )

    def _visit(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        entry = None if case is None else self.around.page.printed(case.place_id)
        if case is None or case.state != REFERRED or entry is None:
            return ()
        visit = Tell(now + 1, entry.organisation_id, Arrival(subject, case.place_id))
        if entry.admission is Admission.TEMPORARY:
            # A stay on a temporary place keeps the position in the queue (rules, R6.9): the family waits on.
            case.state, case.staying = WAITING, True
        return (visit,)

    def _leave(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        entry = None if case is None else self.around.page.printed(case.place_id)
        if case is None or entry is None:
            return ()
        return (Tell(now + 1, entry.organisation_id, Leaving(subject, case.place_id)),)

    def _again(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        assert case is not None
        other = case.copy(self.dice.name("a-"))
        self.cases.append(other)
        return self._apply(other.application_id, now)

    def _second(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        return self._again(subject, now) if case is not None and case.state in (WAITING, REFERRED, STOPPED) else ()

    def _withdraw(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state not in (REGISTERED, WAITING, REFERRED, STOPPED):
            return ()
        return send(self.dice, self.name, _PORTAL, now + 1, ApplicationWithdrawn(subject, self.name))

    def _interest(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state not in (WAITING, REFERRED, STOPPED):
            return ()
        return send(self.dice, self.name, _PORTAL, now + 1, InterestConfirmed(subject, self.name))

    def _benefits(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state not in (WAITING, REFERRED, STOPPED):
            return ()
        case.proven = () if case.proven else (Benefit.LARGE_FAMILY,)
        return (Tell(now + 1, self.around.department, BenefitPapers(subject, case.proven)),)

    def _link(self, subject: str, now: int) -> Sequence[Action]:
        case = self._case(subject)
        if case is None or case.state not in (WAITING, REFERRED, STOPPED) or len(self.cases) > 1:
            return ()
        self.name = self.dice.name("p-")
        word = OtherParent(subject, self.name)
        return (Enter(now + 1, self.name, self, Step("settle", "")), Tell(now + 1, self.around.department, word))

    def _settle(self, subject: str, now: int) -> Sequence[Action]:
        return ()

    def _other(self, subject: str, now: int) -> Sequence[Action]:
        """The other parent acts from an account that is not the applicant's."""
        case = self._case(subject)
        if case is None or case.state != WAITING:
            return ()
        event = ApplicationWithdrawn(subject, self.dice.name("p-"))
        return send(self.dice, self.name, _PORTAL, now + 1, event)


def _may_join(other: Case, case: Case) -> bool:
    return other.state == WAITING and other.queue_kind is case.queue_kind is QueueKind.GENERAL


_PORTAL, _OFFICE = source_of("portal"), source_of("office")
_SOURCES = {
    Channel.PORTAL: _PORTAL,
    Channel.MOBILE: source_of("mobile"),
    Channel.OFFICE: _OFFICE,
    Channel.STATE_CORPORATION: source_of("state-corporation"),
    Channel.PROACTIVE: source_of("proactive"),
    Channel.BIRTH_REGISTRATION: source_of("civil-registry"),
}
_NOT_AGAIN = frozenset({"WITHDRAWN", "ENROLLED_ELSEWHERE", "AGE_LIMIT"})
_WORTH_ANOTHER_LOOK = frozenset({Reason.PLACE_TAKEN, Reason.PROMISED, Reason.WRONG_STATE, Reason.NOT_ELIGIBLE})
_REACTIONS: dict[MessageKind, Callable[[Family, Case, Notification, int], Sequence[Action]]] = {
    MessageKind.REGISTERED: Family._registered,
    MessageKind.QUEUED: Family._queued,
    MessageKind.REFUSED: Family._gone,
    MessageKind.TURN_CAME: Family._turn,
    MessageKind.ACCESS_LAPSED: Family._access_gone,
    MessageKind.ACCESS_REVOKED: Family._access_gone,
    MessageKind.REFERRAL_ISSUED: Family._referred,
    MessageKind.REFERRAL_ACTIVE: Family._active,
    MessageKind.REFERRAL_EXTENDED: Family._extended,
    MessageKind.REFERRAL_CANCELLED: Family._referral_over,
    MessageKind.REFERRAL_LAPSED: Family._referral_over,
    MessageKind.REFERRAL_VOIDED: Family._referral_over,
    MessageKind.REFERRAL_REFUSED: Family._referral_over,
    MessageKind.STOPPED: Family._stopped,
    MessageKind.SUSPENDED: Family._stopped,
    MessageKind.RESTORED: Family._returned,
    MessageKind.RETURNED: Family._returned,
    MessageKind.ARCHIVED: Family._gone,
    MessageKind.INTEREST_DUE: Family._interest_due,
}
_PLANS: dict[str, Callable[[Family, str, int], Sequence[Action]]] = {
    "apply": Family._apply,
    "live": Family._live,
    "show": Family._show,
    "look": Family._look,
    "browse": Family._browse,
    "cancel": Family._cancel,
    "check": Family._check,
    "extend": Family._extend,
    "visit": Family._visit,
    "leave": Family._leave,
    "again": Family._again,
    "second": Family._second,
    "withdraw": Family._withdraw,
    "interest": Family._interest,
    "benefits": Family._benefits,
    "link": Family._link,
    "settle": Family._settle,
    "other": Family._other,
}
