"""The figures of a season as its journal shows them. Counts facts; decides nothing and looks into no book."""

from collections import Counter
from collections.abc import Callable

from schemas import facts as f
from schemas.journal import Record
from schemas.words import EndCause, Stage


class Figures:
    """All localities together. Call it with each record."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.records = 0
        self.events = 0
        self.rejected = 0
        self.time = 0
        self.waiting = 0
        self.places: Counter[Stage] = Counter()
        self.accesses_granted = 0
        self.referrals = 0
        self.enrolled = 0
        self.bulletins = 0
        self.last_referred: str | None = None
        self.last_locality = ""
        self._queued: set[str] = set()
        self._with_access: set[str] = set()
        self._stages: dict[str, Stage] = {}

    def __call__(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        self.events += record.cause.topic is not None
        self.time = max(self.time, record.time)
        for fact in record.facts:
            count = _COUNTS.get(type(fact))
            if count is not None:
                count(self, fact)
                if count is Figures._issued:
                    self.last_locality = record.locality

    @property
    def accesses(self) -> int:
        """How many may choose a place now."""
        return len(self._with_access)

    def _move(self, place_id: str, stage: Stage) -> None:
        before = self._stages.get(place_id)
        if before is not None:
            self.places[before] -= 1
        self.places[stage] += 1
        self._stages[place_id] = stage

    def _rejected(self, fact: f.Rejected) -> None:
        self.rejected += 1

    def _queued_(self, fact: f.ApplicationQueued) -> None:
        self._queued.add(fact.application_id)
        self.waiting = len(self._queued)

    def _archived(self, fact: f.ApplicationArchived) -> None:
        self._queued.discard(fact.application_id)
        self.waiting = len(self._queued)

    def _granted(self, fact: f.AccessGranted) -> None:
        self.accesses_granted += 1
        self._with_access.add(fact.application_id)

    def _no_access(self, fact: f.AccessUsed | f.AccessLapsed | f.AccessRevoked) -> None:
        self._with_access.discard(fact.application_id)

    def _issued(self, fact: f.ReferralIssued) -> None:
        self.referrals += 1
        self.last_referred = fact.application_id
        self._move(fact.place_id, Stage.REFERRED)

    def _ended(self, fact: f.ReferralEnded) -> None:
        self.enrolled += fact.cause is EndCause.ENROLLED

    def _bulletin(self, fact: f.BulletinIssued) -> None:
        self.bulletins += 1
        for entry in fact.entries:
            self._move(entry.place_id, Stage.LISTED)


def _to(stage: Stage) -> Callable[..., None]:
    def move(figures: Figures, fact: f.PlaceReleased) -> None:
        figures._move(fact.place_id, stage)

    return move


_COUNTS: dict[type[f.Fact], Callable[..., None]] = {
    f.Rejected: Figures._rejected,
    f.ApplicationQueued: Figures._queued_,
    f.ApplicationArchived: Figures._archived,
    f.AccessGranted: Figures._granted,
    f.AccessUsed: Figures._no_access,
    f.AccessLapsed: Figures._no_access,
    f.AccessRevoked: Figures._no_access,
    f.ReferralIssued: Figures._issued,
    f.ReferralEnded: Figures._ended,
    f.BulletinIssued: Figures._bulletin,
    f.PlaceReleased: _to(Stage.RELEASED),
    f.PlaceReturned: _to(Stage.RELEASED),
    f.PlacePrioritised: _to(Stage.PRIORITY),
    f.PlaceOpened: _to(Stage.OPEN),
    f.PlaceFilled: _to(Stage.FILLED),
    f.PlaceRecalled: _to(Stage.RECALLED),
    f.PlaceEnded: _to(Stage.ENDED),
}
