"""The loop of every reader: follows one topic from where the store is, gives it batches, and outlives outages.

Owns when to wait and when to give up. A store or brokers that are away are waited for, longer and longer; a
contradiction between store and topic ends the reader, for a restart would only meet it again. Never keeps a position
of its own: after any failure it asks the store. Never knows what a record means.
"""

import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event as Flag
from typing import Final

from confluent_kafka import Message

from consumers.reading.figures import Figures
from consumers.reading.store import Store, StoreConflict, StoreUnavailable
from schemas.errors import BrokenJournal
from schemas.topic_offsets import OffsetLost, TopicUnavailable
from schemas.topic_reading import TopicReading, TransactionOpen

log = logging.getLogger(__name__)

# Larger batches make a catch-up faster and an interruption dearer.
BATCH_RECORDS: Final = 5_000
PAUSE_FIRST_S: Final = 0.1
PAUSE_MAX_S: Final = 15.0
# A reader that has worked for so long is well: its next pause is a first one.
WELL_AFTER_S: Final = 10.0
LAG_EVERY_S: Final = 1.0
# So long a store may work on one batch before the process counts as stuck.
STUCK_AFTER_S: Final = 300.0

STORE, BROKERS = "store", "brokers"


class Reader:
    """One topic into one store. `run` it once, in any thread; `live` and `ready` may be asked from others."""

    def __init__(
        self,
        client: Mapping[str, str],
        topic: str,
        store: Store,
        figures: Figures,
        *,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        """`client`: properties of the Kafka client; `topic`: its full name; `batch_records`: of one batch, at most."""
        if batch_records < 1:
            raise ValueError("batch_records: below 1")
        self.topic = topic
        self._client, self._store, self._figures, self._batch_records = client, store, figures, batch_records
        self._pause_s = PAUSE_FIRST_S
        # Why it does no work now; none while it does.
        self._reason: str | None = "starting"
        self._working_since: float | None = None

    def live(self) -> str | None:
        """Why this process should be started anew; none while it need not."""
        since = self._working_since
        if since is not None and time.monotonic() - since > STUCK_AFTER_S:
            return f"{self.topic}: the store has worked on one batch for {STUCK_AFTER_S:g} s"
        return None

    def ready(self) -> Mapping[str, str]:
        """Why what it keeps is not up to date; empty when it is."""
        return {self.topic: self._reason} if self._reason is not None else {}

    def run(self, stop: Flag) -> None:
        """Follow the topic until told to stop.

        Raises: StoreConflict when store and topic contradict each other; TopicMissing; OrynError of the store.
        """
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._follow(stop)
            except StoreUnavailable as exc:
                self._away(STORE, str(exc), began)
            except (TopicUnavailable, TransactionOpen) as exc:
                self._away(BROKERS, str(exc), began)
            except (OffsetLost, BrokenJournal) as exc:
                raise StoreConflict(f"{self.topic}: {exc}") from exc
            finally:
                self._working_since = None
                self._store.close()
            if not stop.is_set():
                # Not all readers at once when a store comes back.
                stop.wait(random.uniform(0.5, 1) * self._pause_s)  # noqa: S311 - no secret hangs on it

    def _away(self, of: str, reason: str, began: float) -> None:
        if time.monotonic() - began >= WELL_AFTER_S:
            self._pause_s = PAUSE_FIRST_S
        else:
            self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)
        self._figures.outages.labels(self.topic, of).inc()
        self._figures.away.labels(self.topic, of).set(1)
        self._reason = f"{of} away: {reason}"
        log.warning(
            "waiting for what is away", extra={"topic": self.topic, "of": of, "reason": reason, "s": self._pause_s}
        )

    def _brokers_away(self, reason: str) -> None:
        """They went while there was nothing to read. The client finds them again by itself."""
        if self._reason is None or not self._reason.startswith(f"{BROKERS} away"):
            self._figures.outages.labels(self.topic, BROKERS).inc()
            log.warning("waiting for what is away", extra={"topic": self.topic, "of": BROKERS, "reason": reason})
        self._figures.away.labels(self.topic, BROKERS).set(1)
        self._reason = f"{BROKERS} away: {reason}"

    def _follow(self, stop: Flag) -> None:
        start = self._store.open()
        self._figures.away.labels(self.topic, STORE).set(0)
        log.info("store opened", extra={"topic": self.topic, "positions": dict(start)})
        with TopicReading(self._client, self.topic, start=start, follow=True) as reading:
            positions = dict(reading.positions)
            looked_at = 0.0
            for batch in reading.batches():
                if not batch:
                    self._store.idle()
                for messages, after in self._slices(batch, positions, reading.positions):
                    self._take(messages, after)
                    if stop.is_set():
                        return
                now = time.monotonic()
                if now - looked_at >= LAG_EVERY_S or not batch:
                    looked_at = now
                    self._look(reading)
                if stop.is_set():
                    return

    def _slices(
        self, batch: Sequence[Message], positions: dict[int, int], behind: Mapping[int, int]
    ) -> Iterator[tuple[Sequence[Message], Mapping[int, int]]]:
        """A batch in parts of at most `batch_records`, each with the positions behind it."""
        for begin in range(0, len(batch), self._batch_records):
            messages = batch[begin : begin + self._batch_records]
            for message in messages:
                partition, offset = message.partition(), message.offset()
                assert partition is not None
                assert offset is not None
                assert offset >= positions[partition], "offsets of a partition grow"
                positions[partition] = offset + 1
            if begin + self._batch_records >= len(batch):
                positions.update(behind)  # markers behind the last record are passed as well
            yield messages, dict(positions)

    def _take(self, messages: Sequence[Message], after: Mapping[int, int]) -> None:
        began = self._working_since = time.monotonic()
        self._store.take(messages, after)
        self._working_since = None
        self._figures.batch_seconds.labels(self.topic).observe(time.monotonic() - began)
        self._figures.batch_records.labels(self.topic).observe(len(messages))
        self._figures.records.labels(self.topic).inc(len(messages))
        if messages:
            self._figures.last_record.labels(self.topic).set(messages[-1].timestamp()[1] / 1_000)

    def _look(self, reading: TopicReading) -> None:
        """Note how far it is, and whether the brokers are there: behind the last record nothing else tells."""
        away = reading.away()
        if away is not None:
            self._brokers_away(away)
            return
        self._figures.away.labels(self.topic, BROKERS).set(0)
        self._figures.catching_up.labels(self.topic).set(0 if reading.at_end else 1)
        for partition, lag in reading.lags().items():
            self._figures.lag.labels(self.topic, str(partition)).set(lag)
        if reading.at_end:
            self._reason, self._pause_s = None, PAUSE_FIRST_S
        else:
            self._reason = f"catching up: {reading.total - reading.done} of {reading.total} records to go"
