"""Snapshot files: one for each partition, a cache of what its log already says. Never the only copy of anything.

A file that is torn, damaged, of another log or of another form is no file: it is logged and the log is read instead.
"""

import logging
import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

log = logging.getLogger(__name__)

FORM = "oryn-snapshot-1"
# The books of a nation take long to write: at most a fiftieth of the time goes into it.
PAUSE_FACTOR = 50
_DIGEST_BYTES = 32


class Snapshot(Struct, frozen=True, array_like=True):
    """State at a position of a log. `log_id` tells a log from another one of the same name."""

    form: str
    log_id: str
    partition: int
    # The next offset of the log: everything before it is in `states`.
    next_offset: int
    # Input topic -> next offset, as the log says.
    inputs: dict[str, int]
    # Locality -> state.
    states: dict[str, bytes]


class SnapshotStore:
    """The snapshots of one group in one folder. Writes are atomic: a reader sees the old one or the new one."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first snapshot."""
        self._folder = folder

    def _path(self, partition: int) -> Path:
        return self._folder / f"{partition}.snapshot"

    def save(self, snapshot: Snapshot) -> None:
        """Replace a partition's snapshot. Raises: OSError, after which the old one is still there."""
        body = msgspec.msgpack.encode(snapshot)
        self._write(self._path(snapshot.partition), sha256(body).digest(), body)

    def _write(self, path: Path, *parts: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Two workers may share a folder for a moment while a partition moves.
        draft = path.with_suffix(f".{os.getpid()}.draft")
        with draft.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _read(self, path: Path) -> bytes:
        return path.read_bytes()

    def load(self, partition: int, log_id: str) -> Snapshot | None:
        """The snapshot of a partition of this very log; none if there is none that holds."""
        path = self._path(partition)
        try:
            content = self._read(path)
        except FileNotFoundError:
            return None
        except OSError as exc:
            log.warning("snapshot not readable", extra={"path": str(path), "error": str(exc)})
            return None
        digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        try:
            if sha256(body).digest() != digest:
                raise ValueError("its digest does not hold")
            snapshot = msgspec.msgpack.decode(body, type=Snapshot)
            if (snapshot.form, snapshot.log_id, snapshot.partition) != (FORM, log_id, partition):
                raise ValueError("of another form, log or partition")
        except (ValueError, msgspec.MsgspecError) as exc:
            log.warning("snapshot not used", extra={"path": str(path), "error": str(exc)})
            return None
        return snapshot


class Saver:
    """When one partition's snapshot is due, and what happens if it can't be saved: a slower start, no more."""

    def __init__(
        self, store: SnapshotStore | None, records: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`records`: of the log, between two snapshots. Without a store nothing is ever due."""
        self._store = store
        self._records = records
        self._monotonic = monotonic
        self._saved_at = monotonic()
        self._took_s = 0.0

    def load(self, partition: int, log_id: str) -> Snapshot | None:
        """The last snapshot of a partition of this very log; none if there is none that holds."""
        return self._store.load(partition, log_id) if self._store is not None else None

    def save_if_due(self, unsaved: int, make: Callable[[], Snapshot], *, final: bool) -> bool:
        """Save after `unsaved` records if enough have come, or it is the last chance. True: begin to count anew."""
        started = self._monotonic()
        if self._store is None or not unsaved:
            return False
        if not final and (unsaved < self._records or started - self._saved_at < PAUSE_FACTOR * self._took_s):
            return False
        snapshot = make()
        try:
            self._store.save(snapshot)
        except OSError as exc:
            log.warning("snapshot not saved", extra={"partition": snapshot.partition, "error": str(exc)})
        self._saved_at = self._monotonic()
        self._took_s = self._saved_at - started
        return True
