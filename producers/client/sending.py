"""Sends what the spool holds, in order, batch by batch, until it is told to stop. Owns the Kafka producer.

A batch is answered in full before the next one begins, so there is never anything behind a failed event that could
overtake it: idempotence keeps the order inside a partition, and a locality that goes on in another topic waits for the
next batch (`Ordering.LOCALITY`). After any failure the producer is replaced and what was not confirmed is sent again,
under the same event ids. Never decides what is sent, and never gives an event up for the time it takes: only the
brokers' word that they will never take it sets it aside.
"""

import functools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from producers.client.delivery import Receipt, Refused
from producers.client.settings import DEFAULTS, FIXED, Ordering, PublisherSettings
from producers.client.spool import Spool, SpooledEvent
from schemas.cloudevents import event_headers
from schemas.errors import OrynError

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())
# What the client library says: heard by whoever configures logging, and by nobody else.
client_log = logging.getLogger("oryn.kafka")
client_log.addHandler(logging.NullHandler())

# The fault is the event's own, and the same event would meet it again.
REFUSALS: Final = frozenset(
    {
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.INVALID_MSG_SIZE,
        KafkaError.RECORD_LIST_TOO_LARGE,
        KafkaError.INVALID_RECORD,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_TIMESTAMP,
    }
)
REQUEST_TIMEOUT_S: Final = 3.0
# How long one look at the producer lasts: bounds how late a stop is noticed.
POLL_S: Final = 0.1
IDLE_S: Final = 0.5
RETRY_FIRST_S: Final = 0.2
RETRY_MAX_S: Final = 5.0
# What a batch may put into the producer's memory.
BATCH_BYTES_MAX: Final = 8 * 1024 * 1024
Answers = dict[int, Receipt | KafkaError]
# Told after the spool knows it: position -> answer, and the bytes of their values.
Answered = Callable[[Mapping[int, Receipt | Refused], int], None]


class _Failed(OrynError):
    """This attempt came to nothing; the text says why. The next one may do better."""


class Sending:
    """The thread between a spool and the brokers."""

    def __init__(
        self, settings: PublisherSettings, spool: Spool, answered: Answered, broken: Callable[[BaseException], None]
    ) -> None:
        """Take what to send and whom to tell; `broken` is called when the thread ends by an error of this program or
        of the spool. Sends nothing before `start`."""
        self._settings, self._spool = settings, spool
        self._answered, self._broken = answered, broken
        self._thread = threading.Thread(target=self._run, name="oryn-publisher", daemon=True)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._producer: Producer | None = None
        self._known: set[str] = set()
        # Read from the spool and not yet answered for, in its order; and how far it was read.
        self._ahead: list[SpooledEvent] = []
        self._read_to = 0
        self._by_locality = settings.ordering is Ordering.LOCALITY
        # Up to here events go one by one: one of them is refused, and the answer must be its own.
        self._careful_until = 0
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin to send. Once only."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new in the spool."""
        self._wake.set()

    def stop(self) -> None:
        """End, and wait for the end; what is with the brokers may or may not be confirmed. Repeatable."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        pause = RETRY_FIRST_S
        try:
            while not self._stop.is_set():
                self._wake.clear()
                batch = self._next_batch()
                if not batch:
                    self._idle()
                    continue
                try:
                    self._send(batch)
                    pause, self.trouble = RETRY_FIRST_S, None
                except (_Failed, KafkaException) as exc:
                    self._note(str(exc))
                    self._drop_producer()
                    self._stop.wait(pause)
                    pause = min(2 * pause, RETRY_MAX_S)
        except BaseException as exc:  # handed over: whoever waits for the thread must learn of it
            log.exception("publisher stopped")
            self._broken(exc)
        finally:
            self._drop_producer()

    def _next_batch(self) -> list[SpooledEvent]:
        """The next events that may be with the brokers at the same time; of each locality the first ones, in order."""
        limit = self._settings.batch_events_max
        if len(self._ahead) <= limit // 2:
            self._ahead += self._spool.read(self._read_to, limit)
            self._read_to = self._ahead[-1].position if self._ahead else 0
        if self._ahead and self._ahead[0].position <= self._careful_until:
            return self._ahead[:1]
        topics: dict[str, str] = {}
        held: set[str] = set()
        batch: list[SpooledEvent] = []
        size = 0
        for event in self._ahead:
            size += len(event.value)
            if len(batch) == limit or (batch and size > BATCH_BYTES_MAX):
                break
            if topics.setdefault(event.locality, event.topic) != event.topic and self._by_locality:
                held.add(event.locality)
            if event.locality not in held:
                batch.append(event)
        return batch

    def _idle(self) -> None:
        if self._producer is not None:
            self._producer.poll(0)  # errors and log lines of the connection
        self._wake.wait(IDLE_S)

    def _send(self, batch: Sequence[SpooledEvent]) -> None:
        """Send a batch and settle its answers. Raises: _Failed, KafkaException, SpoolFailed, OtherCluster."""
        producer = self._connected({event.topic for event in batch})
        answers: Answers = {}
        here = 0  # refused by the client library itself: that disturbs no other event
        for event in batch:
            here += not self._produce(producer, event, answers)
        while len(answers) < len(batch):
            try:
                producer.flush(POLL_S)
            except KafkaException:  # fatal, and so this producer's end; each event's own answer says why
                producer.purge(in_queue=True, in_flight=True, blocking=True)
                producer.poll(POLL_S)
            failed = sum(isinstance(each, KafkaError) for each in answers.values())
            if failed > here or self._stop.is_set():
                # All others come back at once. Some may be in the log all the same: they are sent again, under the
                # same ids.
                producer.purge(in_queue=True, in_flight=True, blocking=True)
        self._settle(batch, answers)

    def _produce(self, producer: Producer, event: SpooledEvent, answers: Answers) -> bool:
        """Hand an event to the client library; false if it refuses it, which is the event's answer then."""
        headers: list[tuple[str, str | bytes | None]] = [
            *event_headers(event.event_id, event.source, event.type, event.time)
        ]
        while True:
            try:
                producer.produce(
                    event.topic,
                    event.value,
                    event.locality.encode(),
                    on_delivery=functools.partial(_take, answers, event.position),
                    timestamp=event.time,
                    headers=headers,
                )
            except BufferError:
                producer.poll(POLL_S)
            except KafkaException as exc:
                answers[event.position] = exc.args[0]
                return False
            else:
                return True

    def _settle(self, batch: Sequence[SpooledEvent], answers: Answers) -> None:
        receipts = {each: answer for each, answer in answers.items() if isinstance(answer, Receipt)}
        errors = {each: answer for each, answer in answers.items() if isinstance(answer, KafkaError)}
        if receipts:
            self._spool.confirm(receipts)
            self._answered(receipts, sum(len(event.value) for event in batch if event.position in receipts))
        if not errors:
            done = {event.position for event in batch}
            self._ahead = [event for event in self._ahead if event.position not in done]
            return
        self._ahead, self._read_to = [], 0  # what is left of it stands in the spool
        self._drop_producer()
        refusals = [error.str() for error in errors.values() if error.code() in REFUSALS]
        if refusals and len(batch) == 1:
            self._set_aside(batch[0], refusals[0])
        elif refusals:
            # The brokers answer for a whole batch of theirs: only alone is it clear which event they mean.
            self._careful_until = batch[-1].position
        elif not self._stop.is_set():
            raise _Failed(_reason(errors.values()))

    def _set_aside(self, event: SpooledEvent, error: str) -> None:
        self._spool.refuse(event.position, error)
        log.error("event refused by the brokers", extra={"event_id": event.event_id, "error": error})
        self._answered({event.position: Refused(f"event {event.event_id}: {error}")}, len(event.value))

    def _connected(self, topics: set[str]) -> Producer:
        """A producer that reached the brokers and knows the topics. Raises: _Failed, KafkaException, OtherCluster."""
        if self._producer is None:
            settings = {**DEFAULTS, **self._settings.client, **FIXED}
            for alias in ("delivery.timeout.ms", "request.required.acks"):
                settings.pop(alias, None)
            self._producer = Producer({**settings, "error_cb": self._hear}, logger=client_log)
            self._known = set()
        if not topics <= self._known:
            # All topics are asked for: to ask a broker for one by name could make it.
            found = self._producer.list_topics(timeout=REQUEST_TIMEOUT_S)
            if found.cluster_id:
                self._spool.adopt(found.cluster_id)
            missing = sorted(topics - set(found.topics))
            if missing:
                raise _Failed(f"the cluster has no topic {', '.join(missing)}, or does not show it to this user")
            self._known = set(found.topics)
        return self._producer

    def _drop_producer(self) -> None:
        if self._producer is not None:
            self._producer.purge(in_queue=True, in_flight=True, blocking=True)
            self._producer.poll(0)
            self._producer = None

    def _hear(self, error: KafkaError) -> None:
        """What the client library reports of its connections. It goes on by itself."""
        self._note(error.str())

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.warning("brokers not reached or not willing", extra={"trouble": trouble})
        self.trouble = trouble


def _take(answers: Answers, position: int, error: KafkaError | None, message: Message) -> None:
    """One event's answer, called by the client library."""
    if error is not None:
        answers[position] = error
        return
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None
    assert partition is not None
    assert offset is not None
    answers[position] = Receipt(topic, partition, offset)


def _reason(errors: Iterable[KafkaError]) -> str:
    """The first error that is not only the echo of another."""
    echoes = (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._FATAL)
    found = sorted(errors, key=lambda error: error.code() in echoes)
    return found[0].str()
