"""The orders of all queues from a journal alone, for whoever publishes without a live view: `oryn bulletins`.

Folds with the live view's own code (`consumers.live_view.fold`), in memory instead of Redis. Never asks a service.
"""

from collections.abc import Iterable
from itertools import count

from consumers.live_view.entries import Application
from consumers.live_view.fold import Names, fold_record
from consumers.live_view.loaded import Head, Loaded
from consumers.live_view.order import QueueState, Waiting
from consumers.live_view.packs import GENERAL_PER_PRIORITY
from consumers.public_bulletins.order_board import Position
from consumers.public_bulletins.order_pages import OrderView
from schemas.errors import BrokenJournal
from schemas.instants import Instant
from schemas.journal import Record
from schemas.outputs import OrderRow
from schemas.words import Group


class FoldedOrders:
    """The orders at the end of what was taken; an `OrderSource`."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._folds: dict[str, Loaded] = {}

    def take(self, record: Record) -> None:
        """The next record of its locality. Raises: BrokenJournal for one that does not follow the last."""
        fold = self._folds.get(record.locality)
        if fold is None:
            fold = self._folds[record.locality] = Loaded(record.locality, Head(), GENERAL_PER_PRIORITY)
        head = fold.head
        if record.sequence != head.sequence + 1 or record.previous_hash != head.hash:
            raise BrokenJournal(
                f"record {record.sequence} of {record.locality} does not follow record {head.sequence}; "
                "`oryn verify` says more"
            )
        names = Names()
        names.add(record)
        for queue in names.queues:
            fold.queues.setdefault(queue, QueueState())
        fold_record(fold, record)
        # Nobody asks here what changed since the last record.
        fold.changed_applications.clear()
        fold.changed_places.clear()
        fold.changed_organisations.clear()

    def localities(self) -> Iterable[str]:
        """The localities with records."""
        return self._folds

    def position(self, locality: str) -> Position:
        """Behind the last record."""
        head = self._folds[locality].head
        return Position(head.sequence, Instant(head.time), head.hash)

    def queues(self, locality: str) -> Iterable[str]:
        """Every queue that a record named."""
        return self._folds[locality].queues

    def order(self, locality: str, queue: str) -> OrderView:
        """The order at the end."""
        fold = self._folds[locality]
        waiting: dict[Group, list[tuple[int, str]]] = {group: [] for group in Group}
        off: list[tuple[int, str]] = []
        for application_id, each in fold.applications.items():
            if each is None or each.queue != queue:
                continue
            index = each.index()
            if index is not None:
                key = (each.submitted_at, application_id)
                (off if index.startswith("off:") else waiting[_group(each)]).append(key)
        state = fold.queues[queue]
        closed = Waiting(
            len(waiting[Group.EXTRAORDINARY]),
            len(waiting[Group.PRIORITY]),
            len(waiting[Group.GENERAL]),
            state.phase,
            fold.head.ratio,
        )
        numbered = [
            (closed.number(group, rank), application_id)
            for group, keys in waiting.items()
            for rank, (_, application_id) in zip(count(1), sorted(keys), strict=False)
        ]
        rows = [_row(fold, queue, application_id, number) for number, application_id in sorted(numbered)]
        rows += [_row(fold, queue, application_id, None) for _, application_id in sorted(off)]
        position = self.position(locality)
        kind, _, rest = queue.partition("/")
        owner = None if kind == "general" else fold.organisations.get(rest.partition("/")[0])
        name = None if owner is None else owner.name
        return OrderView(locality, queue, tuple(rows), position.sequence, position.at, position.hash, name)


def _group(application: Application) -> Group:
    assert application.group is not None, "who has a place in the order has a group"
    return application.group


def _row(fold: Loaded, queue: str, application_id: str, number: int | None) -> OrderRow:
    application = fold.applications[application_id]
    assert application is not None
    status = application.status()
    assert status is not None, "who stands in a list of the queue has a status"
    return OrderRow(application_id, queue, _group(application), Instant(application.submitted_at), status, number)
