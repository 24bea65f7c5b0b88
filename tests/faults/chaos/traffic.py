"""A campaign's events, published at an even pace by the real publisher; and the ledger of what it confirmed."""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag
from threading import Lock, Thread
from typing import Final

from producers.client.delivery import Delivery, NotConfirmed, Refused
from producers.client.publisher import Publisher
from producers.client.settings import PublisherSettings
from schemas.events import Event

PIECE_S: Final = 0.1
DRAIN_S: Final = 180.0
At = tuple[str, int, int]


class Traffic:
    """One publisher with its spool. A context manager."""

    def __init__(self, bootstrap: str, prefix: str, spool: Path, events: Sequence[Event], rate: float) -> None:
        """`rate`: events a second."""
        self._events, self._rate = events, rate
        settings = PublisherSettings(client={"bootstrap.servers": bootstrap}, spool=spool, topic_prefix=prefix)
        self._publisher = Publisher(settings)
        self._prefix = prefix
        self._lock, self._stop = Lock(), Flag()
        self._thread = Thread(target=self._publish, name="traffic")
        # Topic, partition, offset -> the event's id and the monotonic second of its confirmation.
        self.ledger: dict[At, tuple[str, float]] = {}
        # Event's id -> when it was first handed to the publisher, in monotonic seconds.
        self.handed: dict[str, float] = {}
        self.accepted = 0
        self.problems: list[str] = []

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._publisher.close()

    @property
    def confirmed(self) -> int:
        """How many events the brokers have confirmed."""
        with self._lock:
            return len(self.ledger)

    def confirmed_now(self) -> set[At]:
        """Where all stand that are confirmed at this moment."""
        with self._lock:
            return set(self.ledger)

    def confirmed_at(self, at: At) -> float | None:
        """When a record was confirmed."""
        with self._lock:
            found = self.ledger.get(at)
        return None if found is None else found[1]

    def finish(self) -> None:
        """Send no more, and wait until all that was accepted is confirmed."""
        self._stop.set()
        self._thread.join()
        left = self._publisher.flush(DRAIN_S)
        assert not left, f"{left} events were never confirmed: {self._publisher.trouble}"
        assert not self.problems, self.problems[:3]
        assert not self._publisher.refused()

    def _publish(self) -> None:
        began = time.monotonic()
        while not self._stop.wait(PIECE_S) and self.accepted < len(self._events):
            due = min(len(self._events), int((time.monotonic() - began) * self._rate) + 1)
            now = time.monotonic()
            for each in self._events[self.accepted : due]:
                self.handed.setdefault(each.event_id, now)
            for delivery in self._publisher.submit_events(self._events[self.accepted : due]):
                delivery.when_done(self._note)
            self.accepted = due

    def _note(self, delivery: Delivery) -> None:
        try:
            receipt = delivery.result(0)
        except (NotConfirmed, Refused) as exc:
            self.problems.append(f"{delivery.event_id}: {exc}")
            return
        with self._lock:
            at = (receipt.topic.removeprefix(self._prefix), receipt.partition, receipt.offset)
            self.ledger[at] = (delivery.event_id, time.monotonic())
