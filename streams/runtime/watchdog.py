"""Ends the process when a call into the client library does not come back. Nothing undecided is lost by that.

A call of librdkafka with a time limit has been seen not to return while a broker was away (offsets sent to a
transaction, its group's coordinator gone). No signal handler of ours runs then, and nobody else would notice.
"""

import logging
import os
from collections.abc import Callable
from threading import Event, Thread

from streams.runtime.errors import Fatal

log = logging.getLogger(__name__)


class Watchdog:
    """Judges one thread between `start` and `stop`; once it watches, it ends the process by its judgement."""

    def __init__(self, limit_s: float, monotonic: Callable[[], float]) -> None:
        """`limit_s`: how long it may take."""
        self.limit_s = limit_s
        self._monotonic = monotonic
        self._started: float | None = None
        self._closed = Event()

    def start(self) -> float:
        """Begin to judge; gives the moment, of the monotonic clock in seconds."""
        now = self._monotonic()
        self._started = now
        return now

    def stop(self) -> None:
        """It came back."""
        self._started = None

    def close(self) -> None:
        """Watch no more. Repeat: yes."""
        self._closed.set()

    @property
    def stuck(self) -> bool:
        """Whether what was started takes too long."""
        started = self._started
        return started is not None and self._monotonic() - started > self.limit_s

    def watch(self) -> None:
        """From a thread of its own: the one that is judged may never run again."""
        Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _watch(self) -> None:
        while not self._closed.wait(self.limit_s / 20):
            if self.stuck:
                log.critical("stuck", extra={"seconds": self.limit_s, "exit_code": Fatal.exit_code})
                logging.shutdown()
                os._exit(Fatal.exit_code)
