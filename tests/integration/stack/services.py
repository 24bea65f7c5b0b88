"""What the tests of the stack write into the services and read back, and how they look at processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from redis import Redis

from infra.stack.state import Endpoints

ROOT = Path(__file__).parents[3]
WAIT_SECONDS = 30.0


def create(bootstrap: str, topic: str) -> None:
    """Make a topic of one partition."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for task in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        task.result(30)


def write(bootstrap: str, topic: str, value: bytes) -> None:
    """Write in a transaction, so that its coordinator is proven, too."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": topic, "message.max.bytes": 17_000_000})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value)
    producer.commit_transaction(30)


def values(bootstrap: str, topic: str) -> list[bytes | None]:
    """All committed values, of which there is one at least: a commit is answered before it can be read.

    The consumer tells the end, because markers of transactions take offsets, too.
    """
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found: list[bytes | None] = []
    try:
        while True:
            message = consumer.poll(30)
            assert message is not None
            if (error := message.error()) is not None:
                assert error.code() == KafkaError._PARTITION_EOF, error
                if found:
                    return found
                continue
            found.append(message.value())
    finally:
        consumer.close()


def fill(at: Endpoints) -> None:
    """Put something into each service."""
    create(at.kafka, "kept")
    write(at.kafka, "kept", b"kept")
    connection = psycopg.connect(at.postgres)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 'kept' AS value")
    connection.close()
    with Redis.from_url(at.redis) as client:
        client.set("kept", "kept")


def assert_filled(at: Endpoints) -> None:
    """All of it is there."""
    assert values(at.kafka, "kept") == [b"kept"]
    connection = psycopg.connect(at.postgres)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM kept")
        assert cursor.fetchall() == [("kept",)]
    connection.close()
    with Redis.from_url(at.redis) as client:
        assert client.get("kept") == b"kept"


def environment(data: Path, **others: str) -> dict[str, str]:
    """The environment of a command that works on the stack in `data`, with no address from outside."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("ORYN_") or name == "ORYN_CACHE"
    }
    return inherited | {"ORYN_DATA": str(data), "TERM": "dumb", "COLUMNS": "120"} | others


def begin(data: Path, *words: str, **others: str) -> "subprocess.Popen[str]":
    """Start `oryn stack ...`."""
    return subprocess.Popen(
        [sys.executable, "-m", "infra", "stack", *words],
        cwd=ROOT,
        env=environment(data, **others),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def oryn(data: Path, *words: str, **others: str) -> tuple[int, str, str]:
    """Run `oryn stack ...`; exit code, output, errors."""
    with begin(data, *words, **others) as process:
        output, errors = process.communicate(timeout=180)
    return process.returncode, output, errors


def processes_of(folder: Path, word: str = "") -> list[int]:
    """The living processes whose command line names the folder; Java's, PostgreSQL's and Redis' all do.

    With a word: only those that have it as a word of their command line.
    """
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
            if any(str(folder) in each for each in command) and (not word or word in command):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def assert_gone(pids: Iterable[int]) -> None:
    """Within a bounded time none of them lives; one that nobody has fetched yet does not count."""
    deadline = time.monotonic() + WAIT_SECONDS
    left = list(pids)
    while left := [pid for pid in left if alive(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether the process runs."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
