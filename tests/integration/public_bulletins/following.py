"""A process that publishes, as `oryn reader bulletins` does, started from a warm one: twenty starts cost little."""

import signal
from pathlib import Path
from threading import Event as Flag

from prometheus_client import CollectorRegistry

from infra.readers.bulletins import PublicReader, build
from infra.settings import KafkaSettings, Settings
from infra.settings_readers import PublicSettings, RedisSettings


def settings_of(data: Path, folder: Path, kafka: str, prefix: str, redis: str) -> Settings:
    """An environment of a test. Its keys in Redis begin with the prefix as well."""
    return Settings(
        data=data,
        kafka=KafkaSettings(bootstrap=kafka, topic_prefix=prefix),
        redis=RedisSettings(url=redis, prefix=f"{prefix}view"),
        public=PublicSettings(store=folder.as_uri(), refresh_s=1),
    )


def reader_of(settings: Settings) -> PublicReader:
    """A reader as the command makes it."""
    return build(settings, CollectorRegistry())


def follow(settings: Settings) -> None:
    """Publish until SIGTERM."""
    stop = Flag()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    reader_of(settings).run(stop)
