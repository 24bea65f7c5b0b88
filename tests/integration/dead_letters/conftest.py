"""One environment for each test: topics of its own, a folder of its own, and the commands run in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient

from infra.topics import apply_topics
from schemas.codec import output_codec
from schemas.dead_letter_headers import Cause, Headers, Origin, letter
from schemas.ids import FrozenIds
from schemas.outputs import DeadLetter
from schemas.topic_reading import TopicReading
from streams.runtime.settings import Clock

ROOT = Path(__file__).parents[3]
PARTITIONS = 2
CODEC = output_codec("dead-letters", DeadLetter, FrozenIds())


class Environment:
    """Topics under a prefix, and a folder where commands run."""

    def __init__(self, kafka: str, prefix: str, folder: Path) -> None:
        self.client = {"bootstrap.servers": kafka}
        self.prefix = prefix
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ORYN_")}
        self._variables = kept | {
            "COLUMNS": "200",
            "ORYN_KAFKA_BOOTSTRAP": kafka,
            "ORYN_KAFKA_TOPIC_PREFIX": prefix,
            "ORYN_WORKER_CLOCK": "records",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }
        apply_topics(AdminClient({"bootstrap.servers": kafka}), prefix, Clock.RECORDS, PARTITIONS)

    def command(self, *arguments: str) -> dict[str, Any]:
        """How a command of this environment is started."""
        line = [sys.executable, "-c", "from infra.cli import main; main()", *arguments]
        return {"args": line, "cwd": self.folder, "env": self._variables}

    def oryn(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `said` is what the operator types."""
        return subprocess.run(
            **self.command(*arguments), check=False, capture_output=True, input=said, text=True, timeout=120
        )

    def json(self, *arguments: str) -> Any:
        """What a command writes with --json."""
        return msgspec.json.decode(self.oryn(*arguments, "--json").stdout)

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp: int = 0,
        partition: int = -1,
    ) -> tuple[int, int]:
        """Send one record as a stranger might; its partition and offset."""
        placed: list[tuple[int, int]] = []

        def told(error: KafkaError | None, message: Message) -> None:
            assert error is None
            placed.append((message.partition() or 0, message.offset() or 0))

        producer = Producer(self.client | {"message.max.bytes": "20000000", "partitioner": "murmur2_random"})
        producer.produce(
            self.prefix + topic,
            value,
            key,
            partition=partition,
            timestamp=timestamp,
            headers=list(headers),
            on_delivery=told,
        )
        assert producer.flush(30) == 0
        return placed[0]

    def bury(
        self,
        origin: Origin,
        cause: Cause,
        error: str = "",
        *,
        key: bytes | None = None,
        value: bytes | None = None,
        headers: Headers = (),
    ) -> None:
        """Write a dead letter as the worker does."""
        sent_key, body, sent_headers = letter(key, value, headers, origin, cause, error)
        self.send("dead-letters", sent_key, CODEC.encode(body), sent_headers, max(0, body.at))

    def read(self, topic: str) -> list[Message]:
        """All records of a topic."""
        with TopicReading(self.client, self.prefix + topic) as reading:
            return list(reading)


@pytest.fixture
def environment(kafka: str, prefix: str, tmp_path: Path) -> Environment:
    return Environment(kafka, prefix, tmp_path)


@pytest.fixture
def started(environment: Environment) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts commands that run until the test ends."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        log = (environment.folder / f"{len(processes)}.log").open("w")
        process = subprocess.Popen(**environment.command(*arguments), stdout=log, stderr=log, text=True)
        log.close()
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait(30)
