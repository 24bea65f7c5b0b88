"""Consume, decide, produce, commit: one Kafka transaction for each turn, for all partitions of this worker.

Owns the group membership, the turns, and what happens after each class of error. A
transaction never spans a poll, so a rebalance always finds everything committed. There is one way to come back from an
abort, from doubt, from a crash and to a new partition: restore from the log. Never looks into a record.
"""

import logging
import time
from collections.abc import Callable
from threading import Event as Flag
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from schemas.topic_offsets import is_passing
from streams.runtime.errors import Abortable, Doubtful, Fatal, Fenced, RuntimeFailure
from streams.runtime.logs import KafkaLogs
from streams.runtime.metrics import Metrics
from streams.runtime.outside import MACHINE, Outside
from streams.runtime.partitions import MakeTask, Partitions
from streams.runtime.producer import Delivered, Headers, TransactionalProducer
from streams.runtime.settings import RuntimeSettings
from streams.runtime.task import Batch, Task

log = logging.getLogger(__name__)

IDLE_WAIT_S = 0.1
# A deadline may fall due at any moment: how often the clock is looked at.
WATCH_EVERY_S = 0.02
# So many transactions of unknown end, one after the other, are no accident: something is refused for good.
DOUBTS_MAX = 8
DOUBT_PAUSE_S = 0.1
METRICS_EVERY_S = 1.0
# Transaction timeouts until a transaction is given up for stuck: flush, offsets and commit have one each.
STUCK_FACTOR = 4

# Reading the same again will not help.
_UNREADABLE = frozenset(
    {
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError._BAD_COMPRESSION,
        KafkaError._BAD_MSG,
        KafkaError.INVALID_MSG,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
    }
)
_FENCED_TEXT = KafkaError(KafkaError.FENCED_INSTANCE_ID).str()


class Loop:
    """One worker of a processor."""

    def __init__(
        self,
        settings: RuntimeSettings,
        topics: tuple[str, ...],
        make_task: MakeTask,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        outside: Outside = MACHINE,
    ) -> None:
        """`topics`: the co-partitioned inputs, without prefix; `make_task`: a partition's task, not yet restored."""
        self.settings = settings
        self._topics = topics
        self._names = {settings.topic(topic): topic for topic in topics}
        self._metrics = metrics
        self._clock = clock
        self._outside = outside
        self._producer = TransactionalProducer(settings, outside)
        self._watchdog = outside.watchdog(STUCK_FACTOR * settings.transaction_timeout_ms / 1_000)
        self._last_turn = self._outside.monotonic()
        self._stop_asked: Callable[[], bool] = lambda: False
        # An error of the consumer that it can't come back from.
        self._failed: KafkaError | None = None
        self._doubts = 0
        self._measured_at = 0.0
        self._logs = KafkaLogs(settings, outside)
        self._consumer = outside.consumer(self._consumer_properties())
        self._logs.ask_group_of(self._consumer)
        self._partitions = Partitions(settings, topics, make_task, self._consumer, self._logs, metrics, outside)

    def _consumer_properties(self) -> dict[str, Any]:
        settings = self.settings
        return {
            **settings.client,
            "group.id": settings.group_id,
            # A restarted worker of the same name gets its partitions back without disturbing the others (KIP-345).
            "group.instance.id": f"{settings.group_id}-{settings.worker}",
            # Only `range` gives one member the same partition of every topic; it is an eager assignor.
            "partition.assignment.strategy": "range",
            "session.timeout.ms": settings.session_timeout_ms,
            "heartbeat.interval.ms": max(settings.session_timeout_ms // 5, 100),
            "max.poll.interval.ms": settings.max_poll_interval_ms,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "fetch.queue.backoff.ms": 20,
            # An empty answer of the broker, after so long, is the last resort to learn that a topic is at its end.
            "fetch.wait.max.ms": 50,
            "queued.max.messages.kbytes": 65_536,
            "error_cb": self._on_error,
        }

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            # Said once; here the code is the real one. The turn raises it: this is called from within the client.
            log.error("consumer failed", extra={"error": error.str()})
            self._failed = error
        else:
            self._metrics.disturbances.inc()
            log.warning("consumer disturbed", extra={"error": error.str()})

    # What others may look at, from other threads.

    def live(self) -> str | None:
        """Why this worker should be restarted; none while it turns."""
        silent_ms = (self._outside.monotonic() - self._last_turn) * 1_000
        return f"no turn for {silent_ms:.0f} ms" if silent_ms > self.settings.max_poll_interval_ms else None

    def ready(self) -> dict[str, str]:
        """What keeps this worker from deciding: reason by partition; empty when it decides."""
        reasons = self._partitions.reasons()
        return reasons if self._partitions.joined else {**reasons, "group": "not joined"}

    def _check_membership(self) -> None:
        """Raises: Fenced when another process has our name in the group, Fatal for another end of the consumer."""
        if self._failed is None:
            return
        # What comes as a message hides the code behind _FATAL and keeps its text.
        if self._failed.code() == KafkaError.FENCED_INSTANCE_ID or _FENCED_TEXT in self._failed.str():
            raise Fenced(f"another process is {self.settings.worker} of {self.settings.group_id}")
        raise Fatal(self._failed.str())

    # Life.

    def run(self, stop: Flag) -> None:
        """Work until told to stop. Raises: Fatal, after letting go of everything; nothing undecided is lost by it."""
        try:
            self._stop_asked = stop.is_set
            self._producer.open(stop.is_set)
            if stop.is_set():
                return
            # Called back from within a poll, where no transaction is open.
            self._consumer.subscribe(
                list(self._names),
                on_assign=lambda _, partitions: self._partitions.assigned(partitions),
                on_revoke=lambda _, partitions: self._partitions.revoked(partitions),
                on_lost=lambda _, partitions: self._partitions.lost(partitions),
            )
            while not stop.is_set():
                self._turn()
            for task in self._partitions.working():
                task.snapshot(final=True)
        except BaseException as exc:
            # What the tasks hold may never have been committed: it must not become a snapshot on the way out.
            self._partitions.drop()
            if isinstance(exc, Exception) and not isinstance(exc, Fatal):
                raise Fatal(f"{type(exc).__name__}: {exc}") from exc
            raise
        finally:
            self._watchdog.close()
            self._producer.close()
            self._partitions.close()
            self._logs.close()
            self._consumer.close()

    def _turn(self) -> None:
        self._last_turn = self._outside.monotonic()
        busy = self._partitions.restoring
        for message in self._poll(0.0 if busy or self._has_work() else self._wait_s()):
            self._dispatch(message)
        self._check_membership()
        self._partitions.read_again()
        self._partitions.look_for_ends()
        if self._producer.must_be_replaced is not None:
            # It settles the transaction of its predecessor, whose records a restore would wait for.
            self._renew_producer()
        self._partitions.restore()
        self._ask_for_ends()
        self._transact()
        self._partitions.hold_back()
        for task in self._partitions.working():
            task.snapshot(final=False)
        if self._last_turn - self._measured_at > METRICS_EVERY_S:
            self._measure()

    def _has_work(self) -> bool:
        now_ms = self._now_ms()
        return any(task.has_work(now_ms) for task in self._partitions.working())

    def _wait_s(self) -> float:
        now_ms = self._now_ms()
        return WATCH_EVERY_S if any(task.wants_ends(now_ms) for task in self._partitions.working()) else IDLE_WAIT_S

    def _now_ms(self) -> int:
        return int(self._clock() * 1_000)

    def _poll(self, wait_s: float) -> list[Message]:
        # `consume(n, t)` waits for n records or the whole time: take one, then what is there.
        messages = self._consumer.consume(1, wait_s)
        if messages:
            messages += self._consumer.consume(self.settings.batch_records, 0)
        return messages

    def _dispatch(self, message: Message) -> None:
        error = message.error()
        if error is None or error.code() == KafkaError._PARTITION_EOF:
            self._partitions.take(message)
            return
        topic, partition = message.topic() or "", message.partition()
        if error.code() == KafkaError._FATAL:
            self._failed = self._failed or error
        elif error.code() in _UNREADABLE and partition is not None:
            self._partitions.unreadable(topic, partition, error.str())
        elif not is_passing(error):
            log.warning("consumer disturbed", extra={"error": error.str()})

    # One transaction.

    def _transact(self) -> None:
        if not self._renew_producer():
            return
        now_ms = self._now_ms()
        ready = [task for task in self._partitions.working() if task.has_work(now_ms)]
        if not ready:
            return
        batch = Batch(self.settings.batch_records, self.settings.batch_ms, self._outside.monotonic)
        started = self._watchdog.start()
        try:
            worked = self._attempt(ready, batch, now_ms)
        except Abortable as exc:
            log.warning("transaction aborted", extra={"reason": str(exc), "records": batch.records})
            self._metrics.aborted.inc()
            self._partitions.rebuild(ready)
        except Doubtful as exc:
            log.warning("transaction in doubt", extra={"reason": str(exc), "records": batch.records})
            self._metrics.doubtful.inc()
            self._partitions.rebuild(ready)
            self._doubts += 1
            if self._doubts > DOUBTS_MAX:
                raise Fatal(f"{self._doubts} transactions in doubt, one after the other: {exc}") from exc
            self._outside.sleep(DOUBT_PAUSE_S * self._doubts)
        except _WorkFailed as exc:
            self._partitions.rebuild([task for task in ready if task is not exc.task])
            self._partitions.stop(exc.task.partition, f"{type(exc.__cause__).__name__}: {exc.__cause__}", exc.__cause__)
            self._abort()
        else:
            for task in worked:
                task.committed()
            self._partitions.rotate(worked)
            self._doubts = 0
            if batch.records:
                self._metrics.transaction_seconds.observe(self._outside.monotonic() - started)
                self._metrics.transaction_records.observe(batch.records)
        finally:
            self._watchdog.stop()

    def _attempt(self, ready: list[Task], batch: Batch, now_ms: int) -> list[Task]:
        """One transaction: who worked in it. Raises: whatever keeps it from being committed."""
        self._producer.begin()
        out, worked = _Outbox(self._producer, self.settings), []
        for task in ready:
            try:
                task.work(out, batch, now_ms)
            except RuntimeFailure:
                raise
            except Exception as exc:
                raise _WorkFailed(task) from exc
            worked.append(task)
            if batch.full:
                break
        offsets = [
            TopicPartition(self.settings.topic(topic), task.partition, offset, metadata=self._logs.known_id(topic))
            for task in worked
            for topic, offset in task.offsets().items()
        ]
        self._producer.commit(offsets if batch.records else [], self._consumer.consumer_group_metadata())
        return worked

    def _abort(self) -> None:
        try:
            self._producer.abort()
        except Doubtful as exc:
            log.warning("abort in doubt", extra={"reason": str(exc)})

    def _renew_producer(self) -> bool:
        """Replace the producer if it may not go on; false if it was not to be had, because we are to stop.

        Raises: Fatal, Fenced.
        """
        why = self._producer.must_be_replaced
        if why is not None:
            # A new producer would fence the rightful one, if that is what has happened: the consumer would know.
            for message in self._poll(0.0):
                self._dispatch(message)
            self._check_membership()
            log.info("producer replaced", extra={"reason": why})
            self._metrics.producers_replaced.inc()
            self._producer.open(self._stop_asked)
        return self._producer.must_be_replaced is None

    # Ends, figures.

    def _ask_for_ends(self) -> None:
        now_ms = self._now_ms()
        asking = [task for task in self._partitions.working() if task.wants_ends(now_ms)]
        if not asking:
            return
        try:
            ends = self._logs.ends(self._topics, [task.partition for task in asking])
        except KafkaException as exc:
            log.warning("ends not known", extra={"error": str(exc)})
            return
        for task in asking:
            if task.partition in ends:
                task.expect(ends[task.partition], now_ms)

    def _measure(self) -> None:
        self._measured_at = self._last_turn
        self._partitions.measure()
        now_ms = self._now_ms()
        for task in self._partitions.working():
            task.measure(now_ms)
            for topic, offset in task.offsets().items():
                _, high = self._consumer.get_watermark_offsets(
                    TopicPartition(self.settings.topic(topic), task.partition), cached=True
                )
                if high >= 0:
                    self._metrics.lag.labels(topic, str(task.partition)).set(max(high - offset, 0))


class _WorkFailed(Exception):  # never leaves the loop
    """An unexpected exception in a task's work."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task


class _Outbox:
    __slots__ = ("_producer", "_settings")

    def __init__(self, producer: TransactionalProducer, settings: RuntimeSettings) -> None:
        self._producer = producer
        self._settings = settings

    def produce(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        partition: int = -1,
        delivered: Delivered | None = None,
    ) -> None:
        self._producer.produce(self._settings.topic(topic), key, value, headers, timestamp_ms, partition, delivered)
