"""What a season came to, in figures that an education department would recognise. Counts facts, decides nothing."""

import datetime
from collections import Counter
from collections.abc import Callable
from statistics import median

from rich.console import Console
from rich.table import Table

from producers.campaign.scenario import Scenario
from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Record
from schemas.words import EndCause
from schemas.zones import DAY_MS, zone_of

_SHARE_DIGITS = 1


class Summary:
    """The counts of one season, over all its localities."""

    def __init__(self, scenario: Scenario) -> None:
        """The start is the end of the day before the first places are published: the old queue has been taken over."""
        self.scenario = scenario
        self.records = 0
        self.events = 0
        self.offered = 0
        self.facts: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.archived: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.waiting: Counter[int] = Counter()
        self.waiting_at_start: Counter[int] = Counter()
        self.released: Counter[int] = Counter()
        self.filled: Counter[int] = Counter()
        self.days_to_referral: list[float] = []
        self.days_to_enrolment: list[float] = []
        self._started: dict[str, int] = {}
        self._begun: set[str] = set()
        self._submitted: dict[str, Instant] = {}
        self._birth_years: dict[str, int] = {}
        self._places: dict[str, tuple[int, Instant]] = {}

    def __call__(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        if record.cause.type is not None:
            self.events += 1
        if record.locality not in self._begun and record.time >= self._start_of(record.locality):
            self._begun.add(record.locality)
            self._locality_begins(record.locality)
        for fact in record.facts:
            self.facts[type(fact).__name__] += 1
            count = _COUNTS.get(type(fact))
            if count is not None:
                count(self, fact, record)

    def _start_of(self, locality: str) -> int:
        start = self._started.get(locality)
        if start is None:
            day = self.scenario.opens - datetime.date(1970, 1, 1)
            start = self._started[locality] = zone_of(locality).at(day.days)
        return start

    def _locality_begins(self, locality: str) -> None:
        if len(self._begun) == 1:
            self.waiting_at_start = Counter()
        for key, number in self._waiting_of(locality).items():
            self.waiting_at_start[key] += number

    def _waiting_of(self, locality: str) -> Counter[int]:
        return self._by_locality.get(locality, Counter())

    _by_locality: dict[str, Counter[int]]

    # -------------------------------------------------------------------------------------------------- one fact

    def _rejected(self, fact: f.Rejected, record: Record) -> None:
        self.rejected[fact.reason] += 1

    def _registered(self, fact: f.ApplicationRegistered, record: Record) -> None:
        self._submitted[fact.application_id] = fact.submitted_at
        self._birth_years[fact.application_id] = fact.child_born.year

    def _queued(self, fact: f.ApplicationQueued, record: Record) -> None:
        self.waiting[self._birth_years[fact.application_id]] += 1

    def _archived(self, fact: f.ApplicationArchived, record: Record) -> None:
        self.archived[fact.reason] += 1

    def _released(self, fact: f.PlaceReleased, record: Record) -> None:
        self.released[fact.birth_year] += 1
        self._places[fact.place_id] = (fact.birth_year, record.time)
        self.offered += 1

    def _back(self, fact: f.PlaceReturned, record: Record) -> None:
        self.offered += 1

    def _off(self, fact: f.PlaceRecalled | f.PlaceEnded, record: Record) -> None:
        self.offered -= 1

    def _filled(self, fact: f.PlaceFilled, record: Record) -> None:
        year, released = self._places[fact.place_id]
        self.filled[year] += 1
        self.days_to_enrolment.append((record.time - released) / DAY_MS)

    def _issued(self, fact: f.ReferralIssued, record: Record) -> None:
        self.offered -= 1
        self.days_to_referral.append((record.time - self._submitted[fact.application_id]) / DAY_MS)

    def _ended(self, fact: f.ReferralEnded, record: Record) -> None:
        self.ended[fact.cause] += 1


_COUNTS: dict[type[f.Fact], Callable[..., None]] = {}
