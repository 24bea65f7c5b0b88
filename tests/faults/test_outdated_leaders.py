"""A broker that was away leads with a new epoch: who asks for offsets is answered, by the client that he had before."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from schemas.topic_offsets import is_passing, list_offsets
from streams.runtime.logs import KafkaLogs
from streams.runtime.settings import RuntimeSettings
from tests.faults.conftest import BreakableBroker
from tests.integration.pipeline.environment import Environment

pytestmark = [pytest.mark.integration, pytest.mark.faults]

# The library itself would go on asking the leader of yesterday for a quarter of an hour.
ANSWERED_S = 60.0
TIMES = 2
Answer = TypeVar("Answer")


def answered(ask: Callable[[], Answer]) -> Answer:
    """As whoever asks does: again, while that may help."""
    deadline = time.monotonic() + ANSWERED_S
    while True:
        try:
            return ask()
        except KafkaException as exc:
            assert is_passing(exc.args[0]), exc
            assert time.monotonic() < deadline, exc
        time.sleep(0.2)


def test_a_leader_that_was_away_is_asked_anew(
    broker: BreakableBroker, make_environment: Callable[..., Environment]
) -> None:
    environment = make_environment()
    client = {"bootstrap.servers": broker.bootstrap}
    logs = KafkaLogs(RuntimeSettings(client, topic_prefix=environment.prefix, group_id="asking", worker="a"))
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    where = TopicPartition(f"{environment.prefix}journal", 0)
    topics = ("journal", "application-changes")
    assert [logs.end(topic, 0) for topic in topics] == [0, 0]
    assert list_offsets(admin, [where], OffsetSpec.latest()) == {0: 0}
    for _ in range(TIMES):
        broker.kill()
        # Asked meanwhile, it takes over what a broker that has just come back believes.
        with pytest.raises(KafkaException):
            logs.end("journal", 0)
        broker.start()
        # As a restore asks, which begins anew when one question fails.
        assert answered(lambda: [logs.end(topic, 0) for topic in topics]) == [0, 0]
        assert answered(lambda: logs.ends(topics, [0])) == {0: dict.fromkeys(topics, 0)}
        assert list_offsets(admin, [where], OffsetSpec.latest(), ANSWERED_S) == {0: 0}
    logs.close()
