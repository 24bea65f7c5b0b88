"""Programs of the benchmarks: processes that die with the benchmark that started them, however that ends.

Their process is the program itself: what watches stands beside it, so that CPU time, memory and `kill -9` are its own.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no types of its own

from infra.stack.process import Child, start

STOP_S = 60.0
NOTHING: Mapping[str, str] = {}


def begin(command: Sequence[str], log: Path, environment: Mapping[str, str] = NOTHING) -> Child:
    """A program, its words appended to `log`. `environment`: beside the benchmark's own. Whoever begins it ends it."""
    return start(command, log, {**os.environ, **environment})


@contextmanager
def running(command: Sequence[str], log: Path, environment: Mapping[str, str] = NOTHING) -> Iterator[psutil.Process]:
    """As `begin`; asked to end when the block is left, and then ended."""
    child = begin(command, log, environment)
    try:
        yield process_of(child)
    finally:
        child.stop(STOP_S)


def process_of(child: Child) -> psutil.Process:
    """To be measured. State: not ended by its `Child`."""
    return psutil.Process(child.identity.pid)
