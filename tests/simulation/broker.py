"""The brokers of a model cluster: partitions, the transaction coordinator, committed offsets. As Kafka 4.1 has them.

Owns what a request does when it arrives. Never delays or loses one (`network` does), never talks to a client's state.
The requests are those of librdkafka 2.16: it has no client part of KIP-890, so one epoch serves many transactions and a
delayed EndTxn may end a later one; what the broker alone can do (verifying partitions before an append) it does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from confluent_kafka import KafkaError, Message

from tests.simulation.groups import Group, Membership
from tests.simulation.log import NO_PRODUCER, Entry, Headers, Log, Refused
from tests.simulation.world import MS, World

Place = tuple[str, int]


class State(Enum):
    """Of a transaction, as its coordinator has it."""

    EMPTY = "empty"
    ONGOING = "ongoing"
    PREPARE_COMMIT = "prepare commit"
    PREPARE_ABORT = "prepare abort"
    COMPLETE = "complete"


@dataclass(slots=True)
class Transaction:
    """A transactional id's state."""

    producer: int
    epoch: int
    timeout: int
    state: State = State.EMPTY
    # How the last one ended.
    committed: bool | None = None
    started: int = 0
    places: list[Place] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    # Ends that are not yet marked.
    unmarked: int = 0


@dataclass(slots=True)
class Offset:
    """A group's offset of a partition."""

    offset: int
    metadata: str | None


@dataclass(slots=True)
class Rates:
    """How long things take inside of the cluster, in microseconds: at least and at most."""

    replication: tuple[int, int] = (200, 3 * MS)
    marker: tuple[int, int] = (300, 5 * MS)
    # How often transactions that are too old are looked for.
    expiry: int = 500 * MS
    # Before a group's first members get their partitions.
    rebalance_delay: int = 20 * MS


class Cluster:
    """All brokers together."""

    def __init__(self, world: World, nodes: int, rates: Rates, wall: Callable[[int], int]) -> None:
        """`wall`: a node's clock, in milliseconds since 1970."""
        self.world, self.nodes, self.rates, self._wall = world, nodes, rates, wall
        self.up = [True] * nodes
        self.logs: dict[str, list[Log]] = {}
        self.transactions: dict[str, Transaction] = {}
        self._of_producer: dict[int, Transaction] = {}
        self.transaction_node = 0
        self.group_node = nodes - 1
        self.groups: dict[str, Group] = {}
        # Group -> place -> offset; and the same of open transactions, by producer.
        self.offsets: dict[str, dict[Place, Offset]] = {}
        self.pending: dict[str, dict[int, dict[Place, Offset]]] = {}
        # Told of each commit that reaches a partition: the log and its records.
        self.on_commit: list[Callable[[Log, list[Entry]], None]] = []
        # Asked again when a log has changed.
        self.fetches: list[Fetch] = []
        self.expired = 0
        world.after(rates.expiry, self._expire)

    # Topics.

    def make_topic(self, name: str, partitions: int, *, append_time: bool = False) -> None:
        """An empty one."""
        self.logs[name] = [Log(name, number, append_time=append_time) for number in range(partitions)]
        for log in self.logs[name]:
            log.leader = (len(self.logs) + log.partition) % self.nodes

    def log(self, place: Place) -> Log:
        """A partition's. Raises: Refused."""
        logs = self.logs.get(place[0])
        if logs is None or not 0 <= place[1] < len(logs):
            raise Refused(KafkaError.UNKNOWN_TOPIC_OR_PART)
        return logs[place[1]]

    def between(self, bounds: tuple[int, int]) -> int:
        """Some time within bounds."""
        return self.world.random.randint(*bounds)

    # Appending.

    def entry(self, log: Log, key: bytes | None, value: bytes | None, headers: Headers, time: int) -> Entry:
        """A record that is not in its log yet."""
        moment = self._wall(log.leader) if log.append_time else time
        return Entry(-1, moment, key, value, headers)

    def publish(self, log: Log, entry: Entry) -> None:
        """A record of somebody who sends it again if it is lost."""
        if log.append_time:
            entry.time = self._wall(log.leader)
        log.append([entry], NO_PRODUCER, 0, 0)
        self._replicate(log, None)

    def produce(
        self,
        place: Place,
        producer: int,
        epoch: int,
        first: int,
        entries: list[Entry],
        done: Callable[[int], None],
    ) -> None:
        """Append a batch; `done` is told its first offset when all replicas have it. Raises: Refused."""
        log = self.log(place)
        transactional = bool(entries) and entries[0].transactional
        offset = log.check(producer, epoch, first, len(entries))
        if offset is None:
            if transactional and producer not in log.open:
                self._verify(producer, epoch, place)
            offset = log.append(entries, producer, epoch, first)
        begin = offset
        self._replicate(log, lambda: done(begin))

    def _verify(self, producer: int, epoch: int, place: Place) -> None:
        """KIP-890, the broker's part: a partition takes records of a transaction only while it is part of it."""
        transaction = self._of_producer.get(producer)
        if transaction is None or transaction.state is not State.ONGOING or place not in transaction.places:
            raise Refused(KafkaError.INVALID_TXN_STATE)
        if transaction.epoch != epoch:
            raise Refused(KafkaError.INVALID_PRODUCER_EPOCH)

    def _replicate(self, log: Log, done: Callable[[], None] | None) -> None:
        end, leader_epoch = log.end, log.leader_epoch
        if done is not None:
            if log.high >= end:
                done()
                return
            log.waiting.append((end, done))
        self.world.after(self.between(self.rates.replication), self._replicated, log, end, leader_epoch)

    def _replicated(self, log: Log, end: int, leader_epoch: int) -> None:
        if log.leader_epoch != leader_epoch or not self.up[log.leader]:
            return
        log.high_known = True
        log.replicated(end)
        self._changed(log)

    # Transactions.

    def init_producer(self, name: str, timeout: int) -> tuple[int, int]:
        """A producer id and an epoch that nobody of that name had. Raises: Refused while an old transaction ends."""
        transaction = self.transactions.get(name)
        if transaction is None:
            transaction = self.transactions[name] = Transaction(1_000 + len(self.transactions), -1, timeout)
            self._of_producer[transaction.producer] = transaction
        if transaction.state is State.ONGOING:
            self._fence(transaction)
        if transaction.state in (State.PREPARE_COMMIT, State.PREPARE_ABORT):
            raise Refused(KafkaError.CONCURRENT_TRANSACTIONS)
        transaction.epoch += 1
        transaction.timeout = timeout
        transaction.state, transaction.committed = State.EMPTY, None
        return transaction.producer, transaction.epoch

    def _fence(self, transaction: Transaction) -> None:
        transaction.epoch += 1
        self._end(transaction, commit=False)

    def _expire(self) -> None:
        for name, transaction in self.transactions.items() if self.up[self.transaction_node] else ():
            if transaction.state is State.ONGOING and self.world.now - transaction.started > transaction.timeout:
                self.world.say("coordinator", "transaction of %s is too old", name)
                self.expired += 1
                self._fence(transaction)
        self.world.after(self.rates.expiry, self._expire)

    def _current(self, name: str, producer: int, epoch: int) -> Transaction:
        transaction = self.transactions.get(name)
        if transaction is None or transaction.producer != producer:
            raise Refused(KafkaError.INVALID_PRODUCER_ID_MAPPING)
        if transaction.epoch != epoch:
            raise Refused(KafkaError.PRODUCER_FENCED)
        return transaction

    def add_partitions(self, name: str, producer: int, epoch: int, places: Iterable[Place]) -> None:
        """They are part of the transaction from now on. Raises: Refused."""
        transaction = self._begin(name, producer, epoch)
        transaction.places.extend(each for each in places if each not in transaction.places)

    def add_offsets(self, name: str, producer: int, epoch: int, group: str) -> None:
        """A group's offsets are part of the transaction from now on. Raises: Refused."""
        transaction = self._begin(name, producer, epoch)
        if group not in transaction.groups:
            transaction.groups.append(group)

    def _begin(self, name: str, producer: int, epoch: int) -> Transaction:
        transaction = self._current(name, producer, epoch)
        if transaction.state in (State.PREPARE_COMMIT, State.PREPARE_ABORT):
            raise Refused(KafkaError.CONCURRENT_TRANSACTIONS)
        if transaction.state is not State.ONGOING:
            transaction.state, transaction.started = State.ONGOING, self.world.now
            transaction.places, transaction.groups, transaction.committed = [], [], None
        return transaction

    def commit_offsets(
        self, name: str, producer: int, epoch: int, group: str, who: Membership, offsets: dict[Place, Offset]
    ) -> None:
        """Offsets that count when the transaction is committed. Raises: Refused."""
        found = self.groups.get(group)
        if found is not None:
            found.validate_commit(who)
        elif who.generation >= 0:
            raise Refused(KafkaError.ILLEGAL_GENERATION)
        transaction = self._of_producer.get(producer)
        if transaction is None or transaction.state is not State.ONGOING or group not in transaction.groups:
            raise Refused(KafkaError.INVALID_TXN_STATE)
        if transaction.epoch != epoch:
            raise Refused(KafkaError.INVALID_PRODUCER_EPOCH)
        self.pending.setdefault(group, {}).setdefault(producer, {}).update(offsets)

    def commit_apart(self, group: str, who: Membership, offsets: dict[Place, Offset]) -> None:
        """Offsets that count at once. Raises: Refused."""
        self.group(group).validate_commit(who)
        self.offsets.setdefault(group, {}).update(offsets)

    def end(self, name: str, producer: int, epoch: int, *, commit: bool) -> None:
        """EndTxn: from here on the end is decided; the markers follow. Raises: Refused."""
        transaction = self._current(name, producer, epoch)
        if transaction.state is State.ONGOING:
            self._end(transaction, commit=commit)
        elif transaction.committed is not commit:
            raise Refused(KafkaError.INVALID_TXN_STATE)
        elif transaction.state is not State.COMPLETE:
            raise Refused(KafkaError.CONCURRENT_TRANSACTIONS)

    def _end(self, transaction: Transaction, *, commit: bool) -> None:
        transaction.state = State.PREPARE_COMMIT if commit else State.PREPARE_ABORT
        transaction.committed = commit
        transaction.unmarked = len(transaction.places) + len(transaction.groups)
        epoch = transaction.epoch
        for place in transaction.places:
            self.world.after(self.between(self.rates.marker), self._mark, transaction, epoch, place)
        for group in transaction.groups:
            self.world.after(self.between(self.rates.marker), self._mark_offsets, transaction, group)
        if not transaction.unmarked:
            transaction.state = State.COMPLETE

    def _mark(self, transaction: Transaction, epoch: int, place: Place) -> None:
        log, control = self.log(place), "COMMIT" if transaction.committed else "ABORT"
        if not self.up[log.leader]:
            self.world.after(20 * MS, self._mark, transaction, epoch, place)
            return
        records = log.mark(transaction.producer, epoch, control, self._wall(log.leader))
        # Whoever sees the marker sees all before it.
        log.high_known = True
        log.replicated(log.end)
        if transaction.committed:
            for told in self.on_commit:
                told(log, records)
        self._changed(log)
        self._marked(transaction)

    def _mark_offsets(self, transaction: Transaction, group: str) -> None:
        if not self.up[self.group_node]:
            self.world.after(20 * MS, self._mark_offsets, transaction, group)
            return
        pending = self.pending.get(group, {}).pop(transaction.producer, None)
        if pending and transaction.committed:
            self.offsets.setdefault(group, {}).update(pending)
        self._marked(transaction)

    def _marked(self, transaction: Transaction) -> None:
        transaction.unmarked -= 1
        if not transaction.unmarked:
            transaction.state = State.COMPLETE

    @property
    def ending(self) -> bool:
        """Whether a transaction has an end that is not yet marked everywhere."""
        return any(each.unmarked for each in self.transactions.values())

    def committed(self, group: str, places: Iterable[Place]) -> dict[Place, Offset | None]:
        """A group's offsets. Raises: Refused while one of them may change by an open transaction (KIP-447)."""
        wanted = list(places)
        for pending in self.pending.get(group, {}).values():
            if any(place in pending for place in wanted):
                raise Refused(KafkaError.UNSTABLE_OFFSET_COMMIT)
        known = self.offsets.get(group, {})
        return {place: known.get(place) for place in wanted}

    def group(self, name: str) -> Group:
        """It, made when first asked for."""
        found = self.groups.get(name)
        if found is None:
            found = self.groups[name] = Group(self.world, name, self.rates.rebalance_delay, self._partitions_of)
        return found

    def _partitions_of(self, topic: str) -> int:
        return len(self.logs.get(topic, ()))

    # Reading.

    def ends(self, place: Place, *, stable: bool = False) -> int:
        """The high watermark, or the last stable offset. Raises: Refused while a new leader does not know (KIP-207)."""
        log = self.log(place)
        if not log.high_known:
            raise Refused(KafkaError.OFFSET_NOT_AVAILABLE)
        return log.stable if stable else log.high

    def fetch(self, fetch: "Fetch") -> None:
        """Answer when there is something, or after the fetch's time."""
        if not fetch.answer_if_any():
            self.fetches.append(fetch)
            self.world.after(fetch.wait, self._fetch_over, fetch)

    def _fetch_over(self, fetch: "Fetch") -> None:
        if fetch in self.fetches:
            self.fetches.remove(fetch)
            fetch.answer()

    def _changed(self, log: Log) -> None:
        for fetch in list(self.fetches):
            if log in fetch.logs and fetch.answer_if_any():
                self.fetches.remove(fetch)

    # Faults.

    def fail(self, node: int) -> None:
        """A broker is gone; what it leads has no leader until `take_over`."""
        self.up[node] = False
        if node == self.group_node:
            for group in self.groups.values():
                group.away = True

    def take_over(self, node: int) -> None:
        """Others lead what it led. What was not on all replicas may be cut off."""
        random = self.world.random
        others = [each for each in range(self.nodes) if self.up[each]] or [node]
        for logs in self.logs.values():
            for log in logs:
                if log.leader == node:
                    # The page cache of a process that was killed alone is still there.
                    keep = log.end if self.nodes == 1 else random.randint(log.durable, max(log.durable, log.end))
                    high = max(log.durable - random.choice((0, 0, 1, 2, 5)), 0)
                    cut = log.elect(random.choice(others), keep, high)
                    for entry in cut:
                        if entry.lost is not None:
                            entry.lost()
                    self._replicate(log, None)
        if self.transaction_node == node:
            self.transaction_node = random.choice(others)
        if self.group_node == node:
            self.group_node = random.choice(others)
            for group in self.groups.values():
                group.moved()

    def come_back(self, node: int) -> None:
        """It is a replica again."""
        self.up[node] = True


class Fetch:
    """A question for records that a broker may keep for a while."""

    __slots__ = ("_respond", "committed", "limit", "logs", "wait", "wanted")

    def __init__(
        self,
        wanted: list[tuple[Log, int, int, int]],
        limit: int,
        wait: int,
        *,
        committed: bool,
        respond: Callable[[list[tuple[Log, int, int, int, list[Message]]]], None],
    ) -> None:
        """`wanted`: log, offset, and the ends (high, stable) that the asking one knows already."""
        self.wanted, self.limit, self.wait, self.committed, self._respond = wanted, limit, wait, committed, respond
        self.logs = [each[0] for each in wanted]

    def answer_if_any(self) -> bool:
        """Answer if there is a record, or an end has moved."""
        for log, offset, high, stable in self.wanted:
            if log.high != high or log.stable != stable or offset > log.end:
                self.answer()
                return True
            if offset < (log.stable if self.committed else log.high) and log.read(offset, 1, committed=self.committed):
                self.answer()
                return True
        return False

    def answer(self) -> None:
        """What is there now: log, the offset that was asked for, high watermark, stable offset, records."""
        self._respond(
            [
                (log, offset, log.high, log.stable, log.read(offset, self.limit, committed=self.committed))
                for log, offset, _, _ in self.wanted
            ]
        )
