"""The topics of the indicators with the rows of a season, and the reader on them, in this process or in its own."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from prometheus_client import CollectorRegistry
from psycopg import sql

from consumers.indicators.settings import IndicatorsSettings
from consumers.reading.store import StoreUnavailable
from infra.readers.indicators import build
from infra.settings import Settings
from infra.topics import apply_topics
from schemas.dead_letter_headers import Cause, Headers, Origin, wrap
from schemas.indicators import IndicatorRow
from tests.integration.indicators.tools import CODEC, asking
from tests.integration.pipeline.programs import Program
from tests.integration.registers.live import WAIT_S, wait_until
from tests.integration.running_readers import running

PARTITIONS = 3
TOPICS = ("indicators", "dead-letters")


def settings_of(kafka: str, prefix: str, address: str, batch_records: int = 200) -> Settings:
    """The settings of a reader; the schema follows from the prefix."""
    found = Settings()
    return replace(
        found,
        kafka=replace(found.kafka, bootstrap=kafka, topic_prefix=prefix),
        postgres=replace(found.postgres, url=address),
        reader=replace(found.reader, batch_records=batch_records),
    )


def environment_of(settings: Settings, data: Path) -> dict[str, str]:
    """The same for a command."""
    return {
        "ORYN_DATA": str(data),
        "ORYN_KAFKA_BOOTSTRAP": settings.kafka.bootstrap or "",
        "ORYN_KAFKA_TOPIC_PREFIX": settings.kafka.topic_prefix,
        "ORYN_POSTGRES_URL": settings.postgres.url or "",
        "PYTHONPATH": ":".join(sys.path),
        "COLUMNS": "200",
    }


def program(settings: Settings, command: Sequence[str], log: Path) -> Program:
    """`oryn COMMAND` as a process of its own."""
    return Program(["-m", "infra", *command], environment_of(settings, log.parent / "data"), log)


class Topics:
    """Both topics under one prefix."""

    def __init__(self, kafka: str, prefix: str) -> None:
        """Make them."""
        self.prefix = prefix
        self._admin = AdminClient({"bootstrap.servers": kafka})
        self._client: dict[str, str | int] = {
            "bootstrap.servers": kafka,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
        }
        apply_topics(self._admin, prefix, "records", PARTITIONS)

    def make_again(self) -> None:
        """Delete them with all that they hold, and make them anew."""
        names = [f"{self.prefix}{name}" for name in TOPICS]
        for deleted in self._admin.delete_topics(names).values():
            deleted.result(WAIT_S)
        wait_until(lambda: not {*names} & {*self._admin.list_topics(timeout=WAIT_S).topics}, "they are gone")
        apply_topics(self._admin, self.prefix, "records", PARTITIONS)

    def write(self, rows: Iterable[IndicatorRow]) -> None:
        """Rows, each by its id's partition."""
        producer = Producer(self._client)
        for row in rows:
            producer.produce(f"{self.prefix}indicators", CODEC.encode(row), row.id.encode())
        assert producer.flush(WAIT_S) == 0

    def write_letter(self, key: bytes | None, cause: Cause, headers: Headers, timestamp: int) -> None:
        """A dead letter, as a worker writes it."""
        wrapped = wrap(headers, Origin("places", 0, 7, timestamp), cause, "an error that tells nothing")
        producer = Producer(self._client)
        producer.produce(f"{self.prefix}dead-letters", b"{}", key, headers=wrapped)
        assert producer.flush(WAIT_S) == 0

    def write_stranger(self, key: bytes | None) -> None:
        """A record of the topic that no worker wrote."""
        producer = Producer(self._client)
        producer.produce(f"{self.prefix}dead-letters", b"anything", key, timestamp=1_623_300_000_000)
        assert producer.flush(WAIT_S) == 0


def stored(indicators: IndicatorsSettings) -> int:
    """How many records of the topic of indicators are in the tables; none while they are not there."""
    try:
        connection = asking(indicators)
    except StoreUnavailable:
        return 0
    try:
        found = connection.execute(
            "SELECT coalesce(sum(next_offset), 0) FROM positions WHERE source = 'indicators'"
        ).fetchone()
        return 0 if found is None else int(found[0])
    except psycopg.errors.UndefinedTable:
        return 0
    except psycopg.OperationalError:
        return 0
    finally:
        connection.close()


def wipe(indicators: IndicatorsSettings) -> None:
    """Drop the tables under whoever writes."""
    with psycopg.connect(indicators.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(indicators.schema)))


@contextmanager
def reading(settings: Settings) -> Iterator[CollectorRegistry]:
    """The reader in threads of this process; gives its figures. Raises: what the reader raised."""
    figures = CollectorRegistry()
    with running(build(settings, figures)):
        yield figures


def flat(found: Mapping[str, object]) -> dict[str, object]:
    """What two copies share: everything but dead letters, which not every topic has."""
    return {name: rows for name, rows in found.items() if name != "dead_letters"}
