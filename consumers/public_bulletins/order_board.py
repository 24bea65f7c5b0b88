"""Keeps the pages of the queues' orders up to date: asks a source, and writes what changed, at a bounded rate.

Owns what was last written of each queue (`state/orders-LOCALITY.txt`), so that an order that did not change costs no
write. Never folds a record, never publishes a bulletin.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec
from msgspec import Struct

from consumers.public_bulletins.order_pages import (
    OrderView,
    QueueLine,
    counts,
    digest_of,
    order_csv,
    order_pages,
    queues_csv,
    queues_pages,
    slug_of,
    stale,
)
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.store import FileStore
from schemas.errors import OrynError
from schemas.instants import Instant

log = logging.getLogger(__name__)

# After work of a second there are four without: what else the process has to do comes first.
REST = 4


class OrdersUnavailable(OrynError):
    """The source of orders is away, or not ready yet. What was published stays, with its record and moment."""


class Position(Struct, frozen=True):
    """Up to where a source knows a locality's journal."""

    sequence: int
    at: Instant
    hash: str


class OrderSource(Protocol):
    """Where orders come from. Each may raise OrdersUnavailable."""

    def localities(self) -> Iterable[str]:
        """The localities that it knows."""

    def position(self, locality: str) -> Position:
        """Up to which record it knows a locality."""

    def queues(self, locality: str) -> Iterable[str]:
        """The ids of a locality's queues."""

    def order(self, locality: str, queue: str) -> OrderView:
        """The whole order of a queue, behind one record."""


class _Published(Struct):
    """What was last written of a locality's orders."""

    sequence: int = 0
    lines: dict[str, QueueLine] = msgspec.field(default_factory=dict)


class OrderBoard:
    """The published orders. One thread uses it; `forget` after any failure."""

    def __init__(
        self,
        store: FileStore,
        pages: Pages,
        source: OrderSource,
        clock: Callable[[], float],
        refresh_s: float = 0.0,
    ) -> None:
        """`clock`: seconds that only grow. `refresh_s`: from one look at all queues to the next, at least."""
        self._store, self._pages, self._source, self._clock = store, pages, source, clock
        self._refresh_s = refresh_s
        self._published: dict[str, _Published] = {}
        self._work: Iterator[bool] | None = None
        self._due = 0.0
        self._rest_until = 0.0
        self._began = 0.0
        self.problem: str | None = None

    def forget(self) -> None:
        """Know nothing any more of what the store holds."""
        self._published.clear()
        self._work = None

    def step(self) -> None:
        """Do a bounded piece of what is due, one queue at most; a source that is away is asked again at the next turn.

        Raises: StoreUnavailable.
        """
        began = self._clock()
        if began < self._rest_until or (self._work is None and began < self._due):
            return
        if self._work is None:
            self._work, self._began = self._round(), began
        try:
            # Up to the next queue that was written: what did not change costs nothing to speak of.
            ended = next(self._work, None) is None
        except OrdersUnavailable as exc:
            if self.problem is None:
                log.warning("orders are not renewed", extra={"reason": str(exc)})
            self.problem, self._work = str(exc), None
            self._due = self._clock() + self._refresh_s
        else:
            if ended:
                self.problem, self._work = None, None
                self._due = self._began + self._refresh_s
        now = self._clock()
        self._rest_until = now + REST * (now - began)

    def renew(self) -> int:
        """Look at all queues and write what changed. Returns: how many queues did. Raises: OrdersUnavailable."""
        return sum(self._round())

    def _round(self) -> Iterator[bool]:
        """Queue by queue: whether it was written."""
        for locality in sorted(self._source.localities()):
            position = self._source.position(locality)
            published = self._load(locality)
            # A live view that is built anew may be behind what is published: it will catch up.
            if position.sequence <= published.sequence:
                continue
            lines: dict[str, QueueLine] = {}
            for queue in sorted(self._source.queues(locality)):
                order = self._source.order(locality, queue)
                known = published.lines.get(queue)
                lines[queue], wrote = self._write(order, known)
                # At once: a page that was written is known to be, whatever comes next.
                published.lines[queue] = lines[queue]
                if wrote:
                    self._save(locality, published)
                    yield True
            for queue in published.lines.keys() - lines.keys():
                lines[queue] = published.lines[queue]  # a queue is never forgotten; nobody stands in it
            self._list(locality, [lines[queue] for queue in sorted(lines)], position)
            published.sequence, published.lines = position.sequence, lines
            self._save(locality, published)

    def _write(self, order: OrderView, known: QueueLine | None) -> tuple[QueueLine, bool]:
        """Write an order if it changed."""
        digest = digest_of(order)
        if known is not None and known.digest == digest:
            return known, False
        waiting = sum(row.number is not None for row in order.rows)
        pages, finds = counts(order)
        line = QueueLine(
            order.queue,
            waiting,
            len(order.rows) - waiting,
            order.sequence,
            order.at,
            order.hash,
            digest,
            pages,
            finds,
            order.organisation,
        )
        self._store.put(f"{order.locality}/order-{slug_of(order.queue)}.csv", order_csv(order))
        for path, data in order_pages(self._pages, order):
            self._store.put(path, data)
        if known is not None:
            for name in stale(known, pages, finds):
                for language in self._pages.settings.languages:
                    self._store.delete(f"{language}/{order.locality}/{name}")
        return line, True

    def _list(self, locality: str, lines: list[QueueLine], position: Position) -> None:
        for path, data in queues_pages(self._pages, locality, lines, position.sequence, position.at):
            self._store.put(path, data)
        self._store.put(f"{locality}/queues.csv", queues_csv(locality, lines))

    def _load(self, locality: str) -> _Published:
        found = self._published.get(locality)
        if found is None:
            data = self._store.get(state_path(locality))
            try:
                found = _Published() if data is None else msgspec.json.decode(data, type=_Published, dec_hook=_moment)
            except (msgspec.MsgspecError, ValueError):
                # It saves work only: without it everything is written once more.
                log.warning("state of orders unreadable, written anew", extra={"path": state_path(locality)})
                found = _Published()
            self._published[locality] = found
        return found

    def _save(self, locality: str, published: _Published) -> None:
        self._store.put(state_path(locality), msgspec.json.encode(published, enc_hook=int))


def state_path(locality: str) -> str:
    """Where is kept what was last written of a locality's orders."""
    return f"state/orders-{locality}.txt"


def _moment(kind: type, value: object) -> object:
    if kind is Instant and isinstance(value, int):
        return Instant(value)
    raise NotImplementedError(kind)
