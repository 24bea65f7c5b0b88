"""A consumer as librdkafka 2.16 behaves: membership of a static member, fetching, ends, pauses, callbacks in a poll.

Owns the client's side. Versions tell what was fetched before a seek or a pause: it is not given out any more.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_END, OFFSET_INVALID, KafkaError, KafkaException, Message, TopicPartition

from tests.simulation.broker import Fetch, Offset, Place
from tests.simulation.cluster import Kafka
from tests.simulation.groups import NO_GENERATION, Joined, Membership
from tests.simulation.log import Refused
from tests.simulation.world import MS, Bell, Process, S, Timer

RETRY_US = 40 * MS
REJOIN_US = 60 * MS
LOOK_AGAIN_US = 500 * MS
FETCH_RECORDS = 40
QUEUE_RECORDS = 200
FETCH_WAIT_US = 400 * MS
DEFAULT_SESSION_MS = 45_000
DEFAULT_POLL_MS = 300_000
DEFAULT_HEARTBEAT_MS = 3_000
Callback = Callable[[Any, list[TopicPartition]], None]
_TRY_AGAIN = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
    }
)


@dataclass(slots=True)
class Fetching:
    """One assigned partition."""

    place: Place
    # The next offset to be fetched; negative: not known.
    position: int
    # The next offset to be given out.
    given: int
    paused: bool = False
    version: int = 0
    high: int = -1
    stable: int = -1
    # The end that was told.
    told_end: int = -1
    # From where it went to the end without giving what lies between: not twice from the same offset.
    leapt: set[int] = field(default_factory=set)
    # When it is asked again where the end is.
    lookup: Timer | None = None


@dataclass(slots=True)
class Queued:
    """Something for the application."""

    fetching: Fetching
    version: int
    message: Message


def _done(serve: Callable[[], None]) -> Callable[[Callable[[Any], None]], None]:
    """A request whose answer is that it was done."""

    def at_broker(respond: Callable[[Any], None]) -> None:
        serve()
        respond(None)

    return at_broker


class ModelConsumer:
    """Implements what the loop uses of `confluent_kafka.Consumer`."""

    def __init__(self, kafka: Kafka, process: Process, properties: dict[str, Any]) -> None:
        """Connect to nothing yet."""
        self._kafka, self._process, self._world = kafka, process, kafka.world
        self._group = str(properties["group.id"])
        self._instance: str | None = properties.get("group.instance.id")
        self._session = int(properties.get("session.timeout.ms", DEFAULT_SESSION_MS)) * MS
        self._heartbeat = int(properties.get("heartbeat.interval.ms", DEFAULT_HEARTBEAT_MS)) * MS
        self._patience = int(properties.get("max.poll.interval.ms", DEFAULT_POLL_MS)) * MS
        self._committed_only = properties.get("isolation.level") != "read_uncommitted"
        self._tells_ends = bool(properties.get("enable.partition.eof", False))
        self._error_cb: Callable[[KafkaError], None] = properties.get("error_cb", lambda error: None)
        self._bell = Bell()
        self._queue: deque[Queued] = deque()
        self._callbacks: deque[Callable[[], None]] = deque()
        self._assigned: dict[Place, Fetching] = {}
        # Nodes that a fetch is on its way to.
        self._asking: set[int] = set()
        self._closed = False
        self._fatal: KafkaError | None = None
        # Membership.
        self._topics: tuple[str, ...] = ()
        self._on_assign: Callback | None = None
        self._on_revoke: Callback | None = None
        self._on_lost: Callback | None = None
        self._member, self._generation = "", NO_GENERATION
        # Whether the application has its share, or is about to be told that it has one, or none.
        self._steady = False
        self._revoking = False
        self._beating = False
        self._attempt = 0
        self._heard_at = 0
        self._polled_at = self._world.now
        kafka.network.on_broken.setdefault(process, []).append(self._on_broken)

    def _on_broken(self) -> None:
        if not self._closed:
            error = KafkaError(KafkaError._TRANSPORT, "connection broken")
            self._callbacks.append(lambda: self._error_cb(error))

    # Membership.

    def subscribe(
        self,
        topics: Iterable[str],
        on_assign: Callback | None = None,
        on_revoke: Callback | None = None,
        on_lost: Callback | None = None,
    ) -> None:
        """Join the group, in a moment."""
        self._process.check()
        self._topics = tuple(topics)
        self._on_assign, self._on_revoke, self._on_lost = on_assign, on_revoke, on_lost
        self._polled_at = self._world.now
        self._join()

    def _me(self) -> Membership:
        return Membership(self._group, self._generation, self._member, self._instance)

    def _call(self, what: str, serve: Callable[[Callable[[Any], None]], None], answer: Callable[[Any], None]) -> None:
        self._kafka.network.call(self._process, lambda: self._kafka.cluster.group_node, what, serve, answer)

    def _join(self) -> None:
        if self._closed or self._fatal is not None:
            return
        # One attempt at a time: what still comes of an earlier one is nobody's.
        self._attempt += 1
        attempt, group, me = self._attempt, self._kafka.cluster.group(self._group), self._me()
        self._call(
            "JoinGroup",
            lambda respond: group.join(me, self._topics, self._session, self._patience, respond),
            lambda value: self._joined(value, attempt),
        )

    def _join_later(self, attempt: int) -> None:
        if attempt == self._attempt:
            self._join()

    def _joined(self, value: Any, attempt: int) -> None:
        if self._closed or attempt != self._attempt:
            return
        if isinstance(value, Refused):
            self._refused(value.code)
            self._world.after(REJOIN_US, self._process.soon, self._join_later, attempt)
            return
        assert isinstance(value, Joined)
        self._member, self._generation = value.member, value.generation
        group, me = self._kafka.cluster.group(self._group), self._me()
        self._call("SyncGroup", lambda respond: respond(group.sync(me)), lambda value: self._synced(value, attempt))

    def _refused(self, code: int) -> None:
        if code == KafkaError.FENCED_INSTANCE_ID:
            self._fail(code)
        elif code == KafkaError.UNKNOWN_MEMBER_ID:
            self._member = ""
        elif code == KafkaError.ILLEGAL_GENERATION:
            self._generation = NO_GENERATION

    def _fail(self, code: int) -> None:
        if self._fatal is None:
            error = self._fatal = KafkaError(code, fatal=True)
            self._callbacks.append(lambda: self._error_cb(error))
            self._bell.ring()

    def _synced(self, value: Any, attempt: int) -> None:
        if self._closed or attempt != self._attempt:
            return
        if isinstance(value, Refused):
            self._refused(value.code)
            self._world.after(REJOIN_US, self._process.soon, self._join_later, attempt)
            return
        self._attempt += 1
        share: list[Place] = value
        self._heard_at = self._world.now
        given = self._attempt
        self._callbacks.append(lambda: self._give(share, given))
        self._bell.ring()
        if not self._beating:
            self._beating = True
            self._world.after(self._heartbeat, self._process.soon, self._beat)

    def _give(self, share: list[Place], attempt: int) -> None:
        # Taken away again, perhaps joining again, before the application heard of it.
        if self._revoking or attempt != self._attempt:
            return
        self._steady = True
        partitions = [TopicPartition(*place) for place in share]
        if self._on_assign is not None:
            self._on_assign(self, partitions)
        else:
            self.assign(partitions)

    def _beat(self) -> None:
        if self._closed or self._fatal is not None:
            self._beating = False
            return
        now = self._world.now
        self._world.after(self._heartbeat, self._process.soon, self._beat)
        if self._revoking:
            return
        if now - self._polled_at > self._patience:
            # It goes on only when the application polls again.
            self._member = ""
            self._revoke(lost=True)
            return
        if now - self._heard_at > self._session:
            self._member = ""
            self._revoke(lost=True)
            return
        group, me = self._kafka.cluster.group(self._group), self._me()
        self._call("Heartbeat", _done(lambda: group.heartbeat(me)), lambda value: self._beaten(value, me))

    def _beaten(self, value: Any, me: Membership) -> None:
        if self._closed or self._revoking or me.generation != self._generation or me.member != self._member:
            return
        if not isinstance(value, Refused):
            self._heard_at = self._world.now
        elif value.code == KafkaError.REBALANCE_IN_PROGRESS:
            self._heard_at = self._world.now
            self._revoke(lost=False)
        elif value.code in (
            KafkaError.UNKNOWN_MEMBER_ID,
            KafkaError.ILLEGAL_GENERATION,
            KafkaError.FENCED_INSTANCE_ID,
        ):
            self._refused(value.code)
            self._revoke(lost=True)

    def _revoke(self, *, lost: bool) -> None:
        """Tell the application that it has nothing any more; it joins again when it has heard."""
        self._revoking = True
        self._callbacks.append(lambda: self._take(lost=lost))
        self._bell.ring()

    def _take(self, *, lost: bool) -> None:
        partitions = [TopicPartition(*place) for place in self._assigned]
        if self._steady and partitions:
            callback = self._on_lost if lost and self._on_lost is not None else self._on_revoke
            if callback is not None:
                callback(self, partitions)
        self.unassign()
        self._steady = self._revoking = False
        self._join()

    def consumer_group_metadata(self) -> Membership:
        """As whom it is a member now."""
        self._process.check()
        return self._me()

    # Assignment.

    def assign(self, partitions: list[TopicPartition]) -> None:
        """Fetch these and no others, each from its offset."""
        self._process.check()
        self.unassign()
        for each in partitions:
            place = (each.topic, each.partition)
            fetching = self._assigned[place] = Fetching(place, each.offset, each.offset)
            if each.offset == OFFSET_END:
                self._look_for_end(fetching)
        self._fetch_soon()

    def _look_for_end(self, fetching: Fetching) -> None:
        """Ask where the end is, and go there. As librdkafka 2.16 has it: what was asked before a pause, a seek or a
        resume is asked once more, and the answer to that is gone to, wherever the application has been sent meanwhile.
        """
        if self._assigned.get(fetching.place) is not fetching:
            return
        fetching.lookup, version = None, fetching.version
        cluster = self._kafka.cluster
        self._kafka.network.call(
            self._process,
            lambda: cluster.log(fetching.place).leader,
            "ListOffsets",
            lambda respond: respond(cluster.ends(fetching.place, stable=self._committed_only)),
            lambda value: self._end_found(fetching, version, value),
        )

    def _end_found(self, fetching: Fetching, version: int, value: Any) -> None:
        if self._closed or self._assigned.get(fetching.place) is not fetching:
            return
        if isinstance(value, Refused) or version != fetching.version:
            # What was fetched stays; nothing more is, until the end is known.
            fetching.position = OFFSET_END
            fetching.lookup = self._world.after(LOOK_AGAIN_US, self._process.soon, self._look_for_end, fetching)
            return
        fetching.position = value
        self._fetch()

    def unassign(self) -> None:
        """Fetch nothing."""
        self._process.check()
        for fetching in self._assigned.values():
            fetching.version += 1
        self._assigned = {}
        self._queue.clear()

    def _of(self, where: TopicPartition) -> Fetching:
        self._process.check()
        found = self._assigned.get((where.topic, where.partition))
        if found is None:
            raise KafkaException(KafkaError(KafkaError._STATE, "not assigned"))
        return found

    def pause(self, partitions: list[TopicPartition]) -> None:
        """Give out nothing of these until `resume`."""
        for each in partitions:
            found = self._of(each)
            if not found.paused:
                found.paused = True
                self._again(found, found.given)

    def resume(self, partitions: list[TopicPartition]) -> None:
        """Go on where the application is."""
        for each in partitions:
            found = self._of(each)
            if found.paused:
                found.paused = False
                self._again(found, found.given)
        self._fetch_soon()

    def seek(self, where: TopicPartition) -> None:
        """Go on at this offset."""
        found = self._of(where)
        found.given = where.offset
        if found.lookup is not None:
            found.lookup.cancel()
            found.lookup = None
        self._again(found, where.offset)
        self._fetch_soon()

    @staticmethod
    def _again(fetching: Fetching, position: int) -> None:
        fetching.version += 1
        fetching.position = position
        fetching.told_end = -1

    def get_watermark_offsets(self, where: TopicPartition, cached: bool = False) -> tuple[int, int]:
        """What the last answer said."""
        self._process.check()
        found = self._assigned.get((where.topic, where.partition))
        if found is None or found.high < 0:
            return OFFSET_INVALID, OFFSET_INVALID
        return 0, found.high

    # Fetching.

    def _fetch_soon(self) -> None:
        self._world.after(0, self._process.soon, self._fetch)

    def _fetch(self) -> None:
        if self._closed:
            return
        nodes: dict[int, list[Fetching]] = {}
        held: dict[Place, int] = {}
        for each in self._queue:
            held[each.fetching.place] = held.get(each.fetching.place, 0) + 1
        for fetching in self._assigned.values():
            if not fetching.paused and fetching.position >= 0 and held.get(fetching.place, 0) < QUEUE_RECORDS:
                nodes.setdefault(self._kafka.cluster.log(fetching.place).leader, []).append(fetching)
        for node, wanted in nodes.items():
            if node not in self._asking:
                self._ask(node, [(each, each.version) for each in wanted])

    def _ask(self, node: int, wanted: list[tuple[Fetching, int]]) -> None:
        self._asking.add(node)
        cluster = self._kafka.cluster
        asked = [(cluster.log(each.place), each.position, each.high, each.stable) for each, _ in wanted]

        def at_broker(respond: Callable[[Any], None]) -> None:
            mine = [each for each in asked if each[0].leader == node]
            cluster.fetch(Fetch(mine, FETCH_RECORDS, FETCH_WAIT_US, committed=self._committed_only, respond=respond))

        self._kafka.network.call(
            self._process, lambda: node, "Fetch", at_broker, lambda value: self._fetched(node, wanted, value)
        )

    def _fetched(self, node: int, wanted: list[tuple[Fetching, int]], value: Any) -> None:
        self._asking.discard(node)
        if self._closed:
            return
        if isinstance(value, Refused):
            self._world.after(RETRY_US, self._process.soon, self._fetch)
            return
        versions = {each.place: (each, version) for each, version in wanted}
        for log, offset, high, stable, messages in value:
            fetching, version = versions[log.topic, log.partition]
            if self._assigned.get(fetching.place) is not fetching:
                continue
            end = stable if self._committed_only else high
            # The ends are taken down before it is looked whether anybody still wants the records.
            fetching.high, fetching.stable = high, stable
            if version != fetching.version or offset != fetching.position:
                continue
            if self._tells_ends and end == fetching.position and fetching.told_end != end:
                fetching.told_end = end
                error = KafkaError(KafkaError._PARTITION_EOF)
                told = Message(topic=log.topic, partition=log.partition, offset=end, error=error)
                self._queue.append(Queued(fetching, version, told))
            if messages and offset not in fetching.leapt and self._kafka.network.leaps(log.topic):
                fetching.leapt.add(offset)
                fetching.position = end
                continue
            for message in messages:
                self._queue.append(Queued(fetching, version, message))
                fetching.position = message.offset() + 1
            if len(messages) < FETCH_RECORDS and fetching.position < end:
                fetching.position = end  # markers and aborted records
        if self._queue:
            self._bell.ring()
        self._fetch()

    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[Message]:
        """So many messages, or fewer if it takes longer. Calls back what has happened."""
        self._process.check()
        self._polled_at = self._world.now
        deadline = self._world.now + (int(timeout * S) if timeout >= 0 else 3_600 * S)
        found: list[Message] = []
        while True:
            while self._callbacks:
                self._callbacks.popleft()()
            while self._queue and len(found) < num_messages:
                each = self._queue.popleft()
                if each.version != each.fetching.version or each.fetching.paused:
                    continue
                if each.message.error() is None:
                    offset = each.message.offset()
                    assert offset is not None
                    each.fetching.given = offset + 1
                found.append(each.message)
            left = deadline - self._world.now
            if len(found) >= num_messages or left <= 0:
                break
            self._world.wait(self._bell, left)
        self._polled_at = self._world.now
        if found:
            self._fetch_soon()
        return found

    def committed(self, partitions: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        """The group's offsets, what is on its way waited for. Raises: KafkaException."""
        self._process.check()
        cluster, bell = self._kafka.cluster, Bell()
        places = [(each.topic, each.partition) for each in partitions]
        answers: list[Any] = []
        deadline = self._world.now + (int(timeout * S) if timeout >= 0 else 3_600 * S)

        def answered(value: Any) -> None:
            answers.append(value)
            bell.ring()

        while True:
            answers.clear()
            self._call("OffsetFetch", lambda respond: respond(cluster.committed(self._group, places)), answered)
            while not answers:
                left = deadline - self._world.now
                if left <= 0:
                    raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "committed", retriable=True))
                self._world.wait(bell, left)
            value = answers[0]
            if not isinstance(value, Refused):
                break
            if value.code not in _TRY_AGAIN:
                raise KafkaException(KafkaError(value.code))
            self._world.wait(bell, RETRY_US)
        found = []
        for place in places:
            offset = value[place]
            if offset is None:
                found.append(TopicPartition(*place, OFFSET_INVALID))
            else:
                found.append(TopicPartition(*place, offset.offset, metadata=offset.metadata or ""))
        return found

    def commit(self, offsets: list[TopicPartition], asynchronous: bool = True) -> None:
        """Commit offsets outside of any transaction, without waiting for the answer."""
        self._process.check()
        cluster, me = self._kafka.cluster, self._me()
        wanted = {(each.topic, each.partition): Offset(each.offset, each.metadata) for each in offsets}
        self._call("OffsetCommit", _done(lambda: cluster.commit_apart(self._group, me, wanted)), lambda value: None)

    def close(self) -> None:
        """Give up everything. A static member keeps its place until its session ends; another one leaves."""
        self._process.check()
        if self._topics and not self._closed:
            partitions = [TopicPartition(*place) for place in self._assigned]
            if self._steady and partitions and self._on_revoke is not None:
                self._on_revoke(self, partitions)
            if self._instance is None and self._member:
                group, me = self._kafka.cluster.group(self._group), self._me()
                self._call("LeaveGroup", _done(lambda: group.leave(me)), lambda value: None)
        self._assigned, self._closed = {}, True
