"""What a season came to, in figures that an education department would recognise. Counts facts, decides nothing."""

from collections import Counter
from collections.abc import Callable
from statistics import median

from rich.console import Console
from rich.table import Table

from producers.campaign.scenario import Scenario
from schemas import facts as f
from schemas.instants import Instant
from schemas.journal import Record
from schemas.zones import DAY_MS, date_to_day, zone_of


class Summary:
    """The counts of one season, over all its localities.

    Waiting is who stands in a queue or may come back to it. The season starts with the day on which the first places
    are published: until then the old queue was taken over.
    """

    def __init__(self, scenario: Scenario) -> None:
        """Start at nothing."""
        self.scenario = scenario
        self.records = 0
        self.events = 0
        self.facts: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.archived: Counter[str] = Counter()
        self.recalled: Counter[str] = Counter()
        self.waiting: Counter[int] = Counter()
        self.waiting_at_start: Counter[int] | None = None
        self.released: Counter[int] = Counter()
        self.filled: Counter[int] = Counter()
        self.days_to_referral: list[float] = []
        self.days_to_filling: list[float] = []
        self.on_offer: set[str] = set()
        zone = zone_of(scenario.localities[0].locality)
        self._opens = zone.at(date_to_day(scenario.opens))
        self._submitted: dict[str, tuple[int, Instant]] = {}
        self._in_queue: dict[str, int] = {}
        self._places: dict[str, tuple[int, Instant]] = {}

    def __call__(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        if record.cause.type is not None:
            self.events += 1
        if self.waiting_at_start is None and record.time >= self._opens:
            self.waiting_at_start = Counter(self.waiting)
        for fact in record.facts:
            kind = type(fact)
            self.facts[kind.__name__] += 1
            count = _COUNTS.get(kind)
            if count is not None:
                count(self, fact, record.time)

    def _rejected(self, fact: f.Rejected, at: Instant) -> None:
        self.rejected[fact.reason] += 1

    def _registered(self, fact: f.ApplicationRegistered, at: Instant) -> None:
        self._submitted[fact.application_id] = (fact.child_born.year, fact.submitted_at)

    def _queued(self, fact: f.ApplicationQueued, at: Instant) -> None:
        year = self._in_queue[fact.application_id] = self._submitted[fact.application_id][0]
        self.waiting[year] += 1

    def _archived(self, fact: f.ApplicationArchived, at: Instant) -> None:
        self.archived[fact.reason] += 1
        year = self._in_queue.pop(fact.application_id, None)
        if year is not None:
            self.waiting[year] -= 1

    def _released(self, fact: f.PlaceReleased, at: Instant) -> None:
        self.released[fact.birth_year] += 1
        self._places[fact.place_id] = (fact.birth_year, at)
        self.on_offer.add(fact.place_id)

    def _returned(self, fact: f.PlaceReturned, at: Instant) -> None:
        self.on_offer.add(fact.place_id)

    def _recalled(self, fact: f.PlaceRecalled, at: Instant) -> None:
        self.recalled[fact.reason] += 1
        self.on_offer.discard(fact.place_id)

    def _off_offer(self, fact: f.PlaceEnded, at: Instant) -> None:
        self.on_offer.discard(fact.place_id)

    def _issued(self, fact: f.ReferralIssued, at: Instant) -> None:
        self.on_offer.discard(fact.place_id)
        self.days_to_referral.append((at - self._submitted[fact.application_id][1]) / DAY_MS)

    def _filled(self, fact: f.PlaceFilled, at: Instant) -> None:
        year, released = self._places[fact.place_id]
        self.filled[year] += 1
        self.days_to_filling.append((at - released) / DAY_MS)

    def _ended(self, fact: f.ReferralEnded, at: Instant) -> None:
        self.ended[fact.cause] += 1

    # --------------------------------------------------------------------------------------------------- showing

    def show(self, console: Console, seconds: float) -> None:
        """Print the season as two tables."""
        console.print(self._years())
        console.print(self._figures(seconds))

    def _years(self) -> Table:
        table = Table(title=f"{self.scenario.title}: by birth year", title_justify="left")
        table.add_column("born")
        for name in ("waiting at the start", "waiting at the end", "places released", "places filled"):
            table.add_column(name, justify="right")
        start = self.waiting_at_start or Counter()
        columns = (start, self.waiting, self.released, self.filled)
        for year in sorted({year for column in columns for year in column}, reverse=True):
            table.add_row(str(year), *(f"{column[year]:,}" for column in columns))
        table.add_section()
        table.add_row("all", *(f"{sum(column.values()):,}" for column in columns))
        return table

    def _figures(self, seconds: float) -> Table:
        facts, ended = self.facts, self.ended
        table = Table(title="The season", title_justify="left", show_header=False)
        table.add_column()
        table.add_column(justify="right")
        rows: list[tuple[str, int]] = [
            ("applications registered", facts["ApplicationRegistered"]),
            ("  refused (papers)", facts["ApplicationRefused"]),
            ("  withdrawn", self.archived["WITHDRAWN"]),
            ("  archived by age", self.archived["AGE_LIMIT"]),
            ("places released", facts["PlaceReleased"]),
            ("  recalled", facts["PlaceRecalled"]),
            ("  returned to the offer", facts["PlaceReturned"]),
            ("  filled", facts["PlaceFilled"]),
            ("  on offer at the end", len(self.on_offer)),
            ("accesses granted", facts["AccessGranted"]),
            ("  lapsed", facts["AccessLapsed"]),
            ("  revoked", facts["AccessRevoked"]),
            ("referrals", facts["ReferralIssued"]),
            ("  enrolled", ended["ENROLLED"]),
            ("  lapsed", ended["LAPSED"]),
            ("  cancelled", ended["CANCELLED"]),
            ("  refused by the organisation", ended["REFUSED"]),
            ("  refused papers or benefit", ended["DOCUMENTS_REFUSED"] + ended["BENEFIT_NOT_CONFIRMED"]),
            ("  voided by a recall", ended["RECALLED"]),
            ("removed after a second lapse", self.archived["SECOND_LAPSE"]),
            ("bulletins", facts["BulletinIssued"]),
            ("events", self.events),
            ("  rejected", facts["Rejected"]),
            ("  repeated", facts["Duplicate"]),
            ("journal records", self.records),
        ]
        for name, value in rows:
            table.add_row(name, f"{value:,}")
        for name, days in (
            ("median days from application to referral", self.days_to_referral),
            ("median days from release to enrolment", self.days_to_filling),
        ):
            table.add_row(name, f"{median(days):.1f}" if days else "-")
        table.add_row("seconds", f"{seconds:.1f}")
        return table


_COUNTS: dict[type[f.Fact], Callable[..., None]] = {
    f.Rejected: Summary._rejected,
    f.ApplicationRegistered: Summary._registered,
    f.ApplicationQueued: Summary._queued,
    f.ApplicationArchived: Summary._archived,
    f.PlaceReleased: Summary._released,
    f.PlaceReturned: Summary._returned,
    f.PlaceRecalled: Summary._recalled,
    f.PlaceEnded: Summary._off_offer,
    f.ReferralIssued: Summary._issued,
    f.PlaceFilled: Summary._filled,
    f.ReferralEnded: Summary._ended,
}
