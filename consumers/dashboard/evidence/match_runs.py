"""The match runs of places, computed beside the pages: who was eligible, in which order, who had access, who got it.

Only the journal says who was eligible, for birth dates and needs are in no register. A run reads all of it, seconds for
a city, so one child process does that; a page shows what is known already and asks again. The child keeps a copy of a
locality's journal in a folder of this process alone, reads on from there, and takes it away at the end.
"""

import logging
import multiprocessing
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from consumers.history.journal_file import JournalFile, Kind, Subject
from consumers.history.place import place_history
from consumers.history.report import Report

log = logging.getLogger(__name__)

# Applications of one order that are kept at most; how many there were is told.
ROWS_MAX: Final = 300
RUNS_KEPT_MAX: Final = 100
# A place that families may still choose gets a new run at most so often, and one that failed is not tried again sooner.
AGAIN_S: Final = 60.0
WAITING_MAX: Final = 20

# Bring the file up to the end of a locality's journal, in the form of a journal file. Returns the last record's
# sequence. It runs in the child: it must be importable there (a function of a module, or a partial of one).
Copy = Callable[[str, Path], int]


@dataclass(frozen=True, slots=True)
class MatchRun:
    """A run, as of the record `through`."""

    report: Report
    through: int
    made_at: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known when a page asks. `run`: the last one, perhaps of an earlier record; `computing`: another comes."""

    run: MatchRun | None
    computing: bool
    failed: bool = False


Key = tuple[str, str]


class MatchRuns:
    """All runs of a process. Safe between threads; nothing is started before the first question."""

    def __init__(self, copy: Copy, again_s: float = AGAIN_S) -> None:
        """`copy`: how the child gets the journal."""
        self._copy = copy
        self._again_s = again_s
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._folder: Path | None = None
        self._runs: OrderedDict[Key, MatchRun] = OrderedDict()
        self._running: dict[Key, Future[tuple[Report, int]]] = {}
        self._failed: dict[Key, float] = {}

    def ask(self, locality: str, place_id: str, queue: str, needed: int) -> Asked:
        """The run of a place, at once. `needed`: a run of an earlier record is out of date, and another is begun."""
        key = locality, place_id
        now = time.monotonic()
        with self._lock:
            run = self._runs.get(key)
            if run is not None:
                self._runs.move_to_end(key)
            fresh = run is not None and (run.through >= needed or now - run.made_at < self._again_s)
            failed = now - self._failed.get(key, -self._again_s) < self._again_s
            if not fresh and not failed and key not in self._running:
                self._begin(key, queue)
            return Asked(run, key in self._running, failed and run is None)

    def close(self) -> None:
        """End the child and take the copies away. Repeatable."""
        with self._lock:
            pool, folder = self._pool, self._folder
            self._pool = self._folder = None
        if pool is not None:
            children = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for child in children:
                child.terminate()
                child.join()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _begin(self, key: Key, queue: str) -> None:
        if len(self._running) >= WAITING_MAX:
            return  # the page asks again
        if self._pool is None:
            # A fresh interpreter: a fork would take over threads and connections.
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
            self._folder = Path(tempfile.mkdtemp(prefix="oryn-match-runs-"))
        assert self._folder is not None, "pool and folder come and go together"
        future = self._pool.submit(compute, self._copy, self._folder, *key, queue)
        self._running[key] = future
        future.add_done_callback(lambda done: self._done(key, done))

    def _done(self, key: Key, future: "Future[tuple[Report, int]]") -> None:
        with self._lock:
            self._running.pop(key, None)
            error = None if future.cancelled() else future.exception()
            if future.cancelled():
                return
            if error is None:
                report, through = future.result()
                self._runs[key] = MatchRun(report, through, time.monotonic())
                self._failed.pop(key, None)
                while len(self._runs) > RUNS_KEPT_MAX:
                    self._runs.popitem(last=False)
                return
            self._failed[key] = time.monotonic()
            if isinstance(error, BrokenProcessPool):
                self._pool = None  # the next question starts another child
        log.error("no match run", extra={"reason": str(error), "kind": type(error).__name__})


def compute(copy: Copy, folder: Path, locality: str, place_id: str, queue: str) -> tuple[Report, int]:
    """In the child: read the journal on, and recount the place's run. Raises: OrynError, OSError."""
    path = folder / f"{locality}.jsonl"
    through = copy(locality, path)
    subject = Subject(Kind.PLACE, place_id, locality, queue)
    return place_history(JournalFile(path), subject, None, ROWS_MAX), through
