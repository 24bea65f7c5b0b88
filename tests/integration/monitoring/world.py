"""One environment of the monitoring on a real broker: a journal written in transactions, processes, rows that came."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil  # type: ignore[import-untyped]  # has no types of its own
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.monitoring import GROUP
from infra.settings import KafkaSettings, Settings, WorkerSettings
from schemas.codec import journal_codec, output_codec
from schemas.ids import FrozenIds
from schemas.indicators import IndicatorRow
from schemas.journal import Record
from schemas.murmur2 import partition_of
from schemas.topic_reading import TopicReading
from streams.monitoring.partition import Partition
from streams.runtime.settings import Clock
from tests.integration.reading.topics import Sent, Writer, create_topic
from tests.unit.monitoring.folding import Rows, keep, take

ROOT = Path(__file__).parents[3]
PARTITIONS = 3
WAIT_S = 90.0
SESSION_MS = 6_000
JOURNAL = journal_codec(FrozenIds())
Found = TypeVar("Found")
INDICATORS = output_codec("indicators", IndicatorRow, FrozenIds())


class World:
    """Topics under a prefix, and programs that count them. Use `opened`."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path) -> None:
        """Make the topics."""
        self.client = {"bootstrap.servers": bootstrap}
        self.journal, self.indicators = f"{prefix}journal", f"{prefix}indicators"
        create_topic(bootstrap, self.journal, PARTITIONS)
        create_topic(bootstrap, self.indicators, 1)
        self.data = folder / "data"
        self.prefix = prefix
        self.settings = Settings(
            data=self.data,
            kafka=KafkaSettings(bootstrap=bootstrap, topic_prefix=prefix),
            worker=WorkerSettings(clock=Clock.RECORDS),
        )
        self.log = folder / "monitor.log"
        self._said = self.log.open("wb")
        self._writer = Writer(bootstrap, self.journal)
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.monitoring.killable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            cwd=ROOT,
            env={
                **os.environ,
                "ORYN_DATA": str(self.data),
                "ORYN_KAFKA_BOOTSTRAP": bootstrap,
                "ORYN_KAFKA_TOPIC_PREFIX": prefix,
                "ORYN_WORKER_CLOCK": "records",
                "ORYN_WORKER_HEALTH_PORT": "0",
                "ORYN_WORKER_SESSION_TIMEOUT_MS": str(SESSION_MS),
                "ORYN_MONITORING_EMIT_MS": "100",
                "ORYN_MONITORING_SNAPSHOT_RECORDS": "100",
            },
        )

    def close(self) -> None:
        """End all processes."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.kill()
        self._parent.wait()
        self._parent.stdin.close()
        self._parent.stdout.close()
        self._said.close()

    # ---------------------------------------------------------------------------------------------------- the journal

    def write(self, records: Sequence[Record], chance: random.Random) -> None:
        """In transactions as the worker writes them, and between them some that are aborted."""
        rest = list(records)
        while rest:
            batch, rest = rest[: (size := chance.randrange(1, 60))], rest[size:]
            sent = [sent_of(record) for record in batch]
            if chance.random() < 0.2:
                self._writer.abort([*sent, Sent(sent[0].partition, b"key", b"not a record")])
            self._writer.commit(sent)

    def make_journal_anew(self) -> None:
        """Somebody deletes the topic and makes it once more, empty."""
        self._writer = Writer(self.client["bootstrap.servers"], self.journal)
        admin = AdminClient(dict(self.client))
        admin.delete_topics([self.journal])[self.journal].result()

        def made() -> bool:
            try:
                create_topic(self.client["bootstrap.servers"], self.journal, PARTITIONS)
            except KafkaException:  # not gone yet
                return False
            return True

        eventually(made)

    def expected(self) -> Rows:
        """The rows of what is in the journal, counted without Faust."""
        partitions = [Partition(number) for number in range(PARTITIONS)]
        rows: Rows = {}
        with TopicReading(self.client, self.journal) as reading:
            for message in reading:
                number, offset = message.partition(), message.offset()
                assert number is not None
                assert offset is not None
                partitions[number].fold(JOURNAL.decode(message.value()), offset)
        for partition in partitions:
            take(partition, rows)
        return rows

    # ------------------------------------------------------------------------------------------------------- the rows

    def end_of_rows(self) -> int:
        """The next offset of the topic of rows."""
        with TopicReading(self.client, self.indicators) as reading:
            return reading.extents[0].end

    def read_rows(self, rows: Rows, first: int) -> int:
        """Add what readers make of the topic from an offset on; the next offset."""
        with TopicReading(self.client, self.indicators, start={0: first}) as reading:
            for message in reading:
                row = INDICATORS.decode(message.value())
                assert message.key() == row.id.encode()
                keep(rows, [row])
            return reading.extents[0].end

    def await_rows(self, expected: Rows, first: int = 0) -> None:
        """Until the rows from an offset on are those that are expected."""
        deadline, found = time.monotonic() + WAIT_S, Rows()
        while True:
            first = self.read_rows(found, first)
            if found == expected:
                return
            if time.monotonic() > deadline:
                missing, other = expected.keys() - found.keys(), found.keys() - expected.keys()
                differ = [each for each in expected.keys() & found.keys() if expected[each] != found[each]]
                raise AssertionError(f"missing {sorted(missing)[:5]}, too many {sorted(other)[:5]}, {differ[:5]}")
            time.sleep(0.1)

    # -------------------------------------------------------------------------------------------------------- processes

    def start(self, name: str, *how: str) -> int:
        """The process id of a new monitor."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(" ".join((name, *how)) + "\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def restored(self) -> int:
        """How often figures were restored up to now, by all monitors."""
        return self.log.read_text(encoding="utf-8").count("figures restored")

    def await_restored(self, known: int) -> None:
        """Until figures were restored more often than so."""
        eventually(lambda: self.restored() > known)

    def reasons(self, name: str) -> dict[str, str]:
        """Why a monitor that runs is not ready; empty when it is."""
        note = json.loads((self.data / "health" / f"{self.prefix}{GROUP}-{name}.json").read_bytes())
        try:
            with urllib.request.urlopen(f"{note['url']}/ready", timeout=WAIT_S) as answer:  # noqa: S310 - its own note
                answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                found: dict[str, str] = json.loads(exc.read())["reasons"]
            return found
        return {}

    def exit_code(self, name: str) -> int:
        """Wait until a monitor has ended by itself."""
        path = self.data / f"{name}.exit"
        eventually(path.exists)
        return int(eventually(lambda: path.read_text(encoding="utf-8")))


def sent_of(record: Record) -> Sent:
    """A record as it goes into the journal."""
    key = record.locality.encode()
    return Sent(partition_of(key, PARTITIONS), key, JOURNAL.encode(record))


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """End a process that runs, and wait until it is gone. Raises: NoSuchProcess for one that had ended before."""
    process = psutil.Process(pid)
    process.send_signal(number)
    process.wait(WAIT_S)


def eventually(holds: Callable[[], Found]) -> Found:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)
    return found


@contextmanager
def opened(bootstrap: str, prefix: str, folder: Path) -> Iterator[World]:
    """A world for the time of a test."""
    world = World(bootstrap, prefix, folder)
    try:
        yield world
    finally:
        world.close()
