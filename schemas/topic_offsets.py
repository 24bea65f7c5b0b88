"""Where the partitions of a topic begin and end, asked of the brokers. Never reads a record or guesses an offset."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, ListOffsetsResultInfo, OffsetSpec

from schemas.errors import OrynError

# What the client library says: heard by whoever configures logging, and by nobody else.
client_log = logging.getLogger("oryn.kafka")
client_log.addHandler(logging.NullHandler())

REQUEST_TIMEOUT_S = 10.0
# How long brokers may be without a leader, or away, before a question about offsets is given up.
ANSWER_TIMEOUT_S = 60.0
PAUSE_S = 0.2
# Away now, perhaps back soon: the question may be asked again. Anything else is an answer.
PASSING_ERRORS = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._RESOLVE,
        # What the client library says to a question for offsets while there is no leader that it knows.
        KafkaError._NOENT,
        KafkaError._WAIT_COORD,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    }
)
# The brokers' answer to the question for a record that is not there.
NO_RECORD = -1
Answer = TypeVar("Answer")


class TopicUnavailable(OrynError):
    """The brokers gave no answer in time. It says nothing about the records: try again."""


class TopicMissing(OrynError):
    """The cluster has no such topic, or not that partition."""


class OffsetLost(OrynError):
    """A position is not in the log: before its first record, behind its end, or unknown. Never taken for zero."""


@dataclass(frozen=True, slots=True)
class Extent:
    """One partition's log as it was when asked: the first offset that it holds, and the next that will be given.

    `end` is the high watermark read uncommitted: an open transaction's records and transaction markers count.
    """

    begin: int
    end: int

    def __post_init__(self) -> None:
        # -1 and -1001 mean "unknown". Read as 0, they would call an empty book restored.
        if self.begin < 0 or self.end < self.begin:
            raise OffsetLost(f"the brokers gave no usable offsets: begin {self.begin}, end {self.end}")


def is_passing(error: KafkaError) -> bool:
    """Whether the brokers may answer the same question later."""
    return not error.fatal() and (error.code() in PASSING_ERRORS or error.retriable())


def partitions_of(consumer: Consumer, topic: str, timeout_s: float = ANSWER_TIMEOUT_S) -> tuple[int, ...]:
    """The partitions of a topic, in order. Never creates the topic. Raises: TopicMissing, TopicUnavailable."""

    def ask() -> tuple[int, ...]:
        found = consumer.list_topics(topic, timeout=min(REQUEST_TIMEOUT_S, timeout_s)).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return tuple(sorted(found.partitions))

    return _until_answered(ask, f"topic {topic}", timeout_s)


def extents(
    client: Mapping[str, str], topic: str, partitions: Iterable[int], timeout_s: float = ANSWER_TIMEOUT_S
) -> dict[int, Extent]:
    """Begin and end of each partition. The ends are asked first, so that nothing can be missed between the two.

    Raises: TopicMissing, TopicUnavailable.
    """
    admin = AdminClient(dict(client), logger=client_log)
    asked = [TopicPartition(topic, partition) for partition in partitions]
    if not asked:
        return {}
    ends = list_offsets(admin, asked, OffsetSpec.latest(), timeout_s)
    begins = list_offsets(admin, asked, OffsetSpec.earliest(), timeout_s)
    # The first record may have been deleted after the end was asked: the log is then empty up to there.
    return {
        partition: Extent(begin, max(begin, end))
        for (partition, begin), end in zip(begins.items(), ends.values(), strict=True)
    }


def list_offsets(
    admin: AdminClient,
    asked: Iterable[TopicPartition],
    spec: OffsetSpec,
    timeout_s: float = ANSWER_TIMEOUT_S,
    *,
    may_be_none: bool = False,
) -> dict[int, int]:
    """Partition to offset, read uncommitted, in the order asked. `may_be_none`: -1 is an answer, "no such record", as
    to the question for the first record behind a moment.

    Raises: TopicMissing, TopicUnavailable.
    """
    questions = dict.fromkeys(asked, spec)
    topics = sorted({each.topic for each in questions})

    def ask() -> dict[int, int]:
        futures: dict[TopicPartition, Future[ListOffsetsResultInfo]] = admin.list_offsets(
            questions,
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=min(REQUEST_TIMEOUT_S, timeout_s),
        )
        found = {
            each.partition: known(future.result().offset, may_be_none=may_be_none) for each, future in futures.items()
        }
        return {each.partition: found[each.partition] for each in questions}

    def prepare() -> None:
        look_for_leaders(admin, topics, min(REQUEST_TIMEOUT_S, timeout_s))

    return _until_answered(ask, f"topic {', '.join(topics)}", timeout_s, prepare)


def look_for_leaders(admin: AdminClient, topics: Iterable[str], timeout_s: float = REQUEST_TIMEOUT_S) -> None:
    """Have an admin client ask who leads now, of all topics: that creates none. Raises: KafkaException, also if one of
    `topics` is not there.

    Needed after a question for offsets failed: librdkafka (2.16) goes on with the leaders and epochs that it knows, and
    hears FENCED_LEADER_EPOCH for as long as it keeps them, a quarter of an hour. Of its consumers that was mended
    (https://github.com/confluentinc/librdkafka/issues/4620), of this question it was not.
    """
    found = admin.list_topics(timeout=timeout_s).topics
    for topic in topics:
        if topic not in found:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, f"no topic {topic}"))
        error = found[topic].error
        if error is not None:
            raise KafkaException(error)


def known(offset: int, *, may_be_none: bool = False) -> int:
    """An offset that brokers gave. While a partition has no leader they may leave it out, and the client library says
    -1 or -1001 without an error: that is no answer, and the question may be asked again. Raises: KafkaException."""
    if offset < (NO_RECORD if may_be_none else 0):
        raise KafkaException(KafkaError(KafkaError.LEADER_NOT_AVAILABLE, f"offset {offset}"))
    return offset


def topic_id(client: Mapping[str, str], topic: str, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
    """What the brokers call this topic for as long as it lives: one that is made again under its name has another.

    Raises: TopicMissing, TopicUnavailable.
    """
    admin = AdminClient(dict(client), logger=client_log)
    asked = TopicCollection([topic])

    def ask() -> str:
        future = admin.describe_topics(asked, request_timeout=min(REQUEST_TIMEOUT_S, timeout_s))[topic]
        return str(future.result().topic_id)

    return _until_answered(ask, f"topic {topic}", timeout_s)


def _until_answered(
    ask: Callable[[], Answer], about: str, timeout_s: float, prepare: Callable[[], None] | None = None
) -> Answer:
    """Ask until the brokers answer or the time is over; `prepare`: before each time but the first.

    Raises: TopicMissing, TopicUnavailable.
    """
    deadline, tried = time.monotonic() + timeout_s, False
    while True:
        try:
            if tried and prepare is not None:
                prepare()
            tried = True
            return ask()
        except KafkaException as exc:
            error: KafkaError = exc.args[0]
            if error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION):
                raise TopicMissing(f"{about}: the cluster does not have it") from exc
            if not is_passing(error) or time.monotonic() >= deadline:
                raise TopicUnavailable(f"{about}: {error.str()}") from exc
        time.sleep(PAUSE_S)
