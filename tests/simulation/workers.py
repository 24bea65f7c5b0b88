"""A worker as an operator runs it: the real loop in a process that may be killed, held and started again.

Owns the supervisor's part and the disk with the snapshots. Everything else is the product's code.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from confluent_kafka import KafkaException
from prometheus_client import CollectorRegistry

from streams.allocation import task as allocation
from streams.allocation.intake import TOPICS
from streams.fanout import task as fan_out
from streams.runtime.errors import Fatal
from streams.runtime.loop import Loop
from streams.runtime.metrics import Metrics
from streams.runtime.settings import RuntimeSettings
from streams.runtime.snapshots import Saver, SnapshotStore
from streams.runtime.task import Task
from tests.simulation.cluster import Kafka, ModelMachine
from tests.simulation.scripts import IDS
from tests.simulation.world import MS, Killed, Process, S

if TYPE_CHECKING:
    from streams.rules.pack import Pack

ALLOCATION, FAN_OUT = "allocation", "fan-out"
# A supervisor waits longer each time.
RESTART_US = 300 * MS
TAKEN_RESTART_US = 700 * MS


class Violation(Exception):
    """Something that must never happen."""


class Disk:
    """Files by path; what was replaced is remembered, so that an older state can come back."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.older: dict[str, list[bytes]] = {}
        self.full = False

    def write(self, path: Path, content: bytes) -> None:
        """As an atomic replacement. Raises: OSError."""
        if self.full:
            raise OSError(28, "No space left on device")
        name = path.name
        if name in self.files:
            self.older.setdefault(name, []).append(self.files[name])
        self.files[name] = content

    def read(self, path: Path) -> bytes:
        """Raises: FileNotFoundError."""
        try:
            return self.files[path.name]
        except KeyError:
            raise FileNotFoundError(path.name) from None


class ModelStore(SnapshotStore):
    """The product's store on a disk of the simulation."""

    def __init__(self, disk: Disk, process: Process) -> None:
        super().__init__(Path("snapshots"))
        self._disk, self._process = disk, process

    def _write(self, path: Path, *parts: bytes) -> None:
        self._process.check()
        self._disk.write(path, b"".join(parts))

    def _read(self, path: Path) -> bytes:
        self._process.check()
        return self._disk.read(path)


@dataclass(frozen=True, slots=True)
class ModelSettings(RuntimeSettings):
    """The product's settings, with the disk of a simulation."""

    store: SnapshotStore | None = field(default=None, repr=False)
    monotonic: Callable[[], float] = field(default=lambda: 0.0, repr=False)

    def saver(self) -> Saver:
        """As the product's."""
        return Saver(self.store, self.snapshot_records, self.monotonic)


class _Flag:
    def __init__(self) -> None:
        self.up = False

    def is_set(self) -> bool:
        return self.up


@cache
def fan_out_codecs() -> fan_out.Codecs:
    """Making them takes a while."""
    return fan_out.Codecs(IDS)


@cache
def _allocation_codecs(partitions: int) -> allocation.Codecs:
    return allocation.Codecs(IDS, partitions, _nobody)


def _nobody(locality: str) -> "Pack":
    raise AssertionError(locality)


def allocation_codecs(partitions: int, packs: "dict[str, Pack]") -> allocation.Codecs:
    """Of topics with so many partitions; only the packs are of one history."""
    made = object.__new__(allocation.Codecs)
    made.__dict__.update(_allocation_codecs(partitions).__dict__)
    made.packs = packs.__getitem__
    return made


@dataclass(slots=True)
class Options:
    """How all workers of a history are set up."""

    settings: dict[str, object]
    partitions: int
    packs: "dict[str, Pack]"
    # The workers' folders; one for all, or one each.
    disks: dict[str, Disk | None]


class Worker:
    """One slot of a supervisor: a name, and the process that has it now."""

    def __init__(
        self,
        kafka: Kafka,
        kind: str,
        name: str,
        options: Options,
        clock: Callable[[], float],
        counts: Counter[str],
    ) -> None:
        self._kafka, self.kind, self.name, self._options, self._clock = kafka, kind, name, options, clock
        self._world = kafka.world
        self._counts = counts
        self.process: Process | None = None
        self.loop: Loop | None = None
        self._flag = _Flag()
        self.wanted = False
        self.violation: str | None = None
        self.exit_code: int | None = None
        self._lives = 0
        self._metrics = Metrics(CollectorRegistry(), kind.replace("-", "_"))
        self._failures = 0

    # A supervisor's part.

    def start(self) -> Process:
        """A new process of this name; the one before it is not looked after any more."""
        self.wanted = True
        self._lives += 1
        flag = self._flag = _Flag()
        self.exit_code = None
        process: Process = Process(
            self._world, f"{self.kind}-{self.name}.{self._lives}", lambda: self._run(process, flag)
        )
        self.process = process
        self._world.say(process.name, "starts")
        process.start()
        return process

    @property
    def runs(self) -> bool:
        """Whether there is a process that could do something."""
        return self.process is not None and not self.process.over

    def kill(self, why: str = "is killed") -> None:
        """SIGKILL."""
        if self.process is not None and not self.process.over:
            self._world.say(self.process.name, why)
            self.process.kill()
            self._kafka.network.forget(self.process)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self.wanted = False
        self._flag.up = True

    def start_again(self, delay: int) -> None:
        """If it is still wanted by then, and nothing runs."""
        self.wanted = True
        self._world.after(delay, self._start_if_wanted)

    def _start_if_wanted(self) -> None:
        if self.wanted and not self.runs:
            self.start()

    # The process.

    def _settings(self, process: Process) -> ModelSettings:
        disk = self._options.disks.get(self.name)
        given: dict[str, Any] = {**self._options.settings, "group_id": f"oryn-{self.kind}", "worker": self.name}
        return ModelSettings(
            {"bootstrap.servers": "model:9092"},
            store=ModelStore(disk, process) if disk is not None and self.kind == ALLOCATION else None,
            monotonic=lambda: self._world.now / S,
            **given,
        )

    def _run(self, process: Process, flag: _Flag) -> None:
        code = 0
        try:
            loop = self._loop(process)
            loop.run(cast("Event", flag))
        except Killed:
            code = -9
        except Fatal as exc:
            code = exc.exit_code
            self._judge(exc)
        process.dead = True
        if process is not self.process:
            self._world.say(process.name, "was left alone and ends with %d", code)
            return
        self.exit_code = code
        self._world.say(process.name, "ends with %d", code)
        self._kafka.network.forget(process)
        self._counts[f"exit {code}"] += 1
        if code in (0, 70, 71) and self.wanted:
            self._failures += code != 0
            pause = RESTART_US if code == 70 else TAKEN_RESTART_US
            self._world.after(pause * (self._failures + 1), self._start_if_wanted)

    def _judge(self, exc: Fatal) -> None:
        cause = exc.__cause__
        if exc.exit_code not in (70, 71):
            self.violation = f"exit {exc.exit_code}: {exc}"
        elif type(exc) is Fatal and cause is not None and not isinstance(cause, KafkaException):
            self.violation = f"an unexpected error: {cause!r}"

    def _loop(self, process: Process) -> Loop:
        settings, metrics = self._settings(process), self._metrics
        machine = ModelMachine(self._kafka, process, lambda: self._stuck(process))
        if self.kind == ALLOCATION:
            codecs = allocation_codecs(self._options.partitions, self._options.packs)
            topics: tuple[str, ...] = TOPICS

            def make(partition: int) -> Task:
                return allocation.AllocationTask(partition, settings, codecs, metrics)
        else:
            topics = (fan_out.JOURNAL,)

            def make(partition: int) -> Task:
                return fan_out.FanOutTask(partition, settings, fan_out_codecs(), metrics)

        self.loop = Loop(settings, topics, make, metrics, self._clock, machine)
        return self.loop

    def _stuck(self, process: Process) -> None:
        self._counts["stuck"] += 1
        self._world.say(process.name, "is stuck: its watchdog ends it")
        process.kill()
        if process is self.process and self.wanted:
            self._world.after(RESTART_US, self._start_if_wanted)

    # Looking into it.

    def stopped(self) -> dict[str, str]:
        """Why partitions have stopped."""
        return {str(key): reason for key, reason in self.loop._partitions._stopped.items()} if self.loop else {}

    def tasks(self) -> list[Task]:
        """What it works on now."""
        return self.loop._partitions.working() if self.loop is not None and self.runs else []

    @property
    def in_transaction(self) -> bool:
        """Whether its books may be ahead of the journal."""
        return self.runs and self.loop is not None and self.loop._producer._state.value == "open"

    def figure(self, name: str) -> float:
        """A counter of the loop."""
        found: float = getattr(self._metrics, name)._value.get()
        return found
