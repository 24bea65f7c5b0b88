"""A service of one's own, for tests: it dies with the process that started it, keeps port and data, can be broken.

Never leaves its folder; never touches the local stack of a data directory.
"""

import signal
import time
from pathlib import Path
from typing import Self

from infra.stack import ports
from infra.stack.errors import StackError
from infra.stack.process import Child
from infra.stack.service import Service

READY_SECONDS = 90.0
POLL_SECONDS = 0.05
# What a killed process leaves behind (its own children, shared memory) may be in the way for a moment.
START_ATTEMPTS_MAX = 5
RETRY_PAUSE_SECONDS = 0.5


class OwnService:
    """One service in a folder. Not safe to be used by several threads at once. A context manager: killed at its end."""

    def __init__(self, service: Service) -> None:
        """Start nothing yet."""
        self._service = service
        self._ports: dict[str, int] = {}
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    @property
    def address(self) -> str:
        """The address for clients; the same after a restart. State: started once."""
        assert self._ports, f"{self._service.name} was never started"
        return self._service.address(self._ports)

    @property
    def pid(self) -> int:
        """The process id. State: started."""
        return self._started.identity.pid

    @property
    def log(self) -> Path:
        """What the service wrote."""
        return self._service.log

    def start(self, *, wait: bool = True) -> None:
        """Start it, on the port and data it had before. State: not started. Raises: StackError."""
        assert self._child is None, f"{self._service.name} is already started"
        if not self._ports:
            for name in self._service.ports:
                self._ports[name] = ports.pick(taken=frozenset(self._ports.values()))
        self._child = self._service.start(self._ports)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers. Raises: StackError when it ends again and again, or does not answer in time."""
        deadline, attempts = time.monotonic() + seconds, 1
        while not self._service.healthy(self.address):
            code = self._started.exit_code()
            if code is not None:
                if attempts == START_ATTEMPTS_MAX:
                    raise StackError(f"{self._service.name} is not running (exit code {code}); see {self.log}")
                attempts += 1
                self.kill()
                time.sleep(RETRY_PAUSE_SECONDS)
                self._child = self._service.start(self._ports)
            if time.monotonic() > deadline:
                raise StackError(f"{self._service.name} did not answer within {seconds:.0f} s; see {self.log}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Let it end in order; killed when it takes too long. Repeatable."""
        if self._child is not None:
            self._child.stop(self._service.stop_seconds, self._service.stop_signal)
            self._child = None

    def kill(self) -> None:
        """As a power cut of its processes: SIGKILL. Repeatable."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def pause(self) -> None:
        """Stop its process without ending it (SIGSTOP): connections stay open and nothing answers. State: started."""
        self._started.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`. State: started."""
        self._started.signal(signal.SIGCONT)

    @property
    def _started(self) -> Child:
        assert self._child is not None, f"{self._service.name} is not started"
        return self._child
