"""The five: what each is called, how it is set up, where its decisions are read. All are processes of their own."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psutil  # type: ignore[import-untyped]  # has no types of its own
import psycopg
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg.sql import SQL, Identifier

from infra.stack.own import OwnService
from infra.stack.process import Child
from schemas.cloudevents import HEADER_ID
from schemas.codec import journal_codec
from schemas.events import Event
from schemas.ids import FrozenIds
from schemas.topic_offsets import extents
from schemas.words import TOPIC_ORDER
from tests.benchmarks.pipeline.cluster import PARTITION, Cluster, Sender
from tests.benchmarks.programs import begin, running
from tests.benchmarks.releases import LOCALITY, ORGANISATION, PROFILE, Town

ROOT = Path(__file__).parents[3]
ALLOCATOR = Path(__file__).with_name("allocator.sql")
# Where what the locks of the project cannot hold is installed (`make peers`).
PEERS_PYTHON = ROOT / "build" / "peers" / "bin" / "python"
QUEUE = f"{ORGANISATION}/{PROFILE}"
PATIENCE_S = 300.0
# Of the wire format; a number in JSON begins with a digit.
RECORD_BEGINS = b"\0"
WATCH_S = 0.02
READ_S = 0.2
PAGE_CACHE = "page cache of one broker"
_JOURNAL = journal_codec(FrozenIds())


@dataclass(frozen=True)
class Stores:
    """What the entrants work on."""

    kafka: Cluster
    postgres: str
    # Whose children and whose CPU time count as the store's.
    broker_pid: int | None
    postgres_pid: int | None

    def process(self, entrant: "Entrant") -> psutil.Process | None:
        """The server that an entrant keeps its decisions in; none if it is not ours to measure."""
        pid = self.postgres_pid if isinstance(entrant, Allocator) else self.broker_pid
        return psutil.Process(pid) if pid is not None else None


class Entrant:
    """One way to decide. Each prefix is a fresh start: own topics, own state."""

    key = ""
    name = ""
    keeps = PAGE_CACHE
    settings = ""
    plays_campaign = True

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.client = stores.kafka.client

    def fresh(self) -> str:
        """New topics; their prefix."""
        return self.stores.kafka.topics()

    def input_topic(self, prefix: str, event: Event) -> str:
        """Where an event goes."""
        return prefix + event.topic

    def output_topic(self, prefix: str) -> str:
        """Where decisions stand."""
        return f"{prefix}journal"

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        """The command line. `quick`: set up for latency, where the framework has another setting for it."""
        raise NotImplementedError

    def lay_out(self, prefix: str, town: Town) -> None:
        """Make the town known, so that only its releases are left to decide."""
        self.send(prefix, town.events)
        with self.running(prefix) as process:
            self.wait_for(prefix, len(town.events), process)
            self.settle(prefix)

    def settle(self, prefix: str) -> None:
        """Wait until nothing moves any more."""
        before = -1
        while (now := self.done(prefix)) != before:
            before = now
            time.sleep(1.0)

    def wait_for(self, prefix: str, whole: int, process: psutil.Process, patience_s: float = PATIENCE_S) -> None:
        """Until so much is decided, by a process that lives meanwhile."""
        deadline = time.monotonic() + patience_s
        while (done := self.done(prefix)) < whole:
            assert time.monotonic() < deadline, f"{self.key}: {done} of {whole}"
            assert process.status() != psutil.STATUS_ZOMBIE, f"{self.key} has ended: see {prefix}{self.key}.log"
            time.sleep(WATCH_S)

    def reading(self, prefix: str, start: int) -> AbstractContextManager[Consumer]:
        """A reader of its decisions, committed only, from an offset on."""
        return self.stores.kafka.reading(self.output_topic(prefix), {PARTITION: start})

    def done(self, prefix: str) -> int:
        """How much is decided: records of the output, transactions' markers included."""
        return _end(self.client, self.output_topic(prefix))

    def sender(self, prefix: str, linger_ms: int = 50) -> Sender:
        """Publishes events where it reads them."""
        return Sender(self.client, lambda event: self.input_topic(prefix, event), linger_ms=linger_ms)

    def send(self, prefix: str, events: Iterable[Event]) -> int:
        """Publish as fast as it goes, in this order; how many."""
        return self.sender(prefix).send_all(events)

    def outcomes(self, prefix: str) -> Iterator[str]:
        """The id of each event that was decided, once for each time, from the beginning. Committed ones only."""
        topic = self.output_topic(prefix)
        end = _end(self.client, topic, committed=True)
        with self.reading(prefix, 0) as reader:
            while True:
                for message in reader.consume(1_000, READ_S) or []:
                    if not message.error() and (name := self.event_of(message)) is not None:
                        yield name
                if reader.position([TopicPartition(topic, PARTITION)])[0].offset >= end:
                    return

    def decided_after(self, prefix: str, start: int, process: psutil.Process, patience_s: float = PATIENCE_S) -> None:
        """Until an event is decided, and committed, that was not when `done` was `start`; by a living process."""
        deadline = time.monotonic() + patience_s
        with self.reading(prefix, start) as reader:
            while True:
                for message in reader.consume(1, WATCH_S) or []:
                    if not message.error() and self.event_of(message) is not None:
                        return
                assert time.monotonic() < deadline, f"{self.key} decides nothing"
                assert process.status() != psutil.STATUS_ZOMBIE, f"{self.key} has ended: see {prefix}{self.key}.log"

    def event_of(self, message: Message) -> str | None:
        """Which event an output record decides; none for a timer's."""
        return _JOURNAL.decode(message.value()).cause.event_id

    @contextmanager
    def running(self, prefix: str, *, quick: bool = False) -> Iterator[psutil.Process]:
        """Its process, asked to end when the block is left."""
        with running(*self._program(prefix, quick=quick)) as process:
            yield process

    def start(self, prefix: str) -> Child:
        """Its process. Whoever starts it ends it."""
        return begin(*self._program(prefix, quick=False))

    def _program(self, prefix: str, *, quick: bool) -> tuple[Sequence[str], Path, Mapping[str, str]]:
        """Command, log and environment."""
        folder = self.stores.kafka.folder
        environment = {"ORYN_DATA": str(folder / prefix), "PYTHONPATH": str(ROOT)}
        return self.command(prefix, quick=quick), folder / f"{prefix}{self.key}.log", environment


class Oryn(Entrant):
    """(a)"""

    key, name = "oryn", "Oryn's worker"
    settings = "as it comes: transactions of up to 0.5 s, session timeout 15 s, static member"

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        return (sys.executable, *self.stores.kafka.processor("worker", prefix, "--clock", "records"))


class Merged(Entrant):
    """Gets its events in one topic, already in the order of time: the frameworks do not merge topics by it."""

    def fresh(self) -> str:
        prefix = super().fresh()
        _create(self.client, f"{prefix}merged", self.output_topic(prefix))
        return prefix

    def input_topic(self, prefix: str, event: Event) -> str:
        return f"{prefix}merged"


class Faust(Merged):
    """(b)"""

    key, name = "faust", "Faust agent, exactly_once"
    settings = (
        "processing_guarantee=exactly_once; table over memory, its changelog is the journal; "
        "commit interval 0.5 s (20 ms for latency)"
    )

    def output_topic(self, prefix: str) -> str:
        return f"{prefix}faust-journal-changelog"

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        folder = str(self.stores.kafka.folder / prefix)
        bootstrap = self.client["bootstrap.servers"]
        module = "tests.benchmarks.peers.faust_agent"
        return (sys.executable, "-m", module, bootstrap, prefix, folder, "0.02" if quick else "0.5")


class Quix(Merged):
    """(c)"""

    key, name = "quix", "Quix Streams, exactly-once"
    settings = (
        "processing_guarantee=exactly-once; state in RocksDB, its changelog is the journal; "
        "commit interval 0.5 s (20 ms for latency)"
    )

    def event_of(self, message: Message) -> str | None:
        """As for all; but its state also keeps how many records there are."""
        value = message.value()
        return super().event_of(message) if value is not None and value[:1] == RECORD_BEGINS else None

    def output_topic(self, prefix: str) -> str:
        return f"changelog__{prefix}quix--{prefix}merged--default"

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        folder = str(self.stores.kafka.folder / prefix)
        bootstrap = self.client["bootstrap.servers"]
        module = "tests.benchmarks.peers.quix_app"
        return (str(PEERS_PYTHON), "-m", module, bootstrap, prefix, folder, "0.02" if quick else "0.5")


class Allocator(Entrant):
    """(d)"""

    key, name = "postgres", "PostgreSQL allocator"
    keeps = "page cache (fsync = off)"
    settings = "one function, 100 releases a call and commit, chained; offset in the same transaction"
    plays_campaign = False

    def lay_out(self, prefix: str, town: Town) -> None:
        with psycopg.connect(self.stores.postgres, autocommit=True) as database:
            database.execute(SQL("create schema {}").format(Identifier(prefix)))
            database.execute(SQL("set search_path = {}").format(Identifier(prefix)))
            database.execute(ALLOCATOR.read_bytes())
            database.execute("insert into chain (locality, next_offset) values (%s, 0)", (LOCALITY,))
            database.execute("insert into queue (id) values (%s)", (QUEUE,))
            with database.cursor().copy("copy application (id, queue, grp, submitted_at) from stdin") as copy:
                for one in town.waiting:
                    copy.write_row((one.application, QUEUE, GROUP_NUMBERS[one.group], int(one.submitted_at)))
            database.execute("vacuum analyze application")

    def done(self, prefix: str) -> int:
        return int(self._ask(prefix, "select sequence from chain")[0][0])

    def decided_after(self, prefix: str, start: int, process: psutil.Process, patience_s: float = PATIENCE_S) -> None:
        self.wait_for(prefix, start + 1, process, patience_s)

    def outcomes(self, prefix: str) -> Iterator[str]:
        yield from (row[0] for row in self._ask(prefix, "select event_id from journal"))

    def referred(self, prefix: str) -> dict[str, str]:
        """Who got which place."""
        return dict(self._ask(prefix, "select place, application from referral"))

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        module, bootstrap = "tests.benchmarks.peers.postgres_loop", self.client["bootstrap.servers"]
        return (sys.executable, "-m", module, bootstrap, f"{prefix}vacancy-releases", self.stores.postgres, prefix)

    def _ask(self, prefix: str, question: str) -> list[tuple]:  # type: ignore[type-arg]
        with psycopg.connect(self.stores.postgres, options=f"-c search_path={prefix}") as database:
            return database.execute(question.encode()).fetchall()


class Bare(Entrant):
    """(e)"""

    key, name = "bare", "bare transactional pass-through"
    settings = "batches of up to 2,000 records; decides nothing, keeps nothing"

    def lay_out(self, prefix: str, town: Town) -> None:
        """It knows nothing of towns."""

    def command(self, prefix: str, *, quick: bool) -> tuple[str, ...]:
        inputs = [prefix + topic for topic in TOPIC_ORDER]
        bootstrap = self.client["bootstrap.servers"]
        module = "tests.benchmarks.pipeline.bare_loop"
        return (sys.executable, "-m", module, bootstrap, f"{prefix}bare", self.output_topic(prefix), *inputs)

    def event_of(self, message: Message) -> str | None:
        return headers_of(message)[HEADER_ID].decode()


POSTGRES = {
    "fsync": "off",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "work_mem": "64MB",
    "jit": "off",
}
GROUP_NUMBERS = {group: number for number, group in enumerate(("EXTRAORDINARY", "PRIORITY", "GENERAL"), start=1)}
ENTRANTS: Sequence[Callable[[Stores], Entrant]] = (Oryn, Faust, Quix, Allocator, Bare)


def page_cache(service: OwnService) -> None:
    """Set a PostgreSQL up as the peers' one: as durable as one broker, with memory enough for all that it holds."""
    with psycopg.connect(service.address, autocommit=True) as database:
        for name, value in POSTGRES.items():
            database.execute(f"alter system set {name} = '{value}'".encode())
    service.kill()
    service.start()


def missing() -> list[str]:
    """What of the entrants cannot run here."""
    return [] if PEERS_PYTHON.exists() else [Quix.key]


def headers_of(message: Message) -> dict[str, bytes]:
    """The headers, of which each has a value and comes once: they are ours."""
    return dict(cast("list[tuple[str, bytes]]", message.headers() or []))


def _end(client: dict[str, str], topic: str, *, committed: bool = False) -> int:
    if committed:
        reader = Consumer({**client, "group.id": "side-by-side", "isolation.level": "read_committed"})
        try:
            return int(reader.get_watermark_offsets(TopicPartition(topic, PARTITION), 10.0)[1])
        finally:
            reader.close()
    return extents(client, topic, [PARTITION])[PARTITION].end


def _create(client: dict[str, str], *topics: str) -> None:
    admin = AdminClient(dict(client))
    for done in admin.create_topics([NewTopic(each, 1, 1) for each in topics]).values():
        done.result(30)
