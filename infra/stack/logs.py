"""Reads the services' logs: their last lines, and what is added. Never writes, rotates or deletes one."""

import os
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from infra.stack.local import LocalStack

POLL_SECONDS = 0.2


def tail(stack: LocalStack, name: str, lines: int) -> list[str]:
    """The last lines of a service's log; none when it never ran."""
    if stack.container(name):
        return stack.container_log(name, lines)
    try:
        with stack.services[name].log.open("rb") as file:
            return [_text(line) for line in deque(file, lines)]
    except FileNotFoundError:
        return []


def follow(logs: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Every whole line that is added from now on, with its service. Never ends; follows a log that begins anew."""
    with ExitStack() as files:
        followed = {name: files.enter_context(_Log(path)) for name, path in logs.items()}
        while True:
            for name, log in followed.items():
                for line in log.added():
                    yield name, line
            time.sleep(POLL_SECONDS)


class _Log:
    """One log that grows, and is put aside for a new one at times."""

    def __init__(self, path: Path) -> None:
        self._path, self._rest = path, b""
        self._file = self._open()
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)

    def __enter__(self) -> "_Log":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def added(self) -> list[str]:
        """The lines since the last time: what is left of a log that was put aside, then those of the new one."""
        lines = self._read()
        if not self._is_current():
            self.__exit__()
            self._file = self._open()
            lines += self._read()
        return lines

    def _open(self) -> BinaryIO | None:
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            return None

    def _read(self) -> list[str]:
        if self._file is None:
            return []
        *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        return [_text(line) for line in whole]

    def _is_current(self) -> bool:
        try:
            return self._file is not None and os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return self._file is not None  # put aside, and the new one is not there yet


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
