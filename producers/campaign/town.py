"""A locality's season: who is there at its start, and what the days bring. Never reacts to a decision."""

import datetime
from collections.abc import Sequence

from producers.campaign import assumptions
from producers.campaign.choosing import Surroundings
from producers.campaign.daytime import HOUR_MS, Daytime
from producers.campaign.department import Department
from producers.campaign.dice import Dice, Weighted, seed_of
from producers.campaign.organisation import Organisation, PlannedGroup
from producers.campaign.people import People
from producers.campaign.scenario import LocalityPlan, Scenario
from producers.campaign.world import Action, Enter, Opened, Page, Step, Tell, Vacancy, Word
from schemas.words import OrganisationKind, Ownership
from schemas.zones import MINUTE_MS, date_to_day

_KINDS = Weighted(assumptions.VACANCY_KINDS.value)
_AGES = Weighted(assumptions.VACANCY_AGES.value)
_PRIVATE = assumptions.PRIVATE_SHARE_BY_AGE.value
_TAKE_OVER_MINUTE = 18 * 60 + 40
_PUBLISH_FROM_MINUTE, _PUBLISH_MINUTES = 9 * 60 + 5, 7 * 60
_NIGHT_MINUTE = 3 * 60
_SPECIAL_DAYS = (2, 9)
_PRIVATE_AGE = 3
# Below this many organisations a locality has no special ones.
_SPECIAL_FROM = 5
_SPECIAL_FROM_STATE = 3
_NEW_OPENING = "07:30"
_ACT_AFTER_DAYS = 45


class Town:
    """One locality: makes its agents and plays its days."""

    def __init__(self, plan: LocalityPlan, scenario: Scenario, page: Page, seed: int) -> None:
        """All chance of the locality comes from the seed, the season's name and its own code."""
        self.plan = plan
        self.scenario = scenario
        self.name = f"town-{plan.locality}"
        self.dice = Dice(seed_of(seed, scenario.name, plan.locality))
        daytime = Daytime(plan.locality)
        self.starts = daytime.zone.at(date_to_day(scenario.starts), _TAKE_OVER_MINUTE)
        self.ends = daytime.zone.at(date_to_day(scenario.ends) + 1)
        self.stops = daytime.zone.at(date_to_day(scenario.last) + 1)
        self.around = Surroundings(daytime, page, f"department-{plan.locality}", int(self.ends))
        self.department = Department(self.around.department, self.dice.child(), self.around)
        self.organisations = self._organisations(plan.state + plan.departmental, plan.private)
        self.people = People(self.dice.child(), self.around, self.organisations, scenario.year)
        self.rest = 0.0

    # ------------------------------------------------------------------------------------------------ the start

    def _organisation(self, ownership: Ownership, kind: OrganisationKind, profiles: tuple[str, ...]) -> Organisation:
        dice = self.dice
        opens_on = datetime.date(self.scenario.year, 9, 1)
        return Organisation(dice.name("org-"), dice.child(), self.around, ownership, kind, profiles, opens_on)

    def _organisations(self, state: int, private: int) -> list[Organisation]:
        whole, found = state + private, list[Organisation]()
        special = sanatoria = 0
        if whole >= _SPECIAL_FROM and state >= _SPECIAL_FROM_STATE:
            special = max(1, round(whole * assumptions.SPECIAL_ORGANISATIONS.value))
            sanatoria = max(1, round(whole * assumptions.SANATORIUM_ORGANISATIONS.value))
        for number in range(state):
            kind = OrganisationKind.GENERAL
            profiles: tuple[str, ...] = ()
            if number < special:
                kind, first = OrganisationKind.SPECIAL, self.dice.below(len(assumptions.SPECIAL_PROFILES.value) - 1)
                profiles = assumptions.SPECIAL_PROFILES.value[first : first + 2]
            elif number < special + sanatoria:
                kind = OrganisationKind.SANATORIUM
            found.append(self._organisation(Ownership.STATE, kind, profiles))
        found += [self._organisation(Ownership.PRIVATE, OrganisationKind.GENERAL, ()) for _ in range(private)]
        for each in found:
            self.department.enrol_organisation(each)
        return found

    def share_out(self) -> None:
        """Each organisation gets its groups; the sums by birth year are the plan's, exactly."""
        general = [each for each in self.organisations if each.kind is OrganisationKind.GENERAL]
        state = [each for each in general if each.ownership is Ownership.STATE] or general
        private = [each for each in general if each.ownership is Ownership.PRIVATE] or general
        for birth_year, seats in self.plan.places:
            in_private = round(seats * _PRIVATE.get(self.scenario.year - birth_year, 0.0))
            for owners, number in ((state, seats - in_private), (private, in_private)):
                left = number
                while left > 0:
                    group = min(left, assumptions.GROUP_SIZE.value)
                    self.dice.pick(owners).planned.append(PlannedGroup(birth_year, group))
                    left -= group
        for each in self.organisations:
            if each.kind is not OrganisationKind.GENERAL:
                for _ in range(2):
                    profile = self.dice.pick(each.profiles) if each.profiles else None
                    birth_year = self.scenario.year - _AGES.draw(self.dice)
                    each.planned.append(PlannedGroup(birth_year, assumptions.SPECIAL_PLACES.value // 2, profile))

    def opening(self) -> list[Action]:
        """Everybody who is there, and the first plans."""
        self.share_out()
        today = date_to_day(self.scenario.starts)
        self.department.old_queue = iter(self.people.waiting(self.plan.queue, today))
        department = self.department.name
        actions: list[Action] = [Enter(self.starts, department, self.department, Step("register-all", ""))]
        actions += [Enter(self.starts, each.name, each, Opened()) for each in self.organisations]
        actions.append(Tell(self.starts + 20 * MINUTE_MS, department, Step("migrate", "")))
        actions += self._publishing()
        actions += self._organisation_life()
        actions.append(Enter(self.starts, self.name, self, Opened()))
        for day in range(date_to_day(self.scenario.opens), date_to_day(self.scenario.last) + 1):
            actions.append(Tell(self.around.daytime.zone.at(day) + 1, self.name, Step("day", str(day))))
            actions.append(Tell(self.around.daytime.zone.at(day, _NIGHT_MINUTE), department, Step("tick", "")))
        actions.append(Tell(self.stops - 2, department, Step("tick", "")))
        return actions

    def _publishing(self) -> list[Action]:
        daytime, dice = self.around.daytime, self.dice
        opens, closes = date_to_day(self.scenario.opens), date_to_day(self.scenario.closes)
        days = [day for day in range(opens, closes + 1) if daytime.works(day)]
        actions: list[Action] = []
        for each in self.organisations:
            if each.planned:
                day = dice.pick(days)
                if each.kind is not OrganisationKind.GENERAL:
                    day = opens + dice.between(*_SPECIAL_DAYS)
                at = daytime.zone.at(day, _PUBLISH_FROM_MINUTE) + dice.below(_PUBLISH_MINUTES * MINUTE_MS)
                actions.append(Tell(at, each.name, Step("publish", "")))
        return actions

    def _organisation_life(self) -> list[Action]:
        """Closures, updates, new organisations and the local act of the season."""
        dice, department = self.dice, self.department.name
        general = [each for each in self.organisations if each.kind is OrganisationKind.GENERAL]
        number = len(general)
        actions: list[Action] = []
        if number < _SPECIAL_FROM:
            return actions
        for _ in range(max(1, round(number * assumptions.ORGANISATION_CLOSES.value))):
            actions.append(Tell(self._some_time(), department, Step("close", dice.pick(general).name)))
        for _ in range(max(1, round(number * assumptions.ORGANISATION_UPDATES.value))):
            actions.append(Tell(self._some_time(), department, Step("update", dice.pick(self.organisations).name)))
        for _ in range(max(1, round(number * assumptions.ORGANISATION_OPENS.value))):
            new = self._organisation(Ownership.PRIVATE, OrganisationKind.GENERAL, ())
            new.planned.append(PlannedGroup(self.scenario.year - 4, assumptions.GROUP_SIZE.value))
            self.department.organisations[new.name] = new
            at = self._some_time()
            actions.append(Tell(at, department, Step("register", new.name)))
            actions.append(Enter(at, new.name, new, Opened()))
            actions.append(Tell(self.around.daytime.office(dice, at + HOUR_MS), new.name, Step("publish", "")))
        act = self.around.daytime.zone.at(date_to_day(self.scenario.opens) + _ACT_AFTER_DAYS, 11 * 60)
        actions.append(Tell(act, department, Step("act", _NEW_OPENING)))
        return actions

    def _some_time(self) -> int:
        """In office hours of a day between the campaign's start and the season's end."""
        opens = self.around.daytime.zone.at(date_to_day(self.scenario.opens) + 1)
        moment = opens + int(self.dice.unit() * max(1, self.ends - opens))
        return self.around.daytime.office(self.dice, moment)

    # --------------------------------------------------------------------------------------------------- the days

    def hear(self, word: Word, now: int) -> Sequence[Action]:
        """Play one day."""
        if not isinstance(word, Step) or word.plan != "day":
            return ()
        return self._day(int(word.subject), now)

    def _number(self, expected: float) -> int:
        """A day's number of something: within a third of what is expected, whole in the long run."""
        return int(expected * (0.7 + 0.6 * self.dice.unit()) + self.dice.unit())

    def _day(self, day: int, now: int) -> list[Action]:
        daytime, dice, plan = self.around.daytime, self.dice, self.plan
        actions: list[Action] = []
        for _ in range(self._number(plan.births * assumptions.APPLICATIONS_BORN.value)):
            family = self.people.newborn(day)
            at = max(now + 1, daytime.online(dice, day))
            actions.append(Enter(at, family.name, family, Step("live", family.cases[0].application_id)))
        for _ in range(self._number(plan.births * assumptions.APPLICATIONS_LATER.value)):
            family = self.people.newcomer(day)
            at = max(now + 1, daytime.online(dice, day))
            actions.append(Enter(at, family.name, family, Step("live", family.cases[0].application_id)))
            for case in family.cases[1:]:
                later = at + MINUTE_MS + dice.below(20 * MINUTE_MS)
                actions.append(Tell(later, family.name, Step("apply", case.application_id)))
        # The list of the first day is the published one; what becomes free later comes later.
        if not daytime.works(day) or day == date_to_day(self.scenario.opens):
            return actions
        for _ in range(self._number(plan.attending * assumptions.VACANCIES_PER_DAY.value)):
            actions.append(self._vacancy(day))
        length = max(1, date_to_day(self.scenario.ends) - date_to_day(self.scenario.opens))
        suspended = self._number(plan.queue * assumptions.SUSPENDED.value / length)
        actions.append(Tell(daytime.zone.at(day, 9 * 60), self.department.name, Step("inspect", str(suspended))))
        return actions

    def _vacancy(self, day: int) -> Tell:
        dice = self.dice
        organisation = dice.pick(self.organisations)
        age = _AGES.draw(dice)
        if organisation.ownership is Ownership.PRIVATE:
            age = max(_PRIVATE_AGE + 1, age)
        at = self.around.daytime.zone.at(day, 9 * 60) + dice.below(9 * HOUR_MS)
        return Tell(at, organisation.name, Vacancy(self.scenario.year - age, _KINDS.draw(dice)))
