"""A locality's education department: registers organisations, takes over the old queue, checks papers, inspects.

It knows the papers shown at its counter, its own register of organisations, and the applications it has handled.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence

from producers.campaign import assumptions
from producers.campaign.choosing import Surroundings
from producers.campaign.daytime import HOUR_MS, after
from producers.campaign.dice import Dice, Quantiles, Weighted
from producers.campaign.organisation import Organisation
from producers.campaign.outbox import send, source_of
from producers.campaign.world import Action, Agent, BenefitPapers, Enter, OtherParent, Papers, Send, Step, Tell, Word
from schemas.events import (
    ApplicantLinked,
    ApplicationRestored,
    ApplicationSubmitted,
    ApplicationSuspended,
    BenefitsChanged,
    ClockTick,
    DocumentsConfirmed,
    DocumentsRefused,
    EventData,
    LocalActAdopted,
    OrganisationClosed,
    OrganisationRegistered,
    ReferralDocumentsConfirmed,
    ReferralDocumentsRefused,
)
from schemas.words import Benefit, DocumentsReason
from schemas.zones import DAY_MS, MINUTE_MS

_ANSWERS = Quantiles(assumptions.PROVIDER_MINUTES.value)
_REASONS = Weighted(assumptions.PAPERS_REASONS.value)
_GAP = Quantiles(assumptions.MIGRATION_GAP_MS.value)
_SUSPENDED = Quantiles(assumptions.SUSPENDED_DAYS.value)
_MISSING = ("proof of residence", "copy of the birth certificate", "certificate of the benefit", "medical passport")
_CHECK_REASONS = ("kinship not proven", "identity not proven", "expired document")
_SUSPENSION_REASON, _RESTORE_REASON = "false address suspected", "inquiry closed"


class Department:
    """The provider of the service in one locality."""

    def __init__(self, name: str, dice: Dice, around: Surroundings) -> None:
        """`name`: the name that families address it by."""
        self.name = name
        self.dice = dice
        self.around = around
        self.source = source_of(f"department:{name}")
        self.organisations: dict[str, Organisation] = {}
        self.old_queue: Iterator[tuple[Agent, ApplicationSubmitted]] = iter(())
        self.handled: list[str] = []

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """React to papers at the counter and to own plans."""
        if isinstance(word, Papers):
            return self._referral_papers(word, now) if word.place_id else self._papers(word, now)
        if isinstance(word, BenefitPapers):
            return self._send(
                after(self.dice, now, _ANSWERS, MINUTE_MS), BenefitsChanged(word.application_id, word.proven)
            )
        if isinstance(word, OtherParent):
            at = after(self.dice, now, _ANSWERS, MINUTE_MS)
            return self._send(at, ApplicantLinked(word.application_id, word.applicant_id))
        if isinstance(word, Step):
            return _PLANS[word.plan](self, word.subject, now)
        return ()

    def _send(self, at: int, data: EventData) -> list[Action]:
        return send(self.dice, self.name, self.source, at, data)

    # ---------------------------------------------------------------------------------------------------- papers

    def _papers(self, papers: Papers, now: int) -> Sequence[Action]:
        dice = self.dice
        at = after(dice, now, _ANSWERS, MINUTE_MS)
        self.handled.append(papers.application_id)
        if dice.chance(assumptions.PAPERS_REFUSED.value):
            reason = _REASONS.draw(dice)
            missing = (dice.pick(_MISSING),) if reason is DocumentsReason.INCOMPLETE_PACKAGE else ()
            return self._send(at, DocumentsRefused(papers.application_id, reason, missing))
        actions: list[Action] = []
        if dice.chance(assumptions.MISTYPED.value):
            actions += send(dice, self.name, self.source, at, DocumentsConfirmed(dice.name("a-")), retried=False)
            at = after(dice, at, _ANSWERS, MINUTE_MS)
        proven: tuple[Benefit, ...] | None = None if papers.proven == papers.claimed else papers.proven
        return [*actions, *self._send(at, DocumentsConfirmed(papers.application_id, proven))]

    def _referral_papers(self, papers: Papers, now: int) -> Sequence[Action]:
        dice = self.dice
        at = after(dice, now, _ANSWERS, MINUTE_MS)
        if dice.chance(assumptions.CHECK_REFUSED.value):
            refused = ReferralDocumentsRefused(papers.application_id, papers.place_id, dice.pick(_CHECK_REASONS))
            return self._send(at, refused)
        lost = bool(papers.proven) and dice.chance(assumptions.BENEFIT_NOT_CONFIRMED.value)
        return self._send(at, ReferralDocumentsConfirmed(papers.application_id, papers.place_id, not lost))

    # ----------------------------------------------------------------------------------------- register and acts

    def enrol_organisation(self, organisation: Organisation) -> None:
        """The register of organisations gets an entry; it is published by the plan `register`."""
        self.organisations[organisation.name] = organisation

    def _entry(self, name: str, title: str) -> OrganisationRegistered:
        each = self.organisations[name]
        return OrganisationRegistered(name, title, each.ownership, each.kind, each.profiles)

    def _register_all(self, subject: str, now: int) -> Sequence[Action]:
        """The register as it stands before the season, one record after the other."""
        actions: list[Action] = []
        at = now
        for number, name in enumerate(self.organisations, start=1):
            at += 1 + int(_GAP.draw(self.dice))
            actions.append(self._plain(at, self._entry(name, f"Kindergarten No. {number}")))
        return actions

    def _plain(self, at: int, data: EventData) -> Send:
        return Send(at, self.name, self.source, self.dice.name(""), data)

    def _register(self, subject: str, now: int) -> Sequence[Action]:
        return self._send(now + 1, self._entry(subject, f"Kindergarten {subject[-4:]}"))

    def _update(self, subject: str, now: int) -> Sequence[Action]:
        if self.organisations[subject].closed:
            return ()
        return self._send(now + 1, self._entry(subject, f"Kindergarten {subject[-4:]} (renamed)"))

    def _close(self, subject: str, now: int) -> Sequence[Action]:
        closed = self._send(now + 1, OrganisationClosed(subject))
        return [*closed, Tell(now + 1, subject, Step("close", ""))]

    def _act(self, subject: str, now: int) -> Sequence[Action]:
        """The opening moves to another time a week from now."""
        today = self.around.daytime.date(now)
        force = today + datetime.timedelta(days=7)
        return self._send(now + 1, LocalActAdopted(f"A-{self.dice.between(1, 400)}", today, force, opening_at=subject))

    # -------------------------------------------------------------------------------------------------- old queue

    def _migrate(self, subject: str, now: int) -> Sequence[Action]:
        """One application of the old queue with its confirmed papers, then a plan for the next one."""
        entry = next(self.old_queue, None)
        if entry is None:
            return ()
        family, application = entry
        dice = self.dice
        first = now + 1 + int(_GAP.draw(dice))
        second = first + 1 + int(_GAP.draw(dice))
        self.handled.append(application.application_id)
        return (
            Enter(first, family.name, family, Step("live", "")),
            self._plain(first, application),
            self._plain(second, DocumentsConfirmed(application.application_id)),
            Tell(second, self.name, Step("migrate", "")),
        )

    # ------------------------------------------------------------------------------------------------ inspection

    def _inspect(self, subject: str, now: int) -> Sequence[Action]:
        """Suspend some applications today, and restore them when the inquiry is over."""
        if not self.handled:
            return ()
        dice = self.dice
        actions: list[Action] = []
        for _ in range(int(subject)):
            application = dice.pick(self.handled)
            at = self.around.daytime.office(dice, now + dice.below(8 * HOUR_MS))
            actions += self._send(at, ApplicationSuspended(application, _SUSPENSION_REASON))
            back = self.around.daytime.office(dice, after(dice, at, _SUSPENDED, DAY_MS))
            actions.append(Tell(back, self.name, Step("restore", application)))
        return actions

    def _restore(self, subject: str, now: int) -> Sequence[Action]:
        return self._send(now + 1, ApplicationRestored(subject, _RESTORE_REASON))

    def _tick(self, subject: str, now: int) -> Sequence[Action]:
        return (self._plain(now + 1, ClockTick()),)


_PLANS: dict[str, Callable[[Department, str, int], Sequence[Action]]] = {
    "register-all": Department._register_all,
    "register": Department._register,
    "update": Department._update,
    "close": Department._close,
    "act": Department._act,
    "migrate": Department._migrate,
    "inspect": Department._inspect,
    "restore": Department._restore,
    "tick": Department._tick,
}
