"""Brokers that are away, told once: a line when it begins, one a minute, one when it is over.

Owns what is said about it and whether it goes on. Kafka's clients tell of every attempt, some seventy lines a second;
these are held here and counted. Never decides what becomes of a process: they are waited for as long as it takes.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from streams.monitoring.figures import MonitoringFigures

log = logging.getLogger(__name__)

# Who tells of each attempt: Faust's reader of Kafka, and librdkafka by the name that ours has.
TALKERS: Final = ("aiokafka", "oryn.kafka")
TELL_EVERY_S: Final = 60.0
# It is over when brokers answer and the clients have had nothing to say for so long.
CALM_S: Final = 5.0


class Outage(logging.Filter):
    """A filter for whatever handles the entries of a process. May be used from all threads."""

    def __init__(self, figures: MonitoringFigures, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that never go back."""
        super().__init__()
        self._figures, self._clock = figures, clock
        self._lock = Lock()
        self._reason: str | None = None
        # While it goes on: since when, when it was told of last, how much was held back, when clients spoke last.
        self._since: float | None = None
        self._told_at = self._spoke_at = 0.0
        self._held = 0

    @property
    def reason(self) -> str | None:
        """Why no broker answers, as was found last; none when one does."""
        return self._reason

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether an entry is shown: all are that are not a client's. The client's first one is where it begins."""
        talks = record.name.partition(".")[0] in TALKERS or record.name in TALKERS
        if not talks or record.exc_info:
            return True
        with self._lock:
            if self._since is None and record.levelno < logging.WARNING:
                return True
            now = self._spoke_at = self._clock()
            if self._since is None:
                self._since, self._told_at, self._held = now, now, 0
                return True
            self._held += 1
        self._figures.held_entries.inc()
        return False

    def found(self, reason: str | None) -> None:
        """What somebody who asked the brokers has found: a reason, or none. To be called every few seconds."""
        self._reason = reason
        self._figures.brokers_away.set(reason is not None)
        now = self._clock()
        with self._lock:
            since, held, begins = self._since, self._held, self._since is None and reason is not None
            over = since is not None and reason is None and now - self._spoke_at >= CALM_S
            due = since is not None and not over and now - self._told_at >= TELL_EVERY_S
            if begins:
                self._since, self._held = now, 0
            if begins or due:
                self._told_at = now
            if over:
                self._since = None
        if begins:
            log.warning("no broker answers", extra={"reason": reason})
        elif since is not None and (due or over):
            fields = {"s": round(now - since), "entries_held": held}
            if over:
                log.warning("the brokers answer again", extra=fields)
            else:
                log.warning("the brokers are still disturbed", extra={**fields, "reason": reason or "they answer"})
