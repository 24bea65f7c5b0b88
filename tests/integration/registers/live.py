"""Topics with the records of a season, and the reader of the registers on them, in this process or in its own."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from prometheus_client import CollectorRegistry

from consumers.registers.settings import RegistersSettings
from infra.readers.registers import build
from infra.settings import Settings
from infra.topics import apply_topics
from schemas.journal import Record
from schemas.outputs import ServiceStage
from tests.integration.pipeline.programs import Program
from tests.integration.registers.tools import JOURNAL_CODEC, STAGE_CODEC, asking, stages_of
from tests.integration.running_readers import running

WAIT_S = 60.0
POLL_S = 0.02
PARTITIONS = 3
PART_RECORDS = 97


def settings_of(kafka: str, prefix: str, registers: RegistersSettings, batch_records: int = 200) -> Settings:
    """The settings of a reader."""
    found = Settings()
    return replace(
        found,
        kafka=replace(found.kafka, bootstrap=kafka, topic_prefix=prefix),
        postgres=replace(found.postgres, url=registers.url, registers=registers.schema),
        reader=replace(found.reader, batch_records=batch_records),
    )


class Topics:
    """The two topics that the registers are made of, under one prefix."""

    def __init__(self, kafka: str, prefix: str) -> None:
        """Make them."""
        self.kafka, self.prefix = kafka, prefix
        apply_topics(AdminClient({"bootstrap.servers": kafka}), prefix, "records", PARTITIONS)

    def make_again(self) -> None:
        """Delete the topics with all that they hold, and make them anew."""
        admin = AdminClient({"bootstrap.servers": self.kafka})
        names = [f"{self.prefix}journal", f"{self.prefix}service-stages"]
        for deleted in admin.delete_topics(names).values():
            deleted.result(WAIT_S)
        wait_until(lambda: not set(names) & set(admin.list_topics(timeout=WAIT_S).topics), "the topics are gone")
        apply_topics(admin, self.prefix, "records", PARTITIONS)

    def write(self, records: Sequence[Record], stages: Sequence[ServiceStage] | None = None) -> None:
        """Write records and what follows from them in transactions, some of which are given up first."""
        client = {
            "bootstrap.servers": self.kafka,
            "message.max.bytes": 17_825_792,
            "linger.ms": 5,
            "partitioner": "murmur2_random",
        }
        producer = Producer({**client, "transactional.id": f"{self.prefix}{time.monotonic_ns()}"})
        producer.init_transactions(WAIT_S)
        told = list(stages_of(records) if stages is None else stages)
        for begin in range(0, len(records), PART_RECORDS):
            part = records[begin : begin + PART_RECORDS]
            for attempt in (False, True) if begin % 2 else (True,):
                producer.begin_transaction()
                for record in part:
                    producer.produce(f"{self.prefix}journal", JOURNAL_CODEC.encode(record), record.locality.encode())
                if begin == 0:
                    for stage in told:
                        topic = f"{self.prefix}service-stages"
                        producer.produce(topic, STAGE_CODEC.encode(stage), stage.locality.encode())
                assert producer.flush(WAIT_S) == 0
                if attempt:
                    producer.commit_transaction(WAIT_S)
                else:
                    producer.abort_transaction(WAIT_S)


@contextmanager
def reading(settings: Settings) -> Iterator[CollectorRegistry]:
    """The reader in threads of this process; gives its figures. Raises: what the reader raised."""
    figures = CollectorRegistry()
    with running(build(settings, figures)):
        yield figures


def program(settings: Settings, command: Iterable[str], log: Path) -> Program:
    """`oryn COMMAND` as a process of its own."""
    environment = {
        "ORYN_DATA": str(log.parent / "data"),
        "ORYN_KAFKA_BOOTSTRAP": settings.kafka.bootstrap or "",
        "ORYN_KAFKA_TOPIC_PREFIX": settings.kafka.topic_prefix,
        "ORYN_POSTGRES_URL": settings.postgres.url or "",
        "ORYN_POSTGRES_REGISTERS": settings.postgres.registers or "",
        "ORYN_READER_BATCH_RECORDS": str(settings.reader.batch_records),
        "PYTHONPATH": ":".join(sys.path),
    }
    return Program(["-m", "infra", *command], environment, log)


def stored(registers: RegistersSettings) -> tuple[int, int]:
    """How many records and stages the registers hold; none while they are not there."""
    try:
        with asking(registers) as connection:
            found = connection.execute(
                "SELECT (SELECT coalesce(sum(records), 0) FROM localities), (SELECT count(*) FROM stages)"
            ).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.OperationalError):
        return 0, 0
    assert found is not None
    return int(found[0]), int(found[1])


def await_stored(registers: RegistersSettings, records: int, stages: int) -> None:
    """Wait until they hold at least so much."""
    wait_until(lambda: stored(registers) >= (records, stages) and stored(registers)[1] >= stages, "all is stored")


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Wait for something."""
    deadline = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(POLL_S)
