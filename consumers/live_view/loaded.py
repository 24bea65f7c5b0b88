"""One locality's entries as far as they were loaded, its head, and what was changed. Never folds, never asks Redis."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from consumers.live_view.entries import Application, Organisation, Place
from consumers.live_view.order import QueueState
from consumers.live_view.packs import ratio_of
from schemas.errors import BrokenJournal
from schemas.journal import GENESIS_HASH, Record

Entry = TypeVar("Entry")


@dataclass
class Head:
    """Where a locality's journal stands in the live view. `arrivals` counts its releases and returns of places, of
    which the bulletins have listed `listed`. `ratio` is that of `pack`, 0 before the first record."""

    sequence: int = 0
    time: int = 0
    hash: str = GENESIS_HASH
    pack: str = ""
    ratio: int = 0
    arrivals: int = 0
    listed: int = 0


class Loaded:
    """One locality's loaded entries, and what was changed since `changed` was cleared."""

    def __init__(self, locality: str, head: Head, ratios: Mapping[str, int]) -> None:
        """Stand behind the record that the head names. `ratios`: general applications per priority one, by pack."""
        self.locality = locality
        self.head = head
        self.applications: dict[str, Application | None] = {}
        self.places: dict[str, Place | None] = {}
        self.organisations: dict[str, Organisation | None] = {}
        self.queues: dict[str, QueueState] = {}
        self.changed_applications: dict[str, Application] = {}
        self.changed_places: dict[str, Place] = {}
        self.changed_organisations: dict[str, Organisation] = {}
        self.changed_queues: dict[str, QueueState] = {}
        self.now = 0
        self._ratios = ratios

    def begin(self, record: Record) -> None:
        """Before the facts of the next record. Raises: BrokenJournal for one that is not the next."""
        head = self.head
        if record.sequence != head.sequence + 1 or record.previous_hash != head.hash or record.hash is None:
            raise BrokenJournal(
                f"record {record.sequence} of {self.locality} does not follow what the live view holds, record"
                f" {head.sequence}; if the journal was made again, `oryn live-view rebuild` makes the view anew"
            )
        head.sequence, head.time, head.hash = record.sequence, int(record.time), record.hash
        self.now = head.time
        if record.pack != head.pack:
            self._follow(record.pack)

    def changes_ratio(self, records: Iterable[Record]) -> bool:
        """Whether some of the records are the first under a pack of another ratio: they touch every queue then."""
        return self.head.sequence > 0 and any(
            ratio_of(pack, self._ratios) != self.head.ratio for pack in {record.pack for record in records}
        )

    def _follow(self, pack: str) -> None:
        """Another pack is in force; with another ratio each phase keeps to its new bounds (R5.9)."""
        ratio, head = ratio_of(pack, self._ratios), self.head
        if head.ratio not in (0, ratio):
            for queue_id, queue in self.queues.items():
                queue.settle(ratio)
                self.changed_queues[queue_id] = queue
        head.pack, head.ratio = pack, ratio

    def queue(self, queue_id: str) -> QueueState:
        """A queue that is about to change. State: loaded, or never heard of."""
        queue = self.queues.get(queue_id)
        if queue is None:
            raise AssertionError(f"queue {queue_id} was not loaded")
        self.changed_queues[queue_id] = queue
        return queue

    def application(self, application_id: str) -> Application:
        """An application that is about to change. Raises: BrokenJournal."""
        application = self._known(self.applications, application_id, "application")
        application.sequence = self.head.sequence
        self.changed_applications[application_id] = application
        return application

    def place(self, place_id: str) -> Place:
        """A place that is about to change. Raises: BrokenJournal."""
        place = self._known(self.places, place_id, "place")
        place.sequence = self.head.sequence
        self.changed_places[place_id] = place
        return place

    def organisation(self, organisation_id: str) -> Organisation:
        """An organisation that is about to change. Raises: BrokenJournal."""
        organisation = self._known(self.organisations, organisation_id, "organisation")
        self.changed_organisations[organisation_id] = organisation
        return organisation

    def _known(self, entries: Mapping[str, Entry | None], key: str, what: str) -> Entry:
        entry = entries.get(key)
        if entry is None:
            raise BrokenJournal(
                f"record {self.head.sequence} of {self.locality} names {what} {key!r}, which is not there"
            )
        return entry
