"""A kindergarten: what its head knows about its seats, and what it publishes, recalls, admits and refuses.

It knows its own groups, the messages it was sent and who stands at its door. Nothing else.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from producers.campaign import assumptions
from producers.campaign.choosing import Surroundings, school_year
from producers.campaign.daytime import HOUR_MS, SECOND_MS, after
from producers.campaign.dice import Dice, Quantiles, Weighted
from producers.campaign.outbox import send, source_of
from producers.campaign.world import Action, Answer, Arrival, Leaving, News, Step, Tell, Vacancy, Word
from schemas.events import (
    AdmissionRefused,
    ChildEnrolled,
    ChildLeft,
    EventData,
    PlaceRecalled,
    PlaceReleased,
    PlaceVacated,
)
from schemas.outputs import MessageKind, Notification, OutcomeResult
from schemas.words import Admission, GroupType, OrganisationKind, Ownership, QueueKind, RecallReason
from schemas.zones import DAY_MS, MINUTE_MS

_GAP = Quantiles(assumptions.RELEASE_GAP_MS.value)
_ENROL = Quantiles(assumptions.ENROL_HOURS.value)
_RECALL = Quantiles(assumptions.RECALL_DAYS.value)
_EARLY = Quantiles(assumptions.EARLY_DAYS.value)
_VACATED = Quantiles(assumptions.VACATED_DELAY_DAYS.value)
_TEMPORARY = Quantiles(assumptions.TEMPORARY_DAYS.value)
_LANGUAGES = Weighted(assumptions.LANGUAGES.value)
_REGIMES = Weighted(assumptions.REGIMES.value)
_REASONS = Weighted(assumptions.RECALL_REASONS.value)
_REFUSALS = ("medical contraindication", "group closed for repair", "certificate missing")
_CORRECTION_MINUTES = (4, 90)
# Two systems of one kindergarten: how long the recall may be ahead of its release.
_AHEAD_MINUTES = (1, 240)
_ABSURD_YEAR = 2121


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """Seats of one group that will be published together."""

    birth_year: int
    seats: int
    profile: str | None = None


class Organisation:
    """One kindergarten."""

    __slots__ = (
        "around",
        "closed",
        "dice",
        "expected",
        "kind",
        "name",
        "opens_on",
        "ownership",
        "places",
        "planned",
        "profiles",
        "source",
        "wrong",
    )

    def __init__(
        self,
        name: str,
        dice: Dice,
        around: Surroundings,
        ownership: Ownership,
        kind: OrganisationKind,
        profiles: tuple[str, ...],
        opens_on: datetime.date,
    ) -> None:
        """`name`: the organisation's id. `opens_on`: from when the groups of the season admit."""
        self.name = name
        self.dice = dice
        self.around = around
        self.ownership = ownership
        self.kind = kind
        self.profiles = profiles
        self.opens_on = opens_on
        self.source = source_of(f"organisation:{name}")
        self.planned: list[PlannedGroup] = []
        # Place to application, by the messages about active referrals.
        self.expected: dict[str, str] = {}
        # What was typed wrongly: place to the event as it should have been.
        self.wrong: dict[str, PlaceReleased] = {}
        # The admission mode of each place on offer.
        self.places: dict[str, Admission] = {}
        self.closed = False

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """React to a message, to somebody at the door, or to an own plan."""
        if self.closed:
            return ()
        if isinstance(word, News):
            return self._news(word.message, now)
        if isinstance(word, Answer):
            return self._answer(word, now)
        if isinstance(word, Arrival):
            return self._arrival(word, now)
        if isinstance(word, Vacancy):
            return self._vacancy(word, now)
        if isinstance(word, Leaving):
            return self._leaving(word, now)
        if isinstance(word, Step):
            return _PLANS[word.plan](self, word.subject, now)
        return ()

    def _send(self, at: int, data: EventData) -> list[Action]:
        return send(self.dice, self.name, self.source, at, data)

    def _plan(self, at: int, plan: str, subject: str) -> Tell:
        return Tell(at, self.name, Step(plan, subject))

    # ----------------------------------------------------------------------------------------------- publishing

    def _publish(self, subject: str, now: int) -> Sequence[Action]:
        """The list of the season: group by group, seat by seat."""
        actions: list[Action] = []
        at = now
        for group in self.planned:
            age = self.dice.chance(assumptions.SINGLE_AGE.value)
            language = _LANGUAGES.draw(self.dice)
            for _ in range(group.seats):
                at += 1 + int(_GAP.draw(self.dice))
                data = self._place(
                    group.birth_year, language, Admission.REGULAR, self.opens_on, None, group.profile, age
                )
                actions += self._release(at, data)
        self.planned = []
        return actions

    def _place(
        self,
        birth_year: int,
        language: str,
        admission: Admission,
        admission_from: datetime.date,
        until: datetime.date | None,
        profile: str | None,
        single_age: bool,
    ) -> PlaceReleased:
        # The children of one birth year have two ages on 1 September: born before that day, and after it.
        oldest = school_year(admission_from) - birth_year
        special = self.kind is not OrganisationKind.GENERAL
        return PlaceReleased(
            place_id=self.dice.name("pl-"),
            organisation_id=self.name,
            queue_kind=QueueKind(self.kind.value),
            birth_year=birth_year,
            age_from=max(0, oldest if single_age else oldest - 1),
            age_to=max(0, oldest),
            language=language,
            group_type=GroupType(self.kind.value) if special else GroupType.GENERAL_DEVELOPMENTAL,
            regime=_REGIMES.draw(self.dice),
            admission=admission,
            admission_from=admission_from,
            profile=profile,
            admission_until=until,
        )

    def _release(self, at: int, data: PlaceReleased) -> list[Action]:
        dice = self.dice
        self.places[data.place_id] = data.admission
        actions: list[Action] = []
        if dice.chance(assumptions.BAD_DATES.value):
            self.wrong[data.place_id] = data
            wrong = _changed(data, admission_from=data.admission_from.replace(year=_ABSURD_YEAR, day=1))
            return send(dice, self.name, self.source, at, wrong, asked=data.place_id, retried=False)
        if dice.chance(assumptions.MISTYPED.value):
            self.wrong[data.place_id] = data
            wrong = _changed(data, organisation_id=dice.name("org-"))
            return send(dice, self.name, self.source, at, wrong, asked=data.place_id, retried=False)
        if dice.chance(assumptions.RECALL_FIRST.value):
            ahead = dice.between(*_AHEAD_MINUTES) * MINUTE_MS
            recall = PlaceRecalled(data.place_id, self.name, RecallReason.PUBLISHED_BY_MISTAKE)
            actions += self._send(at, recall)
            self.places.pop(data.place_id)
            return [*actions, *self._send(at + ahead, data)]
        actions += self._send(at, data)
        if dice.chance(assumptions.RECALLED.value):
            recalled = self.around.daytime.office(dice, after(dice, at, _RECALL, DAY_MS))
            actions.append(self._plan(recalled, "recall", data.place_id))
        return actions

    def _vacancy(self, word: Vacancy, now: int) -> Sequence[Action]:
        """A pupil leaves, will leave, or is away for a while."""
        dice, admission = self.dice, Admission(word.how)
        day, until = self.around.daytime.zone.day_of(now), None
        starts = day + 1
        if admission is Admission.EARLY:
            starts = day + int(_EARLY.draw(dice))
        date = self.around.daytime.date(self.around.daytime.zone.at(starts))
        if admission is Admission.TEMPORARY:
            until = self.around.daytime.date(self.around.daytime.zone.at(starts + int(_TEMPORARY.draw(dice))))
        profile = dice.pick(self.profiles) if self.profiles else None
        single = dice.chance(assumptions.SINGLE_AGE.value)
        data = self._place(word.birth_year, _LANGUAGES.draw(dice), admission, date, until, profile, single)
        actions = self._release(now + 1, data)
        if admission is Admission.EARLY and not dice.chance(assumptions.NEVER_VACATED.value):
            at = self.around.daytime.zone.at(starts) + int(_VACATED.draw(dice) * DAY_MS)
            actions.append(
                self._plan(self.around.daytime.office(dice, max(now + MINUTE_MS, at)), "vacate", data.place_id)
            )
        if until is not None and dice.chance(assumptions.PUPIL_RETURNED.value):
            at = now + int(dice.unit() * assumptions.TEMPORARY_DAYS.value[0][1] * DAY_MS)
            actions.append(self._plan(self.around.daytime.office(dice, at + MINUTE_MS), "returned", data.place_id))
        return actions

    def _recall(self, subject: str, now: int) -> Sequence[Action]:
        """A place goes, unless the head knows that a child has it (and sometimes the clerk does not know)."""
        if subject not in self.places:
            if not self.dice.chance(assumptions.RECALL_ERRORS.value):
                return ()
            return self._send(now + 1, PlaceRecalled(subject, self.name, RecallReason.PUBLISHED_BY_MISTAKE))
        recall = PlaceRecalled(subject, self.name, _REASONS.draw(self.dice))
        if self.dice.chance(assumptions.RECALL_ERRORS.value):
            wrong = PlaceRecalled(self.dice.name("pl-"), self.name, recall.reason)
            later = now + self.dice.between(*_CORRECTION_MINUTES) * MINUTE_MS
            return [*self._send(now + 1, wrong), *self._send(later, recall)]
        return self._send(now + 1, recall)

    def _returned(self, subject: str, now: int) -> Sequence[Action]:
        return self._send(now + 1, PlaceRecalled(subject, self.name, RecallReason.PUPIL_RETURNED))

    def _vacate(self, subject: str, now: int) -> Sequence[Action]:
        return self._send(now + 1, PlaceVacated(subject, self.name)) if subject in self.places else ()

    def _answer(self, answer: Answer, now: int) -> Sequence[Action]:
        """What was typed wrongly is corrected once the system has said so."""
        if answer.outcome.result is not OutcomeResult.REJECTED or answer.subject not in self.wrong:
            return ()
        minutes = self.dice.between(*_CORRECTION_MINUTES)
        return (self._plan(now + minutes * MINUTE_MS, "correct", answer.subject),)

    def _correct(self, subject: str, now: int) -> Sequence[Action]:
        data = self.wrong.pop(subject, None)
        return () if data is None else self._send(now + 1, data)

    def _close(self, subject: str, now: int) -> Sequence[Action]:
        self.closed = True
        return ()

    # -------------------------------------------------------------------------------------------------- children

    def _news(self, message: Notification, now: int) -> Sequence[Action]:
        place, application = message.place_id or "", message.application_id or ""
        if message.kind is MessageKind.ORGANISATION_REFERRAL_ACTIVE:
            self.expected[place] = application
        elif message.kind is MessageKind.ORGANISATION_REFERRAL_ENDED and self.expected.get(place) == application:
            del self.expected[place]
        return ()

    def _arrival(self, word: Arrival, now: int) -> Sequence[Action]:
        dice = self.dice
        if self.expected.get(word.place_id) != word.application_id:
            # The family came before the message: a hasty head enters the child all the same.
            return self._send(now + SECOND_MS, ChildEnrolled(word.application_id, self.name, word.place_id))
        if dice.chance(assumptions.ADMISSION_REFUSED.value):
            refusal = AdmissionRefused(word.application_id, self.name, word.place_id, dice.pick(_REFUSALS))
            return self._send(after(dice, now, _ENROL, HOUR_MS), refusal)
        self.places.pop(word.place_id, None)
        enrolled = ChildEnrolled(word.application_id, self.name, word.place_id)
        return self._send(after(dice, now, _ENROL, HOUR_MS), enrolled)

    def _leaving(self, word: Leaving, now: int) -> Sequence[Action]:
        at = after(self.dice, now, _ENROL, HOUR_MS)
        left = ChildLeft(word.application_id, self.name, word.place_id)
        return self._send(at, left)


def _changed(data: PlaceReleased, **changes: object) -> PlaceReleased:
    return msgspec.structs.replace(data, **changes)


_PLANS: dict[str, Callable[[Organisation, str, int], Sequence[Action]]] = {
    "publish": Organisation._publish,
    "recall": Organisation._recall,
    "returned": Organisation._returned,
    "vacate": Organisation._vacate,
    "correct": Organisation._correct,
    "close": Organisation._close,
}
