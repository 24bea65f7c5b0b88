"""What the stack of a data directory remembers: its ports, and which services it started where. One small file.

Written whole or not at all, only under the stack's lock; read by anybody. A service that is written here may have
ended since: whoever reads asks the process itself, by id and start time.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from infra.stack.errors import StackError
from infra.stack.process import Identity

FOLDER = "stack"
FILE = "stack.json"
LOCK = "stack.lock"
LOCK_SECONDS = 240.0
PROCESS, CONTAINER = "process", "container"


class Running(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service that the stack started. A container has its own name for `container`; its process is not ours."""

    how: str
    address: str
    started: float  # seconds since 1970; of a process, its own start
    pid: int = 0
    container: str = ""

    @property
    def identity(self) -> Identity:
        """The process. State: `how` is PROCESS."""
        assert self.how == PROCESS, self
        return Identity(self.pid, self.started)


class State(msgspec.Struct, forbid_unknown_fields=True):
    """All of the file. Ports stay when their service ends, so that it finds them again."""

    ports: dict[str, int] = {}
    services: dict[str, Running] = {}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the services are: Kafka's `host:port` list, URLs of PostgreSQL and Redis. Empty: not there."""

    kafka: str = ""
    postgres: str = ""
    redis: str = ""


def stack_folder(data: Path) -> Path:
    """The stack's own folder in a data directory."""
    return data.absolute() / FOLDER


def load(folder: Path) -> State:
    """The stack's memory; an empty one where there is none. Raises: StackError when the file is broken."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except msgspec.DecodeError as exc:
        raise StackError(f"{path} is broken ({exc}); end its processes, then delete it") from exc


def save(folder: Path, state: State) -> None:
    """Replace the memory. State: locked."""
    partial = folder / f"{FILE}.partial"
    with partial.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(state)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / FILE)


@contextmanager
def locked(folder: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """One command at a time works on a stack. Raises: StackError when another takes too long."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StackError(f"cannot make {folder}: {exc.strerror}") from exc
    try:
        with FileLock(folder / LOCK, timeout=seconds):
            yield
    except Timeout as exc:
        raise StackError(f"another command has been working on {folder} for {seconds:.0f} s") from exc


def running(data: Path, given: Mapping[str, str] | None = None) -> Endpoints:
    """What of the stack of a data directory runs, without starting or asking anything; given addresses come first.

    A container counts as running until it is stopped by the stack.
    """
    found = {
        name: each.address
        for name, each in load(stack_folder(data)).services.items()
        if each.how == CONTAINER or each.identity.process() is not None
    }
    return Endpoints(**{**found, **{name: address for name, address in (given or {}).items() if address}})
