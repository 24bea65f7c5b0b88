"""The processes of `oryn run`: each a command of its own, with a log of its own. Owns one child's life and restarts.

A child is started again after a signal and after most failures, later and later while it keeps failing. What a restart
cannot cure (the exit codes of `streams.runtime.errors`, wrong usage) is not tried again. Children die with the process
that started them, however it dies.
"""

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from infra.stack.process import Child, start
from streams.runtime.errors import Misconfigured, UnknownOffset

USAGE = 2
INCURABLE = frozenset({USAGE, UnknownOffset.exit_code, Misconfigured.exit_code})
PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = 30.0
# A child that ran for so long was well: its next failure is a first one.
WELL_AFTER_S = 60.0


class State(StrEnum):
    """Where a child stands."""

    RUNNING = "running"
    # It ended, and will be started again.
    WAITING = "waiting"
    # It ended, and a restart would not help.
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. `kind`: what it is for the group; a group without one of an `essential` kind can't work."""

    name: str
    kind: str
    command: Sequence[str]
    log: Path
    essential: bool = True


class Supervised:
    """One child."""

    def __init__(self, spec: Spec) -> None:
        """Start nothing yet: `look` does."""
        self.spec = spec
        self.state = State.WAITING
        self.restarts = 0
        self.exit_code: int | None = None
        self._child: Child | None = None
        self._start_at = 0.0
        self._started_at = 0.0
        self._pause_s = PAUSE_FIRST_S

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.identity.pid if self._child is not None else None

    @property
    def waits_s(self) -> float:
        """How long until it is started again."""
        return max(0.0, self._start_at - time.monotonic()) if self.state is State.WAITING else 0.0

    def look(self) -> bool:
        """Start it when it is time, notice its end. Returns: whether anything changed. Raises: OSError."""
        if self.state is State.WAITING and time.monotonic() >= self._start_at:
            self._start()
            return True
        if self._child is None:
            return False
        code = self._child.exit_code()
        if code is None:
            return False
        self._ended(code)
        return True

    def _start(self) -> None:
        if self.exit_code is not None:
            self.restarts += 1
        self._child = start(self.spec.command, self.spec.log)
        self._started_at = time.monotonic()
        self.state = State.RUNNING

    def _ended(self, code: int) -> None:
        assert self._child is not None
        self._child.kill()  # what it left behind in its group
        self._child = None
        self.exit_code = code
        if code in INCURABLE:
            self.state = State.FAILED
            return
        now = time.monotonic()
        if now - self._started_at >= WELL_AFTER_S:
            self._pause_s = PAUSE_FIRST_S
        self.state = State.WAITING
        self._start_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)

    def ask_to_stop(self) -> None:
        """Tell it to end. It is not started again."""
        if self._child is not None and self._child.exit_code() is None:
            self._child.signal(signal.SIGTERM)
        elif self.state is State.WAITING:
            self.state = State.STOPPED

    def has_stopped(self) -> bool:
        """Whether it has ended since it was told to."""
        if self._child is not None:
            code = self._child.exit_code()
            if code is None:
                return False
            self._child.kill()
            self._child, self.exit_code = None, code
            self.state = State.STOPPED
        return True

    def kill(self) -> None:
        """End it without asking. Repeatable."""
        if self._child is not None:
            self._child.kill()
            self._child = None
            self.state = State.STOPPED
