"""The file that `oryn submit` is given: its form, its hash, its events in the order of sending. Sends nothing."""

import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from infra.events_file import Problem, Progress, read_events
from infra.submit_csv import TableForm, read_table
from schemas.errors import OrynError
from schemas.events import EVENTS_BY_TOPIC, Event
from schemas.instants import Instant

STANDARD_INPUT: Final = "-"
TABLE_SUFFIX: Final = ".csv"
HASHED_BYTES: Final = 1 << 20
_RANKS: Final = {topic: rank for rank, topic in enumerate(EVENTS_BY_TOPIC)}


class Unreadable(OrynError):
    """The file cannot be opened or read."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file of events, or standard input. `digest`: SHA-256 of its content; null for standard input."""

    name: str
    path: Path | None
    digest: str | None
    size: int | None
    # Null: JSON Lines.
    table: TableForm | None
    keep_times: bool

    @property
    def checkpoint(self) -> str | None:
        """The name under which it is noted how far it was accepted. Other options give other events."""
        if self.digest is None:
            return None
        form = "lines" if self.table is None else msgspec.json.encode(self.table).decode()
        return f"{self.digest} {form} {'times' if self.keep_times else 'now'}"

    def events(self, problem: Problem, progress: Progress) -> Iterator[Event]:
        """The events in the order of sending: that of the file, or that of their times if these are kept.

        Sorted, they are held in memory all at once: the same order that `oryn simulate` decides in. Raises: Unreadable,
        BadTable, and what `problem` raises.
        """
        with ExitStack() as stack:
            stream: BinaryIO = sys.stdin.buffer
            if self.path is not None:
                try:
                    stream = stack.enter_context(self.path.open("rb"))
                except OSError as exc:
                    raise Unreadable(f"cannot read {self.name}: {exc.strerror}") from exc
            found = self._read(stream, problem, progress)
            if not self.keep_times:
                for event in found:
                    yield event if self.table else msgspec.structs.replace(event, time=now())
                return
            yield from sorted(found, key=lambda event: (event.time, _RANKS[event.topic], event.offset))

    def _read(self, stream: BinaryIO, problem: Problem, progress: Progress) -> Iterator[Event]:
        if self.table is None:
            return read_events(stream, problem, progress)
        return read_table(stream, self.table, now, problem, progress)


def open_input(name: str, table: TableForm | None, *, keep_times: bool) -> Input:
    """Look at a file and hash its content. Raises: Unreadable."""
    if name == STANDARD_INPUT:
        return Input(name, None, None, None, table, keep_times)
    path = Path(name)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(HASHED_BYTES):
                digest.update(chunk)
        size = path.stat().st_size
    except OSError as exc:
        raise Unreadable(f"cannot read {name}: {exc.strerror}") from exc
    text = digest.hexdigest()
    if table is not None:
        table = TableForm(table.type, table.source, table.locality, text, table.needs_time)
    return Input(name, path, text, size, table, keep_times)


def now() -> Instant:
    """This machine's time."""
    return Instant(time.time_ns() // 1_000_000)
