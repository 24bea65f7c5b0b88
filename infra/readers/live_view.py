"""The reader of the live view: the journal into Redis; and the live view for commands. Only wires."""

from collections.abc import Callable

import redis
from prometheus_client import CollectorRegistry
from redis.backoff import NoBackoff
from redis.retry import Retry

from consumers.live_view.journal_end import JournalEnd
from consumers.live_view.store import LiveViewStore
from consumers.live_view.view import LiveView
from consumers.reading.figures import Figures
from consumers.reading.reader import Reader
from infra.settings import Settings
from infra.settings_base import SettingsError
from infra.settings_services import kafka_client, redis_url, schema_ids
from schemas.codec import journal_codec

JOURNAL = "journal"
CONNECT_SECONDS = 5.0
# No script takes a second: who is silent for so long is paused or gone.
ANSWER_SECONDS = 15.0


def build(settings: Settings, registry: CollectorRegistry) -> Reader:
    """One loop over the journal. Raises: OrynError."""
    return reader_into(live_view_store(settings), settings, registry)


def reader_into(store: LiveViewStore, settings: Settings, registry: CollectorRegistry) -> Reader:
    """The journal into a store of the live view. Raises: OrynError."""
    client, topic = kafka_client(settings), settings.topic(JOURNAL)
    return Reader(client, topic, store, Figures(registry), batch_records=settings.reader.batch_records)


def live_view_store(
    settings: Settings, *, rebuild: bool = False, shown: Callable[[], None] | None = None
) -> LiveViewStore:
    """The live view to be written. `rebuild`: into a new hidden copy; `shown`: called once that is shown. Raises:
    OrynError."""
    client, topic = kafka_client(settings), settings.topic(JOURNAL)
    return LiveViewStore(
        redis_client(settings),
        settings.redis_prefix,
        journal_codec(schema_ids(settings)),
        JournalEnd(client, topic),
        rebuild=rebuild,
        shown=shown,
    )


def live_view(settings: Settings) -> LiveView:
    """The live view of this environment. Raises: OrynError where no Redis is set and none runs here."""
    return LiveView(redis_client(settings), settings.redis_prefix)


def redis_client(settings: Settings) -> redis.Redis:
    """A client of Redis; connects when it is first used. Raises: OrynError."""
    try:
        return redis.Redis.from_url(
            redis_url(settings),
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # A connection that a restart has broken is made again at once; whoever is away for longer is the
            # reader's to wait for.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as exc:
        raise SettingsError(f"redis.url: {exc}") from exc
