"""The reader of the live view on a real topic: in a thread of this process, or in one of its own that may be killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import redis
from prometheus_client import CollectorRegistry
from redis.backoff import NoBackoff
from redis.retry import Retry

from consumers.live_view.journal_end import JournalEnd
from consumers.live_view.store import LiveViewStore
from infra.readers.live_view import build
from infra.settings import Settings
from schemas.journal import Record
from tests.integration.live_view.tools import CODEC, Contents, contents, fill, messages_of, store_of
from tests.integration.pipeline.seasons import villages
from tests.integration.running_readers import running

POSITIONS = ":positions"


@cache
def journal() -> tuple[Record, ...]:
    """Three villages, mixed with each other."""
    return tuple(sorted(villages(3).records, key=lambda record: int(record.time)))


def settings_of(kafka: str, prefix: str, address: str, batch_records: int = 4) -> Settings:
    """The settings of a reader; small batches, so that there are many steps to be disturbed in."""
    found = Settings()
    return replace(
        found,
        kafka=replace(found.kafka, bootstrap=kafka, topic_prefix=prefix),
        redis=replace(found.redis, url=address),
        reader=replace(found.reader, batch_records=batch_records),
    )


def undisturbed(address: str) -> Contents:
    """What a reader writes that nothing happens to."""
    with client_of(address) as client:
        fill(store_of(client, "calm"), messages_of(journal()))
        found = contents(client, "calm")
        store_of(client, "calm").generations.forget()
    del found[POSITIONS]
    return found


def client_of(address: str) -> redis.Redis:
    """A client that says at once that Redis is away."""
    return redis.Redis.from_url(address, retry=Retry(NoBackoff(), 0))


def stored(client: redis.Redis, settings: Settings) -> int:
    """How many records the live view holds, shown or not; 0 while Redis is away."""
    try:
        generations = LiveViewStore(client, settings.redis_prefix, CODEC, JournalEnd({}, "")).generations
        generation = next(filter(None, generations.names()), None)
        if generation is None:
            return 0
        base = f"{settings.redis_prefix}:{generation}"
        names: Any = client.smembers(f"{base}:localities")
        sequences: list[Any] = [client.hget(f"{base}:{name.decode()}", "sequence") for name in names]
        return sum(int(sequence or 0) for sequence in sequences)
    except (redis.RedisError, OSError):
        return 0


def is_whole(client: redis.Redis, settings: Settings) -> bool:
    """Whether everything is there and shown."""
    try:
        return stored(client, settings) == len(journal()) and bool(client.exists(f"{settings.redis_prefix}:current"))
    except (redis.RedisError, OSError):
        return False


def shown(client: redis.Redis, settings: Settings) -> Contents:
    """What is shown, without the positions: partitions are the topic's own."""
    found = contents(client, settings.redis_prefix)
    del found[POSITIONS]
    return found


@contextmanager
def reading(settings: Settings) -> Iterator[CollectorRegistry]:
    """The reader in a thread of this process; gives its figures. Raises: what the reader raised."""
    figures = CollectorRegistry()
    with running(build(settings, figures)):
        yield figures
