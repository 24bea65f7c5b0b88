"""Who may have which place (R5.3). Pure tests on classes; never asks whether a place is free or whose turn it is."""

from functools import lru_cache

from streams.rules.calendar import age_in_school_year, full_years
from streams.rules.model import ApplicantClass, PlaceClass
from streams.rules.pack import Pack

CACHE_ENTRIES_MAX = 65_536


class Eligibility:
    """The test of R5.3 under one pack, remembered per pair of classes."""

    def __init__(self, pack: Pack) -> None:
        """Take the ages of the pack."""
        self._age_limit = pack.age_limit_years
        self._private_age = pack.private_age_years
        self.allows = lru_cache(CACHE_ENTRIES_MAX)(self._allows)

    def over_age(self, applicant: ApplicantClass, year: int) -> bool:
        """The age cap of R1.3 on 1 September of a year."""
        return not applicant.exempt and age_in_school_year(applicant.born, year) >= self._age_limit

    def _allows(self, applicant: ApplicantClass, place: PlaceClass) -> bool:
        if applicant.private_only and not place.private:
            return False
        if applicant.on_temporary and place.temporary:
            return False
        if place.place_id is not None and place.place_id in applicant.excluded:
            return False
        if not place.age_from <= age_in_school_year(applicant.born, place.school_year) <= place.age_to:
            return False
        if place.private_from is not None and full_years(applicant.born, place.private_from) < self._private_age:
            return False
        return not self.over_age(applicant, place.school_year)
