"""The public page of free places, as a portal shows it: folded from what the journal makes public (rules, R7.3).

Reads places, organisations and bulletins only. Never shows an application, a family or a benefit.
"""

from collections.abc import Callable, Sequence

from schemas import facts as f
from schemas.facts import BulletinEntry
from schemas.journal import Record
from schemas.words import Ownership

_NONE: tuple[BulletinEntry, ...] = ()


class PublicPage:
    """One locality's page. `numbers`: the published order of the queues, by application."""

    def __init__(self, numbers: Callable[[str], int | None]) -> None:
        """Start empty."""
        self._numbers = numbers
        self._private: set[str] = set()
        self._printed: dict[str, BulletinEntry] = {}
        self._open: set[str] = set()
        self._offered: dict[tuple[str, str], list[BulletinEntry]] = {}
        self._owners: dict[str, list[str]] = {}

    # --------------------------------------------------------------------------------------------------- reading

    def organisations(self, queue: str) -> Sequence[str]:
        """Who has ever offered places of a queue, in the order of their first one."""
        return self._owners.get(queue, ())

    def offered(self, queue: str, organisation_id: str) -> Sequence[BulletinEntry]:
        """An organisation's places of a queue that are not chosen yet."""
        return self._offered.get((queue, organisation_id), _NONE)

    def printed(self, place_id: str) -> BulletinEntry | None:
        """A place as the last bulletin with it printed it."""
        return self._printed.get(place_id)

    def is_open(self, place_id: str) -> bool:
        """The place's window has ended."""
        return place_id in self._open

    def number(self, application_id: str) -> int | None:
        """The application's number in the published order."""
        return self._numbers(application_id)

    def is_private(self, organisation_id: str) -> bool:
        """A private organisation with a state order."""
        return organisation_id in self._private

    # --------------------------------------------------------------------------------------------------- folding

    def fold(self, record: Record) -> None:
        """Take in what one record makes public."""
        for fact in record.facts:
            react = _FOLDS.get(type(fact))
            if react is not None:
                react(self, fact)

    def _organisation(self, fact: f.OrganisationChanged) -> None:
        if fact.ownership is Ownership.PRIVATE:
            self._private.add(fact.organisation_id)
        else:
            self._private.discard(fact.organisation_id)

    def _bulletin(self, fact: f.BulletinIssued) -> None:
        for entry in fact.entries:
            self._printed[entry.place_id] = entry

    def _prioritised(self, fact: f.PlacePrioritised) -> None:
        entry = self._printed.get(fact.place_id)
        if entry is None:
            return
        self._open.discard(fact.place_id)
        key = (entry.queue, entry.organisation_id)
        offered = self._offered.get(key)
        if offered is None:
            offered = self._offered[key] = []
            self._owners.setdefault(entry.queue, []).append(entry.organisation_id)
        offered.append(entry)

    def _opened(self, fact: f.PlaceOpened) -> None:
        self._open.add(fact.place_id)

    def _gone(self, fact: f.ReferralIssued | f.PlaceRecalled | f.PlaceEnded) -> None:
        entry = self._printed.get(fact.place_id)
        if entry is None:
            return
        offered = self._offered.get((entry.queue, entry.organisation_id), [])
        for index, each in enumerate(offered):
            if each.place_id == fact.place_id:
                del offered[index]
                return


_FOLDS: dict[type[f.Fact], Callable[..., None]] = {
    f.OrganisationChanged: PublicPage._organisation,
    f.BulletinIssued: PublicPage._bulletin,
    f.PlacePrioritised: PublicPage._prioritised,
    f.PlaceOpened: PublicPage._opened,
    f.ReferralIssued: PublicPage._gone,
    f.PlaceRecalled: PublicPage._gone,
    f.PlaceEnded: PublicPage._gone,
}
