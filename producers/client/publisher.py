"""`Publisher`: takes events, makes them durable, sends them in order, and tells what became of each delivery.

What it accepts is neither lost nor doubled: an event is on the disk before `submit` returns, it leaves the spool only
when the brokers confirmed it, and a repeat after a crash carries the same event id, so it has no second effect.
Nothing malformed is ever accepted: each record is read as the worker will read it first. Never learns what was
decided: that is `producers.client.outcomes`.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final

from producers.client.delivery import Delivery, NotConfirmed, Receipt, Refused
from producers.client.event_ids import new_event_id
from producers.client.sending import Sending
from producers.client.settings import PublisherSettings, PublisherSettingsError
from producers.client.spool import Checkpoint, RefusedEvent, Spool, SpooledEvent
from producers.client.validation import Validation, topic_of
from schemas.errors import OrynError
from schemas.events import Event, EventData
from schemas.ids import FrozenIds, SchemaIds
from schemas.instants import Instant

CLOSE_TIMEOUT_S: Final = 30.0


class SpoolFull(OrynError):
    """The spool is at its limit and nothing left it in time. The event was not accepted: submit it again later."""


class PublisherStopped(OrynError):
    """The publisher was closed, or ended by an error that is named. The event was not accepted."""


class Publisher:
    """Publishes events from one process. All methods may be called from any thread; close it, or use it in `with`."""

    def __init__(self, settings: PublisherSettings, ids: SchemaIds | None = None, *, paused: bool = False) -> None:
        """Open the spool and begin to send what it still holds; no broker need be there.

        `ids` gives schemas their numbers: by default those frozen in this version; a cluster with a Schema Registry
        wants `RegistryIds`. `paused`: send nothing before `start`.

        Raises: SpoolInUse, SpoolFailed; RegistryUnavailable, SchemaMissing.
        """
        self._settings = settings
        self._validation = Validation(ids or FrozenIds(), settings.topic_prefix)
        self._spool = Spool(settings.spool)
        self._changed = threading.Condition()
        self._deliveries: dict[int, Delivery] = {}
        # Both count what is being written to the disk, too.
        self._events, self._bytes = self._spool.waiting_at_start, self._spool.bytes_at_start
        self._error: BaseException | None = None
        self._closed = False
        self._sending = Sending(settings, self._spool, self._on_answers, self._on_broken)
        self._started = False
        if not paused:
            self.start()

    def start(self) -> None:
        """Begin to send, if the publisher was made `paused`. Repeatable."""
        with self._changed:
            if self._started or self._closed:
                return
            self._started = True
        self._sending.start()

    def submit(
        self,
        locality: str,
        data: EventData,
        *,
        event_id: str | None = None,
        source: str | None = None,
        time: Instant | None = None,
        topic: str | None = None,
    ) -> Delivery:
        """Accept one event: when this returns, it is on the disk and will be sent.

        `locality` is the KATO code. Without an `event_id` a new one is made; give your own where you may have to
        submit again after a crash of yours. `time` is when it happened (now); it counts only on topics that keep their
        senders' times. `topic` is needed for types that several topics carry (ClockTick).

        Raises: Malformed with the field's name, SpoolFull, SpoolFailed, PublisherStopped.
        """
        source = source or self._settings.source
        if source is None:
            raise PublisherSettingsError("source: neither the settings nor the event say who publishes")
        happened = Instant(_now()) if time is None else time
        event = Event(topic or topic_of(data), happened, event_id or new_event_id(), source, locality, data)
        return self.submit_events((event,))[0]

    def submit_events(self, events: Sequence[Event], checkpoint: Checkpoint | None = None) -> list[Delivery]:
        """Accept several events, all or none, with one write to the disk. A checkpoint is written with them.

        Raises: as `submit`; ValueError for more events than the spool may ever hold.
        """
        rows = [self._validation.row(event) for event in events]
        size = sum(len(row[-1]) for row in rows)
        self._reserve(len(rows), size)
        made: list[Delivery] = []
        taken: list[SpooledEvent] = []

        def register(spooled: Sequence[SpooledEvent]) -> None:
            taken.extend(spooled)
            with self._changed:
                self._check_open()
                for event, row in zip(events, spooled, strict=True):
                    delivery = Delivery(self._changed, event.topic, event.source, event.event_id, event.locality)
                    made.append(delivery)
                    self._deliveries[row.position] = delivery

        try:
            self._spool.append(rows, checkpoint, register)
        except BaseException:
            with self._changed:
                for row in taken:
                    self._deliveries.pop(row.position, None)
                self._give_back(len(rows), size)
            raise
        self._sending.wake()
        return made

    @property
    def pending(self) -> int:
        """How many accepted events are not yet confirmed or refused, those of earlier runs included."""
        return self._events

    @property
    def trouble(self) -> str | None:
        """Why nothing gets through just now, in words; null while all is well. It may pass by itself."""
        return self._sending.trouble

    def refused(self) -> list[RefusedEvent]:
        """Events that the brokers refused for good, of earlier runs too, oldest first. Raises: SpoolFailed."""
        return self._spool.refused()

    def forget_refused(self, position: int) -> None:
        """Drop a refused event, once somebody has dealt with it. Raises: SpoolFailed."""
        self._spool.forget_refused(position)

    def checkpoint(self, name: str) -> Checkpoint | None:
        """How far a file was accepted, as the last `submit_events` with it noted. Raises: SpoolFailed."""
        return self._spool.checkpoint(name)

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Note how far a file is, without events. Raises: SpoolFailed."""
        self._spool.put_checkpoint(checkpoint)

    def flush(self, timeout: float | None = None) -> int:
        """Wait until nothing is pending, so many seconds or for ever; says how many still are. Repeatable.

        Raises: PublisherStopped when the thread that sends has ended by an error.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._events == 0 or self._error is not None or self._closed, timeout)
            self._check_error()
            return self._events

    def close(self, timeout: float = CLOSE_TIMEOUT_S) -> int:
        """Send what can be sent within so many seconds and close. Says how many events stay in the spool; the next
        publisher with the same spool sends them. Repeatable."""
        if self._started and not self._closed and self._error is None:
            with self._changed:
                self._changed.wait_for(lambda: self._events == 0 or self._error is not None, timeout)
        with self._changed:
            if self._closed:
                return self._events
            self._closed = True
        self._sending.stop()
        self._leave_all("the publisher was closed; the event stays in the spool")
        self._spool.close()
        return self._events

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Who leaves by an error does not want to wait for brokers that may be away.
        self.close(CLOSE_TIMEOUT_S if kind is None else 0)

    def _reserve(self, events: int, size: int) -> None:
        """Room in the spool. Raises: SpoolFull, PublisherStopped, ValueError."""
        settings = self._settings
        if events > settings.spool_events_max or size > settings.spool_bytes_max:
            raise ValueError(f"{events} events of {size} bytes never fit into the spool")

        def fits() -> bool:
            return self._events + events <= settings.spool_events_max and self._bytes + size <= settings.spool_bytes_max

        with self._changed:
            self._changed.wait_for(lambda: fits() or self._error or self._closed, settings.submit_block_s)
            self._check_open()
            if not fits():
                why = f": {self.trouble}" if self.trouble else ""
                raise SpoolFull(f"{self._events} events wait in {settings.spool}{why}")
            self._events += events
            self._bytes += size

    def _give_back(self, events: int, size: int) -> None:
        self._events -= events
        self._bytes -= size
        assert self._events >= 0, "no more left than came"
        self._changed.notify_all()

    def _check_error(self) -> None:
        if self._error is not None:
            raise PublisherStopped(f"the publisher stopped: {self._error}") from self._error

    def _check_open(self) -> None:
        self._check_error()
        if self._closed:
            raise PublisherStopped("the publisher is closed")

    def _on_answers(self, answers: Mapping[int, Receipt | Refused], size: int) -> None:
        """Called by the thread that sends, when the spool knows it already; `size` are the bytes that left."""
        calls = []
        with self._changed:
            for position, answer in answers.items():
                delivery = self._deliveries.pop(position, None)
                callback = delivery.settle(answer) if delivery is not None else None
                if delivery is not None and callback is not None:
                    calls.append((callback, delivery))
            self._give_back(len(answers), size)
        for callback, delivery in calls:
            callback(delivery)

    def _on_broken(self, error: BaseException) -> None:
        with self._changed:
            self._error = error
        self._leave_all(f"the publisher stopped: {error}; the event stays in the spool")

    def _leave_all(self, why: str) -> None:
        """Whoever waits for a delivery learns that this publisher makes none any more."""
        with self._changed:
            left = list(self._deliveries.values())
            self._deliveries.clear()
            calls = [(delivery.settle(NotConfirmed(why)), delivery) for delivery in left]
            self._changed.notify_all()
        for callback, delivery in calls:
            if callback is not None:
                callback(delivery)


def _now() -> int:
    return time.time_ns() // 1_000_000
