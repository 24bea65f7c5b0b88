"""Who may have which place (R5.3). Pure tests on classes; never asks whether a place is free or whose turn it is."""

from calendar import isleap
from datetime import date

from streams.rules.calendar import SCHOOL_YEAR_START, age_in_school_year, school_year
from streams.rules.model import ApplicantClass, PlaceClass, PlaceTerms, Reach
from streams.rules.pack import Pack

NOBODY_BORN = date.min


def allows(applicant: ApplicantClass, place: PlaceClass) -> bool:
    """R5.3, for a waiting application and a place of its queue."""
    born = applicant.born
    reach = place.older if (born.month, born.day) <= SCHOOL_YEAR_START else place.younger
    if reach is not Reach.ALL and not (applicant.exempt and reach is Reach.EXEMPT):
        return False
    if applicant.private_only and not place.private:
        return False
    if applicant.on_temporary and place.temporary:
        return False
    if place.place_id is not None and place.place_id in applicant.excluded:
        return False
    return place.born_until is None or born <= place.born_until


class Eligibility:
    """The ages of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Take the ages of the pack."""
        self._age_limit = pack.age_limit_years
        self._private_age = pack.private_age_years

    def over_age(self, applicant: ApplicantClass, year: int) -> bool:
        """The age cap of R1.3 on 1 September of a year."""
        return not applicant.exempt and age_in_school_year(applicant.born, year) >= self._age_limit

    def place_class(self, terms: PlaceTerms, *, private: bool, temporary: bool, named: str | None) -> PlaceClass:
        """What the terms of a place come to for the children of its queue."""
        older = school_year(terms.admission_from) - terms.birth_year
        return PlaceClass(
            older=self._reach(terms, older),
            younger=self._reach(terms, older - 1),
            private=private,
            born_until=self._born_until(terms) if private else None,
            temporary=temporary,
            place_id=named,
        )

    def _reach(self, terms: PlaceTerms, age: int) -> Reach:
        if not terms.age_from <= age <= terms.age_to:
            return Reach.NOBODY
        return Reach.ALL if age < self._age_limit else Reach.EXEMPT

    def _born_until(self, terms: PlaceTerms) -> date | None:
        """The last birth date that gives the private minimum age on the admission's start."""
        start, year = terms.admission_from, terms.admission_from.year - self._private_age
        if year != terms.birth_year:
            return None if year > terms.birth_year else NOBODY_BORN
        # In a year without 29 February, who was born by the 28th has completed the years on that day.
        skipped = (start.month, start.day) == (2, 29) and not isleap(year)
        last = date(year, 2, 28) if skipped else start.replace(year=year)
        return None if last == date(year, 12, 31) else last
