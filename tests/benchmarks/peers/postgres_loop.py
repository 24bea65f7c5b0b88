"""The allocator in PostgreSQL: `python -m tests.benchmarks.peers.postgres_loop BOOTSTRAP TOPIC URL SCHEMA [BATCH]`.

Reads releases from a Kafka topic with one partition, as the others do, and hands each batch to one call of `allocate`.
Where to go on stands in the database, in the transaction of the decisions: nothing is lost, nothing comes twice.
"""

import sys
from collections.abc import Sequence
from typing import cast

import psycopg
from confluent_kafka import Consumer, TopicPartition

from schemas import events as e
from schemas.cloudevents import HEADER_ID
from schemas.codec import event_codec
from schemas.ids import FrozenIds

BATCH_RECORDS = 100
ALLOCATE = "select allocate(%s, %s, %s, %s, %s)"
DECODE = event_codec("vacancy-releases", FrozenIds()).decode


def connect(url: str, schema: str) -> psycopg.Connection:
    """A connection whose every statement is a transaction."""
    return psycopg.connect(url, autocommit=True, options=f"-c search_path={schema}", prepare_threshold=1)


def allocate(
    database: psycopg.Connection, locality: str, next_offset: int, ids: Sequence[str], values: Sequence[bytes]
) -> None:
    """Decide a batch of releases of one locality, in one transaction."""
    places, queues = [], []
    for value in values:
        data = DECODE(value)
        assert isinstance(data, e.PlaceReleased), data
        places.append(data.place_id)
        queues.append(f"{data.organisation_id}/{data.profile}")
    database.execute(ALLOCATE, (locality, next_offset, list(ids), places, queues)).fetchone()


def main() -> None:
    """Run until killed."""
    bootstrap, topic, url, schema, *rest = sys.argv[1:]
    batch = int(rest[0]) if rest else BATCH_RECORDS
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"{topic}-allocator",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 50,
        }
    )
    with connect(url, schema) as database:
        found = database.execute("select next_offset from chain").fetchone()
        assert found is not None, "the town was laid out"
        consumer.assign([TopicPartition(topic, 0, found[0])])
        while True:
            messages = consumer.consume(1, 0.1)
            if not messages:
                continue
            messages += consumer.consume(batch - 1, 0)
            ids, values = [], []
            for message in messages:
                assert message.error() is None, message.error()
                headers = dict(cast("list[tuple[str, bytes]]", message.headers()))
                ids.append(headers[HEADER_ID].decode())
                values.append(message.value() or b"")
            allocate(database, (messages[0].key() or b"").decode(), (messages[-1].offset() or 0) + 1, ids, values)


if __name__ == "__main__":
    main()
