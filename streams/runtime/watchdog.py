"""Ends the process when a call into the client library does not come back. Nothing undecided is lost by that.

A call of librdkafka with a time limit has been seen not to return while a broker was away (offsets sent to a
transaction, its group's coordinator gone). No signal handler of ours runs then, and nobody else would notice.
"""

import logging
import os
import time
from threading import Event, Thread

from streams.runtime.errors import Fatal

log = logging.getLogger(__name__)


class Watchdog:
    """Watches one thread between `start` and `stop`."""

    def __init__(self, limit_s: float) -> None:
        """`limit_s`: how long it may take."""
        self._limit_s = limit_s
        self._started: float | None = None
        self._closed = Event()
        Thread(target=self._watch, name="watchdog", daemon=True).start()

    def start(self) -> float:
        """Begin to watch; gives the moment, of the monotonic clock in seconds."""
        now = time.monotonic()
        self._started = now
        return now

    def stop(self) -> None:
        """It came back."""
        self._started = None

    def close(self) -> None:
        """Watch no more. Repeat: yes."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self._limit_s / 20):
            started = self._started
            if started is not None and time.monotonic() - started > self._limit_s:
                log.critical("stuck", extra={"seconds": self._limit_s, "exit_code": Fatal.exit_code})
                logging.shutdown()
                os._exit(Fatal.exit_code)
