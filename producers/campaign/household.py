"""What a family knows: its applications as they stand in its own eyes, its wishes, its way of making plans.

Owns the family's memory, no reaction. It is filled by messages, answers and the public page alone.
"""

import datetime
from collections.abc import Sequence

from producers.campaign.choosing import Surroundings, Wishes
from producers.campaign.daytime import SECOND_MS
from producers.campaign.dice import Dice, Quantiles
from producers.campaign.outbox import source_of
from producers.campaign.world import Action, Papers, Step, Tell, Word
from schemas.words import Benefit, Channel, QueueKind

NEW, REGISTERED, WAITING, STOPPED, REFERRED, OUT = range(6)
BY_FAMILIES = frozenset({Channel.PORTAL, Channel.MOBILE, Channel.STATE_CORPORATION, Channel.OFFICE})
STATE_CHANNELS = frozenset({Channel.PROACTIVE, Channel.BIRTH_REGISTRATION})
PORTAL, OFFICE = source_of("portal"), source_of("office")
SOURCES = {
    Channel.PORTAL: PORTAL,
    Channel.MOBILE: source_of("mobile"),
    Channel.OFFICE: OFFICE,
    Channel.STATE_CORPORATION: source_of("state-corporation"),
    Channel.PROACTIVE: source_of("proactive"),
    Channel.BIRTH_REGISTRATION: source_of("civil-registry"),
}


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
        "idle",
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
        "watching",
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
        # Had a deadline and meant to do nothing about it; a reminder may change that.
        self.idle = False
        self.watching = False
        self.promised: bool | None = None
        self.shown = ""

    def copy(self, application_id: str) -> "Case":
        """The same child in the same queue once more, under a new application."""
        other = Case(application_id, self.child_id, self.born)
        for name in ("queue_kind", "queue", "organisation_id", "profile", "claimed", "proven", "special", "commission"):
            setattr(other, name, getattr(self, name))
        other.channel = self.channel if self.channel in BY_FAMILIES else Channel.PORTAL
        return other


class Household:
    """One applicant with the applications of its children."""

    __slots__ = ("around", "cases", "dice", "name", "wishes")

    def __init__(self, name: str, dice: Dice, around: Surroundings, wishes: Wishes, cases: list[Case]) -> None:
        """`name`: the applicant's id."""
        self.name = name
        self.dice = dice
        self.around = around
        self.wishes = wishes
        self.cases = cases

    def case(self, application_id: str | None) -> Case | None:
        """The case of an application, if it is this family's."""
        for case in self.cases:
            if case.application_id == application_id:
                return case
        return None

    def plan(self, at: int, plan: str, subject: str) -> Tell:
        """A plan for a moment, about an application."""
        return Tell(at, self.name, Step(plan, subject))

    def within(self, now: int, deadline: int, reaction: Quantiles, plan: str, subject: str) -> Tell:
        """A plan for office hours inside a term."""
        dice, office = self.dice, self.around.daytime.office
        at = office(dice, now + 1 + int(reaction.draw(dice) * (deadline - now)))
        if at >= deadline:
            at = office(dice, now + 1 + (deadline - now) // 3)
        return self.plan(at, plan, subject)

    def papers(self, case: Case, place: str, now: int) -> Tell:
        """The papers of a case on their way over the department's counter."""
        word = Papers(case.application_id, self.name, place, case.claimed, case.proven, case.queue_kind)
        return Tell(now + 1 + self.dice.below(SECOND_MS), self.around.department, word)

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """A household alone does nothing; `Family` does."""
        raise NotImplementedError
