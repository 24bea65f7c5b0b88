"""The programs of the pipeline as an operator starts them: processes that a test may stop, kill or hold."""

import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.stack.process import Child, start

WAIT_S = 60.0
POLL_S = 0.02
TAIL_LINES = 60
# What psutil calls a process after SIGSTOP.
STOPPED = "stopped"


class Program:
    """One command, started as often as the test likes, its logs one after the other in one file.

    It dies with the test session, however that ends.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._command, self._environment, self.log = command, environment, log
        self._child: Child | None = None
        # Where the log of the present life begins.
        self._life = 0
        self.starts = self.kills = 0

    def start(self) -> "Program":
        """Start it. State: never started, stopped or killed."""
        assert self._child is None, "it runs already"
        self._life = self.log.stat().st_size if self.log.exists() else 0
        self._child = start([sys.executable, *self._command], self.log, {**os.environ, **self._environment})
        self.starts += 1
        return self

    @property
    def _process(self) -> Child:
        assert self._child is not None, "it was never started, or was stopped"
        return self._child

    @property
    def alive(self) -> bool:
        """Whether it runs, or is held."""
        return self._child is not None and self._child.exit_code() is None

    def said(self) -> str:
        """The log of the present or the last life."""
        return self.log.read_bytes()[self._life :].decode() if self.log.exists() else ""

    def tail(self) -> str:
        """The last lines of all lives, to be shown when something fails."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return "\n".join([f"--- {' '.join(self._command)}", *lines[-TAIL_LINES:]])

    def await_log(self, pattern: str, timeout_s: float = WAIT_S) -> str:
        """Wait until the present life says something. Gives what matched."""
        deadline = time.monotonic() + timeout_s
        while not (found := re.search(pattern, self.said())):
            assert self.alive, f"it ended before it said {pattern!r}\n{self.tail()}"
            assert time.monotonic() < deadline, f"it never said {pattern!r}\n{self.tail()}"
            time.sleep(POLL_S)
        return found[0]

    def await_exit(self, timeout_s: float = WAIT_S) -> int:
        """Wait until it ends by itself, and give its exit code."""
        deadline = time.monotonic() + timeout_s
        while (code := self._process.exit_code()) is None:
            assert time.monotonic() < deadline, f"it does not end\n{self.tail()}"
            time.sleep(POLL_S)
        self._forget()
        return code

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting for what comes of it."""
        self._process.signal(signal.SIGTERM)

    def stop(self, timeout_s: float = WAIT_S) -> int:
        """SIGTERM, and the exit code that it leads to."""
        self.ask_to_stop()
        return self.await_exit(timeout_s)

    def kill(self) -> None:
        """SIGKILL. It must have been alive: a fault that did not happen proves nothing."""
        assert self.alive, f"it had ended before it was killed\n{self.tail()}"
        self._process.signal(signal.SIGKILL)
        assert self.await_exit() == -signal.SIGKILL, "it ended by itself"
        self.kills += 1

    def hold(self) -> None:
        """SIGSTOP: it stays where it is, its connections open."""
        assert self.alive, f"it had ended before it was held\n{self.tail()}"
        self._process.signal(signal.SIGSTOP)

    def await_held(self, timeout_s: float = WAIT_S) -> None:
        """Wait until it has stopped itself (SIGSTOP)."""
        deadline = time.monotonic() + timeout_s
        while (process := self._process.identity.process()) is None or process.status() != STOPPED:
            assert self.alive, f"it ended before it was held\n{self.tail()}"
            assert time.monotonic() < deadline, f"it was never held\n{self.tail()}"
            time.sleep(POLL_S)

    def wake(self) -> None:
        """SIGCONT."""
        self._process.signal(signal.SIGCONT)

    def _forget(self) -> None:
        self._process.kill()  # it has ended; this lets go of what watches it
        self._child = None

    def end(self) -> None:
        """Let nothing of it stay. Repeatable."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._process.signal(signal.SIGCONT)
            self._forget()
