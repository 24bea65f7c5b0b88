"""Consume, decide, produce, commit: one Kafka transaction for each turn, for all partitions of this worker.

Owns the group membership, the order of assignment, restore and work, and what happens after each class of error. A
transaction never spans a poll, so a rebalance always finds everything committed. There is one way to come back from an
abort, from doubt, from a crash and to a new partition: restore from the log. Never looks into a record.
"""

import gc
import logging
import time
from collections.abc import Callable
from threading import Event as Flag
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.ids import RegistryUnavailable
from schemas.topic_offsets import is_passing
from streams.runtime.errors import Abortable, Doubtful, Fatal, Fenced, Misconfigured, RuntimeFailure
from streams.runtime.logs import KafkaLogs
from streams.runtime.metrics import Metrics
from streams.runtime.producer import Delivered, Headers, TransactionalProducer
from streams.runtime.settings import RuntimeSettings
from streams.runtime.task import Batch, Restore, Task
from streams.runtime.watchdog import Watchdog

log = logging.getLogger(__name__)

IDLE_WAIT_S = 0.1
# A deadline may fall due at any moment: how often the clock is looked at.
WATCH_EVERY_S = 0.02
# Of one input of one partition; beyond that it is not fetched any more until little is left.
HELD_BYTES_MAX = 16 * 1_048_576
HELD_BYTES_LOW = 4 * 1_048_576
REGISTRY_PAUSE_S = 1.0
METRICS_EVERY_S = 1.0
# Transaction timeouts until a transaction is given up for stuck: flush, offsets and commit have one each.
STUCK_FACTOR = 4

_FENCED_TEXT = KafkaError(KafkaError.FENCED_INSTANCE_ID).str()

MakeTask = Callable[[int], Task]


class Loop:
    """One worker of a processor."""

    def __init__(
        self,
        settings: RuntimeSettings,
        topics: tuple[str, ...],
        make_task: MakeTask,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`topics`: the co-partitioned inputs, without prefix; `make_task`: a partition's task, not yet restored."""
        self.settings = settings
        self._topics = topics
        self._names = {settings.topic(topic): topic for topic in topics}
        self._make_task = make_task
        self._metrics = metrics
        self._clock = clock
        self._producer = TransactionalProducer(settings)
        self._watchdog = Watchdog(STUCK_FACTOR * settings.transaction_timeout_ms / 1_000)
        self._tasks: dict[int, Task] = {}
        self._restoring: dict[int, Restore] = {}
        self._starting: dict[int, dict[str, int]] = {}
        self._stopped: dict[int, str] = {}
        # Tasks whose partitions were revoked a moment ago, and may come back: their state is that of the log.
        self._parked: dict[int, Task] = {}
        self._paused: set[tuple[str, int]] = set()
        self._last_turn = time.monotonic()
        self._joined = False
        self._stop_asked: Callable[[], bool] = lambda: False
        # An error of the consumer that it can't come back from.
        self._failed: KafkaError | None = None
        self._measured_at = 0.0
        self._logs = KafkaLogs(settings)
        self._consumer = Consumer(self._consumer_properties())
        self._logs.ask_group_of(self._consumer)

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
            log.warning("consumer disturbed", extra={"error": error.str()})

    # What others may look at, from other threads.

    def live(self) -> str | None:
        """Why this worker should be restarted; none while it turns."""
        silent_ms = (time.monotonic() - self._last_turn) * 1_000
        return f"no turn for {silent_ms:.0f} ms" if silent_ms > self.settings.max_poll_interval_ms else None

    def ready(self) -> dict[str, str]:
        """What keeps this worker from deciding: reason by partition; empty when it decides."""
        reasons = {str(partition): reason for partition, reason in list(self._stopped.items())}
        reasons |= {str(partition): "restoring" for partition in list(self._restoring)}
        if not self._joined:
            reasons["group"] = "not joined"
        return reasons

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
            self._consumer.subscribe(
                list(self._names), on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_lost
            )
            while not stop.is_set():
                self._turn()
            for task in self._working():
                task.snapshot(final=True)
        except BaseException as exc:
            # What the tasks hold may never have been committed: it must not become a snapshot on the way out.
            self._tasks.clear()
            if isinstance(exc, KafkaException):
                raise Fatal(f"Kafka refused for good: {exc}") from exc
            raise
        finally:
            self._watchdog.close()
            self._producer.close()
            for partition in list(self._restoring):
                self._restoring.pop(partition).close()
                self._tasks.pop(partition, None)
            self._logs.close()
            self._consumer.close()

    def _turn(self) -> None:
        self._last_turn = time.monotonic()
        busy = bool(self._restoring)
        for message in self._poll(0.0 if busy or self._has_work() else self._wait_s()):
            self._dispatch(message)
        self._check_membership()
        self._look_for_ends()
        self._restore()
        self._ask_for_ends()
        self._transact()
        self._hold_back()
        for task in self._working():
            task.snapshot(final=False)
        if self._last_turn - self._measured_at > METRICS_EVERY_S:
            self._measure()

    def _working(self) -> list[Task]:
        return [
            task
            for partition, task in self._tasks.items()
            if partition not in self._restoring and partition not in self._stopped
        ]

    def _has_work(self) -> bool:
        now_ms = self._now_ms()
        return any(task.has_work(now_ms) for task in self._working())

    def _wait_s(self) -> float:
        now_ms = self._now_ms()
        return WATCH_EVERY_S if any(task.wants_ends(now_ms) for task in self._working()) else IDLE_WAIT_S

    def _now_ms(self) -> int:
        return int(self._clock() * 1_000)

    def _poll(self, wait_s: float) -> list[Message]:
        # `consume(n, t)` waits for n records or the whole time: take one, then what is there.
        messages = self._consumer.consume(1, wait_s)
        if messages:
            messages += self._consumer.consume(self.settings.batch_records, 0)
        return messages

    def _dispatch(self, message: Message) -> None:
        topic = self._names[message.topic() or ""] if message.topic() else ""
        partition = message.partition()
        assert partition is not None
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            self._input_failed(error, topic, partition)
            return
        task = self._tasks.get(partition)
        if task is None or partition in self._restoring or partition in self._stopped:
            return  # fetched before it was paused: it will be fetched again
        offset = message.offset()
        assert offset is not None
        if offset < self._starting[partition][topic]:
            return
        if error is not None:
            task.end(topic, offset)
        else:
            task.put(topic, message)

    def _input_failed(self, error: KafkaError, topic: str, partition: int) -> None:
        if error.code() == KafkaError._AUTO_OFFSET_RESET and partition in self._tasks:
            if partition not in self._restoring:
                self._stop(partition, f"{topic}: the next offset is not there: {error.str()}")
        elif error.code() == KafkaError._FATAL:
            self._failed = self._failed or error
        elif not is_passing(error):
            log.warning("input disturbed", extra={"topic": topic, "partition": partition, "error": error.str()})

    # Assignment: called back from within a poll, where no transaction is open.

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        wanted = sorted({each.partition for each in partitions})
        log.info("assigned", extra={"partitions": wanted})
        if len(partitions) != len(wanted) * len(self._topics):
            raise Misconfigured(f"the inputs {sorted(self._names)} must have equally many partitions")
        # Where to go on is not known before the restore: nothing is fetched until it seeks.
        everything = [TopicPartition(each.topic, each.partition, _LATEST) for each in partitions]
        consumer.assign(everything)
        consumer.pause(everything)
        self._paused.clear()
        for partition in wanted:
            self._begin_restore(partition, self._parked.pop(partition, None))
        self._parked.clear()
        self._joined = True

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        log.info("revoked", extra={"partitions": sorted({each.partition for each in partitions})})
        for partition in {each.partition for each in partitions}:
            task = self._tasks.pop(partition, None)
            if task is not None and partition not in self._restoring and partition not in self._stopped:
                task.snapshot(final=True)
                self._parked[partition] = task
            self._forget(partition)
        self._joined = False

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        log.warning("lost", extra={"partitions": sorted({each.partition for each in partitions})})
        for partition in {each.partition for each in partitions}:
            self._tasks.pop(partition, None)
            self._forget(partition)
        self._joined = False

    def _forget(self, partition: int) -> None:
        restore = self._restoring.pop(partition, None)
        if restore is not None:
            restore.close()
        self._starting.pop(partition, None)
        self._stopped.pop(partition, None)
        self._metrics.forget(partition)

    # Restore, one partition at a time.

    def _begin_restore(self, partition: int, parked: Task | None = None) -> None:
        task = parked if parked is not None else self._make_task(partition)
        self._tasks[partition] = task
        self._starting.pop(partition, None)
        old = self._restoring.pop(partition, None)
        if old is not None:
            old.close()
        self._restoring[partition] = task.restore(self._logs)

    def _restore(self) -> None:
        if not self._restoring:
            return
        partition, restore = next(iter(self._restoring.items()))
        try:
            try:
                next(restore)
            except StopIteration as done:
                self._resume(partition, done.value)
        except (KafkaException, RegistryUnavailable) as exc:
            log.warning("restore disturbed", extra={"partition": partition, "error": str(exc)})
            time.sleep(IDLE_WAIT_S)
            self._begin_restore(partition)
        except Fatal:
            raise
        except Exception as exc:  # noqa: BLE001  # whatever it is, this partition must not go on
            del self._restoring[partition]
            self._stop(partition, f"restore: {type(exc).__name__}: {exc}", exc)

    def _resume(self, partition: int, offsets: dict[str, int]) -> None:
        positions = [TopicPartition(self.settings.topic(t), partition, offset) for t, offset in offsets.items()]
        for position in positions:
            self._consumer.seek(position)
        self._consumer.resume([TopicPartition(each.topic, partition) for each in positions])
        self._starting[partition] = offsets
        del self._restoring[partition]
        gc.freeze()  # what was restored stays: the collector need not look at it again
        log.info("restored", extra={"partition": partition, "offsets": offsets})

    def _stop(self, partition: int, reason: str, exc: BaseException | None = None) -> None:
        """An error in our code or in a log: nothing is skipped, the partition waits for somebody to look."""
        log.error("partition stopped", extra={"partition": partition, "reason": reason}, exc_info=exc)
        self._stopped[partition] = reason
        self._consumer.pause([TopicPartition(name, partition) for name in self._names])
        self._metrics.stopped.labels(str(partition)).set(1)

    # One transaction.

    def _transact(self) -> None:
        if not self._renew_producer():
            return
        now_ms = self._now_ms()
        ready = [task for task in self._working() if task.has_work(now_ms)]
        if not ready:
            return
        batch = Batch(self.settings.batch_records, self.settings.batch_ms)
        started = self._watchdog.start()
        try:
            worked = self._attempt(ready, batch, now_ms)
        except Abortable as exc:
            log.warning("transaction aborted", extra={"reason": str(exc), "records": batch.records})
            self._metrics.aborted.inc()
            self._rebuild(ready)
        except Doubtful as exc:
            log.warning("transaction in doubt", extra={"reason": str(exc), "records": batch.records})
            self._metrics.doubtful.inc()
            self._rebuild(ready)
        except RegistryUnavailable as exc:
            # It says nothing about the record: the same again, until it is there.
            log.warning("no answer from the schema registry", extra={"reason": str(exc)})
            self._rebuild(ready)
            self._abort()
            time.sleep(REGISTRY_PAUSE_S)
        except _WorkFailed as exc:
            self._rebuild([task for task in ready if task is not exc.task])
            self._stop(exc.task.partition, f"{type(exc.__cause__).__name__}: {exc.__cause__}", exc.__cause__)
            self._abort()
        else:
            for task in worked:
                task.committed()
            if batch.records:
                self._metrics.transaction_seconds.observe(time.monotonic() - started)
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
            except (RuntimeFailure, RegistryUnavailable):
                raise
            except Exception as exc:
                raise _WorkFailed(task) from exc
            worked.append(task)
            if batch.full:
                break
        offsets = [
            TopicPartition(self.settings.topic(topic), task.partition, offset)
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

    def _rebuild(self, tasks: list[Task]) -> None:
        for task in tasks:
            self._consumer.pause([TopicPartition(name, task.partition) for name in self._names])
            self._begin_restore(task.partition)

    # Ends, barriers, back-pressure, figures.

    def _look_for_ends(self) -> None:
        """An input is at its end if the last answer that brought records said so; the event that says it comes late."""
        for task in self._working():
            for topic in task.unsettled():
                where = TopicPartition(self.settings.topic(topic), task.partition)
                _, high = self._consumer.get_watermark_offsets(where, cached=True)
                task.end_if(topic, high)

    def _ask_for_ends(self) -> None:
        now_ms = self._now_ms()
        asking = [task for task in self._working() if task.wants_ends(now_ms)]
        if not asking:
            return
        try:
            ends = self._logs.ends(self._topics, [task.partition for task in asking])
        except KafkaException as exc:
            log.warning("ends not known", extra={"error": str(exc)})
            return
        for task in asking:
            task.expect(ends[task.partition], now_ms)

    def _hold_back(self) -> None:
        """Stop fetching an input of which much is here already, so that memory has a bound."""
        for task in self._working():
            for name, topic in self._names.items():
                held, key = task.held_bytes(topic), (name, task.partition)
                if held > HELD_BYTES_MAX and key not in self._paused:
                    self._consumer.pause([TopicPartition(*key)])
                    self._paused.add(key)
                elif held < HELD_BYTES_LOW and key in self._paused:
                    self._consumer.resume([TopicPartition(*key)])
                    self._paused.discard(key)

    def _measure(self) -> None:
        self._measured_at = self._last_turn
        now_ms = self._now_ms()
        for task in self._working():
            task.measure(now_ms)
            for topic, offset in task.offsets().items():
                _, high = self._consumer.get_watermark_offsets(
                    TopicPartition(self.settings.topic(topic), task.partition), cached=True
                )
                if high >= 0:
                    self._metrics.lag.labels(topic, str(task.partition)).set(max(high - offset, 0))


_LATEST = -1


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
