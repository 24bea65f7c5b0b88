"""Makes families and their children: ages, benefits, special needs, homes, wishes. Never sends, never reacts."""

import datetime
from collections.abc import Sequence

from producers.campaign import assumptions
from producers.campaign.choosing import SCHOOL_YEAR_MONTH, Surroundings, Wishes
from producers.campaign.dice import Dice, Quantiles, Weighted
from producers.campaign.family import Family
from producers.campaign.household import Case
from producers.campaign.organisation import Organisation
from schemas.events import ApplicationSubmitted
from schemas.instants import Instant
from schemas.words import Benefit, Channel, OrganisationKind, QueueKind
from schemas.zones import date_to_day, day_to_date

_LANGUAGES = Weighted(assumptions.LANGUAGES.value)
_CHANNELS = Weighted(assumptions.CHANNELS.value)
_BIRTH_CHANNELS = Weighted(assumptions.BIRTH_CHANNELS.value)
_AGES = Weighted(assumptions.QUEUE_BY_AGE.value)
_MIGRATED_AGE = Quantiles(assumptions.MIGRATED_AGE_DAYS.value)
_BENEFITS = tuple(assumptions.BENEFITS.value.items())
_NO_BENEFIT = 1.0
for _, _share in _BENEFITS:
    _NO_BENEFIT *= 1.0 - _share
_ANY_BENEFIT = 1.0 - _NO_BENEFIT
_ONE_BENEFIT = Weighted(assumptions.BENEFITS.value)
_SECOND_BENEFIT = 0.08
_DAYS_OF_YEAR = 365
# A newborn's birth is registered within days; its application dates from then.
_REGISTRATION_DAYS = 12
_AGE_CAP = 6


class People:
    """The families of one locality."""

    def __init__(self, dice: Dice, around: Surroundings, organisations: Sequence[Organisation], year: int) -> None:
        """`year`: the season's year, in which the children start."""
        self.dice = dice
        self.around = around
        self.year = year
        general = [each.name for each in organisations if each.kind is OrganisationKind.GENERAL]
        self.special = [each for each in organisations if each.kind is OrganisationKind.SPECIAL]
        self.sanatoria = [each for each in organisations if each.kind is OrganisationKind.SANATORIUM]
        for index in range(len(general) - 1, 0, -1):
            other = dice.below(index + 1)
            general[index], general[other] = general[other], general[index]
        # Neighbours stand in a ring: a home is a spot on it.
        size = min(assumptions.NEIGHBOURHOOD.value, len(general))
        self.near = [
            tuple(general[(spot + step) % len(general)] for step in range(size)) for spot in range(len(general))
        ]

    def family(self, cases: list[Case]) -> Family:
        """A new applicant for these cases."""
        dice = self.dice
        wishes = Wishes(
            near=dice.pick(self.near),
            language=_LANGUAGES.draw(dice),
            strict=dice.chance(assumptions.LANGUAGE_STRICT.value),
            anywhere=dice.chance(assumptions.ANYWHERE.value),
            temporary=dice.chance(assumptions.TEMPORARY_WANTED.value),
        )
        return Family(dice.name("p-"), dice.child(), self.around, wishes, cases)

    def _child(self, born: datetime.date, channel: Channel) -> Case:
        dice = self.dice
        case = Case(dice.name("a-"), dice.name("c-"), born)
        case.channel = channel
        if dice.chance(_ANY_BENEFIT):
            proven = {_ONE_BENEFIT.draw(dice): None}
            if dice.chance(_SECOND_BENEFIT):
                proven[_ONE_BENEFIT.draw(dice)] = None
            case.proven = tuple(proven)
            case.special = Benefit.SPECIAL_NEEDS in proven
            case.commission = case.special and dice.chance(assumptions.COMMISSION.value)
        case.claimed = case.proven
        if not case.proven and dice.chance(assumptions.BENEFIT_CLAIMED_WRONGLY.value * _ANY_BENEFIT):
            case.claimed = (Benefit.LARGE_FAMILY,)
        return case

    def _into(self, case: Case, organisation: Organisation) -> None:
        """The case is for an organisation's own queue."""
        case.organisation_id = organisation.name
        case.queue_kind = QueueKind(organisation.kind.value)
        case.profile = self.dice.pick(organisation.profiles) if organisation.profiles else None
        case.queue = f"{organisation.kind.value.lower()}/{organisation.name}/{case.born.year}/{case.profile or ''}"

    def _cases(self, born: datetime.date, channel: Channel) -> list[Case]:
        """One child's applications: one as a rule, a second one in a queue of another kind for some."""
        dice = self.dice
        case = self._child(born, channel)
        if case.special and self.special and dice.chance(assumptions.SPECIAL_QUEUE.value):
            other = case.copy(dice.name("a-"))
            other.channel = channel
            self._into(other, dice.pick(self.special))
            return [case, other]
        if self.sanatoria and dice.chance(assumptions.SANATORIUM_QUEUE.value):
            if not case.special and not dice.chance(assumptions.SECOND_APPLICATION.value * 10):
                self._into(case, dice.pick(self.sanatoria))
                return [case]
            other = case.copy(dice.name("a-"))
            other.channel = channel
            self._into(other, dice.pick(self.sanatoria))
            return [case, other]
        return [case]

    def _born(self, year: int, latest: int) -> datetime.date:
        """A birthday of a year, at the latest on a day (days since 1970-01-01)."""
        first = date_to_day(datetime.date(year, 1, 1))
        return day_to_date(first + self.dice.below(max(1, min(_DAYS_OF_YEAR, latest - first))))

    def waiting(self, count: int, today: int) -> "list[tuple[Family, ApplicationSubmitted]]":
        """The old queue: `count` applications with the families behind them, in the order of the old register."""
        dice, found = self.dice, list[tuple[Family, ApplicationSubmitted]]()
        while len(found) < count:
            cases = self._cases(self._born(self.year - _AGES.draw(dice), today), Channel.MIGRATION)
            if dice.chance(assumptions.SIBLINGS.value):
                cases += self._cases(self._born(self.year - _AGES.draw(dice), today), Channel.MIGRATION)
            family = self.family(cases)
            for case in cases:
                found.append((family, self._migrated(family, case, today)))
        del found[count:]
        found.sort(key=lambda each: (each[1].submitted_at, each[1].application_id))
        return found

    def _migrated(self, family: Family, case: Case, today: int) -> ApplicationSubmitted:
        dice, daytime = self.dice, self.around.daytime
        born = date_to_day(case.born)
        day = min(born + int(_MIGRATED_AGE.draw(dice) * (1 + dice.below(3))), today - 1)
        return ApplicationSubmitted(
            application_id=case.application_id,
            applicant_id=family.name,
            child_id=case.child_id,
            child_born=case.born,
            queue_kind=case.queue_kind,
            submitted_at=Instant(daytime.online(dice, day)),
            benefits=case.proven,
            special_needs=case.special,
            commission_conclusion=case.commission,
            channel=Channel.MIGRATION,
            organisation_id=case.organisation_id,
            profile=case.profile,
        )

    def newborn(self, today: int) -> Family:
        """A family whose child's birth was registered today."""
        channel = _BIRTH_CHANNELS.draw(self.dice)
        born = day_to_date(today - self.dice.below(_REGISTRATION_DAYS))
        return self.family([self._child(born, channel)])

    def newcomer(self, today: int) -> Family:
        """A family that applies for an older child."""
        dice = self.dice
        channel = _CHANNELS.draw(dice)
        if dice.chance(assumptions.TOO_OLD_APPLICATION.value):
            past = day_to_date(today)
            school = past.year if past.month >= SCHOOL_YEAR_MONTH else past.year - 1
            return self.family([self._child(self._born(school - _AGE_CAP - 1, today), channel)])
        return self.family(self._cases(self._born(self.year - 1 - min(4, _AGES.draw(dice)), today), channel))
