"""Keeps the processes of one machine running as a group, and says how they are. Decides nothing about their work.

Writes what it knows into one file, replaced whenever something changes, so that others (a board, an operator's script)
need not ask. Only one group of a name runs in a data folder.
"""

import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event as Flag
from typing import Any

from filelock import FileLock, Timeout

from infra.health import notes
from infra.live.children import Spec, State, Supervised
from schemas.errors import OrynError

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
PROBE_EVERY_S = 0.5
PROBE_TIMEOUT_S = 1.0
# A worker ends its transaction first, and a snapshot of a nation takes a while.
STOP_TIMEOUT_S = 30.0


class AlreadyRunning(OrynError):
    """Another group of this name runs in this folder."""


class Supervisor:
    """One group of processes. `run` it once."""

    def __init__(
        self,
        specs: Sequence[Spec],
        folder: Path,
        data: Path,
        tell: Callable[[str], None],
        name: str = "",
        beside: Callable[["Supervisor"], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`folder`: for the group's lock and status; `data`: where the children note their addresses; `tell`: one
        line for somebody who watches; `name`: of the group, where a folder has several; `beside`: what is there while
        the group runs, entered only by the one that does."""
        self.children = [Supervised(spec) for spec in specs]
        self.status = folder / f"{name}run.json"
        self._lock = FileLock(folder / f"{name}run.lock")
        self._data = data
        self._tell = tell
        self._beside = beside
        # Names of those that do all their work.
        self.ready: frozenset[str] = frozenset()
        self._told_ready = False
        self._probed_at = 0.0
        self._started_at = time.time()

    def run(self, stop: Flag) -> int:
        """Keep the group running until told to stop (0), or until it can't work any more (the exit code that says why).

        Raises: AlreadyRunning. Leaves no child behind.
        """
        self.status.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as exc:
            raise AlreadyRunning(
                f"a group of processes runs here already; see {self.status}, or stop it first"
            ) from exc
        try:
            with self._beside(self):
                return self._watch(stop)
        finally:
            self._stop()
            self.status.unlink(missing_ok=True)
            self._lock.release()

    def _watch(self, stop: Flag) -> int:
        while not stop.is_set():
            changed = [child for child in self.children if child.look()]
            for child in changed:
                self._report(child)
            code = self._hopeless()
            if code is not None:
                return code
            if self._probe() or changed:
                self._write()
            stop.wait(LOOK_EVERY_S)
        return 0

    def _hopeless(self) -> int | None:
        """The exit code of an essential kind of which nobody is left; none while there is hope."""
        for kind in {child.spec.kind for child in self.children if child.spec.essential}:
            same = [child for child in self.children if child.spec.kind == kind]
            if all(child.state is State.FAILED for child in same):
                self._tell(f"no {kind} is left: stopping")
                return same[-1].exit_code
        return None

    def _report(self, child: Supervised) -> None:
        name = child.spec.name
        if child.state is State.RUNNING:
            self._tell(f"{name}: started, process {child.pid}")
            return
        self.ready -= {name}
        self._told_ready = False
        how = _how(child.exit_code)
        if child.state is State.FAILED:
            self._tell(f"{name}: {how}; starting it again would not help; see {child.spec.log}")
        else:
            self._tell(f"{name}: {how}; starts again in {child.waits_s:.1f} s; see {child.spec.log}")

    def _probe(self) -> bool:
        """Ask the children whether they work. Returns: whether an answer changed."""
        now = time.monotonic()
        if now - self._probed_at < PROBE_EVERY_S:
            return False
        self._probed_at = now
        urls = {note.get("pid"): note["url"] for note in notes(self._data).values()}
        ready = frozenset(
            child.spec.name
            for child in self.children
            if child.pid is not None and child.pid in urls and _is_ready(urls[child.pid])
        )
        changed, self.ready = ready != self.ready, ready
        if len(ready) == len(self.children) and not self._told_ready:
            self._told_ready = True
            self._tell(f"ready: {', '.join(child.spec.name for child in self.children)}")
        return changed

    def _write(self) -> None:
        urls = {note.get("pid"): note["url"] for note in notes(self._data).values()}
        children: list[dict[str, Any]] = [
            {
                "name": child.spec.name,
                "kind": child.spec.kind,
                "essential": child.spec.essential,
                "state": child.state.value,
                "ready": child.spec.name in self.ready,
                "pid": child.pid,
                "restarts": child.restarts,
                "exit_code": child.exit_code,
                "log": str(child.spec.log),
                "url": urls.get(child.pid),
            }
            for child in self.children
        ]
        status = {"pid": os.getpid(), "started": self._started_at, "children": children}
        draft = self.status.with_suffix(".draft")
        draft.write_text(json.dumps(status), encoding="utf-8")
        draft.replace(self.status)

    def _stop(self) -> None:
        """End all children: ask them together, wait, kill what is left."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            if all([child.has_stopped() for child in self.children]):
                break
            time.sleep(LOOK_EVERY_S)
        for child in self.children:
            if child.pid is not None:
                self._tell(f"{child.spec.name}: did not end within {STOP_TIMEOUT_S:g} s, killed")
            child.kill()


def read_status(path: Path) -> dict[str, Any] | None:
    """What a group says about itself; none if none runs there. A killed one leaves its file: look at its pid."""
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=PROBE_TIMEOUT_S) as answer:  # noqa: S310 - our own note
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except OSError:  # also urllib's: not ready is an error status
        return False


def _how(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    return f"killed by signal {-code}"
