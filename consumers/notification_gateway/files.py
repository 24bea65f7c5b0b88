"""Writes messages to a file, one JSON line each, and to a terminal.

Owns whole lines: a line is on disk before its message counts as delivered, and what a killed writer left of a line is
cut off before the next one. Several gateways may write to the same file. Needs no addresses: whatever stands there is
not looked at, and it is not written.
"""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from consumers.notification_gateway.channels import Delivered, Failed, Letter, Result
from consumers.notification_gateway.webhook import body_of
from schemas.errors import OrynError
from schemas.zones import DEFAULT_ZONE, Zone, day_to_date

log = logging.getLogger(__name__)

BATCH_LINES_MAX: Final = 1_000
TAIL_BYTES: Final = 65_536
SUFFIX: Final = ".jsonl"
_ALMATY: Final = Zone(DEFAULT_ZONE)


class FileError(OrynError):
    """A file that can't be written as it is set."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Where messages are written: a file, or a folder (an existing one, or a name without a dot) with a file a day."""

    path: Path


class FileChannel:
    """The channel `file`. A line is the JSON body that the webhook posts (docs/notification-gateway.md)."""

    name = "file"

    def __init__(self, settings: FileSettings) -> None:
        """Opens nothing."""
        self._path = settings.path
        self._waiting: list[tuple[bytes, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`: there is one."""
        return self.name

    async def open(self) -> None:
        """As `Channel.open`. Raises: FileError when nothing can be written there."""
        try:
            await asyncio.to_thread(_append, self._target(), b"")
        except OSError as exc:
            raise FileError(f"cannot write messages to {self._path}: {exc.strerror}") from exc

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`. Returns when the line is on disk."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((body_of(letter) + b"\n", done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="gateway-file")
        return await done

    async def close(self) -> None:
        """As `Channel.close`. What is being written is finished."""
        if self._writer is not None:
            await self._writer

    async def _write(self) -> None:
        """Write what waits, in batches: one write and one flush to disk for all that came meanwhile."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH_LINES_MAX], self._waiting[BATCH_LINES_MAX:]
                result = await self._write_batch([line for line, _ in batch])
                for _, done in batch:
                    if not done.done():  # the gateway may have given up waiting
                        done.set_result(result)
        finally:
            self._writer = None

    async def _write_batch(self, lines: Sequence[bytes]) -> Result:
        try:
            await asyncio.to_thread(_append, self._target(), b"".join(lines))
        except OSError as exc:
            log.warning("messages not written to the file", extra={"reason": exc.strerror, "messages": len(lines)})
            return Failed("FILE")
        return Delivered()

    def _target(self) -> Path:
        """The file to write to now; days are those of Almaty."""
        if self._path.is_dir() or not self._path.suffix:
            day = day_to_date(_ALMATY.day_of(time.time_ns() // 1_000_000))
            return self._path / f"messages-{day.isoformat()}{SUFFIX}"
        return self._path


def _append(path: Path, lines: bytes) -> None:
    """Add lines to a file, whole or not at all, and wait for the disk. Raises: OSError; then nothing was added."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    try:
        # Whoever holds the lock writes; a torn line that is seen under it is a dead writer's.
        fcntl.flock(file, fcntl.LOCK_EX)
        size = _mend(file, path)
        try:
            rest = memoryview(lines)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _mend(file: int, path: Path) -> int:
    """Cut off an unfinished last line; the size of the file after that. Its message was never told to be delivered."""
    size = os.fstat(file).st_size
    whole = size
    while whole:
        begin = max(0, whole - TAIL_BYTES)
        last = os.pread(file, whole - begin, begin).rfind(b"\n")
        if last >= 0:
            whole = begin + last + 1
            break
        whole = begin
    if whole != size:
        log.warning("an unfinished line was cut off", extra={"file": path.name, "bytes": size - whole})
        os.ftruncate(file, whole)
    return whole


class ConsoleChannel:
    """The channel `console`: messages as people read them, for trying things out."""

    name = "console"

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`, which stays the caller's."""
        self._stream = stream

    def endpoint(self, address: str) -> str:
        """As `Channel.endpoint`: there is one."""
        return self.name

    async def open(self) -> None:
        """As `Channel.open`."""

    async def send(self, letter: Letter) -> Result:
        """As `Channel.send`. Blocks while the terminal does."""
        head = f"── {letter.id} → {letter.recipient.audience.lower()} {letter.recipient.id} ({letter.language}) ──"
        body = "".join(f"   {line}".rstrip() + "\n" for line in letter.text.splitlines())
        try:
            self._stream.write(f"{head}\n{letter.subject}\n\n{body}\n")
            self._stream.flush()
        except OSError:  # the reader of a pipe left
            return Failed("CONSOLE")
        return Delivered()

    async def close(self) -> None:
        """As `Channel.close`."""
