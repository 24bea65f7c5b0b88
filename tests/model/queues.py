"""Order, phase, eligibility and promises of a queue, each counted out by hand (R3, R5.3, R5.6). Plain dictionaries
in, plain lists out. Never writes a fact."""

from typing import Any

from tests.model.days import full_years, school_year_start

Application = dict[str, Any]
Place = dict[str, Any]

EXTRAORDINARY, PRIORITY, GENERAL = "EXTRAORDINARY", "PRIORITY", "GENERAL"
OFF_ORDER = ("REFERRED", "STOPPED", "SUSPENDED")
RATIO = 3


class Queue:
    """One queue: a view of the book's applications and places, and the phase."""

    def __init__(self, name: str, applications: dict[str, Application], places: dict[str, Place]) -> None:
        self.name = name
        self.all_applications = applications
        self.all_places = places
        self.phase = 0

    def members(self) -> list[Application]:
        """Every application of the queue, in no order."""
        return [each for each in self.all_applications.values() if each["queue"] == self.name]

    def group(self, name: str) -> list[Application]:
        """Who waits in a group, in its order (R3.2)."""
        found = [each for each in self.members() if each["status"] == "QUEUED" and each["group"] == name]
        return sorted(found, key=lambda each: (each["submitted_at"], each["id"]))

    def order(self) -> list[Application]:
        """The merge of R3.3, played through from the phase (R3.4)."""
        priority, general, credit = self.group(PRIORITY), self.group(GENERAL), self.phase
        merged = self.group(EXTRAORDINARY)
        while priority or general:
            if priority and (credit >= RATIO or not general):
                merged.append(priority.pop(0))
                credit -= RATIO
            else:
                merged.append(general.pop(0))
                credit += 1
        return merged

    def number(self, application: Application) -> int:
        """The 1-based place in the order."""
        return [each["id"] for each in self.order()].index(application["id"]) + 1

    def returning(self) -> int:
        """R of R3.4."""
        found = [each for each in self.members() if each["group"] == PRIORITY]
        return sum(each["status"] in ("QUEUED", *OFF_ORDER) for each in found)

    def bound(self, phase: int) -> int:
        """A phase within [-G, 3R]."""
        return min(max(phase, -len(self.group(GENERAL))), RATIO * self.returning())

    def forget_without_priority(self) -> None:
        """R3.4: when R becomes 0, the phase and all remembered changes are gone."""
        if self.returning() == 0:
            self.phase = 0
            for each in self.members():
                each["change"] = 0

    def serve(self, application: Application) -> None:
        """An application leaves the order with a referral to a lasting place."""
        before, waiting = self.phase, len(self.group(PRIORITY))
        application["status"] = "REFERRED"
        if application["group"] == GENERAL:
            self.phase = min(RATIO * self.returning(), self.phase + 1) if waiting else self.bound(self.phase)
        elif application["group"] == PRIORITY:
            self.phase = max(self.phase - RATIO, -len(self.group(GENERAL)))
        application["change"] = self.phase - before

    def come_back(self, application: Application) -> None:
        """An application returns to the order: what its referral did to the phase is taken back."""
        application["status"] = "QUEUED"
        if application["change"]:
            self.phase = self.bound(self.phase - application["change"])
        application["change"] = 0

    def alter(self, application: Application, **values: object) -> None:
        """Change status or group otherwise, with what that means for the phase."""
        before = (len(self.group(GENERAL)), self.returning())
        application.update(values)
        after = (len(self.group(GENERAL)), self.returning())
        if after[0] < before[0] or after[1] < before[1]:
            self.phase = self.bound(self.phase)
        if after[1] < before[1]:
            self.forget_without_priority()

    def holders(self) -> list[Application]:
        """Who has live access, in queue order."""
        return [each for each in self.order() if each["access"] is not None]

    def places(self, *stages: str) -> list[Place]:
        """The places in any of the stages, oldest release first."""
        found = [each for each in self.all_places.values() if each["queue"] == self.name and each["stage"] in stages]
        return sorted(found, key=lambda each: each["arrival"])


def too_old_for(application: Application, first_of_september: Any, limit: int) -> bool:
    """R1.3, with its exception."""
    excepted = application["special_needs"] and application["commission_conclusion"]
    return full_years(application["child_born"], first_of_september) >= limit and not excepted


def eligible(
    application: Application, place: Place, organisations: dict[str, dict[str, Any]], pack: Any, cancelled: bool = False
) -> bool:
    """R5.3, but for the state of the application. `cancelled`: places that it gave back itself count, too."""
    start = school_year_start(place["admission_from"])
    private = organisations[place["organisation_id"]]["ownership"] == "PRIVATE"
    temporary = place["admission"] == "TEMPORARY"
    return (
        application["queue"] == place["queue"]
        and place["age_from"] <= full_years(application["child_born"], start) <= place["age_to"]
        and not (private and full_years(application["child_born"], place["admission_from"]) < pack.private_age_years)
        and not (application["private_only"] and not private)
        and not (temporary and application["engaged"](application))
        and not too_old_for(application, start, pack.age_limit_years)
        and place["id"] not in application["refused_from"]
        and (cancelled or place["id"] not in application["cancelled_from"])
    )


def all_served(holders: list[Application], places: list[Place], fits: Any) -> bool:
    """Whether all can be given different places: augmenting paths over single places."""
    owner: dict[str, Application] = {}

    def find(holder: Application, seen: set[str]) -> bool:
        for place in places:
            if place["id"] in seen or not fits(holder, place):
                continue
            seen.add(place["id"])
            if place["id"] not in owner or find(owner[place["id"]], seen):
                owner[place["id"]] = holder
                return True
        return False

    return all(find(holder, set()) for holder in holders)
