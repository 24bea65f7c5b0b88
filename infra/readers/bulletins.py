"""The reader of the public pages: the journal into a store, the orders from the live view. Only wires."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event as Flag

import redis
from prometheus_client import CollectorRegistry

from consumers.live_view.errors import LiveViewError
from consumers.live_view.view import LiveView
from consumers.public_bulletins.order_board import OrderBoard, OrdersUnavailable, Position
from consumers.public_bulletins.order_pages import OrderView
from consumers.public_bulletins.pages import Pages
from consumers.public_bulletins.pdf import render
from consumers.public_bulletins.reader import BulletinStore
from consumers.public_bulletins.settings import PageSettings
from consumers.public_bulletins.site import Site
from consumers.public_bulletins.store import FileStore
from consumers.public_bulletins.store_settings import StoreSettings, open_store
from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from infra.readers.live_view import redis_client
from infra.settings import Settings
from infra.settings_services import kafka_client, schema_ids
from schemas.codec import journal_codec

JOURNAL = "journal"
ORDERS = "orders"
# At six in the evening every record is a bulletin, and each takes a tenth of a second: a batch must not look stuck.
BATCH_RECORDS_MAX = 500


class LiveOrders:
    """The live view as the source of orders."""

    def __init__(self, client: "redis.Redis", prefix: str) -> None:
        """Ask nothing yet."""
        self._view = LiveView(client, prefix)

    def localities(self) -> Iterable[str]:
        """Those of the live view."""
        with _translated():
            return self._view.localities()

    def position(self, locality: str) -> Position:
        """Up to where the live view is."""
        with _translated():
            found = self._view.position(locality)
        if found is None:
            raise OrdersUnavailable(f"the live view has lost locality {locality}")
        return Position(found.sequence, found.time, found.hash)

    def queues(self, locality: str) -> Iterable[str]:
        """The queues of the live view."""
        with _translated():
            return [each.queue for each in self._view.queues(locality)]

    def order(self, locality: str, queue: str) -> OrderView:
        """The whole order, at one journal sequence."""
        with _translated():
            found = self._view.snapshot(locality, queue)
            kind, _, rest = queue.partition("/")
            owner = None if kind == "general" else self._view.organisation(rest.partition("/")[0], locality)
        if found is None:
            raise OrdersUnavailable(f"the live view has lost queue {queue} of locality {locality}")
        at = found.position
        return OrderView(
            locality, queue, found.rows, at.sequence, at.time, at.hash, None if owner is None else owner.name
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except LiveViewError as exc:
        raise OrdersUnavailable(str(exc)) from exc


class PublicReader:
    """The loop of the journal, which renews the orders as well."""

    def __init__(self, reader: Reader, board: OrderBoard, client: "redis.Redis") -> None:
        """What `build` made."""
        self._reader, self._board, self._client = reader, board, client

    def run(self, stop: Flag) -> None:
        """Publish until told to stop. Raises: StoreConflict, TopicMissing, OrynError."""
        try:
            self._reader.run(stop)
        finally:
            self._client.close()

    def live(self) -> str | None:
        """Why this process should be started anew."""
        return self._reader.live()

    def ready(self) -> Mapping[str, str]:
        """What is not up to date, and why."""
        problem = self._board.problem
        return {**self._reader.ready(), **({} if problem is None else {ORDERS: problem})}


def build(settings: Settings, registry: CollectorRegistry) -> PublicReader:
    """The reader. Raises: OrynError."""
    topic, store, pages = settings.topic(JOURNAL), public_store(settings), _pages(settings)
    client = redis_client(settings)
    board = _board(settings, store, pages, client)
    site = Site(store, pages, render)
    kept = BulletinStore(topic, store, site, journal_codec(schema_ids(settings)), time.monotonic, board)
    reader = Reader(
        kafka_client(settings),
        topic,
        kept,
        Figures(registry),
        batch_records=min(settings.reader.batch_records, BATCH_RECORDS_MAX),
    )
    return PublicReader(reader, board, client)


def renew_orders(settings: Settings) -> int:
    """Write the orders of all queues that changed since they were last written, at once. State: no reader runs.

    Returns: how many queues changed. Raises: OrynError.
    """
    with redis_client(settings) as client:
        return _board(settings, public_store(settings), _pages(settings), client).renew()


def _pages(settings: Settings) -> Pages:
    return Pages(PageSettings(base_url=settings.public.base_url, publisher=settings.public.publisher))


def _board(settings: Settings, store: FileStore, pages: Pages, client: "redis.Redis") -> OrderBoard:
    orders = LiveOrders(client, settings.redis_prefix)
    return OrderBoard(store, pages, orders, time.monotonic, settings.public.refresh_s)


def public_store(settings: Settings) -> FileStore:
    """Where the pages of this environment go. Raises: StoreRefused."""
    public = settings.public
    return open_store(
        StoreSettings(
            settings.public_store, public.s3_endpoint, public.s3_region, public.s3_access_key, public.s3_secret_key
        )
    )
