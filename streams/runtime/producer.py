"""One transactional producer and its life. Owns the translation of Kafka's errors into what has to be done.

Never decides what is written, never repeats a transaction, and never goes on after doubt: then it is thrown away and
another one is opened, whose `init_transactions` settles what the old one left behind.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from streams.runtime.errors import Abortable, Doubtful, Fatal, Fenced, RuntimeFailure
from streams.runtime.outside import MACHINE, Outside
from streams.runtime.settings import RuntimeSettings

log = logging.getLogger(__name__)

INIT_TRIES_MAX = 10
INIT_PAUSE_S = 0.5
# So often in so long is no accident any more.
FENCED_MAX = 3
FENCED_WITHIN_S = 60.0
RETRIES_MAX = 5
RETRY_PAUSE_S = 0.1
# A commit that takes longer may have been delayed on its way, and a delayed one may end a later transaction
# (KIP-890; librdkafka has no client part of it): the producer is replaced, which bumps its epoch.
SUSPICIOUS_COMMIT_S = 2.0
# When a connection breaks, the client library repeats the request by itself, and does not always say so; the first one
# may still be on its way to the broker. It waits so long before it repeats, less a fifth ...
REPEAT_BACKOFF_MS = 500
# ... so that what was answered sooner was sent once. Offsets that arrive late would count in a later transaction, too.
SURELY_ONCE_S = 0.35
MESSAGE_BYTES_MAX = 17_825_792
QUEUE_KBYTES_MAX = 262_144
# The group has gone on without us: its coordinator refuses our offsets, and with them the transaction.
_LEFT_BEHIND = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
    }
)
_FENCING = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})

Headers = Sequence[tuple[str, str | bytes | None]]
Delivered = Callable[[KafkaError | None, Message], None]


class _State(Enum):
    CLOSED = "closed"
    READY = "ready"
    OPEN = "open"
    DOUBTFUL = "doubtful"


class TransactionalProducer:
    """CLOSED → open() → READY → begin() → OPEN → commit() or abort() → READY; any failure in between → DOUBTFUL."""

    def __init__(self, settings: RuntimeSettings, outside: Outside = MACHINE) -> None:
        """Take the settings; nothing is connected yet. The transactional id is the worker's name in its group."""
        self._settings = settings
        self._outside = outside
        self._timeout_s = settings.transaction_timeout_ms / 1_000
        self.transactional_id = f"{settings.group_id}-{settings.worker}"
        self._state = _State.CLOSED
        self._producer: Producer | None = None
        self._suspect: str | None = None
        self._fenced_at: list[float] = []

    @property
    def must_be_replaced(self) -> str | None:
        """Why this producer may not begin another transaction; none if it may."""
        if self._producer is not None and self._state is _State.READY:
            # What broke since the last flush is told only when we ask.
            self._producer.poll(0)
        return self._state.value if self._state in (_State.CLOSED, _State.DOUBTFUL) else self._suspect

    def open(self, give_up: Callable[[], bool]) -> None:
        """Connect, fence everybody of the same name and settle their transaction. State: any.

        Tries again until told to give up; it is then CLOSED. Raises: Fatal when Kafka does not answer for long,
        Fenced. Repeat: yes.
        """
        self.close()
        for attempt in range(1, INIT_TRIES_MAX + 1):
            if give_up():
                return
            producer = self._outside.producer(self._properties())
            try:
                producer.init_transactions(self._timeout_s)
            except KafkaException as exc:
                error = exc.args[0]
                if error.code() in _FENCING:
                    raise Fenced(f"transactional id {self.transactional_id}: {error.str()}") from exc
                log.warning("transactions not initialised", extra={"attempt": attempt, "error": error.str()})
                del producer
                self._outside.sleep(INIT_PAUSE_S * attempt)
                continue
            self._producer, self._state, self._suspect = producer, _State.READY, None
            return
        raise Fatal(f"no transactions for {self.transactional_id} after {INIT_TRIES_MAX} tries: is Kafka reachable?")

    def _properties(self) -> dict[str, Any]:
        return {
            **self._settings.client,
            "transactional.id": self.transactional_id,
            "transaction.timeout.ms": self._settings.transaction_timeout_ms,
            # A message that is not delivered by then fails, and with it its transaction.
            "delivery.timeout.ms": self._settings.transaction_timeout_ms,
            "request.timeout.ms": min(self._settings.transaction_timeout_ms, 10_000),
            "enable.idempotence": True,
            "acks": "all",
            "partitioner": "murmur2_random",
            "message.max.bytes": MESSAGE_BYTES_MAX,
            "queue.buffering.max.messages": 1_000_000,
            "queue.buffering.max.kbytes": QUEUE_KBYTES_MAX,
            # The end of a batch flushes; before it, waiting makes fuller requests.
            "linger.ms": 20,
            "batch.size": 1_000_000,
            "compression.type": "lz4",
            "retry.backoff.ms": REPEAT_BACKOFF_MS,
            "error_cb": self._on_error,
        }

    def _on_error(self, error: KafkaError) -> None:
        # Called from poll and flush in our own thread. A broken connection may have left a request on its way.
        self._suspect = error.name()

    def begin(self) -> None:
        """Begin a transaction. State: READY. Raises: Doubtful, Fenced. Repeat: no."""
        assert self._state is _State.READY and self._producer is not None, "begin needs a ready producer"
        try:
            self._producer.begin_transaction()
        except KafkaException as exc:
            raise self._failed("begin", exc) from exc
        self._state = _State.OPEN

    def produce(  # a record has so many parts
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        partition: int = -1,
        delivered: Delivered | None = None,
    ) -> None:
        """Add a record to the open transaction. Waits while the buffer is full. State: OPEN.

        Raises: Doubtful, Fenced.
        """
        assert self._state is _State.OPEN and self._producer is not None, "produce needs an open transaction"
        deadline = None
        while True:
            try:
                self._producer.produce(
                    topic,
                    value,
                    key,
                    partition,
                    on_delivery=delivered,
                    timestamp=timestamp_ms,
                    headers=list(headers),
                )
            except BufferError as exc:
                deadline = deadline or self._outside.monotonic() + self._timeout_s
                if self._outside.monotonic() > deadline:
                    raise self._doubt("produce", exc) from exc
                self._producer.poll(0.1)
            except KafkaException as exc:
                raise self._failed("produce", exc) from exc
            else:
                return

    def commit(self, offsets: list[TopicPartition], group_metadata: object) -> None:
        """End the open transaction with the inputs' next offsets. State: OPEN. Repeat: no.

        Raises: Abortable when the group has gone on without us (the transaction is aborted), Doubtful, Fenced.
        """
        assert self._state is _State.OPEN and self._producer is not None, "commit needs an open transaction"
        started = self._outside.monotonic()
        # Without this flush, sending the offsets waits for the linger of the records: 65 ms a transaction.
        try:
            left = self._producer.flush(self._timeout_s)
        except KafkaException as exc:
            raise self._failed("flush", exc) from exc
        if left:
            raise self._doubt("flush", TimeoutError("records not delivered in time"))
        flushed = self._outside.monotonic()
        if offsets:
            self._send_offsets(offsets, group_metadata)
        sent = self._outside.monotonic()
        try:
            self._repeated(lambda: self._producer.commit_transaction(self._timeout_s))  # type: ignore[union-attr]
        except KafkaException as exc:
            raise self._failed("commit", exc) from exc
        self._state = _State.READY
        if max(sent - flushed, self._outside.monotonic() - sent) > SURELY_ONCE_S:
            self._suspect = "perhaps sent twice"
        if self._outside.monotonic() - started > SUSPICIOUS_COMMIT_S:
            self._suspect = "slow commit"

    def _send_offsets(self, offsets: list[TopicPartition], group_metadata: object) -> None:
        producer = self._producer
        assert producer is not None
        try:
            self._repeated(lambda: producer.send_offsets_to_transaction(offsets, group_metadata, self._timeout_s))
        except KafkaException as exc:
            error = exc.args[0]
            if error.code() not in _LEFT_BEHIND or error.fatal():
                raise self._failed("send offsets", exc) from exc
            self.abort()
            raise Abortable(f"the group has gone on without this worker: {error.str()}") from exc

    def _repeated(self, call: Callable[[], None]) -> None:
        for attempt in range(1, RETRIES_MAX + 1):
            try:
                call()
            except KafkaException as exc:
                if not exc.args[0].retriable() or attempt == RETRIES_MAX:
                    raise
                self._suspect = "retried"
                self._outside.sleep(RETRY_PAUSE_S * attempt)
            else:
                return

    def abort(self) -> None:
        """Abort the open transaction. State: OPEN. Raises: Doubtful, Fenced. Repeat: no."""
        assert self._state is _State.OPEN and self._producer is not None, "abort needs an open transaction"
        producer = self._producer
        try:
            self._repeated(lambda: producer.abort_transaction(self._timeout_s))
        except KafkaException as exc:
            raise self._failed("abort", exc) from exc
        self._state = _State.READY

    def _failed(self, doing: str, exc: KafkaException) -> RuntimeFailure:
        error = exc.args[0]
        if error.code() in _FENCING:
            # Either another process has our name, or the broker has ended our transaction for its age: then a new
            # producer may go on. Two processes of one name would fence each other again and again.
            now = self._outside.monotonic()
            self._fenced_at = [at for at in self._fenced_at if now - at < FENCED_WITHIN_S] + [now]
            if len(self._fenced_at) > FENCED_MAX:
                self._state = _State.DOUBTFUL
                return Fenced(f"{doing}: transactional id {self.transactional_id} is taken again and again")
        return self._doubt(doing, exc)

    def _doubt(self, doing: str, exc: Exception) -> Doubtful:
        self._state = _State.DOUBTFUL
        return Doubtful(f"{doing}: {exc}")

    def close(self) -> None:
        """Let go of the producer. An open transaction is left to the next `open`, or to its timeout. Repeat: yes."""
        if self._producer is not None:
            with suppress(KafkaException):  # a failed producer says so once more; what it held is aborted anyway
                self._producer.purge()
                self._producer.flush(1)
        self._producer, self._state = None, _State.CLOSED
