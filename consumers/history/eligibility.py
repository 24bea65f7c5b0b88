"""Who might have had a place (rules, R5.3), judged anew from facts. Never asks whose turn it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from consumers.history.fold import QueueFold
from consumers.history.order import Member
from consumers.history.packs import KZ_2020, PackNumbers
from consumers.history.report import OrderView, Standing
from schemas import facts as f
from schemas.words import Admission, Ownership

SEPTEMBER = 9


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides who may have a place."""

    place_id: str
    age_from: int
    age_to: int
    first_of_september: date
    admission_from: date
    private: bool
    temporary: bool


def terms_of(fact: f.PlaceReleased, ownership: Ownership | None) -> Terms:
    """The terms of a release by an organisation of this ownership."""
    start = fact.admission_from
    return Terms(
        place_id=fact.place_id,
        age_from=fact.age_from,
        age_to=fact.age_to,
        first_of_september=date(max(1, start.year - (start.month < SEPTEMBER)), SEPTEMBER, 1),
        admission_from=start,
        private=ownership is Ownership.PRIVATE,
        temporary=fact.admission is Admission.TEMPORARY,
    )


def full_years(born: date, on: date) -> int:
    """Full years of age on a day; a year is full on the birthday, for 29 February on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def eligible(member: Member, terms: Terms, on_temporary: bool, pack: PackNumbers = KZ_2020) -> bool:
    """Whether one that waits may have the place."""
    if member.excluded is not None and terms.place_id in member.excluded:
        return False
    if terms.private and full_years(member.born, terms.admission_from) < pack.private_age_years:
        return False
    if (member.private_only and not terms.private) or (terms.temporary and on_temporary):
        return False
    age = full_years(member.born, terms.first_of_september)
    return terms.age_from <= age <= terms.age_to and (member.exempt or age < pack.age_limit_years)


def order_for(
    fold: QueueFold, terms: Terms, limit: int, served: str | None = None, used: frozenset[str] = frozenset()
) -> OrderView:
    """Who was eligible now, in queue order: the first `limit`, and the one served wherever it stood.

    `used`: holders whose access this very decision has used up already.
    """
    rows: list[Standing] = []
    found = with_access = 0
    for number, member in _eligible(fold, terms):
        found += 1
        access = member.access_until is not None or member.application_id in used
        with_access += access
        if len(rows) < limit or member.application_id == served:
            name = member.application_id
            rows.append(Standing(number, name, member.group, access, name == served))
    return OrderView(found, with_access, len(fold.order), tuple(rows))


def _eligible(fold: QueueFold, terms: Terms) -> Iterator[tuple[int, Member]]:
    for number, member in fold.order.numbered():
        if eligible(member, terms, terms.temporary and fold.on_temporary_place(member.child_id), fold.pack):
            yield number, member
