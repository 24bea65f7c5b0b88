"""Reads the services' logs: their last lines, and what is added. Never writes, rotates or deletes one."""

import os
import time
from collections import deque
from collections.abc import Iterator, Mapping
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
    files: dict[str, BinaryIO | None] = {}
    for name, path in logs.items():
        file = _open(path)
        if file is not None:
            file.seek(0, 2)
        files[name] = file
    rests = dict.fromkeys(logs, b"")
    try:
        while True:
            for name, path in logs.items():
                files[name] = file = _current(files[name], path)
                if file is None:
                    continue
                *whole, rests[name] = (rests[name] + file.read()).split(b"\n")
                for line in whole:
                    yield name, _text(line)
            time.sleep(POLL_SECONDS)
    finally:
        for file in files.values():
            if file is not None:
                file.close()


def _open(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _current(file: BinaryIO | None, path: Path) -> BinaryIO | None:
    """The open file, or the one that took its place."""
    if file is not None:
        try:
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        except FileNotFoundError:
            return file
        file.close()
    return _open(path)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
