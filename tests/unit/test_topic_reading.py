"""What reading a topic takes for an offset, and for how long it waits; the rest is tested on a broker."""

from collections.abc import Mapping
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import OFFSET_INVALID, KafkaError, TopicPartition
from confluent_kafka.admin import OffsetSpec

from schemas.topic_offsets import Extent, OffsetLost, TopicMissing, TopicUnavailable, is_passing, list_offsets
from schemas.topic_reading import Limits, TopicReading


@pytest.mark.parametrize(("begin", "end"), [(OFFSET_INVALID, 5), (0, OFFSET_INVALID), (-1, -1), (-2, 3), (6, 5)])
def test_an_unknown_offset_is_an_error_never_zero(begin: int, end: int) -> None:
    with pytest.raises(OffsetLost, match="no usable offsets"):
        Extent(begin, end)


class Leaderless:
    """Answers as the client library does when a broker has just lost the lead of a partition: no offset, no error."""

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers)
        self.looked = 0
        self.topics: dict[str, SimpleNamespace] = {"journal": SimpleNamespace(error=None)}

    def list_topics(self, timeout: float) -> "Leaderless":
        self.looked += 1
        return self

    def list_offsets(self, asked: Mapping[TopicPartition, OffsetSpec], **_: object) -> dict[TopicPartition, Any]:
        future: Future[SimpleNamespace] = Future()
        future.set_result(SimpleNamespace(offset=self._answers.pop(0)))
        return dict.fromkeys(asked, future)


def test_an_offset_that_nobody_can_tell_is_asked_for_again() -> None:
    admin: Any = Leaderless(OFFSET_INVALID, -1, 7)
    assert list_offsets(admin, [TopicPartition("journal", 3)], OffsetSpec.latest()) == {3: 7}
    assert admin.looked == 2, "before each further try it asks who leads"
    silent: Any = Leaderless(OFFSET_INVALID)
    with pytest.raises(TopicUnavailable, match="offset -1001"):
        list_offsets(silent, [TopicPartition("journal", 3)], OffsetSpec.latest(), timeout_s=0)


def test_a_topic_that_is_gone_is_not_waited_for() -> None:
    admin: Any = Leaderless(OFFSET_INVALID)
    admin.topics = {}
    with pytest.raises(TopicMissing, match="journal: the cluster does not have it"):
        list_offsets(admin, [TopicPartition("journal", 3)], OffsetSpec.latest())


def test_no_record_behind_a_moment_is_an_answer() -> None:
    admin: Any = Leaderless(OFFSET_INVALID, -1)
    admin.topics = {"outcomes": SimpleNamespace(error=None)}
    asked = [TopicPartition("outcomes", 3)]
    assert list_offsets(admin, asked, OffsetSpec.for_timestamp(1), may_be_none=True) == {3: -1}


def test_an_empty_log_is_known_to_be_empty() -> None:
    assert Extent(0, 0) != Extent(7, 7)


@pytest.mark.parametrize(("transaction_s", "silence_s"), [(0, 1), (1, 0), (-1, 1)])
def test_limits_are_positive(transaction_s: float, silence_s: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        Limits(transaction_s, silence_s)


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        (KafkaError._TRANSPORT, True),
        (KafkaError._ALL_BROKERS_DOWN, True),
        (KafkaError.NOT_LEADER_FOR_PARTITION, True),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, False),
        (KafkaError.OFFSET_OUT_OF_RANGE, False),
        (KafkaError._AUTHENTICATION, False),
        (KafkaError.CLUSTER_AUTHORIZATION_FAILED, False),
    ],
)
def test_only_what_may_pass_is_waited_for(code: int, passing: bool) -> None:
    assert is_passing(KafkaError(code)) is passing
    assert not is_passing(KafkaError(code, "fatal", True))


def test_a_position_never_lies_behind_what_was_not_yielded() -> None:
    """The log has grown since its end was asked for: a reading up to that end goes no further, also in what it says."""
    reading = object.__new__(TopicReading)
    reading.topic, reading._follow, reading._open, reading._held = "journal", False, {0}, {}
    reading.positions, reading.extents = {0: 5}, {0: Extent(0, 7)}
    reading._ended(0, 9)
    assert reading.positions == {0: 7}
    reading._follow = True
    reading._ended(0, 9)
    assert reading.positions == {0: 9}
