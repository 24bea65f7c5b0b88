"""The spool: every accepted event stands in this file until the brokers confirm it.

One SQLite file in WAL mode. SQLite checks each page of its log, drops a torn tail, tells a full disk, and locks the
file for the process that has it (docs/decisions/036-spool.md). Owns what is durable when. Never sends, and never knows
what an event means.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from schemas.errors import OrynError

APPLICATION_ID: Final = 0x4F52594E  # "ORYN": so that no other SQLite file is taken for a spool
VERSION: Final = 1
# Another process may just be on its way out.
LOCK_WAIT_S: Final = 2.0
_SCHEMA = f"""
CREATE TABLE waiting (
    position INTEGER PRIMARY KEY, topic TEXT NOT NULL, locality TEXT NOT NULL, source TEXT NOT NULL,
    event_id TEXT NOT NULL, type TEXT NOT NULL, time INTEGER NOT NULL, value BLOB NOT NULL
);
CREATE TABLE refused (
    position INTEGER PRIMARY KEY, topic TEXT NOT NULL, locality TEXT NOT NULL, source TEXT NOT NULL,
    event_id TEXT NOT NULL, type TEXT NOT NULL, time INTEGER NOT NULL, value BLOB NOT NULL,
    error TEXT NOT NULL, refused_at INTEGER NOT NULL
);
CREATE TABLE checkpoints (name TEXT PRIMARY KEY, line INTEGER NOT NULL, mark TEXT);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
_COLUMNS = "position, topic, locality, source, event_id, type, time, value"


class SpoolInUse(OrynError):
    """Another process has this spool open. One spool belongs to one process."""


class SpoolFailed(OrynError):
    """The file cannot be written or read: the disk is full, the folder is read-only, the file is no spool.

    What was accepted before stays accepted; what was being submitted is not.
    """


class OtherCluster(OrynError):
    """The spool holds events for another cluster than the one that answers. Nothing is sent."""


# Topic, locality, source, event id, type, time and value of an event that gets its position by being appended.
Row: TypeAlias = tuple[str, str, str, str, str, int, bytes]


class SpooledEvent(NamedTuple):
    """An event as the spool keeps it: ready to be sent. `topic` is the real one, prefix included."""

    position: int
    topic: str
    locality: str
    source: str
    event_id: str
    type: str
    time: int
    value: bytes


class RefusedEvent(NamedTuple):
    """An event that the brokers refused for good, and why; `refused_at` in milliseconds since 1970."""

    position: int
    topic: str
    locality: str
    source: str
    event_id: str
    type: str
    time: int
    value: bytes
    error: str
    refused_at: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a file was taken over: lines before `line` (from 0) are accepted. `mark` is its reader's own note."""

    name: str
    line: int
    mark: str | None = None


class _Ticket:
    """One caller's rows on their way to the disk."""

    __slots__ = ("checkpoint", "done", "error", "rows")

    def __init__(self, rows: Sequence[SpooledEvent], checkpoint: Checkpoint | None) -> None:
        self.rows, self.checkpoint = rows, checkpoint
        self.done = False
        self.error: sqlite3.Error | None = None


class Spool:
    """The open file. All methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or make the file and lock it for this process. Raises: SpoolInUse, SpoolFailed."""
        self.path = path
        self._connection = _open(path)
        # Held while the connection is in use. Never wait for anything else under it.
        self._file = threading.Lock()
        self._queue = threading.Lock()
        self._tickets: list[_Ticket] = []
        count, size = self._connection.execute(
            "SELECT count(*), coalesce(sum(length(value)), 0) FROM waiting"
        ).fetchone()
        self.waiting_at_start: int = count
        self.bytes_at_start: int = size
        # Positions never come back, so a refused event keeps its own.
        both = "SELECT position FROM waiting UNION ALL SELECT position FROM refused"
        highest = self._connection.execute(f"SELECT coalesce(max(position), 0) FROM ({both})").fetchone()[0]  # noqa: S608
        self._next: int = highest + 1

    def append(
        self,
        events: Iterable[Row],
        checkpoint: Checkpoint | None = None,
        registered: Callable[[Sequence[SpooledEvent]], None] | None = None,
    ) -> None:
        """Make events durable, all or none: when this returns, they are on the disk.

        A checkpoint is written with them, in the same transaction. `registered` is told the rows before anybody can
        read them, and may raise to accept none. Callers at the same time share one write to the disk.

        Raises: SpoolFailed; then nothing of it was accepted.
        """
        with self._queue:
            rows = [SpooledEvent(position, *event) for position, event in enumerate(events, self._next)]
            self._next += len(rows)
            if registered is not None:
                registered(rows)
            ticket = _Ticket(rows, checkpoint)
            self._tickets.append(ticket)
        with self._file:
            if not ticket.done:  # else whoever was here before took it along
                with self._queue:
                    tickets, self._tickets = self._tickets, []
                self._write(tickets)
        if ticket.error is not None:
            raise SpoolFailed(f"{self.path}: {ticket.error}") from ticket.error

    def _write(self, tickets: Sequence[_Ticket]) -> None:
        """All tickets in one transaction. An error is each ticket's."""
        error = None
        try:
            with self._transaction(durable=True):
                for ticket in tickets:
                    self._connection.executemany("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ticket.rows)
                    if ticket.checkpoint is not None:
                        self._put_checkpoint(ticket.checkpoint)
        except sqlite3.Error as exc:
            error = exc
        for ticket in tickets:
            ticket.error = error
            ticket.done = True

    def read(self, after: int, limit: int) -> list[SpooledEvent]:
        """The next events behind a position, in the order in which they were accepted. Raises: SpoolFailed."""
        with self._guarded():
            found = self._connection.execute(
                f"SELECT {_COLUMNS} FROM waiting WHERE position > ? ORDER BY position LIMIT ?",  # noqa: S608
                (after, limit),
            )
            return [SpooledEvent(*row) for row in found]

    def confirm(self, positions: Iterable[int]) -> None:
        """Forget events that the brokers have. Raises: SpoolFailed.

        Not flushed to the disk at once: after a power cut some are sent again, which is harmless.
        """
        with self._guarded(), self._transaction(durable=False):
            self._connection.executemany("DELETE FROM waiting WHERE position = ?", [(each,) for each in positions])

    def refuse(self, position: int, error: str) -> None:
        """Set an event aside for good. Raises: SpoolFailed."""
        at = time.time_ns() // 1_000_000
        with self._guarded(), self._transaction(durable=True):
            self._connection.execute(
                f"INSERT INTO refused SELECT {_COLUMNS}, ?, ? FROM waiting WHERE position = ?",  # noqa: S608
                (error, at, position),
            )
            self._connection.execute("DELETE FROM waiting WHERE position = ?", (position,))

    def refused(self) -> list[RefusedEvent]:
        """What was set aside, oldest first. Raises: SpoolFailed."""
        with self._guarded():
            found = self._connection.execute(
                f"SELECT {_COLUMNS}, error, refused_at FROM refused ORDER BY position"  # noqa: S608
            )
            return [RefusedEvent(*row) for row in found]

    def forget_refused(self, position: int) -> None:
        """Drop an event that was set aside, once somebody has dealt with it. Raises: SpoolFailed."""
        with self._guarded(), self._transaction(durable=True):
            self._connection.execute("DELETE FROM refused WHERE position = ?", (position,))

    def checkpoint(self, name: str) -> Checkpoint | None:
        """How far a file was taken over. Raises: SpoolFailed."""
        with self._guarded():
            row = self._connection.execute(
                "SELECT name, line, mark FROM checkpoints WHERE name = ?", (name,)
            ).fetchone()
            return Checkpoint(*row) if row else None

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Note how far a file is, without events. Raises: SpoolFailed."""
        with self._guarded(), self._transaction(durable=True):
            self._put_checkpoint(checkpoint)

    def adopt(self, cluster: str) -> None:
        """Bind the spool to a cluster; an empty one goes over to another, and forgets how far files were sent to the
        one before. Raises: OtherCluster, SpoolFailed."""
        with self._guarded(), self._transaction(durable=True):
            row = self._connection.execute("SELECT value FROM facts WHERE name = 'cluster'").fetchone()
            if row is not None and row[0] != cluster:
                if self._connection.execute("SELECT 1 FROM waiting LIMIT 1").fetchone():
                    raise OtherCluster(
                        f"{self.path} holds events for the cluster {row[0]}, but {cluster} answers: use another spool"
                    )
                self._connection.execute("DELETE FROM checkpoints")
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES ('cluster', ?)", (cluster,))

    def close(self) -> None:
        """Close and unlock the file. Repeatable."""
        with self._file:
            self._connection.close()

    def _put_checkpoint(self, checkpoint: Checkpoint) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (checkpoint.name, checkpoint.line, checkpoint.mark)
        )

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._file:
            try:
                yield
            except sqlite3.Error as exc:
                raise SpoolFailed(f"{self.path}: {exc}") from exc

    @contextlib.contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[None]:
        """All or nothing. `durable`: on the disk at its end; else in the order of writing, some time later."""
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._connection.execute("BEGIN")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # some errors have rolled back already; the first one counts
                self._connection.execute("ROLLBACK")
            raise


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Who applies for what is nobody else's business. SQLite gives its log the mode of the file.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as exc:
        raise SpoolFailed(f"{path}: {exc}") from exc
    try:
        # The lock is the operating system's, so it ends with the process, however that ends.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        _check_version(connection, path)
    except sqlite3.OperationalError as exc:
        connection.close()
        if exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise SpoolInUse(f"{path}: another process publishes from this spool") from exc
        raise SpoolFailed(f"{path}: {exc}") from exc
    except sqlite3.Error as exc:
        connection.close()
        raise SpoolFailed(f"{path}: {exc}") from exc
    except SpoolFailed:
        connection.close()
        raise
    return connection


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if empty and application == 0:
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
    elif application != APPLICATION_ID:
        raise SpoolFailed(f"{path} is no spool")
    elif version != VERSION:
        raise SpoolFailed(f"{path} is a spool of version {version}; this program knows version {VERSION}")
