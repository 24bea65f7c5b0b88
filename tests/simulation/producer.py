"""A transactional producer as librdkafka 2.16 behaves: what it sends, what it repeats, which errors it tells.

Owns the client's side. Sequence numbers, one request at a time for each partition, repeated until the delivery
timeout. Errors of broken connections are told when the application polls or flushes, not before.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from schemas.murmur2 import partition_of
from tests.simulation.broker import Offset, Place
from tests.simulation.cluster import Kafka
from tests.simulation.groups import Membership
from tests.simulation.log import Entry, Headers, Refused
from tests.simulation.world import MS, Bell, Process, S

RETRY_US = 20 * MS
COORDINATOR_RETRY_US = 60 * MS
DEFAULT_BACKOFF_MS = 100
# The backoff is this much longer or shorter, by chance.
JITTER = 0.2
# An error of a connection that is like the one before it is not told again for so long.
SUPPRESSED_US = 30 * S
OFFSETS_RETRY_US = 500 * MS
DEFAULT_LINGER_MS = 5
DEFAULT_TIMEOUT_MS = 60_000
_TRY_AGAIN = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.CONCURRENT_TRANSACTIONS,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
    }
)
_FATAL = frozenset(
    {
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.INVALID_PRODUCER_ID_MAPPING,
        KafkaError.INVALID_TXN_STATE,
    }
)
_FENCING = frozenset({KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})


def normal(code: int) -> int:
    """librdkafka has one name for both ways of being fenced."""
    return KafkaError._FENCED if code in _FENCING else code


class _Record:
    __slots__ = ("deadline", "entry", "told")

    def __init__(self, entry: Entry, told: Any, deadline: int) -> None:
        self.entry, self.told, self.deadline = entry, told, deadline


class _Lane:
    """One partition's records on their way."""

    __slots__ = ("batch", "first", "flying", "sequence", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[_Record] = deque()
        self.batch: list[_Record] = []
        self.first = 0
        self.sequence = 0
        self.flying = False


class ModelProducer:
    """Implements what the loop uses of `confluent_kafka.Producer`."""

    def __init__(self, kafka: Kafka, process: Process, properties: dict[str, Any]) -> None:
        """Connect to nothing yet."""
        self._kafka, self._process, self._world = kafka, process, kafka.world
        self._name: str = properties.get("transactional.id", "")
        self._linger = int(properties.get("linger.ms", DEFAULT_LINGER_MS)) * MS
        self._transaction_ms = int(properties.get("transaction.timeout.ms", DEFAULT_TIMEOUT_MS))
        self._delivery = int(properties.get("delivery.timeout.ms", DEFAULT_TIMEOUT_MS)) * MS
        self._backoff = int(properties.get("retry.backoff.ms", DEFAULT_BACKOFF_MS)) * MS
        self._told_at: int | None = None
        self._error_cb: Callable[[KafkaError], None] = properties.get("error_cb", lambda error: None)
        self._id, self._epoch = -1, -1
        self._lanes: dict[Place, _Lane] = {}
        # Of this transaction, as the coordinator has confirmed; and what it is asked for.
        self._added: set[Place] = set()
        self._adding: list[Place] = []
        self._sent_something = False
        self._open = False
        # Why this transaction must be aborted, or this producer must be thrown away.
        self._failure: KafkaError | None = None
        self._fatal: KafkaError | None = None
        self._callbacks: deque[Callable[[], None]] = deque()
        self._bell = Bell()
        self._closed = False
        self._pumping = False
        # A commit or abort that has not been answered: asked again, it is the same one.
        self._ending: _Answer | None = None
        kafka.network.on_broken.setdefault(process, []).append(self._on_broken)

    # What librdkafka does by itself.

    def _on_broken(self) -> None:
        if self._closed or (self._told_at is not None and self._world.now - self._told_at < SUPPRESSED_US):
            return
        self._told_at = self._world.now
        error = KafkaError(KafkaError._TRANSPORT, "connection broken")
        self._callbacks.append(lambda: self._error_cb(error))

    def _ask(self, what: str, node: Callable[[], int], serve: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        """One request that is answered as it arrives."""

        def at_broker(respond: Callable[[Any], None]) -> None:
            respond(serve())

        self._kafka.network.call(self._process, node, what, at_broker, answer)

    def _asked(self, what: str, node: Callable[[], int], serve: Callable[[], Any], limit: int, pause: int) -> "_Answer":
        """A request that is repeated until it is answered, or too late."""
        found = _Answer()
        deadline = self._world.now + limit

        def send() -> None:
            if not self._closed and not found.done:
                self._ask(what, node, serve, answered)

        def answered(value: Any) -> None:
            if found.done or self._closed:
                return
            if isinstance(value, Refused) and value.code in _TRY_AGAIN and self._world.now < deadline:
                jitter = self._world.random.uniform(1 - JITTER, 1 + JITTER) if pause == self._backoff else 1
                self._world.after(int(pause * jitter), self._process.soon, send)
                return
            found.done, found.value = True, value
            self._bell.ring()

        send()
        return found

    def _coordinator(self) -> int:
        return self._kafka.cluster.transaction_node

    def _await(self, answer: "_Answer", deadline: int) -> bool:
        while not answer.done:
            if not self._wait(deadline):
                return False
        return True

    def _wait(self, deadline: int) -> bool:
        left = deadline - self._world.now
        if left <= 0:
            return False
        self._world.wait(self._bell, left)
        return True

    # Records.

    def _pump(self) -> None:
        """Send what may be sent."""
        self._pumping = False
        if self._closed or self._fatal or self._failure:
            return
        missing = [place for place, lane in self._lanes.items() if lane.waiting and place not in self._added]
        if self._name and missing and not self._adding:
            self._adding = missing
            cluster, given = self._kafka.cluster, (self._name, self._id, self._epoch, tuple(missing))
            self._sent_something = True
            self._ask("AddPartitionsToTxn", self._coordinator, lambda: cluster.add_partitions(*given), self._were_added)
        for place, lane in self._lanes.items():
            if lane.waiting and not lane.flying and (not self._name or place in self._added):
                lane.batch = list(lane.waiting)
                lane.waiting.clear()
                lane.first, lane.flying = lane.sequence, True
                lane.sequence += len(lane.batch)
                self._send(place, lane)

    def _were_added(self, value: Any) -> None:
        adding, self._adding = self._adding, []
        if self._closed or not adding:
            return
        if isinstance(value, Refused):
            if value.code in _TRY_AGAIN:
                self._world.after(RETRY_US, self._process.soon, self._pump)
            else:
                self._fail(value.code, fatal=value.code in _FATAL)
            return
        self._added.update(adding)
        self._pump()

    def _send(self, place: Place, lane: _Lane) -> None:
        cluster = self._kafka.cluster
        batch, first, given = lane.batch, lane.first, (self._id, self._epoch)

        def at_broker(respond: Callable[[Any], None]) -> None:
            # Each arrival is a copy: what is repeated must not share its place in the log.
            entries = [
                Entry(
                    -1,
                    self._kafka.append_time(place, each.entry.time),
                    each.entry.key,
                    each.entry.value,
                    each.entry.headers,
                    transactional=bool(self._name),
                )
                for each in batch
            ]
            if self._id < 0:
                for entry in entries:
                    cluster.publish(cluster.log(place), entry)
                respond(entries[0].offset)
            else:
                cluster.produce(place, *given, first, entries, respond)

        def answered(value: Any) -> None:
            if self._closed or not lane.flying or lane.batch is not batch:
                return
            if isinstance(value, Refused) and value.code in _TRY_AGAIN:
                if self._world.now < batch[0].deadline:
                    self._world.after(RETRY_US, self._process.soon, again)
                    return
                value = Refused(KafkaError._MSG_TIMED_OUT)
            lane.flying, lane.batch = False, []
            self._delivered(place, batch, value)
            self._pump()

        def again() -> None:
            if not self._closed and lane.flying and lane.batch is batch:
                self._send(place, lane)

        self._kafka.network.call(self._process, lambda: cluster.log(place).leader, "Produce", at_broker, answered)

    def _delivered(self, place: Place, batch: list[_Record], value: Any) -> None:
        error = None
        if isinstance(value, Refused):
            error = KafkaError(normal(value.code))
            self._fail(value.code, fatal=False)
        for index, each in enumerate(batch):
            if each.told is not None:
                offset = -1001 if error is not None else value + index
                message = Message(topic=place[0], partition=place[1], offset=offset, key=each.entry.key)
                told = each.told
                self._callbacks.append(partial(told, error, message))
        self._bell.ring()

    def _fail(self, code: int, *, fatal: bool) -> None:
        error = KafkaError(normal(code), fatal=fatal, txn_requires_abort=not fatal)
        if fatal:
            self._fatal = self._fatal or error
        else:
            self._failure = self._failure or error
        # What still waits will not be sent.
        for place, lane in self._lanes.items():
            waiting = list(lane.waiting)
            lane.waiting.clear()
            if waiting:
                self._delivered_not(place, waiting)
        self._bell.ring()

    def _delivered_not(self, place: Place, batch: list[_Record]) -> None:
        error = KafkaError(KafkaError._PURGE_QUEUE)
        for each in batch:
            if each.told is not None:
                told, message = each.told, Message(topic=place[0], partition=place[1], offset=-1001)
                self._callbacks.append(partial(told, error, message))

    def _check(self) -> None:
        self._process.check()
        error = self._fatal or self._failure
        if error is not None:
            raise KafkaException(error)

    def _serve(self) -> int:
        count = 0
        while self._callbacks:
            self._callbacks.popleft()()
            count += 1
        return count

    # What the application calls.

    def init_transactions(self, timeout: float = -1) -> None:
        """Get an epoch of its own; whatever the one before left open is aborted."""
        self._process.check()
        limit = _us(timeout)
        cluster, given = self._kafka.cluster, (self._name, self._transaction_ms * MS)
        answer = self._asked(
            "InitProducerId", self._coordinator, lambda: cluster.init_producer(*given), limit, COORDINATOR_RETRY_US
        )
        if not self._await(answer, self._world.now + limit):
            answer.done = True
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "init", retriable=True))
        if isinstance(answer.value, Refused):
            raise KafkaException(KafkaError(normal(answer.value.code), fatal=answer.value.code in _FATAL))
        self._id, self._epoch = answer.value
        self._world.say(self._process.name, "is producer %d, epoch %d", self._id, self._epoch)

    def begin_transaction(self) -> None:
        """Nothing is sent."""
        self._check()
        if self._open:
            raise KafkaException(KafkaError(KafkaError._STATE, "a transaction is open"))
        self._open, self._sent_something, self._added = True, False, set()

    def produce(  # as the library has it
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int = -1,
        on_delivery: Any = None,
        timestamp: int = 0,
        headers: Headers | None = None,
    ) -> None:
        """Put a record into the queue."""
        self._check()
        if self._name and not self._open:
            raise KafkaException(KafkaError(KafkaError._STATE, "no transaction is open"))
        self._kafka.at_produce(self._process)
        if partition < 0:
            assert key is not None
            partition = partition_of(key, len(self._kafka.cluster.logs[topic]))
        entry = Entry(-1, timestamp, key, value, tuple(headers or ()))
        lane = self._lanes.setdefault((topic, partition), _Lane())
        lane.waiting.append(_Record(entry, on_delivery, self._world.now + self._delivery))
        if not self._pumping:
            self._pumping = True
            self._world.after(self._linger, self._process.soon, self._pump)

    def _left(self) -> int:
        return sum(len(lane.waiting) + len(lane.batch) for lane in self._lanes.values())

    def flush(self, timeout: float = -1) -> int:
        """Send everything and wait for it. Gives how much was not done."""
        self._process.check()
        deadline = self._world.now + _us(timeout)
        self._pump()
        while self._left() and self._wait(deadline):
            self._serve()
        self._serve()
        return self._left() + len(self._callbacks)

    def poll(self, timeout: float = 0) -> int:
        """Call back what has happened."""
        self._process.check()
        if not self._callbacks and timeout > 0:
            self._world.wait(self._bell, _us(timeout))
        return self._serve()

    def purge(self) -> None:
        """Forget what was not sent, and what was not answered."""
        self._process.check()
        if self._ending is not None:
            self._ending.done = True
        for lane in self._lanes.values():
            lane.waiting.clear()
            lane.batch, lane.flying = [], False

    def send_offsets_to_transaction(
        self, offsets: list[TopicPartition], group_metadata: Membership, timeout: float = -1
    ) -> None:
        """Make a group's offsets part of the transaction."""
        self._check()
        deadline = self._world.now + _us(timeout)
        cluster, group = self._kafka.cluster, group_metadata.group
        mine = (self._name, self._id, self._epoch)
        self._sent_something = True
        answer = self._asked(
            "AddOffsetsToTxn",
            self._coordinator,
            lambda: cluster.add_offsets(*mine, group),
            deadline - self._world.now,
            RETRY_US,
        )
        self._part(answer, deadline)
        wanted = {(each.topic, each.partition): Offset(each.offset, each.metadata) for each in offsets}
        answer = self._asked(
            "TxnOffsetCommit",
            lambda: cluster.group_node,
            lambda: cluster.commit_offsets(*mine, group, group_metadata, wanted),
            deadline - self._world.now,
            OFFSETS_RETRY_US,
        )
        self._part(answer, deadline)

    def _part(self, answer: "_Answer", deadline: int) -> None:
        if not self._await(answer, deadline):
            answer.done, answer.value = True, Refused(KafkaError._TIMED_OUT)
        if isinstance(answer.value, Refused):
            self._fail(answer.value.code, fatal=answer.value.code in _FATAL)
        self._check()

    def commit_transaction(self, timeout: float = -1) -> None:
        """Send everything, then EndTxn."""
        self._check()
        deadline = self._world.now + _us(timeout)
        if self._ending is None:
            self._pump()
            while self._left():
                if not self._wait(deadline):
                    raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "flush", retriable=True))
            self._check()
        self._finish(deadline, commit=True)

    def abort_transaction(self, timeout: float = -1) -> None:
        """Forget what was not sent, then EndTxn."""
        self._process.check()
        if self._fatal is not None:
            raise KafkaException(self._fatal)
        deadline = self._world.now + _us(timeout)
        for lane in self._lanes.values():
            lane.waiting.clear()
        while self._left() and self._wait(deadline):
            pass
        self._finish(deadline, commit=False)

    def _finish(self, deadline: int, *, commit: bool) -> None:
        if not self._open:
            raise KafkaException(KafkaError(KafkaError._STATE, "no transaction is open"))
        if self._sent_something:
            cluster, mine = self._kafka.cluster, (self._name, self._id, self._epoch)
            if self._ending is None:
                self._ending = self._asked(
                    "EndTxn(commit)" if commit else "EndTxn(abort)",
                    self._coordinator,
                    lambda: cluster.end(*mine, commit=commit),
                    DEFAULT_TIMEOUT_MS * MS,
                    self._backoff,
                )
            if not self._await(self._ending, deadline):
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "end", retriable=True))
            value, self._ending = self._ending.value, None
            if isinstance(value, Refused):
                self._fail(value.code, fatal=value.code in _FATAL)
                self._check()
        self._open, self._failure, self._adding = False, None, []

    def close(self) -> None:
        """It is no more; what it sent may still arrive."""
        self._closed = True


class _Answer:
    __slots__ = ("done", "value")

    def __init__(self) -> None:
        self.done = False
        self.value: Any = None


def _us(seconds: float) -> int:
    return int(seconds * S) if seconds >= 0 else 3_600 * S
