"""A broker of one's own, for tests: it dies with the process that started it, keeps port and data, can be broken.

Never leaves its folder; never touches the local stack of a data directory.
"""

import signal
import time
from pathlib import Path

from infra.stack import ports
from infra.stack.errors import StackError
from infra.stack.kafka import Kafka
from infra.stack.process import Child

READY_SECONDS = 90.0
POLL_SECONDS = 0.05


class Broker:
    """One Kafka broker in `folder`. Not safe to be used by several threads at once."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._service = Kafka(folder, cache)
        self._ports: dict[str, int] = {}
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients; the same after a restart. State: started once."""
        assert self._ports, "the broker was never started"
        return self._service.address(self._ports)

    @property
    def pid(self) -> int:
        """The process id. State: started."""
        assert self._child is not None, "the broker is not started"
        return self._child.identity.pid

    @property
    def log(self) -> Path:
        """What the broker wrote."""
        return self._service.log

    def start(self, *, wait: bool = True) -> None:
        """Start it, on the port and data it had before. State: not started. Raises: StackError."""
        assert self._child is None, "the broker is already started"
        if not self._ports:
            for name in self._service.ports:
                self._ports[name] = ports.pick(taken=frozenset(self._ports.values()))
        self._child = self._service.start(self._ports)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers. Raises: StackError when it ends, or does not answer in time."""
        deadline = time.monotonic() + seconds
        while not self._service.healthy(self.bootstrap):
            code = None if self._child is None else self._child.exit_code()
            if self._child is None or code is not None:
                raise StackError(f"the broker is not running (exit code {code}); see {self.log}")
            if time.monotonic() > deadline:
                raise StackError(f"the broker did not answer within {seconds:.0f} s; see {self.log}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Let it end in order; killed when it takes too long. Repeatable."""
        if self._child is not None:
            self._child.stop(self._service.stop_seconds)
            self._child = None

    def kill(self) -> None:
        """As a power cut of its process: SIGKILL. Repeatable."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def pause(self) -> None:
        """Stop its process without ending it (SIGSTOP): connections stay open and nothing answers. State: started."""
        assert self._child is not None, "the broker is not started"
        self._child.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`. State: started."""
        assert self._child is not None, "the broker is not started"
        self._child.signal(signal.SIGCONT)
