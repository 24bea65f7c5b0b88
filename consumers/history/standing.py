"""Where one application stands, folded from its own facts, and what happens next. Never decides, only words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from consumers.history.packs import PackNumbers, in_kinds
from consumers.history.report import Argument, Deadline, Phrase
from schemas import facts as f
from schemas.instants import Instant
from schemas.words import EndCause, Subject
from schemas.zones import Zone, date_to_day


class Status(StrEnum):
    """The states of an application."""

    REGISTERED = "REGISTERED"
    REFUSED = "REFUSED"
    DEFERRED = "DEFERRED"
    QUEUED = "QUEUED"
    REFERRED = "REFERRED"
    STOPPED = "STOPPED"
    SUSPENDED = "SUSPENDED"
    ARCHIVED = "ARCHIVED"


@dataclass(slots=True)
class _Referral:
    place_id: str
    temporary: bool
    documents_until: Instant | None
    vacate_until: Instant | None
    provider_until: Instant | None = None
    active: bool = False
    until: Instant | None = None


class Openings:
    """When a locality's opening is (R5.2), as its local acts set it (R5.9)."""

    def __init__(self, zone: Zone) -> None:
        """At the rule book's time, until an act says otherwise."""
        self._zone = zone
        self._acts: list[tuple[int, int]] = []

    def adopt(self, act: f.LocalActAdopted, at: Instant) -> None:
        """Remember an act that sets the opening; it never moves an opening of a day before it was adopted."""
        if act.opening_at is not None:
            hours, minutes = act.opening_at.split(":")
            first = max(date_to_day(act.in_force_from), self._zone.day_of(at))
            self._acts.append((first, int(hours) * 60 + int(minutes)))

    def next_after(self, now: Instant, pack: PackNumbers) -> Instant:
        """The first opening strictly after a moment, at the pack's time where no act says otherwise."""
        day = self._zone.day_of(now)
        opening = self._zone.at(day, self._minutes(day, pack))
        return opening if opening > now else self._zone.at(day + 1, self._minutes(day + 1, pack))

    def _minutes(self, day: int, pack: PackNumbers) -> int:
        minutes = pack.opening_at_minutes
        for first, each in self._acts:
            if first <= day:
                minutes = each
        return minutes


class OwnState:
    """The state of one application."""

    def __init__(self, is_temporary: Callable[[str], bool]) -> None:
        """Take how to tell a temporary place: a referral to it leaves the application in the order (R6.9)."""
        self.status: Status | None = None  # until it is registered
        self.until: Instant | None = None
        self.provider_until: Instant | None = None
        self.access: f.AccessGranted | None = None
        self.interest_until: Instant | None = None
        self.asked_again: date | None = None
        self.stay: str | None = None
        self.why: Phrase | None = None
        self._is_temporary = is_temporary
        self._referrals: dict[str, _Referral] = {}
        self._appliers: dict[type[f.Fact], Callable[[Any], None]] = {
            f.ApplicationRegistered: self._registered,
            f.DocumentsPresented: self._presented,
            f.ApplicationRefused: self._refused,
            f.ApplicationDeferred: self._deferred,
            f.ApplicationQueued: self._in_queue,
            f.ApplicationReturned: self._in_queue,
            f.ApplicationStopped: self._stopped,
            f.ApplicationSuspended: self._suspended,
            f.ApplicationArchived: self._archived,
            f.AccessGranted: self._granted,
            f.AccessLapsed: self._access_over,
            f.AccessRevoked: self._access_over,
            f.AccessUsed: self._access_over,
            f.ReferralIssued: self._issued,
            f.ReferralActivated: self._activated,
            f.ReferralExtended: self._extended,
            f.ReferralEnded: self._ended,
            f.StayEnded: self._stay_ended,
            f.ReminderDue: self._reminded,
            f.InterestConfirmed: self._interested,
        }

    def apply(self, fact: f.Fact, today: date) -> None:
        """Fold one fact about the application, decided on this local day."""
        if isinstance(fact, f.ApplicationQueued | f.InterestConfirmed):
            self.asked_again = _year_after(today)
        applier = self._appliers.get(type(fact))
        if applier is not None:
            applier(fact)

    def _registered(self, fact: f.ApplicationRegistered) -> None:
        self.status, self.until = Status.REGISTERED, fact.documents_until

    def _presented(self, fact: f.DocumentsPresented) -> None:
        if fact.place_id is None:
            self.provider_until = fact.provider_until
        elif fact.place_id in self._referrals:
            self._referrals[fact.place_id].provider_until = fact.provider_until

    def _refused(self, fact: f.ApplicationRefused) -> None:
        self.status, self.why = Status.REFUSED, Phrase(f"refusal-{fact.reason}")

    def _deferred(self, fact: f.ApplicationDeferred) -> None:
        self.status, self.until = Status.DEFERRED, fact.until

    def _in_queue(self, _: f.ApplicationQueued | f.ApplicationReturned) -> None:
        self.status, self.until = Status.QUEUED, None

    def _stopped(self, fact: f.ApplicationStopped) -> None:
        self.status, self.until = Status.STOPPED, fact.until

    def _suspended(self, fact: f.ApplicationSuspended) -> None:
        self.status, self.until = Status.SUSPENDED, None

    def _archived(self, fact: f.ApplicationArchived) -> None:
        self.status, self.why = Status.ARCHIVED, Phrase(f"archive-{fact.reason}")

    def _granted(self, fact: f.AccessGranted) -> None:
        self.access = fact

    def _access_over(self, _: f.Fact) -> None:
        self.access = None

    def _issued(self, fact: f.ReferralIssued) -> None:
        temporary = self._is_temporary(fact.place_id)
        if not temporary:
            self.status, self.until = Status.REFERRED, None
        self._referrals[fact.place_id] = _Referral(
            fact.place_id, temporary, fact.documents_until, fact.vacate_until, active=fact.documents_until is None
        )

    def _activated(self, fact: f.ReferralActivated) -> None:
        referral = self._referrals.get(fact.place_id)
        if referral is not None:
            referral.active, referral.until = True, fact.until

    def _extended(self, fact: f.ReferralExtended) -> None:
        referral = self._referrals.get(fact.place_id)
        if referral is not None:
            referral.until = fact.until

    def _ended(self, fact: f.ReferralEnded) -> None:
        referral = self._referrals.pop(fact.place_id, None)
        if referral is not None and referral.temporary and fact.cause is EndCause.ENROLLED:
            self.stay = fact.place_id

    def _stay_ended(self, fact: f.StayEnded) -> None:
        if self.stay == fact.place_id:
            self.stay = None

    def _reminded(self, fact: f.ReminderDue) -> None:
        if fact.of is Subject.INTEREST:
            self.interest_until = fact.until

    def _interested(self, _: f.InterestConfirmed) -> None:
        self.interest_until = None

    def outlook(
        self, numbers: dict[str, Argument], queue: str | None, pack: PackNumbers, opening: Instant
    ) -> "Outlook":
        """Where it stands and what comes next. `numbers`: number, group, in-group and size for one that waits."""
        outlook = Outlook()
        match self.status:
            case Status.REGISTERED if self.provider_until is not None:
                outlook.say("presented", self.provider_until)
            case Status.REGISTERED | Status.DEFERRED | Status.STOPPED:
                outlook.say(self.status.lower(), self.until)
            case Status.REFUSED | Status.ARCHIVED:
                assert self.why is not None
                outlook.say(self.status.lower(), None, reason=self.why)
            case Status.SUSPENDED:
                outlook.say("suspended", None)
            case Status.QUEUED:
                outlook.next("now-queued", **numbers)
                self._turn(outlook, numbers, queue, pack, opening)
            case Status.REFERRED | None:
                pass
        for referral in self._referrals.values():
            _referral_outlook(outlook, referral)
        if self.stay is not None:
            outlook.say("stay", None, place=self.stay)
        if self.interest_until is not None and self.status in _INTERESTED:
            outlook.say("interest", self.interest_until)
        elif self.asked_again is not None and self.status in _INTERESTED:
            outlook.next("next-interest-due", day=self.asked_again)
        return outlook

    def _turn(
        self, outlook: "Outlook", numbers: dict[str, Argument], queue: str | None, pack: PackNumbers, opening: Instant
    ) -> None:
        if self.access is not None:
            outlook.say("access", self.access.until, places=self.access.places)
            return
        if in_kinds(queue, pack.automatic):
            outlook.next("next-automatic")
            return
        if in_kinds(queue, pack.immediate):
            outlook.next("next-immediate")
        else:
            outlook.next("next-opening", opening=opening)
            outlook.by(opening)
        number = numbers["number"]
        assert isinstance(number, int)
        first = pack.open_stage_first
        outlook.next("next-open" if number <= first else "next-not-open", first=first)


def _year_after(day: date) -> date:
    """R4.4: twelve months later; the month's last day where there is no such day."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap_day else day.day)


_INTERESTED = (Status.QUEUED, Status.STOPPED, Status.SUSPENDED, Status.REFERRED)


class Outlook:
    """The last lines of a history: what holds now, what comes next, and the earliest deadline."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self.phrases: list[Phrase] = []
        self.deadline: Instant | None = None

    def say(self, topic: str, until: Instant | None, **arguments: Argument) -> None:
        """`now-TOPIC` and `next-TOPIC`, both with the deadline if there is one."""
        if until is not None:
            arguments["until"] = Deadline(until)
            self.by(until)
        self.phrases += [Phrase(f"now-{topic}", arguments), Phrase(f"next-{topic}", arguments)]

    def next(self, message: str, **arguments: Argument) -> None:
        """One phrase more."""
        self.phrases.append(Phrase(message, arguments))

    def by(self, until: Instant) -> None:
        """A deadline counts if it is the earliest."""
        self.deadline = until if self.deadline is None else min(self.deadline, until)


def _referral_outlook(outlook: Outlook, referral: _Referral) -> None:
    place = referral.place_id
    if not referral.active and referral.provider_until is not None:
        outlook.say("referral-presented", referral.provider_until, place=place)
    elif not referral.active:
        outlook.say("referral-documents", referral.documents_until, place=place)
    elif referral.until is not None:
        outlook.say("referral-active", referral.until, place=place)
    else:
        outlook.say("referral-early", referral.vacate_until, place=place)
