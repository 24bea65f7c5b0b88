"""What reading a topic takes for an offset, and for how long it waits; the rest is tested on a broker."""

import pytest
from confluent_kafka import OFFSET_INVALID, KafkaError

from schemas.topic_offsets import Extent, OffsetLost, is_passing
from schemas.topic_reading import Limits


@pytest.mark.parametrize(("begin", "end"), [(OFFSET_INVALID, 5), (0, OFFSET_INVALID), (-1, -1), (-2, 3), (6, 5)])
def test_an_unknown_offset_is_an_error_never_zero(begin: int, end: int) -> None:
    with pytest.raises(OffsetLost, match="no usable offsets"):
        Extent(begin, end)


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
