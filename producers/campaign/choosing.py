"""How a family picks a place from the public page: near home, in its language, for its child's age.

Reads the page, never the state behind it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from producers.campaign.daytime import Daytime
from producers.campaign.dice import Dice
from producers.campaign.world import Page
from schemas.facts import BulletinEntry
from schemas.words import Admission

SCHOOL_YEAR_MONTH = 9
_PRIVATE_AGE_MIN = 3
# How many organisations elsewhere a family compares, and how many of one organisation's places it looks through.
_COMPARED = 10
_READ = 12


@dataclass
class Surroundings:
    """What everybody in a locality shares: its hours, the public page, the department's counter, the season's end."""

    daytime: Daytime
    page: Page
    department: str
    ends: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a family wants. `near`: the organisations of its neighbourhood, the nearest first."""

    near: tuple[str, ...]
    language: str
    strict: bool
    anywhere: bool
    temporary: bool


class Child(Protocol):
    """What choosing needs to know of a case."""

    born: datetime.date
    queue: str
    staying: bool
    # Whose places were refused as promised to others: those of private organisations, of state ones, or nobody's yet.
    promised: bool | None


def full_years(born: datetime.date, day: datetime.date) -> int:
    """Age in full years on a day; somebody born on 29 February has a birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def school_year(day: datetime.date) -> int:
    """The year in which the school year of a day began, on 1 September."""
    return day.year if day.month >= SCHOOL_YEAR_MONTH else day.year - 1


def _fits(around: Surroundings, wishes: Wishes, child: Child, entry: BulletinEntry) -> bool:
    if wishes.strict and entry.language != wishes.language:
        return False
    if entry.admission is Admission.TEMPORARY and (child.staying or not wishes.temporary):
        return False
    age = full_years(child.born, datetime.date(school_year(entry.admission_from), SCHOOL_YEAR_MONTH, 1))
    if not entry.age_from <= age <= entry.age_to:
        return False
    private = around.page.is_private(entry.organisation_id)
    if private is child.promised:
        return False
    return not private or full_years(child.born, entry.admission_from) >= _PRIVATE_AGE_MIN


def _one_of(
    dice: Dice, around: Surroundings, wishes: Wishes, child: Child, organisation: str, only_open: bool
) -> BulletinEntry | None:
    """One of an organisation's places that fit: a chance one, so that not all press the same button."""
    offered = around.page.offered(child.queue, organisation)
    if not offered:
        return None
    start = dice.below(len(offered))
    for step in range(min(len(offered), _READ)):
        entry = offered[(start + step) % len(offered)]
        if only_open and not around.page.is_open(entry.place_id):
            continue
        if _fits(around, wishes, child, entry):
            return entry
    return None


def _organisations(dice: Dice, around: Surroundings, wishes: Wishes, queue: str) -> Sequence[str]:
    """Where a family looks, in this order."""
    if not wishes.anywhere:
        return wishes.near
    elsewhere = around.page.organisations(queue)
    if not elsewhere:
        return wishes.near
    return [*wishes.near, *(dice.pick(elsewhere) for _ in range(_COMPARED))]


def pick(dice: Dice, around: Surroundings, wishes: Wishes, child: Child, *, only_open: bool) -> BulletinEntry | None:
    """The place that a family would choose now, or none."""
    for organisation in _organisations(dice, around, wishes, child.queue):
        entry = _one_of(dice, around, wishes, child, organisation, only_open)
        if entry is not None:
            return entry
    return None


def pick_together(
    dice: Dice, around: Surroundings, wishes: Wishes, children: Sequence[Child], *, only_open: bool
) -> list[BulletinEntry] | None:
    """One place for each of several children in one organisation, or none (rules, R5.8)."""
    for organisation in _organisations(dice, around, wishes, children[0].queue):
        taken: list[BulletinEntry] = []
        for child in children:
            entry = _one_of(dice, around, wishes, child, organisation, only_open)
            if entry is None or any(entry.place_id == each.place_id for each in taken):
                break
            taken.append(entry)
        else:
            return taken
    return None
