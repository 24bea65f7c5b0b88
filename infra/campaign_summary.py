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
        self.waiting_at_start: Counter[int] = Counter()
        self.released: Counter[int] = Counter()
        self.filled: Counter[int] = Counter()
        self.days_to_referral: list[float] = []
        self.days_to_filling: list[float] = []
        self.on_offer: set[str] = set()
        # Localities are played side by side, each a little ahead of the last event: each has its own start.
        day = date_to_day(scenario.opens)
        self._waiting: dict[str, Counter[int]] = {each.locality: Counter() for each in scenario.localities}
        self._opens = {each.locality: zone_of(each.locality).at(day) for each in scenario.localities}
        self._submitted: dict[str, tuple[int, Instant]] = {}
        self._in_queue: dict[str, int] = {}
        self._places: dict[str, tuple[int, Instant]] = {}

    def __call__(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        if record.cause.type is not None:
            self.events += 1
        opens = self._opens.get(record.locality)
        if opens is not None and record.time >= opens:
            del self._opens[record.locality]
            self.waiting_at_start += self._waiting[record.locality]
        for fact in record.facts:
            kind = type(fact)
            self.facts[kind.__name__] += 1
            count = _COUNTS.get(kind)
            if count is not None:
                count(self, fact, record)

    @property
    def waiting(self) -> Counter[int]:
        """Who waits now, by birth year."""
        return sum(self._waiting.values(), Counter())

    def _rejected(self, fact: f.Rejected, record: Record) -> None:
        self.rejected[fact.reason] += 1

    def _registered(self, fact: f.ApplicationRegistered, record: Record) -> None:
        self._submitted[fact.application_id] = (fact.child_born.year, fact.submitted_at)

    def _queued(self, fact: f.ApplicationQueued, record: Record) -> None:
        year = self._in_queue[fact.application_id] = self._submitted[fact.application_id][0]
        self._waiting[record.locality][year] += 1

    def _archived(self, fact: f.ApplicationArchived, record: Record) -> None:
        self.archived[fact.reason] += 1
        year = self._in_queue.pop(fact.application_id, None)
        if year is not None:
            self._waiting[record.locality][year] -= 1

    def _released(self, fact: f.PlaceReleased, record: Record) -> None:
        self.released[fact.birth_year] += 1
        self._places[fact.place_id] = (fact.birth_year, record.time)
        self.on_offer.add(fact.place_id)

    def _returned(self, fact: f.PlaceReturned, record: Record) -> None:
        self.on_offer.add(fact.place_id)

    def _recalled(self, fact: f.PlaceRecalled, record: Record) -> None:
        self.recalled[fact.reason] += 1
        self.on_offer.discard(fact.place_id)

    def _off_offer(self, fact: f.PlaceEnded, record: Record) -> None:
        self.on_offer.discard(fact.place_id)

    def _issued(self, fact: f.ReferralIssued, record: Record) -> None:
        self.on_offer.discard(fact.place_id)
        self.days_to_referral.append((record.time - self._submitted[fact.application_id][1]) / DAY_MS)

    def _filled(self, fact: f.PlaceFilled, record: Record) -> None:
        year, released = self._places[fact.place_id]
        self.filled[year] += 1
        self.days_to_filling.append((record.time - released) / DAY_MS)

    def _ended(self, fact: f.ReferralEnded, record: Record) -> None:
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
        columns = (self.waiting_at_start, self.waiting, self.released, self.filled)
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
